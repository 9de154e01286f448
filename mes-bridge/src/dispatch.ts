/**
 * The control loop between orders and lines: what is durable and what is observed goes into `plan`, the actions that come out
 * are performed, their effects are observed again (observe.ts). Driven by events; a slow tick only looks after what events may
 * have missed.
 */
import type { LineView, OrderEvent, OrderSnapshot, OrderView } from '@lot-one/rules'
import { cancelOrder, changeOrder } from './changeOrder.ts'
import type { Hands } from './changeOrder.ts'
import { createHandOver } from './handOver.ts'
import type { Desk } from './handOver.ts'
import { composeJobOrders, withIds } from './composeJobOrders.ts'
import type { PlannedOperation } from './composeJobOrders.ts'
import { createCustody } from './custody.ts'
import type { JobRecord } from './jobOrder.ts'
import { JournalUnavailable } from './journal.ts'
import type { Journal } from './journal.ts'
import { unassignedLease } from './leases.ts'
import type { Pace } from './leases.ts'
import { createLineBoard } from './lineBoard.ts'
import type { Clock, Line, Log } from './line.ts'
import { createObserver } from './observe.ts'
import { createOrderBook } from './orderBook.ts'
import type { Work } from './orderBook.ts'
import { createOwnersDesk } from './ownersDesk.ts'
import { plan } from './plan.ts'
import type { Production } from './production.ts'
import { changingDetail } from './work.ts'

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
/** Somebody else wrote about an order of ours: by then it is known who has it. */
const lostPauseMs = 500
const retryMs = 1_000

