/**
 * Cancelling and changing an order that is already on a line. Both are races with the line, and the line decides them: the one
 * job order that could begin is taken out of its reach first (Cancel, or RevokeStart for a change); if it had begun, nothing
 * else was touched and the answer is `frozen`.
 */
import type { OrderSnapshot } from '@lot-one/rules'
import { composeJobOrders, toOperation, withIds } from './composeJobOrders.ts'
import type { PlannedOperation } from './composeJobOrders.ts'
import { differences, finishedOrder } from './frozen.ts'
import type { Desk } from './handOver.ts'
import type { JobOrder } from './jobOrder.ts'
import type { Unavailable } from './journal.ts'
import { Bit } from './line.ts'
import type { Line } from './line.ts'
import { newJob } from './orderBook.ts'
import type { Job, Work } from './orderBook.ts'
import { begun, changingDetail } from './work.ts'
import type { Frozen, Production } from './production.ts'

export type CancelOutcome = Awaited<ReturnType<Production['requestCancel']>>
export type ChangeOutcome = Awaited<ReturnType<Production['requestChange']>>
/** The complete new design and what it costs, already checked. */
export type Change = Parameters<Production['requestChange']>[1]

/** What the dispatcher lends for wishes about orders. */
export interface Hands extends Pick<Desk, 'book' | 'lineOf' | 'touch'> {
  /** An order of the journal; undefined when it is in other hands. */
  load(orderId: string): Promise<Work | undefined>
  derive(order: OrderSnapshot): Promise<readonly PlannedOperation[]>
}

/** How long an answer waits for the line's decision; the wish stands either way. */
const patienceMs = 3_000
const inOtherHands: Unavailable = {
  outcome: 'unavailable',
  reason: 'another bridge has taken the order over, try again shortly',
}

/** Wants an order cancelled: durable when it answers. Repeating it is safe. */
export async function cancelOrder(hands: Hands, orderId: string): Promise<CancelOutcome> {
  const work = await hands.load(orderId)
  if (!work) return inOtherHands
  const already = cancelState(work)
  if (already) return already
  if (work.view.state !== 'cancelling') {
    const stored = await within(hands.book.write(work, [{ kind: 'cancelRequested' }]), patienceMs)
    if (!stored) return { outcome: 'unavailable', reason: 'the wish is not stored yet' }
  }
  hands.touch(work)
  return (await eventually(work, () => cancelState(work))) ?? { outcome: 'requested' }
}

function cancelState(work: Work): CancelOutcome | undefined {
  if (work.view.state === 'cancelled') return { outcome: 'requested' }
  if (work.view.state === 'completed') return { outcome: 'finished', state: work.view.state }
  return firstBegun(work, () => true)
}

function firstBegun(
  { view, jobs }: Work,
  touches: (job: Job) => boolean,
  changed?: ReadonlySet<string>,
): Frozen | undefined {
  const job = jobs.find((candidate) => begun(candidate.record.jobState) && touches(candidate))
  if (!job) return undefined
  const { op, station } = job.record.jobOrder
  const operation = view.operations.find((candidate) => candidate.op === op)
  const options = (operation?.consumes ?? []).filter((option) => changed?.has(option) ?? true)
  return {
    outcome: 'frozen',
    station,
    since: operation?.startedAt ?? operation?.seenAt ?? view.order.orderedAt,
    options,
  }
}

/** Resolves with what `look` finds after some event of the order, or undefined when patience ends. */
function eventually<T>(work: Work, look: () => T | undefined): Promise<T | undefined> {
  return new Promise((resolve) => {
    const end = (found: T | undefined): void => {
      clearTimeout(timer)
      work.watchers.delete(watch)
      resolve(found)
    }
    const watch = (): void => {
      const found = look()
      if (found !== undefined) end(found)
    }
    const timer = setTimeout(() => end(look()), patienceMs)
    work.watchers.add(watch)
    watch()
  })
}

/** What the work says in time, or false; it goes on either way. */
async function within(work: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  const done = await Promise.race([work, late])
  clearTimeout(timer)
  return done
}

interface Difference {
  readonly changed: readonly { readonly job: Job; readonly order: JobOrder }[]
  readonly added: readonly JobOrder[]
  readonly removed: readonly Job[]
}

