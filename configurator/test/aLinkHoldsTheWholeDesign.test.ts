import { openProduct } from '@lot-one/rules'
import { expect, test } from 'vitest'
import { openDesign } from '../src/session/design.ts'
import { readLink, writeLink } from '../src/session/link.ts'
import { fridge, fridgePackage, memory } from './fridge.ts'

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
        nameless: 0,
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

test('a link of other rules is taken as far as it goes and tells how much is gone', () => {
  const mine = openDesign({ product: fridge, keeper: memory(), context: [{ country: 'FR' }] })
  mine.choose('width_mm', 800)
  mine.choose('handle', 'leather')
  const edited = openProduct(fridgePackage((yaml) => yaml.replaceAll('leather', 'felt')))
  const theirs = openDesign({
    product: edited,
    keeper: memory(),
    context: [{ country: 'DE' }],
    fragment: mine.link(),
  })
  expect(theirs.getSnapshot().design).toMatchObject({
    context: { country: 'FR' },
    selection: { width_mm: 800 },
  })
  expect(theirs.getSnapshot().note).toEqual({
    kind: 'opened',
    unknown: [],
    nameless: 1,
    oldPriceCents: mine.getSnapshot().price.totalCents,
  })
})

test('a link of before holds everything in clear, so what is gone has its name', () => {
  const fragment = 'r=000000000000&p=99900&c.country=DE&width_mm=800&icecream=yes&handle=gold'
  const session = openDesign({ product: fridge, keeper: memory(), context: [], fragment })
  expect(session.getSnapshot().design.selection).toEqual({ width_mm: 800 })
  expect(session.getSnapshot().note).toEqual({
    kind: 'opened',
    unknown: ['icecream=yes', 'handle=gold'],
    nameless: 0,
    oldPriceCents: 99900,
  })
})

test('what was cut in the middle of a character is counted, not shown', () => {
  const link = readLink(pkg, 'r=000000000000&width_mm=800&handle=%E9&%E0%A4')
  expect(link).toMatchObject({ design: { selection: { width_mm: 800 } }, unknown: [], nameless: 2 })
})

test('a link is short: a design of ten choices fits into 64 characters, one of every option into 120', () => {
  const choices = Object.entries(fridge.complete({ context: { country: 'DE' }, selection: {} })!).filter(
    ([id]) => pkg.options.some((option) => option.id === id && option.role === 'choice'),
  )
  const link = (n: number) =>
    writeLink(
      pkg,
      { context: { country: 'DE' }, selection: Object.fromEntries(choices.slice(0, n)), texts: {} },
      199_900,
    )
  expect(link(10).length).toBeLessThanOrEqual(64)
  expect(link(choices.length).length).toBeLessThanOrEqual(120)
  expect(link(choices.length), 'safe in an address as it is').toMatch(/^[\w.=&-]+$/)
})

test('values that share a code stand in clear, so that none is ever taken for another', () => {
  // FNV-1a folded to 18 bits meets itself in a few thousand values: here are enough of them
  const values = Array.from({ length: 3000 }, (_, i) => i)
  const wide = {
    ...pkg,
    options: [
      {
        id: 'n',
        role: 'choice',
        type: 'number',
        values,
        label: { en: 'n' },
        valueLabels: values.map((n) => ({ en: String(n) })),
        priceCents: values.map(() => 0),
      } as const,
    ],
  }
  const links = values.map((n) => writeLink(wide, { context: {}, selection: { n }, texts: {} }, 0))
  expect(
    links.some((link) => link.includes('&n=')),
    'some codes meet',
  ).toBe(true)
  expect(new Set(links).size).toBe(values.length)
  links.forEach((link, n) => expect(readLink(wide, link)?.design.selection).toEqual({ n }))
})

test('a fragment that is no design is left alone', () => {
  for (const fragment of ['', '#', '#panel', '#y_5mH_Crx', '#%E0%A4%A', '#d=', '#d=a.b'])
    expect(readLink(pkg, fragment)).toBeUndefined()
})
