import type { OrderView, Product } from '@lot-one/rules'
import { lazy, Suspense, useRef, useState } from 'react'
import type { Keeper, Watch, WatchView } from '../session.ts'
import '../styles/tracker.css'
import { Icon } from './icons.tsx'
import { navigate } from './route.ts'
import { useStore } from './store.ts'
import { CancelOrder } from './tracker/CancelOrder.tsx'
import { ChangeOrder } from './tracker/ChangeOrder.tsx'
import { leadOf, lineName } from './tracker/sentences.ts'
import { Station } from './tracker/Station.tsx'
import { TellMe } from './tracker/TellMe.tsx'
import { useLaterWords } from './words.ts'
import type { LaterWords } from './words.ts'

const Film = lazy(() => import('./tracker/Film.tsx'))

/** One order, live: where it stands, what each station has done, what is still open. Every state here was reported by a line. */
export function OrderTracker({
  watch,
  product,
  keeper,
  onFrame,
}: {
  readonly watch: Watch
  readonly product: Product | undefined
  readonly keeper: Keeper
  /** Shows the order as it stood at a moment of its film; `undefined`: as it is. */
  readonly onFrame: (moment: OrderView | undefined) => void
}) {
  const [isFilm, setFilm] = useState(false)
  const filmOpener = useRef<HTMLButtonElement>(null)
  const words = useLaterWords()
  const { t } = words
  const view = useStore(watch)
  const { order } = view
  if (!order) {
    return (
      <div className="skeleton-rows" aria-busy="true">
        <p className="hint">{view.link.state === 'waiting' ? t.link.waiting : t.loading}</p>
        {[0, 1, 2, 3].map((row) => (
          <span key={row} className="skeleton" />
        ))}
      </div>
    )
  }
  const backToLive = () => {
    setFilm(false)
    onFrame(undefined)
    requestAnimationFrame(() => filmOpener.current?.focus({ preventScroll: true }))
  }
  const done = order.operations.filter((operation) => operation.jobState === 'Ended').length
  return (
    <div className="tracker" data-testid="tracker" data-state={order.state} data-seq={order.seq}>
      <div className="tracker-head">
        <p className="eyebrow">{order.order.title[words.language] ?? order.order.title['en']}</p>
        <LinkBadge words={words} view={view} order={order} />
      </div>
      <h1 data-testid="headline">{t.headline[order.state]}</h1>
      <p className="lead" data-testid="lead" aria-live="polite">
        {leadOf(words, order)}
      </p>
      {order.operations.length > 0 && order.state !== 'cancelled' && (
        <>
          <progress className="sr-only" aria-label={t.stations} max={order.operations.length} value={done} />
          <div className="progress" aria-hidden="true">
            {order.operations.map((operation) => (
              <span key={operation.op} data-state={operation.jobState ?? 'unseen'} />
            ))}
          </div>
          <p className="hint progress-says">
            <span>{t.stationsDone(done, order.operations.length)}</span>
            {order.promisedAt !== undefined && order.state !== 'completed' && (
              <span data-testid="promised">
                {t.promisedAt}: <strong>{words.time(order.promisedAt)}</strong>
              </span>
            )}
          </p>
        </>
      )}
      {isFilm && (
        <Suspense fallback={<p className="hint">{t.loading}</p>}>
          <Film words={words} watch={watch} order={order} onFrame={onFrame} onClose={backToLive} />
        </Suspense>
      )}
      <div className="tracker-ways">
        <TellMe words={words} watch={watch} order={order} keeper={keeper} />
        {done > 0 && !isFilm && (
          <button
            ref={filmOpener}
            type="button"
            className="button quiet small"
            data-testid="film-open"
            onClick={() => setFilm(true)}
          >
            <Icon name="play" size={16} /> {t.film.open}
          </button>
        )}
      </div>
      {order.state === 'cancelled' ? null : order.operations.length === 0 ? (
        <p className="hint stations-none">{t.noStations}</p>
      ) : (
        <ol className="stations" aria-label={t.stations}>
          {order.operations.map((operation) => (
            <Station
              key={operation.op}
              words={words}
              operation={operation}
              product={product}
              heardAtMs={view.heardAtMs}
            />
          ))}
        </ol>
      )}
      <ChangeOrder words={words} watch={watch} order={order} product={product} />
      <dl className="facts">
        <Fact
          label={t.orderNumber}
          value={order.order.orderId.slice(-12)}
          title={order.order.orderId}
          testId="order-number"
        />
        {order.lineId !== undefined && (
          <Fact label={t.lineLabel} value={lineName(words, order.lineId)} testId="line" />
        )}
        {order.serialNumber !== undefined && (
          <Fact label={t.serialNumber} value={order.serialNumber} testId="serial-number" />
        )}
        <Fact label={t.orderedAt} value={words.moment(order.order.orderedAt)} />
        {order.promisedAt !== undefined && order.state !== 'completed' && (
          <Fact label={t.promisedAt} value={words.moment(order.promisedAt)} />
        )}
        <Fact label={t.total} value={words.money(order.order.priceCents)} testId="paid" />
      </dl>
      <CancelOrder words={words} watch={watch} view={view} order={order} />
      {(order.state === 'completed' || order.state === 'cancelled') && (
        <button type="button" className="button quiet" onClick={() => navigate('/')}>
          {t.designedHere}
        </button>
      )}
    </div>
  )
}

function LinkBadge({
  words,
  view,
  order,
}: {
  readonly words: LaterWords
  readonly view: WatchView
  readonly order: OrderView
}) {
  const { t } = words
  const isOver = order.state === 'completed' || order.state === 'cancelled'
  const state = isOver ? 'ended' : view.link.state === 'gone' ? 'waiting' : view.link.state
  return (
    <p className="link-badge" data-testid="link" data-state={state} aria-live="polite">
      <span className="dot" aria-hidden="true" /> {t.link[state]}
    </p>
  )
}

function Fact({
  label,
  value,
  title,
  testId,
}: {
  readonly label: string
  readonly value: string
  readonly title?: string
  readonly testId?: string
}) {
  return (
    <div>
      <dt>{label}</dt>
      <dd title={title} data-testid={testId}>
        {value}
      </dd>
    </div>
  )
}
