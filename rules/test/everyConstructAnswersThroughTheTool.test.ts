import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import type { Value } from '../src/model.ts'
import { family } from './ruleFiles.ts'

type Picked = Readonly<Record<string, Value>>
/** One construct of the language: a small family, what it means in plain words, and a slip in it. */
interface Construct {
  /** From line 6 of the family on, or a whole file. */
  readonly body: string
  /** Values of every option, written out once more. */
  readonly values: Readonly<Record<string, readonly Value[]>>
  readonly holds: (of: Picked) => boolean
  readonly at?: string
  /** Text that is replaced, by what, and what is said about it. */
  readonly slip: readonly [text: string, by: string, said: string]
  readonly files?: Readonly<Record<string, string>>
}

const [red, green, blue] = ['red', 'green', 'blue']
const colours = [red, green, blue]
const onOff = [false, true]
const box = `options:
  size: { type: number, min: 1, max: 4, step: 1 }
  colour: { values: [red, green, blue] }
  lid: { type: bool }
  lamp: { type: bool }
`
const boxValues = { size: [1, 2, 3, 4], colour: colours, lid: onOff, lamp: onOff }
const number = (value: Value | undefined) => Number(value)

const constructs: Readonly<Record<string, Construct>> = {
  'a grid of numbers': {
    body: `options: { size: { type: number, min: 0.5, max: 2, step: 0.25 } }\nconstraints: [{ id: r, check: 'size * 4 % 2 == 0' }]\n`,
    values: { size: [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] },
    holds: ({ size }) => number(size) % 0.5 === 0,
    slip: [
      'max: 2,',
      'max: 2.1,',
      '6:49 the grid does not fit: from 0.5 in steps of 0.25 it ends at 2, not at 2.1',
    ],
  },
  'a table with a|b, !a, ranges and *': {
    body: `${box}tables: { t: { of: [size, colour, lid], rows: [[1..2, "red|blue", "*"], [3, "!red", true], [4, "!red|blue", "*"]] } }\n`,
    values: boxValues,
    holds: ({ size, colour, lid }) =>
      (number(size) <= 2 && colour !== green) ||
      (size === 3 && colour !== red && lid === true) ||
      (size === 4 && colour === green),
    slip: ['1..2', '1..', '11:49 "1.." is not a range such as 600..750'],
  },
  'a table from CSV beside the file': {
    body: `${box}tables: { t: { csv: t.csv } }\n`,
    files: { 't.csv': '\uFEFF"size";colour\r\n# two lines\r\n1..2;"red|blue" \r\n"!1";  green\r\n\r\n' },
    values: boxValues,
    holds: ({ size, colour }) => (number(size) <= 2 && colour !== green) || (size !== 1 && colour === green),
    slip: ['t.csv', 'tt.csv', '11:21 the file tt.csv is not there (looked beside FOLDER)'],
  },
  'an implication': {
    body: `${box}constraints: [{ id: r, if: 'lid && colour != "red"', then: 'size in [1, 2] || lamp' }]\n`,
    values: boxValues,
    holds: ({ size, colour, lid, lamp }) =>
      lid === false || colour === red || number(size) < 3 || lamp === true,
    slip: ["lamp'", "lampe'", '11:79 unknown option lampe (did you mean "lamp"?)'],
  },
  'an equivalence of three': {
    body: `${box}constraints: [{ id: r, iff: [lid, 'size > 2', '!lamp'] }]\n`,
    values: boxValues,
    holds: ({ size, lid, lamp }) => (lid === true) === number(size) > 2 && lid !== lamp,
    slip: ['size > 2', 'size > "2"', '11:43 ">" takes a number, but "2" is a text'],
  },
  'a sum with bounds': {
    body: `${box}constraints: [{ id: r, sum: { lid: 2, colour=red: 1.5, size: 0.5 }, atLeast: 2, atMost: 3 }]\n`,
    values: boxValues,
    holds: ({ size, colour, lid }) => {
      const sum = (lid === true ? 2 : 0) + (colour === red ? 1.5 : 0) + number(size) / 2
      return sum >= 2 && sum <= 3
    },
    slip: ['colour=red', 'colour', '11:39 colour is not an on/off option: write "colour=VALUE"'],
  },
  'a linear equation': {
    body: `options:\n  a: { type: number, min: 0, max: 5, step: 1 }\n  b: { type: number, min: 0, max: 5, step: 1 }\n  c: { type: number, min: 0, max: 5, step: 1 }\nconstraints: [{ id: r, linear: { a: 1, b: 2, c: -1 }, equals: 4 }]\n`,
    values: { a: [0, 1, 2, 3, 4, 5], b: [0, 1, 2, 3, 4, 5], c: [0, 1, 2, 3, 4, 5] },
    holds: ({ a, b, c }) => number(a) + 2 * number(b) - number(c) === 4,
    slip: [', equals: 4', '', '10:15 linear of r needs a bound: atMost, atLeast or equals'],
  },
  'at most so many different': {
    body: `options:\n  a: { values: [none, red, green] }\n  b: { values: [none, red, blue] }\n  c: { values: [green, blue] }\nconstraints: [{ id: r, atMostDistinct: 1, of: [a, b, c], ignoring: none }]\n`,
    values: { a: ['none', red, green], b: ['none', red, blue], c: [green, blue] },
    holds: (of) => new Set(Object.values(of).filter((value) => value !== 'none')).size <= 1,
    slip: ['ignoring: none', 'ignoring: non', '10:68 "non" is not a value of a, b, c (did you mean "none"?)'],
  },
  'at least so many different': {
    body: `options:\n  a: { values: [red, green] }\n  b: { values: [red, blue] }\n  c: { values: [green, blue] }\nconstraints: [{ id: r, atLeastDistinct: 3, of: [a, b, c] }]\n`,
    values: { a: [red, green], b: [red, blue], c: [green, blue] },
    holds: (of) => new Set(Object.values(of)).size === 3,
    slip: ['[a, b, c]', '[a, b, b]', '10:55 b stands twice in "of"'],
  },
  'so many of options and values': {
    body: `${box}constraints: [{ id: r, of: [lid, lamp, colour=red, size=4], exactly: 2 }]\n`,
    values: boxValues,
    holds: ({ size, colour, lid, lamp }) =>
      [lid === true, lamp === true, colour === red, size === 4].filter(Boolean).length === 2,
    slip: ['size=4', 'size=5', '11:52 5 is not a value of size (nearest: 3, 4)'],
  },
  'so many of any conditions': {
    body: `${box}constraints: [{ id: r, of: [lid, 'size > 2', 'colour != "red" && lamp', 'size == 1 || lid'], atLeast: 1, atMost: 2 }]\n`,
    values: boxValues,
    holds: ({ size, colour, lid, lamp }) => {
      const held = [lid, number(size) > 2, colour !== red && lamp === true, size === 1 || lid === true]
      return [1, 2].includes(held.filter(Boolean).length)
    },
    slip: ['!= "red"', '!= "rot"', '11:57 "rot" is not a value of colour (known: red, green, blue)'],
  },
  'derived options': {
    body: `options:\n  size: { type: number, min: 1, max: 4, step: 1 }\n  lid: { type: bool }\n  code: { values: [A, B, C], derived: true }\ntables: { t: { of: [size, lid, code], rows: [[1..2, true, A], [1..2, false, B], [3..4, "*", C]] } }\n`,
    values: { size: [1, 2, 3, 4], lid: onOff, code: ['A', 'B', 'C'] },
    holds: ({ size, lid, code }) => code === (number(size) > 2 ? 'C' : lid === true ? 'A' : 'B'),
    slip: ['derived: true', 'derived: yes', '9:39 derived: expected true or false, found the text "yes"'],
  },
  context: {
    body: `context: { country: { values: [DE, NO] } }\n${box}constraints: [{ id: r, if: 'country == "NO"', then: 'lid && size > 1' }]\n`,
    values: { country: ['DE', 'NO'], ...boxValues },
    holds: ({ country, lid, size }) => country === 'DE' || (lid === true && number(size) > 1),
    slip: ['"NO"', '"N0"', '12:40 "N0" is not a value of country (did you mean "NO"?)'],
  },
  'a rule from a day on': {
    body: `effective: { from: 2026-01-01 }\n${box}constraints:\n  - { id: r, check: lid, effective: { from: 2026-03-01 } }\n  - { id: s, check: lamp, effective: { until: 2026-02-28 } }\n`,
    at: '2026-04-01',
    values: boxValues,
    holds: ({ lid }) => lid === true,
    slip: ['from: 2026-03-01', 'from: 2026-02-30', '13:45 2026-02-30 is not a day of the calendar'],
  },
  'a rule until a day': {
    body: `effective: { from: 2026-01-01 }\n${box}constraints:\n  - { id: r, check: lid, effective: { from: 2026-03-01 } }\n  - { id: s, check: lamp, effective: { until: 2026-02-28 } }\n`,
    at: '2026-02-28',
    values: boxValues,
    holds: ({ lamp }) => lamp === true,
    slip: [
      'until: 2026-02-28',
      'until: Februar',
      '14:47 effective.until: the text "Februar" is not allowed here: a day such as 2026-10-01',
    ],
  },
  'price terms': {
    body: `${box}constraints: [{ id: r, check: lid || lamp }]\nprices:\n  - { id: base, amount: 100 }\n  - { id: by-size, per: size, rate: 50, when: lid }\n  - { id: mixed, distinct: [colour], amounts: { 1: 7 } }\n`,
    values: boxValues,
    holds: ({ lid, lamp }) => lid === true || lamp === true,
    slip: ['1: 7', '2: 7', '15:5 price "mixed" gives no amount for a buildable product: colour = red'],
  },
  'a bill of materials': {
    body: `${box}constraints: [{ id: r, if: lamp, then: lid }]\nrouting: [{ op: 10, station: s }]\nbom: [{ position: p, lines: [{ part: A, when: 'size < 3' }, { part: B, when: 'size >= 3' }] }]\n`,
    values: boxValues,
    holds: ({ lid, lamp }) => lamp === false || lid === true,
    slip: ['size >= 3', 'size > 3', '13:7 position "p" has no line for a buildable product: size = 3'],
  },
  'a routing': {
    body: `${box}constraints: [{ id: r, check: 'size != 2' }]\nrouting:\n  - { op: 10, station: s, when: lid, duration: '10 * size', params: { Size: size, Name: '"K_" + colour' } }\n`,
    values: boxValues,
    holds: ({ size }) => size !== 2,
    slip: ['"K_" + colour', '"K_" + size', '13:90 "+" takes a number, but "K_" is a text'],
  },
  'a text option': {
    body: `${box}constraints: [{ id: r, check: '!lid' }]\nrouting: [{ op: 10, station: s }]\ntexts: { engraving: { maxLength: 8, pattern: '[A-Z ]*', when: lamp, op: 10 } }\n`,
    values: boxValues,
    holds: ({ lid }) => lid === false,
    slip: ['[A-Z ]*', '[A-Z', '13:46 [A-Z is not a regular expression'],
  },
  'a scene of slots and copies': {
    body: `rules: 1
scene: room
title: Room
version: 1.0.0
currency: EUR
slots:
  table: { use: piece.yaml, label: Table }
  chair: { use: piece.yaml, label: Chair, optional: true, copies: 2 }
constraints:
  - { id: fuse, linear: { table.watts: 1, chair_1.watts: 1, chair_2.watts: 1 }, atMost: 3 }
  - { id: same, if: chair_1, then: 'chair_1.colour == table.colour' }
`,
    files: {
      'piece.yaml':
        'rules: 1\nfamily: piece\ntitle: Piece\nversion: 1.0.0\ncurrency: EUR\noptions:\n  watts: { type: number, min: 1, max: 2, step: 1 }\n  colour: { values: [red, blue] }\nconstraints: [{ id: strong, if: "watts == 2", then: \'colour == "red"\' }]\n',
    },
    values: {
      'table.watts': [1, 2],
      'table.colour': [red, blue],
      chair_1: onOff,
      'chair_1.watts': [0, 1, 2],
      'chair_1.colour': ['none', red, blue],
      chair_2: onOff,
      'chair_2.watts': [0, 1, 2],
      'chair_2.colour': ['none', red, blue],
    },
    holds: (of) => {
      const chairs = ['chair_1', 'chair_2']
      return (
        ['table', ...chairs].every((each) => of[`${each}.watts`] !== 2 || of[`${each}.colour`] === red) &&
        chairs.every(
          (each) =>
            (of[each] ? 1 : 0) === Math.sign(number(of[`${each}.watts`])) &&
            of[each] === (of[`${each}.colour`] !== 'none'),
        ) &&
        (of['chair_2'] === false || of['chair_1'] === true) &&
        ['table', ...chairs].reduce((sum, each) => sum + number(of[`${each}.watts`]), 0) <= 3 &&
        (of['chair_1'] === false || of['chair_1.colour'] === of['table.colour'])
      )
    },
    slip: [
      'chair_2.watts',
      'chair_3.watts',
      '10:61 unknown option chair_3.watts (did you mean "chair_1.watts"?)',
    ],
  },
}

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'rules-construct-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function answer(
  command: string,
  text: string,
  { at, files = {} }: Pick<Construct, 'at' | 'files'>,
  choose: string[] = [],
) {
  const file = join(folder, 'small.yaml')
  await writeFile(file, text)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  let out = ''
  const args = [
    command,
    file,
    '--json',
    ...(at ? ['--at', at] : []),
    ...choose.flatMap((each) => ['--choose', each]),
  ]
  const code = run(args, { out: (each) => (out += each), err: () => undefined })
  return { code, ...(JSON.parse(out) as object) } as Record<string, unknown>
}

