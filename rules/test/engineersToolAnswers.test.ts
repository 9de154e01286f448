import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { family, fixture, product } from './ruleFiles.ts'

/** One call: exit code and what it printed. */
function call(...args: string[]) {
  const printed = { out: '', err: '' }
  const code = run(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
  })
  return { code, ...printed }
}
/** One call with `--json`: exactly one object on one line. */
function json(...args: string[]): { code: number; answer: Record<string, unknown> } {
  const { code, out } = call(...args, '--json')
  expect(out.trimEnd().split('\n')).toHaveLength(1)
  return { code, answer: JSON.parse(out) as Record<string, unknown> }
}

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-cli-'))
  const options =
    'options:\n  a: { values: { x: 0, y: 100, z: 50 }, default: x }\n  b: { type: bool, price: 50 }\n  c: { type: bool, default: true }\n'
  await writeFile(
    file('good.yaml'),
    family(`${options}constraints:
  - { id: y-needs-b, if: 'a == "y"', then: 'b', message: 'With {a} you need b.' }
  - { id: no-z, check: 'a != "z"' }
  - { id: c-on, check: 'c' }
  - { id: again, if: 'a == "y" && c', then: 'b' }
prices: [{ id: base, amount: 1000 }]
tests:
  - { name: right, given: { a: y }, expect: { buildable: true, minPrice: 1150, domain: { b: [true] }, count: 1 } }
  - { name: wrong, given: { a: y }, expect: { buildable: false, minPrice: 1, domain: { b: [false, true] }, count: 7, because: [no-z] } }
`),
  )
  await writeFile(file('void.yaml'), family(`${options}constraints: [{ id: never, check: 'false' }]\n`))
  await writeFile(file('broken.yaml'), family(`${options}constraints: [{ id: r, check: 'a == "w"' }]\n`))
  await writeFile(
    file('hole.yaml'),
    family(`${options}bom: [{ position: p, lines: [{ part: A, when: 'b' }] }]\n`),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('check', () => {
  test('a sound file: counts, dead, forced and redundant, with exactly the promised keys', () => {
    const { code, answer } = json('check', file('good.yaml'))
    expect(code).toBe(0)
    expect(Object.keys(answer)).toEqual([
      'ok',
      'errors',
      'warnings',
      'configurations',
      'nodes',
      'gzipBytes',
      'compileMs',
      'dead',
      'forced',
      'redundant',
    ])
    expect(answer).toMatchObject({
      ok: true,
      errors: [],
      configurations: '3',
      dead: [
        { option: 'a', value: 'z' },
        { option: 'c', value: false },
      ],
      forced: [{ option: 'c', value: true }],
      redundant: ['y-needs-b', 'again'],
    })
  })
  test('broken, void and unproved files fail with places', () => {
    expect(json('check', file('broken.yaml'))).toMatchObject({
      code: 1,
      answer: {
        ok: false,
        configurations: '0',
        errors: [
          {
            file: file('broken.yaml'),
            line: 10,
            column: 37,
            message: '"w" is not a value of a (known: x, y, z)',
            ruleId: 'r',
          },
        ],
      },
    })
    expect(json('check', file('void.yaml'))).toMatchObject({
      code: 1,
      answer: { ok: false, configurations: '0' },
    })
    const hole = json('check', file('hole.yaml'))
    expect(hole).toMatchObject({
      code: 1,
      answer: {
        ok: false,
        errors: [
          { line: 10, message: expect.stringContaining('"p" has no line for a buildable product') as string },
        ],
      },
    })
  })
  test('what will be wrong on a later day is a warning today and an error on that day', () => {
    const example = fixture('example-fridge.yaml')
    const today = json('check', example)
    expect(today).toMatchObject({ code: 0, answer: { ok: true, configurations: '114988847160' } })
    const messages = (today.answer['warnings'] as { message: string }[]).map((warning) => warning.message)
    expect(messages).toContainEqual(
      expect.stringContaining('from 2026-10-01: position "compressor" has no line'),
    )
    expect(json('check', example, '--at', '2026-10-15')).toMatchObject({ code: 1, answer: { ok: false } })
  })
  test('people get a sentence first', () => {
    expect(call('check', file('good.yaml')).out).toMatch(/^small is sound: 3 products can be built\.\n/)
    expect(call('check', file('broken.yaml')).out).toMatch(
      /broken\.yaml has 1 problem\.\n .*broken\.yaml:10:37 "w" is not a value of a/,
    )
  })
})

test('count', () => {
  expect(json('count', fixture('example-kitchen.yaml'))).toEqual({
    code: 0,
    answer: { configurations: '44069387918836032' },
  })
  expect(json('count', file('good.yaml'), '--choose', 'a=x')).toEqual({
    code: 0,
    answer: { configurations: '2' },
  })
  expect(call('count', file('good.yaml')).out).toBe('3 products of small can be built.\n')
})

test('domains keep every choice', () => {
  expect(json('domains', file('good.yaml'), '--choose', 'a=y')).toEqual({
    code: 0,
    answer: { buildable: true, options: { a: ['y'], b: [true], c: [true] }, fromPriceCents: 1150 },
  })
  expect(json('domains', file('good.yaml'), '--choose', 'a=y', '--choose', 'b=false')).toMatchObject({
    code: 1,
    answer: { buildable: false, options: { a: [], b: [], c: [] } },
  })
  const fridge = json(
    'domains',
    fixture('example-fridge.yaml'),
    '--choose',
    'country=AE',
    '--choose',
    'doors=french_door',
  )
  expect(fridge.answer['options']).toMatchObject({
    country: ['AE'],
    supply: ['v220_60'],
    climate: ['T'],
    width_mm: [800, 850, 900],
    hinge: ['both'],
  })
})

test('explain names rules, choices and the cheapest ways out', () => {
  expect(json('explain', file('good.yaml'), '--choose', 'a=y', '--choose', 'b=false')).toEqual({
    code: 1,
    answer: {
      buildable: false,
      conflicts: [{ ruleIds: ['y-needs-b'], choices: { a: 'y', b: false } }],
      repairs: [
        { change: { a: 'x' }, priceDeltaCents: expect.any(Number) as number },
        { change: { b: true }, priceDeltaCents: expect.any(Number) as number },
      ],
    },
  })
  expect(json('explain', file('good.yaml'), '--choose', 'a=y')).toEqual({
    code: 0,
    answer: { buildable: true, conflicts: [], repairs: [] },
  })
  expect(call('explain', file('good.yaml'), '--choose', 'a=y', '--choose', 'b=false').out).toContain(
    'y-needs-b: With y you need b.',
  )
})

test('test runs the file’s own tests and tells what is so instead', () => {
  const { code, answer } = json('test', file('good.yaml'))
  expect(code).toBe(1)
  expect(answer).toMatchObject({ passed: 1, failed: 1 })
  expect((answer['failures'] as { name: string; message: string }[])[0]).toMatchObject({
    name: 'wrong',
    message:
      'it can be built, but must not; the reason is none: it can be built, not no-z; it costs at least 11.50 EUR (1150), not 1; 1 products are left, not 7; b can be [true], not [false, true]',
  })
})

test.each([
  ['our fridge', product('fridge.yaml')],
  ['the example fridge', fixture('example-fridge.yaml')],
  ['the example kitchen', fixture('example-kitchen.yaml')],
])('%s passes its own tests', (_, path) => {
  expect(json('test', path)).toMatchObject({ code: 0, answer: { failed: 0, failures: [] } })
})

test('schema prints the JSON Schema that is beside the products', () => {
  const { code, answer } = json('schema')
  expect(code).toBe(0)
  const committed = JSON.parse(readFileSync(product('schema.json'), 'utf8')) as unknown
  expect(
    answer,
    'rules/products/schema.json is stale: npm run --silent rules -- schema > rules/products/schema.json',
  ).toEqual(committed)
})

test.each<[string, string[], string]>([
  ['no command', ['--json'], 'no command given'],
  ['an unknown command', ['chek', 'x.yaml'], 'there is no command chek (did you mean "check"?)'],
  ['no file', ['count'], 'count takes one rule file, found 0'],
  ['two files', ['count', 'a.yaml', 'b.yaml'], 'count takes one rule file, found 2'],
  ['a file that is not there', ['count', 'nowhere.yaml'], 'nowhere.yaml cannot be read'],
  ['a folder', ['check', 'FOLDER'], 'is a folder: name one file in it'],
  ['a feature model', ['count', 'car.uvl'], 'car.uvl is a feature model: rules import car.uvl > model.yaml'],
  [
    'a choice nobody asks',
    ['check', 'GOOD', '--choose', 'a=x'],
    '--choose belongs to count, domains, explain, graph',
  ],
  [
    'an unknown rule',
    ['blame', 'GOOD', '--on', 'no-y'],
    '--on no-y: small has no such rule (did you mean "no-z"?)',
  ],
  ['an unknown flag', ['count', 'x.yaml', '--chose', 'a=x'], "Unknown option '--chose'"],
  [
    'a choice without a value',
    ['count', 'GOOD', '--choose', 'a'],
    '--choose a: write it as --choose option=value',
  ],
  [
    'an unknown option',
    ['count', 'GOOD', '--choose', 'aa=x'],
    '--choose aa=x: small has no option aa (did you mean "a"?)',
  ],
  [
    'an unknown value',
    ['count', 'GOOD', '--choose', 'a=w'],
    '--choose a=w: "w" is not a value of a (known: x, y, z)',
  ],
  ['an option chosen twice', ['count', 'GOOD', '--choose', 'a=x', '--choose', 'a=y'], 'a is chosen twice'],
  [
    'a day that is none',
    ['count', 'GOOD', '--at', 'today'],
    '--at today is not a day: write it as 2026-10-15',
  ],
])('%s is a wrong call: exit code 2 and one clear sentence', (_, args, message) => {
  const real = args.map((arg) => (arg === 'GOOD' ? file('good.yaml') : arg === 'FOLDER' ? folder : arg))
  const { code, err } = call(...real)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(json(...real.filter((arg) => arg !== '--json'))).toMatchObject({
    code: 2,
    answer: { ok: false, error: expect.stringContaining(message) as string },
  })
})

test('help tells every command', () => {
  expect(call('--help')).toMatchObject({ code: 0, err: '' })
  for (const command of ['check', 'count', 'domains', 'explain', 'test', 'schema'])
    expect(call('--help').out).toContain(`${command} `)
})
