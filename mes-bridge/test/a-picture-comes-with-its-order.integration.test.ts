import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { pictureText } from '@lot-one/rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProblemToken } from '../src/problems.ts'
import { png } from './pictures.ts'
import { pageOrder, send, startShop } from './shop.ts'
import type { Reply, Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(async () => {
  await shop.close()
  expect(shop.logged).toEqual([])
})

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const at = (sha256: string) => `${shop.url}/api/pictures/${sha256}`
const put = (bytes: Uint8Array, type = 'image/png', sha256 = hashOf(bytes)) =>
  send(at(sha256), { method: 'PUT', headers: { 'content-type': type }, body: bytes })

/** A glass fridge with a picture, as a page would order it. */
function printed(sha256: string) {
  const option = shop.product.package.texts.find(({ kind }) => kind === 'picture')!
  const order = pageOrder(shop.product, {
    selection: { finish: 'glass' },
    texts: { [option.id]: pictureText({ sha256, x: 50, y: 50, zoom: 100 }) },
  })
  return { ...order, expectedPriceCents: order.expectedPriceCents + option.priceCents }
}
const post = (order: object) => send(`${shop.url}/api/orders`, { json: order })

function expectProblem({ status, headers, body }: Reply, expected: number, token: ProblemToken, says = '') {
  expect(status, JSON.stringify(body)).toBe(expected)
  expect(headers.get('content-type')).toContain('application/problem+json')
  expect(body.type).toBe(`/problems/${token}`)
  expect(body.detail).toContain(says)
}

test('an order whose picture was not sent is refused with what to do; with it, the same order is taken', async () => {
  const bytes = png(3, 2)
  const order = printed(hashOf(bytes))
  expectProblem(await post(order), 422, 'picture-missing', `PUT /api/pictures/${hashOf(bytes)}`)
  expect(await shop.journal.order(order.orderId)).toBeUndefined()
  // sent twice: nothing changes
  for (const _ of [1, 2])
    expect(await put(bytes)).toMatchObject({
      status: 200,
      body: { sha256: hashOf(bytes), type: 'image/png', width: 3, height: 2 },
    })
  // nobody has ordered it yet: it is not for everybody to see
  expectProblem(await send(at(hashOf(bytes))), 404, 'not-found')
  expect((await post(order)).status).toBe(201)
  expect((await post(order)).status).toBe(200)

  const shown = await fetch(at(hashOf(bytes)))
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes)
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(shown.headers.get('cache-control')).toContain('immutable')
  expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
})

test('what is no picture, too large, or not what it is called is refused and nothing of it is kept', async () => {
  const good = png(2, 2)
  const text = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  expectProblem(await put(text, 'image/svg+xml'), 415, 'unsupported-media-type', 'image/svg+xml')
  expectProblem(await put(text), 422, 'picture-refused', 'no whole JPEG or PNG')
  expectProblem(await put(good, 'image/jpeg'), 422, 'picture-refused', 'image/png')
  expectProblem(await put(good.subarray(0, 20)), 422, 'picture-refused')
  expectProblem(await put(good, 'image/png', hashOf(text)), 422, 'picture-refused', hashOf(good))
  expectProblem(await put(png(20_000, 2)), 422, 'picture-refused', '20000 × 2')
  expectProblem(await put(Buffer.alloc(0), 'image/png'), 422, 'picture-refused', 'empty')
  expectProblem(await put(Buffer.alloc(2 * 1024 * 1024 + 1), 'image/png'), 413, 'too-large', '2048 KiB')
  expectProblem(await put(deflateSync(good)), 422, 'picture-refused')
  for (const name of ['..%2fetc', hashOf(good).toUpperCase(), 'x'])
    expectProblem(await put(good, 'image/png', name), 400, 'malformed', '64 small')
  expectProblem(await send(at('x')), 404, 'not-found')
  expectProblem(await post(printed(hashOf(good))), 422, 'picture-missing')
  // a text that is no picture never comes as far
  const order = printed(hashOf(good))
  expectProblem(await post({ ...order, texts: { picture: 'Mira' } }), 400, 'malformed', 'texts.picture')
})
