/** What products have in common stands in the machine once: parts that go together, tables built from their rows. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { createDiagramBuilder } from '../src/diagramBuilder.ts'
import { formulaDiagram } from '../src/formulaDiagram.ts'
import { unlimited } from '../src/layout.ts'
import type { Formula } from '../src/model.ts'
import { createWorkbench } from '../src/joining.ts'
import { lookAtAll, makeModel, makeOption, makeRule, open, runs } from './randomModels.ts'

const range = (size: number) => Array.from({ length: size }, (_, i) => i)

describe('pieces that each follow a version in classes', () => {
  // Bit p of the version says which of two relations holds between a_p and b_p: written out one below the other they would
  // have to be told apart for every version.
  const pieces = range(3)
  const fits = (bit: number, a: number, b: number) => (bit === 0 ? a !== b : a === b || a + b === 2)
  const options = [
    makeOption('version', range(8), { type: 'number', priceCents: range(8).map((v) => (v * 7) % 5) }),
    ...pieces.flatMap((p) => [
      makeOption(`a_${p}`, range(3), { type: 'number', priceCents: [0, 10 + p, 3] }),
      makeOption(`b_${p}`, range(3), { type: 'number', priceCents: [5, 0, p] }),
    ]),
  ]
  const rules = pieces.map((p) =>
    makeRule(`piece ${p}`, {
      op: 'table',
      of: [0, 1 + 2 * p, 2 + 2 * p],
      rows: range(8).flatMap((version) =>
        range(3).flatMap((a) =>
          range(3)
            .filter((b) => fits((version >> p) & 1, a, b))
            .map((b) => [[version], [a], [b]]),
        ),
      ),
    }),
  )
  const model = makeModel(options, { rules })

  test('need a place for each class, not for each version', () => {
    const compiled = compile(model, { order: options.map(({ id }) => id) })
    if (!compiled.ok) throw new Error('beyond the budget')
    expect(compiled.edges).toBeLessThan(65)
  })
  test('are answered as looking at all products does', () => {
    const product = open(model)
    const { products, matching } = lookAtAll(model)
    expect(product.count({ context: {}, selection: {} })).toBe(BigInt(products.length))
    for (const selection of [{}, { version: 5 }, { a_0: 1, b_0: 1, a_2: 2 }, { b_1: 0, b_2: 2, a_2: 2 }]) {
      const statuses = product.statuses({ context: {}, selection }).all()
      for (const { id, values } of options.filter((each) => !(each.id in selection)))
        for (const value of values) {
          const with_ = matching({ ...selection, [id]: value })
          const { changes, fromPriceCents } = statuses[id]![String(value)]!
          expect(changes === 0).toBe(with_.length > 0)
          if (changes === 0) expect(fromPriceCents).toBe(Math.min(...with_.map(({ cents }) => cents)))
        }
    }
  })
})

test('a table of plain rows has the diagram of the same table with cells of several values', () => {
  const cell = (size: number) => fc.nat(size - 1)
  const row = fc.tuple(cell(3), cell(2), cell(5), cell(4))
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const builder = createDiagramBuilder([5, 4, 2, 3], unlimited)
      const of = [0, 1, 2, 3]
      const levelOf = [3, 2, 0, 1]
      const plain: Formula = { op: 'table', of, rows: rows.map((each) => each.map((value) => [value])) }
      // The last row once more, in one with the first if they differ in one cell only.
      const [first, last] = [rows[0]!, rows.at(-1)!]
      const together = first.map((value, i) => [...new Set([value, last[i]!])].toSorted((a, b) => a - b))
      const joint = together.filter((each) => each.length > 1).length === 1
      const twice: Formula = { ...plain, rows: [...plain.rows, ...(joint ? [together] : [plain.rows[0]!])] }
      const node = formulaDiagram(builder, plain, levelOf)
      expect(formulaDiagram(builder, twice, levelOf)).toBe(node)
      // And it accepts exactly its rows.
      const taken = new Set(rows.map((each) => each.join()))
      for (const a of range(3))
        for (const b of range(2))
          for (const c of range(5))
            for (const d of range(4)) {
              let at = node
              const values = [c, d, b, a]
              while (at > 1) at = builder.child(at, values[builder.level(at)]!)
              expect(at === 1).toBe(taken.has([a, b, c, d].join()))
            }
    }),
    runs(60),
  )
})

test('rules joined by their top options give the diagram that joining them one by one gives', () => {
  const bench = createWorkbench([3, 3, 3, 3, 3], unlimited)
  const differ = (a: number, b: number): Formula => ({
    op: 'table',
    of: [a, b],
    rows: range(9).flatMap((i) => (i % 4 === 0 ? [] : [[[i % 3], [(i - (i % 3)) / 3]]])),
  })
  const levels = range(5)
  const pairs = [differ(0, 1), differ(0, 3), differ(1, 2), differ(2, 4), differ(1, 4), differ(3, 4)]
  const one = pairs.map((pair) => formulaDiagram(bench.builder, pair, levels)).reduce(bench.builder.and)
  const handles = pairs.map((pair, i) =>
    bench.keep(`${i}`, () => formulaDiagram(bench.builder, pair, levels)),
  )
  expect(bench.node(bench.join(handles))).toBe(one)
  expect(bench.node(bench.join([]))).toBe(1)
})
