/** Faults that decision diagrams are prone to; each happened once to somebody. */
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import type { Formula } from '../src/model.ts'
import { createFreezer } from '../src/freeze.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import { createMachine } from '../src/ruleMachine.ts'
import { lookAtAll, makeModel, makeOption, makeRule, open } from './randomModels.ts'

const range = (size: number) => Array.from({ length: size }, (_, i) => i)
const where = { file: 'hazard.yaml', line: 1, column: 1 }

describe.each([31, 32, 33, 63, 64, 65, 100])('an option with %d values', (size) => {
  // b is a's mirror image, except that the last value of a fits nothing.
  const mirror: Formula = {
    op: 'table',
    of: [0, 1],
    rows: range(size - 1).map((value) => [[value], [size - 1 - value]]),
  }
  const options = ['a', 'b'].map((id) =>
    makeOption(id, range(size), { priceCents: range(size), type: 'number' }),
  )
  const model = makeModel(options, { rules: [makeRule('mirror', mirror)] })

  test('keeps its last values apart', () => {
    const product = open(model)
    expect(product.count({ context: {}, selection: {} })).toBe(BigInt(size - 1))
    for (const value of [0, 1, 29, 30, 31, 32, 33, 61, 62, 63, 64, size - 2].filter(
      (each) => each < size - 1,
    )) {
      const { b } = product.statuses({ context: {}, selection: { a: value } }).all()
      expect(Object.entries(b!).filter(([, { changes }]) => changes === 0)).toEqual([
        [String(size - 1 - value), { status: 'forced', changes: 0, fromPriceCents: size - 1 }],
      ])
      expect(product.count({ context: {}, selection: { a: value } })).toBe(1n)
    }
    expect(product.statuses({ context: {}, selection: {} }).all()['a']![size - 1]).toMatchObject({
      changes: -1,
    })
    expect(product.explain({ context: {}, selection: { a: size - 2, b: size - 1 } })).toEqual([
      { ruleIds: ['mirror'], choices: { a: size - 2, b: size - 1 } },
    ])
  })
})

describe('independent regions side by side', () => {
  // Two regions with nothing in common: (a, b) must differ, (c, d) must be equal; e is free.
  const options = [
    makeOption('a', ['x', 'y'], { role: 'context' }),
    makeOption('b', ['x', 'y'], { role: 'context' }),
    makeOption('c', ['x', 'y'], { priceCents: [0, 5] }),
    makeOption('d', ['x', 'y']),
    makeOption('e', ['x', 'y', 'z']),
  ]
  const pairs = (left: number, right: number, rows: readonly (readonly [number, number])[]): Formula => ({
    op: 'table',
    of: [left, right],
    rows: rows.map(([l, r]) => [[l], [r]]),
  })
  const model = makeModel(options, {
    rules: [
      makeRule(
        'differ',
        pairs(0, 1, [
          [0, 1],
          [1, 0],
        ]),
      ),
      makeRule(
        'equal',
        pairs(2, 3, [
          [0, 0],
          [1, 1],
        ]),
      ),
    ],
  })
  const product = open(model)

  test('become one all node over their counts', () => {
    const compiled = compile(model)
    if (!compiled.ok) throw new Error('beyond the budget')
    expect(Array.from(compiled.diagram.kind)).toContain(-1)
    expect(compiled.configurations).toBe(2n * 2n * 3n)
  })
  test('a dead region makes every value of its siblings impossible', () => {
    const question = { context: { a: 'x', b: 'x' }, selection: { c: 'y' } }
    const statuses = product.statuses(question).all()
    for (const id of ['c', 'd', 'e'])
      for (const status of Object.values(statuses[id]!)) expect(status.changes).toBe(-1)
    expect(product.designPrices(question)).toEqual({ a: {}, b: {}, c: {}, d: {}, e: {} })
    expect(product.count(question)).toBe(0n)
    expect(product.complete(question)).toBeUndefined()
  })
  test('two dead regions are as impossible as one', () => {
    const freezer = createFreezer([2, 2, 2], [0, 1, 2])
    const regions = [0, 1, 2].map((variable) => freezer.choice(variable, [{ values: [0], child: 0 }]))
    const diagram = freezer.finish([freezer.all(regions)], {
      options: 3,
      weights: new Float64Array(6),
      terms: [],
    })
    const machine = createMachine(diagram)
    machine.sweep(Int32Array.from([1, 1, -1]), Uint8Array.from([1, 1, 0]))
    expect(Array.from(machine.best, machine.changesOf)).toEqual([-1, -1, -1, -1, -1, -1])
    machine.sweep(Int32Array.from([1, 1, -1]), Uint8Array.from([0, 0, 0]))
    expect(Array.from(machine.best, machine.changesOf)).toEqual([2, -1, 2, -1, 2, -1])
  })
  test('an all node below a choice is entered by some values only', () => {
    const freezer = createFreezer([2, 2, 2], [0, 1, 2])
    const leaf = (variable: number, values: number[]) => freezer.choice(variable, [{ values, child: 0 }])
    const root = freezer.choice(0, [
      { values: [0], child: freezer.all([leaf(1, [0]), leaf(2, [0, 1])]) },
      { values: [1], child: freezer.all([leaf(1, [1]), leaf(2, [1])]) },
    ])
    const weights = Float64Array.from([0, 3, 0, 0, 7, 1])
    const machine = createMachine(freezer.finish([root], { options: 3, weights, terms: [] }))
    expect(machine.count(Int32Array.from([-1, -1, -1]))).toBe(3n)
    machine.sweep(Int32Array.from([-1, 1, -1]), Uint8Array.from([0, 1, 0]))
    expect(Array.from(machine.best, machine.changesOf)).toEqual([-1, 0, -1, 0, -1, 0])
    expect(machine.centsOf(machine.best[5]!)).toBe(4)
    expect(machine.walk(Int32Array.from([1, 0, 1]))).toBe(false)
    expect(machine.walk(Int32Array.from([0, 0, 1]))).toBe(true)
  })
})

