import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Question, Selection } from '../src/product.ts'
import { lookAtAll, makeModel, makeOption, makeRule, open, randomCase, runs } from './randomModels.ts'

const without = (selection: Selection, ids: readonly string[]): Selection =>
  Object.fromEntries(Object.entries(selection).filter(([id]) => !ids.includes(id)))

const subsetsOf = (ids: readonly string[]): string[][] => {
  let sets: string[][] = [[]]
  for (const id of ids) sets = [...sets, ...sets.map((set) => [...set, id])]
  return sets.sort((a, b) => a.length - b.length)
}

test('a conflict names choices and rules of which none can be left out', () => {
  let clashes = 0
  fc.assert(
    fc.property(randomCase, ({ model, question }) => {
      const product = open(model)
      const oracle = lookAtAll(model)
      const { context, selection } = question
      const conflicts = product.explain(question, 4)
      if (oracle.matching({ ...context, ...selection }).length > 0) {
        expect(conflicts).toEqual([])
        return
      }
      clashes++
      expect(conflicts.length).toBeGreaterThan(0)
      expect(new Set(conflicts.map(({ choices }) => JSON.stringify(choices))).size).toBe(conflicts.length)
      for (const { choices, ruleIds } of conflicts) {
        expect(selection).toMatchObject(choices)
        expect(oracle.matching({ ...context, ...choices })).toEqual([])
        for (const id of Object.keys(choices))
          expect(oracle.matching({ ...context, ...without(choices, [id]) }).length).toBeGreaterThan(0)
        expect(oracle.isMinimalClash(ruleIds, { ...context, ...choices })).toBe(true)
      }
    }),
    runs(400),
  )
  expect(clashes).toBeGreaterThan(20)
})

test('repairs are all the smallest ways out, each with its cheapest values, by number of changes and price', () => {
  let repaired = 0
  fc.assert(
    fc.property(randomCase, ({ model, question, next }) => {
      const product = open(model)
      const oracle = lookAtAll(model)
      const { context, selection } = question
      const chosen = Object.keys(selection)
      const keepId = chosen.length > 0 && next(2) === 0 ? chosen[next(chosen.length)]! : undefined
      const keep = keepId === undefined ? {} : { [keepId]: selection[keepId]! }
      const limit = 1 + next(6)
      const repairs = product.repairs(question, { keep, limit })
      const hard = { ...context, ...keep }
      if (oracle.matching({ ...context, ...selection }).length > 0 || oracle.matching(hard).length === 0) {
        expect(repairs).toEqual([])
        return
      }
      repaired++
      // All minimal sets of choices whose retraction helps.
      const minimal: string[][] = []
      for (const out of subsetsOf(chosen.filter((id) => id !== keepId))) {
        if (minimal.some((smaller) => smaller.every((id) => out.includes(id)))) continue
        if (oracle.matching({ ...context, ...without(selection, out) }).length > 0) minimal.push(out)
      }
      const before = oracle.completedCents(fittingInOrder(question, keepId))!
      const ways = minimal
        .map((out) => {
          const rest = { ...context, ...without(selection, out) }
          const totals = oracle.matching(rest).map(({ values }) => {
            const change = Object.fromEntries(out.map((id) => [id, valueAt(id, values)]))
            return oracle.completedCents({ ...rest, ...change })!
          })
          return { out, cents: Math.min(...totals) }
        })
        .sort((a, b) => a.out.length - b.out.length || a.cents - b.cents)
      expect(
        repairs.map(({ change, priceDeltaCents }) => [Object.keys(change).length, priceDeltaCents]),
      ).toEqual(ways.slice(0, limit).map(({ out, cents }) => [out.length, cents - before]))
      for (const { change, priceDeltaCents } of repairs) {
        expect(minimal.map((out) => out.join())).toContain(chosen.filter((id) => id in change).join())
        const after = { context, selection: { ...selection, ...change } }
        expect(product.price(product.complete(after)!).totalCents - before).toBe(priceDeltaCents)
      }
      const fewest = product.statuses(question).all()
      if (keepId !== undefined && selection[keepId] !== undefined)
        expect(fewest[keepId]![String(selection[keepId])]!.changes).toBe(ways[0]!.out.length)
      function valueAt(id: string, values: readonly number[]) {
        const o = model.options.findIndex((option) => option.id === id)
        return model.options[o]!.values[values[o]!]!
      }
      /** The design before the clash: choices in their order, each only while it fits. */
      function fittingInOrder({ selection: wished }: Question, except: string | undefined): Selection {
        const taken: Record<string, Selection[string]> = { ...context }
        for (const [id, value] of Object.entries(wished))
          if (id !== except && oracle.matching({ ...taken, [id]: value }).length > 0) taken[id] = value
        return taken
      }
    }),
    runs(400),
  )
  expect(repaired).toBeGreaterThan(20)
})

