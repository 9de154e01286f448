import { useEffect, useMemo, useRef, useState } from 'react'
import type { Product } from '@lot-one/rules'
import type { Appliance } from '../scene/appliance.ts'
import type { DesignSession, DesignView, Session, ShopView, Watch } from '../session.ts'
import { trackingPath } from '../session.ts'
import { loadMessages } from '../texts/index.ts'
import type { Messages } from '../texts/index.ts'
import { attentionFor } from './attention.ts'
import { BuyBar } from './BuyBar.tsx'
import { finishedStages } from './finished.ts'
import { Header } from './Header.tsx'
import { Icon } from './icons.tsx'
import { LiveRegion } from './LiveRegion.tsx'
import { OptionPanel } from './OptionPanel.tsx'
import { OrderForm, forgetDraft } from './OrderForm.tsx'
import { OrderTracker } from './OrderTracker.tsx'
import { navigate, useRoute } from './route.ts'
import { SharePanel } from './SharePanel.tsx'
import { useStore } from './store.ts'
import { Viewport } from './Viewport.tsx'
import type { Picture } from './Viewport.tsx'
import { createWords, useWords, WordsContext } from './words.ts'

const languageKey = 'lot-one/language'

/** The page: one picture, and beside or below it what the address asks for. */
export function App({
  session,
  language: first,
  messages: firstMessages,
}: {
  readonly session: Session
  readonly language: string
  readonly messages: Messages
}) {
  const [{ language, messages }, setSpoken] = useState({ language: first, messages: firstMessages })
  const shop = useStore(session)
  const currency = shop.state === 'ready' ? shop.design.product.package.currency : 'EUR'
  const words = useMemo(() => createWords(language, messages, currency), [language, messages, currency])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const speak = (next: string) => {
    session.keeper.write(languageKey, next)
    void loadMessages(next).then((loaded) => setSpoken({ language: next, messages: loaded }))
  }
  return (
    <WordsContext value={words}>
      <Pages session={session} shop={shop} onSpeak={speak} />
    </WordsContext>
  )
}

/** The language this browser asked for last, if it did. */
export function keptLanguage(session: Pick<Session, 'keeper'>): string | null {
  return session.keeper.read(languageKey)
}

function Pages({
  session,
  shop,
  onSpeak,
}: {
  readonly session: Session
  readonly shop: ShopView
  readonly onSpeak: (language: string) => void
}) {
  const { t } = useWords()
  const route = useRoute()
  const wanted = route.page === 'shop' ? route.product : undefined
  useEffect(() => session.show(wanted), [session, wanted])
  const design = shop.state === 'ready' ? shop.design : undefined
  const products = shop.state === 'ready' ? shop.products : []
  const header = <Header session={session} design={design} products={products} onSpeak={onSpeak} />
  useAcceptedOrder(session)

  if (route.page === 'track')
    return (
      <TrackPage
        key={route.orderId}
        header={header}
        session={session}
        product={design?.product}
        orderId={route.orderId}
        token={route.token}
      />
    )
  if (route.page === 'orders') return <OrdersPage header={header} session={session} />
  if (route.page === 'unknown') return <Plain header={header} title={t.notFound} action={<HomeLink />} />
  if (shop.state === 'unreachable')
    return <Plain header={header} title={t.shopUnreachable} lead={t.shopUnreachableLead} />
  if (shop.state === 'empty') return <Plain header={header} title={t.noProducts} lead={t.noProductsLead} />
  if (!design) return <Shell header={header} />
  return (
    <ShopPage
      key={design.product.package.rulesHash}
      header={header}
      session={session}
      design={design}
      isOrdering={route.page === 'order'}
    />
  )
}

