/**
 * The control loop between orders and lines: what is durable and what is observed goes into `plan`, the actions that come out
 * are performed, their effects are observed again. Driven by events; a slow tick only looks after what events may have missed.
 *
 * An order's state moves only by observation: a line's answer to a call never becomes an order event, the status event or
 * the read that follows does.
 */
import { advances } from '@lot-one/rules'
import type { LineView, OrderEvent, OrderFact, OrderSnapshot, OrderView } from '@lot-one/rules'
import { cancelOrder, changeOrder } from './changeOrder.ts'
import type { Hands } from './changeOrder.ts'
import { createHandOver } from './handOver.ts'
import type { Desk } from './handOver.ts'
import { composeJobOrders, orderIdOf } from './composeJobOrders.ts'
import type { PlannedOperation } from './composeJobOrders.ts'
import { JournalUnavailable } from './journal.ts'
import type { Fence, Journal, OpenOrder } from './journal.ts'
import type { Beat } from './journalBridges.ts'
import { createLeases, unassignedLease } from './leases.ts'
import type { Pace } from './leases.ts'
import { createLineDesk } from './lineDesk.ts'
import type { Clock, Line, LineChange, Log, ObservedJob } from './line.ts'
import { createLineReports } from './lineReports.ts'
import type { LineReport } from './lineReports.ts'
import { createOrderBook } from './orderBook.ts'
import type { Job, Work } from './orderBook.ts'
import { createOwnersDesk } from './ownersDesk.ts'
import type { Wish, Wishes } from './ownersDesk.ts'
import { changingDetail, lineInHand, obstacle, plan, silenceGraceMs } from './plan.ts'
import type { LineSeen } from './plan.ts'
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
  /** Name of this process among the bridges on one database; another one after every start. */
  readonly bridge?: string
  /** ms that never go back. */
  readonly monotonicMs?: () => number
  readonly pace?: Pace
}

/** The control loop; http uses the `Production` part of it. Lines are watched at most five times a second each. */
export interface Dispatch extends Production {
  /** Takes the lines that are free, starts them and takes up every order on them where it stands. */
  start(): Promise<void>
  /** Stops planning, lets calls and writes under way end, gives the lines back. Lines are not stopped. */
  stop(): Promise<void>
  /** Whether this bridge may act on a line in this very moment. */
  owns(lineId: string): boolean
  lines(): LineView[]
  /** An order was accepted; repeating it does nothing. */
  notify(orderId: string): void
}

const slowTickMs = 5_000
const followPauseMs = 200
const retryMs = 1_000
/** A line that is handed on is waited for this long: a call under way has a deadline of its own. */
const leavingMs = 6_000
/** A line that cannot be reached from here is left to another bridge after this long, for as long again. */
const benchedAfterMs = 30_000

