import { openProduct } from '@lot-one/rules'
import { expect, test } from 'vitest'
import { compareSides, sideOf } from '../src/session/compared.ts'
import { openDesign } from '../src/session/design.ts'
import { dropDesign, restoreDesigns, saveDesign, savedDesigns, savedOf } from '../src/session/saved.ts'
import { fridge, fridgePackage, memory } from './fridge.ts'

const context = [{ country: 'DE' }]

function designed() {
  const session = openDesign({ product: fridge, keeper: memory(), context })
  session.choose('handle', 'leather')
  session.choose('width_mm', 750)
  return session
}
const entry = (id: string, name = id) =>
  savedOf(fridge.package, designed().getSnapshot(), { id, name, savedAtMs: 0 })

test('saved designs come newest first, can be renamed in place, removed and brought back', () => {
  const keeper = memory()
  for (const id of ['a', 'b', 'c']) saveDesign(keeper, entry(id))
  saveDesign(keeper, entry('b', 'renamed'))
  const names = () => savedDesigns(keeper).map(({ name }) => name)
  expect(names()).toEqual(['c', 'renamed', 'a'])
  const before = savedDesigns(keeper)
  dropDesign(keeper, 'b')
  expect(names()).toEqual(['c', 'a'])
  restoreDesigns(keeper, before)
  expect(names()).toEqual(['c', 'renamed', 'a'])
})

test('an entry that cannot be read does not take the others with it', () => {
  const keeper = memory()
  saveDesign(keeper, entry('a'))
  const [kept] = JSON.parse(keeper.read('lot-one/saved')!) as unknown[]
  keeper.write('lot-one/saved', JSON.stringify([{ id: 'odd' }, kept, 7]))
  expect(savedDesigns(keeper).map(({ id }) => id)).toEqual(['a'])
})

test('a saved design opened under other rules is repaired as far as it goes, and what is gone has its name', () => {
  const saved = entry('a')
  const edited = openProduct(fridgePackage((yaml) => yaml.replaceAll('leather', 'felt')))
  const session = openDesign({ product: edited, keeper: memory(), context })
  session.take(
    { design: saved.design, current: false, priceCents: saved.priceCents, unknown: [], nameless: 0 },
    'saved',
  )
  const view = session.getSnapshot()
  expect(view.design.selection).toEqual({ width_mm: 750 })
  expect(view.note).toEqual({
    kind: 'opened',
    unknown: ['handle=leather'],
    nameless: 0,
    oldPriceCents: saved.priceCents,
  })
})

test('comparing names exactly the options that differ, country included', () => {
  const a = sideOf(fridge, { context: { country: 'DE' }, selection: { finish: 'glass' }, texts: {} })
  const b = sideOf(fridge, { context: { country: 'US' }, selection: { handle: 'bar' }, texts: {} })
  const { differences, same } = compareSides(fridge, a, b)
  for (const { option, a: left, b: right } of differences) expect(left, option).not.toBe(right)
  expect(differences.map(({ option }) => option)).toEqual(
    expect.arrayContaining(['country', 'finish', 'handle']),
  )
  expect(differences.length + same).toBe(
    fridge.package.options.filter(({ role }) => role !== 'derived').length + fridge.package.texts.length,
  )
  expect(compareSides(fridge, a, a).differences).toEqual([])
})

test('a side that cannot be built any more shows what was chosen and no price', () => {
  const side = sideOf(fridge, {
    context: { country: 'DE', planet: 'Mars' },
    selection: { ice_maker: 'auto', water_line: 'none', gone: 'yes' },
    texts: {},
  })
  expect(side.cents).toBeUndefined()
  expect(side.choices).toEqual({ country: 'DE', ice_maker: 'auto', water_line: 'none' })
})
