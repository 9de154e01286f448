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
import type { JobState, OrderFact, OrderView } from '@lot-one/rules'
import type { HandOver, JobRecord } from './jobOrder.ts'
import type { ListedJob } from './line.ts'

/** One job order as the runner knows it: the durable record and what only matters while this process lives. */
export interface JobWork {
  readonly record: JobRecord
  /** A call or a write for it is under way. */
  readonly busy: boolean
  /** The line's moment when its last call was over; a list asked for later tells what came of it. */
  readonly lastCallAt: number
  /** The call whose fate is open: unanswered, or answered with something that wants a look. */
  readonly doubt?: 'store' | 'start' | 'withdraw' | 'clear'
  /** The line took its Start. */
  readonly startTaken: boolean
  /** ISO instant since which the line no longer knows it although it may have begun: only a person at the station can tell. */
  readonly missingSince?: string
  /** The line's last refusal of its Store, until a list has shown what is there. */
  readonly refusal?: { readonly bits: readonly number[]; readonly names: readonly string[] }
  /** Epoch ms; nothing is tried for it before. */
  readonly notBefore: number
}

/** What one operation needs of a line. */
export interface Need {
  readonly op: number
  readonly station: string
  readonly plannedSeconds: number
  readonly workMasterId: string
  readonly materialRequirements: readonly { readonly part: string }[]
}

export interface OrderWork {
  readonly view: OrderView
  /** Stations its routing needs, in order; known before any line is chosen. */
  readonly needs: readonly Need[]
  /** In routing order; empty until a line is chosen. */
  readonly jobs: readonly JobWork[]
  /** A change or a cancellation has the order in its hands. */
  readonly changing: boolean
  /** Line id -> epoch ms until which it is not asked again, because it refused. */
  readonly avoid: ReadonlyMap<string, number>
}

/** A station that does a kind of work. Absent or empty lists: it does not say, so it may be asked for anything. */
export interface Capability {
  readonly known: boolean
  readonly station?: string
  readonly credit: number
  readonly workMasters?: readonly string[]
  readonly materials?: readonly string[]
}

/** A line as planning sees it. */
export interface LineSeen {
  readonly id: string
  readonly online: boolean
  readonly held: boolean
  /** Finished jobs leave its lists by themselves. */
  readonly clearsByItself?: boolean
  /** Why it is not online, and since when (epoch ms). */
  readonly reason: string
  readonly since: number
  /** The station for a kind of work with its free places; `known: false`: the line was never online, nobody can say. */
  capability(station: string): Capability
  listed(station: string, jobOrderId: string, since: number): ListedJob
  /** The station's list was asked for after this moment. */
  listReadSince(station: string, moment: number): boolean
  /** Seconds of line time queued for a kind of work, divided by how many the station was seen to do at once. */
  backlogSeconds(station: string): number
}

export type Action =
  | { readonly do: 'assign'; readonly orderId: string; readonly lineId: string; readonly promisedAt: number }
  | { readonly do: 'unassign'; readonly orderId: string; readonly lineId: string }
  | { readonly do: 'record'; readonly orderId: string; readonly fact: OrderFact }
  /** `readList`: the station's whole list, a call's fate is open · `ask`: the response of a job that is gone from its list. */
  | {
      readonly do: 'store' | 'update' | 'start' | 'clear' | 'withdraw' | 'readList' | 'ask'
      readonly orderId: string
      readonly op: number
    }
  /** What a list showed about a job whose fate was open. */
  | { readonly do: 'settle'; readonly orderId: string; readonly op: number; readonly as: Settlement }

/** `started`/`notStarted`: what became of a Start · `still`: the call was not executed, make it again · the others: the hand-over. */
export type Settlement =
  | 'confirmed'
  | 'withdrawn'
  | 'cleared'
  | 'refused'
  | 'conflict'
  | 'started'
  | 'notStarted'
  | 'still'

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
  const taken = new Map<string, { count: number; seconds: number }>()
  for (const order of orders) {
    if (order.changing) continue
    if (order.jobs.length === 0) planAssignment(order, lines, now, secondsPerPlannedSecond, taken, actions)
    else planJobs(order, lines, now, actions)
  }
  return actions
}

function planAssignment(
  order: OrderWork,
  lines: readonly LineSeen[],
  now: number,
  pace: number,
  taken: Map<string, { count: number; seconds: number }>,
  actions: Action[],
): void {
  const { view } = order
  const orderId = view.order.orderId
  if (view.state === 'cancelling') {
    actions.push({ do: 'record', orderId, fact: { kind: 'cancelled' } })
    return
  }
  if ((view.state !== 'accepted' && view.state !== 'released') || order.needs.length === 0) return
  let best: { readonly line: LineSeen; readonly promisedAt: number } | undefined
  for (const line of lines) {
    if (obstacle(order, line, taken, now) !== undefined) continue
    const promisedAt = promise(order, line, taken, now, pace)
    if (!best || promisedAt < best.promisedAt) best = { line, promisedAt }
  }
  if (!best) {
    wait(order, whyNoLine(order, lines, taken, now), actions)
    return
  }
  for (const { station, plannedSeconds } of order.needs) {
    const key = `${best.line.id} ${station}`
    const before = taken.get(key) ?? { count: 0, seconds: 0 }
    taken.set(key, { count: before.count + 1, seconds: before.seconds + plannedSeconds })
  }
  actions.push({ do: 'assign', orderId, lineId: best.line.id, promisedAt: best.promisedAt })
}

