import { expect, test, vi } from 'vitest'
import { createBridge, eventStreamReader } from '../src/bridge.ts'
import type { LinkState, World } from '../src/bridge.ts'

const orderId = '01a20051-44c3-75b5-b270-08cbb76d28d5'
const key = { orderId, token: 'secret' }
const event = (seq: number, kind = 'accepted') =>
  `id: ${seq}\ndata: ${JSON.stringify({ kind, orderId, seq, at: '2026-11-21T22:00:00Z', state: 'accepted' })}\n\n`

/** A world with a clock that only the test moves. */
function world(answer: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const calls: { url: string; headers: Record<string, string> }[] = []
  let nowMs = 0
  let timers: { at: number; act: () => void }[] = []
  const made: World = {
    fetch: async (url, init = {}) => {
      calls.push({ url: url as string, headers: init.headers as Record<string, string> })
      return answer(url as string, init)
    },
    isOnline: () => true,
    now: () => nowMs,
    later(act, ms) {
      const timer = { at: nowMs + ms, act }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const pass = (ms: number) => {
    nowMs += ms
    const due = timers.filter((timer) => timer.at <= nowMs)
    timers = timers.filter((timer) => timer.at > nowMs)
    for (const timer of due) timer.act()
  }
  return { made, calls, pass }
}

test('an answer of another shape counts as no answer', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const body of ['<html>', '{}', '[{"id":7}]', 'null']) {
    const { made } = world(() => new Response(body))
    expect((await createBridge(made).products()).kind, body).toBe('unanswered')
  }
  vi.restoreAllMocks()
})

test('a problem is a refusal; a broken server and a broken line are not', async () => {
  const problem = { type: '/problems/frozen', title: 'frozen', status: 409, station: 'paint' }
  const refused = world(() => Response.json(problem, { status: 409 }))
  expect(await createBridge(refused.made).cancel(key)).toEqual({ kind: 'refused', problem })
  expect(refused.calls[0]).toMatchObject({ url: `/api/orders/${orderId}/cancel` })
  expect(refused.calls[0]?.headers['authorization']).toBe('Bearer secret')

  const down = world(() => Response.json({ type: 'x', title: 'x', status: 503 }, { status: 503 }))
  expect(await createBridge(down.made).order(key)).toEqual({ kind: 'unanswered', reason: 'busy' })
  const cut = world(() => Promise.reject(new TypeError('network')))
  expect(await createBridge(cut.made).order(key)).toEqual({ kind: 'unanswered', reason: 'silent' })
})

test('the token never stands in an address', async () => {
  const { made, calls } = world(() => new Response('', { status: 404 }))
  await createBridge(made).order(key)
  createBridge(made)
    .follow(key, () => 0, { event() {}, link() {} })
    .stop()
  for (const { url } of calls) expect(url).not.toContain('secret')
})

test('a stream may be cut anywhere', () => {
  const stream = `: heartbeat\r\n\r\n${event(1)}retry: 500\ndata: {"a":\ndata: 1}\n\n${event(2)}data: unfinished`
  const whole: string[] = []
  eventStreamReader((data) => whole.push(data))(stream)
  expect(whole).toHaveLength(3)
  expect(JSON.parse(whole[1]!)).toEqual({ a: 1 })
  for (let cut = 1; cut < stream.length; cut++) {
    const parts: string[] = []
    const feed = eventStreamReader((data) => parts.push(data))
    feed(stream.slice(0, cut))
    feed(stream.slice(cut))
    expect(parts, `cut at ${cut}`).toEqual(whole)
  }
})

test('a broken stream resumes after the last event it brought, waits longer each time, and stops when told', async () => {
  let seq = 0
  const { made, calls, pass } = world(() => new Response(event(seq + 1) + event(seq + 2)))
  const links: LinkState['state'][] = []
  const following = createBridge(made).follow(key, () => seq, {
    event: (news) => (seq = news.seq),
    link: (link) => links.push(link.state),
  })
  await vi.waitFor(() => expect(links).toEqual(['connecting', 'live', 'waiting']))
  expect(seq).toBe(2)
  pass(499)
  expect(calls).toHaveLength(1)
  pass(1)
  await vi.waitFor(() => expect(seq).toBe(4))
  expect(calls.map((call) => call.headers['last-event-id'])).toEqual(['0', '2'])
  following.stop()
  pass(60_000)
  expect(calls).toHaveLength(2)
})

test('a stream without a heartbeat is given up and tried again; waking a lively one costs nothing', async () => {
  const links: LinkState['state'][] = []
  const { made, calls, pass } = world(
    (_url, init) =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(event(1)))
            init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
          },
        }),
      ),
  )
  const seen: number[] = []
  const following = createBridge(made).follow(key, () => 0, {
    event: (news) => seen.push(news.seq),
    link: (link) => links.push(link.state),
  })
  await vi.waitFor(() => expect(seen).toEqual([1]))
  following.wake()
  expect(calls).toHaveLength(1)
  pass(35_000)
  await vi.waitFor(() => expect(links.at(-1)).toBe('waiting'))
  following.wake()
  await vi.waitFor(() => expect(seen).toEqual([1, 1]))
  expect(calls).toHaveLength(2)
  following.stop()
})

test('an order that does not exist is not asked for again', async () => {
  const { made, calls, pass } = world(() => new Response('', { status: 404 }))
  const links: LinkState['state'][] = []
  createBridge(made).follow(key, () => 0, { event() {}, link: (link) => links.push(link.state) })
  await vi.waitFor(() => expect(links).toEqual(['connecting', 'gone']))
  pass(60_000)
  expect(calls).toHaveLength(1)
})
