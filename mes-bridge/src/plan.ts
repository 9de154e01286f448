/**
 * Decides what to do next: from durable facts and observed lines to actions. Pure; the runner in dispatch.ts performs the
 * actions and asks again. Repeating a plan is safe: every action is either a write of something observed, a read, or a call
 * the line refuses or ignores the second time.
 *
 * One job order's hand-over:
 *
 *   planned → sending (durable before the call) → confirmed → started, watched, Ended (durable) → cleared
 *                 └ answer missing → in doubt: read the station's list, newer than the call
 *                       listed, same digest → confirmed · listed, other digest → conflict: stop and alarm
 *                       not listed → send again (the line refuses a second order with a known id)
 *
 * An order starts only when all its job orders are confirmed, so an order that must go to another line has never started: its
 * job orders are fenced by Cancel first.
 */
import { planAssignment, wait } from './assignment.ts'
import type { Taken } from './assignment.ts'
import type { HandOver } from './jobOrder.ts'
import { begun, changingDetail, forgottenDetail, over, withdrawingDetail } from './work.ts'
import type { Action, JobWork, LineSeen, OrderWork, Settlement } from './work.ts'

/** A line may be away this long before the shopper is told. */
export const silenceGraceMs = 2_000

/** Plans every order given; orders see the assignments made before them in the same plan. Cost: linear in jobs of `orders`. */
export function plan(
  orders: Iterable<OrderWork>,
  lines: readonly LineSeen[],
  now: number,
  secondsPerPlannedSecond = 1,
): Action[] {
  const actions: Action[] = []
  const taken: Taken = new Map()
  for (const order of orders) {
    if (order.changing) continue
    if (order.jobs.length === 0) planAssignment(order, lines, now, secondsPerPlannedSecond, taken, actions)
    else planJobs(order, lines, now, actions)
  }
  return actions
}

/** What an order's job orders are wanted to become. */
type Goal = 'build' | 'withdraw' | 'move'

function goalOf({ view, jobs }: OrderWork): Goal {
  // A cancelled order must never look like one whose job orders are missing.
  if (view.state !== 'released' && view.state !== 'inProduction') return 'withdraw'
  const refused = jobs.some(({ record }) => record.handOver === 'refused')
  return refused && !jobs.some(({ record }) => begun(record.jobState)) ? 'move' : 'build'
}

/** Nothing of ours is on the line, or nothing we may touch. */
const offTheLine: ReadonlySet<HandOver> = new Set(['withdrawn', 'refused', 'conflict'])

/** Nothing more is to be asked or told about this job order. */
export function isDone({ record }: JobWork, goal: Goal = 'build'): boolean {
  return record.cleared || (goal !== 'build' && offTheLine.has(record.handOver))
}

function planJobs(order: OrderWork, lines: readonly LineSeen[], now: number, actions: Action[]): void {
  const { view, jobs } = order
  const orderId = view.order.orderId
  const lineId = jobs[0]?.record.lineId ?? ''
  const line = lines.find(({ id }) => id === lineId)
  const goal = goalOf(order)
  const open = jobs.filter((job) => !isDone(job, goal))
  if (open.length === 0) {
    if (view.state === 'cancelling') actions.push({ do: 'record', orderId, fact: { kind: 'cancelled' } })
    if (goal === 'move') actions.push({ do: 'unassign', orderId, lineId })
    return
  }
  if (!line?.online) {
    const tellable = view.state !== 'completed' && view.state !== 'cancelled' && view.state !== 'stopped'
    if (tellable && (!line || now - line.since >= silenceGraceMs)) {
      wait(
        order,
        {
          kind: 'waiting',
          reason: 'lineSilent',
          lineId,
          detail: line?.reason ?? `line ${lineId} is no longer configured`,
        },
        actions,
      )
    }
    return
  }
  const running = view.state === 'cancelling' ? jobs.find(({ record }) => begun(record.jobState)) : undefined
  if (running?.record.jobState) {
    // The line was faster than the cancellation; said again so that the order's state follows.
    const { jobOrder, jobState } = running.record
    actions.push({
      do: 'record',
      orderId,
      fact: { kind: 'job', op: jobOrder.op, lineId, jobState, by: 'read' },
    })
    return
  }
  for (const job of open) {
    if (job.busy || job.record.handOver === 'conflict') continue
    const action =
      inspect(order, job, line, goal, now) ?? (now < job.notBefore ? undefined : advance(order, job, goal))
    if (action) actions.push(action)
  }
}

/**
 * Compares what we believe with what the line was seen to hold.
 * @returns what settles a difference or an open question; undefined when belief and list agree.
 */
