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
import type { Journal } from './journal.ts'
import type { Log } from './line.ts'
import type { JobWork, OrderWork } from './plan.ts'

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
}

export interface OrderBook {
  get(orderId: string): Work | undefined
  all(): IterableIterator<Work>
  readonly size: number
  add(view: OrderView, records: readonly JobRecord[], momentOf: (lineId: string) => number): Work
  remove(orderId: string): void
  /** Replaces an order's job orders (another line, another content) or one record; load is counted along. */
  setJobs(work: Work, jobs: readonly Job[]): void
  setRecord(work: Work, job: Job, change: Partial<JobRecord>): void
  /** Resolves when durable. Storage trouble is waited out, so it may take long; it never fails. */
  write(work: Work, facts: readonly OrderFact[], jobs?: readonly Job[]): Promise<void>
  /** Writes a record with the order's next facts, or alone after a moment: for what a list would tell again after a crash. */
  note(work: Work, job: Job): void
  load(lineId: string, station: string): Load
  /** Orders with work left on a line. */
  ordersOn(lineId: string): number
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
  done: (() => void)[]
  writing: boolean
  timer: NodeJS.Timeout | undefined
}

/** @param onEvents is called after events of an order were folded in. */
export function createOrderBook(journal: Journal, log: Log, onEvents: (work: Work) => void): OrderBook {
  const works = new Map<string, Work>()
  const loads = new Map<string, Counted>()
  const perLine = new Map<string, number>()
  const outbox = new Map<string, Outbox>()
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
    const { orderId } = work.view.order
    const box = outbox.get(orderId) ?? {
      facts: [],
      jobs: new Set(),
      done: [],
      writing: false,
      timer: undefined,
    }
    outbox.set(orderId, box)
    return box
  }

  async function flush(work: Work): Promise<void> {
    const orderId = work.view.order.orderId
    const box = boxOf(work)
    while (box.facts.length > 0 || box.jobs.size > 0) {
      const { facts, jobs, done } = box
      Object.assign(box, { facts: [], jobs: new Set<Job>(), done: [] })
      const events = await record(work, facts, jobs)
      if (!events) return
      for (const event of events) work.view = fold(work.view, event)
      if (events.length > 0) onEvents(work)
      for (const resolve of done) resolve()
    }
    for (const resolve of box.done.splice(0)) resolve()
    box.writing = false
    if (!works.has(orderId)) outbox.delete(orderId)
  }

  /** Tries until it is durable; after trouble it looks whether the lost write had come through after all. */
  async function record(
    work: Work,
    facts: readonly OrderFact[],
    jobs: ReadonlySet<Job>,
  ): Promise<readonly OrderEvent[] | undefined> {
    const orderId = work.view.order.orderId
    for (let troubled = false; ;) {
      try {
        const missed = troubled ? await journal.events(orderId, work.view.seq) : []
        if (missed.length >= facts.length && missed.length > 0) return missed
        const answer = await journal.record(
          orderId,
          facts,
          [...jobs].map((job) => job.record),
        )
        if (answer.outcome === 'recorded') return answer.events
        log.warn({ orderId, reason: answer.reason }, `order ${orderId}: not stored yet (${answer.reason})`)
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error
        log.warn(
          { orderId, error: error.message },
          `order ${orderId}: storage does not answer (${error.message})`,
        )
      }
      troubled = true
      if (closing) return undefined
      await new Promise((resolve) => setTimeout(resolve, storagePauseMs))
    }
  }

  return {
    get: (orderId) => works.get(orderId),
    all: () => works.values(),
    get size() {
      return works.size
    },
    add(view, records, momentOf) {
      const jobs = [...records]
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
      }
      works.set(view.order.orderId, work)
      for (const { record } of jobs) count(record, 1)
      countOrder(work, 1)
      return work
    },
    remove(orderId) {
      const work = works.get(orderId)
      if (!work) return
      for (const { record } of work.jobs) count(record, -1)
      countOrder(work, -1)
      works.delete(orderId)
    },
    setJobs(work, jobs) {
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
      const box = boxOf(work)
      clearTimeout(box.timer)
      box.timer = undefined
      box.facts.push(...facts)
      for (const job of jobs) box.jobs.add(job)
      const durable = new Promise<void>((resolve) => box.done.push(resolve))
      if (!box.writing) {
        box.writing = true
        // One turn later: what one status event brings about goes into one write.
        const write = Promise.resolve().then(() => flush(work))
        writes.add(write)
        void write.finally(() => writes.delete(write))
      }
      return durable
    },
    note(work, job) {
      const box = boxOf(work)
      box.jobs.add(job)
      if (box.writing || box.timer) return
      box.timer = setTimeout(() => void this.write(work, []), noteDelayMs)
    },
    load: (lineId, station) => loads.get(`${lineId} ${station}`) ?? { jobs: 0, seconds: 0, parallel: 1 },
    ordersOn: (lineId) => perLine.get(lineId) ?? 0,
    async close() {
      for (const work of works.values())
        if (outbox.get(work.view.order.orderId)?.timer) void this.write(work, [])
      for (const { timer } of outbox.values()) clearTimeout(timer)
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
