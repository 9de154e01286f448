import type { BuildOrder, OrderAnswer } from '@lot-one/rules'
import { expect, test } from 'vitest'
import type { Answer } from '../src/bridge.ts'
import { openCheckout } from '../src/session/checkout.ts'
import { fridge, memory } from './fridge.ts'

const order: Omit<BuildOrder, 'orderId'> = {
  productId: fridge.package.id,
  rulesHash: fridge.package.rulesHash,
  context: { country: 'DE' },
  selection: { width_mm: 700 },
  texts: {},
  customer: {
    name: 'Mira',
    email: 'mira@example.org',
    address: { street: 'Am Park 1', postcode: '10115', city: 'Berlin', country: 'DE' },
  },
  expectedPriceCents: 152_800,
  currency: 'EUR',
}

/** A desk whose bridge gives the answers in turn; `sent` is what it was asked. */
function desk(answers: Answer<OrderAnswer>[], keeper = memory(), isOnline = true) {
  const sent: BuildOrder[] = []
  let tick = 0
  const checkout = openCheckout({
    bridge: {
      async place(body) {
        sent.push(structuredClone(body))
        return answers.shift() ?? { kind: 'unanswered', reason: 'silent' }
      },
    },
    keeper,
    isOnline: () => isOnline,
    now: () => 1_800_000_000_000 + tick++,
    random: (bytes) => bytes.forEach((_, i) => (bytes[i] = i * 7 + tick)),
  })
  return { checkout, sent, keeper }
}

const silent: Answer<OrderAnswer> = { kind: 'unanswered', reason: 'silent' }
const accepted = (orderId: string): Answer<OrderAnswer> => ({
  kind: 'ok',
  value: { orderId, trackingToken: 'token' } as OrderAnswer,
})

test('after silence the very same body goes out again, also after a reload', async () => {
  const first = desk([silent])
  await first.checkout.place(order)
  expect(first.checkout.getSnapshot()).toMatchObject({ state: 'unanswered', reason: 'silent' })

  const second = desk([silent, accepted('x')], first.keeper)
  expect(second.checkout.getSnapshot().state).toBe('unanswered')
  await second.checkout.retry()
  await second.checkout.retry()
  expect(second.sent).toEqual([first.sent[0], first.sent[0]])
  expect(second.checkout.getSnapshot()).toMatchObject({
    state: 'accepted',
    key: { orderId: 'x', token: 'token' },
  })
  expect(desk([], first.keeper).checkout.getSnapshot().state).toBe('editing')
})

test('while an answer is open no other order can be sent', async () => {
  const { checkout, sent } = desk([silent])
  await checkout.place(order)
  await checkout.place({ ...order, expectedPriceCents: 1 })
  expect(sent).toHaveLength(1)
})

test('a refusal ends the attempt; the next one is another order', async () => {
  const problem = { type: '/problems/price-changed', title: 'The price is another one', status: 409 }
  const { checkout, sent } = desk([{ kind: 'refused', problem }, silent])
  await checkout.place(order)
  expect(checkout.getSnapshot()).toEqual({ state: 'editing', problem })
  await checkout.place(order)
  expect(sent[1]?.orderId).not.toBe(sent[0]?.orderId)
})

test('an order placed offline waits on this device and goes out once, with the number it was given', async () => {
  const away = desk([], memory(), false)
  await away.checkout.place(order)
  expect(away.sent).toEqual([])
  expect(away.checkout.getSnapshot()).toMatchObject({ state: 'unanswered', reason: 'offline' })
  const kept = JSON.parse([...away.keeper.kept.values()][0]!) as BuildOrder

  const back = desk([accepted(kept.orderId)], away.keeper)
  await back.checkout.retry()
  await back.checkout.retry()
  expect(back.sent).toEqual([kept])
  expect(back.checkout.getSnapshot()).toMatchObject({ state: 'accepted', key: { orderId: kept.orderId } })
})

test('the order is in the storage before it leaves', async () => {
  const keeper = memory()
  let keptAtSend: string | null = null
  const checkout = openCheckout({
    bridge: {
      async place() {
        keptAtSend = keeper.read('lot-one/unanswered-order')
        return silent
      },
    },
    keeper,
    isOnline: () => true,
    now: () => 0,
    random: () => {},
  })
  await checkout.place(order)
  expect(JSON.parse(keptAtSend ?? 'null')).toMatchObject({ productId: order.productId })
})
