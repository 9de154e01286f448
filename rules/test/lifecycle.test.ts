import * as fc from 'fast-check'
import { createActor, initialTransition, transition } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { describe, expect, test } from 'vitest'
import { isCurrent, judge, lifecycle, lifecycleId, newLifecycle, replay } from '../src/lifecycle.ts'
import { advances, fold, newOrderView } from '../src/order.ts'
import type { JobState, OrderEvent, OrderFact, OrderSnapshot } from '../src/order.ts'

const operation = (op: number) => ({
  op,
  station: `s${op}`,
  label: { en: `S${op}` },
  jobOrderId: `o/${op}`,
  plannedSeconds: 10,
  consumes: [],
})
const assigned: OrderFact = { kind: 'assigned', lineId: 'line-1', operations: [operation(10), operation(20)] }
const job = (op: number, jobState: JobState): OrderFact => ({
  kind: 'job',
  op,
  lineId: 'line-1',
  jobState,
  by: 'event',
})
const states = (facts: OrderFact[]) =>
  facts.reduce<[string[], ReturnType<typeof newLifecycle>]>(
    ([seen, s], f) => {
      const n = judge(s, f)
      return [[...seen, n.state], n]
    },
    [[], newLifecycle()],
  )[0]

const anyFact: fc.Arbitrary<OrderFact> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<OrderFact>(
      { kind: 'accepted' },
      assigned,
      { kind: 'cancelRequested' },
      { kind: 'cancelled' },
      { kind: 'waiting', reason: 'noLine' },
      { kind: 'stopped', reason: 'conflict' },
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(10, 20),
        fc.constantFrom<JobState>(
          'NotAllowedToStart',
          'AllowedToStart',
          'Running',
          'Interrupted',
          'Ended',
          'Aborted',
        ),
      )
      .map(([op, s]) => job(op, s)),
  },
)

describe('the life of an order', () => {
  test('advances only by what was seen on the line', () => {
    expect(
      states([
        assigned,
        job(10, 'NotAllowedToStart'),
        job(20, 'NotAllowedToStart'),
        job(10, 'AllowedToStart'),
        job(10, 'Running'),
        job(10, 'Ended'),
        job(20, 'Running'),
        job(20, 'Ended'),
      ]),
    ).toEqual([
      'released',
      'released',
      'released',
      'released',
      'inProduction',
      'inProduction',
      'inProduction',
      'completed',
    ])
  })

  test('is completed even when the only thing ever seen is that every job has ended', () => {
    expect(states([assigned, job(20, 'Ended'), job(10, 'Ended')]).at(-1)).toBe('completed')
  })

  test('a late or repeated report changes nothing', () => {
    const facts = [assigned, job(10, 'Ended'), job(10, 'Running'), job(10, 'Running'), job(20, 'Ended')]
    expect(states(facts).at(-1)).toBe('completed')
    expect(states([...facts, job(10, 'Aborted'), { kind: 'cancelRequested' }]).at(-1)).toBe('completed')
  })

  test('a cancel request that the line overtook does not cancel', () => {
    expect(states([assigned, { kind: 'cancelRequested' }, job(10, 'Running')]).at(-1)).toBe('inProduction')
    expect(states([assigned, { kind: 'cancelRequested' }, { kind: 'cancelled' }]).at(-1)).toBe('cancelled')
  })

  test('a cancel request that comes after a job was broken off needs an operator like any aborted job', () => {
    expect(states([assigned, { kind: 'cancelRequested' }, job(10, 'Aborted')]).at(-1)).toBe('stopped')
  })

  test('an aborted job needs an operator; when the job is done again the order completes', () => {
    expect(states([assigned, job(10, 'Running'), job(10, 'Aborted')]).at(-1)).toBe('stopped')
    expect(
      states([assigned, { kind: 'stopped', reason: 'conflict' }, job(10, 'Ended'), job(20, 'Ended')]).at(-1),
    ).toBe('completed')
  })

  test('replaying facts one by one gives what judging them gave, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
        let snapshot = newLifecycle()
        for (const fact of facts) snapshot = judge(JSON.parse(JSON.stringify(snapshot)), fact)
        expect(replay(facts)).toEqual(snapshot)
      }),
    )
  })

  test('completed and cancelled are never left, and no order completes without every job seen ended', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 40 }), (facts) => {
        const seen = states(facts)
        const end = seen.findIndex((s) => s === 'completed' || s === 'cancelled')
        if (end >= 0) expect(new Set(seen.slice(end)).size).toBe(1)
        if (seen.at(-1) === 'completed')
          for (const op of [10, 20])
            expect(facts.some((f) => f.kind === 'job' && f.op === op && f.jobState === 'Ended')).toBe(true)
      }),
    )
  })

  test('the pure steps agree with a running actor of the same machine', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 20 }), (facts) => {
        const actor = createActor(lifecycle).start()
        for (const fact of facts) actor.send({ ...fact, type: fact.kind } as never)
        expect(replay(facts).state).toBe(actor.getSnapshot().value)
      }),
    )
  })

  test('every state can be reached', () => {
    const events = [
      assigned,
      job(10, 'Running'),
      job(10, 'Ended'),
      job(20, 'Ended'),
      job(10, 'Aborted'),
      { kind: 'cancelRequested' } as const,
      { kind: 'cancelled' } as const,
    ].map((f) => ({ ...f, type: f.kind }))
    const reached = new Set(
      getShortestPaths(lifecycle, {
        events: events as never[],
        serializeState: (s) => JSON.stringify([s.value, s.context]),
      }).map((p) => p.state.value),
    )
    expect([...reached].sort()).toEqual([
      'accepted',
      'cancelled',
      'cancelling',
      'completed',
      'inProduction',
      'released',
      'stopped',
    ])
  })

  test('a snapshot of another machine version is refused, not misread', () => {
    const old = { ...newLifecycle(), version: 0 }
    expect(isCurrent(old)).toBe(false)
    expect(() => judge(old, assigned)).toThrow(/version 0.*replay/)
    expect(newLifecycle()).toMatchObject(lifecycleId)
    const [start] = initialTransition(lifecycle)
    expect(transition(lifecycle, start, { ...assigned, type: 'assigned' } as never)[0].value).toBe('released')
  })
})

