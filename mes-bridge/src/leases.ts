/**
 * Keeps a bridge's leases: renews them, takes free lines, hands lines on, and says whether a line is ours in this very moment.
 *
 * "Ours" is judged by our own clocks and a margin before the database would give the lease to somebody else: a process that was
 * stopped or cut off finds its leases ended before it does anything. Two clocks are asked, because one stands still while a
 * machine sleeps and the other can be set back. Where the journal belongs to this process alone, leases never end.
 */
import type { Fence } from './journal.ts'
import type { Beat, Bridges } from './journalBridges.ts'
import { shareOut } from './leaseShares.ts'
import type { Clock, Log } from './line.ts'

/** The lease of whoever finds lines for orders. No line is called so: ids of lines have no colon. */
export const unassignedLease = ':unassigned'

/** How long a lease runs, how long before its end it is no longer used, and how often it is renewed. */
export interface Pace {
  readonly ttlMs: number
  readonly marginMs: number
  readonly beatMs: number
}
export const defaultPace: Pace = { ttlMs: 3_000, marginMs: 750, beatMs: 700 }
/** Somebody else should have taken a free line by then. */
const overdueMs = 1_500
/** Lines are handed on only this long after the last change of hands: bridges come and go together. */
const settledMs = 3_000
/** News of other bridges is read at once, but no more often than this. */
const newsPauseMs = 100

export interface LeasesParts {
  readonly bridges: Bridges
  /** Name of this process among the bridges: another one after every start. */
  readonly bridge: string
  readonly clock: Clock
  /** ms that never go back. */
  readonly monotonicMs: () => number
  readonly log: Log
  readonly pace?: Pace
  /** Lines this bridge can work now. */
  readonly workable: () => readonly string[]
  /** How much would be interrupted by handing a line on; smaller is handed on first. */
  readonly burden: (lineId: string) => number
  readonly onGained: (fence: Fence) => void
  /** It belongs to somebody else now. */
  readonly onLost: (fence: Fence) => void
  /** A line is to be handed on: resolves when nothing of it is under way any more. */
  readonly onLeaving: (fence: Fence) => Promise<void>
  readonly onBeat: (beat: Beat) => void
}

export interface Leases {
  /** Resolves after the first round: what is free is ours then. */
  start(): Promise<void>
  /** Gives everything back at once. */
  stop(): Promise<void>
  /** The lease if it surely is ours now. */
  holds(lease: string): Fence | undefined
}

interface Held {
  readonly fence: Fence
  /** Ends of its use by both clocks. */
  until: number
  wallUntil: number
  isLeaving: boolean
}

