import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { compile, effectiveIntervals } from '../src/compile.ts'
import { loadFile, loadProducts } from '../src/files.ts'
import { knownOrder, writeLock } from '../src/lock.ts'
import { family, loadPath, modelOf, product } from './ruleFiles.ts'

const body = `effective: { from: 2026-01-01 }
options:
  a: { values: { x: 0, y: 100, z: 50 } }
  b: { type: bool, price: 50 }
  c: { values: [p, q, r] }
constraints:
  - { id: one, if: 'a == "y"', then: 'b || c == "p"' }
  - { id: two, if: 'b', then: 'c != "q"', effective: { from: 2026-07-01 } }
prices: [{ id: both, when: 'b && c == "p"', amount: -10 }]
`
let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'))
  file = join(folder, 'small.yaml')
  await writeFile(file, family(body))
})
afterEach(async () => {
  await chmod(folder, 0o700)
  await rm(folder, { recursive: true, force: true })
})

const check = (...more: string[]) => {
  let [out, err] = ['', '']
  const code = run(['check', file, '--json', ...more], {
    out: (text) => (out += text),
    err: (text) => (err += text),
    saveLock: writeLock,
  })
  const { warnings } = JSON.parse(out) as { warnings: { file: string; message: string }[] }
  return { code, err, warnings: warnings.filter((each) => each.file.endsWith('.lock.json')) }
}
const lock = () => readFile(join(folder, 'small.lock.json'), 'utf8')

describe('rules check', () => {
  test('keeps an order for every set of rules; compiling over it gives the same bytes', async () => {
    expect(check()).toMatchObject({ code: 0, err: '', warnings: [] })
    const model = modelOf(loadPath(file))
    expect(JSON.parse(await lock())).toMatchObject({ lock: 1, orders: [{}, {}] })
    for (const { from } of effectiveIntervals(model)) {
      const { order, warning } = knownOrder(model, file, from)
      expect(warning).toBeUndefined()
      const searched = compile(model, { at: from! })
      const again = compile(model, { at: from!, order: order! })
      if (!searched.ok || !again.ok) throw new Error('too big')
      expect(order).toEqual(searched.order)
      expect(again.machine).toEqual(searched.machine)
    }
  })
  test('leaves a lock in peace while texts, prices of values and tests change', async () => {
    check()
    const before = await lock()
    await writeFile(file, family(body).replace('title: Small', 'title: Tiny').replace('y: 100', 'y: 120'))
    expect(check().warnings).toEqual([])
    expect(await lock()).toBe(before)
  })
  test('with --no-lock neither reads nor writes one', async () => {
    check('--no-lock')
    expect(await readdir(folder)).toEqual(['small.yaml'])
    await writeFile(join(folder, 'small.lock.json'), 'x')
    expect(check('--no-lock').warnings).toEqual([])
    expect(await lock()).toBe('x')
  })
  test('of wrong rules writes nothing', async () => {
    await writeFile(file, family(body).replace('b || c == "p"', 'false').replace('a == "y"', 'true'))
    expect(check().code).toBe(1)
    expect(await readdir(folder)).toEqual(['small.yaml'])
  })
  test('says that a lock cannot be written, and succeeds', () => {
    let said = ''
    const refused = run(['check', file], {
      out: () => {},
      err: (text) => (said += text),
      saveLock: () => false,
    })
    expect(refused).toBe(0)
    expect(said).toContain('small.lock.json cannot be written')
  })
})

describe('a lock that does not fit is left aside, told and written again', () => {
  test.each([
    ['cut short', (text: string) => text.slice(0, 30), /no JSON/],
    ['of another version', (text: string) => text.replace('"lock": 1', '"lock": 2'), /lock/],
    [
      'with numbers for names',
      (text: string) => text.replace(/"order": \[[^\]]*\]/, '"order": [1]'),
      /orders\.0/,
    ],
    ['for other rules', (text: string) => text.replaceAll(/"hash": "./g, '"hash": "?'), /have changed/],
    ['naming other options', (text: string) => text.replaceAll('"c"', '"d"'), /does not name the variables/],
  ])('%s', async (_, spoil, reason) => {
    check()
    const good = await lock()
    const spoiled = spoil(good)
    expect(spoiled).not.toBe(good)
    await writeFile(join(folder, 'small.lock.json'), spoiled)
    const loaded = await loadProducts(folder, { at: '2026-03-01' })
    expect(loaded.products).toHaveLength(1)
    expect(loaded.problems.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
    const found = check()
    expect(found.code).toBe(0)
    expect(found.warnings[0]!.message).toMatch(reason)
    expect(await lock()).toBe(good)
  })
})

test('the shipped locks are fresh', () => {
  const shipped = ['products', 'scenes'].flatMap((name) => {
    const path = join(product('fridge.yaml'), '../..', name)
    return readdirSync(path).flatMap((each) => (each.endsWith('.yaml') ? [join(path, each)] : []))
  })
  expect(shipped.length).toBeGreaterThan(1)
  const stale = shipped.filter((each) => {
    const { model } = loadFile(each)!
    return effectiveIntervals(model!).some(
      ({ from, until }) => !knownOrder(model!, each, from ?? until).order,
    )
  })
  // npm run rules -- check FILE writes them again
  expect(stale).toEqual([])
})
