import { mkdtemp, readdir, readFile, rm, writeFile, mkdir, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadProducts } from '../src/files.ts'
import { openProduct } from '../src/openProduct.ts'
import { family, product } from './ruleFiles.ts'

const at = '2026-11-21'
const text = family(`effective: { from: 2026-01-01, until: 2027-12-31 }
context: { country: { values: [DE, FR] } }
options:
  a: { values: { x: 0, y: 100 }, default: x }
  b: { type: bool, price: 50 }
constraints:
  - { id: r, if: 'a == "y"', then: 'b', message: Y needs b. }
  - { id: old, check: 'b', effective: { until: 2026-06-30 } }
bom: [{ position: p, lines: [{ part: P-1, when: b }, { part: P-2, when: '!b' }] }]
routing: [{ op: 10, station: s, params: { A: a } }]
texts: { note: { maxLength: 5, when: 'a == "y" || b' } }
tests: [{ name: t, given: { a: y }, expect: { domain: { b: [true] } } }]
`)
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const write = (name: string, content: string) => writeFile(join(folder, name), content)
const hash = async (content: string, day = at) => {
  await write('small.yaml', content)
  const { products, problems } = await loadProducts(folder, { at: day })
  expect(problems).toEqual([])
  return products[0]!.package.rulesHash
}

test('the shop’s own folder loads and answers', async () => {
  const { products, problems } = await loadProducts(join(product('fridge.yaml'), '..'), { at })
  expect(problems).toEqual([])
  const fridge = products.find((each) => each.model.id === 'fridge-atelier-590')!
  expect(fridge.package).toMatchObject({
    currency: 'EUR',
    fromPriceCents: 119_900,
    languages: ['en', 'de', 'zh', 'ar'],
    effective: { from: '2026-10-01' },
  })
  expect(openProduct(fridge.package).isBuildable({ context: { country: 'DE' }, selection: {} })).toBe(true)
  expect(JSON.parse(JSON.stringify(fridge.package))).toEqual(fridge.package)
})

test('a package holds the interval of the order date and rows for texts', async () => {
  await write('small.yaml', text)
  const [early, late] = await Promise.all(
    ['2026-03-01', at].map(async (day) => (await loadProducts(folder, { at: day })).products[0]!.package),
  )
  expect(early!.effective).toEqual({ from: '2026-01-01', until: '2026-06-30' })
  expect(early!.rules.map((rule) => rule.id)).toEqual(['r', 'old'])
  expect(late!.effective).toEqual({ from: '2026-07-01', until: '2027-12-31' })
  expect(late!.rules.map((rule) => rule.id)).toEqual(['r'])
  expect(late!.texts[0]!.when).toEqual([{ a: ['x'], b: [true] }, { a: ['y'] }])
})

describe('rulesHash', () => {
  test('stays when comments, line breaks and tests change', async () => {
    const before = await hash(text)
    expect(await hash(`# a comment\n${text.replaceAll(', ', ',   ')}`)).toBe(before)
    expect(await hash(text.replace('name: t', 'name: other'))).toBe(before)
  })
  test.each([
    ['a rule', "- { id: r, if: 'a == \"y\"', then: 'b'", "- { id: r, if: 'a == \"x\"', then: 'b'"],
    ['a message', 'Y needs b.', 'Y needs B.'],
    ['a price', 'y: 100', 'y: 101'],
    ['a part', 'P-2', 'P-3'],
    ['a parameter', 'params: { A: a }', 'params: { A: a, B: b }'],
    ['a default', 'default: x', 'default: y'],
    ['the length of a text', 'maxLength: 5', 'maxLength: 6'],
    ['the version', 'version: 1.0.0', 'version: 1.0.1'],
  ])('changes with %s', async (_, from, to) => {
    expect(text).toContain(from)
    expect(await hash(text.replace(from, to))).not.toBe(await hash(text))
  })
  test('differs between intervals', async () =>
    expect(await hash(text)).not.toBe(await hash(text, '2026-03-01')))
})

