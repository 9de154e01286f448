import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { derive, designHash } from '../src/derive.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Configuration } from '../src/product.ts'
import { textProblems } from '../src/textOptions.ts'
import { fixture, loadPath, modelOf, product as productFile } from './ruleFiles.ts'

const at = '2026-11-21'
const model = modelOf(loadPath(productFile('fridge.yaml')))
const compiled = compile(model, { at })
if (!compiled.ok) throw new Error('the fridge does not compile')
const product = openProduct(packageOf(model, compiled))
const question = { context: { country: 'DE' }, selection: { nameplate: 'engraved', ice_maker: 'craft' } }
const design = product.complete(question)!
const facts = { orderId: 'order-1', at, texts: { engraving: ' Mira ’26 ' } }

test('an engraved fridge with craft ice is exactly these parts, operations and prices', () => {
  const golden = JSON.parse(readFileSync(fixture('derived-craft-ice.json'), 'utf8')) as unknown
  expect(derive(model, design, facts)).toEqual(golden)
})

/** Any buildable design: random wishes, each taken while it still fits, the rest by default. */
const designs = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }).map((wishes) => {
  const selection: Record<string, string | number | boolean> = {}
  for (const [optionNumber, valueNumber] of wishes) {
    const option = model.options[optionNumber % model.options.length]!
    if (option.role === 'derived') continue
    const value = option.values[valueNumber % option.values.length]!
    if (product.isBuildable({ context: {}, selection: { ...selection, [option.id]: value } }))
      selection[option.id] = value
  }
  return product.complete({ context: {}, selection })!
})

describe('for any buildable design', () => {
  test('the price lines are the machine’s, to the cent', () => {
    fc.assert(
      fc.property(designs, (any) => {
        const { priceLines, totalCents } = derive(model, any, { orderId: 'o', at })
        const price = product.price(any)
        expect(totalCents).toBe(price.totalCents)
        expect(new Map(priceLines.map((line) => [line.id, line.cents]))).toEqual(
          new Map(price.lines.map((line) => [line.id, line.cents])),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('every required position has one part and every part an operation that takes place', () => {
    fc.assert(
      fc.property(designs, (any) => {
        const { materials, operations } = derive(model, any, { orderId: 'o', at })
        for (const { position, optional } of model.bom) {
          const found = materials.filter((material) => material.position === position)
          expect(found.length).toBeGreaterThanOrEqual(optional ? 0 : 1)
          expect(found.length).toBeLessThanOrEqual(1)
        }
        expect(operations.flatMap((operation) => operation.materialRequirements)).toHaveLength(
          materials.length,
        )
        const seconds = operations.reduce((sum, operation) => sum + operation.plannedSeconds, 0)
        expect(seconds).toBeGreaterThanOrEqual(100)
        expect(seconds).toBeLessThanOrEqual(180)
      }),
      { numRuns: 60 },
    )
  })
})

test('every choice of the fridge is frozen by some operation', () => {
  const frozen = new Set(model.routing.flatMap((operation) => operation.consumes))
  const choices = model.options.flatMap((option, index) => (option.role === 'choice' ? [index] : []))
  expect([...frozen]).toEqual(expect.arrayContaining(choices))
})

describe('design hash', () => {
  test('is the same for the same design in any key order and any spelling of blank texts', () => {
    const turned = Object.fromEntries(Object.entries(design).toReversed()) as Configuration
    expect(designHash(model.id, turned)).toBe(designHash(model.id, design))
    expect(designHash(model.id, design, { engraving: ' e\u0301 ' })).toBe(
      designHash(model.id, design, { engraving: '\u00e9' }),
    )
    expect(designHash(model.id, design, { engraving: ' ' })).toBe(designHash(model.id, design))
    expect(derive(model, design, { orderId: 'a', at }).designHash).toBe(
      derive(model, design, { orderId: 'b', at }).designHash,
    )
  })
  test('differs with one value, one text or another product', () => {
    const other = product.complete({ ...question, selection: { ...question.selection, drawers: 2 } })!
    const hashes = [
      designHash(model.id, design),
      designHash(model.id, other),
      designHash(model.id, design, { engraving: 'A' }),
      designHash('other', design),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

test('texts are taken only where offered, in length and with characters the line can make', () => {
  const { texts } = product.package
  const reasons = (given: Record<string, string>, selection: Configuration = design) =>
    textProblems(texts, selection, given).map((problem) => problem.reason)
  expect(reasons({ engraving: 'Für Mira & Aiko 美' })).toEqual([])
  expect(reasons({ engraving: '' })).toEqual([])
  expect(reasons({ engraving: '\u{1F600}' })).toEqual(['characters'])
  expect(reasons({ engraving: 'x'.repeat(25) })).toEqual(['tooLong'])
  expect(reasons({ engraving: '美'.repeat(24) })).toEqual([])
  expect(reasons({ motto: 'x' })).toEqual(['unknown'])
  expect(
    reasons(
      { engraving: 'x' },
      product.complete({ context: { country: 'DE' }, selection: { nameplate: 'lit' } }),
    ),
  ).toEqual(['notOffered'])
})

test('a design that lacks an option is our bug and says which', () => {
  const { drawers: _, ...partial } = design
  expect(() => derive(model, partial as unknown as Configuration, facts)).toThrow(
    'drawers has no value undefined',
  )
})