/** Makes the keeper; nothing happens before `start()`. */
export function createLeases(parts: LeasesParts): Leases {
  const { bridges, bridge, clock, monotonicMs, log, pace = defaultPace } = parts
  const held = new Map<string, Held>()
  const freeSince = new Map<string, number>()
  let changedAt = monotonicMs()
  let isStopping = false
  let isAway = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let nextAt = 0
  let leaveNews = (): void => {}

  const endOf = () => ({
    until: monotonicMs() + pace.ttlMs - pace.marginMs,
    wallUntil: clock.now() + pace.ttlMs - pace.marginMs,
  })

  function lose(lost: Held): void {
    if (held.get(lost.fence.lease) !== lost) return
    held.delete(lost.fence.lease)
    changedAt = monotonicMs()
    parts.onLost(lost.fence)
  }

  async function claim(lease: string): Promise<void> {
    // counted from before the question: the database's term begins later than ours
    const end = endOf()
    const answer = await bridges.claim(bridge, lease, pace.ttlMs)
    if (answer.outcome !== 'claimed') return
    const { fence } = answer
    held.set(lease, { fence, ...end, isLeaving: false })
    changedAt = monotonicMs()
    log.info({ lease, epoch: fence.epoch, bridge }, `${lease} is worked by this bridge (${bridge})`)
    parts.onGained(fence)
  }

  async function beat(): Promise<void> {
    const before = [...held.values()]
    const end = endOf()
    const lines = parts.workable()
    const answer = await bridges.beat(
      { bridge, lines },
      before.map(({ fence }) => fence),
      pace.ttlMs,
    )
    if ('outcome' in answer) {
      if (!isAway) log.warn({ reason: answer.reason }, `leases cannot be renewed: ${answer.reason}`)
      isAway = true
      return
    }
    isAway = false
    for (const one of before) {
      const { lease, epoch } = one.fence
      if (answer.renewed.some((fence) => fence.lease === lease && fence.epoch === epoch))
        Object.assign(one, end)
      else lose(one)
    }
    parts.onBeat(answer)
    if (!isStopping) await takeAndHandOn(answer)
  }

  async function takeAndHandOn(seen: Beat): Promise<void> {
    const now = monotonicMs()
    const free = new Map(seen.leases.map(({ lease, leftMs }) => [lease, leftMs <= 0]))
    for (const [lease, isFree] of free)
      if (!isFree) freeSince.delete(lease)
      else if (!freeSince.has(lease)) freeSince.set(lease, now)
    const mine = [...held.keys()]
      .filter((lease) => lease !== unassignedLease)
      .sort((a, b) => parts.burden(a) - parts.burden(b))
    const overdue = new Set([...freeSince].filter(([, since]) => now - since > overdueMs).map(([id]) => id))
    const { claim: falling, handOn } = shareOut({ ...seen, me: bridge, overdue, mine })
    if (free.get(unassignedLease) ?? true) await claim(unassignedLease)
    for (const lease of falling) if (!held.has(lease) && !isStopping) await claim(lease)
    const unworkable = mine.find(
      (line) =>
        !parts.workable().includes(line) &&
        seen.bridges.some((other) => other.bridge !== bridge && other.lines.includes(line)),
    )
    const isSettled = now - changedAt > settledMs
    const leaving = unworkable ?? (isSettled ? handOn : undefined)
    const one = leaving === undefined ? undefined : held.get(leaving)
    if (one && ![...held.values()].some(({ isLeaving }) => isLeaving)) void handOver(one)
  }

  /** Nothing of the line is under way when another bridge gets it. */
  async function handOver(one: Held): Promise<void> {
    const { lease } = one.fence
    one.isLeaving = true
    log.info({ lease }, `${lease} is handed on to another bridge`)
    await parts.onLeaving(one.fence)
    if (held.get(lease) !== one) return
    held.delete(lease)
    changedAt = monotonicMs()
    // unanswered, it ends by itself
    await bridges.release([one.fence])
  }

  function schedule(inMs: number): void {
    if (isStopping) return
    const at = monotonicMs() + inMs
    if (timer && nextAt <= at) return
    clearTimeout(timer)
    nextAt = at
    timer = setTimeout(() => {
      timer = undefined
      running = beat()
        .catch((error: unknown) => log.error({ err: error }, `leases: ${String(error)}`))
        .then(() => schedule(isAway ? pace.beatMs / 2 : pace.beatMs))
    }, inMs)
  }

  /** A journal of our own: everything is ours until we end. */
  async function takeAll(): Promise<void> {
    for (const lease of [unassignedLease, ...parts.workable()]) {
      while (!isStopping && !held.has(lease)) {
        await claim(lease)
        if (!held.has(lease)) await new Promise((resolve) => setTimeout(resolve, pace.beatMs))
      }
    }
  }

  return {
    async start() {
      if (bridges.alone) return takeAll()
      running = beat()
      await running
      leaveNews = bridges.onNews(() => schedule(newsPauseMs))
      schedule(pace.beatMs)
    },
    async stop() {
      isStopping = true
      leaveNews()
      clearTimeout(timer)
      await running
      const fences = [...held.values()].map(({ fence }) => fence)
      held.clear()
      if (bridges.alone) return
      if (fences.length > 0) await bridges.release(fences)
      await bridges.leave(bridge)
    },
    holds(lease) {
      const one = held.get(lease)
      const isValid = one && (bridges.alone || (monotonicMs() < one.until && clock.now() < one.wallUntil))
      return isValid ? one.fence : undefined
    },
  }
}
