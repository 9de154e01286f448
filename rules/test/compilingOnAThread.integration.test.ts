import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadProducts, loadProductsInWorker } from '../src/files.ts'
import { family } from './ruleFiles.ts'

const at = '2026-11-21'
const workerFile = new URL('../../dist/server/rulesWorker.mjs', import.meta.url)
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

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
  const loading = loadProductsInWorker(folder, { at, workerFile })
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const loaded = await loading
  clearInterval(turning)
  expect(turns).toBeGreaterThan(0)
  expect(loaded).toEqual(await loadProducts(folder, { at }))
})

test('ends at once when it is no longer wanted', async () => {
  await writeFile(join(folder, 'huge.yaml'), huge())
  const controller = new AbortController()
  const loading = loadProductsInWorker(folder, { at, workerFile, signal: controller.signal })
  controller.abort(new Error('newer rules'))
  await expect(loading).rejects.toThrow('newer rules')
  await expect(loadProductsInWorker(folder, { at, workerFile, signal: controller.signal })).rejects.toThrow(
    'newer rules',
  )
})

test('a budget ends a compile with a report', async () => {
  await writeFile(join(folder, 'huge.yaml'), huge())
  const { products, problems } = await loadProductsInWorker(folder, {
    at,
    workerFile,
    budget: { steps: 200_000 },
  })
  expect(products).toEqual([])
  expect(problems[0]).toMatchObject({ line: expect.any(Number) as number })
  expect(problems.map(({ message }) => message).join()).toMatch(/weight|cost/)
})

test('a thread that cannot run is a problem of the folder', async () => {
  const { problems } = await loadProductsInWorker(folder, {
    at,
    workerFile: new URL('nowhere.mjs', workerFile),
  })
  expect(problems[0]!.message).toMatch(/^the rules could not be compiled: .*nowhere/)
})
