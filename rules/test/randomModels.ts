/** Small random product models for properties, and the answers to every question by looking at all their products. */
import * as fc from 'fast-check'
import { compile } from '../src/compile.ts'
import { holds } from '../src/evaluate.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Formula, Option, PriceTerm, ProductModel, Rule, Value } from '../src/model.ts'
import type { Product, Question, Selection } from '../src/product.ts'

/** Runs of a property: few by default, more by `RULES_CAMPAIGN=5000` (and another start by `RULES_SEED`). */
export const runs = (few: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env['RULES_CAMPAIGN'] ?? few),
  seed: Number(process.env['RULES_SEED'] ?? 20260101),
})

const where = { file: 'random.yaml', line: 1, column: 1 }

export function makeOption(id: string, values: readonly Value[], more: Partial<Option> = {}): Option {
  return {
    id,
    role: 'choice',
    type: 'enum',
    values,
    label: { en: id },
    valueLabels: values.map((value) => ({ en: String(value) })),
    priceCents: values.map(() => 0),
    where,
    ...more,
  }
}

export function makeModel(options: readonly Option[], more: Partial<ProductModel> = {}): ProductModel {
  return {
    id: 'random',
    title: { en: 'Random' },
    version: '1',
    currency: 'EUR',
    effective: {},
    vatPercent: {},
    options,
    rules: [],
    prices: [],
    bom: [],
    routing: [],
    steps: [],
    texts: [],
    tests: [],
    ...more,
  }
}

export const makeRule = (id: string, formula: Formula, more: Partial<Rule> = {}): Rule => ({
  id,
  formula,
  where,
  ...more,
})

export function open(model: ProductModel, at?: string): Product {
  const compiled = compile(model, at === undefined ? {} : { at })
  if (!compiled.ok) throw new Error('beyond the budget')
  return openProduct(packageOf(model, compiled))
}

/** A deterministic stream of numbers below a bound; fast-check gives the seed and shrinks the sizes. */
export function numbers(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x9e3779b9) >>> 0
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) % bound
  }
}

function pickSome(options: number, most: number, next: (bound: number) => number): number[] {
  const left = Array.from({ length: options }, (_, i) => i)
  const count = 1 + next(Math.min(most, options))
  return Array.from({ length: count }, () => left.splice(next(left.length), 1)[0]!)
}

function randomFormula(options: readonly Option[], next: (bound: number) => number, depth: number): Formula {
  const size = (option: number) => options[option]!.values.length
  const kind = next(depth > 0 ? 9 : 5)
  const of = pickSome(options.length, 3, next)
  if (kind === 3) {
    const all = pickSome(options.length, 5, next)
    const weights = all.map((option) => Array.from({ length: size(option) }, () => next(7) - 2))
    const bound = next(8)
    return {
      op: 'sum',
      of: all,
      weights,
      ...(next(3) > 0 ? { atMost: bound } : {}),
      ...(next(3) === 0 ? { atLeast: bound - 3 } : {}),
    }
  }
  if (kind === 4) {
    const all = pickSome(options.length, 5, next)
    const classes = all.map((option) => Array.from({ length: size(option) }, () => next(4) - 1))
    return {
      op: 'distinct',
      of: all,
      classes,
      ...(next(3) > 0 ? { atMost: 1 + next(2) } : { atLeast: 1 + next(2) }),
    }
  }
  if (kind === 5) return { op: 'not', arg: randomFormula(options, next, depth - 1) }
  if (kind === 6 || kind === 7)
    return {
      op: kind === 6 ? 'and' : 'or',
      args: Array.from({ length: 1 + next(3) }, () => randomFormula(options, next, depth - 1)),
    }
  if (kind === 8) return next(8) === 0 ? { op: 'false' } : { op: 'true' }
  // Columns may repeat an option: then both cells must allow its value.
  if (next(10) === 0) of.push(of[0]!)
  const rows = Array.from({ length: 1 + next(5) }, () =>
    of.map((option) => {
      if (next(4) === 0) return null
      const cell = Array.from({ length: size(option) }, (_, value) => value).filter(() => next(5) < 3)
      return cell.length === 0 ? [next(size(option))] : cell
    }),
  )
  return { op: 'table', of, rows }
}

/** A total price term: every assignment of a few options falls into exactly one alternative. */
function randomTerm(id: string, options: readonly Option[], next: (bound: number) => number): PriceTerm {
  const of = pickSome(options.length, 3, next)
  let rows: number[][] = [[]]
  for (const option of of)
    rows = rows.flatMap((row) => options[option]!.values.map((_, value) => [...row, value]))
  const amounts = Array.from({ length: 1 + next(4) }, () => next(40) - 10)
  const byAmount = amounts.map(() => [] as number[][][])
  for (const row of rows) byAmount[next(amounts.length)]!.push(row.map((value) => [value]))
  return {
    id,
    where,
    alternatives: byAmount.map((own, i) => ({
      amountCents: amounts[i]!,
      when: { op: 'table', of, rows: own },
    })),
  }
}

