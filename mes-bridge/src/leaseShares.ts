/** Decides which lines a bridge takes and which it hands on, so that every bridge on a database has about as many. Pure. */
import type { BridgeSeen, LeaseSeen } from './journalBridges.ts'

export interface Shares {
  /** Free lines that fall to this bridge. */
  readonly claim: readonly string[]
  /** A line that another bridge should have. */
  readonly handOn?: string
}

export interface SharesSeen {
  readonly me: string
  /** Every bridge that is alive, this one too, with the lines it can work. */
  readonly bridges: readonly BridgeSeen[]
  readonly leases: readonly LeaseSeen[]
  /** Lines that have been free for so long that whoever they fall to does not come. */
  readonly overdue: ReadonlySet<string>
  /** Lines of this bridge, the one that is easiest to hand on first. */
  readonly mine: readonly string[]
}

/**
 * Free lines go to whoever has fewest (then by name): all bridges see the same and agree without a word; where they do not, the
 * lease decides. A line is handed on only by the bridge that has most, when another has at least two fewer: then it cannot come
 * back.
 */
export function shareOut({ me, bridges, leases, overdue, mine }: SharesSeen): Shares {
  const byLease = new Map(leases.map((lease) => [lease.lease, lease]))
  const isFree = (line: string): boolean => (byLease.get(line)?.leftMs ?? 0) <= 0
  const all = [...new Set(bridges.flatMap(({ lines }) => lines))].sort()
  const counts = new Map(bridges.map(({ bridge }) => [bridge, 0]))
  for (const line of all) {
    const owner = isFree(line) ? undefined : byLease.get(line)?.owner
    if (owner !== undefined && counts.has(owner)) counts.set(owner, counts.get(owner)! + 1)
  }
  const claim: string[] = []
  const free = all.filter(isFree)
  for (const line of free) {
    const able = bridges.filter(({ lines }) => lines.includes(line)).map(({ bridge }) => bridge)
    const [next] = able.sort((a, b) => counts.get(a)! - counts.get(b)! || (a < b ? -1 : 1))
    if (next === me || (overdue.has(line) && able.includes(me))) claim.push(line)
    if (next !== undefined) counts.set(next, counts.get(next)! + 1)
  }
  if (free.length > 0) return { claim }
  const own = counts.get(me) ?? 0
  const heaviest = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0]
  const handOn = mine.find((line) =>
    bridges.some(({ bridge, lines }) => lines.includes(line) && counts.get(bridge)! <= own - 2),
  )
  return heaviest === me && handOn !== undefined ? { claim, handOn } : { claim }
}
