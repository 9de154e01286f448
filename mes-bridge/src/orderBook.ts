/**
 * The open orders of this process: each with its view, its job orders and what is being written about it. One write per order
 * at a time; what comes up meanwhile goes into the next one, so an order never waits for its own backlog and its facts keep
 * their sequence.
 */
import { fold } from '@lot-one/rules'
import type { OrderEvent, OrderFact, OrderView } from '@lot-one/rules'
import type { PlannedOperation } from './composeJobOrders.ts'
import type { JobOrder, JobRecord } from './jobOrder.ts'
import { JournalUnavailable } from './journal.ts'
import type { Fence, Journal } from './journal.ts'
import type { Log } from './line.ts'
import type { JobWork, OrderWork } from './work.ts'

/** A job order in hand; `JobWork` with the fields the runner moves. */
export type Job = { -readonly [K in keyof JobWork]: JobWork[K] }

/** An order in hand. */
export interface Work extends OrderWork {
  view: OrderView
  operations: readonly PlannedOperation[]
  needs: OrderWork['needs']
  jobs: Job[]
  changing: boolean
  readonly avoid: Map<string, number>
  /** Kinds of facts that were planned and are not durable yet: they are not planned again. */
  readonly saying: Set<OrderFact['kind']>
  /** Called after every event that was folded in. */
  readonly watchers: Set<() => void>
  /** Job order ids that were taken off a line, or stored there in vain: never used again. */
  readonly spent: Set<string>
  /** Leases it is in our hands under; every write says so. */
  fences: readonly Fence[]
  /** It is in other hands now: nothing that is left to write about it may be written by us. */
  dropped: boolean
}

export interface OrderBook {
  get(orderId: string): Work | undefined
  all(): IterableIterator<Work>
  readonly size: number
  add(
    view: OrderView,
    records: readonly JobRecord[],
    momentOf: (lineId: string) => number,
    fences: readonly Fence[],
  ): Work
  /** It is over; what is still to be written about it will be. */
  remove(orderId: string): void
  /** It goes to other hands; what is not durable yet is forgotten. */
  drop(work: Work): void
  /** Replaces an order's job orders (another line, another content) or one record; load is counted along. */
  setJobs(work: Work, jobs: readonly Job[]): void
  setRecord(work: Work, job: Job, change: Partial<JobRecord>): void
  /**
   * Resolves `true` when durable; storage trouble is waited out, so it may take long. `false`: not written, because the order is
   * in other hands or this process ends.
   */
  write(work: Work, facts: readonly OrderFact[], jobs?: readonly Job[]): Promise<boolean>
  /** Writes a record with the order's next facts, or alone after a moment: for what a list would tell again after a crash. */
  note(work: Work, job: Job): void
  load(lineId: string, station: string): Load
  /** Orders with work left on a line. */
  ordersOn(lineId: string): number
  /** Writes what was noted about these orders; resolves when it is durable. */
  settle(works: Iterable<Work>): Promise<void>
  /** Resolves when nothing is being written; gives up on what storage refuses. */
  close(): Promise<void>
}

export interface Load {
  /** Job orders of ours in the station's list. */
  readonly jobs: number
  /** Planned seconds of those not over. */
  readonly seconds: number
  /** Most that were seen running at once. */
  readonly parallel: number
}

interface Counted {
  jobs: number
  seconds: number
  running: number
  parallel: number
}

const storagePauseMs = 1_000
const noteDelayMs = 250