function inspect(
  order: OrderWork,
  job: JobWork,
  line: LineSeen,
  goal: Goal,
  now: number,
): Action | undefined {
  const { record, doubt } = job
  if (record.handOver === 'planned') return undefined
  const orderId = order.view.order.orderId
  const { op, jobOrderId, digest } = record.jobOrder
  const settle = (as: Settlement): Action => ({ do: 'settle', orderId, op, as })
  const { station } = line.capability(record.jobOrder.station)
  if (station === undefined) return undefined
  if (doubt && !line.listReadSince(station, job.lastCallAt))
    return now < job.notBefore ? undefined : { do: 'readList', orderId, op }
  const seen = line.listed(station, jobOrderId, job.lastCallAt)
  if (seen.listed === 'unknown') return undefined
  // There, but how it stands only another look can tell: nothing is called meanwhile.
  if (seen.listed === 'unclear') return now < job.notBefore ? undefined : { do: 'readList', orderId, op }
  if (seen.listed === 'yes') {
    const { job: listed } = seen
    if (listed.digest !== undefined && listed.digest !== digest) {
      // An event may be older than our last Update, and come later than any list: only a list asked for afterwards is believed.
      if (!seen.contentRead || !line.listReadSince(station, job.lastCallAt))
        return now < job.notBefore ? undefined : { do: 'readList', orderId, op }
      if (record.detail === changingDetail && !begun(listed.jobState)) return { do: 'update', orderId, op }
      return settle('conflict')
    }
    if (doubt === 'start') return settle(listed.jobState === 'NotAllowedToStart' ? 'notStarted' : 'started')
    if (doubt === 'withdraw' || doubt === 'clear') return settle('still')
    // Adopted: our own Store whose answer was lost, or a late copy of it.
    if (record.handOver !== 'confirmed') return settle('confirmed')
    if (
      job.startTaken &&
      record.jobState !== 'AllowedToStart' &&
      listed.jobState === 'NotAllowedToStart' &&
      line.listReadSince(station, job.lastCallAt)
    )
      return settle('notStarted')
    return undefined
  }
  if (doubt === 'clear' || (record.handOver === 'confirmed' && over(record.jobState)))
    return settle('cleared')
  // A line that clears what is finished may have been faster than our Cancel, from the start of the job to its end.
  const isCertain = !line.clearsByItself || !mayHaveBegun(order, job)
  const wasCancelled = doubt === 'withdraw' || record.detail === withdrawingDetail
  if (goal !== 'build' && wasCancelled && isCertain) return settle('withdrawn')
  if (doubt === 'store') return settle(job.refusal ? 'refused' : goal === 'build' ? 'still' : 'withdrawn')
  if (record.handOver !== 'confirmed') return undefined
  if (mayHaveBegun(order, job)) return now < job.notBefore ? undefined : { do: 'ask', orderId, op }
  return settle(goal === 'build' ? 'still' : 'withdrawn')
}

/** The next step of a job order whose state is known. */
function advance(order: OrderWork, job: JobWork, goal: Goal): Action | undefined {
  const { record } = job
  const orderId = order.view.order.orderId
  const { op } = record.jobOrder
  // The line forgets what is cleared, so its end must be on disk first: killed in between, nobody could tell any more.
  if (over(record.jobState)) return isDurablyOver(order, op) ? { do: 'clear', orderId, op } : undefined
  if (goal !== 'build') {
    if (record.handOver !== 'confirmed') return { do: 'settle', orderId, op, as: 'withdrawn' }
    return !begun(record.jobState) && mayWithdraw(order, job, goal)
      ? { do: 'withdraw', orderId, op }
      : undefined
  }
  if (record.handOver !== 'confirmed') return { do: 'store', orderId, op }
  return isTurn(order, job) && !job.startTaken && !begun(record.jobState)
    ? { do: 'start', orderId, op }
    : undefined
}

/** The view is folded from events that are durable; the record in hand may be ahead of it. */
function isDurablyOver({ view }: OrderWork, op: number): boolean {
  return over(view.operations.find((operation) => operation.op === op)?.jobState)
}

/** All job orders are on their stations and everything before this one has ended: the unit has arrived. */
function isTurn({ jobs }: OrderWork, job: JobWork): boolean {
  return (
    jobs.every(({ record }) => record.handOver === 'confirmed') &&
    jobs.slice(0, jobs.indexOf(job)).every(({ record }) => record.jobState === 'Ended')
  )
}

/** Its Start was sent, or may have been by a process that is gone: once all were on their stations and the unit had arrived. */
function mayHaveBegun({ jobs }: OrderWork, job: JobWork): boolean {
  if (job.startTaken || begun(job.record.jobState)) return true
  return (
    jobs.every(({ record }) => record.handOver === 'confirmed' || record.detail === forgottenDetail) &&
    jobs.slice(0, jobs.indexOf(job)).every(({ record }) => record.jobState === 'Ended')
  )
}

/**
 * A cancellation is decided at the one job order that could begin; only when the line has given that one back are the others
 * taken off. If it had begun, the order goes on and nothing was lost.
 */
function mayWithdraw({ jobs }: OrderWork, job: JobWork, goal: Goal): boolean {
  if (goal === 'move') return true
  return jobs.slice(0, jobs.indexOf(job)).every((other) => isDone(other, goal) || over(other.record.jobState))
}
