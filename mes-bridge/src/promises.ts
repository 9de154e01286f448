/**
 * When units will be ready, from what is queued and how long it is planned to take. Pure: a list schedule in the order of the
 * queue (each operation takes the station's place that is free first), which is what lines do that work first come first served.
 */

/** An operation still to be done, as far as it was seen. */
export interface PendingOperation {
  readonly station: string
  readonly plannedSeconds: number
  /** Set while a station works on it. */
  readonly running?: {
    /** Epoch ms. */
    readonly startedAt?: number
    /** What the line itself expected, and when it said so (epoch ms). */
    readonly remainingMs?: number
    readonly saidAt?: number
  }
}

export interface QueuedUnit {
  readonly id: string
  readonly lineId: string
  /** In routing order, those that are over left out; never empty. */
  readonly operations: readonly PendingOperation[]
}

export interface PromiseOptions {
  /** Epoch ms. */
  readonly now: number
  /** Real seconds per planned second. */
  readonly pace: number
  /** How many units a station was seen to work on at once. */
  parallel(lineId: string, station: string): number
}

/**
 * Gives when each unit will be ready (epoch ms), by id. Units come in the order in which they were queued; cost is linear in
 * their operations.
 */
export function promisedTimes(
  units: readonly QueuedUnit[],
  { now, pace, parallel }: PromiseOptions,
): Map<string, number> {
  const places = new Map<string, number[]>()

  function placesOf(lineId: string, station: string): number[] {
    const key = `${lineId} ${station}`
    let free = places.get(key)
    if (!free) {
      free = Array.from({ length: Math.max(1, parallel(lineId, station)) }, () => now)
      places.set(key, free)
    }
    return free
  }

  function occupy(unit: QueuedUnit, station: string, from: number, ms: number): number {
    const free = placesOf(unit.lineId, station)
    let first = 0
    for (const [index, at] of free.entries()) if (at < free[first]!) first = index
    const end = Math.max(from, free[first]!) + ms
    free[first] = end
    return end
  }

  // What runs has its place already, whatever the order of the queue.
  const runningUntil = new Map<QueuedUnit, number>()
  for (const unit of units) {
    const [first] = unit.operations
    if (first?.running) runningUntil.set(unit, occupy(unit, first.station, now, remaining(first, now, pace)))
  }
  const ready = new Map<string, number>()
  for (const unit of units) {
    let at = runningUntil.get(unit) ?? now
    for (const [index, { station, plannedSeconds }] of unit.operations.entries()) {
      if (index === 0 && runningUntil.has(unit)) continue
      at = occupy(unit, station, at, plannedSeconds * 1_000 * pace)
    }
    ready.set(unit.id, at)
  }
  return ready
}

function remaining({ running, plannedSeconds }: PendingOperation, now: number, pace: number): number {
  if (running?.remainingMs !== undefined)
    return Math.max(0, running.remainingMs - (now - (running.saidAt ?? now)))
  return Math.max(0, plannedSeconds * 1_000 * pace - (now - (running?.startedAt ?? now)))
}

const leastMs = 10_000
const share = 0.15

/** Says whether a promise has moved so far that the shopper is told: 10 seconds, and 15 % of the time that is left. */
export function isNews(said: number | undefined, next: number, now: number): boolean {
  return (
    said === undefined || Math.abs(next - said) >= Math.max(leastMs, share * (Math.max(said, next) - now))
  )
}
