import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProduct } from '@lot-one/rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './journals.ts'
import { rawRequest, send, startShop } from './shop.ts'
import type { Shop } from './shop.ts'

const web = temporaryFolder()
let shop: Shop
beforeAll(async () => {
  shop = await startShop({ http: { webFolder: join(web.path, 'web') } })
})
afterAll(async () => {
  await shop.close()
  web.remove()
})

const product = () => `${shop.url}/api/products/${shop.product.package.id}`

test('products on sale are listed', async () => {
  const { status, body } = await send(`${shop.url}/api/products`)
  const { id, title, rulesHash, currency, fromPriceCents, options } = shop.product.package
  expect(status).toBe(200)
  const designs = String(shop.product.count({ context: {}, selection: {} }))
  const listed = { id, title, rulesHash, currency, fromPriceCents, options: options.length, designs }
  expect(body).toContainEqual(listed)
})

test('a product comes whole, and not again while its rules are the same', async () => {
  const { status, headers, body } = await send(product())
  expect(status).toBe(200)
  expect(headers.get('etag')).toBe(`"${shop.product.package.rulesHash}"`)
  const question = { context: { country: 'DE' }, selection: { ice_maker: 'auto' } }
  expect(openProduct(body).check(question)).toEqual(shop.product.check(question))
  const etag = headers.get('etag')!
  expect(await send(product(), { headers: { 'if-none-match': etag } })).toMatchObject({
    status: 304,
    body: '',
  })
  expect((await send(product(), { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  expect(
    await rawRequest(
      shop.url,
      `GET ${new URL(product()).pathname} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    ),
  ).toContain('"machine":')
})

test('a check says what the machine says, with sentences in the language asked for', async () => {
  const { status, body } = await send(`${product()}/check`, {
    json: { context: { country: 'DE' }, selection: { ice_maker: 'auto', water_line: 'none' } },
    headers: { 'accept-language': 'de' },
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({ buildable: false, complete: false, count: '0' })
  expect(body.conflicts).toEqual([
    {
      ruleId: 'ice-water',
      ruleIds: ['ice-water'],
      because: expect.stringMatching(/Eisbereiter/),
      choices: { ice_maker: 'auto', water_line: 'none' },
    },
  ])
  expect(body.repairs[0]).toEqual({ change: expect.any(Object), priceDeltaCents: expect.any(Number) })
  expect(body.options.ice_maker.auto).toMatchObject({
    status: expect.any(String),
    changes: expect.any(Number),
    fromPriceCents: expect.any(Number),
  })
  const free = await send(`${product()}/check`, { json: { selection: {} } })
  expect(free.body).toMatchObject({
    buildable: true,
    conflicts: [],
    repairs: [],
    count: String(shop.product.count({ context: {}, selection: {} })),
  })
  expect(free.body.count.length).toBeGreaterThan(9)
})

test('the API describes itself, every type of problem has its page', async () => {
  const { body: api } = await send(`${shop.url}/openapi.json`)
  expect(api.openapi).toMatch(/^3\.1\./)
  const text = JSON.stringify(api)
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(api.components.schemas).toHaveProperty(name!)
  for (const path of [
    '/api/products',
    '/api/products/{id}',
    '/api/products/{id}/check',
    '/api/orders',
    '/api/orders/{orderId}',
    '/api/orders/{orderId}/events',
    '/api/orders/{orderId}/cancel',
    '/api/pictures/{sha256}',
    '/api/lines',
    '/api/lines/events',
    '/api/lines/{id}/hold',
    '/api/lines/{id}/resume',
    '/healthz',
    '/readyz',
    '/metrics',
  ]) {
    expect(api.paths).toHaveProperty([path])
  }
  expect(api.components.schemas.BuildOrder.required).toContain('expectedPriceCents')
  for (const [, token] of text.matchAll(/\/problems\/([a-z-]+)/g)) {
    const page = await send(`${shop.url}/problems/${token}`)
    expect(page.status).toBe(200)
    expect(page.body).toContain(token)
  }
  expect((await send(`${shop.url}/problems/unheard-of`)).status).toBe(404)
})

test('it says that it is alive and ready, and counts what it did', async () => {
  expect(await send(`${shop.url}/healthz`)).toMatchObject({ status: 200, body: { status: 'alive' } })
  expect(await send(`${shop.url}/readyz`)).toMatchObject({ status: 200, body: { status: 'ready' } })
  await send(`${shop.url}/api/orders`, { json: shop.order() })
  await send(`${shop.url}/api/orders`, { json: { ...shop.order(), rulesHash: 'old' } })
  const { body } = await send(`${shop.url}/metrics`)
  expect(body).toMatch(/lot_one_orders_total\{outcome="accepted"\} 1/)
  expect(body).toMatch(/lot_one_orders_total\{outcome="rules-changed"\} 1/)
  expect(body).toMatch(
    /lot_one_http_request_seconds_count\{method="POST",route="\/api\/orders",status="201"\} 1/,
  )
})

test('a shop that is not built is said to be so; built, it is served with its addresses, fresh page and lasting assets', async () => {
  expect(await send(`${shop.url}/`)).toMatchObject({
    status: 503,
    body: expect.stringContaining('npm run build'),
  })
  mkdirSync(join(web.path, 'web/assets'), { recursive: true })
  writeFileSync(join(web.path, 'web/index.html'), '<!doctype html><title>Lot One</title>')
  writeFileSync(join(web.path, 'web/assets/app-1234.js'), 'console.log("shop")'.repeat(200))
  writeFileSync(join(web.path, 'secret.js'), 'secret')
  for (const path of ['/', '/order', '/orders', '/track/0190', '/shop/fridge']) {
    const page = await send(shop.url + path)
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('Lot One') })
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const policy = page.headers.get('content-security-policy')!
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  }
  for (const encoding of ['br', 'gzip', 'identity']) {
    const asset = await send(`${shop.url}/assets/app-1234.js`, { headers: { 'accept-encoding': encoding } })
    expect(asset.body).toContain('console.log("shop")')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(asset.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding)
  }
  expect((await send(`${shop.url}/assets/none.js`)).status).toBe(404)
  // a browser that was led astray is told by the page
  const astray = await send(`${shop.url}/nowhere`, { headers: { accept: 'text/html,*/*;q=0.8' } })
  expect(astray).toMatchObject({ status: 404, body: expect.stringContaining('Lot One') })
  for (const path of [
    '/../secret.js',
    '/..%2fsecret.js',
    '/assets/..%2f..%2fsecret.js',
    '/%2e%2e/secret.js',
  ]) {
    const answer = await rawRequest(shop.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d/)
  }
})
