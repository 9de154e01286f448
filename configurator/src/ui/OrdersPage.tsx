import type { ReactNode } from 'react'
import type { Session } from '../session.ts'
import { trackingPath } from '../session.ts'
import { Icon } from './icons.tsx'
import { HomeLink, Plain, useTitle } from './Layout.tsx'
import { navigate } from './route.ts'
import { useLaterWords } from './words.ts'

/** Every order this browser knows, with the way to its tracker. */
export default function OrdersPage({
  header,
  session,
}: {
  readonly header: ReactNode
  readonly session: Session
}) {
  const words = useLaterWords()
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
