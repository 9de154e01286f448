import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { loadProductModel } from '../src/productModel.ts'
import type { Loaded } from '../src/productModel.ts'
import { fixture, loadFamily } from './ruleFiles.ts'

/** `FUZZ_RUNS=5000 npx vitest run rules/test/hostile…` searches longer. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 80)
const small = readFileSync(fixture('every-section.yaml'), 'utf8')
const seeds = [small, small, small, readFileSync(fixture('example-kitchen.yaml'), 'utf8')]
const files = new Map([['example-fridge.yaml', small]])

/** Either a model or at least one problem, and every problem stands somewhere in a file that was read. */
function expectAnswer(loaded: Loaded): void {
  expect(loaded.model === undefined).toBe(loaded.problems.length > 0)
  for (const { file, line, column, message } of [...loaded.problems, ...loaded.warnings]) {
    const lines = loaded.sources.find((source) => source.file === file)!.text.split('\n')
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
    expect(message).not.toMatch(/undefined|\[object|NaN|at .*\.ts/)
  }
}
const load = (text: string) => loadProductModel(text, 'x.yaml', (file) => files.get(file))

const scrap = fc.constantFrom(
  '&a',
  '*a',
  '*',
  '!x',
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '\n',
  '  ',
  '"',
  "'",
  '|',
  '>',
  '#',
  '%',
  '~',
  'null',
  'true',
  '1e999',
  '5e-324',
  '-0',
  '.inf',
  '0x10',
  '99999999999999999999',
  '2026-99-99',
  '<<: *a',
  '__proto__: 1',
  'constructor',
  '\u0000',
  '\uFEFF',
  '\u{1F600}',
  '..',
  '&&',
  '==',
  'none',
  '!!binary x',
)

describe('loading gives a model or problems with places', () => {
  test('for a rule file with scraps of YAML put in anywhere', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(12), scrap), { minLength: 1, maxLength: 3 }),
        (seed, edits) => {
          let text = seed
          for (const [at, remove, put] of edits) {
            const from = at % text.length
            text = text.slice(0, from) + put + text.slice(from + remove)
          }
          expectAnswer(load(text))
        },
      ),
      { numRuns: runs },
    )
  })

  test('for a rule file in which any word became another', () => {
    const words = [...new Set(seeds.join(' ').match(/[\w.|!=]+/g))]
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), fc.constantFrom(...words), (seed, at, word) => {
        const hits = [...seed.matchAll(/[\w.|!=]+/g)]
        const hit = hits[at % hits.length]!
        expectAnswer(load(seed.slice(0, hit.index) + word + seed.slice(hit.index + hit[0].length)))
      }),
      { numRuns: runs },
    )
  })

  test('for any data under the keys of a rule file', () => {
    const anything = fc.anything({
      maxDepth: 3,
      key: fc.constantFrom(
        'a',
        'id',
        'of',
        'values',
        'type',
        'en',
        'when',
        'lines',
        'params',
        'min',
        'max',
        'step',
      ),
    })
    const key = fc.constantFrom(
      'options',
      'context',
      'tables',
      'constraints',
      'prices',
      'bom',
      'routing',
      'steps',
      'texts',
      'tests',
      'vat',
      'slots',
      'effective',
      'title',
    )
    fc.assert(
      fc.property(fc.dictionary(key, anything), (body) => {
        let text: string
        try {
          text = stringify({ rules: 1, family: 'x', title: 'X', version: '1', currency: 'EUR', ...body })
        } catch {
          return
        }
        expectAnswer(load(text))
      }),
      { numRuns: runs },
    )
  })

  test('for any expression', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      'size',
      '"x"',
      '"red"',
      '1',
      '0',
      '0.5',
      '1e400',
      '5e-324',
      '1e300',
      '(',
      ')',
      '&&',
      '||',
      '!',
      '-',
      '+',
      '*',
      '/',
      '%',
      '==',
      '<',
      'in',
      '[',
      ']',
      ',',
      '?',
      ':',
      '.',
      'true',
      'null',
      'has',
      'b"x"',
      "r'x'",
      '\\',
      '{',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const check = JSON.stringify(parts.join(' '))
        expectAnswer(
          loadFamily(
            `options: { a: { type: bool }, b: { values: [red, green] }, size: { type: number, min: 0, max: 4, step: 1 } }\nconstraints: [{ id: r, check: ${check} }]\n`,
          ),
        )
      }),
      { numRuns: 5 * runs },
    )
  })
})

describe('attacks end quickly with a sentence', () => {
  const all = (text: string) => {
    const started = performance.now()
    const loaded = load(text)
    expect(performance.now() - started).toBeLessThan(5_000)
    return loaded.problems.map((problem) => problem.message)
  }
  const first = (text: string) => all(text)[0]
  const rule = (check: string) =>
    first(
      `rules: 1\nfamily: x\ntitle: X\nversion: 1\ncurrency: EUR\noptions: { a: { type: bool } }\nconstraints: [{ id: r, check: '${check}' }]`,
    )
  test('a billion laughs', () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `x${i}: &x${i} [${i ? `*x${i - 1}, *x${i - 1}, *x${i - 1}` : 'ha, ha'}]`,
    )
    expect(first(`rules: 1\n${lines.join('\n')}`)).toBe('aliases blow this up to more than 1000000 nodes')
  })
  test('an anchor that contains itself', () =>
    expect(all('rules: 1\noptions: &a { b: *a }')).toContain('"*a" contains itself'))
  test('deep nesting', () => {
    expect(first('['.repeat(50_000))).toBe('broken YAML: it is nested too deeply')
    expect(all(`a: ${'{b: '.repeat(100)}1${'}'.repeat(100)}`)).toContain('nested more than 64 levels deep')
  })
  test('deep expressions', () => {
    expect(rule('!'.repeat(19_000) + 'a')).toBe('the expression is nested too deeply')
    expect(rule('('.repeat(9_000) + 'a' + ')'.repeat(9_000))).toMatch(/^not an expression: Exceeded maxDepth/)
    expect(rule('a && '.repeat(3_900) + 'a')).toBe('the expression is nested too deeply')
    expect(rule('a && '.repeat(300) + 'a')).toBeUndefined()
    expect(rule('a'.repeat(30_000))).toBe('the expression has 30000 characters; at most 20000 are read')
  })
  test('a comparison over too many combinations', () => {
    const options = Array.from({ length: 30 }, (_, i) => `n${i}: { type: number, min: 1, max: 9, step: 1 }`)
    const product = options.map((_, i) => `n${i}`).join(' * ')
    expect(
      loadFamily(`options: { ${options.join(', ')} }\nconstraints: [{ id: r, check: '${product} > 5' }]\n`)
        .problems[0]!.message,
    ).toMatch(
      /^one comparison here depends on far too many combinations: split it with && and \|\|, or write it as a sum$/,
    )
  })
})
