import { describe, expect, test } from 'vitest'
import { isNews, promisedTimes } from '../src/promises.ts'
import type { PendingOperation, QueuedUnit } from '../src/promises.ts'

const unit = (id: string, ...operations: PendingOperation[]): QueuedUnit => ({
  id,
  lineId: 'line-1',
  operations,
})
const op = (station: string, plannedSeconds: number): PendingOperation => ({ station, plannedSeconds })
const times = (units: readonly QueuedUnit[], places: Readonly<Record<string, number>> = {}, pace = 1) =>
  Object.fromEntries(
    promisedTimes(units, { now: 1_000_000, pace, parallel: (_, station) => places[station] ?? 1 }).entries(),
  )

describe('promises follow the queue', () => {
  test('each unit waits for those before it, station by station', () => {
    const units = ['a', 'b', 'c'].map((id) => unit(id, op('metal', 10), op('paint', 30)))
    expect(times(units)).toEqual({ a: 1_040_000, b: 1_070_000, c: 1_100_000 })
    // two places in the paint shop: then metal is what they wait for
    expect(times(units, { paint: 2 })).toEqual({ a: 1_040_000, b: 1_050_000, c: 1_070_000 })
  })

  test('what runs counts with what is left of it: by the line, else by the plan', () => {
    const running = (more: NonNullable<PendingOperation['running']>) =>
      unit('a', { ...op('paint', 30), running: more })
    expect(times([running({ startedAt: 990_000 })])).toEqual({ a: 1_020_000 })
    expect(times([running({ startedAt: 990_000, remainingMs: 5_000, saidAt: 998_000 })])).toEqual({
      a: 1_003_000,
    })
    // longer than planned: any moment, never in the past
    expect(times([running({ startedAt: 900_000 })])).toEqual({ a: 1_000_000 })
    // whoever runs has the place, whatever the queue says
    expect(times([unit('first', op('paint', 10)), running({ startedAt: 1_000_000 })])).toEqual({
      a: 1_030_000,
      first: 1_040_000,
    })
  })

  test('a simulation ten times faster is promised ten times sooner', () => {
    expect(times([unit('a', op('metal', 100))], {}, 0.1)).toEqual({ a: 1_010_000 })
  })

  test('only what a shopper would care about is said again', () => {
    expect(isNews(undefined, 5_000, 0)).toBe(true)
    expect(isNews(20_000, 29_000, 0)).toBe(false)
    expect(isNews(20_000, 30_000, 0)).toBe(true)
    expect(isNews(600_000, 650_000, 0)).toBe(false)
    expect(isNews(600_000, 800_000, 0)).toBe(true)
  })
})