test('a variable that the rules skip still has only its own values in a context', () => {
  // Nothing in the rules is about b; the shop allows one value of it.
  const options = [makeOption('a', ['x', 'y', 'z']), makeOption('b', [1, 2, 3], { role: 'context' })]
  const rules = [makeRule('not-x', { op: 'table', of: [0], rows: [[[1, 2]]] })]
  const product = open(makeModel(options, { rules }))
  const statuses = product.statuses({ context: { b: 2 }, selection: {} }).all()
  expect(Object.values(statuses['b']!).map(({ changes }) => changes)).toEqual([-1, 0, -1])
  expect(product.count({ context: { b: 2 }, selection: {} })).toBe(2n)
})

test('a price term that leaves products without an amount is reported and takes none of them away', () => {
  const options = [makeOption('a', [0, 1, 2]), makeOption('b', [0, 1, 2])]
  const when = (rows: number[][][]): Formula => ({ op: 'table', of: [0, 1], rows })
  const gap = {
    id: 'surcharge',
    where,
    alternatives: [
      { amountCents: 0, when: when([[[0], [0, 1, 2]]]) },
      { amountCents: 9, when: when([[[1], [0, 1, 2]]]) },
    ],
  }
  const overlap = {
    id: 'double',
    where,
    alternatives: [
      {
        amountCents: 1,
        when: when([
          [
            [0, 1, 2],
            [0, 1],
          ],
        ]),
      },
      {
        amountCents: 2,
        when: when([
          [
            [0, 1, 2],
            [1, 2],
          ],
        ]),
      },
    ],
  }
  const compiled = compile(makeModel(options, { prices: [gap, overlap] }))
  if (!compiled.ok) throw new Error('beyond the budget')
  expect(compiled.configurations).toBe(9n)
  expect(compiled.problems.map(({ message }) => message)).toEqual([
    'price "surcharge" gives no amount for a buildable product: a = 2, b = 0',
    'price "double" gives several amounts for a buildable product: a = 0, b = 1',
  ])
  // The same gap where nothing can be built is none.
  const rules = [makeRule('small', { op: 'table', of: [0], rows: [[[0, 1]]] })]
  const sound = compile(makeModel(options, { prices: [gap], rules }))
  expect(sound.ok && sound.problems).toEqual([])
})

