import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { family } from './ruleFiles.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rules-never-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

test('check tells a rule that never applies from one that others already say', async () => {
  const file = join(folder, 'small.yaml')
  await writeFile(
    file,
    family(`effective: { from: 2026-01-01, until: 2026-12-31 }
options:
  a: { values: [x, y, z] }
  b: { type: bool }
constraints:
  - { id: no-z, check: 'a != "z"' }
  - { id: only-z, if: 'a == "z"', then: 'b' }
  - { id: y-needs-b, if: 'a == "y"', then: 'b' }
  - { id: again, if: 'a == "y" && !b', then: 'a == "x"' }
  - { id: forbids, if: 'a == "x" && b', then: 'a == "z"' }
  - { id: past, check: 'b', effective: { until: 2025-12-31 } }
  - { id: future, check: 'b', effective: { from: 2027-01-01 } }
`),
  )
  let out = ''
  run(['check', file, '--json'], { out: (text) => void (out += text), err: () => undefined })
  const { warnings } = JSON.parse(out) as { warnings: { ruleId?: string; message: string; line: number }[] }
  const about = (ruleId: string) =>
    warnings
      .filter((each) => each.ruleId === ruleId && !each.message.includes('text'))
      .map(({ message }) => message)
  expect(about('only-z')).toEqual(['rule only-z never applies: no buildable product meets its condition'])
  expect(about('y-needs-b')).toEqual(['rule y-needs-b changes nothing: the other rules already say it'])
  // A rule that forbids its own condition does have a say.
  expect(about('forbids')).toEqual([])
  expect(about('no-z')).toEqual([])
  expect(about('past')).toEqual(['rule past never applies: it is in effect on no order date of small'])
  expect(about('future')).toEqual(['rule future never applies: it is in effect on no order date of small'])
})
