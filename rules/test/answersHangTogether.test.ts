/** Relations between answers that hold whatever the rules say: on the example families, where looking at all products is out of reach. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import type { Formula, ProductModel, Rule, Value } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Question, Selection } from '../src/product.ts'
import { makeRule, numbers, open, randomCase, runs } from './randomModels.ts'
import { fixture, loadPath, modelOf } from './ruleFiles.ts'

const none: Question = { context: {}, selection: {} }

describe.each(['example-fridge.yaml', 'example-kitchen.yaml'])('%s', (file) => {
  const model = modelOf(loadPath(fixture(file)))
  const compiled = compile(model)
  if (!compiled.ok) throw new Error('beyond the budget')
  const product = openProduct(packageOf(model, compiled))
  const choices = model.options.filter(({ role }) => role === 'choice')

  /** A buildable selection of a few random taps, each the next when it fits. */
  const walk = (seed: number): Question => {
    const next = numbers(seed)
    const context = next(4) === 0 ? {} : { country: ['CN', 'DE', 'FR', 'US', 'AE'][next(5)]! }
    let selection: Record<string, Value> = {}
    for (let click = next(9); click > 0; click--) {
      const { id, values } = choices[next(choices.length)]!
      const tapped = { ...selection, [id]: values[next(values.length)]! }
      if (product.isBuildable({ context, selection: tapped })) selection = tapped
    }
    return { context, selection }
  }
  const walks = fc.nat().map(walk)

  test('the counts of an option’s values add up to the whole', () => {
    fc.assert(
      fc.property(walks, ({ context, selection }) => {
        const whole = product.count({ context, selection })
        for (const { id, values } of model.options) {
          if (id in selection || id in context) continue
          const parts = values.map((value) =>
            product.count({ context, selection: { ...selection, [id]: value } }),
          )
          expect(parts.reduce((a, b) => a + b)).toBe(whole)
          const statuses = product.statuses({ context, selection }).all()[id]!
          values.forEach((value, v) => expect(statuses[String(value)]!.changes === 0).toBe(parts[v]! > 0n))
        }
      }),
      runs(15),
    )
  })

  test('the order of clicks and questions asked in between change no answer', () => {
    fc.assert(
      fc.property(walks, walks, (question, other) => {
        const first = product.check(question)
        const design = product.complete(question)
        product.check(other)
        product.designPrices(other)
        product.cheapest(other)
        const backwards = Object.fromEntries(Object.entries(question.selection).reverse())
        expect(product.check({ ...question, selection: backwards })).toEqual(first)
        expect(product.complete(question)).toEqual(design)
        expect(product.check(none)).toEqual(product.check(none))
      }),
      runs(25),
    )
  })

  test('a tap costs what its price tag said, and its conflict takes as many changes as it said', () => {
    fc.assert(
      fc.property(walks, fc.nat(), ({ context, selection }, seed) => {
        const next = numbers(seed)
        const statuses = product.statuses({ context, selection }).all()
        const tags = product.designPrices({ context, selection })
        for (let tap = 0; tap < 6; tap++) {
          const { id, values } = choices[next(choices.length)]!
          const value = values[next(values.length)]!
          const { changes, fromPriceCents } = statuses[id]![String(value)]!
          const tapped = { context, selection: { ...selection, [id]: value } }
          const design = product.complete(tapped)
          expect(changes === 0).toBe(design !== undefined)
          expect(tags[id]![String(value)]).toBe(design && product.price(design).totalCents)
          if (changes < 0) continue
          const ways = product.repairs(tapped, { keep: { [id]: value } })
          if (changes === 0) {
            expect(product.price(product.cheapest(tapped)!).totalCents).toBe(fromPriceCents)
            expect(ways).toEqual([])
            continue
          }
          expect(Object.keys(ways[0]!.change)).toHaveLength(changes)
          const before = product.complete({ context, selection: without(selection, id) })!
          for (const { change, priceDeltaCents } of ways) {
            const after = product.complete({ context, selection: { ...tapped.selection, ...change } })!
            expect(priceDeltaCents).toBe(product.price(after).totalCents - product.price(before).totalCents)
            expect(product.price(after).totalCents).toBeGreaterThanOrEqual(fromPriceCents)
          }
          for (const { choices: clash, ruleIds } of product.explain(tapped)) {
            expect(ruleIds.length).toBeGreaterThan(0)
            expect(clash).toHaveProperty([id])
            expect(product.isBuildable({ context, selection: clash })).toBe(false)
          }
        }
      }),
      runs(25),
    )
  })

  test('a design is accepted, and stops being one when a value is changed for an impossible one', () => {
    fc.assert(
      fc.property(walks, fc.nat(), (question, seed) => {
        const next = numbers(seed)
        const design = product.complete(question)!
        expect(product.verify(JSON.parse(JSON.stringify(design)) as Selection)).toEqual(design)
        const { id, values } = model.options[next(model.options.length)]!
        const changed = { ...design, [id]: values[next(values.length)]! }
        expect(product.verify(changed) !== undefined).toBe(
          product.count({ context: {}, selection: changed }) === 1n,
        )
      }),
      runs(60),
    )
  })
})