/** Makes the dispatcher; nothing happens before `start()`. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { journal, lines, derive, clock, log, secondsPerPlannedSecond = 1 } = options
  const { bridge = 'bridge', monotonicMs = () => performance.now() } = options
  const byId = new Map(lines.map((line) => [line.id, line]))
  const held = new Set<string>()
  const dirty = new Set<Work>()
  const loading = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  const performing = new Set<Promise<void>>()
  const lineListeners = new Set<(line: LineView) => void>()
  const lineTold = new Map<string, { at: number; timer?: NodeJS.Timeout }>()
  const leave: (() => void)[] = []
  /** Leases as they came into hand; `leases.holds` says whether they may be used now. */
  const inHand = new Map<string, Fence>()
  const leaving = new Set<string>()
  const benchedUntil = new Map<string, number>()
  let lastBeat: Beat | undefined
  let stopped = false
  let scheduled = false

  const book = createOrderBook(
    journal,
    log,
    (work) => {
      touch(work)
      for (const watcher of work.watchers) watcher()
    },
    ({ view }) => {
      const { orderId } = view.order
      log.warn({ orderId }, `order ${orderId}: others have written about it; taken up anew`)
      run(load(orderId).then(() => undefined))
    },
  )

  const desk: Desk = {
    book,
    clock,
    log,
    touch,
    after,
    run,
    ensureOperations,
    lineOf: (lineId) => byId.get(lineId),
    isStopped: () => stopped,
    fenceOf: (lease) => inHand.get(lease),
    sentElsewhere(work, lineId) {
      reports.sent(work.view.order.orderId, lineId, work.needs)
      book.drop(work)
    },
  }
  const lineDesk = createLineDesk(book, clock, touch)
  const perform = createHandOver(desk)
  const hands: Hands = { ...desk, load, derive }
  const leases = createLeases({
    bridges: journal.bridges,
    bridge,
    clock,
    monotonicMs,
    log,
    ...(options.pace && { pace: options.pace }),
    workable: () => lines.flatMap(({ id }) => ((benchedUntil.get(id) ?? 0) > monotonicMs() ? [] : [id])),
    burden: (lineId) => book.ordersOn(lineId),
    onGained: gain,
    onLost: lose,
    onLeaving: handOn,
    onBeat: hear,
  })
  const reports = createLineReports({
    bridges: journal.bridges,
    bridge,
    clock,
    log,
    holds: (lineId) => leases.holds(lineId),
    make: reportOf,
    onReport(lineId) {
      const line = byId.get(lineId)
      if (line && !inHand.has(lineId)) tellLine(line)
      for (const work of book.all()) if (work.jobs.length === 0) touch(work)
    },
  })
  const local: Wishes = {
    requestCancel: (orderId) => cancelOrder(hands, orderId),
    requestChange: (orderId, change) => changeOrder(hands, orderId, change),
    holdLine,
    trustLine,
    answerDoubt,
    preview,
  }
  const owners = createOwnersDesk({
    bridges: journal.bridges,
    bridge,
    leases,
    log,
    monotonicMs,
    local,
    leaseOf: async (wish: Wish, id: string) => {
      if (wish === 'requestCancel' || wish === 'requestChange') return leaseFor(await journal.jobs(id))
      if (!byId.has(id)) return undefined
      return wish === 'holdLine' ? unassignedLease : id
    },
  })

  /** A line, or the finding of lines, is ours from now on. */
  function gain(fence: Fence): void {
    inHand.set(fence.lease, fence)
    const line = byId.get(fence.lease)
    if (line) {
      benchedUntil.delete(line.id)
      line.start()
      tellLine(line)
      watchReach(line, fence)
    }
    run(takeUp(fence))
  }

  /** Takes up every order that came with a lease; storage trouble is waited out. */
  async function takeUp(fence: Fence): Promise<void> {
    while (!stopped && inHand.get(fence.lease) === fence) {
      try {
        const isLine = byId.has(fence.lease)
        if (!isLine) for (const lineId of await journal.heldLines()) held.add(lineId)
        const open = await journal.openOrders(
          isLine ? { lineId: fence.lease } : { onNoneOf: [...byId.keys()] },
        )
        for (const order of open) await takeIfNew(order)
        return
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error
        log.warn({ reason: error.message }, `orders of ${fence.lease} cannot be read yet: ${error.message}`)
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  async function takeIfNew({ view, snapshot, jobs }: OpenOrder): Promise<void> {
    if (!stopped && !book.get(snapshot.orderId)) await take(view, jobs)
  }

  /** Another bridge has it: nothing more is done or written about its orders here. */
  function lose({ lease }: Fence): void {
    inHand.delete(lease)
    leaving.delete(lease)
    for (const work of book.all()) if (work.fences.some((each) => each.lease === lease)) book.drop(work)
    const line = byId.get(lease)
    if (!line) return
    run(line.stop())
    tellLine(line)
  }

  /** Lets what is under way on a line come to its end, then lets go of it. */
  async function handOn(fence: Fence): Promise<void> {
    const { lease } = fence
    leaving.add(lease)
    const works = () => [...book.all()].filter((work) => work.fences.some((each) => each.lease === lease))
    const until = monotonicMs() + leavingMs
    const isBusy = () => works().some(({ jobs, changing }) => changing || jobs.some(({ busy }) => busy))
    while (!stopped && isBusy() && monotonicMs() < until)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await Promise.race([book.settle(works()), new Promise((resolve) => setTimeout(resolve, retryMs))])
    if (inHand.get(lease) !== fence) return
    const line = byId.get(lease)
    lose(fence)
    await line?.stop()
  }

  /** Perhaps another bridge can reach a line that this one cannot. */
  function watchReach(line: Line, fence: Fence): void {
    if (journal.bridges.alone) return
    after(benchedAfterMs, () => {
      if (inHand.get(line.id) !== fence) return
      const isLost = !line.isOnline() && clock.now() - Date.parse(line.link().since) > benchedAfterMs / 2
      if (isLost) benchedUntil.set(line.id, monotonicMs() + benchedAfterMs)
      watchReach(line, fence)
    })
  }

  function hear(beat: Beat): void {
    const before = lastBeat
    lastBeat = beat
    // whoever finds lines was told first and has written it down
    if (!inHand.has(unassignedLease)) {
      held.clear()
      for (const lineId of beat.heldLines) held.add(lineId)
    }
    reports.heard(beat)
    owners.heard(beat.asks)
    for (const line of lines) {
      const ownerIn = (seenThen?: Beat) =>
        seenThen?.leases.find(({ lease, leftMs }) => lease === line.id && leftMs > 0)?.owner
      if (ownerIn(before) !== ownerIn(beat)) tellLine(line)
    }
  }

  /** A line that waits for a decision that a person has made at another bridge. */
  async function applyTrust(line: Line): Promise<void> {
    const { certificate } = line.view()
    if (journal.bridges.alone || certificate?.trust !== 'waiting') return
    const answer = await journal.bridges.isTrusted(line.id, certificate.sha256)
    if ('trusted' in answer && answer.trusted && inHand.has(line.id)) await line.trust(certificate.sha256)
  }

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
    const orders = [...dirty].filter(
      (work) => book.get(work.view.order.orderId) === work && work.fences.every(isUsable),
    )
    dirty.clear()
    for (const action of plan(orders, lines.map(seen), clock.now(), secondsPerPlannedSecond)) perform(action)
  }

  function isUsable({ lease, epoch }: Fence): boolean {
    return leases.holds(lease)?.epoch === epoch && !leaving.has(lease)
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
    if (!inHand.has(line.id)) return reports.seen(line.id, held.has(line.id))
    const link = line.link()
    const known = line.stations().length > 0
    return {
      id: line.id,
      online: line.isOnline(),
      held: held.has(line.id),
      clearsByItself: line.clearsByItself(),
      reason: link.reason ?? link.state,
      since: Date.parse(link.since),
      capability(kind) {
        const station = line.stationFor(kind)
        if (!station) return { known, credit: 0 }
        // Others may hand work to the station too.
        const there = Math.max(book.load(line.id, kind).jobs, line.listedAt(station.station))
        const credit = station.maxJobOrders === 0 ? Infinity : station.maxJobOrders - there
        return { ...station, known, credit }
      },
      listed: (station, jobOrderId, since) => line.listed(station, jobOrderId, since),
      listReadSince: (station, moment) => line.listReadSince(station, moment),
      backlogSeconds(kind) {
        const { seconds, parallel } = book.load(line.id, kind)
        return seconds / parallel
      },
    }
  }

  function run(work: Promise<void>): void {
    performing.add(work)
    void work.finally(() => performing.delete(work))
  }

  function onLineChange(line: Line, change: LineChange): void {
    if (!inHand.has(line.id)) return
    if (change.kind === 'job') observe(line, change.job)
    else {
      for (const work of book.all())
        if (work.jobs.length === 0 || work.jobs[0]?.record.lineId === line.id) touch(work)
      if (change.kind === 'link' && !line.isOnline()) {
        run(applyTrust(line))
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
      if (inDoubt && same) book.note(work, mine)
      touch(work)
      return
    }
    book.setRecord(work, mine, { jobState: job.jobState })
    void book.write(work, [jobFact(mine, job)], inDoubt && same ? [mine] : [])
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

  /** Who has an order in hand: the owner of the line it is on, else whoever finds lines. */
  function leaseFor(records: Parameters<typeof book.add>[1]): string {
    const lineId = lineInHand(records)
    return lineId !== undefined && byId.has(lineId) ? lineId : unassignedLease
  }

  /** Takes an order up if it is ours to take. */
  async function take(view: OrderView, records: Parameters<typeof book.add>[1]): Promise<Work | undefined> {
    const fence = inHand.get(leaseFor(records))
    if (!fence) return undefined
    const work = book.add(view, records, (lineId) => byId.get(lineId)?.moment() ?? -1, [fence])
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
    const isHeld = held.has(line.id)
    if (inHand.has(line.id)) {
      const view = lineDesk.view(line, isHeld)
      return journal.bridges.alone ? view : { ...view, bridge }
    }
    const told = reports.of(line.id)?.view ?? lineDesk.view(line, isHeld)
    const lease = lastBeat?.leases.find((each) => each.lease === line.id)
    if (lease?.owner !== undefined && lease.leftMs > 0) return { ...told, held: isHeld, bridge: lease.owner }
    const { bridge: _, ...orphaned } = told
    const detail = `no bridge works line ${line.id} at the moment; another one takes it over by itself`
    return {
      ...orphaned,
      held: isHeld,
      link: {
        ...told.link,
        state: 'connecting',
        reason: detail,
        problems: [{ cause: 'elsewhere', detail }],
      },
    }
  }

  function reportOf(lineId: string): LineReport {
    const line = byId.get(lineId)!
    const stations = line.stations().map(({ station }) => station)
    return {
      view: viewOf(line),
      loads: Object.fromEntries(stations.map((id) => [id, book.load(lineId, id)])),
    }
  }

  /** At once, then at most every 200 ms with the latest. */
  function tellLine(line: Line): void {
    reports.changed(line.id)
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

  async function trustLine(lineId: string, sha256: string): ReturnType<Production['trustLine']> {
    const line = byId.get(lineId)
    if (!line) return { outcome: 'unknownLine' }
    const answer = await line.trust(sha256)
    const shown = line.view().certificate?.sha256
    if (answer.outcome !== 'trusted' || shown === undefined) return answer
    // for every bridge that may work the line later
    const stored = await journal.bridges.trust(lineId, shown)
    return stored.outcome === 'unavailable' ? stored : answer
  }

  async function answerDoubt(
    lineId: string,
    jobOrderId: string,
    built: boolean,
  ): ReturnType<Production['answerDoubt']> {
    const line = byId.get(lineId)
    if (!line) return { outcome: 'unknownLine' }
    const answer = await lineDesk.answer(lineId, jobOrderId, built)
    tellLine(line)
    return answer
  }

  async function preview(
    lineId: string,
    jobOrders: Parameters<Production['preview']>[1],
  ): ReturnType<Production['preview']> {
    const line = byId.get(lineId)
    if (!line) return { outcome: 'unknownLine' }
    const why = obstacle({ needs: jobOrders, avoid: new Map() }, seen(line), new Map(), clock.now())
    return {
      outcome: 'preview',
      ...(why !== undefined && { obstacle: `${lineId} ${why}` }),
      written: jobOrders.map((order) => {
        const machine = line.stationFor(order.station)?.name
        return { ...(machine !== undefined && { machine }), fields: line.preview(order) }
      }),
    }
  }

  /** Events of any bridge that may put an order into our hands. */
  function onEvent(event: OrderEvent): void {
    const isForUs =
      (event.kind === 'accepted' && inHand.has(unassignedLease)) ||
      (event.kind === 'assigned' && inHand.has(event.lineId)) ||
      (event.kind === 'waiting' && event.reason === 'lineRefused' && inHand.has(unassignedLease))
    if (isForUs && !book.get(event.orderId)) run(load(event.orderId).then(() => undefined))
  }

  return {
    async start() {
      for (const line of lines) leave.push(line.follow((change) => onLineChange(line, change)))
      leave.push(journal.follow(onEvent))
      await leases.start()
      // what came with the leases
      await Promise.all(performing)
      const tick = setInterval(() => {
        for (const work of book.all()) touch(work)
        lineDesk.renewPromises(secondsPerPlannedSecond)
      }, slowTickMs)
      leave.push(() => clearInterval(tick))
    },
    async stop() {
      stopped = true
      for (const done of leave.splice(0)) done()
      for (const timer of timers) clearTimeout(timer)
      for (const { timer } of lineTold.values()) clearTimeout(timer)
      reports.stop()
      await owners.stop()
      while (performing.size > 0) await Promise.all(performing)
      await book.close()
      inHand.clear()
      await leases.stop()
    },
    owns: (lineId) => leases.holds(lineId) !== undefined,
    lines: () => lines.map(viewOf),
    followLines(listener) {
      lineListeners.add(listener)
      return () => lineListeners.delete(listener)
    },
    ...owners.wishes,
    notify: (orderId) => run(load(orderId).then(() => undefined)),
  }
}
