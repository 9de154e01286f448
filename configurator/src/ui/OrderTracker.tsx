import type { OperationView, OrderView, Product } from '@lot-one/rules'
import { useState } from 'react'
import type { Watch, WatchView } from '../session.ts'
import { Icon } from './icons.tsx'
import { Modal } from './Modal.tsx'
import { navigate } from './route.ts'
import { useStore } from './store.ts'
import { useLaterWords } from './words.ts'
import type { LaterWords } from './words.ts'

/** One order, live: where it stands, what each station has done, what is still open. Every state here was reported by a line. */
export function OrderTracker({
  watch,
  product,
}: {
  readonly watch: Watch
  readonly product: Product | undefined
}) {
  const words = useLaterWords()
  const { t } = words
  const view = useStore(watch)
  const { order } = view
  if (view.link.state === 'gone') {
    return (
      <div className="empty" data-testid="order-gone">
        <Icon name="box" size={40} />
        <h1>{t.orderGone}</h1>
        <p>{t.orderGoneLead}</p>
      </div>
    )
  }
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
          <p className="hint">{t.stationsDone(done, order.operations.length)}</p>
        </>
      )}
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
      <Cancel words={words} watch={watch} view={view} order={order} />
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

function Station({
  words,
  operation,
  product,
  heardAtMs,
}: {
  readonly words: LaterWords
  readonly operation: OperationView
  readonly product: Product | undefined
  readonly heardAtMs: number
}) {
  const { t, language } = words
  const state = operation.jobState ?? 'unseen'
  const label = operation.label[language] ?? operation.label['en'] ?? operation.station
  const isRunning = state === 'Running' || state === 'Interrupted'
  const took =
    operation.startedAt !== undefined && operation.endedAt !== undefined
      ? (Date.parse(operation.endedAt) - Date.parse(operation.startedAt)) / 1000
      : undefined
  const parts = operation.built ?? []
  const frozen = operation.consumes.map((id) => (product ? product.label(id, language) : id))
  const lock = frozen.length > 0 && (
    <p className="station-lock" data-locked={operation.startedAt !== undefined}>
      {operation.startedAt !== undefined ? (
        <>
          <Icon name="lock" size={14} /> {t.lockedSince(words.list(frozen), words.time(operation.startedAt))}
        </>
      ) : (
        t.openUntil(words.list(frozen))
      )}
    </p>
  )
  return (
    <li className="station" data-testid="station" data-station={operation.station} data-state={state}>
      <span className="station-mark" aria-hidden="true">
        {state === 'Ended' ? (
          <Icon name="check" size={16} />
        ) : state === 'Aborted' ? (
          <Icon name="close" size={16} />
        ) : null}
      </span>
      <div className="station-body">
        <p className="station-head">
          <strong>{label}</strong>
          <span className="station-state">{t.job[state]}</span>
        </p>
        <p className="hint station-times">
          {state === 'Ended' && operation.endedAt !== undefined
            ? [
                t.endedAt(words.time(operation.endedAt)),
                took === undefined ? '' : t.took(words.duration(took)),
              ]
                .filter(Boolean)
                .join(' · ')
            : isRunning && operation.startedAt !== undefined
              ? t.startedAt(words.time(operation.startedAt))
              : t.plannedFor(words.duration(operation.plannedSeconds))}
        </p>
        {state === 'Running' && (
          <Estimate key={operation.seenAt} words={words} operation={operation} heardAtMs={heardAtMs} />
        )}
        {state === 'Ended' ? (
          <details className="more built">
            <summary>{parts.length > 0 ? `${t.asBuilt} (${parts.length})` : t.details}</summary>
            {parts.length > 0 && (
              <ul>
                {parts.map((part) => (
                  <li key={`${part.part}-${part.serial ?? part.lot ?? ''}`}>
                    <code>{part.part}</code>{' '}
                    <span className="hint">
                      {[part.lot && t.lot(part.lot), part.serial && t.serial(part.serial)]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {lock}
          </details>
        ) : (
          state !== 'Aborted' && lock
        )}
      </div>
    </li>
  )
}

/**
 * The line's own estimate of a running job, drawn as a bar that runs towards it and named as an estimate. Without one there is no
 * bar. It never changes a state: only the line's next report does.
 */
function Estimate({
  words,
  operation,
  heardAtMs,
}: {
  readonly words: LaterWords
  readonly operation: OperationView
  readonly heardAtMs: number
}) {
  const { startedAt, seenAt, estimatedRemainingMs } = operation
  // fixed when the report comes in: afterwards the style sheet moves the bar, no render does
  const [sinceHeardMs] = useState(() => Math.max(0, Date.now() - heardAtMs))
  if (startedAt === undefined || seenAt === undefined || estimatedRemainingMs === undefined) return null
  // both instants are the line's clock; the time since we heard is the phone's own: no two clocks are compared
  const elapsedMs = Math.max(0, Date.parse(seenAt) - Date.parse(startedAt)) + sinceHeardMs
  const totalMs = Math.max(1, elapsedMs + estimatedRemainingMs)
  const finish = new Date(Date.parse(seenAt) + estimatedRemainingMs).toISOString()
  return (
    <>
      <span
        className="estimate"
        aria-hidden="true"
        style={{ '--total': `${totalMs}ms`, '--elapsed': `-${elapsedMs}ms`, '--share': elapsedMs / totalMs }}
      />
      <p className="hint">{words.t.lineEstimates(words.time(finish))}</p>
    </>
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

function Cancel({
  words,
  watch,
  view,
  order,
}: {
  readonly words: LaterWords
  readonly watch: Watch
  readonly view: WatchView
  readonly order: OrderView
}) {
  const { t, language } = words
  const [isOpen, setOpen] = useState(false)
  const hasStarted = order.operations.some((operation) => operation.startedAt !== undefined)
  const canCancel = (order.state === 'accepted' || order.state === 'released') && !hasStarted
  const { problem } = view
  const station = order.operations.find(
    (operation) => problem && problem !== 'unanswered' && operation.station === problem['station'],
  )
  const since = problem && problem !== 'unanswered' ? problem['since'] : undefined
  return (
    <>
      {problem !== undefined && (
        <p className="field-error" role="alert" data-testid="cancel-problem">
          {problem === 'unanswered'
            ? t.cancelFailed
            : station && typeof since === 'string'
              ? t.cancelFrozen(station.label[language] ?? station.station, words.time(since))
              : (problem.detail ?? problem.title)}
        </p>
      )}
      {canCancel && (
        <button
          type="button"
          className="button quiet danger"
          aria-disabled={view.cancelling}
          onClick={() => setOpen(true)}
        >
          {view.cancelling ? t.headline.cancelling : t.cancelOrder}
        </button>
      )}
      <Modal title={t.cancelAsk} isOpen={isOpen && canCancel} onClose={() => setOpen(false)}>
        <p>{t.cancelExplain}</p>
        <div className="dialog-foot">
          <button type="button" className="button quiet" onClick={() => setOpen(false)}>
            {t.cancelNo}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              setOpen(false)
              // the answer stands in the headline
              scrollTo({ top: 0 })
              void watch.cancel()
            }}
          >
            {t.cancelYes}
          </button>
        </div>
      </Modal>
    </>
  )
}

/** A line's name for shoppers: the ids of lines say "line" already where they are numbered. */
function lineName({ t }: LaterWords, id: string): string {
  return t.lineName(id.replace(/^line-/, ''))
}

function leadOf(words: LaterWords, order: OrderView): string {
  const { t, language } = words
  const line = order.lineId === undefined ? t.theLine : lineName(words, order.lineId)
  const { waiting } = order
  if (waiting) {
    const since = words.time(waiting.since)
    const at = waiting.lineId === undefined ? line : lineName(words, waiting.lineId)
    switch (waiting.reason) {
      case 'noLine':
        return t.waiting.noLine(since)
      case 'lineSilent':
        return t.waiting.lineSilent(at, since)
      case 'lineRefused':
        return t.waiting.lineRefused(at, since)
      case 'inDoubt':
        return t.waiting.inDoubt(at, since)
      default:
        return t.waiting.other(since)
    }
  }
  switch (order.state) {
    case 'released':
      return t.lead.released(line)
    case 'inProduction': {
      const running = order.operations.find((o) => o.jobState === 'Running' || o.jobState === 'Interrupted')
      if (!running) return t.lead.between(line)
      return t.lead.inProduction(line, running.label[language] ?? running.label['en'] ?? running.station)
    }
    default:
      return t.lead[order.state]
  }
}
