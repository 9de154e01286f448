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
const file = (name: string) => join(folder, name)
const put = (name: string, text: string) => writeFile(file(name), text)
const options = (values: string, more = '', france = '') => `context:
  country: { values: [DE, US${france}] }
options:
  a: { values: { ${values} }, default: x }
  b: { type: bool, price: 50 }
  volt: { values: [v120, v230], derived: true }
${more}tables:
  mains: { of: [country, volt], rows: [["!US", v230], [US, v120]] }
prices: [{ id: base, amount: 1000 }]
`
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-orders-'))
  await put(
    'old.yaml',
    family(
      `${options('x: 0, y: 100, z: 30, w: 10', '  lamp: { type: bool, price: 7 }\n', ', FR')}constraints:\n  - { id: no-w, check: 'a != "w"' }\n`,
    ),
  )
  await put(
    'new.yaml',
    family(`${options('x: 0, y: 120, w: 10, v: -5')}constraints:
  - { id: no-w, check: 'a != "w"' }
  - { id: y-needs-b, if: 'a == "y"', then: 'b' }
  - { id: summer, check: '!b', effective: { from: 2030-01-01 } }
`),
  )
  const orders = [
    {
      orderId: 'fine',
      context: { country: 'DE' },
      selection: { a: 'x', b: false, lamp: false, volt: 'v230' },
      productId: 'small',
    },
    { orderId: 'dearer', context: { country: 'DE' }, selection: { a: 'y', b: true } },
    { orderId: 'clash', context: { country: 'US' }, selection: { a: 'y', b: false } },
    { orderId: 'value gone', context: { country: 'US' }, selection: { a: 'z', b: true } },
    { orderId: 'before', context: { country: 'US' }, selection: { a: 'w', b: true } },
    { orderId: 'another', productId: 'kettle', selection: { q: 1 } },
    { id: 'dated', at: '2030-06-01T10:00:00Z', context: { country: 'DE' }, selection: { a: 'x', b: true } },
    { orderId: 'lamp', context: { country: 'DE' }, selection: { a: 'x', lamp: true } },
    { orderId: 'country', context: { country: 'FR' }, selection: { a: 'x' } },
  ]
  await put('orders.ndjson', `${orders.map((order) => JSON.stringify(order)).join('\n\n')}\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('each order that breaks is told with its reason and cheapest way out', () => {
  const { code, out } = call(
    'diff',
    file('old.yaml'),
    file('new.yaml'),
    '--orders',
    file('orders.ndjson'),
    '--json',
  )
  expect(code).toBe(1)
  const { orders, lost } = JSON.parse(out) as { orders: unknown; lost: string }
  expect(lost).not.toBe('0')
  expect(orders).toEqual({
    checked: 8,
    others: 1,
    brokenBefore: 1,
    repriced: 1,
    broken: [
      // 1100 before; with b 1170, with v instead of y 995: both one change, the cheaper first.
      {
        line: 5,
        id: 'clash',
        gone: [],
        ruleIds: ['y-needs-b'],
        repair: { change: { a: 'v' }, priceDeltaCents: -105 },
      },
      // 1080 before; v costs 1045, the suggested x would cost 1050.
      {
        line: 7,
        id: 'value gone',
        gone: [{ option: 'a', value: 'z' }],
        ruleIds: [],
        repair: { change: { a: 'v' }, priceDeltaCents: -35 },
      },
      {
        line: 13,
        id: 'dated',
        gone: [],
        ruleIds: ['summer'],
        repair: { change: { b: false }, priceDeltaCents: -50 },
      },
      // An option that was left as it is by default is no loss ("fine"); one that was chosen is.
      {
        line: 15,
        id: 'lamp',
        gone: [{ option: 'lamp', value: true }],
        ruleIds: [],
        repair: { change: {}, priceDeltaCents: -7 },
      },
      { line: 17, id: 'country', gone: [{ option: 'country', value: 'FR' }], ruleIds: [] },
    ],
  })
})

test('people get the sentence first; nothing broken is no failure', async () => {
  const { out } = call('diff', file('old.yaml'), file('new.yaml'), '--orders', file('orders.ndjson'))
  expect(out).toContain(
    '5 of 8 saved orders can no longer be built. 1 price moved, 1 could not be built before either, 1 of other products not looked at.',
  )
  expect(out).toContain('orders.ndjson:5 clash: y-needs-b\n    way out: a = v (-1.05 EUR)')
  await put('one.ndjson', '{"selection":{"a":"x"}}\n')
  expect(call('diff', file('old.yaml'), file('new.yaml'), '--orders', file('one.ndjson'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('None of 1 saved order breaks.') as string,
  })
})

test.each([
  ['no JSON', '{"selection":{}}\n{', 'orders2.ndjson:2 is not JSON'],
  ['no selection', '{"orderId":"7"}', 'orders2.ndjson:1 is no order: selection'],
  ['a list as a value', '{"selection":{"a":[1]}}', 'orders2.ndjson:1 is no order: selection: a'],
])('%s is a wrong call with its line', async (_, text, message) => {
  await put('orders2.ndjson', text)
  expect(call('diff', file('old.yaml'), file('new.yaml'), '--orders', file('orders2.ndjson'))).toMatchObject({
    code: 2,
    err: expect.stringContaining(message) as string,
  })
})

test('flags belong to their command', () => {
  expect(call('check', file('old.yaml'), '--orders', 'x').err).toContain(
    '--orders belongs to diff, not to check',
  )
  expect(call('diff', file('old.yaml'), file('new.yaml'), '--orders', file('no.ndjson')).err).toContain(
    'cannot be read',
  )
})
