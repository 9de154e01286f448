import { expect, test } from 'vitest'
import { measureIn, withMeasures } from '../src/ui/units.ts'
import { createWords } from '../src/ui/words.ts'
import { en } from '../src/texts/en.ts'
import { ar } from '../src/texts/ar.ts'
import { fridge } from './fridge.ts'

test('sizes are metric but where homes are measured in inches', () => {
  expect(measureIn('en', 'DE', 'mm', 800)).toBe('800 mm')
  expect(measureIn('en', 'US', 'mm', 800)).toBe('31.5 in')
  expect(measureIn('de', 'DE', 'mm', 1800)).toBe('1800 mm')
  expect(measureIn('en', 'US', 'kg', 8)).toBe('17.6 lb')
  expect(measureIn('en', 'US', 'rpm', 1400)).toBeUndefined()
})

test('a rule’s own sentence keeps its millimetres and gets the inches beside them', () => {
  const sentence = 'French doors need at least 800 mm and hinges on both sides.'
  expect(withMeasures('en', 'DE', sentence)).toBe(sentence)
  expect(withMeasures('en', 'US', sentence)).toBe(
    'French doors need at least 800 mm (31.5 in) and hinges on both sides.',
  )
})

test('a value is named in the units of the country, a number without a known unit as the product names it', () => {
  const words = (country: string) => createWords('en', en, 'EUR', { country })
  expect(words('US').value(fridge, 'width_mm', 800)).toBe('31.5 in')
  expect(words('FR').value(fridge, 'width_mm', 800)).toBe('800 mm')
  expect(words('US').value(fridge, 'drawers', 3)).toBe('3')
  expect(words('US').value(fridge, 'finish', 'steel')).toBe('Brushed steel')
})

test('big counts are said, small ones are exact', () => {
  const words = createWords('en', en, 'EUR')
  expect(words.roughly(114_988_847_160n)).toBe('115 billion')
  expect(words.roughly(999_999n)).toBe('999,999')
  expect(createWords('ar', ar, 'EUR').roughly(114_988_847_160n)).toBe('115 مليار')
})
