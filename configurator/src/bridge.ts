/**
 * The bridge as the page sees it: HTTP and one server-sent event stream. Everything that arrives is parsed with the schemas of
 * `@lot-one/rules`; what the world may recover from (offline, busy, refused) comes back as a value, never as an exception.
 */
import { OrderAnswer, OrderEvent, OrderView, Problem } from '@lot-one/rules'
import type { BuildOrder, ProductPackage, Selection } from '@lot-one/rules'
import * as z from 'zod/mini'

const ProductEntry = z.object({
  id: z.string(),
  title: z.record(z.string(), z.string()),
  rulesHash: z.string(),
  currency: z.string(),
  fromPriceCents: z.int(),
  options: z.int(),
  /** Exact number of designs that can be built, in decimal digits. */
  designs: z.optional(z.string().check(z.regex(/^\d+$/))),
})
/** One line of `GET /api/products`. */
export type ProductEntry = z.infer<typeof ProductEntry>

/** What came back: the thing · a refusal with its reason · no answer, so nobody knows whether the request arrived. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'unanswered'; readonly reason: 'offline' | 'silent' | 'busy' }

/** `live`: events flow · `connecting` · `waiting`: the next attempt is at `retryAt` (Unix ms) · `gone`: no such order. */
export type LinkState =
  | { readonly state: 'connecting' | 'live' | 'gone' }
  | { readonly state: 'waiting'; readonly retryAtMs: number }

export interface OrderKey {
  readonly orderId: string
  readonly token: string
}

export interface Following {
  /** Tries at once: the page woke up, the network is back, or the shopper asked. */
  wake(): void
  stop(): void
}

export interface Bridge {
  products(): Promise<Answer<ProductEntry[]>>
  /** The product under the rules in force, or under those of an order. */
  product(id: string, rulesHash?: string): Promise<Answer<ProductPackage>>
  /** Places an order. The same body may be sent again: it stays one order. */
  place(order: BuildOrder): Promise<Answer<OrderAnswer>>
  order(key: OrderKey): Promise<Answer<OrderView>>
  cancel(key: OrderKey): Promise<Answer<OrderView>>
  /** Gives an order other values; options not named keep theirs. */
  change(key: OrderKey, selection: Selection): Promise<Answer<OrderView>>
  /** Streams an order's events after a sequence number until stopped; reconnects by itself, each event comes at least once. */
  follow(
    key: OrderKey,
    after: () => number,
    on: { event(event: OrderEvent): void; link(link: LinkState): void },
  ): Following
}

/** The world the client needs: all of it replaceable in a test. */
export interface World {
  readonly fetch: typeof fetch
  readonly isOnline: () => boolean
  readonly now: () => number
  /** Runs `act` once after a delay; gives back its cancellation. */
  readonly later: (act: () => void, ms: number) => () => void
}

/** How long an answer may take before it counts as none. */
const answerWithinMs = 15_000
/** The bridge sends a heartbeat this often; a stream silent for longer than two of them is dead. */
const heartbeatMs = 15_000
const silentAfterMs = 2 * heartbeatMs + 5_000
const longestBackoffMs = 20_000

/** One question to the bridge: what it may be answered with is parsed, whatever else comes is no answer. */
export type Asks = <T extends z.ZodMiniType>(
  path: string,
  schema: T,
  init?: RequestInit,
  withinMs?: number,
) => Promise<Answer<z.output<T>>>

/** Makes what asks. `base` goes before every path: the bridge's origin, or what all paths begin with. */
export const asking =
  (world: World, base = ''): Asks =>
  async (path, schema, init = {}, withinMs = answerWithinMs) => {
    const abort = new AbortController()
    const cancel = world.later(() => abort.abort(), withinMs)
    try {
      const response = await world.fetch(base + path, { ...init, signal: abort.signal })
      if (response.status >= 500) return { kind: 'unanswered', reason: 'busy' }
      const parsed = z.safeParse(response.ok ? schema : Problem, await response.json())
      if (!parsed.success) {
        // a newer or a foreign server: the shopper can only try again, the console gets the details
        console.error(`Unexpected answer of ${base}${path}`, parsed.error)
        return { kind: 'unanswered', reason: 'busy' }
      }
      if (!response.ok) return { kind: 'refused', problem: parsed.data as Problem }
      return { kind: 'ok', value: parsed.data as z.output<typeof schema> }
    } catch {
      return { kind: 'unanswered', reason: world.isOnline() ? 'silent' : 'offline' }
    } finally {
      cancel()
    }
  }

