/**
 * What is in this bridge's hands: lines and the finding of lines, with the orders that belong to them. They come with a lease and
 * go with it; between the two nobody else writes about these orders or acts on these lines.
 */
import type { OrderView } from '@lot-one/rules'
import type { JobRecord } from './jobOrder.ts'
import { JournalUnavailable } from './journal.ts'
import type { Fence, Journal } from './journal.ts'
import type { Beat } from './journalBridges.ts'
import { createLeases, unassignedLease } from './leases.ts'
import type { Leases, LeasesParts } from './leases.ts'
import type { Line } from './line.ts'
import type { OrderBook, Work } from './orderBook.ts'
import { lineInHand } from './work.ts'

export interface CustodyParts extends Pick<LeasesParts, 'bridge' | 'clock' | 'monotonicMs' | 'log' | 'pace'> {
  readonly journal: Journal
  readonly lines: ReadonlyMap<string, Line>
  readonly book: OrderBook
  /** What must be known before orders that came are taken up. @throws JournalUnavailable */
  readonly prepare: () => Promise<void>
  /** Takes up an order that has come. */
  readonly take: (view: OrderView, records: readonly JobRecord[]) => Promise<unknown>
  /** A line has come or gone. */
  readonly onChange: (line: Line) => void
  readonly onBeat: (beat: Beat) => void
  /** Keeps hold of work under way, so that a stop can wait for it. */
  readonly run: (work: Promise<void>) => void
  readonly after: (ms: number, then: () => void) => void
  readonly isStopped: () => boolean
}

export interface Custody extends Leases {
  /** A lease as it came into hand; `holds` says whether it may be used in this very moment. */
  fenceOf(lease: string): Fence | undefined
  /** Who has an order with these job orders in hand: the owner of the line it is on, else whoever finds lines. */
  leaseFor(records: readonly JobRecord[]): string
  /** An order may be planned: its leases are ours now and nothing of it is about to go. */
  isUsable(work: Work): boolean
  /** Forgets everything without a word: nothing new comes in or goes out. */
  letGo(): void
}

const retryMs = 1_000
/** A line that is handed on is waited for this long: a call under way has a deadline of its own. */
const leavingMs = 6_000
/** A line that cannot be reached from here is left to another bridge after this long, for as long again. */
const benchedAfterMs = 30_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Makes the custody of one bridge; nothing happens before `start()`. */
export function createCustody(parts: CustodyParts): Custody {
  const { journal, lines, book, clock, monotonicMs, log, run, after, isStopped } = parts
  const inHand = new Map<string, Fence>()
  const leaving = new Set<string>()
  const benchedUntil = new Map<string, number>()

  const leases = createLeases({
    ...parts,
    bridges: journal.bridges,
    workable: () => [...lines.keys()].filter((id) => (benchedUntil.get(id) ?? 0) <= monotonicMs()),
    burden: (lineId) => book.ordersOn(lineId),
    onGained: gain,
    onLost: lose,
    onLeaving: handOn,
  })

  function gain(fence: Fence): void {
    inHand.set(fence.lease, fence)
    const line = lines.get(fence.lease)
    if (line) {
      benchedUntil.delete(line.id)
      line.start()
      parts.onChange(line)
      watchReach(line, fence)
    }
    run(takeUp(fence))
  }

  /** Takes up every order that came with a lease; storage trouble is waited out. */
  async function takeUp(fence: Fence): Promise<void> {
    while (!isStopped() && inHand.get(fence.lease) === fence) {
      try {
        await parts.prepare()
        const isLine = lines.has(fence.lease)
        const open = await journal.openOrders(
          isLine ? { lineId: fence.lease } : { onNoneOf: [...lines.keys()] },
        )
        for (const { view, jobs } of open) if (!isStopped()) await parts.take(view, jobs)
        return
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error
        log.warn({ reason: error.message }, `orders of ${fence.lease} cannot be read yet: ${error.message}`)
        await pause(retryMs)
      }
    }
  }

  const worksUnder = (lease: string): Work[] =>
    [...book.all()].filter(({ fences }) => fences.some((fence) => fence.lease === lease))

  /** Another bridge has it: nothing more is done or written about its orders here. */
  function lose({ lease }: Fence): void {
    inHand.delete(lease)
    leaving.delete(lease)
    for (const work of worksUnder(lease)) book.drop(work)
    const line = lines.get(lease)
    if (!line) return
    run(line.stop())
    parts.onChange(line)
  }

  /** Lets what is under way on a line come to its end, then lets go of it. */
  async function handOn(fence: Fence): Promise<void> {
    const { lease } = fence
    leaving.add(lease)
    const until = monotonicMs() + leavingMs
    const isBusy = () =>
      worksUnder(lease).some(({ jobs, changing }) => changing || jobs.some(({ busy }) => busy))
    while (!isStopped() && isBusy() && monotonicMs() < until) await pause(50)
    await Promise.race([book.settle(worksUnder(lease)), pause(retryMs)])
    if (inHand.get(lease) !== fence) return
    lose(fence)
    await lines.get(lease)?.stop()
  }

  /** Perhaps another bridge can reach a line that this one cannot. */
  function watchReach(line: Line, fence: Fence): void {
    if (journal.bridges.alone) return
    after(benchedAfterMs, () => {
      if (inHand.get(line.id) !== fence) return
      const isAway = !line.isOnline() && clock.now() - Date.parse(line.link().since) > benchedAfterMs / 2
      if (isAway) benchedUntil.set(line.id, monotonicMs() + benchedAfterMs)
      watchReach(line, fence)
    })
  }

  return {
    ...leases,
    fenceOf: (lease) => inHand.get(lease),
    leaseFor(records) {
      const lineId = lineInHand(records)
      return lineId !== undefined && lines.has(lineId) ? lineId : unassignedLease
    },
    isUsable: ({ fences }) =>
      fences.every(({ lease, epoch }) => leases.holds(lease)?.epoch === epoch && !leaving.has(lease)),
    letGo: () => inHand.clear(),
  }
}