export interface RandomCase {
  readonly model: ProductModel
  readonly question: Question
  readonly next: (bound: number) => number
}

/** Models of at most a few thousand products with a context, defaults, prices and a question about them. */
export const randomCase: fc.Arbitrary<RandomCase> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 7 }),
    rules: fc.integer({ min: 0, max: 6 }),
    terms: fc.integer({ min: 0, max: 3 }),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  })
  .map(({ sizes, rules, terms, seed }) => {
    const next = numbers(seed)
    const contexts = next(3)
    const options = sizes.map((size, i) =>
      makeOption(
        `o${i}`,
        Array.from({ length: size }, (_, value) => (i % 2 === 0 ? `v${value}` : value * 10)),
        {
          role: i < contexts ? 'context' : next(12) === 0 ? 'derived' : 'choice',
          priceCents: Array.from({ length: size }, () => (next(3) === 0 ? 0 : next(60) - 10)),
          ...(next(4) > 0 ? { default: next(size) } : {}),
        },
      ),
    )
    const model = makeModel(options, {
      rules: Array.from({ length: rules }, (_, r) =>
        makeRule(
          `r${r}`,
          randomFormula(options, next, 2),
          next(2) === 0 ? { message: { en: `rule ${r}` } } : {},
        ),
      ),
      prices: Array.from({ length: terms }, (_, t) => randomTerm(`t${t}`, options, next)),
    })
    const selection: Record<string, Value> = {}
    const context: Record<string, Value> = {}
    options.forEach((option) => {
      const share = option.role === 'context' ? 3 : 2
      if (next(4) >= share) return
      const value = option.values[next(option.values.length)]!
      if (option.role === 'context') context[option.id] = value
      else selection[option.id] = value
    })
    return { model, question: { context, selection }, next }
  })

/** All products of a model, with their prices, and what follows from them by definition. */
export interface Oracle {
  readonly products: readonly { readonly values: readonly number[]; readonly cents: number }[]
  readonly matching: (selection: Selection) => Oracle['products']
  /** Defaults in file order, each only while something is left, then the cheapest total. */
  readonly completedCents: (selection: Selection) => number | undefined
  readonly fits: (rules: readonly Rule[], selection: Selection) => boolean
  /** Whether no assignment satisfies these rules, and without any one of them some assignment does. */
  readonly isMinimalClash: (ruleIds: readonly string[], selection: Selection) => boolean
}

export function lookAtAll(model: ProductModel): Oracle {
  const { options } = model
  let assignments: number[][] = [[]]
  for (const option of options)
    assignments = assignments.flatMap((some) => option.values.map((_, value) => [...some, value]))
  const products = assignments
    .filter((values) => model.rules.every((rule) => holds(rule.formula, (o) => values[o]!)))
    .map((values) => ({
      values,
      cents:
        options.reduce((sum, option, o) => sum + option.priceCents[values[o]!]!, 0) +
        model.prices.reduce(
          (sum, term) =>
            sum + term.alternatives.find(({ when }) => holds(when, (o) => values[o]!))!.amountCents,
          0,
        ),
    }))
  const indexes = (selection: Selection) =>
    Object.entries(selection).map(([id, value]) => {
      const o = options.findIndex((option) => option.id === id)
      return [o, options[o]!.values.indexOf(value)] as const
    })
  const matching = (selection: Selection) => {
    const picks = indexes(selection)
    return products.filter(({ values }) => picks.every(([o, value]) => values[o] === value))
  }
  const fits = (rules: readonly Rule[], selection: Selection) => {
    const picks = indexes(selection)
    return assignments.some(
      (values) =>
        picks.every(([o, value]) => values[o] === value) &&
        rules.every((rule) => holds(rule.formula, (o) => values[o]!)),
    )
  }
  return {
    products,
    matching,
    completedCents: (selection) => {
      let left = matching(selection)
      if (left.length === 0) return undefined
      options.forEach((option, o) => {
        if (option.default === undefined || option.id in selection) return
        const with_ = left.filter(({ values }) => values[o] === option.default)
        if (with_.length > 0) left = with_
      })
      return Math.min(...left.map(({ cents }) => cents))
    },
    fits,
    isMinimalClash: (ruleIds, selection) => {
      const rules = model.rules.filter(({ id }) => ruleIds.includes(id))
      return (
        !fits(rules, selection) &&
        rules.every((rule) =>
          fits(
            rules.filter((other) => other !== rule),
            selection,
          ),
        )
      )
    },
  }
}