const without = (selection: Selection, id: string): Selection =>
  Object.fromEntries(Object.entries(selection).filter(([each]) => each !== id))

test('a rule and its opposite share out the products; an implied rule changes nothing', () => {
  fc.assert(
    fc.property(randomCase, ({ model, question }) => {
      const [rule, ...rest] = model.rules
      fc.pre(rule !== undefined)
      const countWith = (rules: readonly Rule[]) => open({ ...model, rules }).count(none)
      const opposite = makeRule('opposite', { op: 'not', arg: rule.formula })
      expect(countWith(model.rules) + countWith([opposite, ...rest])).toBe(countWith(rest))
      const implied = makeRule('implied', {
        op: 'or',
        args: [rule.formula, rest[0]?.formula ?? { op: 'false' }],
      })
      const [before, after] = [open(model), open({ ...model, rules: [...model.rules, implied] })]
      expect(after.statuses(question).all()).toEqual(before.statuses(question).all())
      expect(after.designPrices(question)).toEqual(before.designPrices(question))
    }),
    runs(60),
  )
})

test('names and the order of options mean nothing', () => {
  fc.assert(
    fc.property(randomCase, ({ model, next }) => {
      // Shuffled options under other names; formulas follow.
      const place = model.options.map((_, o) => o)
      for (let i = place.length - 1; i > 0; i--) {
        const j = next(i + 1)
        ;[place[i], place[j]] = [place[j]!, place[i]!]
      }
      const moved = (formula: Formula): Formula =>
        formula.op === 'not'
          ? { op: 'not', arg: moved(formula.arg) }
          : formula.op === 'and' || formula.op === 'or'
            ? { op: formula.op, args: formula.args.map(moved) }
            : 'of' in formula
              ? { ...formula, of: formula.of.map((o) => place[o]!) }
              : formula
      const options = [...model.options]
      model.options.forEach((option, o) => (options[place[o]!] = { ...option, id: `renamed ${o}` }))
      const other: ProductModel = {
        ...model,
        options,
        rules: model.rules.map((rule) => ({ ...rule, formula: moved(rule.formula) })),
        prices: model.prices.map((term) => ({
          ...term,
          alternatives: term.alternatives.map((each) => ({ ...each, when: moved(each.when) })),
        })),
      }
      const [a, b] = [open(model).check(none), open(other).check(none)]
      expect([b.count, b.fromPriceCents]).toEqual([a.count, a.fromPriceCents])
      model.options.forEach(({ id }, o) => expect(b.options[`renamed ${o}`]).toEqual(a.options[id]))
    }),
    runs(60),
  )
})
