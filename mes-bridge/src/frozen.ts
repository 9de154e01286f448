/** What of an order can no longer be changed: pure, over the view that shoppers see. */
import type { OrderView, Selection } from '@lot-one/rules'
import type { Finished, Frozen } from './production.ts'

const started: ReadonlySet<string> = new Set(['Running', 'Interrupted', 'Ended', 'Aborted'])

/**
 * Says which station stands in the way of changing `options` ('all': of cancelling), or undefined. An option is frozen when
 * an operation that consumes it was seen Running or later.
 */
export function frozenBy(view: OrderView, options: ReadonlySet<string> | 'all'): Frozen | undefined {
  for (const operation of view.operations) {
    if (operation.jobState === undefined || !started.has(operation.jobState)) continue
    const locked =
      options === 'all' ? operation.consumes : operation.consumes.filter((option) => options.has(option))
    if (options !== 'all' && locked.length === 0) continue
    const since = operation.startedAt ?? operation.seenAt ?? view.order.orderedAt
    return { outcome: 'frozen', station: operation.station, since, options: locked }
  }
  return undefined
}

/** Says that an order is over (or on its way out), or undefined. */
export function finishedOrder(view: OrderView): Finished | undefined {
  return ['completed', 'cancelled', 'cancelling'].includes(view.state)
    ? { outcome: 'finished', state: view.state }
    : undefined
}

/** Options whose value differs between two designs. */
export function differences(before: Selection, after: Selection): ReadonlySet<string> {
  return new Set(
    [...Object.keys(before), ...Object.keys(after)].filter((option) => before[option] !== after[option]),
  )
}
