/**
 * One order's life as a flat XState machine. The bridge asks it what an order's state is after each fact; the journal stores
 * its snapshot with `{machineId, version}` beside the events in the same transaction, and rebuilds it by replay when the
 * machine has changed (restoring a snapshot into a changed machine would give `undefined` without an error).
 *
 * accepted ──assigned──▶ released ──job Running──▶ inProduction ──all jobs Ended──▶ completed
 *     └──cancelRequested──▶ cancelling ──cancelled──▶ cancelled     any job Aborted or a conflict ──▶ stopped
 *
 * Only facts enter: `assigned` is the bridge's decision, everything after it is an observation of the line. A cancel request
 * that the line overtakes (the last possible station had started) falls back to what is observed.
 */
import { assign, initialTransition, setup, transition } from 'xstate'
import type { SnapshotFrom } from 'xstate'
import { advances } from './order.ts'
import type { JobState, OrderFact, OrderState } from './order.ts'

export const lifecycleId = { machineId: 'order-lifecycle', version: 2 } as const

interface Context {
  /** Operation number -> last seen state of its job order. */
  readonly jobs: Readonly<Record<number, JobState | 'unseen'>>
}

type FactEvent = {
  [K in OrderFact['kind']]: Extract<OrderFact, { kind: K }> & { type: K }
}[OrderFact['kind']]

const seen = setup({
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- xstate infers its types from this assertion
  types: {} as { context: Context; events: FactEvent },
  actions: {
    assignOperations: assign(({ context, event }) =>
      event.type === 'assigned'
        ? { jobs: Object.fromEntries(event.operations.map((o) => [o.op, context.jobs[o.op] ?? 'unseen'])) }
        : context,
    ),
    seeJob: assign(({ context, event }) =>
      event.type === 'job' ? { jobs: withSeen(context.jobs, event) } : context,
    ),
  },
  guards: {
    allEnded: ({ context, event }) => event.type === 'job' && every(withSeen(context.jobs, event), 'Ended'),
    aborts: ({ context, event }) => isOurs(context, event) && event.jobState === 'Aborted',
    started: ({ context, event }) => isOurs(context, event) && startedStates.has(event.jobState),
  },
})

const startedStates: ReadonlySet<JobState> = new Set(['Running', 'Interrupted', 'Ended'])

function isOurs(context: Context, event: FactEvent): event is Extract<FactEvent, { type: 'job' }> {
  return event.type === 'job' && context.jobs[event.op] !== undefined
}

/** An operation that was never assigned is none of this order's: its report is recorded but changes nothing. */
function withSeen(jobs: Context['jobs'], event: Extract<OrderFact, { kind: 'job' }>): Context['jobs'] {
  const before = jobs[event.op]
  if (before === undefined) return jobs
  return advances(before === 'unseen' ? undefined : before, event.jobState)
    ? { ...jobs, [event.op]: event.jobState }
    : jobs
}

function every(jobs: Context['jobs'], state: JobState): boolean {
  const all = Object.values(jobs)
  return all.length > 0 && all.every((s) => s === state)
}

const job = [
  { guard: 'allEnded', target: '#completed', actions: 'seeJob' },
  { guard: 'aborts', target: '#stopped', actions: 'seeJob' },
  { guard: 'started', target: '#inProduction', actions: 'seeJob' },
  { actions: 'seeJob' },
] as const

export const lifecycle = seen.createMachine({
  id: lifecycleId.machineId,
  version: String(lifecycleId.version),
  context: { jobs: {} },
  initial: 'accepted',
  states: {
    accepted: {
      id: 'accepted',
      on: {
        assigned: { target: 'released', actions: 'assignOperations' },
        cancelRequested: 'cancelling',
        stopped: 'stopped',
      },
    },
    released: {
      id: 'released',
      on: {
        assigned: { actions: 'assignOperations' },
        job,
        cancelRequested: 'cancelling',
        stopped: 'stopped',
      },
    },
    inProduction: {
      id: 'inProduction',
      on: {
        assigned: { actions: 'assignOperations' },
        job,
        cancelRequested: 'cancelling',
        stopped: 'stopped',
      },
    },
    cancelling: {
      id: 'cancelling',
      on: {
        cancelled: 'cancelled',
        stopped: 'stopped',
        // the line was faster: it is being built or was broken off, so it is not cancelled
        job: [
          { guard: 'allEnded', target: '#completed', actions: 'seeJob' },
          { guard: 'aborts', target: '#stopped', actions: 'seeJob' },
          { guard: 'started', target: '#inProduction', actions: 'seeJob' },
          { actions: 'seeJob' },
        ],
      },
    },
    stopped: {
      id: 'stopped',
      on: {
        assigned: { target: 'released', actions: 'assignOperations' },
        cancelRequested: 'cancelling',
        job: [{ guard: 'allEnded', target: '#completed', actions: 'seeJob' }, { actions: 'seeJob' }],
      },
    },
    completed: { id: 'completed', type: 'final' },
    cancelled: { id: 'cancelled', type: 'final' },
  },
})

/** JSON-able state of one order's lifecycle, as the journal stores it. */
export interface LifecycleSnapshot {
  readonly machineId: string
  readonly version: number
  readonly state: OrderState
  readonly jobs: Context['jobs']
}

/** Gives the state before any fact. */
export function newLifecycle(): LifecycleSnapshot {
  const [initial] = initialTransition(lifecycle)
  return toSnapshot(initial)
}

/**
 * Judges one fact and gives the next state; pure. A fact the state does not know (a job report after completion) leaves it
 * as it is: facts are recorded all the same, states never jump.
 * @throws when the snapshot belongs to another machine version: replay the events instead (`replay`).
 */
export function judge(snapshot: LifecycleSnapshot, fact: OrderFact): LifecycleSnapshot {
  if (!isCurrent(snapshot)) {
    throw new Error(
      `Lifecycle snapshot is of ${snapshot.machineId} version ${snapshot.version}, this is version ${lifecycleId.version}: replay the events`,
    )
  }
  const before = lifecycle.resolveState({ value: snapshot.state, context: { jobs: snapshot.jobs } })
  const [after] = transition(lifecycle, before, { ...fact, type: fact.kind } as FactEvent)
  return toSnapshot(after)
}

/** Says whether a stored snapshot may be continued; otherwise `replay` its events. */
export function isCurrent(snapshot: Pick<LifecycleSnapshot, 'machineId' | 'version'>): boolean {
  return snapshot.machineId === lifecycleId.machineId && snapshot.version === lifecycleId.version
}

/** Rebuilds the lifecycle from an order's facts in order. `replay(all) == judge(replay(all but last), last)`. */
export function replay(facts: Iterable<OrderFact>): LifecycleSnapshot {
  let snapshot = newLifecycle()
  for (const fact of facts) snapshot = judge(snapshot, fact)
  return snapshot
}

function toSnapshot(snapshot: SnapshotFrom<typeof lifecycle>): LifecycleSnapshot {
  return { ...lifecycleId, state: snapshot.value, jobs: snapshot.context.jobs }
}
