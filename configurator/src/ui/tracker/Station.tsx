import type { OperationView, Product } from '@lot-one/rules'
import { useState } from 'react'
import { Icon } from '../icons.tsx'
import type { LaterWords } from '../words.ts'

/** One station's work on the unit: planned, running with the line's own estimate, or done with what was built in. */
export function Station({
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
