import type { OrderView } from '@lot-one/rules'
import { useState } from 'react'
import type { Watch, WatchView } from '../../session.ts'
import { Modal } from '../Modal.tsx'
import type { LaterWords } from '../words.ts'

/** Takes the order back, after asking once more; says why where it is too late. */
export function CancelOrder({
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
