import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineView, listen, send, startShop } from './shop.ts'
import type { Shop } from './shop.ts'
import { assigned, seen } from './journals.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop({
    production: (journal) => ({
      async requestCancel(orderId) {
        await journal.record(orderId, [{ kind: 'cancelRequested' }])
        return { outcome: 'requested' }
      },
      async requestChange(orderId, { selection, priceCents }) {
        await journal.record(orderId, [{ kind: 'changed', selection, priceCents }])
        return { outcome: 'changed' }
      },
      lines: () => [lineView],
      holdLine: async (id) => (id === 'line-1' ? { outcome: 'recorded' } : { outcome: 'unknownLine' }),
    }),
  })
})
afterAll(async () => {
  await shop.close()
  expect(shop.logged).toEqual([])
})

const post = (json: unknown, headers = {}) => send(`${shop.url}/api/orders`, { json, headers })

async function placed(change: Parameters<Shop['order']>[0] = {}) {
  const order = shop.order(change)
  const { status, body } = await post(order)
  expect(status).toBe(201)
  const headers = { authorization: `Bearer ${body.trackingToken}` }
  return { order, body, headers, url: `${shop.url}/api/orders/${order.orderId}` }
}

test('an order the page made is accepted, durable and can be seen with its token', async () => {
  const { order, body, headers, url } = await placed({ selection: { handle: 'leather' } })
  expect(body.orderId).toBe(order.orderId)
  expect(body.trackingToken.length).toBeGreaterThanOrEqual(22)
  expect(body.order).toMatchObject({
    state: 'accepted',
    seq: 1,
    order: { priceCents: order.expectedPriceCents },
  })
  expect(body.order.order.selection).toMatchObject({ ...order.selection, country: 'DE', supply: 'v230_50' })
  expect(JSON.stringify(body)).not.toContain('Mira')
  expect(await shop.journal.order(order.orderId)).toMatchObject({ trackingToken: body.trackingToken })
  for (const way of [send(url, { headers }), send(`${url}?token=${body.trackingToken}`)]) {
    expect(await way).toMatchObject({
      status: 200,
      body: { state: 'accepted', order: { orderId: order.orderId } },
    })
  }
})

test('the same body again is the same order and the same answer, whatever has happened since and however its keys are ordered', async () => {
  const { order, body } = await placed()
  await shop.journal.record(order.orderId, [assigned(order.orderId), seen(10, 'Running')])
  const { customer, ...rest } = order
  expect(await post({ customer, ...rest })).toMatchObject({ status: 200, body })
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(order)))
  expect(answers.map((a) => [a.status, a.body])).toEqual(answers.map(() => [200, body]))
})

test('a lost answer may be asked for again even when the price has changed meanwhile', async () => {
  const { order, body } = await placed()
  const known = await shop.journal.order(order.orderId)
  const other = { ...order, orderId: randomUUID(), rulesHash: 'rules of yesterday' }
  const { bodyDigest } = await import('../src/requests.ts')
  await shop.journal.accept({
    snapshot: { ...known!.snapshot, orderId: other.orderId },
    bodyDigest: bodyDigest(other),
    trackingToken: 'token of yesterday',
    customer: {},
  })
  expect(await post(other)).toMatchObject({
    status: 200,
    body: { orderId: other.orderId, trackingToken: 'token of yesterday' },
  })
  expect(body.orderId).toBe(order.orderId)
})

test('the same id with another body is refused', async () => {
  const { order } = await placed()
  const reused = { status: 409, body: { type: '/problems/order-id-reused', orderId: order.orderId } }
  expect(await post({ ...order, customer: { ...order.customer, name: 'Someone else' } })).toMatchObject(
    reused,
  )
  // also when the other body could not be built
  expect(
    await post({ ...order, selection: { ...order.selection, ice_maker: 'auto', water_line: 'none' } }),
  ).toMatchObject(reused)
})