/** Gives an order another design as far as no station has begun what it touches. Two changes at once: the second is refused as unavailable. */
export async function changeOrder(hands: Hands, orderId: string, change: Change): Promise<ChangeOutcome> {
  const work = await hands.load(orderId)
  if (!work) return inOtherHands
  if (work.changing) return { outcome: 'unavailable', reason: 'another change of this order is under way' }
  const over = finishedOrder(work.view)
  if (over) return over
  if (work.view.state === 'stopped')
    return { outcome: 'unavailable', reason: work.view.stoppedBecause ?? 'an operator has the order' }
  const derived = await hands.derive({ ...work.view.order, selection: { ...change.selection } })
  const operations = withIds(derived, work.jobs, work.spent)
  const orders = composeJobOrders(work.view.order, operations)
  work.changing = true
  try {
    let removed: readonly Job[] = []
    if (work.jobs.length > 0) {
      const done = await changeOnLine(
        hands,
        work,
        orders,
        differences(work.view.order.selection, change.selection),
      )
      if ('outcome' in done) return done
      removed = done.removed
    }
    work.operations = operations
    if (work.jobs.length === 0) work.needs = [...operations].sort((a, b) => a.op - b.op)
    const lineId = work.jobs[0]?.record.lineId
    const isDurable = await hands.book.write(
      work,
      [
        { kind: 'changed', selection: { ...change.selection }, priceCents: change.priceCents },
        ...(lineId === undefined
          ? []
          : [
              {
                kind: 'assigned' as const,
                lineId,
                operations: operations.map(toOperation),
                ...(work.view.promisedAt !== undefined && { promisedAt: work.view.promisedAt }),
              },
            ]),
      ],
      [...work.jobs, ...removed],
    )
    return isDurable ? { outcome: 'changed' } : inOtherHands
  } finally {
    work.changing = false
    hands.touch(work)
  }
}

function compare(work: Work, orders: readonly JobOrder[]): Difference {
  const before = new Map(work.jobs.map((job) => [job.record.jobOrder.jobOrderId, job]))
  const after = new Set(orders.map(({ jobOrderId }) => jobOrderId))
  return {
    changed: orders.flatMap((order) => {
      const job = before.get(order.jobOrderId)
      return job && job.record.jobOrder.digest !== order.digest ? [{ job, order }] : []
    }),
    added: orders.filter(({ jobOrderId }) => !before.has(jobOrderId)),
    removed: work.jobs.filter(({ record }) => !after.has(record.jobOrder.jobOrderId)),
  }
}

