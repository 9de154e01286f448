import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { mutationScore } from '../src/cli/mutate.ts'
import { failuresOf } from '../src/cli/familyTests.ts'
import { compile, effectiveIntervals } from '../src/compile.ts'
import type { Compiled } from '../src/compile.ts'
import { derive } from '../src/derive.ts'
import { holds } from '../src/evaluate.ts'
import { knownOrder } from '../src/lock.ts'
import type { ProductModel, Value } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import { loadProductModel } from '../src/productModel.ts'
import { loadPath, modelOf, problemsOf, product } from './ruleFiles.ts'

const lamp = `rules: 1
family: lamp
title: { en: Lamp, de: Lampe }
version: 1
currency: EUR
vat: { DE: 19 }
context: { country: { values: [DE, US] } }
options:
  watts: { type: number, unit: W, min: 5, max: 15, step: 5, default: 10 }
  shade: { values: { none: 0, glass: 500, cloth: 300 }, default: glass }
  foot:  { values: { wood: 200, steel: 400 } }
  dimmer: { type: bool, price: 900 }
tables: { mains: { of: [country, watts], rows: [[DE, "*"], [US, 5..10]] } }
constraints:
  - { id: hot, if: 'watts == 15', then: 'shade != "cloth"', message: { en: "{watts} is too hot.", de: "{watts} ist zu heiß." } }
prices:
  - { id: base, amount: 1000 }
  - { id: light, per: 'watts / 5', rate: 100 }
bom:
  - { position: bulb, lines: [{ part: B-15, when: 'watts == 15' }, { part: B, when: 'watts < 15' }] }
routing:
  - { op: 10, station: assembly, params: { Watts: watts, Foot: foot } }
texts: { name: { maxLength: 5, when: 'shade == "glass"', op: 10 } }
`
const room = (slots: string, rest = ''): string =>
  `rules: 1\nscene: room\ntitle: { en: Room, de: Raum }\nversion: 1\ncurrency: EUR\nslots:\n  ${slots}\n${rest}`
const load = (text: string, family = lamp) =>
  loadProductModel(text, 'room.yaml', (file) => (file === 'lamp.yaml' ? family : undefined))
const compiled = (model: ProductModel, order?: readonly string[], at?: string): Compiled => {
  const result = compile(model, { ...(order && { order }), ...(at !== undefined && { at }) })
  if (!result.ok || result.problems.length > 0) throw new Error(JSON.stringify(result.problems))
  return result
}
const open = (model: ProductModel) => openProduct(packageOf(model, compiled(model)))
/** All buildable selections, by trying every combination. */
function everyProduct(model: ProductModel): Record<string, Value>[] {
  let found: number[][] = [[]]
  for (const option of model.options)
    found = found.flatMap((pick) => option.values.map((_, i) => [...pick, i]))
  return found
    .filter((pick) => model.rules.every((rule) => holds(rule.formula, (option) => pick[option]!)))
    .map((pick) =>
      Object.fromEntries(model.options.map((option, o) => [option.id, option.values[pick[o]!]!])),
    )
}

describe('an optional slot', () => {
  const model = modelOf(
    load(room('lamp: { use: lamp.yaml, optional: true, label: { en: Desk lamp, de: Tischlampe } }')),
  )
  const family = modelOf(loadProductModel(lamp, 'lamp.yaml'))

  test('adds exactly one product per context: the one without it', () => {
    expect(compiled(model).configurations).toBe(compiled(family).configurations + 2n)
    expect(everyProduct(model)).toHaveLength(Number(compiled(model).configurations))
    expect(everyProduct(model).filter((each) => each['lamp'] === false)).toEqual(
      ['DE', 'US'].map((country) => ({
        country,
        lamp: false,
        'lamp.watts': 0,
        'lamp.shade': 'none',
        'lamp.foot': 'none',
        'lamp.dimmer': false,
      })),
    )
  })

  test('costs nothing, needs no part and no work while it is not there', () => {
    const scene = open(model)
    const without = scene.complete({ context: { country: 'DE' }, selection: { lamp: false } })!
    expect(derive(model, without, { orderId: 'o', at: '2026-01-01' })).toMatchObject({
      totalCents: 0,
      materials: [],
      operations: [],
    })
    const fitted = scene.complete({ context: { country: 'DE' }, selection: {} })!
    const made = derive(model, fitted, { orderId: 'o', at: '2026-01-01' })
    expect(fitted['lamp']).toBe(true)
    expect(made.totalCents).toBe(1000 + 200 + 500 + 200)
    expect(made.materials.map(({ part }) => part)).toEqual(['B'])
    expect(made.operations[0]).toMatchObject({
      station: 'assembly',
      parameters: [
        { id: 'Watts', value: 10 },
        { id: 'Foot', value: 'wood' },
      ],
    })
    expect(made.operations[0]!.consumes).toContain('lamp')
  })

  test('totals of products with and without it are those of brute force', () => {
    const scene = open(model)
    for (const selection of everyProduct(model)) {
      const design = scene.verify(selection)!
      const total = scene.price(design).totalCents
      expect(total).toBe(derive(model, design, { orderId: 'o', at: '2026-01-01' }).totalCents)
      expect(total === 0).toBe(selection['lamp'] === false)
    }
  })

  test('every position still has exactly one line while it is there', () => {
    const gap = lamp.replace(", { part: B, when: 'watts < 15' }", '')
    const result = compile(modelOf(load(room('lamp: { use: lamp.yaml, optional: true }'), gap)))
    expect(result.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('position "lamp/bulb" has no line'),
    ])
  })

  test('names, steps and sentences say which appliance is meant', () => {
    expect(model.options.find(({ id }) => id === 'lamp.watts')!.label).toEqual({
      en: 'Desk lamp · watts',
      de: 'Tischlampe · watts',
    })
    expect(model.texts[0]).toMatchObject({ id: 'lamp.name', label: { en: 'Desk lamp · name' } })
    const scene = open(model)
    const question = { context: { country: 'DE' }, selection: { lamp: false, 'lamp.dimmer': true } }
    expect(scene.check(question).conflicts[0]!.ruleIds).toEqual(['lamp/there'])
    expect(scene.sentence('lamp/there', 'de', question.selection)).toContain(
      'Tischlampe: Einzelheiten gibt es nur',
    )
    expect(scene.sentence('lamp/hot', 'en', { 'lamp.watts': 15 })).toBe('Desk lamp: 15 W is too hot.')
    expect(scene.sentence('lamp/mains', 'en', { country: 'US', 'lamp.watts': 15 })).toBe(
      'Desk lamp: country: US and watts: 15 W do not go together.',
    )
    for (const language of ['en', 'de', 'zh', 'ar'])
      expect(scene.sentence('lamp/there', language, {})).toMatch(
        language === 'zh' ? /^Desk lamp：\S/ : /^(Desk lamp|Tischlampe): \S/,
      )
  })

  test('a sentence names what its rule leaves of an open option, as if the appliance were there', () => {
    const dim = `  - { id: dim, if: dimmer, then: 'watts == 5', message: { en: "Dimmed it takes {watts}." } }\nprices:\n`
    const scene = open(
      modelOf(load(room('lamp: { use: lamp.yaml, optional: true }'), lamp.replace('prices:\n', dim))),
    )
    expect(scene.sentence('lamp/dim', 'en', { 'lamp.dimmer': true })).toBe('Lamp: Dimmed it takes 5 W.')
    expect(scene.sentence('lamp/dim', 'en', {})).toBe('Lamp: Dimmed it takes watts.')
  })

  test('may stay away unless asked for, and is refused where "not there" has a price', () => {
    const away = modelOf(load(room('lamp: { use: lamp.yaml, optional: true, default: false }')))
    expect(open(away).complete({ context: { country: 'DE' }, selection: {} })!['lamp']).toBe(false)
    expect(problemsOf(load(room('lamp: { use: lamp.yaml, default: false }')))).toEqual([
      '7:36 lamp is always there: default needs optional: true',
    ])
    const costly = lamp.replace('none: 0', 'none: 50')
    expect(problemsOf(load(room('lamp: { use: lamp.yaml, optional: true }'), costly))[0]).toContain(
      '"none" or 0 of shade has a price',
    )
  })
})