test('a raw order that the page could never make is refused with the rule, its sentence and the ways out', async () => {
  const order = shop.order()
  const impossible = { ...order, selection: { ...order.selection, ice_maker: 'auto', water_line: 'none' } }
  const { status, headers, body } = await post(impossible)
  expect(status).toBe(422)
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(body).toMatchObject({ type: '/problems/not-buildable', status: 422 })
  expect(body.conflicts[0].ruleId).toBe('ice-water')
  expect(body.conflicts[0].because).toMatch(/ice maker needs water/)
  expect(body.conflicts[0].choices).toEqual({ ice_maker: 'auto', water_line: 'none' })
  expect(body.repairs.length).toBeGreaterThan(0)
  for (const { change, priceDeltaCents } of body.repairs) {
    expect(Number.isInteger(priceDeltaCents)).toBe(true)
    expect(
      shop.product.isBuildable({ context: order.context, selection: { ...impossible.selection, ...change } }),
    ).toBe(true)
  }
  expect(await shop.journal.order(order.orderId)).toBeUndefined()
  const german = await post(impossible, { 'accept-language': 'de-AT, en;q=0.5' })
  expect(german.body.conflicts[0].because).toMatch(/Eisbereiter/)
  const chinese = await post(impossible, { 'accept-language': 'zh-CN' })
  expect(chinese.body.conflicts[0].because).toMatch(/制冰机/)
})

test('a derived option that contradicts the rules is refused with the rule', async () => {
  const order = shop.order()
  const { status, body } = await post({ ...order, selection: { ...order.selection, supply: 'v115_60' } })
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(JSON.stringify(body)).toContain('supply')
})

test('a complete design may name what the rules determine and what the shop set', async () => {
  const order = shop.order()
  const whole = shop.product.complete({ context: order.context, selection: order.selection })!
  expect(await post({ ...order, selection: whole })).toMatchObject({ status: 201 })
})

test('an incomplete design is refused with every open option', async () => {
  const { body, status } = await post({ ...shop.order(), selection: { width_mm: 700 } })
  expect(status).toBe(422)
  expect(body.type).toBe('/problems/incomplete')
  const open = body.open.map((each: { option: string }) => each.option)
  expect(open).toContain('handle')
  expect(open).not.toContain('width_mm')
  expect(open).not.toContain('supply')
})

test('another price or currency is refused with both prices', async () => {
  const order = shop.order()
  expect(await post({ ...order, expectedPriceCents: 1 })).toMatchObject({
    status: 409,
    body: {
      type: '/problems/price-changed',
      priceCents: order.expectedPriceCents,
      expectedPriceCents: 1,
      currency: 'EUR',
    },
  })
  expect(await post({ ...order, currency: 'USD' })).toMatchObject({
    status: 409,
    body: { type: '/problems/price-changed' },
  })
})

test('unknown rules are refused with those in force', async () => {
  expect(await post({ ...shop.order(), rulesHash: 'old' })).toMatchObject({
    status: 409,
    body: { type: '/problems/rules-changed', rulesHash: shop.product.package.rulesHash },
  })
})

test('a malformed order is answered with every field that is wrong', async () => {
  const { customer, ...order } = shop.order()
  const { status, body } = await post({
    ...order,
    orderId: 'nope',
    expectedPriceCents: 1.5,
    colour: 'red',
    customer: { ...customer, email: 'nobody', address: { ...customer.address, city: '' } },
  })
  expect(status).toBe(400)
  expect(body.type).toBe('/problems/malformed')
  const paths = body.errors.map((error: { path: string }) => error.path)
  for (const path of ['orderId', 'expectedPriceCents', 'customer.email', 'customer.address.city', 'colour'])
    expect(paths).toContain(path)
  for (const path of paths) expect(body.detail).toContain(path)
  expect(body.errors.find((e: { path: string }) => e.path === 'orderId').value).toBe('"nope"')
})

