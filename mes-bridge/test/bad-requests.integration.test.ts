import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineView, listen, rawRequest, send, startShop } from './shop.ts'
import type { Reply, Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop({
    production: () => ({
      lines: () => [lineView],
      holdLine: async (id) => (id === 'line-1' ? { outcome: 'recorded' } : { outcome: 'unknownLine' }),
    }),
  })
})
afterAll(async () => {
  await shop.close()
  // a bug would have been logged as one
  expect(shop.logged).toEqual([])
})

const orders = () => `${shop.url}/api/orders`
const json = { 'content-type': 'application/json' }

function expectProblem(reply: Reply, status: number, token: string): void {
  expect(reply.status).toBe(status)
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(reply.body).toMatchObject({
    type: `/problems/${token}`,
    status,
    title: expect.any(String),
    detail: expect.any(String),
  })
  expect(JSON.stringify(reply.body)).not.toMatch(/\.(ts|mjs|js):\d|node_modules|Error:/)
}

test('a body over 64 KiB is refused, packed or plain', async () => {
  const order = shop.order()
  const big = JSON.stringify({ ...order, texts: { note: 'x'.repeat(70_000) } })
  expectProblem(await send(orders(), { headers: json, body: big }), 413, 'too-large')
  expectProblem(
    await send(orders(), { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(big) }),
    413,
    'too-large',
  )
  const fits = await send(orders(), {
    headers: { ...json, 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify(order)),
  })
  expect(fits.status).toBe(201)
})

test.each(['{', '', '[1,2', '"text"', 'null', '{"orderId": }'])(
  'broken JSON is said to be so: %j',
  async (body) => {
    const reply = await send(orders(), { headers: json, body })
    expectProblem(reply, reply.status, reply.status === 415 ? 'unsupported-media-type' : 'malformed')
  },
)

test('a value nested deeper than any stack is named like any other', async () => {
  const deep = (value: string) => JSON.stringify(shop.order()).replace('"DE"', value)
  const reply = await send(orders(), { headers: json, body: deep('['.repeat(30_000) + ']'.repeat(30_000)) })
  expectProblem(reply, 400, 'malformed')
  expect(reply.body.detail).toContain('context.country')
})

test('a wrong content type, encoding or charset is refused by name', async () => {
  const reply = await send(orders(), { headers: { 'content-type': 'text/plain' }, body: '{}' })
  expectProblem(reply, 415, 'unsupported-media-type')
  expect(reply.body.detail).toContain('text/plain')
  expectProblem(
    await send(orders(), { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' }),
    415,
    'unsupported-media-type',
  )
  expectProblem(
    await send(orders(), { headers: { ...json, 'content-encoding': 'sdch' }, body: '{}' }),
    415,
    'unsupported-media-type',
  )
  expectProblem(
    await send(orders(), { headers: { 'content-type': 'application/json; charset=utf-99' }, body: '{}' }),
    415,
    'unsupported-media-type',
  )
  expectProblem(
    await send(orders(), { headers: { ...json, 'content-encoding': 'gzip' }, body: 'not gzip' }),
    400,
    'malformed',
  )
})

test('an unknown address and an unknown method are told', async () => {
  expectProblem(await send(`${shop.url}/api/order`), 404, 'not-found')
  expectProblem(await send(`${shop.url}/nothing/here`), 404, 'not-found')
  const reply = await send(orders(), { method: 'DELETE' })
  expectProblem(reply, 405, 'method-not-allowed')
  expect(reply.headers.get('allow')).toBe('POST')
  expectProblem(await send(`${shop.url}/api/products`, { method: 'PUT' }), 405, 'method-not-allowed')
  expect((await send(`${shop.url}/api/products`, { method: 'OPTIONS' })).headers.get('allow')).toBe(
    'GET, HEAD',
  )
})

test.each([
  '/api/products/%E0%A4%A',
  '/%E0%A4%A',
  '/..%2f..%2fetc/passwd',
  '/assets/%00.js',
  '/api/orders/%2e%2e/events',
  '//',
  '/api//orders',
  '/?a[b]=c&a[b][c]=d',
])('an odd address is no bug: %s', async (path) => {
  const answer = await rawRequest(shop.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])).toBeLessThan(504)
  expect(answer).not.toMatch(/^HTTP\/1.1 50[0-2]/)
  expect(answer).not.toContain('root:')
  expect(answer).not.toMatch(/\.(ts|mjs|js):\d/)
})

