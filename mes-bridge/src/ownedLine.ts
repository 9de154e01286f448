/** A line that this bridge works only while it owns it: started when it is gained, ended when it is lost, and started anew. */
import type { Line, LineChange } from './line.ts'

/**
 * Wraps a line so that it can be started again after `stop()`: each time with a fresh link and nothing remembered, because others
 * have worked the line meanwhile.
 */
export function createOwnedLine(make: () => Line): Line {
  const listeners = new Set<(change: LineChange) => void>()
  let isStarted = false
  let inner = fresh()

  function fresh(): Line {
    const made = make()
    made.follow((change) => {
      for (const listener of listeners) listener(change)
    })
    return made
  }

  const own: Pick<Line, 'start' | 'stop' | 'follow'> = {
    start() {
      isStarted = true
      inner.start()
    },
    async stop() {
      if (!isStarted) return
      isStarted = false
      const last = inner
      inner = fresh()
      await last.stop()
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  // Everything else is asked of whichever line is there now.
  return new Proxy(inner, {
    get: (_, name: keyof Line) => (Object.hasOwn(own, name) ? own[name as keyof typeof own] : inner[name]),
  })
}
