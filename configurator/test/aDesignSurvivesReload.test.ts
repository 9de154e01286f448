import { openProduct } from '@lot-one/rules'
import { expect, test } from 'vitest'
import { openDesign } from '../src/session/design.ts'
import { fridge, fridgePackage, memory } from './fridge.ts'

const context = [{ country: 'DE' }]

test('choices, texts, step and both directions of undo are there after a reload', () => {
  const keeper = memory()
  const before = openDesign({ product: fridge, keeper, context })
  before.choose('width_mm', 800)
  before.choose('finish', 'glass')
  before.choose('finish', 'steel')
  before.undo()
  before.goTo('look')

  const after = openDesign({ product: fridge, keeper, context: [{ country: 'US' }] })
  const view = after.getSnapshot()
  expect(view.design).toEqual(before.getSnapshot().design)
  expect(view.design.context).toEqual({ country: 'DE' })
  expect(view.configuration['finish']).toBe('glass')
  expect(view.step).toBe('look')
  after.redo()
  expect(after.getSnapshot().configuration['finish']).toBe('steel')
  after.undo()
  after.undo()
  after.undo()
  expect(after.getSnapshot().design.selection).toEqual({})
  expect(after.getSnapshot().canUndo).toBe(false)
})

test('a cut-off or foreign value in the storage opens a fresh design', () => {
  for (const text of ['{"rulesHash":', '[]', '{"rulesHash":"x","design":{"selection":7}}']) {
    const keeper = memory()
    keeper.write(`lot-one/design/${fridge.package.id}`, text)
    expect(openDesign({ product: fridge, keeper, context }).getSnapshot().design.selection).toEqual({})
  }
})

test('a design kept under other rules is taken over, what is gone is named, and the old price is remembered', () => {
  const keeper = memory()
  const before = openDesign({ product: fridge, keeper, context })
  before.choose('handle', 'leather')
  before.choose('width_mm', 750)
  const price = before.getSnapshot().price.totalCents

  const edited = openProduct(
    fridgePackage((yaml) => yaml.replaceAll('leather', 'felt').replace('amount: 119900', 'amount: 129900')),
  )
  expect(edited.package.rulesHash).not.toBe(fridge.package.rulesHash)
  const view = openDesign({ product: edited, keeper, context }).getSnapshot()
  expect(view.design.selection).toEqual({ width_mm: 750 })
  expect(view.note).toEqual({
    kind: 'opened',
    unknown: ['handle=leather'],
    nameless: 0,
    oldPriceCents: price,
  })
})

test('a kept design that new rules forbid opens as a conflict with ways out, not as a dead end', () => {
  const keeper = memory()
  const before = openDesign({ product: fridge, keeper, context })
  before.choose('width_mm', 800)
  before.choose('doors', 'french_door')

  const stricter = openProduct(fridgePackage((yaml) => yaml.replaceAll('width_mm >= 800', 'width_mm >= 900')))
  const after = openDesign({ product: stricter, keeper, context })
  const { conflict } = after.getSnapshot()
  expect(conflict?.about).toBe('restored')
  expect(conflict?.reasons.flatMap((reason) => reason.ruleIds)).toContain('french-width')
  expect(conflict?.repairs.length).toBeGreaterThan(0)
  after.takeRepair(conflict!.repairs[0]!.repair)
  expect(after.getSnapshot().conflict).toBeUndefined()
  expect(stricter.isBuildable(after.getSnapshot().design)).toBe(true)
})

test('the first guess at the country that the product knows is taken, its own first when none is', () => {
  const countryOf = (...countries: string[]) =>
    openDesign({
      product: fridge,
      keeper: memory(),
      context: countries.map((country) => ({ country })),
    }).getSnapshot().design.context['country']
  expect(countryOf('ZZ', 'FR', 'US')).toBe('FR')
  expect(countryOf('ZZ')).toBe(fridge.package.options.find((option) => option.id === 'country')?.values[0])
})
