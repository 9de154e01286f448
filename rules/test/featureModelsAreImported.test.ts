import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { compile } from '../src/compile.ts'
import { readDimacs } from '../src/dimacs.ts'
import { writeRuleFile } from '../src/featureModel.ts'
import { loadProductModel } from '../src/productModel.ts'
import { readUvl } from '../src/uvl.ts'
import { fixture, modelOf, problemsOf } from './ruleFiles.ts'

const modelFile = (name: string) => fixture(`feature-models/${name}`)

function call(...args: string[]) {
  const printed = { out: '', err: '' }
  const code = run(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
  })
  return { code, ...printed }
}

/** Number of products of a rule file's text. */
function countOf(yaml: string): bigint {
  const compiled = compile(modelOf(loadProductModel(yaml, 'imported.yaml')))
  if (!compiled.ok) throw new Error('too big')
  return compiled.configurations
}

function yamlOf(read: ReturnType<typeof readUvl>): string {
  if (!read.ok) throw new Error(problemsOf(read as never).join('\n'))
  const written = writeRuleFile(read.model, 'a test')
  if (!('yaml' in written)) throw new Error('not written')
  return written.yaml
}
const countUvl = (text: string) => countOf(yamlOf(readUvl(text, 'm.uvl', 'm')))
const countDimacs = (text: string) => countOf(yamlOf(readDimacs(text, 'm.dimacs', 'm')))
const wrongUvl = (text: string): string[] => {
  const read = readUvl(text, 'm.uvl', 'm')
  return read.ok ? [] : read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rules-import-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('DIMACS', () => {
  test.each([
    ['berkeleydb.dimacs', 117, 32n],
    ['decisional.dimacs', 142, 2_751_050_895_375_766_913_110_557_636_480n],
    ['financialservices.dimacs', 557, 430n],
    ['routefinding.dimacs', 103, 1_777_705_574_400n],
    ['subseacontrolsystem.dimacs', 145, 31_980_064_896n],
  ])('%s has the published number of configurations', (name, features, configurations) => {
    const { code, out, err } = call('import', modelFile(name))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(modelOf(loadProductModel(out, 'imported.yaml')).options).toHaveLength(features)
    expect(countOf(out)).toBe(configurations)
  })

  test('names survive as labels, whatever they are made of', () => {
    const text = 'c 1 Kühl Gerät\nc 2 in\nc 3$ Kühl-Gerät\nc 4 7up\np cnf 5 1\n1 -2\n 0\n'
    const model = modelOf(loadProductModel(yamlOf(readDimacs(text, 'm.dimacs', 'Größe 3')), 'm.yaml'))
    expect(model.options.map(({ id, label }) => [id, label.en])).toEqual([
      ['K_hl_Ger_t', 'Kühl Gerät'],
      ['in_', 'in'],
      ['K_hl_Ger_t_2', 'Kühl-Gerät'],
      ['_7up', '7up'],
      ['v5', 'v5'],
    ])
    expect(countDimacs(text)).toBe(24n)
  })

  test('empty, doubled and always true clauses mean what they mean', () => {
    expect(countDimacs('p cnf 2 2\n1 1 0\n2 -2 0\n')).toBe(2n)
    expect(countDimacs('p cnf 2 1\n0\n')).toBe(0n)
    expect(countDimacs('p cnf 3 0\n')).toBe(8n)
  })

  test('ten thousand clauses are read and load within seconds', () => {
    const clauses = Array.from({ length: 10_275 }, (_, i) => `-${(i % 2_499) + 2} ${(i % 97) + 1} 0`)
    const text = `p cnf 2513 ${clauses.length}\n${clauses.join('\n')}\n`
    const model = modelOf(loadProductModel(yamlOf(readDimacs(text, 'm.dimacs', 'm')), 'm.yaml'))
    expect(model.options).toHaveLength(2_513)
    expect(model.rules.length).toBeGreaterThan(10_000)
  })

  test.each([
    ['', '1:1 there is no head'],
    ['1 2 0\n', '1:1 "1 2 0" stands before the head'],
    ['p cnf x 2\n', '1:1 "p cnf x 2" is no DIMACS head'],
    ['p cnf 2 1\n1 3 0\n', '2:3 variable 3 is beyond the 2 of the head in line 1'],
    ['p cnf 2 1\n1 two 0\n', '2:3 "two" is no literal'],
    ['p cnf 2 1\n1 2\n', '2:1 the last clause is not ended'],
    ['p cnf 2 2\n1 2 0\n', '1:1 the head promises 2 clauses, found 1'],
    ['p cnf 999999999 0\n', '1:1 999999999 variables are more than'],
    ['p cnf 0 0\n', '1:1 there are no variables'],
  ])('%j is refused with its place', async (text, message) => {
    const file = join(folder, 'wrong.dimacs')
    await writeFile(file, text)
    const { code, out } = call('import', file, '--json')
    expect(code).toBe(1)
    const { errors } = JSON.parse(out) as { errors: { line: number; column: number; message: string }[] }
    expect(errors.map((each) => `${each.line}:${each.column} ${each.message}`).join('\n')).toContain(message)
  })
})

describe('UVL', () => {
  test('a server: tree, groups, prices and cross-tree constraints allow exactly what they say', () => {
    // The same model in plain words, counted one combination at a time.
    let expected = 0n
    const bit = (bits: number, at: number) => (bits >> at) % 2 === 1
    for (let bits = 0; bits < 2 ** 12; bits++) {
      const [ntfs, apfs, ext4, windows, macos, debian, logging, remote, ports, a, b, last] = Array.from(
        { length: 12 },
        (_, at) => bit(bits, at),
      ) as [
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
        boolean,
      ]
      const among = (...flags: boolean[]) => flags.filter(Boolean).length
      const price = (logging ? 125 : 0) + (remote ? 30 : 0) + (a ? 40 : 0) + (b ? 50 : 0)
      const holds =
        (ntfs || apfs || ext4) &&
        among(windows, macos, debian) === 1 &&
        among(a, b, last) >= 1 &&
        among(a, b, last) <= 2 &&
        (!b || debian) &&
        (!windows || ntfs) &&
        (!macos || apfs) &&
        remote === ((a && !b) || debian) &&
        price < 215 &&
        (!debian || ext4) &&
        (!ports || !ntfs || a)
      if (holds) expected++
    }
    const { code, out, err } = call('import', modelFile('server.uvl'))
    expect(code).toBe(0)
    expect(countOf(out)).toBe(expected)
    expect(expected).toBeGreaterThan(100n)
    const { options } = modelOf(loadProductModel(out, 'm.yaml'))
    expect(options.find(({ id }) => id === 'Logging')?.priceCents).toEqual([0, 1250])
    expect(options.find(({ id }) => id === 'Remote_access')?.label.en).toBe('Remote access')
    for (const gone of [
      'line 17: attribute level of Logging',
      'line 17: attribute default of Logging',
      'line 22: the value of Integer feature Ports',
      'line 37: len ( Ports ) > 3',
    ]) {
      expect(err).toContain(`left out: ${gone}`)
      expect(out).toContain(`# Left out: ${gone}`)
    }
  })

  const group = (head: string, members: string, rest = '') =>
    `features\n    r\n        optional\n            p\n                ${head}\n${members
      .split(' ')
      .map((each) => `                    ${each}\n`)
      .join('')}${rest}`
  test.each([
    ['mandatory', 'a b', 1],
    ['optional', 'a b', 4],
    ['or', 'a b c', 7],
    ['or', 'a', 1],
    ['alternative', 'a b c', 3],
    ['[2]', 'a b c', 3],
    ['[0..1]', 'a b c', 4],
    ['[0..0]', 'a b c', 1],
    ['[2..*]', 'a b c', 4],
    ['[1..3]', 'a b c', 7],
    ['[2..3]', 'a b c d', 10],
    ['[1 .. 2]', 'a b c', 6],
  ])('group %s of %s has %d ways, and one more without its parent', (head, members, ways) => {
    expect(countUvl(group(head, members))).toBe(BigInt(ways + 1))
  })

  test.each([
    ['a => b => c', 5],
    ['a => (b => c)', 7],
    ['(a => b) => c', 5],
    ['a | b & c', 5],
    ['!a & !b', 2],
    ['!(a | !b)', 2],
    ['a <=> b <=> c', 4],
    ['!(a <=> (b | c))', 4],
    ['!(a => (b & c)) | c', 6],
    ['true', 8],
    ['a & false', 0],
    ['\'a\' => "b"', 6],
  ])('constraint %s leaves %d of 8', (constraint, left) => {
    const text = `features\n  r\n    optional\n      a\n      b\n      c\nconstraints\n  ${constraint}\n`
    expect(countUvl(text)).toBe(BigInt(left))
  })

  test('every sentence it writes counts like its truth table', () => {
    // Random sentences over four features, each evaluated by its own small interpreter.
    let state = 12_345
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * below)
    }
    type Tree = { text: string; holds: (bits: number) => boolean }
    const tree = (depth: number): Tree => {
      const kind = depth === 0 ? 0 : random(6)
      if (kind === 0) {
        const at = random(4)
        return { text: 'abcd'[at]!, holds: (bits) => (bits >> at) % 2 === 1 }
      }
      const left = tree(depth - 1)
      if (kind === 1) return { text: `!(${left.text})`, holds: (bits) => !left.holds(bits) }
      const right = tree(depth - 1)
      const [sign, holds] = (
        [
          ['&', (x: boolean, y: boolean) => x && y],
          ['|', (x: boolean, y: boolean) => x || y],
          ['=>', (x: boolean, y: boolean) => !x || y],
          ['<=>', (x: boolean, y: boolean) => x === y],
        ] as const
      )[kind - 2]!
      return {
        text: `(${left.text}) ${sign} (${right.text})`,
        holds: (bits) => holds(left.holds(bits), right.holds(bits)),
      }
    }
    for (let i = 0; i < 20; i++) {
      const { text, holds } = tree(4)
      const expected = Array.from({ length: 16 }, (_, bits) => holds(bits)).filter(Boolean).length
      const uvl = `features\n  r\n    optional\n      a\n      b\n      c\n      d\nconstraints\n  ${text}\n`
      expect(countUvl(uvl), text).toBe(BigInt(expected))
    }
  })

  test.each([
    ['', '1:1 there is no feature'],
    ['features\n  a\n    b\n', '3:5 below feature a a group is expected'],
    ['features\n  a\n  b\n', '3:3 b is a second root beside a'],
    ['features\n  a\n    or\n      b\n      b\n', '5:7 feature b stands twice, first in line 4'],
    ['features\n  a\n    [3..4]\n      b\n', '3:5 the group of a wants 3 to 4 of 1 features'],
    ['features\n  a\n    or\n  ', '3:5 the group or of a is empty'],
    [
      'features\n  a\n    or\n      kettle\nconstraints\n  a => ketle\n',
      '6:8 there is no feature "ketle" (did you mean "kettle"?)',
    ],
    ['features\n  a\nconstraints\n  a => \n', '4:5 the constraint ends here'],
    ['features\n  a\nconstraints\n  (a\n', '4:4 ")" is missing'],
    ['features\n  a\nconstraints\n  a a\n', '4:5 "a" is not expected here'],
    ['features\n  "a\n', '2:3 this quote is not closed'],
    ['features\n  a {b 3\n', '2:5 the attributes of a are not closed'],
    ['features\n  a ]\n', '2:5 "]" is not expected after feature a'],
    ['hello\n', '1:1 "hello" stands outside of features and constraints'],
  ])('%j is refused with its place', (text, message) => {
    expect(wrongUvl(text).join('\n')).toContain(message)
  })

  test.each(['(', '!'])('thousands of "%s" are refused, not followed', (sign) => {
    expect(wrongUvl(`features\n  a\nconstraints\n  ${sign.repeat(5_000)}a\n`)).toEqual([
      '4:1004 this constraint is nested too deeply',
    ])
  })

  test('noise never crashes it', () => {
    const text = readFileSync(modelFile('server.uvl'), 'utf8')
    for (let at = 0; at < text.length; at += 3) {
      readUvl(text.slice(0, at), 'm.uvl', 'm')
      readUvl(`${text.slice(0, at)}{"[)=>\t${text.slice(at + 2)}`, 'm.uvl', 'm')
    }
  })

  test('what belongs to other levels is named, and the rest still counts', () => {
    const text = `imports\n  other.model as o\nfeatures\n  r\n    optional\n      String a cardinality [1..3] {colour 'red'}\n      Real b\nconstraints\n  o.x => a\n`
    const read = readUvl(text, 'm.uvl', 'm')
    expect(read.ok && read.model.leftOut).toEqual([
      'line 2: import of other.model as o (import it by itself and combine both in a scene)',
      'line 6: the value of String feature a (UVL gives it no range; the feature is on or off)',
      'line 6: copies of a (feature cardinality; the feature is there once or not at all)',
      'line 6: attribute colour of a (options have labels and prices, no other attributes)',
      'line 7: the value of Real feature b (UVL gives it no range; the feature is on or off)',
      'line 9: o.x => a (o.x is a feature of an import)',
    ])
    expect(countUvl(text)).toBe(4n)
  })
})

test('a file of another kind is a wrong call', () => {
  expect(call('import', 'fridge.yaml')).toMatchObject({
    code: 2,
    err: expect.stringContaining('import reads .dimacs, .cnf, .uvl files, found .yaml') as string,
  })
  expect(call('import', join(folder, 'nowhere.uvl')).err).toContain('nowhere.uvl cannot be read')
})