describe('copies of a slot', () => {
  const text = room(
    'lamp: { use: lamp.yaml, copies: 2 }',
    "constraints: [{ id: pair, check: 'lamp_1.foot == lamp_2.foot' }]\n",
  )
  test('are appliances of their own under numbered names', () => {
    const model = modelOf(load(text))
    expect(model.options.map(({ id }) => id).filter((id) => id.endsWith('foot'))).toEqual([
      'lamp_1.foot',
      'lamp_2.foot',
    ])
    expect(model.options.find(({ id }) => id === 'lamp_2.foot')!.label['de']).toBe('Lampe 2 · foot')
    expect(model.routing.map(({ op }) => op)).toEqual([10, 1010])
    expect(everyProduct(model)).toHaveLength(Number(compiled(model).configurations))
  })
  test('that may be missing are filled from the first', () => {
    const model = modelOf(load(room('lamp: { use: lamp.yaml, copies: 3, optional: true }')))
    const one = compiled(modelOf(loadProductModel(lamp, 'lamp.yaml')))
    const inDE = 32n
    const inUS = one.configurations - inDE
    const sum = (n: bigint) => 1n + n + n * n + n * n * n
    expect(compiled(model).configurations).toBe(sum(inDE) + sum(inUS))
    const gap = { context: { country: 'DE' }, selection: { lamp_1: false, lamp_2: true } }
    expect(open(model).check(gap).conflicts[0]!.ruleIds).toEqual(['lamp/filled-from-first-2'])
  })
})

describe('the kitchen', () => {
  const file = product('../scenes/kitchen.yaml')
  const model = modelOf(loadPath(file))
  test('passes its tests over the orders of its lock and stays small', () => {
    const products = new Map<string | undefined, ReturnType<typeof openProduct>>()
    const dates = effectiveIntervals(model)
    for (const { from } of [dates[0]!, dates.at(-1)!]) {
      const { order } = knownOrder(model, file, from)
      expect(order, `rules check kitchen.yaml writes the lock again (${from})`).toBeDefined()
      const result = compiled(model, order, from)
      expect(gzipSync(result.machine).length).toBeLessThanOrEqual(6 * 1024)
      products.set(from, openProduct(packageOf(model, result)))
    }
    expect(failuresOf(model, (day) => products.get(day ?? model.effective.from)!)).toEqual([])
  })
  test('an edit starts from the order of the old lock, so its machine is as small', () => {
    const { order } = knownOrder(model, file, model.effective.from)
    const old = compiled(model, order, model.effective.from)
    const newer = ['three_phase', 'washer.base', 'price oven/racks']
    const near = ['gone', ...order!.filter((name) => !newer.includes(name))]
    const edited = compile(model, { near })
    expect(edited.ok && edited.configurations).toBe(old.configurations)
    expect(edited.ok && edited.edges).toBeLessThan(old.edges * 1.1)
  })
  test.runIf(process.env['RULES_CAMPAIGN'])(
    'its tests notice slips in its own rules',
    () => {
      expect(mutationScore(model, file).score).toBeGreaterThanOrEqual(0.8)
    },
    600_000,
  )
})