const order: OrderSnapshot = {
  orderId: '018f0000-0000-7000-8000-000000000001',
  productId: 'p',
  productVersion: '1',
  rulesHash: 'h',
  title: { en: 'P' },
  context: {},
  selection: { a: 1 },
  chosen: {},
  texts: {},
  priceCents: 100,
  currency: 'EUR',
  orderedAt: '2026-01-01T00:00:00Z',
}

describe('the view of an order', () => {
  const events = (facts: OrderFact[]): OrderEvent[] => {
    let lifecycleState = newLifecycle()
    return facts.map((fact, i) => {
      lifecycleState = judge(lifecycleState, fact)
      return {
        ...fact,
        orderId: order.orderId,
        seq: i + 1,
        at: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`,
        state: lifecycleState.state,
      }
    })
  }

  test('is the same however often and in whatever chunks the stream repeats itself', () => {
    fc.assert(
      fc.property(
        fc.array(anyFact, { maxLength: 20 }),
        fc.array(fc.nat(20), { maxLength: 5 }),
        (facts, restarts) => {
          const all = events(facts)
          const once = all.reduce(fold, newOrderView(order))
          const repeated = restarts.reduce(
            (view, from) => all.slice(0, from).reduce(fold, view),
            newOrderView(order),
          )
          expect(all.reduce(fold, repeated)).toEqual(once)
        },
      ),
    )
  })

  test('shows why it waits since when, and forgets it when something moves', () => {
    const waiting = events([
      { kind: 'accepted' },
      { kind: 'waiting', reason: 'noLine' },
      { kind: 'waiting', reason: 'noLine' },
    ])
    expect(waiting.reduce(fold, newOrderView(order)).waiting).toEqual({
      reason: 'noLine',
      since: '2026-01-01T00:00:01Z',
    })
    expect(
      events([{ kind: 'accepted' }, { kind: 'waiting', reason: 'noLine' }, assigned]).reduce(
        fold,
        newOrderView(order),
      ).waiting,
    ).toBeUndefined()
  })
})

test('job states advance by rank and never fall back', () => {
  expect(advances(undefined, 'Ended')).toBe(true)
  expect(advances('Running', 'AllowedToStart')).toBe(false)
  expect(advances('Ended', 'Running')).toBe(false)
  expect(advances('Running', 'Interrupted')).toBe(true)
  expect(advances('Interrupted', 'Running')).toBe(true)
  expect(advances('Ended', 'Aborted')).toBe(false)
})
