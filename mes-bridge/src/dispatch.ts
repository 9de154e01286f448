/**
 * The control loop between orders and lines: what is durable and what is observed goes into `plan`, the actions that come out
 * are performed, their effects are observed again. Driven by events; a slow tick only looks after what events may have missed.
 *
 * An order's state moves only by observation: a line's answer to a call never becomes an order event, the status event or
 * the read that follows does.
 */
import { advances } from '@lot-one/rules'
import type { LineView, OrderFact, OrderSnapshot, OrderView } from '@lot-one/rules'
import { cancelOrder, changeOrder } from './changeOrder.ts'
import { composeJobOrders, orderIdOf, toOperation } from './composeJobOrders.ts'
import type { PlannedOperation } from './composeJobOrders.ts'
import type { Journal } from './journal.ts'
import { Bit } from './line.ts'
import type { CallOutcome, Clock, Line, LineChange, Log, ObservedJob } from './line.ts'
import { createOrderBook, firstRecord, newJob } from './orderBook.ts'
import type { Job, Work } from './orderBook.ts'
import { begun, changingDetail, plan, silenceGraceMs } from './plan.ts'
import type { Action, LineSeen, Settlement } from './plan.ts'
import type { Production } from './production.ts'

export interface DispatchOptions {
  readonly journal: Journal
  readonly lines: readonly Line[]
  /** Operations of an order's design, from the rules it was placed with. Rejects when those rules are gone. */
  readonly derive: (order: OrderSnapshot) => Promise<readonly PlannedOperation[]>
  readonly clock: Clock
  readonly log: Log
  /** Real seconds per planned second: 0.1 for a simulation ten times faster. Only promise dates use it. Default 1. */
  readonly secondsPerPlannedSecond?: number
}

/** The control loop; http uses the `Production` part of it. Lines are watched at most five times a second each. */
export interface Dispatch extends Production {
  /** Takes up every open order where it stands. */
  start(): Promise<void>
  /** Stops planning, lets calls and writes under way end. Lines are not stopped. */
  stop(): Promise<void>
  lines(): LineView[]
  /** An order was accepted; repeating it does nothing. */
  notify(orderId: string): void
}

const slowTickMs = 5_000
const followPauseMs = 200
/** A line that refused an order for a reason that may pass is asked again after this. */
const avoidMs = 30_000
/** Waits before a refused Store is tried again on the same line; after the last one another line is looked for. */
const refusalPausesMs = [200, 1_000, 5_000]

