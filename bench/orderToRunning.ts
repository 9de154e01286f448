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

const speed = 10
const shoppers = 50

export const title = 'From order to running station'
export const about = `The whole product as \`npm start\` brings it up, with its two simulated lines at ${speed} times their speed: ${shoppers} shoppers each post an order over HTTP, follow its
event stream until it is completed, and post the next. The clock runs from the sending of the post to the event that says the first station was seen Running, which is
intake, rules, disk, dispatch, \`Store\` on every station, \`Start\`, the line's own status event and the stream back.`

export async function measure(bench: Bench): Promise<SectionResult> {
  const data = await mkdtemp(join(tmpdir(), 'lot-one-bench-'))
  try {
    const first = await start(bench, data)
    await end(first.child)
    const { child, url, seconds } = await start(bench, data)
    try {
      const product = await fetchProduct(url)
      const orders = await shop(url, product, bench.quick ? shoppers : 4 * shoppers)
      return {
        rows: [],
        figures: [
          ...figures(orders),
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
): Promise<{ child: ChildProcess; url: string; seconds: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: '',
      PORT: '0',
      LOT_ONE_DATA: data,
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

interface Timed {
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
    while (left-- > 0) orders.push(await buy(url, make()))
  }
  await Promise.all(Array.from({ length: shoppers }, shopper))
  return orders
}

async function buy(url: string, order: BuildOrder): Promise<Timed> {
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
  const of = (moment: keyof Timed) => orders.map((order) => order[moment])
  const figure = (name: string, moment: keyof Timed, q: number): Figure => ({
    name: `${name}, p${q * 100}`,
    value: quantile(of(moment), q) / 1000,
    unit: 's',
  })
  return [
    figure('order sent until a station runs', 'running', 0.5),
    {
      ...figure('order sent until a station runs', 'running', 0.95),
      bar: { atMost: 2 },
      note: `${orders.length} orders, ${shoppers} in flight`,
    },
    figure('order sent until accepted (durable)', 'accepted', 0.5),
    figure('order sent until accepted (durable)', 'accepted', 0.95),
    figure('order sent until completed', 'completed', 0.5),
  ]
}