/** @returns why it is not done, or the job orders that are none of the order's any more, to be written with the change. */
async function changeOnLine(
  hands: Hands,
  work: Work,
  orders: readonly JobOrder[],
  options: ReadonlySet<string>,
): Promise<ChangeOutcome | { readonly removed: readonly Job[] }> {
  const difference = compare(work, orders)
  const touched = new Set([...difference.changed.map(({ job }) => job), ...difference.removed])
  if (touched.size === 0 && difference.added.length === 0) return { removed: [] }
  const earliestNew = Math.min(...difference.added.map(({ op }) => op), Infinity)
  const touches = (job: Job): boolean => touched.has(job) || job.record.jobOrder.op > earliestNew
  const frozen = (): Frozen | undefined => firstBegun(work, touches, options)
  const lineId = work.jobs[0]?.record.lineId ?? ''
  const line = hands.lineOf(lineId)
  const stationOf = (order: JobOrder): string | undefined => line?.stationFor(order.station)?.station
  const tooLate = frozen()
  if (tooLate) return tooLate
  if (!line?.isOnline() || work.jobs.some(({ busy, doubt }) => busy || doubt)) {
    return {
      outcome: 'unavailable',
      reason: `line ${lineId} is ${line?.isOnline() ? 'busy with this order' : 'not online'}, try again shortly`,
    }
  }
  const missing = orders.find((order) => stationOf(order) === undefined)
  if (missing)
    return {
      outcome: 'unavailable',
      reason: `line ${lineId}, where the order already is, has no station for ${missing.station}`,
    }
  const obstacle = await fence(line, work, touches, stationOf)
  if (obstacle) return frozen() ?? obstacle

  const before = work.jobs.map(({ record }) => record)
  // Durable before the first call: after a crash the stations get back the content the order still has.
  for (const { job, order } of difference.changed)
    hands.book.setRecord(work, job, { jobOrder: order, detail: changingDetail })
  for (const job of difference.removed)
    hands.book.setRecord(work, job, { handOver: 'unknown', detail: changingDetail })
  // Their ids are spent from here on: what the change does not keep in the end, the station is told to forget.
  const added = difference.added.map((jobOrder) =>
    newJob({ jobOrder, lineId, handOver: 'withdrawn', attempt: 1, cleared: true }, line.moment()),
  )
  for (const { jobOrderId } of difference.added) work.spent.add(jobOrderId)
  if (!(await hands.book.write(work, [], [...work.jobs, ...added]))) return inOtherHands
  const done = await Promise.all([
    ...difference.changed.map(({ job, order }) => put(line, stationOf(order) ?? '', order, 'update', job)),
    ...difference.added.map((order) => put(line, stationOf(order) ?? '', order, 'store')),
    ...difference.removed.map(async ({ record }) => {
      const outcome = await line.command(
        stationOf(record.jobOrder) ?? '',
        'Cancel',
        record.jobOrder.jobOrderId,
      )
      return (
        outcome.outcome === 'accepted' ||
        (outcome.outcome === 'refused' && outcome.bits.includes(Bit.unknownJobOrder))
      )
    }),
  ])
  if (done.every(Boolean)) {
    for (const job of added)
      Object.assign(job, {
        record: { ...job.record, handOver: 'confirmed', cleared: false },
        lastCallAt: line.moment(),
      })
    for (const { job } of difference.changed) job.record = withoutDetail(job.record)
    for (const { job } of difference.changed) job.lastCallAt = line.moment()
    for (const job of work.jobs) job.startTaken = begun(job.record.jobState)
    const kept = work.jobs.filter((job) => !difference.removed.includes(job))
    hands.book.setJobs(
      work,
      [...kept, ...added].sort((a, b) => a.record.jobOrder.op - b.record.jobOrder.op),
    )
    for (const job of difference.removed) {
      work.spent.add(job.record.jobOrder.jobOrderId)
      job.record = { ...withoutDetail(job.record), handOver: 'withdrawn', cleared: true }
    }
    return { removed: difference.removed }
  }
  // Half done: back to the content the order has; plan() brings the stations in line, now or when they answer again. What was
  // seen of the jobs meanwhile stays.
  for (const [index, job] of work.jobs.entries()) {
    const jobOrder = before[index]?.jobOrder
    if (!jobOrder || !touched.has(job)) continue
    hands.book.setRecord(work, job, { jobOrder, handOver: 'unknown', detail: changingDetail })
    Object.assign(job, { doubt: 'store', startTaken: false, lastCallAt: line.moment() })
  }
  await Promise.all(
    difference.added.map((order) => line.command(stationOf(order) ?? '', 'Cancel', order.jobOrderId)),
  )
  await hands.book.write(work, [], work.jobs)
  return {
    outcome: 'unavailable',
    reason: `line ${lineId} did not take the change, the order stays as it was`,
  }
}

function withoutDetail(record: Job['record']): Job['record'] {
  const { detail: _, ...rest } = record
  return rest
}

/** Takes the job order that could begin out of the line's reach, if the change touches it or something before the unit. */
async function fence(
  line: Line,
  work: Work,
  touches: (job: Job) => boolean,
  stationOf: (order: JobOrder) => string | undefined,
): Promise<ChangeOutcome | undefined> {
  const current = work.jobs.find(({ record }) => record.jobState !== 'Ended')
  if (!current || begun(current.record.jobState) || !touches(current)) return undefined
  const { jobOrder } = current.record
  const station = stationOf(jobOrder) ?? ''
  const outcome = await line.command(station, 'RevokeStart', jobOrder.jobOrderId)
  if (outcome.outcome === 'accepted') {
    current.startTaken = false
    return undefined
  }
  // Refused because it was never startable, or because it has begun; or nobody knows. The list knows.
  const since = line.moment()
  await line.readList(station)
  const seen = line.listed(station, jobOrder.jobOrderId, since)
  if (
    line.listReadSince(station, since) &&
    seen.listed === 'yes' &&
    seen.job.jobState === 'NotAllowedToStart'
  )
    return undefined
  return {
    outcome: 'unavailable',
    reason: `station ${station} did not say whether it has begun, try again shortly`,
  }
}

/** Makes a station hold this content; whatever the call says, its list decides. */
async function put(
  line: Line,
  station: string,
  order: JobOrder,
  how: 'store' | 'update',
  job?: Job,
): Promise<boolean> {
  if (job && job.record.handOver !== 'confirmed') return false
  const outcome = await (how === 'store' ? line.store(station, order) : line.update(station, order))
  if (outcome.outcome === 'accepted') return true
  const since = line.moment()
  await line.readList(station)
  const seen = line.listed(station, order.jobOrderId, since)
  return line.listReadSince(station, since) && seen.listed === 'yes' && seen.job.digest === order.digest
}