/** Makes the dispatcher; nothing happens before `start()`. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { journal, lines, derive, clock, log, secondsPerPlannedSecond = 1 } = options
  const byId = new Map(lines.map((line) => [line.id, line]))
  const held = new Set<string>()
  const dirty = new Set<Work>()
  const loading = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  const performing = new Set<Promise<void>>()
  const lineListeners = new Set<(line: LineView) => void>()
  const lineTold = new Map<string, { at: number; timer?: NodeJS.Timeout }>()
  const leave: (() => void)[] = []
  let stopped = false
  let scheduled = false

  const book = createOrderBook(journal, log, (work) => {
    touch(work)
    for (const watcher of work.watchers) watcher()
  })

  function touch(work: Work): void {
    dirty.add(work)
    if (scheduled || stopped) return
    scheduled = true
    setImmediate(step)
  }

  function after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!stopped) then()
    }, ms)
    timers.add(timer)
  }

  function step(): void {
    scheduled = false
    if (stopped) return
    for (const work of dirty) if (isFinished(work)) book.remove(work.view.order.orderId)
    const orders = [...dirty].filter(({ view }) => book.get(view.order.orderId) !== undefined)
    dirty.clear()
    for (const action of plan(orders, lines.map(seen), clock.now(), secondsPerPlannedSecond)) perform(action)
  }

  /** Over, and nothing of it is left on any station. */
  function isFinished({ view, jobs, changing }: Work): boolean {
    const ended = view.state === 'completed' || view.state === 'cancelled'
    return (
      ended &&
      !changing &&
      jobs.every(({ record, busy }) => !busy && (record.cleared || record.handOver === 'withdrawn'))
    )
  }

  function seen(line: Line): LineSeen {
    const { link } = line.view()
    const known = line.stations().length > 0
    return {
      id: line.id,
      online: line.isOnline(),
      held: held.has(line.id),
      reason: link.reason ?? link.state,
      since: Date.parse(link.since),
      capability(kind) {
        const station = line.stationFor(kind)
        if (!station) return { known, credit: 0 }
        const credit =
          station.maxJobOrders === 0 ? Infinity : station.maxJobOrders - book.load(line.id, kind).jobs
        return { known, station: station.station, credit }
      },
      listed: (station, jobOrderId, since) => line.listed(station, jobOrderId, since),
      listReadSince: (station, moment) => line.listReadSince(station, moment),
      backlogSeconds(kind) {
        const { seconds, parallel } = book.load(line.id, kind)
        return seconds / parallel
      },
    }
  }

  function perform(action: Action): void {
    const work = book.get(action.orderId)
    if (!work) return
    if (action.do === 'assign') return run(assign(work, action.lineId, action.promisedAt))
    if (action.do === 'unassign') return unassign(work, action.lineId)
    if (action.do === 'record') return say(work, action.fact)
    const job = work.jobs.find(({ record }) => record.jobOrder.op === action.op)
    const line = job && byId.get(job.record.lineId)
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
        return run(
          withJob(
            work,
            job,
            line,
            () => line.command(station, 'Cancel', job.record.jobOrder.jobOrderId),
            (outcome) => afterRemoval(work, job, 'withdraw', outcome),
          ),
        )
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

  function run(work: Promise<void>): void {
    performing.add(work)
    void work.finally(() => performing.delete(work))
  }

  /** The assignment and the intent to send are one durable write; only then does anything go out. */
  async function assign(work: Work, lineId: string, promisedAt: number): Promise<void> {
    const line = byId.get(lineId)
    if (!line) return
    const orders = composeJobOrders(work.view.order, work.operations)
    book.setJobs(
      work,
      orders.map((order) => ({ ...newJob(firstRecord(order, lineId), line.moment()), busy: true })),
    )
    const { jobs } = work
    const operations = work.operations.map(toOperation)
    await book.write(
      work,
      [{ kind: 'assigned', lineId, operations, promisedAt: new Date(promisedAt).toISOString() }],
      jobs,
    )
    for (const job of jobs) {
      job.busy = false
      // Durable as about to be sent, and certainly not sent yet.
      if (stopped || work.view.state !== 'released') book.setRecord(work, job, { handOver: 'planned' })
      else run(send(work, job, line, line.stationFor(job.record.jobOrder.station)?.station ?? ''))
    }
    touch(work)
  }

  /** Everything is off the refusing line; the order may go elsewhere. */
  function unassign(work: Work, lineId: string): void {
    work.avoid.set(lineId, clock.now() + avoidMs)
    book.setJobs(work, [])
    touch(work)
    after(avoidMs + 1, () => touch(work))
    run(ensureOperations(work))
  }

  async function store(work: Work, job: Job, line: Line, station: string): Promise<void> {
    job.busy = true
    book.setRecord(work, job, { handOver: 'sending', attempt: job.record.attempt + 1 })
    await book.write(work, [], [job])
    job.busy = false
    if (stopped) return
    await send(work, job, line, station)
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
    void book.write(work, [], [job])
  }

  function afterStart(work: Work, job: Job, outcome: CallOutcome): void {
    if (outcome.outcome === 'accepted') job.startTaken = true
    else {
      job.doubt = 'start'
      if (outcome.outcome === 'refused') pause(work, job, 500)
    }
  }

  function afterRemoval(work: Work, job: Job, method: 'withdraw' | 'clear', outcome: CallOutcome): void {
    const gone =
      outcome.outcome === 'accepted' ||
      (outcome.outcome === 'refused' && outcome.bits.includes(Bit.unknownJobOrder))
    if (gone) settle(work, job, method === 'clear' ? 'cleared' : 'withdrawn')
    else {
      job.doubt = method
      if (outcome.outcome === 'refused') pause(work, job, 500)
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
    if (response) return touch(work)
    const detail = `station ${station} no longer knows job order ${jobOrderId}, which it may have begun: ask the operator`
    if (work.view.waiting?.reason !== 'inDoubt') {
      log.error({ lineId: line.id, jobOrderId }, detail)
      void book.write(work, [{ kind: 'waiting', reason: 'inDoubt', lineId: line.id, detail }])
    }
  }

  function settle(work: Work, job: Job, as: Settlement): void {
    delete job.doubt
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
        book.setRecord(work, job, { handOver: 'withdrawn' })
        job.startTaken = false
        void book.write(work, [], [job])
        break
      case 'cleared':
        book.setRecord(work, job, { cleared: true })
        void book.write(work, [], [job])
        break
      case 'conflict':
        return conflict(work, job)
    }
    touch(work)
  }

  /** Back to the start of the hand-over, when its Store is known not to be on the line. */
  function reopen(work: Work, job: Job): void {
    const line = byId.get(job.record.lineId)
    const station = line?.stationFor(job.record.jobOrder.station)?.station
    if (
      line &&
      station !== undefined &&
      line.listed(station, job.record.jobOrder.jobOrderId, job.lastCallAt).listed === 'yes'
    )
      return
    job.startTaken = false
    book.setRecord(work, job, { handOver: 'planned' })
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

  function onLineChange(line: Line, change: LineChange): void {
    if (change.kind === 'job') observe(line, change.job)
    else {
      for (const work of book.all())
        if (work.jobs.length === 0 || work.jobs[0]?.record.lineId === line.id) touch(work)
      if (change.kind === 'link' && !line.isOnline()) {
        after(silenceGraceMs + 50, () => {
          for (const work of book.all()) if (work.jobs[0]?.record.lineId === line.id) touch(work)
        })
      }
      if (change.kind === 'resynced') sayAgain(line)
    }
    tellLine(line)
  }

  /** The only place where production advances. */
  function observe(line: Line, job: ObservedJob): void {
    const orderId = orderIdOf(job.jobOrderId)
    const work = orderId === undefined ? undefined : book.get(orderId)
    const mine = work?.jobs.find(({ record }) => record.jobOrder.jobOrderId === job.jobOrderId)
    if (!work || !mine || mine.record.lineId !== line.id) {
      if (orderId !== undefined) run(tidy(line, orderId, job))
      return
    }
    const { record } = mine
    const same = job.digest === undefined || job.digest === record.jobOrder.digest
    const inDoubt = record.handOver === 'sending' || record.handOver === 'unknown'
    if (inDoubt && same) {
      book.setRecord(work, mine, { handOver: 'confirmed' })
      if (mine.doubt === 'store') delete mine.doubt
    }
    if (record.handOver === 'conflict' || !advances(record.jobState, job.jobState)) {
      if (inDoubt && same) void book.write(work, [], [mine])
      touch(work)
      return
    }
    book.setRecord(work, mine, { jobState: job.jobState })
    void book.write(work, [jobFact(mine, job)], [mine])
    touch(work)
  }

  function jobFact({ record }: Job, seenJob: ObservedJob): OrderFact {
    const { jobState, by, sourceAt, startedAt, endedAt, estimatedRemainingMs, serialNumber, built } = seenJob
    return {
      kind: 'job',
      op: record.jobOrder.op,
      lineId: record.lineId,
      jobState,
      by,
      ...(sourceAt !== undefined && { sourceAt }),
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(estimatedRemainingMs !== undefined && { estimatedRemainingMs }),
      ...(serialNumber !== undefined && { serialNumber }),
      ...(built !== undefined && { built: built.map((part) => ({ ...part })) }),
    }
  }

  /** The line is back and nothing has moved meanwhile: orders that were told to wait for it are told what it is doing. */
  function sayAgain(line: Line): void {
    for (const work of book.all()) {
      const { waiting } = work.view
      if (waiting?.reason !== 'lineSilent' || waiting.lineId !== line.id) continue
      const current = work.jobs.find(
        ({ record }) => record.jobState !== 'Ended' && record.jobState !== undefined,
      )
      const job = current && line.observed(current.record.jobOrder.jobOrderId)
      if (current && job && job.jobState === current.record.jobState)
        void book.write(work, [jobFact(current, { ...job, by: 'read' })])
    }
  }

  /** A job of ours that should not be on this line any more (a late copy, an order that moved): taken off unless it has begun. */
  async function tidy(line: Line, orderId: string, job: ObservedJob): Promise<void> {
    const station = line
      .view()
      .stations.find(({ jobs }) => jobs.some(({ jobOrderId }) => jobOrderId === job.jobOrderId))?.station
    if (station === undefined || stopped) return
    const known =
      book.get(orderId)?.jobs.map(({ record }) => record) ?? (await journal.jobs(orderId).catch(() => []))
    const record = known.find(({ jobOrder }) => jobOrder.jobOrderId === job.jobOrderId)
    if (!record || loading.has(orderId)) return
    const stale = record.lineId !== line.id || record.cleared || record.handOver === 'withdrawn'
    if (!stale || stopped) return
    if (job.jobState === 'NotAllowedToStart' || job.jobState === 'AllowedToStart')
      await line.command(station, 'Cancel', job.jobOrderId)
    else if (record.cleared && (job.jobState === 'Ended' || job.jobState === 'Aborted'))
      await line.command(station, 'Clear', job.jobOrderId)
    else if (record.lineId !== line.id)
      log.error(
        { lineId: line.id, jobOrderId: job.jobOrderId },
        `line ${line.id} works on ${job.jobOrderId}, which belongs to ${record.lineId}`,
      )
  }

  async function ensureOperations(work: Work): Promise<void> {
    if (work.operations.length > 0) return
    try {
      work.operations = await derive(work.view.order)
      if (work.jobs.length === 0) work.needs = [...work.operations].sort((a, b) => a.op - b.op)
    } catch (error) {
      const reason = `what to build cannot be derived: ${error instanceof Error ? error.message : String(error)}`
      log.error({ orderId: work.view.order.orderId }, reason)
      void book.write(work, [{ kind: 'stopped', reason }])
    }
    touch(work)
  }

  async function load(orderId: string): Promise<Work | undefined> {
    const known = book.get(orderId)
    if (known || loading.has(orderId)) return known
    loading.add(orderId)
    try {
      const [order, jobs] = await Promise.all([journal.order(orderId), journal.jobs(orderId)])
      if (!order || stopped) return undefined
      return await take(order.view, jobs)
    } finally {
      loading.delete(orderId)
    }
  }

  async function take(view: OrderView, records: Parameters<typeof book.add>[1]): Promise<Work> {
    const work = book.add(view, records, (lineId) => byId.get(lineId)?.moment() ?? -1)
    // Interrupted in the middle of a change: the stations get the content the order has.
    if (records.some(({ detail }) => detail === changingDetail)) await restoreContent(work)
    if (work.jobs.length === 0) await ensureOperations(work)
    // What the line was seen to do before this order came into hand.
    for (const { record } of work.jobs) {
      const line = byId.get(record.lineId)
      const job = line?.observed(record.jobOrder.jobOrderId)
      if (line && job) observe(line, { ...job, by: 'read' })
    }
    touch(work)
    return work
  }

  async function restoreContent(work: Work): Promise<void> {
    await ensureOperations(work)
    for (const order of composeJobOrders(work.view.order, work.operations)) {
      const job = work.jobs.find(({ record }) => record.jobOrder.jobOrderId === order.jobOrderId)
      if (!job || job.record.jobOrder.digest === order.digest) continue
      book.setRecord(work, job, { jobOrder: order, handOver: 'unknown', detail: changingDetail })
      job.doubt = 'store'
    }
    await book.write(work, [], work.jobs)
  }

  function viewOf(line: Line): LineView {
    return { ...line.view(), held: held.has(line.id), queue: book.ordersOn(line.id) }
  }

  /** At once, then at most every 200 ms with the latest. */
  function tellLine(line: Line): void {
    if (lineListeners.size === 0) return
    const told = lineTold.get(line.id) ?? { at: 0 }
    lineTold.set(line.id, told)
    if (told.timer) return
    told.timer = setTimeout(
      () => {
        delete told.timer
        told.at = clock.now()
        const view = viewOf(line)
        for (const listener of lineListeners) listener(view)
      },
      Math.max(0, told.at + followPauseMs - clock.now()),
    )
  }

  async function holdLine(lineId: string, hold: boolean): ReturnType<Production['holdLine']> {
    const line = byId.get(lineId)
    if (!line) return { outcome: 'unknownLine' }
    const stored = await journal.holdLine(lineId, hold)
    if (stored.outcome === 'unavailable') return stored
    if (hold) held.add(lineId)
    else held.delete(lineId)
    for (const work of book.all()) if (work.jobs.length === 0) touch(work)
    tellLine(line)
    return stored
  }

  const hands = { book, lineOf: (lineId: string) => byId.get(lineId), load, touch, derive, ensureOperations }

  return {
    async start() {
      for (const line of lines) leave.push(line.follow((change) => onLineChange(line, change)))
      leave.push(
        journal.follow((event) => {
          if (event.kind === 'accepted') run(load(event.orderId).then(() => undefined))
        }),
      )
      for (const lineId of await journal.heldLines()) held.add(lineId)
      for (const order of await journal.openOrders()) {
        if (!book.get(order.snapshot.orderId)) await take(order.view, order.jobs)
      }
      const tick = setInterval(() => {
        for (const work of book.all()) touch(work)
      }, slowTickMs)
      leave.push(() => clearInterval(tick))
    },
    async stop() {
      stopped = true
      for (const done of leave.splice(0)) done()
      for (const timer of timers) clearTimeout(timer)
      for (const { timer } of lineTold.values()) clearTimeout(timer)
      while (performing.size > 0) await Promise.all(performing)
      await book.close()
    },
    lines: () => lines.map(viewOf),
    followLines(listener) {
      lineListeners.add(listener)
      return () => lineListeners.delete(listener)
    },
    holdLine,
    requestCancel: (orderId) => cancelOrder(hands, orderId),
    requestChange: (orderId, change) => changeOrder(hands, orderId, change),
    notify: (orderId) => run(load(orderId).then(() => undefined)),
  }
}
