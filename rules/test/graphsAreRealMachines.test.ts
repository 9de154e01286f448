import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMachine, initialTransition, transition } from 'xstate'
import type { AnyMachineSnapshot } from 'xstate'
import { run } from '../src/cli/run.ts'
import { compile } from '../src/compile.ts'
import type { Value } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import { family, loadPath, modelOf, product } from './ruleFiles.ts'

function call(...args: string[]) {
  const printed = { out: '', err: '' }
  const code = run(args, {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
  })
  return { code, ...printed }
}

let folder: string
const small = () => join(folder, 'small.yaml')
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rules-graph-'))
  await writeFile(
    small(),
    family(`options:
  size: { type: number, values: [0.5, 0, 1.5] }
  a: { values: [x, x+1, x.1] }
  b: { type: bool }
  free: { values: [p, q] }
constraints:
  - { id: r, if: 'a == "x"', then: 'b && size == 0.5' }
`),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Every combination of values of the options. */
const everyWay = (options: readonly { id: string; values: readonly Value[] }[]): Record<string, Value>[] =>
  options.reduce<Record<string, Value>[]>(
    (ways, { id, values }) => ways.flatMap((way) => values.map((value) => ({ ...way, [id]: value }))),
    [{}],
  )

test.each([
  ['fridge', () => product('fridge.yaml'), ['doors', 'hinge', 'wifi', 'camera']],
  ['small', small, ['size', 'a', 'b', 'free']],
])('xstate runs the %s: its machine ends exactly with what can be built', (_, file, on) => {
  const { code, out } = call('graph', file(), '--on', on.join(), '--format', 'xstate')
  expect(code).toBe(0)
  const machine = createMachine(JSON.parse(out) as never)
  const model = modelOf(loadPath(file()))
  const compiled = compile(model)
  if (!compiled.ok) throw new Error('too big')
  const asked = openProduct(packageOf(model, compiled))
  const [start] = initialTransition(machine) as [AnyMachineSnapshot, unknown]
  let ended = 0
  for (const way of everyWay(on.map((id) => model.options.find((option) => option.id === id)!))) {
    let here = start
    for (const [option, value] of Object.entries(way))
      here = transition(machine, here as never, {
        type: `${option}=${String(value)}`,
      })[0] as AnyMachineSnapshot
    expect(here.status === 'done', JSON.stringify(way)).toBe(
      asked.isBuildable({ context: {}, selection: way }),
    )
    if (here.status === 'done') ended++
  }
  const { combinations } = JSON.parse(call('graph', file(), '--on', on.join(), '--json').out) as {
    combinations: number
  }
  expect(ended).toBe(combinations)
})

test('options that do not depend on each other stand side by side', () => {
  const machine = JSON.parse(
    call('graph', small(), '--on', 'size,free,a,b', '--format', 'xstate').out,
  ) as Record<string, unknown>
  expect(machine).toMatchObject({ id: 'small', type: 'parallel' })
  expect(Object.keys(machine['states'] as object)).toEqual(['region_1', 'region_2'])
  expect(call('graph', small(), '--on', 'size,free,a,b').err).toContain('in 2 independent regions')
  expect(call('graph', small(), '--on', 'a,b').err).toContain('5 combinations, 4 states')
})

/** Elements of a text that is well-formed XML, in order; throws otherwise. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const open: string[] = []
  const found: { name: string; attributes: Record<string, string> }[] = []
  const body = xml.replace(/^<\?xml [^?]*\?>\n/, '')
  for (const [part, close, name, attributes, empty] of body.matchAll(
    /<(\/?)([A-Za-z]+)((?: [A-Za-z:]+="[^"<&]*")*)(\/?)>|[^<]+|</g,
  )) {
    if (part.trim() === '') continue
    if (name === undefined) throw new Error(`not well-formed: ${part}`)
    if (close) {
      if (open.pop() !== name) throw new Error(`${name} is closed, but not open`)
      continue
    }
    const pairs = [...attributes!.matchAll(/ ([A-Za-z:]+)="([^"]*)"/g)].map(
      (pair) => [pair[1]!, pair[2]!] as const,
    )
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`twice in ${part}`)
    found.push({ name, attributes: Object.fromEntries(pairs) })
    if (!empty) open.push(name)
  }
  if (open.length > 0) throw new Error(`${open.join()} not closed`)
  return found
}

test.each([
  ['one region', 'a,b,size'],
  ['regions side by side', 'size,free,a,b'],
])('SCXML is well-formed, targets exist and events tell values apart: %s', (_, on) => {
  const { out } = call('graph', small(), '--on', on, '--format', 'scxml')
  const elements = elementsOf(out.trim())
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? [])
  expect(new Set(ids).size).toBe(ids.length)
  const used = elements.flatMap(({ attributes }) =>
    [attributes['target'], attributes['initial']].filter(Boolean),
  )
  for (const id of used) expect(ids).toContain(id)
  const events = new Set(elements.flatMap(({ attributes }) => attributes['event'] ?? []))
  for (const event of events) expect(event).toMatch(/^[\p{L}\p{N}_-]+\.[\p{L}\p{N}_-]+$/u)
  // x, x+1 and x.1 are three events, 0.5, 0 and 1.5 are three, on and off two.
  expect(events.size).toBe(on.includes('free') ? 10 : 8)
})

test('Mermaid and DOT name every option and value', () => {
  expect(call('graph', small(), '--on', 'a,b').out).toBe(`stateDiagram-v2
  state "a" as a_1
  state "b" as b_1
  state "b" as b_2
  [*] --> a_1
  a_1 --> b_1 : x
  a_1 --> b_2 : x+1, x.1
  b_1 --> [*] : true
  b_2 --> [*] : false, true
`)
  const dot = call('graph', small(), '--on', 'free,b', '--format', 'dot').out
  expect(dot).toContain('free_1 -> done_1 [label="p, q"]')
  expect(dot).toContain('b_1 -> done_2 [label="false, true"]')
})

test('choices already made and the order date narrow the picture', () => {
  expect(call('graph', small(), '--on', 'a,b', '--choose', 'size=0').err).toContain('4 combinations')
  expect(call('graph', small(), '--on', 'a', '--choose', 'a=x', '--choose', 'b=false')).toMatchObject({
    code: 1,
  })
})

test.each<[string, string[], string]>([
  ['an unknown option', ['--on', 'sise'], '--on sise: small has no such option (did you mean "size"?)'],
  ['an option named twice', ['--on', 'a,a'], '--on a: named twice'],
  ['an unknown format', ['--format', 'svg'], '--format svg is unknown (known: mermaid, xstate, scxml, dot)'],
])('%s is a wrong call', (_, flags, message) => {
  const { code, err } = call('graph', small(), ...flags)
  expect(code).toBe(2)
  expect(err).toContain(message)
})

test('what is too big for a picture says so', async () => {
  const grid = '{ min: 1, max: 30, step: 1 }'
  const big = join(folder, 'big.yaml')
  await writeFile(
    big,
    family(
      `options:\n${'a b c d e f g'
        .split(' ')
        .map((id) => `  ${id}: ${grid}\n`)
        .join('')}`,
    ),
  )
  expect(call('graph', big, '--on', 'a,b,c')).toMatchObject({
    code: 2,
    err: expect.stringContaining('more than 20,000 combinations: name fewer options') as string,
  })
  expect(call('graph', big, '--on', 'a,b,c,d,e,f,g').err).toContain(
    '--on names 7 options: a picture shows at most 6',
  )
})
