import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import type { Compiled } from '../src/compile.ts'
import type { Formula, ProductModel } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import { createMachine } from '../src/ruleMachine.ts'
import { lookAtAll, makeModel, makeOption, makeRule, numbers, randomCase, runs } from './randomModels.ts'

function compiledBy(
  model: ProductModel,
  compiler: Compiled['compiler'],
  order?: readonly string[],
): Compiled {
  const compiled = compile(model, { compiler, ...(order && { order }) })
  if (!compiled.ok) throw new Error('beyond the budget')
  return compiled
}

/** On/off options named f1, f2, …; a clause lists features, negative ones must be off. */
function featureModel(features: number, clauses: readonly (readonly number[])[]): ProductModel {
  const literal = (feature: number): Formula => ({
    op: 'table',
    of: [Math.abs(feature) - 1],
    rows: [[[feature > 0 ? 1 : 0]]],
  })
  return makeModel(
    Array.from({ length: features }, (_, i) =>
      makeOption(`f${i + 1}`, [false, true], { type: 'bool', default: 0 }),
    ),
    { rules: clauses.map((clause, c) => makeRule(`c${c}`, { op: 'or', args: clause.map(literal) })) },
  )
}

describe('the compiler by clauses and the one by diagrams', () => {
  test('answer alike on models of every kind', () => {
    let byClauses = 0
    fc.assert(
      fc.property(randomCase, ({ model, question }) => {
        const diagrams = compiledBy(model, 'diagrams')
        const clauses = compiledBy(model, 'clauses')
        if (clauses.compiler === 'clauses') byClauses++
        expect(clauses.configurations).toBe(diagrams.configurations)
        expect(clauses.problems.map(({ ruleId }) => ruleId)).toEqual(
          diagrams.problems.map(({ ruleId }) => ruleId),
        )
        expect([clauses.dead, clauses.forced, clauses.fromPriceCents]).toEqual([
          diagrams.dead,
          diagrams.forced,
          diagrams.fromPriceCents,
        ])
        if (diagrams.configurations === 0n) return
        const [a, b] = [clauses, diagrams].map((each) => openProduct(packageOf(model, each)))
        expect(a!.statuses(question).all()).toEqual(b!.statuses(question).all())
        expect(a!.count(question)).toBe(b!.count(question))
        expect(a!.designPrices(question)).toEqual(b!.designPrices(question))
        const [mine, theirs] = [a!.complete(question), b!.complete(question)]
        expect(mine && a!.price(mine).totalCents).toBe(theirs && b!.price(theirs).totalCents)
        expect(mine && b!.verify(mine)).toEqual(mine)
      }),
      runs(80),
    )
    expect(byClauses).toBeGreaterThan(0)
  })

  test('count, status and walk equal looking at all products of random clauses', () => {
    const clause = fc.array(
      fc.integer({ min: 1, max: 9 }).chain((feature) => fc.constantFrom(feature, -feature)),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(fc.array(clause, { maxLength: 26 }), fc.nat(), (clauses, seed) => {
        const model = featureModel(9, clauses)
        const compiled = compiledBy(model, 'clauses')
        expect(compiled.compiler).toBe('clauses')
        const oracle = lookAtAll(model)
        expect(compiled.configurations).toBe(BigInt(oracle.products.length))
        const machine = createMachine(compiled.diagram)
        const next = numbers(seed)
        const pick = Int32Array.from({ length: 9 }, () => next(4) - 2)
        const soft = new Uint8Array(9)
        machine.sweep(pick, soft)
        for (let v = 0; v < 9; v++)
          for (const value of [0, 1]) {
            const changes = oracle.products
              .filter(({ values }) => values[v] === value)
              .map(({ values }) => values.filter((own, o) => pick[o]! >= 0 && own !== pick[o]).length)
            expect(machine.changesOf(machine.best[2 * v + value]!)).toBe(
              changes.length === 0 ? -1 : Math.min(...changes),
            )
          }
        const allowed = new Set(oracle.products.map(({ values }) => values.join()))
        for (let bits = 0; bits < 512; bits++) {
          const values = Array.from({ length: 9 }, (_, v) => (bits >> v) & 1)
          expect(machine.walk(Int32Array.from(values))).toBe(allowed.has(values.join()))
        }
      }),
      runs(40),
    )
  })
})

