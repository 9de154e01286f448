import { describe, expect, test } from 'vitest'
import { makeModel, makeOption, makeRule, open } from './randomModels.ts'

const options = [
  makeOption('country', ['CN', 'DE'], {
    role: 'context',
    valueLabels: [{ en: 'China' }, { en: 'Germany', de: 'Deutschland', zh: '德国' }],
  }),
  makeOption('supply', ['v220', 'v230'], {
    role: 'derived',
    valueLabels: [{ en: '220 V' }, { en: '230 V' }],
  }),
  makeOption('width_mm', [600, 700], {
    type: 'number',
    label: { en: 'Width', de: 'Breite', zh: '宽度' },
    valueLabels: [{ en: '600 mm' }, { en: '700 mm' }],
  }),
  makeOption('wifi', [false, true], {
    type: 'bool',
    label: { en: 'Wifi' },
    valueLabels: [{ en: 'no' }, { en: 'yes', de: 'ja' }],
  }),
]
const product = open(
  makeModel(options, {
    rules: [
      makeRule(
        'mains',
        {
          op: 'table',
          of: [0, 1],
          rows: [
            [[0], [0]],
            [[1], [1]],
          ],
        },
        {
          message: { en: '{country} homes have {supply}, not {volts}.', de: 'In {country} gilt {supply}.' },
        },
      ),
      makeRule('narrow', { op: 'not', arg: { op: 'table', of: [2, 3], rows: [[[0], [1]]] } }),
      makeRule(
        'never-alone',
        { op: 'table', of: [3], rows: [[[0, 1]]] },
        { message: { en: 'At {width_mm}.' } },
      ),
    ],
  }),
)

describe('a rule’s sentence', () => {
  test('is in the shopper’s language, else in English, with the labels of what was chosen', () => {
    const values = { country: 'DE', supply: 'v230' }
    expect(product.sentence('mains', 'de', values)).toBe('In Deutschland gilt 230 V.')
    expect(product.sentence('mains', 'de-AT', values)).toBe('In Deutschland gilt 230 V.')
    expect(product.sentence('mains', 'zh', values)).toBe('德国 homes have 230 V, not {volts}.')
  })
  test('names what the country decides although nobody chose it, and an open option by its name', () => {
    expect(product.sentence('mains', 'en', { country: 'CN' })).toBe('China homes have 220 V, not {volts}.')
    expect(product.sentence('never-alone', 'de', { country: 'CN' })).toBe('At Breite.')
  })
  test('names what the rule by itself leaves of an open option', () => {
    const options = [
      makeOption('hob', ['gas', 'induction'], { valueLabels: [{ en: 'Gas' }, { en: 'Induction' }] }),
      makeOption('fuse', [16, 32], { role: 'derived', valueLabels: [{ en: '16 A' }, { en: '32 A' }] }),
    ]
    const rows = [
      [[0], null],
      [[1], [1]],
    ]
    const message = { en: 'Needs a fuse of {fuse}.' }
    const fused = open(
      makeModel(options, {
        rules: [makeRule('circuit', { op: 'table', of: [0, 1], rows }, { message })],
      }),
    )
    expect(fused.sentence('circuit', 'en', { hob: 'induction' })).toBe('Needs a fuse of 32 A.')
    expect(fused.sentence('circuit', 'en', { hob: 'gas' })).toBe('Needs a fuse of fuse.')
  })
  test('is made of labels when the rule has none', () => {
    const values = { country: 'DE', width_mm: 600, wifi: true }
    expect(product.sentence('narrow', 'en', values)).toBe('Width: 600 mm and Wifi: yes do not go together.')
    expect(product.sentence('narrow', 'de', values)).toBe(
      'Breite: 600 mm und Wifi: ja passen nicht zusammen.',
    )
    expect(product.sentence('narrow', 'zh', values)).toBe('宽度：600 mm、Wifi：yes不能同时选择。')
    expect(product.sentence('narrow', 'fr', {})).toBe('Width and Wifi do not go together.')
  })
  test('labels fall back to English, then to the name', () => {
    expect([
      product.label('width_mm', 'zh'),
      product.label('wifi', 'zh'),
      product.label('nothing', 'en'),
    ]).toEqual(['宽度', 'Wifi', 'nothing'])
    expect([product.valueLabel('wifi', true, 'de'), product.valueLabel('wifi', 'maybe', 'de')]).toEqual([
      'ja',
      'maybe',
    ])
  })
})

describe('a question with unknown names', () => {
  test('gets every problem with the nearest known name', () => {
    const messages = product
      .problems({
        context: { contry: 'DE', country: 'D' },
        selection: { width_mm: '600', wifi: 1, supply: null, x: 2 },
      })
      .map(({ option, message }) => `${option}: ${message}`)
    expect(messages).toEqual([
      'contry: random has no option "contry" (did you mean "country"?)',
      'country: "D" is not a value of country (known: CN, DE)',
      'width_mm: "600" is not a value of width_mm (did you mean the number 600?)',
      'wifi: 1 is not a value of wifi (known: false, true)',
      'supply: null is not a value of supply (known: v220, v230)',
      'x: random has no option "x" (known: country, supply, width_mm, wifi)',
    ])
    expect(product.problems({ context: [], selection: 'all' }).map(({ message }) => message)).toEqual([
      '[] is not an object of option: value',
      '"all" is not an object of option: value',
    ])
    expect(product.problems({ context: { country: 'DE' }, selection: { width_mm: 600 } })).toEqual([])
    expect(product.problems({})).toEqual([])
  })
  test('is the caller’s mistake when asked anyway', () => {
    expect(() => product.check({ context: {}, selection: { weight: 1 } })).toThrow('no option "weight"')
    expect(() => product.count({ context: {}, selection: { wifi: 'yes' } })).toThrow(
      'wifi has no value "yes"',
    )
  })
  test('names of JavaScript’s own are as unknown as any other', () => {
    const selection = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as Record<
      string,
      number
    >
    expect(product.problems({ selection }).map(({ option }) => option)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ])
    expect(product.verify(selection)).toBeUndefined()
  })
})

test('context counts as given wherever it stands, and is never given up', () => {
  const question = { context: {}, selection: { country: 'DE', supply: 'v220' } }
  expect(product.repairs(question)).toEqual([{ change: { supply: 'v230' }, priceDeltaCents: 0 }])
  expect(product.explain(question)).toEqual([{ ruleIds: ['mains'], choices: { supply: 'v220' } }])
  expect(product.statuses(question).all()['country']).toMatchObject({
    CN: { status: 'conflict', changes: -1 },
    DE: { status: 'chosen' },
  })
})

test('a question is complete when every choice is taken or the only one left', () => {
  const context = { country: 'DE' }
  expect(product.check({ context, selection: { width_mm: 600 } })).toMatchObject({
    buildable: true,
    complete: true,
    count: 1n,
  })
  expect(product.check({ context, selection: { width_mm: 700 } })).toMatchObject({
    complete: false,
    count: 2n,
  })
})
