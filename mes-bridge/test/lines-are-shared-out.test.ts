import { expect, test } from 'vitest'
import type { LeaseSeen } from '../src/journalBridges.ts'
import { shareOut } from '../src/leaseShares.ts'

const lines = ['l1', 'l2', 'l3', 'l4']
const alive = (...names: string[]) => names.map((bridge) => ({ bridge, lines }))
const owned = (owners: Record<string, string>): LeaseSeen[] =>
  Object.entries(owners).map(([lease, owner]) => ({ lease, owner, epoch: 1, leftMs: 2_000 }))
const none: ReadonlySet<string> = new Set()

/** Lets every bridge decide on what all see, until nobody wants anything; gives the owners and who moved. */
function settle(names: readonly string[], start: Record<string, string>) {
  const owners = { ...start }
  let moves = 0
  for (let quiet = false; !quiet;) {
    quiet = true
    const leases = owned(owners)
    for (const me of names) {
      const mine = lines.filter((line) => owners[line] === me)
      const { claim, handOn } = shareOut({ me, bridges: alive(...names), leases, overdue: none, mine })
      for (const line of claim) {
        expect(owners[line]).toBeUndefined()
        owners[line] = me
        quiet = false
      }
      if (handOn !== undefined) {
        delete owners[handOn]
        moves++
        quiet = false
      }
    }
    expect(moves).toBeLessThan(20)
  }
  return { owners, moves }
}

test('free lines are taken by all bridges alike, none by two', () => {
  const { owners, moves } = settle(['a', 'b'], {})
  expect(Object.values(owners).toSorted()).toEqual(['a', 'a', 'b', 'b'])
  expect(moves).toBe(0)
})

test('a bridge that joins gets its share, and nothing moves more often than needed', () => {
  const { owners, moves } = settle(['a', 'b', 'c'], { l1: 'a', l2: 'a', l3: 'b', l4: 'b' })
  expect(Object.values(owners).toSorted()).toEqual(['a', 'b', 'b', 'c'])
  expect(moves).toBe(1)
  expect(settle(['a', 'b'], { l1: 'a', l2: 'a', l3: 'a', l4: 'a' }).moves).toBe(2)
})

test('the lines of a bridge that is gone fall to those who have fewest', () => {
  const leases = owned({ l1: 'gone', l2: 'gone', l3: 'a', l4: 'b' }).map((lease) =>
    lease.owner === 'gone' ? { ...lease, leftMs: -1 } : lease,
  )
  const claimOf = (me: string) =>
    shareOut({ me, bridges: alive('a', 'b'), leases, overdue: none, mine: [] }).claim
  expect(claimOf('a')).toEqual(['l1'])
  expect(claimOf('b')).toEqual(['l2'])
})

test('a line nobody comes for is taken by anybody who can work it', () => {
  const bridges = [
    { bridge: 'a', lines: ['l1'] },
    { bridge: 'b', lines: ['l1', 'l2'] },
  ]
  const claimOf = (me: string, overdue: ReadonlySet<string>) =>
    shareOut({ me, bridges, leases: [], overdue, mine: [] }).claim
  expect(claimOf('a', none)).toEqual(['l1'])
  expect(claimOf('b', none)).toEqual(['l2'])
  expect(claimOf('a', new Set(['l1', 'l2']))).toEqual(['l1'])
  expect(claimOf('b', new Set(['l1', 'l2']))).toEqual(['l1', 'l2'])
})

test('nothing is handed to a bridge that cannot work it', () => {
  const bridges = [
    { bridge: 'a', lines },
    { bridge: 'b', lines: [] },
  ]
  const leases = owned({ l1: 'a', l2: 'a', l3: 'a', l4: 'a' })
  expect(shareOut({ me: 'a', bridges, leases, overdue: none, mine: lines })).toEqual({ claim: [] })
})
