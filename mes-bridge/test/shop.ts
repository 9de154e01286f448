/** The bridge's HTTP on a real socket with a real journal and the real rules, and orders a page could send. */
import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOrder, LineView, Product, Selection } from '@lot-one/rules'
import pino from 'pino'
import { Registry } from 'prom-client'
import { createCatalog } from '../src/catalog.ts'
import { createHttp } from '../src/http.ts'
import type { HttpParts } from '../src/http.ts'
import type { Journal } from '../src/journal.ts'
import { openJournal } from '../src/journalOpen.ts'
import type { JournalStart } from '../src/journalOpen.ts'
import type { Production } from '../src/production.ts'
import { temporaryFolder, workerFile } from './journals.ts'

export const rulesFolder = fileURLToPath(new URL('../../rules/products', import.meta.url))
const staffToken = 'staff-token-of-the-test'
/** Before any change of the rules by date. */
const now = () => new Date('2026-03-01T10:00:00.000Z')

export interface Shop {
  readonly url: string
  readonly journal: Journal
  readonly product: Product
  /** All on sale, as the bridge decides with them. */
  readonly products: readonly Product[]
  readonly staffToken: string
  /** Everything logged at level warn or above, as JSON lines. */
  readonly logged: string[]
  /** A complete order of the default design with these changes; a page would send the same. */
  order(change?: Partial<Omit<BuildOrder, 'selection'>> & { selection?: Selection }): BuildOrder
  /** Open connections of the server. */
  connections(): Promise<number>
  close(): Promise<void>
}

export interface ShopStart {
  readonly storage?: Partial<Extract<JournalStart['storage'], { engine: 'sqlite' }>>
  readonly production?: (journal: Journal) => Partial<Production>
  readonly http?: Partial<HttpParts>
  readonly maxWaiting?: number
  /** What the HTTP sees of the journal; the default is the journal itself. */
  readonly wrap?: (journal: Journal) => Journal
}

/** Starts a shop without lines: nothing but the test moves an order. */
export async function startShop({
  storage,
  production,
  http,
  maxWaiting,
  wrap,
}: ShopStart = {}): Promise<Shop> {
  const folder = temporaryFolder()
  const logged: string[] = []
  const real = await openJournal({
    storage: { engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid, ...storage },
    now,
    warn: (message) => logged.push(message),
    ...(maxWaiting !== undefined && { maxWaiting }),
  })
  const journal = wrap?.(real) ?? real
  const {
    catalog,
    load,
    close: endRules,
  } = createCatalog({
    folder: rulesFolder,
    cacheDir: join(folder.path, 'compiled'),
    workerFile: new URL('../../dist/server/rulesWorker.mjs', import.meta.url),
    journal: real,
    warn: (message) => logged.push(message),
  })
  const { trouble } = await load(now().toISOString().slice(0, 10))
  await endRules()
  if (trouble !== undefined) throw new Error(`${trouble}: ${logged.join('\n')}`)
  const { product } = catalog.onSale()[0]!
  const { server, close } = createHttp({
    journal,
    catalog,
    production: { ...withoutLines, ...production?.(real) },
    staffToken,
    webFolder: join(folder.path, 'web'),
    now,
    randomBytes,
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    metrics: new Registry(),
    ...http,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    journal: real,
    product,
    products: catalog.onSale().map((entry) => entry.product),
    staffToken,
    logged,
    order: (change) => pageOrder(product, change),
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      await close()
      await real.close()
      folder.remove()
    },
  }
}

/** The default design for Germany with some choices, completed and priced by the machine, as the page does. */
export function pageOrder(
  product: Product,
  { selection = {}, ...rest }: Partial<Omit<BuildOrder, 'selection'>> & { selection?: Selection } = {},
): BuildOrder {
  const context = rest.context ?? { country: 'DE' }
  const design = product.complete({ context, selection })
  const choices = Object.fromEntries(
    product.package.options
      .filter((o) => o.role === 'choice')
      .map((o) => [o.id, design?.[o.id] ?? o.values[0]!]),
  )
  return {
    orderId: randomUUID(),
    productId: product.package.id,
    rulesHash: product.package.rulesHash,
    context: { ...context },
    selection: { ...choices, ...selection },
    customer: {
      name: 'Mira Muster',
      email: 'mira@example.com',
      address: { street: 'Gasse 1', postcode: '10115', city: 'Berlin', country: 'DE' },
    },
    expectedPriceCents: design === undefined ? 0 : product.price(design).totalCents,
    currency: product.package.currency,
    ...rest,
  }
}

const withoutLines: Production = {
  requestCancel: async () => ({ outcome: 'unavailable', reason: 'no lines in this test' }),
  requestChange: async () => ({ outcome: 'unavailable', reason: 'no lines in this test' }),
  lines: () => [],
  followLines: () => () => {},
  holdLine: async () => ({ outcome: 'unknownLine' }),
  trustLine: async () => ({ outcome: 'unknownLine' }),
  answerDoubt: async () => ({ outcome: 'unknownLine' }),
  preview: async () => ({ outcome: 'unknownLine' }),
}

export const lineView: LineView = {
  id: 'line-1',
  endpoint: 'opc.tcp://127.0.0.1:4840',
  link: { state: 'online', since: '2026-03-01T09:00:00.000Z' },
  endpoints: [],
  held: false,
  stations: [],
  queue: 0,
  orders: [],
  alarms: [],
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** Sends JSON and reads JSON (or text). */
export async function send(
  url: string,
  init: {
    method?: string
    headers?: Record<string, string>
    json?: unknown
    body?: string | Uint8Array
  } = {},
): Promise<Reply> {
  const { method, json, body, headers } = init
  const response = await fetch(url, {
    method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
    headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(body !== undefined && { body: body as string }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  }
}

/** Writes bytes to a socket and gives everything that comes back until the server closes. */
export function rawRequest(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let answer = ''
    socket.on('data', (data) => (answer += data.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

/** One event of a stream. */
export interface Heard {
  readonly id: number
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any
}

/** Follows a stream; `next` waits for the event after those already taken. */
export async function listen(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  const heard: Heard[] = []
  let wake = () => {}
  let taken = 0
  const ended = (async () => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body!) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true })
      const blocks = rest.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined)
          heard.push({ id: Number(/^id: (\d+)$/m.exec(block)?.[1]), data: JSON.parse(data) })
      }
      wake()
    }
  })().catch(() => {})
  return {
    status: response.status,
    headers: response.headers,
    heard,
    ended,
    async next(): Promise<Heard> {
      while (heard.length <= taken) await new Promise<void>((resolve) => (wake = resolve))
      return heard[taken++]!
    },
    async stop() {
      abort.abort()
      await ended
    },
  }
}
