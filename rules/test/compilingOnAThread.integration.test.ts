import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createRulesThread, loadProducts } from '../src/files.ts'
import { family } from './ruleFiles.ts'

const at = '2026-11-21'
const workerFile = new URL('../../dist/server/rulesWorker.mjs', import.meta.url)
const thread = createRulesThread(workerFile)
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
afterAll(() => thread.close())

/** Two sums over many options: far beyond any diagram. */
const huge = () => {
  const ids = Array.from({ length: 60 }, (_, i) => `o${i}`)
  const sum = (step: number) => ids.map((id, i) => `${id}: ${((i * step) % 997) + 1000}`).join(', ')
  return family(`options:
${ids.map((id) => `  ${id}: { type: bool }`).join('\n')}
constraints:
  - { id: weight, sum: { ${sum(613)} }, atMost: 44444 }
  - { id: cost, sum: { ${sum(271)} }, atLeast: 31111 }
`)
}

test('gives what loadProducts gives, and this thread goes on meanwhile', async () => {
  await writeFile(join(folder, 'small.yaml'), family('options: { a: { type: bool }, b: { type: bool } }\n'))
  await writeFile(join(folder, 'wrong.yaml'), 'rules: [1')
  const loading = thread.load(folder, { at })
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const loaded = await loading
  clearInterval(turning)
  expect(turns).toBeGreaterThan(0)
  expect(loaded).toEqual(await loadProducts(folder, { at }))
  // the same thread sees what has changed since, also when it is asked twice at once
  await writeFile(
    join(folder, 'wrong.yaml'),
    family('options: { c: { type: bool } }\n').replace('family: small', 'family: other'),
  )
  const [again, twice] = await Promise.all([thread.load(folder, { at }), thread.load(folder, { at })])
  expect(again.products.map(({ model }) => model.id)).toEqual(['small', 'other'])
  expect(twice).toEqual(again)
})

test('ends at once when it is no longer wanted', async () => {
  await writeFile(join(folder, 'huge.yaml'), huge())
  const controller = new AbortController()
  const loading = thread.load(folder, { at }, controller.signal)
  controller.abort(new Error('newer rules'))
  await expect(loading).rejects.toThrow('newer rules')
  // the next one begins a new thread
  await writeFile(join(folder, 'huge.yaml'), family('options: { a: { type: bool } }\n'))
  expect((await thread.load(folder, { at })).products).toHaveLength(1)
  await expect(thread.load(folder, { at }, controller.signal)).rejects.toThrow('newer rules')
})

test('a budget ends a compile with a report', async () => {
  await writeFile(join(folder, 'huge.yaml'), huge())
  const { products, problems } = await thread.load(folder, { at, budget: { steps: 200_000 } })
  expect(products).toEqual([])
  expect(problems[0]).toMatchObject({ line: expect.any(Number) as number })
  expect(problems.map(({ message }) => message).join()).toMatch(/weight|cost/)
})

test('a thread that cannot run is a problem of the folder', async () => {
  const { problems } = await createRulesThread(new URL('nowhere.mjs', workerFile)).load(folder, { at })
  expect(problems[0]!.message).toMatch(/^the rules could not be compiled: .*nowhere/)
})
