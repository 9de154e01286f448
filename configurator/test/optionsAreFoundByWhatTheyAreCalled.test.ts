import { expect, test } from 'vitest'
import { indexOf } from '../src/ui/choosing/searching.ts'
import { fridge } from './fridge.ts'

const search = (language: string) => {
  const find = indexOf(fridge, language, (option, value) => fridge.valueLabel(option, value, language))
  return (query: string) =>
    find(query).map(({ option, value }) =>
      value === undefined ? option.id : `${option.id}=${String(value)}`,
    )
}

test('every option and every value is found by its own name, in every language', () => {
  for (const language of fridge.package.languages) {
    const find = search(language)
    for (const option of fridge.package.options.filter(({ role }) => role === 'choice')) {
      expect(find(fridge.label(option.id, language))).toContain(option.id)
      if (option.type === 'bool') continue
      for (const value of option.values)
        expect(find(fridge.valueLabel(option.id, value, language))).toContain(`${option.id}=${String(value)}`)
    }
  }
})

test('the best match comes first', () => {
  expect(search('en')('steel')[0]).toBe('finish=steel')
  expect(search('en')('ice maker')[0]).toBe('ice_maker')
  expect(search('en')('width 800')[0]).toBe('width_mm=800')
  expect(search('de')('glas')[0]).toBe('finish=glass')
})

test('accents, case, other languages and ids find as well', () => {
  expect(search('de')('turen')).toContain('doors')
  expect(search('de')('FARBGLAS')).toContain('finish=glass')
  expect(search('zh')('steel')).toContain('finish=steel')
  expect(search('en')('RAL7016')).toContain('colour_lower=RAL7016')
})

test('nothing is found by nothing, by noise, or by half of what was asked', () => {
  for (const query of ['', '   ', '---', 'xylophone', 'steel xylophone'])
    expect(search('en')(query)).toEqual([])
})
