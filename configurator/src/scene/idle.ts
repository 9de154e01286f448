/** Work for when the page is idle, one slice at a time, so that no slice delays a tap. */
export interface IdleQueue {
  /** Replaces what is waiting. Slices run in order, each in its own idle period. */
  replace(slices: readonly (() => void)[]): void
  dispose(): void
}

/** Makes a queue on the browser's idle periods, or on short timeouts where there are none. */
export function createIdleQueue(): IdleQueue {
  let waiting: (() => void)[] = []
  let handle = 0
  const native = typeof requestIdleCallback === 'function'
  const later = (run: () => void) =>
    native ? requestIdleCallback(run, { timeout: 400 }) : setTimeout(run, 60)
  const cancel = () => {
    if (native) cancelIdleCallback(handle)
    else clearTimeout(handle)
    handle = 0
  }
  const next = () => {
    handle = 0
    waiting.shift()?.()
    if (waiting.length > 0) handle = later(next)
  }
  return {
    replace(slices) {
      waiting = [...slices]
      if (waiting.length > 0 && !handle) handle = later(next)
    },
    dispose() {
      waiting = []
      cancel()
    },
  }
}
