/** An order as a film: its events, folded one by one, where something was to be seen. */
import { fold, newOrderView } from '@lot-one/rules'
import type { OrderEvent, OrderSnapshot, OrderView } from '@lot-one/rules'

/** One moment of an order: what happened, and how the order stood then. */
export interface Frame {
  readonly event: OrderEvent
  readonly view: OrderView
}

/**
 * Folds events (from the first on, in order) and keeps the moments worth stopping at: taken, given to a line, each station's
 * begin and end, changed, cancelled, stopped. The design is the order's present one throughout.
 */
export function framesOf(order: OrderSnapshot, events: readonly OrderEvent[]): Frame[] {
  const frames: Frame[] = []
  let view = newOrderView(order)
  for (const event of events) {
    const before = view
    view = { ...fold(view, event), order }
    if (isWorthSeeing(before, event)) frames.push({ event, view })
  }
  return frames
}

function isWorthSeeing(before: OrderView, event: OrderEvent): boolean {
  switch (event.kind) {
    case 'promised':
    case 'waiting':
    case 'cancelRequested':
      return false
    case 'assigned':
      return before.lineId !== event.lineId
    case 'job': {
      const known = before.operations.find(({ op }) => op === event.op)?.jobState
      return (event.jobState === 'Running' || event.jobState === 'Ended') && known !== event.jobState
    }
    default:
      return true
  }
}
