/**
 * Performs planned actions: what goes to a line, and what its answer (or silence) means for the hand-over of one job order.
 * Nothing here makes production advance; an accepted Start is only known to be taken, Running is what is seen later.
 */
import type { OrderFact } from '@lot-one/rules'
import { composeJobOrders, toOperation, withIds } from './composeJobOrders.ts'
import { Bit } from './line.ts'
import type { CallOutcome, Clock, Line, Log } from './line.ts'
import { firstRecord, newJob } from './orderBook.ts'
import type { Job, OrderBook, Work } from './orderBook.ts'
import type { Fence } from './journal.ts'
import type { JobOrder } from './jobOrder.ts'
import { unassignedLease } from './leases.ts'
import { begun, forgottenDetail, withdrawingDetail } from './work.ts'
import type { Action, Settlement } from './work.ts'

/** What the dispatcher lends to those who act for it. */
export interface Desk {
  readonly book: OrderBook
  readonly clock: Clock
  readonly log: Log
  lineOf(lineId: string): Line | undefined
  /** Plans the order again in the next turn. */
  touch(work: Work): void
  after(ms: number, then: () => void): void
  /** Keeps hold of work under way, so that a stop can wait for it. */
  run(work: Promise<void>): void
  isStopped(): boolean
  /** The lease of a line, or of finding lines, if it is in our hands. */
  fenceOf(lease: string): Fence | undefined
  /** An order was given to a line of another bridge, durably. */
  sentElsewhere(work: Work, lineId: string): void
  ensureOperations(work: Work): Promise<void>
}

/** A line that refused an order for a reason that may pass is asked again after this. */
const avoidMs = 30_000
/** Waits before a refused Store is tried again on the same line; after the last one another line is looked for. */
const refusalPausesMs = [200, 1_000, 5_000]