interface Outbox {
  facts: OrderFact[]
  jobs: Set<Job>
  done: ((isDurable: boolean) => void)[]
  writing: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * @param onEvents is called after events of an order were folded in.
 * @param onLost is called after an order was dropped because the journal says that others write about it.
 */
export function createOrderBook(
  journal: Journal,
  log: Log,
  onEvents: (work: Work) => void,
  onLost: (work: Work) => void,
): OrderBook {
  const works = new Map<string, Work>()
  const loads = new Map<string, Counted>()
  const perLine = new Map<string, number>()
  const outbox = new Map<Work, Outbox>()
  const writes = new Set<Promise<void>>()
  let closing = false

  function count(record: JobRecord, sign: 1 | -1): void {
    if (record.cleared || record.handOver === 'withdrawn') return
    const key = `${record.lineId} ${record.jobOrder.station}`
    const load = loads.get(key) ?? { jobs: 0, seconds: 0, running: 0, parallel: 1 }
    loads.set(key, load)
    load.jobs += sign
    if (record.jobState !== 'Ended' && record.jobState !== 'Aborted')
      load.seconds += sign * record.jobOrder.plannedSeconds
    if (record.jobState === 'Running') load.running += sign
    load.parallel = Math.max(load.parallel, load.running)
  }

  const lineOf = (work: Work): string | undefined => work.jobs[0]?.record.lineId
  function countOrder(work: Work, sign: 1 | -1): void {
    const lineId = lineOf(work)
    if (lineId !== undefined) perLine.set(lineId, (perLine.get(lineId) ?? 0) + sign)
  }

  function boxOf(work: Work): Outbox {
    const box = outbox.get(work) ?? {
      facts: [],
      jobs: new Set(),
      done: [],
      writing: false,
      timer: undefined,
    }
    outbox.set(work, box)
    return box
  }

  function takeOut(work: Work): void {
    const { orderId } = work.view.order
    if (works.get(orderId) !== work) return
    for (const { record } of work.jobs) count(record, -1)
    countOrder(work, -1)
    works.delete(orderId)
  }

  function drop(work: Work): void {
    work.dropped = true
    takeOut(work)
    clearTimeout(outbox.get(work)?.timer)
    outbox.delete(work)
    for (const watcher of work.watchers) watcher()
  }

  async function flush(work: Work, box: Outbox): Promise<void> {
    while (!work.dropped && (box.facts.length > 0 || box.jobs.size > 0)) {
      const { facts, jobs, done } = box
      Object.assign(box, { facts: [], jobs: new Set<Job>(), done: [] })
      const events = await record(work, facts, jobs)
      for (const event of events ?? []) work.view = fold(work.view, event)
      if (events && events.length > 0) onEvents(work)
      for (const resolve of done) resolve(events !== undefined)
      if (!events) break
    }
    for (const resolve of box.done.splice(0)) resolve(!work.dropped && !closing)
    box.writing = false
    if (works.get(work.view.order.orderId) !== work) outbox.delete(work)
  }

  /** Tries until it is durable. Undefined: it never will be, by us. */
  async function record(
    work: Work,
    facts: readonly OrderFact[],
    jobs: ReadonlySet<Job>,
  ): Promise<readonly OrderEvent[] | undefined> {
    const { orderId } = work.view.order
    const say = (reason: string): void =>
      log.warn({ orderId, reason }, `order ${orderId}: not stored yet (${reason})`)
    while (!work.dropped) {
      try {
        const guard = { fences: work.fences, afterSeq: work.view.seq }
        const answer = await journal.record(
          orderId,
          facts,
          [...jobs].map((job) => job.record),
          guard,
        )
        if (answer.outcome === 'recorded') return answer.events
        if (answer.outcome !== 'unavailable') {
          const events = answer.outcome === 'overtaken' ? await ownEvents(work, facts) : undefined
          if (!events) lose(work)
          return events
        }
        say(answer.reason)
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error
        say(error.message)
      }
      if (closing) return undefined
      await new Promise((resolve) => setTimeout(resolve, storagePauseMs))
    }
    return undefined
  }

  /** A write whose fate nobody could tell had come through after all: then what follows our last event is what we wrote. */
  async function ownEvents(
    work: Work,
    facts: readonly OrderFact[],
  ): Promise<readonly OrderEvent[] | undefined> {
    const { view } = work
    const missed = await journal.events(view.order.orderId, view.seq)
    const says = (event: OrderEvent | undefined, fact: OrderFact): boolean =>
      JSON.stringify({ ...event, ...fact }) === JSON.stringify(event)
    const isOurs = facts.length === missed.length && facts.every((fact, i) => says(missed[i], fact))
    return isOurs ? missed : undefined
  }

  function lose(work: Work): void {
    if (work.dropped) return
    drop(work)
    onLost(work)
  }

  return {
    get: (orderId) => works.get(orderId),
    all: () => works.values(),
    get size() {
      return works.size
    },
    add(view, records, momentOf, fences) {
      // Both: it is none of the order's any more.
      const isSpent = ({ handOver, cleared }: JobRecord): boolean => handOver === 'withdrawn' && cleared
      const jobs = records
        .filter((record) => !isSpent(record))
        .sort((a, b) => a.jobOrder.op - b.jobOrder.op)
        .map((stored): Job => {
          // The state is kept in the order's events alone, not in the record again.
          const { jobState = stored.jobState } =
            view.operations.find(({ jobOrderId }) => jobOrderId === stored.jobOrder.jobOrderId) ?? {}
          const record: JobRecord = { ...stored, ...(jobState !== undefined && { jobState }) }
          const open = record.handOver === 'sending' || record.handOver === 'unknown'
          return { ...newJob(record, momentOf(record.lineId)), ...(open && { doubt: 'store' as const }) }
        })
      const needs = jobs.map(({ record: { jobOrder } }) => jobOrder)
      const work: Work = {
        view,
        operations: [],
        needs,
        jobs,
        changing: false,
        avoid: new Map(),
        saying: new Set(),
        watchers: new Set(),
        spent: new Set(records.filter(isSpent).map(({ jobOrder }) => jobOrder.jobOrderId)),
        fences,
        dropped: false,
      }
      works.set(view.order.orderId, work)
      for (const { record } of jobs) count(record, 1)
      countOrder(work, 1)
      return work
    },
    remove(orderId) {
      const work = works.get(orderId)
      if (!work) return
      takeOut(work)
      const box = outbox.get(work)
      if (box && !box.writing && !box.timer) outbox.delete(work)
    },
    drop,
    setJobs(work, jobs) {
      if (work.dropped) return
      for (const { record } of work.jobs) count(record, -1)
      countOrder(work, -1)
      work.jobs = [...jobs]
      for (const { record } of work.jobs) count(record, 1)
      countOrder(work, 1)
    },
    setRecord(work, job, change) {
      if (!work.jobs.includes(job)) return
      count(job.record, -1)
      job.record = { ...job.record, ...change }
      count(job.record, 1)
    },
    write(work, facts, jobs = []) {
      if (work.dropped) return Promise.resolve(false)
      const box = boxOf(work)
      clearTimeout(box.timer)
      box.timer = undefined
      box.facts.push(...facts)
      for (const job of jobs) box.jobs.add(job)
      const durable = new Promise<boolean>((resolve) => box.done.push(resolve))
      if (!box.writing) {
        box.writing = true
        // One turn later: what one status event brings about goes into one write.
        const write = Promise.resolve().then(() => flush(work, box))
        writes.add(write)
        void write.finally(() => writes.delete(write))
      }
      return durable
    },
    note(work, job) {
      if (work.dropped) return
      const box = boxOf(work)
      box.jobs.add(job)
      if (box.writing || box.timer) return
      box.timer = setTimeout(() => void this.write(work, []), noteDelayMs)
    },
    load: (lineId, station) => loads.get(`${lineId} ${station}`) ?? { jobs: 0, seconds: 0, parallel: 1 },
    ordersOn: (lineId) => perLine.get(lineId) ?? 0,
    async settle(some) {
      const unsettled = [...some].filter((work) => {
        const box = outbox.get(work)
        return box?.timer !== undefined || box?.writing
      })
      await Promise.all(unsettled.map((work) => this.write(work, [])))
    },
    async close() {
      for (const [work, { timer }] of outbox) if (timer) void this.write(work, [])
      closing = true
      while (writes.size > 0) await Promise.all(writes)
    },
  }
}

/** A job order as it comes into hand. */
export function newJob(record: JobRecord, lastCallAt: number): Job {
  return { record, busy: false, lastCallAt, startTaken: false, notBefore: 0 }
}

/** The record of a job order that is about to be sent for the first time. */
export function firstRecord(jobOrder: JobOrder, lineId: string): JobRecord {
  return { jobOrder, lineId, handOver: 'sending', attempt: 1, cleared: false }
}