/** All combinations of the values. */
const combinations = (values: Construct['values']): Picked[] =>
  Object.entries(values).reduce<Picked[]>(
    (all, [option, own]) => all.flatMap((each) => own.map((value) => ({ ...each, [option]: value }))),
    [{}],
  )

describe.each(Object.entries(constructs))('%s', (_, construct) => {
  const text = construct.body.startsWith('rules:') ? construct.body : family(construct.body)
  const every = combinations(construct.values)
  const buildable = every.filter(construct.holds)

  test('check, count, domains and explain answer like looking at every combination', async () => {
    expect(buildable.length).toBeGreaterThan(0)
    expect(buildable.length).toBeLessThan(every.length)
    const configurations = String(buildable.length)
    expect(await answer('check', text, construct)).toMatchObject({ code: 0, errors: [], configurations })
    expect(await answer('count', text, construct)).toMatchObject({ code: 0, configurations })
    const left = Object.fromEntries(
      Object.entries(construct.values).map(([option, own]) => [
        option,
        own.filter((value) => buildable.some((each) => each[option] === value)),
      ]),
    )
    expect(await answer('domains', text, construct)).toMatchObject({
      code: 0,
      buildable: true,
      options: left,
    })

    const impossible = every.find((each) => !buildable.includes(each))!
    const choose = Object.entries(impossible).map(([option, value]) => `${option}=${String(value)}`)
    const told = await answer('explain', text, construct, choose)
    expect(told).toMatchObject({ code: 1, buildable: false })
    expect(told['conflicts']).not.toHaveLength(0)
    // Somebody else may have to change the context; everything else has a way out, and the ways out lead to products.
    for (const { change } of told['repairs'] as { change: Picked }[])
      expect(buildable).toContainEqual({ ...impossible, ...change })
  })

  test('a slip is told with its place and a way out', async () => {
    const [from, by, said] = construct.slip
    expect(text).toContain(from)
    const { code, errors } = await answer(
      'check',
      text.replace(from, () => by),
      construct,
    )
    expect(code).toBe(1)
    const first = (errors as { file: string; line: number; column: number; message: string }[])[0]!
    expect(`${first.line}:${first.column} ${first.message}`.replace(first.file, 'FOLDER')).toContain(said)
    expect(first.file).toBe(join(folder, 'small.yaml'))
  })
})