/** An order that was taken is remembered and shown, wherever on the page its answer came in. */
function useAcceptedOrder(session: Session): void {
  const checkout = useStore(session.checkout)
  useEffect(() => {
    if (checkout.state !== 'accepted') return
    const { key, order } = checkout
    session.remember({
      ...key,
      orderedAt: new Date().toISOString(),
      priceCents: order.expectedPriceCents,
      currency: order.currency,
    })
    forgetDraft(session)
    session.checkout.done()
    navigate(trackingPath(key))
  }, [checkout, session])
}

function ShopPage({
  header,
  session,
  design,
  isOrdering,
}: {
  readonly header: React.ReactNode
  readonly session: Session
  readonly design: DesignSession
  readonly isOrdering: boolean
}) {
  const { t, language } = useWords()
  const view = useStore(design)
  const [touched, setTouched] = useState<string>()
  const [isSharing, setSharing] = useState(false)
  useEffect(() => setTouched(undefined), [view.step])
  const { product } = design
  const title = product.package.title[language] ?? product.package.title['en'] ?? product.package.id
  const { area, isOpen } = isOrdering ? attentionFor('', undefined) : attentionFor(view.step, touched)
  const appliance = useAppliance(product.package.id, view)
  const picture: Picture = { appliance, summary: summaryOf(title, product, view, language), area, isOpen }
  const order = () => navigate('/order')
  useTitle(isOrdering ? `${t.orderTitle} · ${title}` : title)
  return (
    <Layout header={header} picture={picture} skip={t.skipToOptions}>
      <div className="panel-head">
        <h1>{isOrdering ? t.orderTitle : title}</h1>
        <OfflineHint />
      </div>
      {isOrdering ? (
        <OrderForm session={session} design={design} view={view} />
      ) : (
        <>
          <OptionPanel session={design} view={view} onTouch={setTouched} onOrder={order} />
          <BuyBar session={design} view={view} onOrder={order} onShare={() => setSharing(true)} />
          <SharePanel session={design} isOpen={isSharing} onClose={() => setSharing(false)} />
        </>
      )}
      <LiveRegion session={design} view={view} />
    </Layout>
  )
}

function TrackPage({
  header,
  session,
  product,
  orderId,
  token,
}: {
  readonly header: React.ReactNode
  readonly session: Session
  readonly product: Product | undefined
  readonly orderId: string
  readonly token: string
}) {
  const { t } = useWords()
  const [watch, setWatch] = useState<Watch>()
  useEffect(() => {
    const mine = session.watch({ orderId, token })
    setWatch(mine)
    return () => mine.close()
  }, [session, orderId, token])
  useTitle(t.trackTitle)
  if (!watch) return <Shell header={header} />
  return <Tracked header={header} watch={watch} product={product} />
}

