import { expect, test } from 'vitest'
import { de } from '../src/texts/de.ts'
import { en } from '../src/texts/en.ts'
import { languages, loadMessages, pickLanguage } from '../src/texts/index.ts'
import { zh } from '../src/texts/zh.ts'
import { fridge } from './fridge.ts'

/** Paths of all texts with what they are: a sentence, or a function of so many words. */
function shape(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'object'
      ? shape(value as object, `${path}${key}.`)
      : [`${path}${key}: ${typeof value === 'function' ? 'function' : 'text'}`],
  )
}

function sentences(texts: object): string[] {
  return Object.values(texts).flatMap((value) =>
    typeof value === 'object' ? sentences(value as object) : typeof value === 'string' ? [value] : [],
  )
}

test('German and Chinese have exactly the keys of English, none empty', () => {
  expect(shape(de)).toEqual(shape(en))
  expect(shape(zh)).toEqual(shape(en))
  for (const texts of [en, de, zh])
    for (const sentence of sentences(texts)) expect(sentence.trim()).not.toBe('')
})

test('every language of the menu can be loaded and has a product text', async () => {
  for (const { id } of languages) {
    expect(await loadMessages(id)).toBe({ en, de, zh }[id])
    expect(fridge.package.languages).toContain(id)
  }
})

test('the browser decides the language, English where it wants none of ours', () => {
  expect(pickLanguage(['fr-FR', 'de-AT', 'en'])).toBe('de')
  expect(pickLanguage(['zh-Hans-CN'])).toBe('zh')
  expect(pickLanguage(['fr', 'constructor'])).toBe('en')
  expect(pickLanguage([])).toBe('en')
})
