import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutationScore } from '../src/cli/mutate.ts'
import type { MutationScore } from '../src/cli/mutate.ts'
import { run } from '../src/cli/run.ts'
import { mutantsOf } from '../src/mutants.ts'
import { family, loadFamily, loadPath, modelOf, product } from './ruleFiles.ts'

function call(...args: string[]) {
  const printed = { out: '', err: '' }
  const code = run(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
  })
  return { code, ...printed }
}

const rules = `options:
  a: { values: [x, y, z] }
  n: { min: 1, max: 4, step: 1 }
  b: { type: bool }
tables:
  t: { of: [a, b], rows: [[x, false], [y, "*"], [z, true]] }
constraints:
  - { id: r, if: 'b', then: 'n <= 2' }
`
let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rules-mutants-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))
const score = async (tests: string) => {
  const file = join(folder, 'small.yaml')
  await writeFile(file, family(`${rules}tests:\n${tests}`))
  const { code, out } = call('test', file, '--mutate', '--json')
  const answer = JSON.parse(out) as { passed: number; failed: number; mutation?: MutationScore }
  return { code, file, text: call('test', file, '--mutate').out, ...answer }
}

test('rows, cells, literals, bounds and whole rules slip', () => {
  expect(mutantsOf(modelOf(loadFamily(rules))).map(({ rule, change }) => `${rule.id}: ${change}`)).toEqual([
    't: rule missing',
    't: row a = x, b = false missing',
    't: row a = y, b = * missing',
    't: row a = z, b = true missing',
    'r: rule missing',
    'r: part 1 of 2 missing',
    'r: b = true turned round',
    'r: part 2 of 2 missing',
    'r: n = 1|2 turned round',
    'r: n = 1|2 became n = 1..3',
    'r: n = 1|2 became n = 1',
  ])
})

test('tests that say everything notice everything', async () => {
  const all = await score(`  - { name: on, given: { b: true }, expect: { domain: { a: [y, z], n: [1, 2] } } }
  - { name: off, given: { b: false }, expect: { domain: { a: [x, y], n: [1, 2, 3, 4] } } }
`)
  expect(all).toMatchObject({ code: 0, mutation: { mutants: 11, noticed: 11, score: 1, survivors: [] } })
  expect(all.text).toContain('11 of 11 slips in the rules would be noticed: 100 %.')
})

test('what nobody would notice is listed with its place, and too much of it fails', async () => {
  const few = await score(`  - { name: on, given: { b: true, a: y }, expect: { domain: { n: [1, 2] } } }\n`)
  expect(few.code).toBe(1)
  expect(few.mutation!.survivors).toEqual([
    { file: few.file, line: 11, ruleId: 't', change: 'rule missing' },
    { file: few.file, line: 11, ruleId: 't', change: 'row a = x, b = false missing' },
    { file: few.file, line: 11, ruleId: 't', change: 'row a = z, b = true missing' },
    { file: few.file, line: 13, ruleId: 'r', change: 'part 1 of 2 missing' },
  ])
  expect(few.text).toContain('7 of 11 slips in the rules would be noticed: 63 %. At least 80 % should be.')
  expect(few.text).toContain('small.yaml:13 r: part 1 of 2 missing')
})

test('slips that change nothing or could not be published are not counted', () => {
  const model = modelOf(
    loadFamily(`options:
  a: { values: [x, y] }
  b: { type: bool }
constraints:
  - { id: only-x, check: 'a == "x"' }
  - { id: again, if: 'b', then: 'a == "x"' }
bom: [{ position: p, lines: [{ part: A, when: 'a == "x"' }] }]
`),
  )
  // Whatever happens to "again" changes nothing or leaves nothing else; without "only-x" position p has no line.
  const found = mutationScore(model, 'small.yaml')
  expect(found.refused).toBeGreaterThan(0)
  expect(found.survivors.map(({ ruleId, change }) => `${ruleId}: ${change}`)).toEqual([
    'again: part 2 of 2 missing',
    'again: a = x turned round',
  ])
})

test('tests that fail already are told first', async () => {
  const failing = await score('  - { name: wrong, given: { b: true }, expect: { buildable: false } }\n')
  expect(failing).toMatchObject({ code: 1, failed: 1 })
  expect(failing.mutation).toBeUndefined()
})

test.each([
  ['fridge.yaml', 9],
  ['washer.yaml', 25],
  ['oven.yaml', 25],
])('the own tests of %s notice slips in its rules (every %ith of them)', (name, every) => {
  const file = product(name)
  const found = mutationScore(modelOf(loadPath(file)), file, { every })
  expect(found.mutants).toBeGreaterThan(5)
  expect(
    found.score,
    found.survivors.map(({ ruleId, change }) => `${ruleId}: ${change}`).join('\n'),
  ).toBeGreaterThanOrEqual(0.8)
})