test('one choice is given up where that is enough, even if three others would do as well', () => {
  // Each of three choices clashes with the first: giving up the first repairs all.
  const options = ['a', 'b', 'c', 'd'].map((id) => makeOption(id, ['no', 'yes']))
  const rules = [1, 2, 3].map((other) =>
    makeRule(`a-not-${other}`, { op: 'not', arg: { op: 'table', of: [0, other], rows: [[[1], [1]]] } }),
  )
  const product = open(makeModel(options, { rules }))
  const selection = { b: 'yes', c: 'yes', d: 'yes', a: 'yes' }
  expect(product.repairs({ context: {}, selection })).toEqual([
    { change: { a: 'no' }, priceDeltaCents: 0 },
    { change: { b: 'no', c: 'no', d: 'no' }, priceDeltaCents: 0 },
  ])
  expect(product.repairs({ context: {}, selection }, { keep: { a: 'yes' } })).toEqual([
    { change: { b: 'no', c: 'no', d: 'no' }, priceDeltaCents: 0 },
  ])
  expect(product.statuses({ context: {}, selection: { b: 'yes', c: 'yes', d: 'yes' } }).all()['a']).toEqual({
    no: { status: 'forced', changes: 0, fromPriceCents: 0 },
    yes: { status: 'conflict', changes: 3, fromPriceCents: 0 },
  })
  expect(product.explain({ context: {}, selection }, 9)).toHaveLength(3)
})

test('a conflict among a hundred choices is as small', () => {
  const options = Array.from({ length: 100 }, (_, i) => makeOption(`f${i}`, ['no', 'yes']))
  const apart = (...of: number[]) =>
    makeRule(`not-${of.join('-')}`, { op: 'not', arg: { op: 'table', of, rows: [of.map(() => [1])] } })
  const product = open(makeModel(options, { rules: [apart(3, 40, 96), apart(0, 31, 32), apart(64)] }))
  const all = options.map(({ id }) => id)
  const yes = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 'yes']))
  const explained = (ids: readonly string[]) => product.explain({ context: {}, selection: yes(ids) })
  expect(explained(all).map(({ choices, ruleIds }) => [Object.keys(choices).join(), ruleIds])).toEqual([
    ['f0,f31,f32', ['not-0-31-32']],
    ['f64', ['not-64']],
    ['f3,f40,f96', ['not-3-40-96']],
  ])
  expect(explained(all.filter((id) => !['f31', 'f40', 'f64'].includes(id)))).toEqual([])
  const repairs = product.repairs({ context: {}, selection: yes(all) }, { limit: 9 })
  expect(repairs.map(({ change }) => Object.keys(change))).toEqual(
    ['f0', 'f31', 'f32'].flatMap((a) => ['f3', 'f40', 'f96'].map((b) => [a, b, 'f64'])).map(sortedByNumber),
  )
  function sortedByNumber(ids: readonly string[]) {
    return ids.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
  }
})

test('the new values are those of the cheapest design, not of the cheapest product', () => {
  // Both a and b must change. With a = y a suggested extra for 100 comes along, with a = z it cannot.
  const options = [
    makeOption('a', ['x', 'y', 'z'], { priceCents: [0, 0, 10] }),
    makeOption('b', ['x', 'y', 'z'], { priceCents: [0, 7, 3] }),
    makeOption('extra', ['off', 'on'], { default: 1, priceCents: [0, 100] }),
  ]
  const rules = [
    makeRule('no-a', { op: 'table', of: [0], rows: [[[1, 2]]] }),
    makeRule('no-b', { op: 'table', of: [1], rows: [[[1, 2]]] }),
    makeRule('extra-y', {
      op: 'table',
      of: [0, 2],
      rows: [
        [[2], [0]],
        [
          [0, 1],
          [0, 1],
        ],
      ],
    }),
  ]
  const product = open(makeModel(options, { rules }))
  const [repair] = product.repairs({ context: {}, selection: { a: 'x', b: 'x' } })
  // Before the clash: neither choice fits, so the design is the suggested one with the cheapest a and b.
  expect(product.price(product.complete({ context: {}, selection: {} })!).totalCents).toBe(103)
  expect(repair).toEqual({ change: { a: 'z', b: 'z' }, priceDeltaCents: 13 - 103 })
})

test('a context that nothing fits is explained by rules alone and has no way out', () => {
  const options = [makeOption('country', ['CN', 'XX'], { role: 'context' }), makeOption('plug', ['cn'])]
  const rules = [makeRule('plugs', { op: 'table', of: [0, 1], rows: [[[0], [0]]] })]
  const product = open(makeModel(options, { rules }))
  const question = { context: { country: 'XX' }, selection: { plug: 'cn' } }
  expect(product.explain(question)).toEqual([{ ruleIds: ['plugs'], choices: {} }])
  expect(product.repairs(question)).toEqual([])
  expect(product.check(question)).toMatchObject({
    buildable: false,
    complete: false,
    count: 0n,
    priceCents: 0,
  })
  expect(product.statuses(question).all()['plug']!['cn']!.changes).toBe(-1)
})
