import type { LineView, QueuedOrder } from '@lot-one/rules'
import { useState } from 'react'
import type { Desk } from './desk.ts'
import { DryRunDialog } from './DryRunDialog.tsx'
import { shortId } from './orderNames.ts'
import { useDeskWords } from './words.ts'

const mostShown = 8

/** The orders on a line, the next to be ready first. */
export function Queue({ desk, line }: { readonly desk: Desk; readonly line: LineView }) {
  const { t, number, time, language } = useDeskWords()
  const [shown, setShown] = useState(mostShown)
  const [asked, setAsked] = useState<string>()
  const names = new Map(line.stations.map(({ station, name }) => [station, name]))
  const where = ({ state, station }: QueuedOrder): string => {
    if (station === undefined) return ''
    const name = names.get(station) ?? station
    return state === 'inProduction' ? t.orderAt(name) : t.orderBefore(name)
  }
  return (
    <div className="line-part">
      <h3>
        {t.queue} <span className="line-count">{number(line.queue)}</span>
      </h3>
      {line.orders.length === 0 ? (
        <p className="hint">{t.noQueue}</p>
      ) : (
        <ol className="queue" data-testid="queue">
          {line.orders.slice(0, shown).map((order) => (
            <li key={order.orderId} data-order={order.orderId} data-state={order.state}>
              <span className="queue-what">
                <strong>{order.title[language] ?? order.title['en']}</strong>{' '}
                <code title={order.orderId}>{shortId(order.orderId)}</code>
                <span className="hint"> {where(order)}</span>
              </span>
              {order.promisedAt !== undefined && (
                <span className="queue-when">
                  <span className="hint">{t.readyAt}</span> {time(order.promisedAt)}
                </span>
              )}
              <button
                type="button"
                className="button quiet small"
                aria-haspopup="dialog"
                onClick={() => setAsked(order.orderId)}
              >
                {t.dryRun} <span className="sr-only">{shortId(order.orderId)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {line.queue > shown && (
        <p className="queue-more">
          <span className="hint">{t.more(line.queue - Math.min(shown, line.orders.length))}</span>
          {line.orders.length > shown && (
            <button type="button" className="link-button" onClick={() => setShown(line.orders.length)}>
              {t.more(line.orders.length - shown)}
            </button>
          )}
        </p>
      )}
      <DryRunDialog desk={desk} lineId={line.id} orderId={asked} onClose={() => setAsked(undefined)} />
    </div>
  )
}