/** Makes the client. `base` is the bridge's origin, empty for the page's own. */
export function createBridge(world: World, base = ''): Bridge {
  const ask = asking(world, base)
  const json = { 'content-type': 'application/json' }
  const orderPath = ({ orderId }: OrderKey) => `/api/orders/${encodeURIComponent(orderId)}`
  const bearer = ({ token }: OrderKey) => ({ authorization: `Bearer ${token}` })
  return {
    products: () => ask('/api/products', z.array(ProductEntry)),
    async product(id, rulesHash) {
      const rules = rulesHash === undefined ? '' : `?rulesHash=${encodeURIComponent(rulesHash)}`
      const answer = await ask(`/api/products/${encodeURIComponent(id)}${rules}`, PackageShape)
      return answer.kind === 'ok' ? { kind: 'ok', value: answer.value as unknown as ProductPackage } : answer
    },
    place: (order) =>
      ask('/api/orders', OrderAnswer, { method: 'POST', headers: json, body: JSON.stringify(order) }),
    order: (key) => ask(orderPath(key), OrderView, { headers: bearer(key) }),
    cancel: (key) => ask(`${orderPath(key)}/cancel`, OrderView, { method: 'POST', headers: bearer(key) }),
    change: (key, selection) =>
      ask(orderPath(key), OrderView, {
        method: 'PATCH',
        headers: { ...json, ...bearer(key) },
        body: JSON.stringify({ selection }),
      }),
    follow: (key, after, on) => follow(world, `${base}${orderPath(key)}/events`, bearer(key), after, on),
  }
}

/** The members the page cannot do without; the rest of a package is checked by `rulesHash` on every order. */
const PackageShape = z.looseObject({
  id: z.string(),
  rulesHash: z.string(),
  currency: z.string(),
  languages: z.array(z.string()),
  options: z.array(z.looseObject({ id: z.string(), role: z.string(), values: z.array(z.unknown()) })),
  steps: z.array(z.looseObject({ id: z.string(), options: z.array(z.string()) })),
  machine: z.string(),
})

function follow(
  world: World,
  url: string,
  headers: Record<string, string>,
  after: () => number,
  on: { event(event: OrderEvent): void; link(link: LinkState): void },
): Following {
  let attempt = 0
  let stopped = false
  let abort: AbortController | undefined
  let cancelRetry = () => {}
  let lastHeardMs = Number.NEGATIVE_INFINITY

  async function connect(): Promise<void> {
    cancelRetry()
    abort?.abort()
    const mine = new AbortController()
    abort = mine
    on.link({ state: 'connecting' })
    let cancelSilence = () => {}
    // counts as silence until the first byte, so that a request that hangs is given up as well
    const heard = () => {
      lastHeardMs = world.now()
      cancelSilence()
      cancelSilence = world.later(() => mine.abort(), silentAfterMs)
    }
    heard()
    try {
      const response = await world.fetch(url, {
        headers: { ...headers, accept: 'text/event-stream', 'last-event-id': String(after()) },
        cache: 'no-store',
        signal: mine.signal,
      })
      if (response.status === 404) {
        stopped = true
        on.link({ state: 'gone' })
        return
      }
      if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`)
      attempt = 0
      on.link({ state: 'live' })
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      const feed = eventStreamReader((data) => {
        const event = z.safeParse(OrderEvent, JSON.parse(data))
        if (event.success) on.event(event.data)
        else console.error('Unexpected order event', data, event.error)
      })
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        heard()
        feed(value)
      }
    } catch {
      // offline, restarted or asleep: all the same to a reader who resumes by sequence
    } finally {
      cancelSilence()
      if (abort === mine) lastHeardMs = Number.NEGATIVE_INFINITY
    }
    if (stopped || abort !== mine) return
    const delayMs = Math.min(longestBackoffMs, 500 * 2 ** attempt++)
    on.link({ state: 'waiting', retryAtMs: world.now() + delayMs })
    cancelRetry = world.later(() => void connect(), delayMs)
  }

  void connect()
  return {
    wake() {
      // a stream that spoke within its heartbeat is alive: waking it would only cost a connection
      if (stopped || world.now() - lastHeardMs < heartbeatMs + 2_000) return
      attempt = 0
      void connect()
    },
    stop() {
      stopped = true
      cancelRetry()
      abort?.abort()
    },
  }
}

/**
 * Reads `text/event-stream` (WHATWG HTML §9.2.6) piece by piece and gives each event's data. Pieces may be cut anywhere;
 * comments (heartbeats) and fields other than `data` are skipped: our events carry their sequence inside.
 */
export function eventStreamReader(onData: (data: string) => void): (piece: string) => void {
  let rest = ''
  let data: string[] = []
  return (piece) => {
    rest += piece
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onData(data.join('\n'))
        data = []
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    }
  }
}