/** What a line will never have for an order as long as it is equipped as it is; undefined when nothing is missing or known to be. */
function inability({ needs }: Pick<OrderWork, 'needs'>, line: LineSeen): string | undefined {
  for (const { station: kind, workMasterId, materialRequirements } of needs) {
    const { known, station, workMasters = [], materials = [] } = line.capability(kind)
    if (!known) return undefined
    if (station === undefined) return `has no station for ${kind}`
    if (workMasters.length > 0 && !workMasters.includes(workMasterId))
      return `has no work master ${workMasterId} at ${station}`
    const part = materials.length > 0 && materialRequirements.find((each) => !materials.includes(each.part))
    if (part) return `has no material ${part.part} at ${station}`
  }
  return undefined
}

/** Why a line cannot take an order now; undefined when it can. Most lasting reason first. */
export function obstacle(
  order: Pick<OrderWork, 'needs' | 'avoid'>,
  line: LineSeen,
  taken: ReadonlyMap<string, { count: number }>,
  now: number,
): string | undefined {
  const lacking = inability(order, line)
  if (lacking !== undefined) return lacking
  if (!line.online) return 'is not online'
  if (line.held) return 'is on hold'
  if ((order.avoid.get(line.id) ?? 0) > now) return 'refused it'
  const full = order.needs.find(
    ({ station }) => line.capability(station).credit - (taken.get(`${line.id} ${station}`)?.count ?? 0) < 1,
  )
  return full ? `is full at ${full.station}` : undefined
}

function whyNoLine(
  order: OrderWork,
  lines: readonly LineSeen[],
  taken: ReadonlyMap<string, { count: number }>,
  now: number,
): OrderFact & { kind: 'waiting' } {
  const reasons = lines.map((line) => [line.id, obstacle(order, line, taken, now) ?? ''] as const)
  const able = lines.filter((line) => inability(order, line) === undefined)
  const refused = reasons.find(([, why]) => why === 'refused it')
  const detail = reasons.map(([id, why]) => `${id} ${why}`).join('; ') || 'no line is configured'
  if (able.length === 0 && lines.length > 0) return { kind: 'waiting', reason: 'cannotBuild', detail }
  if (refused && able.every(({ id }) => (order.avoid.get(id) ?? 0) > now))
    return { kind: 'waiting', reason: 'lineRefused', lineId: refused[0], detail }
  return { kind: 'waiting', reason: 'noLine', detail }
}

/** When the unit could be ready: at each station after what is queued there, planned durations in between. */
function promise(
  order: OrderWork,
  line: LineSeen,
  taken: ReadonlyMap<string, { seconds: number }>,
  now: number,
  pace: number,
): number {
  let at = 0
  for (const { station, plannedSeconds } of order.needs) {
    const queued = line.backlogSeconds(station) + (taken.get(`${line.id} ${station}`)?.seconds ?? 0)
    at = Math.max(at, queued) + plannedSeconds
  }
  return now + Math.round(at * 1_000 * pace)
}

/** Says a reason once: again only when it is another one. */
function wait(order: OrderWork, fact: OrderFact & { kind: 'waiting' }, actions: Action[]): void {
  const said = order.view.waiting
  if (
    said?.reason === fact.reason &&
    said.lineId === fact.lineId &&
    ((fact.reason !== 'noLine' && fact.reason !== 'cannotBuild') || said.detail === fact.detail)
  )
    return
  actions.push({ do: 'record', orderId: order.view.order.orderId, fact })
}

const over = (state: JobState | undefined): boolean => state === 'Ended' || state === 'Aborted'
/** Begun or over: the unit carries this operation. */
export const begun = (state: JobState | undefined): boolean =>
  state === 'Running' || state === 'Interrupted' || over(state)

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

/** The line an order's job orders are on, or about to be; undefined when all of them are off it again. */
export function lineInHand(records: readonly JobRecord[]): string | undefined {
  return records.find(({ handOver }) => handOver !== 'withdrawn' && handOver !== 'refused')?.lineId
}

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

/** Marks a job record whose Cancel was sent, or is about to be: absent means taken off, also to another process. */
export const withdrawingDetail = 'withdrawing'

/** Marks a job record that was confirmed before its line forgot it: others of its order may have begun since. */
export const forgottenDetail = 'forgotten'

/** Marks a job record whose content is being changed at the station; another digest there is then no conflict. */
export const changingDetail = 'changing'