test('after a change of rules a conflict is explained by the rules of its own date', () => {
  const options = [
    makeOption('country', ['US', 'DE'], { role: 'context' }),
    makeOption('gas', ['R290', 'R600a']),
  ]
  const forbid: Formula = { op: 'not', arg: { op: 'table', of: [0, 1], rows: [[[0], [0]]] } }
  const model = makeModel(options, {
    effective: { from: '2026-01-01' },
    rules: [
      makeRule('until-autumn', forbid, { effective: { until: '2026-09-30' } }),
      makeRule(
        'gap-year',
        { op: 'table', of: [1], rows: [[[1]]] },
        { effective: { from: '2027-01-01', until: '2027-12-31' } },
      ),
      makeRule('always', { op: 'true' }),
    ],
  })
  const question = { context: { country: 'US' }, selection: { gas: 'R290' } }
  const at = (day?: string) => {
    const compiled = compile(model, day === undefined ? {} : { at: day })
    if (!compiled.ok) throw new Error('beyond the budget')
    return { product: openProduct(packageOf(model, compiled)), effective: compiled.effective }
  }
  expect(at().product.explain(question)).toEqual([{ ruleIds: ['until-autumn'], choices: { gas: 'R290' } }])
  expect(at('2026-10-15').product.explain(question)).toEqual([])
  expect(at('2027-06-01').product.explain(question)).toEqual([
    { ruleIds: ['gap-year'], choices: { gas: 'R290' } },
  ])
  expect(
    ['2026-01-01', '2026-09-30', '2026-10-01', '2027-01-01', '2028-01-01'].map((day) => at(day).effective),
  ).toEqual([
    { from: '2026-01-01', until: '2026-09-30' },
    { from: '2026-01-01', until: '2026-09-30' },
    { from: '2026-10-01', until: '2026-12-31' },
    { from: '2027-01-01', until: '2027-12-31' },
    { from: '2028-01-01' },
  ])
})

test('counts beyond 2^53 are exact', () => {
  const options = range(40).map((i) => makeOption(`o${i}`, range(7)))
  // At most one option has its last value.
  const weights = options.map(() => [0, 0, 0, 0, 0, 0, 1])
  const product = open(
    makeModel(options, { rules: [makeRule('few', { op: 'sum', of: range(40), weights, atMost: 1 })] }),
  )
  const count = 6n ** 40n + 40n * 6n ** 39n
  expect(product.count({ context: {}, selection: {} })).toBe(count)
  expect(product.count({ context: {}, selection: { o3: 6 } })).toBe(6n ** 39n)
  const left = range(7).map((value) => product.count({ context: {}, selection: { o3: value } }))
  expect(left.reduce((a, b) => a + b)).toBe(count)
})

test('more suggestions than one number can hold are taken in file order', () => {
  // 90 options; of each pair at most one may be on, every option suggests on: the first of each pair wins.
  const options = range(90).map((i) =>
    makeOption(`o${i}`, [false, true], { default: 1, type: 'bool', priceCents: [0, 1] }),
  )
  const rules = range(45).map((pair) =>
    makeRule(`pair${pair}`, { op: 'not', arg: { op: 'table', of: [pair, 89 - pair], rows: [[[1], [1]]] } }),
  )
  const product = open(makeModel(options, { rules }))
  const design = product.complete({ context: {}, selection: { o89: true } })!
  expect(range(90).filter((i) => design[`o${i}`] === true)).toEqual([...range(45).slice(1), 89])
  const taps = product.designPrices({ context: {}, selection: { o89: true } })
  expect(taps['o0']).toEqual({ false: 45 })
  expect(taps['o5']).toEqual({ false: 45, true: 45 })
})

test('an unbuildable model compiles to a machine that accepts nothing', () => {
  const options = [makeOption('a', ['x', 'y']), makeOption('b', ['x', 'y']), makeOption('c', ['x'])]
  const rules = [
    makeRule('a-is-x', { op: 'table', of: [0], rows: [[[0]]] }),
    makeRule('a-is-y', { op: 'table', of: [0], rows: [[[1]]] }),
  ]
  const model = makeModel(options, { rules })
  const compiled = compile(model)
  if (!compiled.ok) throw new Error('beyond the budget')
  expect(compiled.configurations).toBe(0n)
  expect(compiled.problems.map(({ message }) => message)).toEqual([
    'nothing can be built: the rules a-is-x, a-is-y exclude each other',
  ])
  const product = open(model)
  expect(lookAtAll(model).products).toEqual([])
  expect(product.isBuildable({ context: {}, selection: {} })).toBe(false)
  expect(product.explain({ context: {}, selection: {} })).toEqual([
    { ruleIds: ['a-is-x', 'a-is-y'], choices: {} },
  ])
  expect(product.verify({ a: 'x', b: 'x', c: 'x' })).toBeUndefined()
})

test('prices that no longer fit one exact number are refused', () => {
  const wide = (top: number) =>
    compile(makeModel([makeOption('a', [0, 1], { priceCents: [0, top] }), makeOption('b', [0])]))
  expect(wide(2 ** 48)).toMatchObject({ problems: [] })
  const refused = wide(2 ** 50)
  expect(refused.problems.map(({ message }) => message)).toEqual([expect.stringContaining('the widest is a')])
})
