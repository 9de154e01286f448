import { expect, test } from 'vitest'
import { openDesign } from '../src/session/design.ts'
import { readLink, writeLink } from '../src/session/link.ts'
import { fridge, memory } from './fridge.ts'

const pkg = fridge.package

test('every value of every option survives the way through a link', () => {
  for (const option of pkg.options.filter((o) => o.role !== 'derived')) {
    for (const value of option.values) {
      const part = { [option.id]: value }
      const design = {
        context: option.role === 'context' ? part : {},
        selection: option.role === 'choice' ? part : {},
        texts: {},
      }
      expect(readLink(pkg, `#${writeLink(pkg, design, 1)}`)).toEqual({
        design,
        current: true,
        priceCents: 1,
        unknown: [],
      })
    }
  }
})

test('texts keep every character', () => {
  const [text] = pkg.texts
  expect(text).toBeDefined()
  const design = { context: {}, selection: {}, texts: { [text!.id]: 'Mira & Jonas = 100 % ♥ 冰箱 #1' } }
  expect(readLink(pkg, writeLink(pkg, design, 0))?.design.texts).toEqual(design.texts)
})

test('a shared design opens on another device and can be undone there', () => {
  const mine = openDesign({ product: fridge, keeper: memory(), context: [{ country: 'FR' }] })
  mine.choose('width_mm', 800)
  mine.choose('doors', 'french_door')
  const keeper = memory()
  openDesign({ product: fridge, keeper, context: [{ country: 'DE' }] }).choose('finish', 'steel')

  const theirs = openDesign({ product: fridge, keeper, context: [{ country: 'DE' }], fragment: mine.link() })
  expect(theirs.getSnapshot().configuration).toEqual(mine.getSnapshot().configuration)
  expect(theirs.getSnapshot().note).toBeUndefined()
  theirs.undo()
  expect(theirs.getSnapshot().design.selection).toEqual({ finish: 'steel' })
})

test('a link of other rules is taken as far as it goes and says what is gone', () => {
  const fragment = 'r=000000000000&p=99900&c.country=DE&width_mm=800&icecream=yes&handle=gold'
  const session = openDesign({ product: fridge, keeper: memory(), context: [], fragment })
  expect(session.getSnapshot().design.selection).toEqual({ width_mm: 800 })
  expect(session.getSnapshot().note).toEqual({
    kind: 'opened',
    unknown: ['icecream=yes', 'handle=gold'],
    oldPriceCents: 99900,
  })
})

test('a fragment that is no design is left alone', () => {
  for (const fragment of ['', '#', '#panel', '#y_5mH_Crx', '#%E0%A4%A'])
    expect(readLink(pkg, fragment)).toBeUndefined()
})
