/** Ends this process at the marked point it was told: at its start, or later by a message of its parent. */
import type { KillAt } from './points.ts'

const given = process.env['LOT_ONE_KILL_AT']
let armed = given ? (JSON.parse(given) as KillAt) : undefined
let left = armed?.skip ?? 0
if (process.send) {
  process.on('message', (message) => {
    const { type, ...at } = message as KillAt & { type?: string }
    if (type !== 'killAt') return
    armed = at.point ? at : undefined
    left = at.skip
  })
}

/** Passes a point; the process is gone when it is the one. */
export function mark(what: string, when: string): void {
  if (armed?.point !== `${what}, ${when}` || left-- > 0) return
  process.kill(process.pid, 'SIGKILL')
}
