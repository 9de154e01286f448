import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import type { CompileResult, Compiled } from '../src/compile.ts'
import { holds } from '../src/evaluate.ts'
import type { BomPosition, Formula } from '../src/model.ts'
import { redundantRules } from '../src/redundant.ts'
import { lookAtAll, makeModel, makeOption, makeRule, randomCase, runs } from './randomModels.ts'
import { fixture, loadPath, modelOf } from './ruleFiles.ts'

const where = { file: 'random.yaml', line: 1, column: 1 }
function done(result: CompileResult): Compiled {
  if (!result.ok) throw new Error('beyond the budget')
  return result
}

test('dead and forced values, cheapest total, redundant rules and the number of products', () => {
  fc.assert(
    fc.property(randomCase, ({ model }) => {
      const { products, fits } = lookAtAll(model)
      const compiled = done(compile(model))
      expect(compiled.configurations).toBe(BigInt(products.length))
      expect(compiled.fromPriceCents).toBe(
        products.length === 0 ? 0 : Math.min(...products.map(({ cents }) => cents)),
      )
      const dead = []
      const forced = []
      for (const [o, { id, values }] of model.options.entries()) {
        const alive = values.filter((_, v) => products.some((product) => product.values[o] === v))
        for (const value of values) if (!alive.includes(value)) dead.push({ option: id, value })
        if (alive.length === 1 && values.length > 1) forced.push({ option: id, value: alive[0] })
      }
      expect(compiled.dead).toEqual(dead)
      expect(compiled.forced).toEqual(forced)
      expect(compiled.problems.length).toBe(products.length === 0 ? 1 : 0)
      const redundant = model.rules.filter(
        (rule) =>
          !fits(
            [
              ...model.rules.filter((other) => other !== rule),
              { ...rule, formula: { op: 'not', arg: rule.formula } },
            ],
            {},
          ),
      )
      expect(redundantRules(model, compiled)).toEqual(redundant.map(({ id }) => id))
    }),
    runs(120),
  )
})

test('a position is refused exactly when some product has no line or several, with such a product', () => {
  let refused = 0
  fc.assert(
    fc.property(randomCase, fc.boolean(), ({ model, next }, optional) => {
      const lines = Array.from({ length: 1 + next(3) }, (_, part) => {
        const of = [next(model.options.length)]
        const cell = model.options[of[0]!]!.values.map((_, value) => value).filter(() => next(2) === 0)
        const when: Formula = { op: 'table', of, rows: [[cell]] }
        return { part: `P${part}`, quantity: 1, when, where }
      })
      const position: BomPosition = { position: 'panel', optional, op: 10, lines, where }
      const { products } = lookAtAll(model)
      const hits = products.map(
        ({ values }) => lines.filter(({ when }) => holds(when, (o) => values[o]!)).length,
      )
      const sound = hits.every((count) => count === 1 || (optional && count === 0))
      const compiled = done(compile({ ...model, bom: [position] }))
      expect(compiled.counterexamples.length).toBe(sound ? 0 : 1)
      for (const { product, says } of compiled.counterexamples) {
        refused++
        const at = products.findIndex(({ values }) =>
          model.options.every(({ id, values: own }, o) => own[values[o]!] === product[id]),
        )
        expect(says === 'nothing' ? hits[at] === 0 : hits[at]! > 1).toBe(true)
      }
    }),
    runs(120),
  )
  expect(refused).toBeGreaterThan(20)
})

describe('the example files', () => {
  test('the fridge: count and size', () => {
    const compiled = done(compile(modelOf(loadPath(fixture('example-fridge.yaml')))))
    expect(compiled.configurations).toBe(114_988_847_160n)
    expect(compiled.nodes).toBeLessThan(400)
    expect(compiled.fromPriceCents).toBe(119_900)
    expect([compiled.problems, compiled.dead, compiled.forced]).toEqual([[], [], []])
    expect(compiled.effective).toEqual({ from: '2026-01-01', until: '2026-09-30' })
  })
  test('the kitchen: count and size', () => {
    const compiled = done(compile(modelOf(loadPath(fixture('example-kitchen.yaml')))))
    expect(compiled.configurations).toBe(44_069_387_918_836_032n)
    expect(compiled.nodes).toBeLessThan(2_000)
  })
})

describe('a budget', () => {
  // Two sums over the same options with unrelated weights: no variable order makes this small.
  const options = Array.from({ length: 24 }, (_, i) => makeOption(`o${i}`, [0, 1, 2, 3]))
  const heavy = (id: string, step: number): ReturnType<typeof makeRule> =>
    makeRule(id, {
      op: 'sum',
      of: options.map((_, i) => i),
      weights: options.map((_, i) => [0, 1, 2, 3].map((value) => value * ((i * step) % 101))),
      atMost: 1500,
    })
  const model = makeModel(options, {
    rules: [
      makeRule('small', { op: 'table', of: [0, 1], rows: [[[0], [0]]] }),
      heavy('load', 37),
      heavy('cost', 61),
    ],
  })

  test('of steps ends the work at the same point everywhere and names the rules that cost most', () => {
    const result = compile(model, { budget: { steps: 5_000_000 } })
    if (result.ok) throw new Error('within the budget')
    expect(
      result.culprits
        .slice(0, 2)
        .map(({ ruleId }) => ruleId)
        .sort(),
    ).toEqual(['cost', 'load'])
    expect(result.problems[0]!.message).toMatch(
      /more than 4,000,000 nodes or 5,000,000 steps of work.*(cost|load) \([\d,]+ steps\).*or mark it lazy: true$/,
    )
    expect(result.problems.map(({ ruleId }) => ruleId)).toEqual(result.culprits.map(({ ruleId }) => ruleId))
    expect(compile(model, { budget: { steps: 5_000_000 } })).toEqual(result)
  })
  test('says so where a rule is too big by itself: keeping it out of the machine would not help', () => {
    const weights = options.map((_, i) => [0, 1, 2, 3].map((value) => value * (1_000_003 * (i + 1) ** 3)))
    const wild = makeRule('wild', { op: 'sum', of: options.map((_, i) => i), weights, atMost: 1e10 })
    const result = compile(makeModel(options, { rules: [...model.rules.slice(0, 1), wild] }), {
      budget: { steps: 5_000_000 },
    })
    expect(result.problems).toHaveLength(1)
    expect(result.problems[0]!.message).toMatch(/Most work went into wild .*lazy: true would not help/)
  })
  test('of nodes and of time does the same', () => {
    expect(compile(model, { budget: { nodes: 20_000 } }).ok).toBe(false)
    let now = 0
    const result = compile(model, { budget: { ms: 1000 }, now: () => (now += 50) })
    expect(result.ok).toBe(false)
    expect(result.compileMs).toBeGreaterThan(1000)
  })
})