describe('the cache', () => {
  const load = (cacheDir = join(folder, 'cache/deep')) => loadProducts(folder, { at, cacheDir })
  test('gives the same package without compiling, and is used on every day of the interval', async () => {
    await write('small.yaml', text)
    const first = await load()
    const [name] = await readdir(join(folder, 'cache/deep'))
    const path = join(folder, 'cache/deep', name!)
    await utimes(path, 0, 0)
    expect((await load()).products[0]!.package).toEqual(first.products[0]!.package)
    expect(
      (await loadProducts(folder, { at: '2027-01-01', cacheDir: join(folder, 'cache/deep') })).problems,
    ).toEqual([])
    expect(await readdir(join(folder, 'cache/deep'))).toEqual([name])
    expect((await stat(path)).mtimeMs).toBe(0)
  })
  test.each([
    ['cut short', (body: string) => body.slice(0, 200)],
    ['no JSON', () => 'x'],
    ['another price', (body: string) => body.replace('"fromPriceCents":0', '"fromPriceCents":1')],
    ['another machine', (body: string) => body.replace(/"machine":"..../, '"machine":"AAAA')],
  ])('is not trusted when it is %s', async (_, spoil) => {
    await write('small.yaml', text)
    const good = (await load()).products[0]!.package
    const [name] = await readdir(join(folder, 'cache/deep'))
    const path = join(folder, 'cache/deep', name!)
    const body = await readFile(path, 'utf8')
    const spoiled = spoil(body)
    expect(spoiled).not.toBe(body)
    await writeFile(path, spoiled)
    expect((await load()).products[0]!.package).toEqual(good)
    expect(await readFile(path, 'utf8')).toBe(body)
  })
  test('that cannot be written does not stop anything', async () => {
    await write('small.yaml', text)
    await write('file', '')
    expect((await load(join(folder, 'file/cache'))).products).toHaveLength(1)
  })
})

describe('what is wrong is said, the rest is served', () => {
  const messages = async (day = at) =>
    (await loadProducts(folder, { at: day })).problems.map((problem) => problem.message)
  test('broken, void, doubled and expired files', async () => {
    await write('a-good.yaml', text)
    await write('b-broken.yaml', 'rules: [1')
    await write(
      'c-void.yaml',
      text
        .replace('family: small', 'family: void')
        .replace("then: 'b'", "then: 'false'")
        .replace('if: \'a == "y"\'', "if: 'true'"),
    )
    await write('d-double.yaml', text)
    await write(
      'e-expired.yaml',
      text.replace('family: small', 'family: late').replace('2027-12-31', '2026-10-31'),
    )
    await mkdir(join(folder, 'f-folder.yaml'))
    const { products, problems } = await loadProducts(folder, { at })
    expect(products.map((each) => each.model.id)).toEqual(['small'])
    const of = (name: string) =>
      problems.filter((problem) => problem.file.endsWith(name)).map((problem) => problem.message)
    expect(of('b-broken.yaml')[0]).toMatch(/^broken YAML/)
    expect(of('c-void.yaml').length).toBeGreaterThan(0)
    expect(of('d-double.yaml')).toEqual(['small is already the id of a-good.yaml'])
    expect(of('e-expired.yaml')).toEqual([
      'late cannot be ordered on 2026-11-21: it is in effect from 2026-01-01 until 2026-10-31',
    ])
    expect(of('f-folder.yaml')).toEqual(['the file cannot be read'])
  })
  test('an empty and a missing folder', async () => {
    expect(await messages()).toEqual(['there is no rule file (*.yaml) in this folder'])
    expect((await loadProducts(join(folder, 'nowhere'), { at })).problems[0]!.message).toBe(
      'the folder of rule files cannot be read (ENOENT)',
    )
  })
  test('a scene is a product too, with the families it names beside it', async () => {
    await write('small.yaml', text)
    await write(
      'room.yaml',
      'rules: 1\nscene: room\ntitle: Room\nversion: 1\ncurrency: EUR\nslots: { one: { use: small.yaml }, two: { use: small.yaml } }\n',
    )
    const { products, problems } = await loadProducts(folder, { at })
    expect(problems).toEqual([])
    expect(products.map((each) => each.model.id)).toEqual(['room', 'small'])
    expect(products[0]!.package.options.map((option) => option.id)).toEqual([
      'country',
      'one.a',
      'one.b',
      'two.a',
      'two.b',
    ])
  })
})

test('the fridge of the shop is what its file says, also on Windows line ends', async () => {
  const fridge = readFileSync(product('fridge.yaml'), 'utf8')
  expect(await hash(fridge.replaceAll('\n', '\r\n'))).toBe(await hash(fridge))
})