function Tracked({
  header,
  watch,
  product,
}: {
  readonly header: React.ReactNode
  readonly watch: Watch
  readonly product: Product | undefined
}) {
  const { t, language } = useWords()
  const { order } = useStore(watch)
  const operations = order?.operations
  const state = order?.state
  const picture = useMemo((): Picture | undefined => {
    if (!order) return undefined
    const finished = finishedStages(order)
    return {
      appliance: applianceOf(order.order.productId, { ...order.order.selection, ...order.order.texts }),
      summary: `${order.order.title[language] ?? order.order.title['en'] ?? ''}. ${t.partsSoFar}`,
      area: 'whole',
      isOpen: false,
      ...(finished && { finished }),
    }
    // the picture changes with what stations report and with the design, not with every event
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [operations, state, order?.order, language, t])
  return (
    <Layout header={header} picture={picture} skip={t.skipToContent}>
      <div className="panel-head">
        <h1>{order ? (order.order.title[language] ?? order.order.title['en']) : t.trackTitle}</h1>
        <OfflineHint />
      </div>
      <OrderTracker watch={watch} product={product} />
    </Layout>
  )
}

function OrdersPage({ header, session }: { readonly header: React.ReactNode; readonly session: Session }) {
  const words = useWords()
  const { t } = words
  const orders = session.orders()
  useTitle(t.myOrders)
  return (
    <Plain
      header={header}
      title={t.myOrders}
      {...(orders.length === 0 && { lead: t.noOrders })}
      action={<HomeLink />}
    >
      <ul className="orders">
        {orders.map((order) => (
          <li key={order.orderId}>
            <a
              className="order-link"
              href={trackingPath(order)}
              onClick={(event) => {
                event.preventDefault()
                navigate(trackingPath(order))
              }}
            >
              <span>
                <strong>{words.moment(order.orderedAt)}</strong>
                <span className="hint">{order.orderId.slice(-12)}</span>
              </span>
              <span>{words.money(order.priceCents)}</span>
              <Icon name="chevron" />
            </a>
          </li>
        ))}
      </ul>
    </Plain>
  )
}

function Layout({
  header,
  picture,
  skip,
  children,
}: {
  readonly header: React.ReactNode
  readonly picture: Picture | undefined
  readonly skip: string
  readonly children: React.ReactNode
}) {
  const main = useRef<HTMLElement>(null)
  return (
    <>
      <a
        className="skip"
        href="#panel"
        onClick={(event) => {
          // the fragment belongs to designs and tokens
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {skip}
      </a>
      {header}
      <div className="layout">
        {picture ? <Viewport picture={picture} /> : <div className="viewport" aria-hidden="true" />}
        <main className="panel" ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  )
}

/** What stands on the screen until the product is there: the same boxes, so nothing jumps. */
function Shell({ header }: { readonly header: React.ReactNode }) {
  const { t } = useWords()
  return (
    <>
      {header}
      <div className="layout" aria-busy="true">
        <div className="viewport" />
        <main className="panel">
          <p className="sr-only">{t.loading}</p>
          <div className="skeleton-rows" aria-hidden="true">
            {[0, 1, 2, 3, 4, 5].map((row) => (
              <span key={row} className="skeleton" />
            ))}
          </div>
        </main>
      </div>
    </>
  )
}

function Plain({
  header,
  title,
  lead,
  action,
  children,
}: {
  readonly header: React.ReactNode
  readonly title: string
  readonly lead?: string
  readonly action?: React.ReactNode
  readonly children?: React.ReactNode
}) {
  return (
    <>
      {header}
      <main className="plain">
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {children}
        {action}
      </main>
    </>
  )
}

function HomeLink() {
  const { t } = useWords()
  return (
    <a
      className="button primary"
      href="/"
      onClick={(event) => {
        event.preventDefault()
        navigate('/')
      }}
    >
      {t.theShop}
    </a>
  )
}

function OfflineHint() {
  const { t } = useWords()
  const [isOnline, setOnline] = useState(() => navigator.onLine)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  return isOnline ? null : (
    <p className="offline" role="status">
      {t.offline}
    </p>
  )
}

function useTitle(title: string): void {
  const { t } = useWords()
  useEffect(() => {
    document.title = `${title} · ${t.brand}`
  }, [title, t])
}

/** The picture's appliance; the same object while the design stays the same, so the picture knows when to draw. */
function useAppliance(productId: string, view: DesignView): Appliance {
  const { configuration, texts } = view
  const key = JSON.stringify([configuration, texts])
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => applianceOf(productId, { ...configuration, ...texts }), [productId, key])
}

/** A family's picture is chosen by the product's id; fridges are the only family with a picture today. */
function applianceOf(_productId: string, choices: Appliance['choices']): Appliance {
  return { family: 'fridge', choices }
}

/** Says what the picture shows: the name and what is chosen in the step at hand. */
function summaryOf(title: string, product: Product, view: DesignView, language: string): string {
  const step = product.package.steps.find((s) => s.id === view.step)
  const parts = (step?.options ?? []).map(
    (id) => `${product.label(id, language)} ${product.valueLabel(id, view.configuration[id]!, language)}`,
  )
  return [title, ...parts].join(', ')
}
