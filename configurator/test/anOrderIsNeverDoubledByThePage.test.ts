import type { BuildOrder, OrderAnswer } from '@lot-one/rules'
import { pictureText } from '@lot-one/rules'
import { expect, test, vi } from 'vitest'
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

/**
 * A desk whose bridge gives the answers in turn; `sent` is what it was asked. Pictures are answered in turn as well, with consent
 * when nothing else was said. `timers` holds what was put off, and for how long.
 */
function desk(
  answers: Answer<OrderAnswer>[],
  keeper = memory(),
  isOnline = true,
  pictureAnswers: Answer<unknown>[] = [],
) {
  const sent: BuildOrder[] = []
  const pictures: string[] = []
  const timers: { act: () => void; ms: number; isCancelled: boolean }[] = []
  let tick = 0
  const checkout = openCheckout({
    bridge: {
      async place(body) {
        sent.push(structuredClone(body))
        return answers.shift() ?? { kind: 'unanswered', reason: 'silent' }
      },
    },
    pictures: async () => ({
      async send(name) {
        pictures.push(name)
        return pictureAnswers.shift() ?? { kind: 'ok', value: undefined }
      },
    }),
    later(act, ms) {
      const timer = { act, ms, isCancelled: false }
      timers.push(timer)
      return () => void (timer.isCancelled = true)
    },
    keeper,
    isOnline: () => isOnline,
    now: () => 1_800_000_000_000 + tick++,
    random: (bytes) => bytes.forEach((_, i) => (bytes[i] = i * 7 + tick)),
  })
  return { checkout, sent, pictures, timers, keeper }
}

const silent: Answer<never> = { kind: 'unanswered', reason: 'silent' }
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
    pictures: () => Promise.reject(new Error('no picture was named')),
    later: () => () => {},
    keeper,
    isOnline: () => true,
    now: () => 0,
    random: () => {},
  })
  await checkout.place(order)
  expect(JSON.parse(keptAtSend ?? 'null')).toMatchObject({ productId: order.productId })
})

test('while nobody answers it is tried again by itself, less and less often, and at once when the page wakes up', async () => {
  const { checkout, sent, timers } = desk([])
  await checkout.place(order)
  for (let k = 0; k < 7; k++) {
    const { act } = timers.at(-1)!
    act()
    await vi.waitFor(() => expect(timers).toHaveLength(k + 2))
  }
  expect(timers.map(({ ms }) => ms / 1000)).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
  expect(checkout.getSnapshot()).toMatchObject({ state: 'unanswered', retryAtMs: expect.any(Number) })
  checkout.wake()
  await vi.waitFor(() => expect(timers).toHaveLength(9))
  expect(timers.at(-1)!.ms).toBe(2000)
  expect(new Set(sent.map((body) => JSON.stringify(body))).size).toBe(1)
  // one attempt is waited for at a time
  expect(timers.filter(({ isCancelled }) => !isCancelled)).toHaveLength(1)
})

test('an accepted order is not tried again, and nothing is sent because a page wakes up', async () => {
  const { checkout, sent, timers } = desk([silent, accepted('x')])
  checkout.wake()
  await checkout.place(order)
  await checkout.retry()
  timers[0]!.act()
  checkout.wake()
  expect(timers).toMatchObject([{ isCancelled: true }])
  expect(sent).toHaveLength(2)
})

test('a picture goes before the order that names it; an order whose picture did not arrive waits with it', async () => {
  const sha256 = 'ab'.repeat(32)
  const texts = { engraving: 'Mira', picture: pictureText({ sha256, x: 50, y: 50, zoom: 100 }) }
  const { checkout, sent, pictures } = desk([accepted('x')], memory(), true, [silent])
  await checkout.place({ ...order, texts })
  expect([sent.length, pictures]).toEqual([0, [sha256]])
  expect(checkout.getSnapshot()).toMatchObject({ state: 'unanswered', order: { texts } })
  await checkout.retry()
  expect([sent.length, pictures]).toEqual([1, [sha256, sha256]])
  expect(checkout.getSnapshot().state).toBe('accepted')

  const problem = { type: '/problems/picture-refused', title: 'This picture cannot be taken', status: 422 }
  const refusing = desk([], memory(), true, [{ kind: 'refused', problem }])
  await refusing.checkout.place({ ...order, texts })
  expect(refusing.sent).toEqual([])
  expect(refusing.checkout.getSnapshot()).toEqual({ state: 'editing', problem })
})
