/** The time a line runs on. Injected everywhere, so that tests and fault scripts can own it. */
export interface Clock {
  /** Gives the current time in milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /**
   * Calls `run` once, at `atMs` or as soon as possible after it.
   * @returns a function that cancels the call; cancelling twice or too late does nothing.
   */
  schedule(atMs: number, run: () => void): () => void
}

/** setTimeout counts in 32 bits; longer waits are cut into pieces of this length. */
const longestTimerMs = 2_000_000_000

/** The computer's own clock. A scheduled call keeps the process alive until it ran or was cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(atMs, run) {
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = (): void => {
      const restMs = atMs - Date.now()
      if (restMs > longestTimerMs) timer = setTimeout(wait, longestTimerMs)
      // Timers may fire up to a millisecond early; a call before its time would find nothing to do.
      else timer = setTimeout(run, Math.max(0, Math.ceil(restMs)))
    }
    wait()
    return () => clearTimeout(timer)
  },
}
