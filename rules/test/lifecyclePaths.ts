/** Every simple path through the life of an order with one operation, as xstate/graph finds them in the machine itself. */
import { getSimplePaths } from 'xstate/graph'
import { lifecycle } from '../src/lifecycle.ts'
import type { OrderFact, OrderState } from '../src/order.ts'

/** What changes an order's state: facts, and the states in which its one job order is seen. */
export type Step = 'assigned' | 'cancelRequested' | 'cancelled' | 'stopped' | 'Running' | 'Ended' | 'Aborted'

export interface LifePath {
  readonly steps: readonly Step[]
  /** The order's state after each step. */
  readonly states: readonly OrderState[]
}

const job = (jobState: 'Running' | 'Ended' | 'Aborted'): OrderFact => ({
  kind: 'job',
  op: 10,
  lineId: 'line-1',
  jobState,
  by: 'event',
})
const operation = { op: 10, station: 's', label: {}, jobOrderId: 'o/10', plannedSeconds: 1, consumes: [] }
const facts: Readonly<Record<Step, OrderFact>> = {
  assigned: { kind: 'assigned', lineId: 'line-1', operations: [operation] },
  cancelRequested: { kind: 'cancelRequested' },
  cancelled: { kind: 'cancelled' },
  stopped: { kind: 'stopped', reason: 'conflict' },
  Running: job('Running'),
  Ended: job('Ended'),
  Aborted: job('Aborted'),
}

/** Gives what a fact is as a step; undefined for one that no order's state depends on. */
export function stepOf(fact: OrderFact): Step | undefined {
  const name = fact.kind === 'job' ? fact.jobState : fact.kind
  return Object.keys(facts).find((step): step is Step => step === name)
}

/** Generates the paths: no situation (state, and what was seen of the job order) twice in one; about 2,500. */
export function lifePaths(): LifePath[] {
  const events = Object.values(facts).map((fact) => ({ ...fact, type: fact.kind }))
  return getSimplePaths(lifecycle, {
    events: events as never[],
    serializeState: ({ value, context }: { value: unknown; context: unknown }) =>
      JSON.stringify([value, context]) as never,
  }).map(({ steps }) => {
    const taken = steps.slice(1)
    return {
      steps: taken.flatMap(({ event }) => stepOf(event as unknown as OrderFact) ?? []),
      states: taken.map(({ state }) => state.value),
    }
  })
}
