import { describe, expect, test } from 'vitest'
import { createAdmission } from '../src/admission.ts'

/** Answers `perSecond` orders a second for some seconds to as many as want to come in; gives what the last one was told. */
function house(options: { longestWaitMs?: number; atLeast?: number } = {}) {
  let ms = 0
  const admission = createAdmission({ now: () => ms, longestWaitMs: 1_000, atLeast: 10, ...options })
  let inside = 0
  const enter = () => {
    const told = admission.enter()
    if (told === 'in') inside++
    return told
  }
  return {
    enter,
    inside: () => inside,
    /** Time passes; `answer` of those inside are answered, evenly. */
    pass(seconds: number, perSecond: number, wanting: number) {
      let last: ReturnType<typeof enter> = 'in'
      for (let tick = 0; tick < seconds * 10; tick++) {
        for (let n = 0; n < wanting / 10; n++) last = enter()
        ms += 100
        for (let n = 0; n < perSecond / 10 && inside > 0; n++, inside--) admission.leave()
      }
      return last
    },
  }
}

describe('whoever would wait too long is told when to come again', () => {
  test('while the pace is unknown only so many come in', () => {
    const { enter } = house({ atLeast: 3 })
    expect([enter(), enter(), enter()]).toEqual(['in', 'in', 'in'])
    expect(enter()).toEqual({ retryAfterSeconds: 2 })
  })

  test('at five times the pace as many are inside as are answered within the longest wait', () => {
    const { pass, inside } = house()
    expect(pass(10, 200, 1_000)).toEqual({ retryAfterSeconds: 2 })
    expect(inside()).toBeGreaterThan(150)
    expect(inside()).toBeLessThanOrEqual(200)
  })

  test('who comes at less than the pace is never refused, whatever was before', () => {
    const { pass } = house()
    pass(5, 200, 1_000)
    pass(2, 200, 0)
    expect(pass(5, 200, 100)).toBe('in')
  })

  test('when nothing is answered any more the wait grows, and it ends when answers come again', () => {
    const { pass } = house()
    pass(5, 200, 1_000)
    const told = pass(3, 0, 1_000)
    expect(told).toEqual({ retryAfterSeconds: 60 })
    pass(5, 200, 0)
    expect(pass(1, 200, 50)).toBe('in')
  })
})
