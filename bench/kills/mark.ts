/**
 * Ends this process at the marked point it was told: at its start, or later by a message of its parent. Or, where it was given a
 * victim, that process with all its children: the storage server while this one lives on.
 */
import { readFileSync } from 'node:fs'
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
  const { victim } = armed
  armed = undefined
  if (victim === undefined) process.kill(process.pid, 'SIGKILL')
  else for (const pid of [victim, ...childrenOf(victim)]) killed(pid)
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // A child that ended by itself in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