describe('the compiler by clauses', () => {
  const chain = (features: number) =>
    featureModel(
      features,
      Array.from({ length: features - 1 }, (_, i) => [-(i + 1), i + 2]),
    )

  test('tests every option exactly once on every way', () => {
    const { diagram } = compiledBy(chain(60), 'clauses')
    const { kind, edgeStart, edgeChild, roots } = diagram
    const below: Set<number>[] = [new Set()]
    for (let node = 1; node < kind.length; node++) {
      const parts = Array.from(
        edgeChild.subarray(edgeStart[node], edgeStart[node + 1]),
        (child) => below[child]!,
      )
      const own = new Set(kind[node]! < 0 ? [] : [kind[node]!])
      if (kind[node]! < 0) {
        for (const part of parts) for (const option of part) own.add(option)
        expect(own.size).toBe(parts.reduce((sum, part) => sum + part.size, 0))
      } else {
        for (const part of parts) expect(part).toEqual(parts[0])
        expect(parts[0]!.has(kind[node]!)).toBe(false)
        for (const option of parts[0]!) own.add(option)
      }
      below.push(own)
    }
    expect(below[roots[0]!]!.size).toBe(60)
  })

  test('a chain of thousands of implications overflows nothing', () => {
    // The time grows with the square of the length.
    const length = process.env['RULES_CAMPAIGN'] === undefined ? 3_000 : 20_000
    const compiled = compile(chain(length))
    expect(compiled.ok && [compiled.compiler, compiled.configurations]).toEqual([
      'clauses',
      BigInt(length) + 1n,
    ])
  })

  test('the order it found gives the same bytes again, and so does a second run', () => {
    const next = numbers(7)
    const near = (place: number) => ((place + next(6)) % 120) + 1
    const model = featureModel(
      120,
      Array.from({ length: 200 }, () => {
        const place = next(120)
        return [near(place), -near(place), next(2) === 0 ? near(place) : -near(place)]
      }),
    )
    const first = compiledBy(model, 'clauses')
    expect(compiledBy(model, 'clauses').machine).toEqual(first.machine)
    const again = compiledBy(model, 'clauses', first.order)
    expect(again.machine).toEqual(first.machine)
    expect(again.order).toEqual(first.order)
  })

  test('a budget ends it at the same point everywhere and names the rules that cost most', () => {
    const next = numbers(3)
    const model = featureModel(
      200,
      Array.from({ length: 700 }, () =>
        Array.from({ length: 3 }, () => (next(200) + 1) * (next(2) === 0 ? 1 : -1)),
      ),
    )
    const budget = { steps: 400_000 }
    const result = compile(model, { budget })
    if (result.ok) throw new Error('it fits')
    expect(result.culprits).toHaveLength(5)
    expect(result.problems[0]!.message).toContain(result.culprits[0]!.ruleId)
    expect(result.culprits[0]!.steps).toBeGreaterThan(0)
    expect(compile(model, { budget })).toEqual(result)
  })

  test('where one compiler fails within its half of the budget the other one helps out', () => {
    // At most 12 of 24 is 2.5 million clauses, and a small diagram.
    const options = Array.from({ length: 60 }, (_, i) => makeOption(`f${i}`, [false, true], { type: 'bool' }))
    const of = Array.from({ length: 24 }, (_, i) => i)
    const half = makeRule('half', { op: 'sum', of, weights: of.map(() => [0, 1]), atMost: 12 })
    const compiled = compile(makeModel(options, { rules: [half] }))
    expect(compiled.ok && compiled.compiler).toBe('diagrams')
    expect(compiled.ok && compiled.configurations).toBe(9_740_686n * 2n ** 36n)
  })
})