test.each([
  'POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nConnection: close\r\n\r\n{"a":',
  'POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n',
  'GARBAGE\r\n\r\n',
  `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
])('bytes that are hardly HTTP get a 4xx: %#', async (bytes) => {
  expect(await rawRequest(shop.url, bytes)).toMatch(/^HTTP\/1.1 4\d\d/)
})

test('too many posts from one address are told to wait, reading goes on', async () => {
  const limited = await startShop({ http: { postsPerMinute: 3 } })
  const post = () => send(`${limited.url}/api/orders`, { json: {} })
  for (let i = 0; i < 3; i++) expect((await post()).status).toBe(400)
  const refused = await post()
  expectProblem(refused, 429, 'too-many-requests')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await send(`${limited.url}/api/products`)).status).toBe(200)
  await limited.close()
})

describe('staff', () => {
  const staff = () => ({ authorization: `Bearer ${shop.staffToken}` })

  test('lines are shown only with the staff token', async () => {
    const refused = await send(`${shop.url}/api/lines`)
    expectProblem(refused, 401, 'unauthorized')
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expectProblem(
      await send(`${shop.url}/api/lines`, { headers: { authorization: 'Bearer wrong' } }),
      401,
      'unauthorized',
    )
    expectProblem(await send(`${shop.url}/api/lines/events`), 401, 'unauthorized')
    expectProblem(await send(`${shop.url}/api/lines/line-1/hold`, { method: 'POST' }), 401, 'unauthorized')
    expect(await send(`${shop.url}/api/lines`, { headers: staff() })).toMatchObject({
      status: 200,
      body: [lineView],
    })
  })

  test('a line can be held and let go; an unknown one is told with those there are', async () => {
    expect(
      await send(`${shop.url}/api/lines/line-1/hold`, { method: 'POST', headers: staff() }),
    ).toMatchObject({ status: 200, body: { id: 'line-1' } })
    const unknown = await send(`${shop.url}/api/lines/line-9/resume`, { method: 'POST', headers: staff() })
    expectProblem(unknown, 404, 'not-found')
    expect(unknown.body.detail).toContain('line-1')
  })

  test('the stream of lines starts with all of them', async () => {
    const stream = await listen(`${shop.url}/api/lines/events`, staff())
    expect((await stream.next()).data).toEqual(lineView)
    await stream.stop()
  })
})

test('hundreds of mutated orders are answered 2xx or 4xx, never 5xx', async () => {
  const order = shop.order() as unknown as Record<string, unknown>
  const paths = (value: unknown, at: string[] = []): string[][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([k, v]) => [[...at, k], ...paths(v, [...at, k])])
      : []
  const where = fc.constantFrom(...paths(order))
  const anything = fc.oneof(
    fc.jsonValue({ depthSize: 'small' }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '',
      '\u0000',
      '\ud800',
      1e308,
      -0,
      2 ** 53 + 2,
      'a'.repeat(300),
    ),
  )
  const mutation = fc.oneof(
    fc.record({ do: fc.constant('set' as const), where, value: anything }),
    fc.record({ do: fc.constant('drop' as const), where, value: fc.constant(null) }),
    fc.record({
      do: fc.constant('add' as const),
      where,
      value: anything,
      key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')),
    }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('/api/orders', '/api/products/ID/check'),
      async (mutations, path) => {
        const body: Record<string, unknown> = structuredClone(
          path === '/api/orders' ? order : { context: order['context'], selection: order['selection'] },
        )
        for (const m of mutations) {
          let target: unknown = body
          for (const key of m.where.slice(0, -1))
            target =
              typeof target === 'object' && target !== null
                ? (target as Record<string, unknown>)[key]
                : undefined
          if (typeof target !== 'object' || target === null) continue
          const key = m.do === 'add' ? (m as { key: string }).key : m.where.at(-1)!
          if (m.do === 'drop') delete (target as Record<string, unknown>)[key]
          else
            Object.defineProperty(target, key, {
              value: m.value,
              enumerable: true,
              configurable: true,
              writable: true,
            })
        }
        const reply = await send(shop.url + path.replace('ID', shop.product.package.id), { json: body })
        expect(reply.status, JSON.stringify(body)).toBeLessThan(500)
        expect(reply.status).toBeGreaterThanOrEqual(200)
        if (reply.status >= 400)
          expect(reply.body).toMatchObject({
            type: expect.stringMatching(/^\/problems\//),
            detail: expect.any(String),
          })
      },
    ),
    { numRuns: 400 },
  )
})

test('bodies of any JSON and any bytes are answered 4xx', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.stringMatching(/^[[{"]{1,2000}$/)), async (body) => {
      const reply = await send(orders(), { headers: json, body })
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(reply.status).toBeLessThan(500)
    }),
    { numRuns: 150 },
  )
})

test('a client that asks for a tunnel and breaks the connection ends nothing', async () => {
  const { hostname, port } = new URL(shop.url)
  const closed = []
  for (let i = 0; i < 20; i++) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 405 /)
    closed.push(once(socket, 'close'))
    socket.resetAndDestroy()
  }
  await Promise.all(closed)
  // an error that nobody heard would have ended this process
  expect((await send(`${shop.url}/healthz`)).status).toBe(200)
})
