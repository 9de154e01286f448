import { expect, test } from 'vitest'
import { openDesign } from '../src/session/design.ts'
import { fridge, memory } from './fridge.ts'

const open = (country = 'DE') => openDesign({ product: fridge, keeper: memory(), context: [{ country }] })

test('a clashing tap changes nothing, names rule and picks, and one tap takes the cheapest way', () => {
  const session = open()
  session.choose('width_mm', 700)
  const before = session.getSnapshot()
  session.choose('doors', 'french_door')

  const { conflict, configuration, price } = session.getSnapshot()
  expect(configuration).toEqual(before.configuration)
  expect(price).toEqual(before.price)
  expect(conflict).toMatchObject({ about: 'choice', option: 'doors', value: 'french_door' })
  expect(conflict?.reasons[0]?.ruleIds).toEqual(['french-width'])
  expect(conflict?.reasons[0]?.choices).toMatchObject({ width_mm: 700 })
  const way = conflict!.repairs[0]!
  expect(way.changes).toEqual([{ option: 'width_mm', from: 700, to: 800 }])

  session.takeRepair(way.repair)
  const after = session.getSnapshot()
  expect(after.conflict).toBeUndefined()
  expect(after.configuration).toMatchObject({ doors: 'french_door', width_mm: 800 })
  expect(after.price.totalCents - before.price.totalCents).toBe(way.repair.priceDeltaCents)
  expect(after.note).toMatchObject({
    kind: 'repaired',
    about: 'doors',
    deltaCents: way.repair.priceDeltaCents,
  })

  session.undo()
  expect(session.getSnapshot().configuration).toEqual(before.configuration)
})

test('keeping it as it was leaves the design and its history alone', () => {
  const session = open()
  session.choose('width_mm', 700)
  const before = session.getSnapshot()
  session.choose('doors', 'french_door')
  session.keep()
  expect(session.getSnapshot()).toMatchObject({ design: before.design, conflict: undefined, note: undefined })
  session.undo()
  expect(session.getSnapshot().design.selection).toEqual({})
})

test('values that moved along without being asked for are told', () => {
  const session = open()
  session.choose('doors', 'french_door')
  const { note, configuration } = session.getSnapshot()
  expect(configuration['width_mm']).toBe(800)
  expect(note).toMatchObject({ kind: 'followed', about: 'doors' })
  expect(note?.kind === 'followed' && note.changes).toContainEqual({ option: 'width_mm', from: 700, to: 800 })
})

test('a value the country does not have offers only countries that do', () => {
  const session = open('AE')
  session.choose('climate', 'SN')
  const { conflict } = session.getSnapshot()
  expect(conflict?.repairs).toEqual([])
  expect(conflict?.reasons[0]?.ruleIds).toEqual(['AE-tropical'])
  expect(conflict?.elsewhere).toContainEqual({ country: 'DE' })
  expect(conflict?.elsewhere).not.toContainEqual({ country: 'AE' })
  session.chooseElsewhere({ country: 'DE' })
  expect(session.getSnapshot()).toMatchObject({
    conflict: undefined,
    design: { context: { country: 'DE' }, selection: { climate: 'SN' } },
  })
})

test('a country that does not fit the design is a conflict about the country', () => {
  const session = open('DE')
  session.choose('climate', 'SN')
  session.setContext({ country: 'AE' })
  const { conflict, design } = session.getSnapshot()
  expect(design.context).toEqual({ country: 'DE' })
  expect(conflict?.about).toBe('context')
  session.takeRepair(conflict!.repairs[0]!.repair)
  expect(session.getSnapshot().configuration).toMatchObject({ country: 'AE', climate: 'T' })
})

test('the price shown on every value is the total after tapping it', () => {
  const session = open()
  session.choose('finish', 'glass')
  for (const option of fridge.package.options.filter((o) => o.role === 'choice')) {
    for (const value of option.values) {
      const { prices, configuration, designCents } = session.getSnapshot()
      if (value === configuration[option.id]) continue
      const promised = prices[option.id]?.[String(value)]
      const way = session.wayCents(option.id, value)
      session.choose(option.id, value)
      const { conflict } = session.getSnapshot()
      if (conflict) {
        expect(promised, `${option.id}=${value}`).toBeUndefined()
        const cheapest = conflict.repairs[0]?.repair.priceDeltaCents
        expect(way, `${option.id}=${value}`).toBe(cheapest)
        if (conflict.repairs[0]) {
          session.takeRepair(conflict.repairs[0].repair)
          expect(session.getSnapshot().designCents - designCents, `${option.id}=${value}`).toBe(cheapest)
          session.undo()
        } else session.keep()
      } else {
        expect(session.getSnapshot().designCents, `${option.id}=${value}`).toBe(promised)
        session.undo()
      }
    }
  }
})

test('an order under way freezes the design until it is answered', () => {
  const session = open()
  session.submit()
  const before = session.getSnapshot()
  session.choose('width_mm', 900)
  expect(session.getSnapshot().design).toEqual(before.design)
  expect(session.getSnapshot().submitted).toBe(true)
  session.reopen()
  session.choose('width_mm', 900)
  expect(session.getSnapshot().configuration['width_mm']).toBe(900)
})
