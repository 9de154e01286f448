import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { family } from './ruleFiles.ts'

function call(...args: string[]) {
  const printed = { out: '', err: '' }
  const code = run(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
  })
  return { code, ...printed }
}

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rules-blame-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('every rule is told with what it alone forbids; a part that a rule proves stays out of it', async () => {
  const file = join(folder, 'small.yaml')
  await writeFile(
    file,
    family(`options:
  a: { values: [x, y, z] }
  b: { type: bool }
  c: { type: bool }
constraints:
  - { id: no-z, check: 'a != "z"' }
  - { id: y-needs-b, if: 'a == "y"', then: 'b' }
  - { id: again, if: 'a == "y" && c', then: 'b' }
  - { id: later, check: 'c', effective: { from: 2030-01-01 } }
bom: [{ position: p, lines: [{ part: A, when: 'a == "x"' }, { part: B, when: 'a == "y"' }] }]
`),
  )
  const { code, out } = call('blame', file, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    configurations: '6',
    nodes: expect.any(Number) as number,
    rules: [
      // Without it z comes back, free in b and c.
      expect.objectContaining({
        ruleId: 'no-z',
        line: 11,
        configurationsWithout: '10',
        forbidsAlone: '4',
      }) as unknown,
      // Without it y without b comes back, but only where c is off: the next rule forbids the other.
      expect.objectContaining({
        ruleId: 'y-needs-b',
        line: 12,
        configurationsWithout: '7',
        forbidsAlone: '1',
      }) as unknown,
      expect.objectContaining({
        ruleId: 'again',
        line: 13,
        configurationsWithout: '6',
        forbidsAlone: '0',
      }) as unknown,
    ],
  })
  const later = JSON.parse(call('blame', file, '--json', '--at', '2030-05-01').out) as {
    configurations: string
    rules: { ruleId: string }[]
  }
  expect(later.configurations).toBe('3')
  expect(later.rules.map(({ ruleId }) => ruleId)).toContain('later')
  const text = call('blame', file).out
  expect(text).toMatch(/^small has 6 products in \d+ nodes/)
  expect(text.indexOf('no-z')).toBeLessThan(text.indexOf('y-needs-b'))
})

test('a broken file is told as such', async () => {
  const file = join(folder, 'broken.yaml')
  await writeFile(
    file,
    family(`options: { a: { values: [x] } }\nconstraints: [{ id: r, check: 'a == "w"' }]\n`),
  )
  expect(call('blame', file)).toMatchObject({
    code: 1,
    out: expect.stringContaining('"w" is not a value') as string,
  })
})
