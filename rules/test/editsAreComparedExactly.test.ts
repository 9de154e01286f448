import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { difference } from '../src/difference.ts'
import { holds } from '../src/evaluate.ts'
import type { ProductModel } from '../src/model.ts'
import type { Selection } from '../src/product.ts'
import { fixture, loadFamily, loadPath, modelOf, product } from './ruleFiles.ts'

const load = (body: string) => modelOf(loadFamily(body))
/** Every product as text, found by trying all; options missing in a model show their default in the other. */
function all(
  model: ProductModel,
  ids: readonly string[],
  fallback: Readonly<Record<string, string>>,
): Set<string> {
  const found = new Set<string>()
  const chosen: number[] = []
  const visit = (option: number): void => {
    if (option < model.options.length) {
      for (let value = 0; value < model.options[option]!.values.length; value++) {
        chosen[option] = value
        visit(option + 1)
      }
      return
    }
    if (!model.rules.every((rule) => holds(rule.formula, (index) => chosen[index]!))) return
    const named = Object.fromEntries(
      model.options.map((each, i) => [each.id, String(each.values[chosen[i]!])]),
    )
    found.add(ids.map((id) => named[id] ?? fallback[id]).join(' '))
  }
  visit(0)
  return found
}

const values = fc.subarray(['p', 'q', 'r', 's'], { minLength: 2 })
const rule = fc
  .constantFrom('a', 'b', 'lid')
  .chain((id) =>
    fc.constantFrom(
      id === 'lid' ? 'lid' : `${id} == "p"`,
      '!lid',
      'n <= 2',
      'n != 3 || lid',
      id === 'lid' ? 'n == 1 || lid' : `${id} != "q" || n > 1`,
    ),
  )
/** Small families that differ in values, rules and options. */
const families = fc
  .record({
    a: values,
    b: fc.option(values),
    n: fc.integer({ min: 1, max: 3 }),
    rules: fc.array(rule, { maxLength: 3 }),
    lazy: fc.boolean(),
  })
  .map(({ a, b, n, rules, lazy }) => {
    const fitting = rules.filter(
      (text) =>
        (b !== null || !text.startsWith('b')) &&
        (!/[ab] [!=]= "q"/.test(text) || (text.startsWith('a') ? a : (b ?? [])).includes('q')) &&
        (!/[ab] [!=]= "p"/.test(text) || (text.startsWith('a') ? a : (b ?? [])).includes('p')) &&
        (n >= 3 || !text.includes('n != 3')),
    )
    return `options:
  a: { values: [${a.join(', ')}] }
${b ? `  b: { values: [${b.join(', ')}] }\n` : ''}  n: { type: number, min: 1, max: ${n}, step: 1 }
  lid: { type: bool }
constraints: [${fitting.map((text, i) => `{ id: r${i}, check: ${JSON.stringify(text)}, lazy: ${lazy && i === 0} }`).join(', ')}]
`
  })

test('lost and gained are what looking at every product finds, and the examples are among them', () => {
  fc.assert(
    fc.property(families, families, (oldText, newText) => {
      const [old, next] = [load(oldText), load(newText)]
      const ids = [...new Set([...old.options, ...next.options].map((option) => option.id))]
      const missing = (model: ProductModel, other: ProductModel) =>
        Object.fromEntries(
          other.options
            .filter((option) => !model.options.some((own) => own.id === option.id))
            .map((option) => [option.id, String(option.values[option.default ?? 0])]),
        )
      const before = all(old, ids, missing(old, next))
      const after = all(next, ids, missing(next, old))
      const found = difference(old, next)
      expect(found.lost).toBe(BigInt([...before].filter((each) => !after.has(each)).length))
      expect(found.gained).toBe(BigInt([...after].filter((each) => !before.has(each)).length))
      const text = (selection: Selection, fallback: Readonly<Record<string, string>>) =>
        ids.map((id) => String(selection[id] ?? fallback[id])).join(' ')
      if (found.lostExample)
        expect(after.has(text(found.lostExample.product, missing(old, next)))).toBe(false)
      if (found.lostExample)
        expect(before.has(text(found.lostExample.product, missing(old, next)))).toBe(true)
      expect(found.lostExample !== undefined).toBe(found.lost > 0n)
      expect(found.gainedExample !== undefined).toBe(found.gained > 0n)
    }),
    { numRuns: 60 },
  )
})

describe('our fridge against the example', () => {
  const old = modelOf(loadPath(fixture('example-fridge.yaml')))
  const next = modelOf(loadPath(product('fridge.yaml')))
  const found = difference(old, next)
  test('|new| = |old| - lost + gained, to the last product', () => {
    const count = (model: ProductModel) => {
      const compiled = compile(model)
      return compiled.ok ? compiled.configurations : -1n
    }
    expect(found.lost - found.gained).toBe(count(old) - count(next))
    expect(found.gained).toBe(0n)
    expect(found.lostExample?.because).toBe('steel-plain')
    expect(found.lostExample?.product['finish']).toBe('steel')
  })
  test('only the open ends of the second colour moved in price', () => {
    expect(found.pricesChanged).toEqual([
      { term: 'second-colour', oldCents: [0, 7500, 15000, 22500], newCents: [0, 7500] },
    ])
  })
})

test('prices of values and terms that moved are listed', () => {
  const body = (glass: number, base: number) =>
    `options:\n  a: { values: { steel: 0, glass: ${glass} } }\nprices: [{ id: base, amount: ${base} }]\n`
  expect(difference(load(body(5, 100)), load(body(7, 90)))).toEqual({
    lost: 0n,
    gained: 0n,
    pricesChanged: [
      { option: 'a', value: 'glass', oldCents: 5, newCents: 7 },
      { term: 'base', oldCents: [100], newCents: [90] },
    ],
  })
})
