import { describe, expect, test } from 'vitest'
import { directionOf, languages, laterMessages, loadMessages, pickLanguage } from '../src/texts/index.ts'
import { fridge } from './fridge.ts'

/** Paths of all texts with what they are: a sentence, or a function of so many words. */
function shape(texts: object, path = ''): string[] {
  return Object.entries(texts)
    .flatMap(([key, value]) =>
      typeof value === 'object'
        ? shape(value as object, `${path}${key}.`)
        : [`${path}${key}: ${typeof value === 'function' ? 'function' : 'text'}`],
    )
    .toSorted()
}

/** Every sentence, functions called with something in every place. */
function sentences(texts: object): string[] {
  return Object.values(texts).flatMap((value: unknown) => {
    if (typeof value === 'function') return [2, 11].map((n) => String(value(n, n)))
    return typeof value === 'object' ? sentences(value as object) : [value as string]
  })
}

const english = { ...(await loadMessages('en')), ...(await laterMessages('en')) }

describe.each(languages)('$name', ({ id }) => {
  test('has exactly the keys of English, none empty, none left in English', async () => {
    const texts = { ...(await loadMessages(id)), ...(await laterMessages(id)) }
    expect(shape(texts)).toEqual(shape(english))
    for (const sentence of sentences(texts)) expect(sentence.trim()).not.toBe('')
    if (id === 'en') return
    const theirs = new Set(sentences(english).filter((sentence) => sentence.split(' ').length > 2))
    // the name of the house is the same everywhere
    expect(sentences(texts).filter((sentence) => theirs.has(sentence) && sentence !== english.brand)).toEqual(
      [],
    )
  })
})

test('every language whose product texts the shop sells in can be chosen', () => {
  expect(languages.map(({ id }) => id)).toEqual(expect.arrayContaining([...fridge.package.languages]))
})

test('Arabic counts as Arabic does, and runs from right to left', async () => {
  const ar = await loadMessages('ar')
  const counted = [1, 2, 3, 11, 100].map((n) => ar.changesOthers(n))
  expect(new Set(counted).size, 'one, two, few, many and other').toBe(5)
  expect(ar.designsLeft('115 مليار', 115e9)).toContain('115 مليار')
  expect(directionOf('ar')).toBe('rtl')
  expect(directionOf('de')).toBe('ltr')
})

test('the browser decides the language, English where it wants none of ours', () => {
  expect(pickLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de')
  expect(pickLanguage(['zh-Hans-CN'])).toBe('zh')
  expect(pickLanguage(['ar-AE'])).toBe('ar')
  expect(pickLanguage(['fr', 'constructor'])).toBe('en')
  expect(pickLanguage([])).toBe('en')
})
