import type { OperationView, OrderView } from '@lot-one/rules'

/** Whether an option of an order can still be changed, and until or since which station's work. */
export type Freedom =
  | { readonly kind: 'open'; readonly until: OperationView | undefined }
  | { readonly kind: 'locked'; readonly by: OperationView; readonly since: string }

const begun: ReadonlySet<string> = new Set(['Running', 'Interrupted', 'Ended', 'Aborted'])
const over: ReadonlySet<string> = new Set(['completed', 'cancelling', 'cancelled', 'stopped'])

/** Says whether anything of an order may be changed at all. */
export function isOpen({ state }: OrderView): boolean {
  return !over.has(state)
}

/**
 * Says when an option freezes: with the first operation that consumes it. An option that nothing in this design consumes could at
 * best bring in an operation before the last one, so it freezes with that. The bridge decides; this is what it can be expected to say.
 */
export function freedomOf({ operations, order }: OrderView, option: string): Freedom {
  const inOrder = operations.toSorted((a, b) => a.op - b.op)
  const users = inOrder.filter(({ consumes }) => consumes.includes(option))
  const deciding = users.length > 0 ? users : inOrder.slice(-1)
  const by = deciding.find(({ jobState }) => jobState !== undefined && begun.has(jobState))
  if (by) return { kind: 'locked', by, since: by.startedAt ?? by.seenAt ?? order.orderedAt }
  return { kind: 'open', until: deciding[0] }
}
