import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readLedger } from '@lot-one/plc-sim'
import { openProduct } from '@lot-one/rules'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './journals.ts'
import { png } from './pictures.ts'
import { listen, pageOrder, rulesFolder, send } from './shop.ts'
import { password, startSim } from './simulatedLine.ts'

const bundle = fileURLToPath(new URL('../../dist/server/bridge.mjs', import.meta.url))
const folder = temporaryFolder()
const data = join(folder.path, 'data')
let sim: Awaited<ReturnType<typeof startSim>>
let linesFile: string
const running = new Set<ChildProcess>()

beforeAll(async () => {
  sim = await startSim(folder.path, join(data, 'pki'), 'line-1', { speed: 20 })
  linesFile = join(folder.path, 'lines.yaml')
  writeFileSync(
    linesFile,
    `lines:
  - id: line-1
    endpoint: ${sim.endpointUrl}
    security: { policy: Basic256Sha256, mode: SignAndEncrypt, user: bridge, passwordEnv: LINE_PASSWORD }
    trust: firstUse
`,
  )
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})
afterAll(async () => {
  await sim.stop()
  folder.remove()
})

// oxlint-disable-next-line typescript/no-explicit-any
type Message = any

/** Starts the bridge as npm start does; `until` waits for a message of a type with these words, also one that came before. */
function startBridge(env: Record<string, string> = {}) {
  const child = fork(bundle, [], {
    // not the test runner's own
    execArgv: ['--enable-source-maps'],
    env: { PATH: process.env['PATH'], LOT_ONE_DATA: data, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  running.add(child)
  let printed = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => (printed += String(chunk)))
  const messages: Message[] = []
  let wake = () => {}
  child.on('message', (message) => {
    messages.push(message)
    wake()
  })
  const exited = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    wake()
    return { code: code as number | null, signal: signal as string | null }
  })
  return {
    child,
    exited,
    messages,
    printed: () => printed,
    async until(type: string, text = ''): Promise<Message> {
      for (;;) {
        const found = messages.find((message) => message.type === type && (message.text ?? '').includes(text))
        if (found !== undefined) return found
        if (!running.has(child))
          throw new Error(`The bridge ended without "${type}": ${JSON.stringify(messages)} ${printed}`)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

const withLine = () => ({ LOT_ONE_LINES: linesFile, LINE_PASSWORD: password })

async function place(url: string, texts: Record<string, string> = {}) {
  const [{ id }] = (await send(`${url}/api/products`)).body
  const product = openProduct((await send(`${url}/api/products/${id}`)).body)
  const order = pageOrder(product, { texts })
  for (const text of product.package.texts) if (texts[text.id]) order.expectedPriceCents += text.priceCents
  const { status, body } = await send(`${url}/api/orders`, { json: order })
  expect(status).toBe(201)
  return {
    headers: { authorization: `Bearer ${body.trackingToken}` },
    path: `/api/orders/${body.orderId}`,
    id: body.orderId,
  }
}

test('an order is built by the line, and a kill in the middle of it changes nothing but the clock', async () => {
  const first = startBridge(withLine())
  const { url } = await first.until('ready')
  expect(first.messages.map((m) => m.type)).toEqual(['notice', 'certificate', 'listening', 'ready'])
  const bytes = png(2, 2)
  const picture = createHash('sha256').update(bytes).digest('hex')
  const put = await send(`${url}/api/pictures/${picture}`, {
    method: 'PUT',
    headers: { 'content-type': 'image/png' },
    body: bytes,
  })
  expect(put.status).toBe(200)
  const order = await place(url, { picture: `${picture}-50-50-100` })
  const stream = await listen(`${url}${order.path}/events`, order.headers)
  let event = await stream.next()
  while (event.data.jobState !== 'Running') event = await stream.next()
  expect(event.data.sourceAt).toBeDefined()
  first.child.kill('SIGKILL')
  await first.exited
  await stream.stop()

  const second = startBridge(withLine())
  const again = await second.until('ready')
  const resumed = await listen(`${again.url}${order.path}/events`, {
    ...order.headers,
    'last-event-id': String(event.id),
  })
  let next = await resumed.next()
  expect(next.id).toBe(event.id + 1)
  while (next.data.state !== 'completed') next = await resumed.next()
  expect(resumed.heard.map((e) => e.id)).toEqual(resumed.heard.map((_, i) => event.id + 1 + i))
  const view = (await send(`${again.url}${order.path}`, { headers: order.headers })).body
  expect(view.state).toBe('completed')
  expect(view.operations.every((o: { jobState: string }) => o.jobState === 'Ended')).toBe(true)

  // the line was given the picture's name, once, and whoever has the name gets the picture
  const named = readLedger(sim.ledgerFile).filter((record) => JSON.stringify(record).includes(picture))
  expect(named.map((record) => JSON.stringify(record).split(`${picture}-50-50-100`).length)).toEqual([2])
  expect((await send(`${again.url}/api/pictures/${picture}`)).status).toBe(200)

  // an orderly end: the stream is closed, nothing is left running
  second.child.kill('SIGTERM')
  expect(await second.exited).toEqual({ code: 0, signal: null })
  await resumed.ended
  expect(first.printed() + second.printed()).not.toMatch(/\bat .*\.mjs:\d/)
})

test('it ends when its parent is gone', async () => {
  const bridge = startBridge()
  await bridge.until('ready')
  bridge.child.disconnect()
  expect(await bridge.exited).toEqual({ code: 0, signal: null })
})

test('without a line it takes orders and says that they wait', async () => {
  const bridge = startBridge()
  const { url } = await bridge.until('ready')
  expect(bridge.messages).toContainEqual({
    type: 'notice',
    text: expect.stringContaining('No line is configured'),
  })
  const order = await place(url)
  expect((await send(url + order.path, { headers: order.headers })).body.state).toBe('accepted')
  bridge.child.kill('SIGTERM')
  await bridge.exited
})

test('what keeps it from starting is said in one sentence, without a stack trace', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const file = join(folder.path, 'a-file')
  writeFileSync(file, '')
  const cases: [Record<string, string>, RegExp][] = [
    [{ PORT: String(port) }, /^Port \d+ on 127.0.0.1 is taken\./],
    [{ PORT: 'eighty' }, /^PORT is "eighty", but must be/],
    [{ LOT_ONE_DATA: join(file, 'data') }, /cannot be written \(ENOTDIR\).*LOT_ONE_DATA/],
    [{ LOT_ONE_RULES: '/nowhere' }, /\/nowhere.*LOT_ONE_RULES/],
    [
      { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' },
      /^The database none at 127.0.0.1:1 \(DATABASE_URL\) cannot be used: .*ECONNREFUSED/,
    ],
    [{ LOT_ONE_LINES: '/nowhere/lines.yaml' }, /cannot be read \(ENOENT\)/],
  ]
  for (const [env, expected] of cases) {
    const bridge = startBridge(env)
    expect((await bridge.until('refused')).text).toMatch(expected)
    expect((await bridge.exited).code).toBe(1)
    expect(bridge.printed()).not.toMatch(/\bat .*\.mjs:\d|hunter2/)
  }
  taken.close()
})

test('a second bridge on the same data folder is refused with the first one named', async () => {
  const first = startBridge()
  await first.until('ready')
  const second = startBridge()
  expect((await second.until('refused')).text).toContain(`in use by process ${first.child.pid}`)
  expect((await second.exited).code).toBe(1)
  first.child.kill('SIGTERM')
  await first.exited
})

test('an edit of a rule file is live without a restart; one with a mistake is refused and the old rules serve on', async () => {
  const rules = join(folder.path, 'edited-rules')
  const file = join(rules, 'fridge.yaml')
  mkdirSync(rules)
  copyFileSync(join(rulesFolder, 'fridge.yaml'), file)
  const sound = readFileSync(file, 'utf8')
  const bridge = startBridge({ LOT_ONE_RULES: rules })
  const { url } = await bridge.until('ready')
  const offered = async () => (await send(`${url}/api/products`)).body
  const [{ id, rulesHash: first }] = await offered()
  const order = pageOrder(openProduct((await send(`${url}/api/products/${id}`)).body))
  const placed = await send(`${url}/api/orders`, { json: order })
  expect(placed.status).toBe(201)

  // one amount of one value, as an engineer would change it
  const dearer = sound.replace(/price: (\d+)/, (_, cents) => `price: ${Number(cents) + 100}`)
  expect(dearer).not.toBe(sound)
  writeFileSync(file, dearer)
  await bridge.until('rules', `${id} is on sale under the rules`)
  const [{ rulesHash: second }] = await offered()
  expect(second).not.toBe(first)
  expect(await send(`${url}/api/orders`, { json: order })).toMatchObject({ status: 200 })
  const late = { ...order, orderId: '018f6f2e-7d1b-7c3a-9a55-0123456789ab' }
  const refused = await send(`${url}/api/orders`, { json: late })
  expect(refused).toMatchObject({ status: 409, body: { type: expect.stringContaining('rules-changed') } })
  const view = await send(`${url}/api/orders/${order.orderId}`, {
    headers: { authorization: `Bearer ${placed.body.trackingToken}` },
  })
  expect(view.body.order.rulesHash).toBe(first)

  writeFileSync(file, dearer.replace('options:', 'optoins:'))
  const { text } = await bridge.until('rules', 'has mistakes')
  expect(text).toContain(`${id} stays on sale under the rules ${second.slice(0, 12)}`)
  expect(bridge.printed()).toMatch(/fridge\.yaml:\d+:\d+ .*optoins/)
  expect((await offered())[0].rulesHash).toBe(second)
  await place(url)

  writeFileSync(file, sound)
  await bridge.until('rules', `${id} is on sale under the rules ${first.slice(0, 12)}`)
  expect((await offered())[0].rulesHash).toBe(first)
  bridge.child.kill('SIGTERM')
  expect((await bridge.exited).code).toBe(0)
})
