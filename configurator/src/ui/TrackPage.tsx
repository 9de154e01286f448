import type { OrderView, Product } from '@lot-one/rules'
import { useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import type { BuildStage } from '../scene/appliance.ts'
import type { Session } from '../session.ts'
import { unitOf } from '../session.ts'
import { applianceOf } from './appliance.ts'
import { finishedStages } from './finished.ts'
import { HomeLink, Layout, OfflineHint, Plain, useTitle } from './Layout.tsx'
import { OrderTracker } from './OrderTracker.tsx'
import { useStore } from './store.ts'
import type { Picture } from './Viewport.tsx'
import { useLaterWords } from './words.ts'

/** The page of one order: the unit as far as it is built, and where it stands. */
export default function TrackPage({
  header,
  session,
  product,
  orderId,
  token,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly product: Product | undefined
  readonly orderId: string
  readonly token: string
}) {
  const { t } = useLaterWords()
  const [watch] = useState(() => session.watch({ orderId, token }))
  useEffect(() => () => watch.close(), [watch])
  const { order, link } = useStore(watch)
  const productId = order?.order.productId
  useEffect(() => {
    // the words for what was ordered come from its own product
    if (productId !== undefined) session.show(productId)
  }, [session, productId])
  const ordered = order?.order
  useEffect(() => {
    // a change, from here or from elsewhere, is what she finds among her orders
    const known = ordered && session.orders().find((each) => each.orderId === ordered.orderId)
    if (known) session.remember({ ...known, priceCents: ordered.priceCents, unit: unitOf(ordered) })
  }, [session, ordered])
  const isGone = link.state === 'gone'
  useTitle(isGone ? t.orderGone : t.trackTitle)
  const [moment, setMoment] = useState<OrderView>()
  const picture = usePicture(session, moment ?? order, moment !== undefined)
  if (isGone)
    return (
      <Plain
        header={header}
        icon="box"
        title={t.orderGone}
        lead={t.orderGoneLead}
        testId="order-gone"
        action={<HomeLink />}
      />
    )
  return (
    <Layout header={header} picture={picture} skip={t.skipToContent}>
      <OfflineHint />
      <OrderTracker
        watch={watch}
        product={product?.package.id === productId ? product : undefined}
        keeper={session.keeper}
        onFrame={setMoment}
      />
    </Layout>
  )
}

/** The unit as far as stations have reported it. The same object until one of them reports more: then, and only then, it is drawn again. */
function usePicture(session: Session, view: OrderView | undefined, isReplay: boolean): Picture | undefined {
  const { t, language } = useLaterWords()
  const order = view?.order
  const done = view && finishedStages(view)
  const doneKey = done && [...done].join(' ')
  return useMemo(() => {
    if (!order) return undefined
    const finished = doneKey?.split(' ').filter(Boolean) as BuildStage[] | undefined
    return {
      appliance: applianceOf(order.productId, { ...order.selection, ...order.texts }),
      summary: `${order.title[language] ?? order.title['en'] ?? ''}. ${isReplay ? t.film.picture : t.partsSoFar}`,
      ...(isReplay && { caption: t.film.replay }),
      area: 'whole',
      isOpen: false,
      shop: session,
      ...(finished && { finished: new Set(finished) }),
    }
  }, [session, order, doneKey, isReplay, language, t])
}
