import type { ReactNode } from 'react'
import type { ProductEntry, Session } from '../session.ts'
import { trackingPath } from '../session.ts'
import { Icon } from './icons.tsx'
import { HomeLink, Plain, useTitle } from './Layout.tsx'
import { Link } from './Link.tsx'
import { Thumbnail } from './Thumbnail.tsx'
import { useLaterWords } from './words.ts'

/** Every order this browser knows, with the way to its tracker. */
export default function OrdersPage({
  header,
  session,
  products,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly products: readonly ProductEntry[]
}) {
  const words = useLaterWords()
  const { t } = words
  const orders = session.orders()
  useTitle(t.myOrders)
  return (
    <Plain
      header={header}
      title={t.myOrders}
      {...(orders.length === 0 && { icon: 'box', lead: t.noOrders })}
      action={<HomeLink />}
    >
      <ul className="orders">
        {orders.map(({ orderId, token, orderedAt, priceCents, currency, unit }) => {
          const title = products.find(({ id }) => id === unit?.productId)?.title
          const when = words.moment(orderedAt)
          return (
            <li key={orderId}>
              <Link className="order-link" to={trackingPath({ orderId, token })}>
                <span className="order-picture">
                  {unit && <Thumbnail productId={unit.productId} choices={unit.choices} />}
                </span>
                <span className="order-what">
                  <strong>{title?.[words.language] ?? title?.['en'] ?? when}</strong>
                  {title && <span className="hint">{when}</span>}
                  <span className="hint">{orderId.slice(-12)}</span>
                </span>
                <span>{words.moneyOf(priceCents, currency)}</span>
                <Icon name="chevron" />
              </Link>
            </li>
          )
        })}
      </ul>
    </Plain>
  )
}