/** Makes the dispatcher; nothing happens before `start()`. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { journal, lines, derive, clock, log, secondsPerPlannedSecond = 1 } = options
  const { bridge = 'bridge', monotonicMs = () => performance.now() } = options
  const byId = new Map(lines.map((line) => [line.id, line]))
  const dirty = new Set<Work>()
  const loading = new Map<string, Promise<Work | undefined>>()
  const timers = new Set<NodeJS.Timeout>()
  const performing = new Set<Promise<void>>()
  const leave: (() => void)[] = []
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
      log.warn({ orderId }, `order ${orderId}: another bridge has written about it`)
      after(lostPauseMs, () => run(bringIn(orderId)))
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
    fenceOf: (lease) => custody.fenceOf(lease),
    sentElsewhere(work, lineId) {
      board.sent(work, lineId)
      book.drop(work)
    },
  }
  const perform = createHandOver(desk)
  const hands: Hands = { ...desk, load, derive }
  const board = createLineBoard({
    journal,
    lines: byId,
    book,
    bridge,
    custody: () => custody,
    clock,
    log,
    touch,
  })
  const custody = createCustody({
    journal,
    lines: byId,
    book,
    bridge,
    clock,
    monotonicMs,
    log,
    ...(options.pace && { pace: options.pace }),
    prepare: board.readHolds,
    take,
    onChange: board.changed,
    onBeat(beat) {
      board.heard(beat)
      owners.heard(beat.asks)
      for (const work of dirty) touch(work)
    },
    run,
    after,
    isStopped: () => stopped,
  })
  const owners = createOwnersDesk({
    bridges: journal.bridges,
    bridge,
    leases: custody,
    log,
    monotonicMs,
    local: {
      ...board,
      requestCancel: (orderId) => cancelOrder(hands, orderId),
      requestChange: (orderId, change) => changeOrder(hands, orderId, change),
    },
    async leaseOf(wish, id) {
      if (wish === 'requestCancel' || wish === 'requestChange')
        return custody.leaseFor(await journal.jobs(id))
      if (!byId.has(id)) return undefined
      return wish === 'holdLine' ? unassignedLease : id
    },
  })

  const { observe, onLineChange } = createObserver({
    desk,
    board,
    journal,
    isLoading: (orderId) => loading.has(orderId),
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
    const present = [...dirty].filter((work) => book.get(work.view.order.orderId) === work)
    const orders = present.filter(custody.isUsable)
    dirty.clear()
    // Those whose lease is not ours in this moment: planned when it is again.
    for (const work of present) if (!custody.isUsable(work)) dirty.add(work)
    for (const action of plan(orders, lines.map(board.seen), clock.now(), secondsPerPlannedSecond))
      perform(action)
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

  function run(work: Promise<void>): void {
    performing.add(work)
    void work.finally(() => performing.delete(work))
  }

  async function ensureOperations(work: Work): Promise<void> {
    if (work.operations.length > 0) return
    try {
      work.operations = withIds(await derive(work.view.order), work.jobs, work.spent)
      if (work.jobs.length === 0) work.needs = [...work.operations].sort((a, b) => a.op - b.op)
    } catch (error) {
      const reason = `what to build cannot be derived: ${error instanceof Error ? error.message : String(error)}`
      log.error({ orderId: work.view.order.orderId }, reason)
      void book.write(work, [{ kind: 'stopped', reason }])
    }
    touch(work)
  }

  /** Loads an order that nobody waits for: storage trouble is waited out. */
  async function bringIn(orderId: string): Promise<void> {
    try {
      await load(orderId)
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error
      after(retryMs, () => run(bringIn(orderId)))
    }
  }

  /** Undefined: there is none, or it is not ours to take. Whoever asks while it is being read gets the same answer. */
  function load(orderId: string): Promise<Work | undefined> {
    const known = book.get(orderId)
    if (known) return Promise.resolve(known)
    const underWay = loading.get(orderId) ?? read(orderId).finally(() => loading.delete(orderId))
    loading.set(orderId, underWay)
    return underWay
  }

  async function read(orderId: string): Promise<Work | undefined> {
    const [order, jobs] = await Promise.all([journal.order(orderId), journal.jobs(orderId)])
    return order && !stopped ? take(order.view, jobs) : undefined
  }

  /** Takes an order up if it is ours to take. */
  async function take(view: OrderView, records: readonly JobRecord[]): Promise<Work | undefined> {
    const known = book.get(view.order.orderId)
    const fence = custody.fenceOf(custody.leaseFor(records))
    if (known || !fence) return known
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

  /** Events of any bridge that may put an order into our hands. */
  function onEvent(event: OrderEvent): void {
    const isForUs =
      event.kind === 'assigned'
        ? custody.fenceOf(event.lineId) !== undefined
        : (event.kind === 'accepted' || (event.kind === 'waiting' && event.reason === 'lineRefused')) &&
          custody.fenceOf(unassignedLease) !== undefined
    if (isForUs && !book.get(event.orderId)) run(bringIn(event.orderId))
  }

  return {
    async start() {
      for (const line of lines) leave.push(line.follow((change) => onLineChange(line, change)))
      leave.push(journal.follow(onEvent))
      await custody.start()
      // what came with the leases
      await Promise.all(performing)
      const tick = setInterval(() => {
        for (const work of book.all()) touch(work)
        board.renewPromises(secondsPerPlannedSecond)
      }, slowTickMs)
      leave.push(() => clearInterval(tick))
    },
    async stop() {
      stopped = true
      for (const done of leave.splice(0)) done()
      for (const timer of timers) clearTimeout(timer)
      board.stop()
      await owners.stop()
      while (performing.size > 0) await Promise.all(performing)
      await book.close()
      custody.letGo()
      await custody.stop()
    },
    owns: (lineId) => custody.holds(lineId) !== undefined,
    lines: board.lines,
    followLines: board.followLines,
    ...owners.wishes,
    async holdLine(lineId, hold) {
      const answer = await owners.wishes.holdLine(lineId, hold)
      if (answer.outcome === 'recorded') board.noteHold(lineId, hold)
      return answer
    },
    notify: (orderId) => run(bringIn(orderId)),
  }
}
