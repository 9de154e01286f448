import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { createLazyMachine, LazyRulesTooHard } from '../src/lazyMachine.ts'
import type { Formula, ProductModel } from '../src/model.ts'
import { openAnyProduct } from '../src/openAnyProduct.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Check, Product } from '../src/product.ts'
import {
  lookAtAll,
  makeModel,
  makeOption,
  makeRule,
  numbers,
  open,
  randomCase,
  runs,
} from './randomModels.ts'

function openLazily(model: ProductModel): Product {
  const compiled = compile(model)
  if (!compiled.ok) throw new Error('beyond the budget')
  return openProduct(packageOf(model, compiled), createLazyMachine)
}

/** Some of the rules, at least one where there are any. */
const lazily = (model: ProductModel, next: (bound: number) => number): ProductModel => {
  const first = next(Math.max(1, model.rules.length))
  return {
    ...model,
    rules: model.rules.map((rule, r) => (r === first || next(3) === 0 ? { ...rule, lazy: true } : rule)),
  }
}

const byChoices = ({ conflicts, ...check }: Check) => ({
  ...check,
  conflicts: conflicts.map(({ choices }) => choices),
})

test('every answer is that of the same rules without `lazy`', () => {
  fc.assert(
    fc.property(randomCase, ({ model, question, next }) => {
      const plain = open(model)
      const lazy = openLazily(lazily(model, next))
      expect(lazy.statuses(question).all()).toEqual(plain.statuses(question).all())
      expect(lazy.count(question)).toBe(plain.count(question))
      expect(lazy.isBuildable(question)).toBe(plain.isBuildable(question))
      expect(lazy.designPrices(question)).toEqual(plain.designPrices(question))
      const checked = lazy.check(question)
      expect(byChoices(checked)).toEqual(byChoices(plain.check(question)))
      // where several sets of rules clash, each of them is an answer
      for (const { ruleIds, choices } of checked.conflicts)
        expect(
          lookAtAll(model).isMinimalClash(ruleIds, { ...question.context, ...choices }),
          ruleIds.join(),
        ).toBe(true)
      const design = lazy.complete(question)
      expect(design === undefined).toBe(plain.complete(question) === undefined)
      if (design) {
        expect(plain.verify({ ...design })).toBeDefined()
        expect(lazy.price(design).totalCents).toBe(plain.price(plain.complete(question)!).totalCents)
        expect(lazy.price(lazy.cheapest(question)!)).toMatchObject({
          totalCents: plain.price(plain.cheapest(question)!).totalCents,
        })
      }
    }),
    runs(60),
  )
})

test('complete orders are judged as by looking at all products; the report counts them', () => {
  fc.assert(
    fc.property(randomCase, ({ model, next }) => {
      const slow = lazily(model, next)
      const oracle = lookAtAll(model)
      const compiled = compile(slow)
      if (!compiled.ok) throw new Error('beyond the budget')
      expect(compiled.configurations).toBe(BigInt(oracle.products.length))
      expect(compiled.dead).toEqual(
        model.options.flatMap(({ id, values }, o) =>
          values.flatMap((value, i) =>
            oracle.products.some((each) => each.values[o] === i) ? [] : [{ option: id, value }],
          ),
        ),
      )
      const product = openProduct(packageOf(slow, compiled), createLazyMachine)
      for (let i = 0; i < 5; i++) {
        const order = Object.fromEntries(
          model.options.map(({ id, values }) => [id, values[next(values.length)]!]),
        )
        expect(product.verify(order) !== undefined).toBe(oracle.matching(order).length === 1)
      }
    }),
    runs(40),
  )
})

/** Two budgets over many options with wide weights: together far beyond any diagram, each alone large but possible. */
function twoBudgets(lazy: boolean): ProductModel {
  const next = numbers(7)
  const options = Array.from({ length: 28 }, (_, i) =>
    makeOption(`o${i}`, [false, true], { type: 'bool', priceCents: [0, next(900) + 100] }),
  )
  const of = options.map((_, i) => i)
  const sum = (more: Partial<Extract<Formula, { op: 'sum' }>>): Formula => ({
    op: 'sum',
    of,
    weights: options.map(() => [0, next(40) + 5]),
    ...more,
  })
  return makeModel(options, {
    rules: [
      makeRule('weight', sum({ atMost: 330 })),
      makeRule('power', sum({ atLeast: 240 }), lazy ? { lazy } : {}),
    ],
  })
}

describe('a model that is too big', () => {
  const budget = { nodes: 30_000, steps: 3_000_000 }
  test('names the rules to mark, and works with `lazy: true`', async () => {
    const big = compile(twoBudgets(false), { budget })
    if (big.ok) throw new Error('it was meant to be too big')
    expect(big.culprits.map(({ ruleId }) => ruleId)).toContain('power')
    expect(big.problems[0]!.message).toMatch(/(power|weight).*lazy: true/)
    const model = twoBudgets(true)
    const compiled = compile(model, { budget })
    if (!compiled.ok) throw new Error('still too big')
    const product = await openAnyProduct(packageOf(model, compiled))
    const question = { context: {}, selection: { o0: true, o1: false, o2: true } }
    const design = product.cheapest(question)!
    const weigh = (rule: number) => {
      const formula = model.rules[rule]!.formula as Extract<Formula, { op: 'sum' }>
      return model.options.reduce(
        (total, { id }, o) => total + formula.weights[o]![design[id] === true ? 1 : 0]!,
        0,
      )
    }
    expect(weigh(0)).toBeLessThanOrEqual(330)
    expect(weigh(1)).toBeGreaterThanOrEqual(240)
    expect(product.isBuildable(question)).toBe(true)
    expect(() => openProduct(packageOf(model, compiled))).toThrow('openAnyProduct')
  })
  test('what takes too long is said', () => {
    const model = twoBudgets(true)
    const compiled = compile(model, { budget })
    if (!compiled.ok) throw new Error('still too big')
    const hasty = openProduct(packageOf(model, compiled), (...parts) =>
      createLazyMachine(...(parts.slice(0, 3) as [never, never, never]), 10),
    )
    const question = { context: {}, selection: {} }
    expect(() => hasty.count(question)).toThrow(LazyRulesTooHard)
    expect(() => hasty.isBuildable(question)).toThrow('too hard')
    const values = Object.values(hasty.statuses(question).all()).flatMap((option) => Object.values(option))
    expect(values.some(({ unproved }) => unproved === true)).toBe(true)
  })
})