test.each([
  [{ width_mm: 701 }, 'selection.width_mm', '701'],
  [{ widht_mm: 700 }, 'selection.widht_mm', 'width_mm'],
  [{ wifi: 'yes' }, 'selection.wifi', 'yes'],
])('an unknown option or value is named: %j', async (selection, path, words) => {
  const order = shop.order()
  const { status, body } = await post({ ...order, selection: { ...order.selection, ...selection } })
  expect(status).toBe(400)
  expect(body.errors[0].path).toBe(path)
  expect(body.detail).toContain(words)
})

test('an unknown product, a missing context and a wrong one are named', async () => {
  expect(await post({ ...shop.order(), productId: 'toaster' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'productId', value: '"toaster"' }] },
  })
  expect(await post({ ...shop.order(), context: {} })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'context.country' }] },
  })
  expect(await post({ ...shop.order(), context: { country: 'XX' } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'context.country' }] },
  })
})

test('a wrong token, no token and an unknown order are answered alike', async () => {
  const { url, body } = await placed()
  const answers = await Promise.all([
    send(url, { headers: { authorization: 'Bearer wrong' } }),
    send(`${shop.url}/api/orders/${randomUUID()}?token=${body.trackingToken}`),
    send(`${shop.url}/api/orders/not-an-id?token=${body.trackingToken}`),
    send(`${url}/events?token=wrong`),
    send(`${url}/cancel?token=wrong`, { method: 'POST' }),
  ])
  const [first, ...others] = answers.map((a) => ({ status: a.status, body: a.body }))
  expect(first).toMatchObject({ status: 404, body: { type: '/problems/not-found' } })
  for (const other of others) expect(other).toEqual(first)
  expect((await send(url)).status).toBe(404)
})

test('a stream brings the past, then what becomes durable, and resumes after the last event without gap or repeat', async () => {
  const { order, headers, url } = await placed()
  const { orderId } = order
  const stream = await listen(`${url}/events`, headers)
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
  expect(await stream.next()).toMatchObject({ id: 1, data: { kind: 'accepted', orderId } })
  await shop.journal.record(orderId, [assigned(orderId)])
  await shop.journal.record(orderId, [seen(10, 'Running')])
  expect(await stream.next()).toMatchObject({ id: 2, data: { kind: 'assigned' } })
  expect(await stream.next()).toMatchObject({
    id: 3,
    data: { kind: 'job', at: expect.any(String), sourceAt: expect.any(String) },
  })
  await stream.stop()
  await shop.journal.record(orderId, [seen(10, 'Ended')])
  const resumed = await listen(`${url}/events`, { ...headers, 'last-event-id': '2' })
  expect((await resumed.next()).id).toBe(3)
  expect((await resumed.next()).id).toBe(4)
  await resumed.stop()
  const after = await listen(`${url}/events?after=3`, headers)
  expect((await after.next()).id).toBe(4)
  await after.stop()
})

test('streams opened while events are being written miss none and repeat none', async () => {
  const { order, headers, url } = await placed()
  const { orderId } = order
  await shop.journal.record(orderId, [assigned(orderId)])
  const writing = (async () => {
    for (let i = 0; i < 150; i++)
      await shop.journal.record(orderId, [seen(10, i % 2 ? 'Running' : 'Interrupted')])
  })()
  const streams = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      await shop.journal.record(orderId, [seen(20, 'AllowedToStart')])
      return listen(`${url}/events?after=${i}`, headers)
    }),
  )
  await writing
  const last = (await shop.journal.order(orderId))!.view.seq
  for (const [i, stream] of streams.entries()) {
    const ids: number[] = []
    while (ids.at(-1) !== last) ids.push((await stream.next()).id)
    expect(ids).toEqual(Array.from({ length: last - i }, (_, k) => i + 1 + k))
    await stream.stop()
  }
})

test('a Last-Event-ID that is none is told', async () => {
  const { headers, url } = await placed()
  expect(await send(`${url}/events`, { headers: { ...headers, 'last-event-id': 'abc' } })).toMatchObject({
    status: 400,
    body: { type: '/problems/malformed', errors: [{ path: 'Last-Event-ID' }] },
  })
})

