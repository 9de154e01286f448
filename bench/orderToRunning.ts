/** Section `order-to-running`: from a click to a station at work, through everything that `npm start` starts. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder, OrderEvent, Product, ProductPackage } from '@lot-one/rules'
import { quantile, seeded } from './harness.ts'
import type { Bench, Figure, SectionResult } from './harness.ts'
import { orderMaker } from './orders.ts'
import { end } from './processes.ts'
import { copyRuleFiles, ruleEdits } from './ruleEdits.ts'

const speed = 10
const shoppers = 50

export const title = 'From order to running station'
export const about = `The whole product as \`npm start\` brings it up, with its two simulated lines at ${speed} times their speed: ${shoppers} shoppers each post an order over HTTP, follow its
event stream until it is completed, and post the next. The clock runs from the sending of the post to the event that says the first station was seen Running, which is
intake, rules, disk, dispatch, \`Store\` on every station, \`Start\`, the line's own status event and the stream back. Then the rule file it serves is edited.`

export async function measure(bench: Bench): Promise<SectionResult> {
  const data = await mkdtemp(join(tmpdir(), 'lot-one-bench-'))
  const rules = join(data, 'rules')
  copyRuleFiles(bench, rules)
  try {
    const first = await start(bench, data, rules)
    await end(first.child)
    const { child, url, seconds } = await start(bench, data, rules)
    try {
      const product = await fetchProduct(url)
      const before = await cpuSeconds(url)
      const orders = await shop(url, product, bench.quick ? shoppers : 4 * shoppers)
      const cpu = (await cpuSeconds(url)) - before
      const edits = await ruleEdits(bench, rules, url)
      return {
        rows: [],
        figures: [
          ...figures(orders),
          {
            name: 'CPU of the bridge per order, from post to completed',
            value: (1000 * cpu) / orders.length,
            unit: 'ms',
            note: 'all of it: HTTP, rules, journal, about seven job orders, their events and streams',
          },
          {
            name: 'npm start until an order can be placed and built',
            value: seconds,
            unit: 's',
            bar: { atMost: 10 },
            note: 'build of shop and servers included',
          },
          {
            name: 'the same with an empty data folder',
            value: first.seconds,
            unit: 's',
            note: 'keys and certificates are made',
          },
          ...edits,
        ],
      }
    } finally {
      await end(child)
    }
  } finally {
    await rm(data, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Runs the start script until it says that it is ready. */
function start(
  { root }: Bench,
  data: string,
  rules: string,
): Promise<{ child: ChildProcess; url: string; seconds: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: '',
      PORT: '0',
      LOT_ONE_DATA: data,
      LOT_ONE_RULES: rules,
      LOT_ONE_SIM_SPEED: String(speed),
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((done, refuse) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const url = /Lot One is ready: (\S+)/.exec(said)?.[1]
      if (url) done({ child, url, seconds: (performance.now() - began) / 1000 })
    })
    child.once('exit', (code) => refuse(new Error(`npm start ended (${code}) before it was ready:\n${said}`)))
  })
}

async function fetchProduct(url: string): Promise<Product> {
  const get = async (path: string): Promise<unknown> => (await fetch(new URL(path, url))).json()
  const [first] = (await get('/api/products')) as { id: string }[]
  return openProduct((await get(`/api/products/${first?.id}`)) as ProductPackage)
}

/** What the bridge says of itself (Prometheus text). */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text()
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1])
}

interface Timed {
  /** The shopper's first order: all of these were posted at once. */
  readonly isFirst: boolean
  readonly accepted: number
  readonly running: number
  readonly completed: number
}

/** Milliseconds from the post to each of the three moments, one entry per order. */
async function shop(url: string, product: Product, count: number): Promise<Timed[]> {
  const make = orderMaker(product, seeded(10))
  const orders: Timed[] = []
  let left = count
  const shopper = async () => {
    for (let isFirst = true; left-- > 0; isFirst = false)
      orders.push({ isFirst, ...(await buy(url, make())) })
  }
  await Promise.all(Array.from({ length: shoppers }, shopper))
  return orders
}

async function buy(url: string, order: BuildOrder): Promise<Omit<Timed, 'isFirst'>> {
  const sent = performance.now()
  const since = () => performance.now() - sent
  const posted = await fetch(new URL('/api/orders', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  if (posted.status !== 201)
    throw new Error(`the order was answered with ${posted.status}: ${await posted.text()}`)
  const { trackingToken } = (await posted.json()) as { trackingToken: string }
  const accepted = since()
  let running = NaN
  const stream = new URL(`/api/orders/${order.orderId}/events`, url)
  for await (const event of events(stream, trackingToken)) {
    if (event.kind === 'job' && event.jobState === 'Running' && Number.isNaN(running)) running = since()
    if (event.state === 'completed') return { accepted, running, completed: since() }
    if (event.state === 'stopped' || event.state === 'cancelled') break
  }
  throw new Error(`order ${order.orderId} was not completed`)
}

/** The events of one order, as its page gets them (Server-Sent Events). */
async function* events(url: URL, token: string): AsyncGenerator<OrderEvent> {
  const aborted = new AbortController()
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: aborted.signal })
  if (!response.body) throw new Error(`the event stream was answered with ${response.status}`)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of response.body) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data:'))
        if (data) yield JSON.parse(data.slice(5)) as OrderEvent
      }
    }
  } finally {
    aborted.abort()
  }
}

function figures(orders: readonly Timed[]): Figure[] {
  const figure = (name: string, times: readonly number[], q: number): Figure => ({
    name: `${name}, p${q * 100}`,
    value: quantile(times, q) / 1000,
    unit: 's',
    note: `${times.length} orders`,
  })
  const first = orders.filter(({ isFirst }) => isFirst)
  const later = orders.filter(({ isFirst }) => !isFirst)
  const running = (of: readonly Timed[], name: string) =>
    of.length === 0
      ? []
      : [0.5, 0.95].map((q) => {
          const times = of.map((order) => order.running)
          return {
            ...figure(`order sent until a station runs, ${name}`, times, q),
            ...(q === 0.95 && { bar: { atMost: 2 } }),
          }
        })
  const accepted = orders.map((order) => order.accepted)
  return [
    ...running(later, `${shoppers} in flight`),
    ...running(first, `${shoppers} sent at the same moment`),
    figure('order sent until accepted (durable)', accepted, 0.5),
    figure('order sent until accepted (durable)', accepted, 0.95),
    figure(
      'order sent until completed',
      orders.map((order) => order.completed),
      0.5,
    ),
  ]
}
