/** One shopper: posts until the order is taken, then follows its stream to the end, whatever breaks in between. */
import { setMaxListeners } from 'node:events'
import type { BuildOrder, OrderEvent } from '@lot-one/rules'

/** What became of one order, as its shopper saw it. Times in ms since the click. */
export interface Shopping {
  readonly order: BuildOrder
  readonly clickedAt: number
  posts: number
  acceptedAfter?: number
  /** The first station was seen Running. */
  runningAfter?: number
  endedAfter?: number
  state: string
  /** Why it waits or was stopped, last thing said. */
  reason?: string
  /** What became of her wish: `granted` is durable, `refused` left the order as it was. */
  wished?: 'granted' | 'refused'
  /** What no answer should ever be: a 5xx other than 503, a refusal of a good order, a gap in the stream. */
  readonly wrongs: string[]
}

/** What a shopper wants once her order is taken: another choice for some options, or nothing any more. */
export type Wish =
  | { readonly do: 'cancel' }
  | { readonly do: 'change'; readonly selection: BuildOrder['selection'] }

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const over = new Set(['completed', 'stopped', 'cancelled'])

/** The shopper was told that a person has to look: stopped, or in doubt about what a line did. */
export function asksOperator({ state, reason }: Shopping): boolean {
  return state === 'stopped' || (state !== 'completed' && reason?.startsWith('inDoubt') === true)
}

/** Buys, and says her wish when there is one; never throws. Ends early when `signal` is aborted. `onChange` after every step. */
export async function shop(
  url: string,
  order: BuildOrder,
  signal: AbortSignal,
  onChange: (shopping: Shopping, mark: 'posting' | 'accepted' | 'event') => void,
  wish?: Wish,
): Promise<Shopping> {
  // Every request of every shopper listens for the end.
  setMaxListeners(0, signal)
  const began = performance.now()
  const since = () => performance.now() - began
  const shopping: Shopping = { order, clickedAt: Date.now(), posts: 0, state: 'posting', wrongs: [] }
  const token = await post()
  if (token === undefined) return shopping
  shopping.acceptedAfter = since()
  shopping.state = 'accepted'
  onChange(shopping, 'accepted')
  let seen = 0
  const wishing = wish && say(wish, token)
  while (!over.has(shopping.state) && !signal.aborted) {
    try {
      await follow(token)
    } catch {
      // The bridge is away; the stream goes on where it stopped.
    }
    if (!over.has(shopping.state) && !signal.aborted) await pause(250)
  }
  if (over.has(shopping.state)) shopping.endedAfter = since()
  await wishing
  return shopping

  /** Asks until there is an answer that counts: an unanswered wish may have been granted. */
  async function say({ do: what, ...body }: Wish, token: string): Promise<void> {
    const path = `/api/orders/${order.orderId}${what === 'cancel' ? '/cancel' : ''}`
    while (!signal.aborted) {
      try {
        const response = await fetch(new URL(path, url), {
          method: what === 'cancel' ? 'POST' : 'PATCH',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        })
        const text = await response.text()
        if (response.status === 200) return void (shopping.wished = 'granted')
        if (response.status === 409)
          return void (shopping.wished = (await holds(body, token)) ? 'granted' : 'refused')
        if (response.status !== 503)
          return void shopping.wrongs.push(`${what} answered with ${response.status}: ${text.slice(0, 300)}`)
      } catch {
        // The bridge is away.
      }
      await pause(200)
    }
  }

  /** Too late to be asked again, but an earlier try may have come through: the order itself says so. */
  async function holds({ selection }: { readonly selection?: BuildOrder['selection'] }, token: string) {
    if (!selection) return false
    const response = await fetch(new URL(`/api/orders/${order.orderId}`, url), {
      headers: { authorization: `Bearer ${token}` },
      signal,
    })
    const view = (await response.json()) as { order: { selection: BuildOrder['selection'] } }
    return Object.entries(selection).every(([option, value]) => view.order.selection[option] === value)
  }

  async function post(): Promise<string | undefined> {
    const body = JSON.stringify(order)
    while (!signal.aborted) {
      shopping.posts++
      try {
        const sending = fetch(new URL('/api/orders', url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal,
        })
        onChange(shopping, 'posting')
        const response = await sending
        const text = await response.text()
        if (response.status === 201 || response.status === 200)
          return (JSON.parse(text) as { trackingToken: string }).trackingToken
        if (response.status !== 503) {
          shopping.wrongs.push(`post answered with ${response.status}: ${text.slice(0, 300)}`)
          if (response.status < 500) return undefined
        }
        await pause(Math.min(2000, 1000 * Number(response.headers.get('retry-after') ?? 0.2)))
      } catch {
        await pause(200)
      }
    }
    return undefined
  }

  async function follow(token: string): Promise<void> {
    const response = await fetch(new URL(`/api/orders/${order.orderId}/events`, url), {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': String(seen) },
      signal,
    })
    if (response.status !== 200 || !response.body) {
      if (response.status !== 503) shopping.wrongs.push(`stream answered with ${response.status}`)
      await response.body?.cancel()
      return
    }
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data:'))
        if (data) take(JSON.parse(data.slice(5)) as OrderEvent)
      }
      if (over.has(shopping.state)) return
    }
  }

  function take(event: OrderEvent): void {
    if (event.seq !== seen + 1) shopping.wrongs.push(`stream gave event ${event.seq} after ${seen}`)
    seen = event.seq
    shopping.state = event.state
    if (event.kind === 'job' && event.jobState === 'Running') shopping.runningAfter ??= since()
    // Whatever else happens ends the waiting.
    delete shopping.reason
    if (event.kind === 'waiting') shopping.reason = `${event.reason} ${event.detail ?? ''}`
    if (event.kind === 'stopped') shopping.reason = event.reason
    onChange(shopping, 'event')
  }
}
