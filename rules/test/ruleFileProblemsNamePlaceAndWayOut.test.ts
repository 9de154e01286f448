import { expect, test } from 'vitest'
import { loadProductModel } from '../src/productModel.ts'
import { family, loadFamily, problemsOf } from './ruleFiles.ts'

const options = `options:
  size: { type: number, min: 600, max: 900, step: 50 }
  supply: { values: [v230_50, v220_60] }
  lid: { type: bool }
`
/** Problems of a body that starts at line 6. */
const problems = (body: string) => problemsOf(loadFamily(body))
/** Problems of one constraint, in line 10. */
const ofRule = (rule: string) => problems(`${options}constraints: [{ id: r, ${rule} }]\n`)

test('a value that does not exist is shown inside the expression, with the one that was meant', () => {
  const text = family(
    `${options}constraints:\n  - { id: r, if: 'lid', then: 'size > 700 && supply == "v220_61"' }\n`,
  )
  const [problem, ...others] = loadProductModel(text, 'small.yaml').problems
  expect(others).toEqual([])
  expect(problem).toEqual({
    file: 'small.yaml',
    line: 11,
    column: text.split('\n')[10]!.indexOf('"v220_61"') + 1,
    message: '"v220_61" is not a value of supply (did you mean "v220_60"?)',
    ruleId: 'r',
  })
})

test.each([
  ['single quotes with an escaped quote', `check: 'supply == "it''s" || lidd'`, 'lidd'],
  ['double quotes with escapes', String.raw`check: "supply == \"v230_50\" || lidd"`, 'lidd'],
  ['a plain scalar', `check: lid && lidd`, 'lidd'],
])('positions are right in %s', (_, rule, wrong) => {
  const line = `constraints: [{ id: r, ${rule} }]`
  expect(ofRule(rule)).toContain(`10:${line.indexOf(wrong) + 1} unknown option lidd (did you mean "lid"?)`)
})

test('positions are right in folded and literal blocks', () => {
  for (const style of ['>-', '|'])
    expect(
      problems(`${options}constraints:\n  - id: r\n    check: ${style}\n      lid\n      && lidd\n`),
    ).toEqual(['14:10 unknown option lidd (did you mean "lid"?)'])
})

