import { describe, expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { holds } from '../src/evaluate.ts'
import type { ProductModel } from '../src/model.ts'
import { loadProductModel } from '../src/productModel.ts'
import { fixture, loadFamily, loadPath, modelOf, product } from './ruleFiles.ts'

/** Every buildable product of a small model, found by trying all. */
function buildable(model: ProductModel): string[] {
  const found: string[] = []
  const chosen: number[] = []
  const visit = (option: number): void => {
    if (option === model.options.length) {
      if (model.rules.every((rule) => holds(rule.formula, (index) => chosen[index]!)))
        found.push(chosen.map((value, index) => String(model.options[index]!.values[value])).join(' '))
      return
    }
    for (let value = 0; value < model.options[option]!.values.length; value++) {
      chosen[option] = value
      visit(option + 1)
    }
  }
  visit(0)
  return found
}

const options = `options:
  size: { type: number, min: 1, max: 4, step: 1 }
  colour: { values: [red, green, blue] }
  lid: { type: bool }
`

describe('published counts', () => {
  test.each([
    ['example-fridge.yaml', 114_988_847_160n],
    ['example-kitchen.yaml', 44_069_387_918_836_032n],
  ])('%s describes exactly %d products', (name, count) => {
    const loaded = loadPath(fixture(name))
    expect(loaded.problems).toEqual([])
    const compiled = compile(modelOf(loaded))
    expect(compiled.ok && compiled.configurations).toBe(count)
  })
})

test('the shop’s fridge has no problem and no missing text', () => {
  const loaded = loadPath(product('fridge.yaml'))
  expect([...loaded.problems, ...loaded.warnings]).toEqual([])
  expect(loaded.model?.options).toHaveLength(28)
  for (const option of loaded.model?.options ?? [])
    for (const texts of [option.label, ...option.valueLabels])
      if (option.type === 'enum') expect(Object.keys(texts)).toEqual(['en', 'de', 'zh', 'ar'])
})

describe('every kind of rule means what the language says', () => {
  const count = (rules: string, given = options) => buildable(modelOf(loadFamily(given + rules))).length
  test.each<[string, number, string]>([
    ['nothing forbidden', 24, ''],
    ['if/then', 24 - 2 * 3, `constraints: [{ id: r, if: 'colour == "red"', then: 'size <= 1' }]`],
    ['check', 12, `constraints: [{ id: r, check: 'lid' }]`],
    ['check, exact division', 6, `constraints: [{ id: r, check: 'size / 3 == 1' }]`],
    ['remainder', 12, `constraints: [{ id: r, check: 'size % 2 == 0' }]`],
    ['iff of two', 12, `constraints: [{ id: r, iff: ['lid', 'size > 2'] }]`],
    ['iff of three', 2 + 4, `constraints: [{ id: r, iff: ['lid', 'size > 2', 'colour == "red"'] }]`],
    [
      'conditional',
      4 + 6,
      `constraints: [{ id: r, check: 'lid ? size == 1 || colour == "red" && size == 2 : size > 2' }]`,
    ],
    ['in', 16, `constraints: [{ id: r, check: 'colour in ["red", "blue"]' }]`],
    [
      'sum with a lower and an upper bound',
      8,
      `constraints: [{ id: r, sum: { lid: 2, colour=red: 1, colour=blue: 5 }, atLeast: 1, atMost: 2.5 }]`,
    ],
    [
      'weights with fractions',
      4,
      `constraints: [{ id: r, sum: { lid: 0.1, colour=red: 0.2 }, equals: 0.3 }]`,
    ],
    ['linear', 6, `constraints: [{ id: r, linear: { size: 2 }, equals: 6 }]`],
    ['exactly one of', 12, `constraints: [{ id: r, of: [lid, colour=red], exactly: 1 }]`],
    ['at least two of', 4, `constraints: [{ id: r, of: [lid, colour=red], atLeast: 2 }]`],
    ['at most none of', 8, `constraints: [{ id: r, of: [lid, colour=red], atMost: 0 }]`],
    [
      'table',
      2 + 4 + 6,
      `tables: { t: { of: [size, colour], rows: [[1, red], [2..3, "!red|green"], [4, "*"]] } }`,
    ],
    ['table without rows', 0, `tables: { t: { of: [size], rows: [] } }`],
  ])('%s', (_, expected, rules) => {
    expect(count(rules)).toBe(expected)
  })

  test('at most so many different, ignoring one value', () => {
    const colours = `options:
  a: { values: [none, red, green] }
  b: { values: [none, red, green] }
  c: { values: [red, green, blue] }
`
    // By hand: of 27, those with at most one colour that is not none.
    expect(count('constraints: [{ id: r, atMostDistinct: 1, of: [a, b, c], ignoring: none }]', colours)).toBe(
      4 + 4 + 1,
    )
    expect(count('constraints: [{ id: r, atLeastDistinct: 3, of: [a, b, c] }]', colours)).toBe(
      2 * (2 + 2) + 2,
    )
  })

  test('a sum over many options is counted, never enumerated', () => {
    const many = Array.from(
      { length: 40 },
      (_, i) => `  n${i}: { type: number, min: 0, max: 9, step: 1 }`,
    ).join('\n')
    const terms = Array.from({ length: 40 }, (_, i) => `n${i}`).join(' + ')
    const model = modelOf(loadFamily(`options:\n${many}\nconstraints: [{ id: r, check: '${terms} < 2' }]`))
    expect(model.rules[0]!.formula).toMatchObject({ op: 'sum', atMost: 1 })
    const compiled = compile(model)
    expect(compiled.ok && compiled.configurations).toBe(41n)
  })
})

describe('tables from CSV beside the file', () => {
  const csv = (text: string) =>
    loadFamily(`${options}tables: { t: { csv: data/t.csv } }`, { 'data/t.csv': text })
  test('say the same as inline rows, with quotes, byte order mark and either separator', () => {
    const inline = buildable(
      modelOf(
        loadFamily(
          `${options}tables: { t: { of: [colour, size], rows: [[red, 1..2], ["green|blue", "!1"]] } }`,
        ),
      ),
    )
    expect(buildable(modelOf(csv('colour,size\nred,1..2\ngreen|blue,!1\n')))).toEqual(inline)
    for (const spreadsheet of [
      '# colours, sizes\ncolour;size;;\n"red" ; 1..2 ;;\n;;;\ngreen|blue;!1;;\n',
      'colour\tsize\nred\t1..2\n\t\n"green|blue"\t!1\t\n',
    ])
      expect(buildable(modelOf(csv(spreadsheet)))).toEqual(inline)
    expect(
      buildable(modelOf(csv('\uFEFFcolour;size\r\n# comment\r\n"red";1..2\r\n\r\n"green|blue";"!1"'))),
    ).toEqual(inline)
  })
  test('report problems where they stand in the CSV file', () => {
    const loaded = csv('colour,sise\nred,1\n')
    expect(loaded.problems).toMatchObject([
      {
        file: 'data/t.csv',
        line: 1,
        column: 8,
        message: 'unknown option sise (did you mean "size"?)',
        ruleId: 't',
      },
    ])
    expect(csv('\uFFFD\uFFFDc\0o\0').problems).toMatchObject([
      { line: 1, column: 1, message: 'this is no UTF-8 text: save the table as CSV in UTF-8' },
    ])
    expect(csv('colour,size\nred,1\nredd,2\nblue\n').problems).toMatchObject([
      {
        file: 'data/t.csv',
        line: 3,
        column: 1,
        message: '"redd" is not a value of colour (did you mean "red"?)',
      },
      { file: 'data/t.csv', line: 4, column: 1, message: '1 cells, but the first line names 2 options' },
    ])
  })
  test('take 200,000 rows in about a second', () => {
    const rows = Array.from(
      { length: 200_000 },
      (_, i) => `${['red', 'green', 'blue'][i % 3]},${(i % 4) + 1}`,
    ).join('\n')
    const started = performance.now()
    expect(modelOf(csv(`colour,size\n${rows}`)).rules[0]!.formula).toMatchObject({ op: 'table' })
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

test('words that YAML 1.1 would have turned into something else stay what they are', () => {
  const model = modelOf(
    loadFamily(`options:
  country: { values: [NO, SE, yes, off, 2026-01-01, 1_000] }
  bolt: { type: enum, values: [0012, 1e5, "0x1F"] }
constraints: [{ id: r, if: 'country == "NO"', then: 'bolt == "0012"' }]
tables: { t: { of: [country, bolt], rows: [["*", 0012], [SE, 1e5]] } }
bom: [{ position: bolt, lines: [{ part: 0012 }] }]
tests: [{ name: t, given: { country: NO, bolt: 0012 }, expect: { buildable: true } }]
`),
  )
  expect(model.options[0]!.values).toEqual(['NO', 'SE', 'yes', 'off', '2026-01-01', '1_000'])
  expect(model.options[1]!.values).toEqual(['0012', '1e5', '0x1F'])
  expect(model.bom[0]!.lines[0]!.part).toBe('0012')
  expect(model.tests[0]!.given).toEqual({ country: 'NO', bolt: '0012' })
})

describe('scenes', () => {
  const loadRoom = (text: string, files: Readonly<Record<string, string>>) =>
    loadProductModel(text, 'room.yaml', (file) => files[file])
  const fridge = loadPath(fixture('example-kitchen.yaml'))
  test('bring families in under the slot’s name and share the context', () => {
    const model = modelOf(fridge)
    const ids = model.options.map((option) => option.id)
    expect(ids.filter((id) => id.endsWith('country'))).toEqual(['country'])
    expect(ids).toContain('fridge.width_mm')
    expect(model.rules.map((rule) => rule.id)).toContain('fridge/ice-water')
    const rule = model.rules.find((each) => each.id === 'fridge/mains')!
    expect(rule.message?.['en']).toBe('{country} homes have {fridge.supply}.')
    expect(rule.where.file).toMatch(/example-fridge\.yaml$/)
  })
  test('two slots of one family are two appliances', () => {
    const small = `rules: 1\nfamily: s\ntitle: S\nversion: 1\ncurrency: EUR\noptions: { a: { values: [x, y] } }\nrouting: [{ op: 10, station: s, params: { A: a } }]\n`
    const room = `rules: 1\nscene: room\ntitle: Room\nversion: 1\ncurrency: EUR\nslots: { left: { use: s.yaml }, right: { use: s.yaml } }\nconstraints: [{ id: same, check: 'left.a == right.a' }]\n`
    const model = modelOf(loadRoom(room, { 's.yaml': small }))
    expect(buildable(model)).toEqual(['x x', 'y y'])
    expect(model.routing.map((operation) => operation.op)).toEqual([10, 1010])
  })
  test('cannot contain themselves, and problems of a family are reported in its own file', () => {
    const room = (use: string) =>
      `rules: 1\nscene: room\ntitle: Room\nversion: 1\ncurrency: EUR\nslots: { a: { use: ${use} } }\n`
    expect(loadRoom(room('room.yaml'), { 'room.yaml': room('room.yaml') }).problems[0]!.message).toBe(
      'room.yaml contains itself',
    )
    expect(
      loadRoom(room('two.yaml'), { 'two.yaml': room('three.yaml'), 'three.yaml': room('two.yaml') })
        .problems[0],
    ).toMatchObject({ file: 'three.yaml', message: 'two.yaml contains itself' })
    expect(loadRoom(room('gone.yaml'), {}).problems[0]!.message).toBe(
      'the file gone.yaml is not there (looked beside room.yaml)',
    )
    expect(
      loadRoom(room('s.yaml'), { 's.yaml': 'rules: 2\n' }).problems.map((problem) => problem.file),
    ).toContain('s.yaml')
  })
})