/** Gives the function that performs one action; what it needs is looked up anew, so a stale action does nothing. */
export function createHandOver(desk: Desk): (action: Action) => void {
  const { book, clock, log, lineOf, touch, after, run } = desk

  function perform(action: Action): void {
    const work = book.get(action.orderId)
    if (!work) return
    if (action.do === 'assign') return run(assign(work, action.lineId, action.promisedAt))
    if (action.do === 'unassign') return unassign(work, action.lineId)
    if (action.do === 'record') return say(work, action.fact)
    const job = work.jobs.find(({ record }) => record.jobOrder.op === action.op)
    const line = job && lineOf(job.record.lineId)
    const station = line?.stationFor(job?.record.jobOrder.station ?? '')?.station
    if (!job || !line || station === undefined || job.busy) return
    switch (action.do) {
      case 'store':
        return run(store(work, job, line, station))
      case 'update':
        return run(
          withJob(
            work,
            job,
            line,
            () => line.update(station, job.record.jobOrder),
            () => void (job.doubt = 'store'),
          ),
        )
      case 'start':
        return run(
          withJob(
            work,
            job,
            line,
            () => line.command(station, 'Start', job.record.jobOrder.jobOrderId),
            (outcome) => afterStart(work, job, outcome),
          ),
        )
      case 'withdraw':
        return run(withdraw(work, job, line, station))
      case 'clear':
        return run(
          withJob(
            work,
            job,
            line,
            () => line.command(station, 'Clear', job.record.jobOrder.jobOrderId),
            (outcome) => afterRemoval(work, job, 'clear', outcome),
          ),
        )
      case 'readList':
        return run(look(work, job, () => line.readList(station)))
      case 'ask':
        return run(ask(work, job, line, station))
      case 'settle':
        return settle(work, job, action.as)
    }
  }

  function say(work: Work, fact: OrderFact): void {
    if (work.saying.has(fact.kind)) return
    work.saying.add(fact.kind)
    void book.write(work, [fact]).then(() => work.saying.delete(fact.kind))
  }

  /** The assignment and the intent to send are one durable write; only then does anything go out. */
  async function assign(work: Work, lineId: string, promisedAt: number): Promise<void> {
    const line = lineOf(lineId)
    if (!line) return
    const planned = withIds(work.operations, [], work.spent)
    const orders = composeJobOrders(work.view.order, planned)
    const ours = desk.fenceOf(lineId)
    // The owner of another bridge's line takes the order up as planned and writes itself what it is about to send.
    const recordOf = (order: JobOrder) =>
      ours
        ? firstRecord(order, lineId)
        : { ...firstRecord(order, lineId), handOver: 'planned' as const, attempt: 0 }
    book.setJobs(
      work,
      orders.map((order) => ({ ...newJob(recordOf(order), line.moment()), busy: true })),
    )
    if (ours) work.fences = [...work.fences, ours]
    const { jobs } = work
    const operations = planned.map(toOperation)
    const isDurable = await book.write(
      work,
      [{ kind: 'assigned', lineId, operations, promisedAt: new Date(promisedAt).toISOString() }],
      jobs,
    )
    if (!isDurable) return
    if (!ours) return desk.sentElsewhere(work, lineId)
    work.fences = [ours]
    for (const job of jobs) {
      job.busy = false
      // Durable as about to be sent, and certainly not sent yet.
      if (desk.isStopped() || work.view.state !== 'released')
        book.setRecord(work, job, { handOver: 'planned' })
      else run(send(work, job, line, line.stationFor(job.record.jobOrder.station)?.station ?? ''))
    }
    touch(work)
  }

  /** Everything is off the refusing line; the order may go elsewhere, which is for whoever finds lines to decide. */
  function unassign(work: Work, lineId: string): void {
    const ours = desk.fenceOf(unassignedLease)
    if (!ours) {
      work.changing = true
      const detail = `${lineId} refused it`
      const fact: OrderFact = { kind: 'waiting', reason: 'lineRefused', lineId, detail }
      void book.write(work, [fact], work.jobs).then(() => book.drop(work))
      return
    }
    work.fences = [ours]
    work.avoid.set(lineId, clock.now() + avoidMs)
    const withdrawn = work.jobs.filter(({ record }) => record.handOver === 'withdrawn')
    for (const job of withdrawn) {
      work.spent.add(job.record.jobOrder.jobOrderId)
      book.setRecord(work, job, { cleared: true })
    }
    if (withdrawn.length > 0) void book.write(work, [], withdrawn)
    book.setJobs(work, [])
    touch(work)
    after(avoidMs + 1, () => touch(work))
    run(desk.ensureOperations(work))
  }

  async function store(work: Work, job: Job, line: Line, station: string): Promise<void> {
    job.busy = true
    book.setRecord(work, job, { handOver: 'sending', attempt: job.record.attempt + 1 })
    const isDurable = await book.write(work, [], [job])
    job.busy = false
    if (!isDurable || desk.isStopped()) return
    await send(work, job, line, station)
  }

  /** What it is about to do is durable first: gone from the list, it was taken off by us. */
  async function withdraw(work: Work, job: Job, line: Line, station: string): Promise<void> {
    job.busy = true
    book.setRecord(work, job, { detail: withdrawingDetail })
    const isDurable = await book.write(work, [], [job])
    job.busy = false
    if (!isDurable || desk.isStopped()) return
    await withJob(
      work,
      job,
      line,
      () => line.command(station, 'Cancel', job.record.jobOrder.jobOrderId),
      (outcome) => afterRemoval(work, job, 'withdraw', outcome),
    )
  }

  function send(work: Work, job: Job, line: Line, station: string): Promise<void> {
    return withJob(
      work,
      job,
      line,
      () => line.store(station, job.record.jobOrder),
      (outcome) => afterStore(work, job, outcome),
    )
  }

  async function withJob(
    work: Work,
    job: Job,
    line: Line,
    call: () => Promise<CallOutcome>,
    take: (outcome: CallOutcome) => void,
  ): Promise<void> {
    job.busy = true
    delete job.doubt
    const outcome = await call()
    job.busy = false
    job.lastCallAt = line.moment()
    if (outcome.outcome !== 'accepted') {
      log.debug(
        { jobOrderId: job.record.jobOrder.jobOrderId, outcome },
        `job order ${job.record.jobOrder.jobOrderId}: ${outcome.outcome}`,
      )
    }
    take(outcome)
    touch(work)
  }

  function afterStore(work: Work, job: Job, outcome: CallOutcome): void {
    delete job.refusal
    if (outcome.outcome === 'accepted') {
      confirm(work, job)
      return
    }
    // Seen on the line meanwhile: then the answer does not matter.
    if (job.record.handOver === 'confirmed') return
    job.doubt = 'store'
    if (outcome.outcome === 'refused') {
      job.refusal = outcome
    } else {
      book.setRecord(work, job, { handOver: 'unknown' })
      void book.write(work, [], [job])
    }
  }

  function confirm(work: Work, job: Job): void {
    if (job.record.handOver === 'confirmed') return
    book.setRecord(work, job, { handOver: 'confirmed' })
    book.note(work, job)
  }

  function afterStart(work: Work, job: Job, outcome: CallOutcome): void {
    if (outcome.outcome === 'accepted') job.startTaken = true
    else {
      job.doubt = 'start'
      if (outcome.outcome === 'refused') pause(work, job, 500)
    }
  }

  function afterRemoval(work: Work, job: Job, method: 'withdraw' | 'clear', outcome: CallOutcome): void {
    const isUnknown = outcome.outcome === 'refused' && outcome.bits.includes(Bit.unknownJobOrder)
    if (outcome.outcome === 'accepted') settle(work, job, method === 'clear' ? 'cleared' : 'withdrawn')
    else if (isUnknown && method === 'clear') settle(work, job, 'cleared')
    else {
      // Not there: never begun, or begun, finished and cleared by the line. plan() knows which lines do that.
      job.doubt = method
      if (outcome.outcome === 'refused' && !isUnknown) pause(work, job, 500)
    }
  }

  function pause(work: Work, job: Job, ms: number): void {
    job.notBefore = clock.now() + ms
    after(ms + 1, () => touch(work))
  }

  async function look(work: Work, job: Job, read: () => Promise<boolean>): Promise<void> {
    job.busy = true
    const done = await read()
    job.busy = false
    if (!done) pause(work, job, 1_000)
    touch(work)
  }

  /** The list no longer has it although it may have begun: the response may still be there; otherwise a person must look. */
  async function ask(work: Work, job: Job, line: Line, station: string): Promise<void> {
    job.busy = true
    const { jobOrderId } = job.record.jobOrder
    const response = await line.readResponse(station, jobOrderId)
    job.busy = false
    pause(work, job, 10_000)
    if (response) {
      delete job.missingSince
      return touch(work)
    }
    job.missingSince ??= new Date(clock.now()).toISOString()
    const detail = `station ${station} no longer knows job order ${jobOrderId}, which it may have begun: ask the operator`
    if (work.view.waiting?.reason !== 'inDoubt') {
      log.error({ lineId: line.id, jobOrderId }, detail)
      void book.write(work, [{ kind: 'waiting', reason: 'inDoubt', lineId: line.id, detail }])
    }
  }

  function settle(work: Work, job: Job, as: Settlement): void {
    delete job.doubt
    delete job.missingSince
    switch (as) {
      case 'confirmed':
        delete job.refusal
        confirm(work, job)
        break
      case 'started':
        job.startTaken = true
        break
      case 'notStarted':
        job.startTaken = false
        break
      case 'still':
        // A Store that did not arrive is sent again; so is one a line forgot before it could begin.
        if (job.record.handOver !== 'withdrawn' && !begun(job.record.jobState)) reopen(work, job)
        break
      case 'refused':
        return refuse(work, job)
      case 'withdrawn':
        book.setRecord(work, job, { handOver: 'withdrawn', detail: '' })
        job.startTaken = false
        void book.write(work, [], [job])
        break
      case 'cleared':
        book.setRecord(work, job, { cleared: true })
        book.note(work, job)
        break
      case 'conflict':
        return conflict(work, job)
    }
    touch(work)
  }

  /** Back to the start of the hand-over, when its Store is known not to be on the line. */
  function reopen(work: Work, job: Job): void {
    const line = lineOf(job.record.lineId)
    const station = line?.stationFor(job.record.jobOrder.station)?.station
    if (
      line &&
      station !== undefined &&
      line.listed(station, job.record.jobOrder.jobOrderId, job.lastCallAt).listed === 'yes'
    )
      return
    job.startTaken = false
    const wasThere = job.record.handOver === 'confirmed'
    book.setRecord(work, job, { handOver: 'planned', ...(wasThere && { detail: forgottenDetail }) })
  }

  function refuse(work: Work, job: Job): void {
    const { names = [], bits = [] } = job.refusal ?? {}
    delete job.refusal
    const wait = bits.includes(Bit.notCapable) ? undefined : refusalPausesMs[job.record.attempt - 1]
    log.warn(
      { jobOrderId: job.record.jobOrder.jobOrderId, names },
      `job order ${job.record.jobOrder.jobOrderId} was refused: ${names.join(', ')}`,
    )
    if (wait !== undefined) {
      book.setRecord(work, job, { handOver: 'planned', detail: names.join(', ') })
      pause(work, job, wait)
    } else if (work.jobs.some(({ record }) => begun(record.jobState))) {
      book.setRecord(work, job, { handOver: 'planned', detail: names.join(', ') })
      pause(work, job, avoidMs)
      void book.write(
        work,
        [
          {
            kind: 'waiting',
            reason: 'lineRefused',
            lineId: job.record.lineId,
            detail: `${job.record.jobOrder.station}: ${names.join(', ')}`,
          },
        ],
        [job],
      )
    } else {
      book.setRecord(work, job, { handOver: 'refused', detail: names.join(', ') })
      void book.write(work, [], [job])
      touch(work)
    }
  }

  function conflict(work: Work, job: Job): void {
    const { jobOrderId, station } = job.record.jobOrder
    const reason = `station ${station} of ${job.record.lineId} holds other content under ${jobOrderId}: an operator must compare them`
    log.error({ jobOrderId, lineId: job.record.lineId }, reason)
    book.setRecord(work, job, { handOver: 'conflict', detail: reason })
    void book.write(work, [{ kind: 'stopped', reason }], [job])
  }

  return perform
}