test.each([
  [`check: 'size > "700"'`, '">" takes a number, but "700" is a text'],
  [`check: 'supply == 230'`, 'cannot compare supply (a text) with 230 (a number)'],
  [`check: 'size == 720'`, '720 is not a value of size (nearest: 700, 750)'],
  [`check: 'size in [600, 610]'`, '610 is not a value of size (nearest: 600, 650)'],
  [`check: 'supply'`, 'expected yes/no, found a text'],
  [`check: 'lid = true'`, 'not an expression: Unexpected character: = (equality is written "==")'],
  [`check: 'lid and lid'`, 'not an expression: Unexpected character: \'d\' (write "&&", "||", "!")'],
  [
    `check: 'v230_50 == supply'`,
    'unknown option v230_50 (the value of supply is written "v230_50" in quotes)',
  ],
  [`check: 'size / (size - 700) > 1'`, 'division by zero when size = 700'],
  [
    `check: 'size(supply) > 1'`,
    'there is no function "size" here (use + - * / % == != < <= > >= in && || ! ?:)',
  ],
  [`check: 'supply.length > 1'`, 'supply is an option and has no part ".length"'],
  [`check: 'lid ? 1 : "x"'`, 'both sides of ":" must be of one kind: a number and a text here'],
  [`check: ''`, 'the expression is empty'],
  [`check: [lid]`, 'check: expected a text or true or false or a number, found a list'],
  [
    `chek: 'lid'`,
    'r says nothing: it needs one of if, check, iff, sum, linear, atMostDistinct, atLeastDistinct, of, found "chek" (did you mean "check"?)',
  ],
  [`check: 'lid', mesage: x`, 'unknown key "mesage" in rule r (did you mean "message"?)'],
  [
    `check: 'lid', message: { de: Nur deutsch }`,
    'the English text (en) is missing: other languages fall back to it',
  ],
  [`check: 'lid', message: 'Not at {sice}.'`, 'unknown option sice (did you mean "size"?)'],
  [`check: 'lid', effective: { from: 2026-02-30 }`, '2026-02-30 is not a day of the calendar'],
  [`sum: { lid: 1 }`, 'sum of r needs a bound: atMost, atLeast or equals'],
  [`sum: { supply: 1 }, atMost: 1`, 'supply is not an on/off option: write "supply=VALUE"'],
  [`sum: { supply=v230: 1 }, atMost: 1`, '"v230" is not a value of supply (did you mean "v230_50"?)'],
  [
    `of: [${Array.from({ length: 9 }, (_, i) => `'lid || size > ${600 + 10 * i}'`).join(', ')}], atMost: 8`,
    '"of" counts 9 conditions over several options, at most 8 are possible: make on/off options of some (iff)',
  ],
  [
    `atMostDistinct: 1, of: [supply], ignoring: none`,
    '"none" is not a value of supply (known: v230_50, v220_60)',
  ],
])('%s', (rule, message) => {
  expect(ofRule(rule).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([message])
})

test.each([
  ['a: { values: [] }', 'a has no values: every option needs at least one'],
  ['a: { values: [x, y, x] }', '"x" stands twice among the values of a'],
  [
    'a: { values: [1, 2] }',
    'the values of a look like numbers: write type: number, or type: enum for names such as part numbers',
  ],
  ['a: { values: [x, y], default: z }', '"z" is not a value of a (known: x, y)'],
  [
    'a: { type: number, min: 0, max: 10, step: 3 }',
    'the grid does not fit: from 0 in steps of 3 it ends at 9, not at 10',
  ],
  ['a: { type: number, min: 5, max: 3, step: 1 }', 'max 3 is less than min 5: no value is left'],
  ['a: { type: number, min: 0, max: 1, step: 0 }', 'step is 0: it must be more than 0'],
  ['a: { type: number, min: 0, max: 1e40, step: 1 }', 'the grid has more than 4096 values: make step larger'],
  ['a: { type: number, min: 0, max: 1e999, step: 1 }', 'max: expected a number, found the number Infinity'],
  ['a: { type: bool, prize: 3 }', 'unknown key "prize" in option a (did you mean "price"?)'],
  ['a: { type: bool, default: yes }', 'default: expected true or false, found the text "yes"'],
  ['a: { values: { x: 1.5 } }', 'values.x: expected a whole number or a map, found the number 1.5'],
  [
    'a: { values: ["x|y"] }',
    '"x|y" cannot be a value: letters, digits, "_", "-", "+" and single dots, not starting with a sign',
  ],
  ['a: 3', 'option a: expected a map such as { values: [a, b] }'],
  ['a-b: { type: bool }', '"a-b" cannot name an option: letters, digits and "_" only, no digit first'],
])('option %s', (option, message) => {
  expect(problems(`options:\n  ${option}\n`).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([message])
})

test('a default that is no value is reported and what uses the option is still checked', () => {
  expect(
    problems(`options:\n  a: { values: [x, y], default: q }\nconstraints: [{ id: r, check: 'a == "w"' }]\n`),
  ).toEqual(['7:33 "q" is not a value of a (known: x, y)', '8:37 "w" is not a value of a (known: x, y)'])
})

test('an option that is broken is reported once, not wherever it is used', () => {
  expect(
    problems(
      `options:\n  a: { values: [] }\n  b: { type: bool }\nconstraints: [{ id: r, check: 'a == "x" && b' }]\nsteps: [{ id: s, options: [a, b] }]\n`,
    ),
  ).toHaveLength(1)
})

test('doubled keys, ids, operations and steps are all reported', () => {
  const found = problems(`${options}constraints:
  - { id: r, check: 'lid', check: 'lid' }
  - { id: r, check: 'lid' }
prices: [{ id: p, amount: 1 }, { id: p, amount: 2 }]
routing: [{ op: 10, station: a }, { op: 10, station: b }]
bom: [{ position: x, lines: [{ part: A }] }, { position: x, op: 20, lines: [{ part: B }] }]
steps: [{ id: s, options: [lid, lid] }, { id: s, options: [] }]
options: {}
`)
  expect(found).toEqual([
    '11:28 "check" stands twice here: each key may stand once',
    '12:5 two rules are called r: each needs an id of its own',
    '13:32 two price terms are called p: each needs an id of its own',
    '14:41 operation 10 stands twice',
    '15:46 position x stands twice',
    '15:65 there is no operation 20 (known: 10)',
    '16:33 lid is already asked in step s',
    '16:41 two steps are called s',
    '17:1 "options" stands twice here: each key may stand once',
  ])
})

test('syntax that looks like YAML’s own gets a hint', () => {
  const table = (row: string) => problems(`${options}tables: { t: { of: [supply], rows: [${row}] } }\n`)
  expect(table('[*]')[0]).toMatch(/broken YAML: .* \(write "\*" in quotes for "any value"\)$/)
  expect(table('[!v230_50]')[0]).toMatch(
    /broken YAML: .* \(write "!value" in quotes for "any other value"\)$/,
  )
})

test('prices that are no whole amount, negative durations and endless patterns are refused', () => {
  expect(
    problems(
      `${options}prices: [{ id: p, per: 'size / 100', rate: 5 }]\nrouting: [{ op: 10, station: s, duration: 'size - 700' }]\ntexts: { t: { maxLength: 9, pattern: '(a+)+' } }\n`,
    ),
  ).toEqual([
    '10:24 price p is no whole amount: 32.5 cents when size = 650',
    '11:43 the duration is negative for some products',
    '12:38 a repeated group can take for ever on some texts: use a character class such as [A-Z ]*',
  ])
})

test('everything that is missing at the top is said at once', () => {
  expect(problemsOf(loadProductModel('rules: 2\n', 'x.yaml'))).toEqual([
    '1:1 title is missing',
    '1:1 version is missing',
    '1:1 currency is missing',
    '1:1 family is missing',
    '1:1 options is missing: a family needs at least one option',
    '1:8 rules: expected 1, found the number 2',
  ])
})