test('an order may be cancelled and changed until a station has started', async () => {
  const { order, headers, url } = await placed()
  const changed = await send(url, { method: 'PATCH', headers, json: { selection: { handle: 'leather' } } })
  expect(changed).toMatchObject({ status: 200, body: { order: { selection: { handle: 'leather' } } } })
  expect(changed.body.order.priceCents).toBe(
    shop.order({ selection: { handle: 'leather' } }).expectedPriceCents,
  )
  const clash = await send(url, {
    method: 'PATCH',
    headers,
    json: { selection: { ice_maker: 'auto', water_line: 'none' } },
  })
  expect(clash).toMatchObject({
    status: 422,
    body: { type: '/problems/not-buildable', conflicts: [{ ruleId: 'ice-water' }] },
  })

  const operations = assigned(order.orderId)
  operations.operations[0]!.consumes.push('handle')
  await shop.journal.record(order.orderId, [
    operations,
    { ...seen(10, 'Running'), startedAt: '2026-03-01T12:04:00.000Z' } as never,
  ])
  const frozen = { type: '/problems/frozen', station: 'sheet-metal', since: '2026-03-01T12:04:00.000Z' }
  expect(await send(url, { method: 'PATCH', headers, json: { selection: { handle: 'bar' } } })).toMatchObject(
    {
      status: 409,
      body: { ...frozen, options: ['handle'] },
    },
  )
  expect(
    await send(url, { method: 'PATCH', headers, json: { selection: { light: 'ambient_rgb' } } }),
  ).toMatchObject({ status: 200 })
  expect(await send(`${url}/cancel`, { method: 'POST', headers })).toMatchObject({
    status: 409,
    body: frozen,
  })

  const early = await placed()
  const cancel = () => send(`${early.url}/cancel`, { method: 'POST', headers: early.headers })
  expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelling' } })
  expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelling' } })
  expect(
    await send(early.url, {
      method: 'PATCH',
      headers: early.headers,
      json: { selection: { handle: 'bar' } },
    }),
  ).toMatchObject({
    status: 409,
    body: { type: '/problems/finished', state: 'cancelling' },
  })
})

test('a change that was granted is granted again when the unit is ready by now; another one is not', async () => {
  const { order, headers, url } = await placed()
  const patch = (handle: string) => send(url, { method: 'PATCH', headers, json: { selection: { handle } } })
  expect(await patch('leather')).toMatchObject({ status: 200 })
  const operations = assigned(order.orderId)
  await shop.journal.record(order.orderId, [
    operations,
    ...operations.operations.map(({ op }) => seen(op, 'Ended') as never),
  ])
  expect(await patch('leather')).toMatchObject({
    status: 200,
    body: { state: 'completed', order: { selection: { handle: 'leather' } } },
  })
  expect(await patch('bar')).toMatchObject({ status: 409, body: { state: 'completed' } })
})

test('in a rush those who would wait too long are told at once to come again, and that again is the same order', async () => {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  let asked = 0
  let allAsked: () => void = () => {}
  const full = new Promise<void>((resolve) => (allAsked = resolve))
  const rush = await startShop({
    wrap: (journal) => ({
      ...journal,
      async accept(order) {
        if (++asked === 128) allAsked()
        await opened
        return journal.accept(order)
      },
    }),
  })
  try {
    const orders = `${rush.url}/api/orders`
    const inside = Array.from({ length: 128 }, () => send(orders, { json: rush.order() }))
    await full
    const late = rush.order()
    const refused = await send(orders, { json: late })
    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    // whoever only looks is served
    expect(await send(`${rush.url}/healthz`)).toMatchObject({ status: 200 })
    open()
    expect(new Set((await Promise.all(inside)).map(({ status }) => status))).toEqual(new Set([201]))
    expect(await send(orders, { json: late })).toMatchObject({ status: 201 })
    expect((await send(`${rush.url}/metrics`)).body).toContain(
      'lot_one_orders_total{outcome="unavailable"} 1',
    )
  } finally {
    open()
    await rush.close()
  }
})
