/** Five times as many orders as the bridge can take: what shoppers see, and whether every accepted order is there afterwards. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { BuildOrder } from '@lot-one/rules'
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'

/** Connections, several times as many as are let in on a slow machine. */
const lanes = 512
const times = 5

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

/**
 * Measures the pace at which 128 clients are served, then offers five times that for some seconds: an order is sent when its
 * moment has come, whatever became of those before, as long as one of the connections is free. Times count from the sending.
 */
export async function overload(port: number, make: () => BuildOrder, ms: number): Promise<Figure[]> {
  const { send, hasFree, close } = await openLanes(port)
  try {
    const post = () => {
      const body = JSON.stringify(make())
      return send(
        `POST /api/orders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    }
    const perSecond = await pace(post, ms / 2)
    const accepted: { readonly waited: number; readonly orderId: string; readonly token: string }[] = []
    const refused: { readonly waited: number; readonly hasRetryAfter: boolean }[] = []
    const odd: number[] = []
    const one = async () => {
      const sent = performance.now()
      const { status, retryAfter, body } = await post()
      const waited = performance.now() - sent
      if (status === 201) {
        const { orderId, trackingToken } = JSON.parse(body) as { orderId: string; trackingToken: string }
        accepted.push({ waited, orderId, token: trackingToken })
      } else if (status === 503) refused.push({ waited, hasRetryAfter: Number(retryAfter) >= 1 })
      else odd.push(status)
    }
    const under: Promise<void>[] = []
    const start = performance.now()
    let due = 0
    for (let now = 0; now < ms; now = performance.now() - start) {
      for (; due < (now / 1000) * perSecond * times; due++) if (hasFree()) under.push(one())
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(under)
    const seconds = (performance.now() - start) / 1000
    if (odd.length > 0) throw new Error(`answered with ${[...new Set(odd)].join(', ')}`)
    let missing = 0
    for (const { orderId, token } of accepted) {
      const { status } = await send(
        `GET /api/orders/${orderId} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`,
      )
      if (status !== 200) missing++
    }
    const waits = accepted.map(({ waited }) => waited)
    const told = `${times}× overload`
    return [
      {
        name: `${told}: accepted`,
        value: accepted.length / seconds,
        unit: 'per second',
        note: `${Math.round((under.length / ms) * 1000)} sent per second of ${Math.round(perSecond * times)} wanted; 128 clients that wait for each answer get ${Math.round(perSecond)}`,
      },
      {
        name: `${told}: refused with 503`,
        value: (100 * refused.length) / under.length,
        unit: '%',
        note: `p50 ${quantile([0, ...refused.map(({ waited }) => waited)], 0.5).toFixed(0)} ms`,
      },
      {
        name: `${told}: 503 without Retry-After`,
        value: refused.filter(({ hasRetryAfter }) => !hasRetryAfter).length,
        bar: { atMost: 0 },
      },
      {
        name: `${told}: accepted order durable and answered, p99`,
        value: quantile(waits, 0.99),
        unit: 'ms',
        bar: { atMost: 2_000 },
        note: `p50 ${quantile(waits, 0.5).toFixed(0)} ms, slowest ${Math.max(...waits).toFixed(0)} ms`,
      },
      {
        name: `${told}: accepted and not there afterwards`,
        value: missing,
        bar: { atMost: 0 },
        note: `${accepted.length} looked up`,
      },
    ]
  } finally {
    close()
  }
}

/** Orders per second of 128 clients, each sending the next when the last is answered. */
async function pace(post: () => Promise<Answer>, ms: number): Promise<number> {
  const start = performance.now()
  let done = 0
  const client = async () => {
    while (performance.now() - start < ms) {
      await post()
      done++
    }
  }
  await Promise.all(Array.from({ length: 128 }, client))
  return done / ((performance.now() - start) / 1000)
}

/**
 * Opens connections, then has one request on each at a time. Bare sockets: node's own client costs as much as the server, and a
 * load generator on the same machine must not.
 */
async function openLanes(port: number) {
  type Send = (request: string, then: (answer: Answer) => void) => void
  const free: Send[] = []
  const sockets: Socket[] = []

  function drive(socket: Socket): void {
    let answered: ((answer: Answer) => void) | undefined
    let text = ''
    const send: Send = (request, then) => {
      answered = then
      socket.write(request)
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const answer = parse(text)
      if (answer === undefined) return
      text = ''
      free.push(send)
      answered?.(answer)
    })
    socket.on('close', () => answered?.({ status: 0, retryAfter: undefined, body: '' }))
    free.push(send)
  }

  // one after the other: that a rush of new connections is taken in is the operating system's business
  while (sockets.length < lanes) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    sockets.push(socket)
    await once(socket, 'connect')
    drive(socket)
  }
  return {
    hasFree: () => free.length > 0,
    send: (request: string): Promise<Answer> =>
      new Promise((answered, refuse) => {
        const lane = free.pop()
        if (lane) lane(request, answered)
        else refuse(new Error('no connection is free'))
      }),
    close(): void {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Reads one answer with a content-length; undefined while it is not all there. */
function parse(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
  const body = text.slice(end + 4)
  if (body.length < length) return undefined
  return { status: Number(head.slice(9, 12)), retryAfter: /\r\nretry-after: (\S+)/i.exec(head)?.[1], body }
}
