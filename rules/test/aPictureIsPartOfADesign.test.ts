import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { derive } from '../src/derive.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import { pictureText, readPicture } from '../src/pictureText.ts'
import { textProblems } from '../src/textOptions.ts'
import { loadPath, modelOf, product as productFile } from './ruleFiles.ts'

const at = '2026-11-21'
const sha256 = '0123456789abcdef'.repeat(4)
const percent = fc.integer({ min: 0, max: 100 })

test('a picture and the part of it that shows are one text, and one text only', () => {
  fc.assert(
    fc.property(percent, percent, fc.integer({ min: 100, max: 300 }), (x, y, zoom) => {
      const choice = { sha256, x, y, zoom }
      expect(readPicture(pictureText(choice))).toEqual(choice)
    }),
  )
  expect(pictureText({ sha256, x: -3, y: 100.4, zoom: 1000 })).toBe(`${sha256}-0-100-300`)
  for (const other of [
    'Mira',
    sha256,
    `${sha256}-50-50`,
    `${sha256}-050-50-100`,
    `${sha256}-101-50-100`,
    `${sha256}-50-50-99`,
    `${sha256.toUpperCase()}-50-50-100`,
    `${sha256}-50-50-100\n`,
    7,
  ])
    expect(readPicture(other), String(other)).toBeUndefined()
})

test.each(['fridge', 'washer', 'oven'])(
  'the %s takes a picture on lacquer and glass, has its price, and gives it to the paint shop',
  (family) => {
    const model = modelOf(loadPath(productFile(`${family}.yaml`)))
    const compiled = compile(model, { at })
    if (!compiled.ok) throw new Error(`the ${family} does not compile`)
    const { package: pkg, complete } = openProduct(packageOf(model, compiled))
    const option = pkg.texts.find(({ kind }) => kind === 'picture')!
    expect(option.priceCents).toBeGreaterThan(0)
    const text = pictureText({ sha256, x: 40, y: 60, zoom: 150 })
    for (const finish of pkg.options.find(({ id }) => id === 'finish')!.values) {
      const design = complete({ context: { country: 'DE' }, selection: { finish } })!
      const reasons = textProblems(pkg.texts, design, { [option.id]: text }).map(({ reason }) => reason)
      expect(reasons).toEqual(finish === 'lacquer' || finish === 'glass' ? [] : ['notOffered'])
    }
    const design = complete({ context: { country: 'DE' }, selection: { finish: 'glass' } })!
    expect(textProblems(pkg.texts, design, { [option.id]: sha256 })).toMatchObject([{ reason: 'characters' }])

    const plain = derive(model, design, { orderId: 'o', at })
    const printed = derive(model, design, { orderId: 'o', at, texts: { [option.id]: text } })
    expect(printed.totalCents - plain.totalCents).toBe(option.priceCents)
    expect(printed.designHash).not.toBe(plain.designHash)
    const jobs = printed.operations.filter(({ parameters }) => parameters.some(({ value }) => value === text))
    expect(jobs.map(({ station }) => station)).toEqual(['paint'])
  },
)

test('a scene keeps what is a picture, and each appliance its own', () => {
  const { texts } = modelOf(loadPath(productFile('../scenes/kitchen.yaml')))
  expect(texts.filter(({ kind }) => kind === 'picture').map(({ id }) => id)).toEqual([
    'fridge.picture',
    'washer.picture',
    'oven.picture',
  ])
})
