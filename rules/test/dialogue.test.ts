import * as fc from 'fast-check'
import { createActor } from 'xstate'
import { beforeAll, describe, expect, test } from 'vitest'
import { createDialogue } from '../src/dialogue.ts'
import type { DialogueEvent } from '../src/dialogue.ts'
import { loadProducts } from '../src/files.ts'
import { openProduct } from '../src/openProduct.ts'
import type { Product } from '../src/product.ts'
import { product as productFile } from './ruleFiles.ts'

let fridge: Product
beforeAll(async () => {
  const { products, problems } = await loadProducts(productFile(''), { at: '2026-11-21' })
  expect(problems).toEqual([])
  fridge = openProduct(products.find((p) => p.package.id.includes('fridge'))!.package)
})

const start = () =>
  createActor(createDialogue(fridge, { context: { country: 'DE' }, selection: {}, texts: {} })).start()
type Dialogue = ReturnType<typeof start>
const where = (actor: Dialogue) => (actor.getSnapshot().value as { choice: string }).choice
const chosen = (actor: Dialogue) => actor.getSnapshot().context.design.selection

describe('the dialogue with a shopper', () => {
  test('takes what fits and goes back step by step', () => {
    const actor = start()
    actor.send({ type: 'CHOOSE', option: 'finish', value: 'glass' })
    actor.send({ type: 'CHOOSE', option: 'width_mm', value: 800 })
    expect(chosen(actor)).toEqual({ finish: 'glass', width_mm: 800 })
    actor.send({ type: 'UNDO' })
    expect(chosen(actor)).toEqual({ finish: 'glass' })
    actor.send({ type: 'REDO' })
    expect(chosen(actor)).toEqual({ finish: 'glass', width_mm: 800 })
    actor.send({ type: 'RETRACT', option: 'finish' })
    expect(chosen(actor)).toEqual({ width_mm: 800 })
  })

  test('a wish that clashes waits for an answer; nothing is lost either way', () => {
    const actor = start()
    actor.send({ type: 'CHOOSE', option: 'water_line', value: 'none' })
    actor.send({ type: 'CHOOSE', option: 'ice_maker', value: 'auto' })
    expect(where(actor)).toBe('conflict')
    expect(chosen(actor)).toEqual({ water_line: 'none' })
    actor.send({ type: 'KEEP' })
    expect(where(actor)).toBe('open')
    expect(chosen(actor)).toEqual({ water_line: 'none' })

    actor.send({ type: 'CHOOSE', option: 'ice_maker', value: 'auto' })
    const { wish } = actor.getSnapshot().context
    const [repair] = fridge.repairs(wish!.design, { keep: wish!.keep })
    actor.send({ type: 'ACCEPT_REPAIR', repair: repair! })
    expect(where(actor)).toBe('open')
    expect(chosen(actor)).toEqual({ ice_maker: 'auto', ...repair!.change })
    actor.send({ type: 'UNDO' })
    expect(chosen(actor)).toEqual({ water_line: 'none' })
  })

  test('a repair that does not repair is not taken', () => {
    const actor = start()
    actor.send({ type: 'CHOOSE', option: 'water_line', value: 'none' })
    actor.send({ type: 'CHOOSE', option: 'ice_maker', value: 'auto' })
    actor.send({ type: 'ACCEPT_REPAIR', repair: { change: { finish: 'glass' }, priceDeltaCents: 0 } })
    expect(where(actor)).toBe('conflict')
  })

  test('moving to a country where the design is not sold asks, and staying changes nothing', () => {
    const actor = start()
    actor.send({ type: 'CHOOSE', option: 'climate', value: 'SN' })
    actor.send({ type: 'SET_CONTEXT', context: { country: 'AE' } })
    expect(where(actor)).toBe('conflict')
    const { wish } = actor.getSnapshot().context
    expect(wish?.keep).toEqual({})
    const [repair] = fridge.repairs(wish!.design)
    expect(repair?.change).toEqual({ climate: 'T' })
    actor.send({ type: 'KEEP' })
    expect(actor.getSnapshot().context.design.context).toEqual({ country: 'DE' })
  })

  test('the guide follows the steps of the product file and choosing never moves it', () => {
    const actor = start()
    const step = () => (actor.getSnapshot().value as { guide: string }).guide
    const steps = fridge.package.steps.map((s) => s.id)
    const walked = steps.map(() => {
      const here = step()
      actor.send({ type: 'CHOOSE', option: 'finish', value: 'glass' })
      expect(step()).toBe(here)
      actor.send({ type: 'NEXT' })
      return here
    })
    expect(walked).toEqual(steps)
    actor.send({ type: 'STEP', step: steps[0]! })
    expect(step()).toBe(steps[0])
    actor.send({ type: 'BACK' })
    expect(step()).toBe(steps[0])
  })

  test('a saved session goes on where it was', () => {
    const actor = start()
    actor.send({ type: 'CHOOSE', option: 'finish', value: 'steel' })
    actor.send({ type: 'NEXT' })
    const saved = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()))
    const machine = createDialogue(fridge, { context: { country: 'DE' }, selection: {}, texts: {} })
    const again = createActor(machine, { snapshot: saved }).start()
    expect(again.getSnapshot().value).toEqual(actor.getSnapshot().value)
    again.send({ type: 'UNDO' })
    expect(again.getSnapshot().context.design.selection).toEqual({})
  })
})

/** Promise 1, from the shopper's side: whatever is tapped, the design she holds can be built. */
test('no walk of taps leads to a design that cannot be built, and every sellable value is one tap and one repair away', () => {
  const taps = fridge.package.options
    .filter((o) => o.role === 'choice')
    .flatMap((o) => o.values.map((value) => ({ option: o.id, value })))
  const inGermany = fridge.statuses({ context: { country: 'DE' }, selection: {} }).all()
  const sellable = taps.filter(({ option, value }) => inGermany[option]?.[String(value)]?.changes !== -1)
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...sellable), { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (walk, accept) => {
        const actor = start()
        for (const tap of walk) {
          const marked = fridge.statuses(actor.getSnapshot().context.design).all()[tap.option]![
            String(tap.value)
          ]!
          actor.send({ type: 'CHOOSE', ...tap } satisfies DialogueEvent)
          const clash = where(actor) === 'conflict'
          expect(clash).toBe(marked.status === 'conflict')
          if (clash) {
            const { wish } = actor.getSnapshot().context
            const [repair] = fridge.repairs(wish!.design, { keep: wish!.keep, limit: 1 })
            expect(Object.keys(repair!.change)).toHaveLength(marked.changes)
            actor.send(accept ? { type: 'ACCEPT_REPAIR', repair: repair! } : { type: 'KEEP' })
            if (accept) expect(chosen(actor)[tap.option]).toBe(tap.value)
          }
          expect(where(actor)).toBe('open')
          const design = fridge.complete(actor.getSnapshot().context.design)
          expect(design).toBeDefined()
          expect(fridge.verify(design!)).toBeDefined()
        }
      },
    ),
    { numRuns: 200 },
  )
})
