import { newOrderView } from '@lot-one/rules'
import type { OrderEvent, OrderView } from '@lot-one/rules'
import { expect, test, vi } from 'vitest'
import type { Answer, LinkState } from '../src/bridge.ts'
import { watchOrder } from '../src/session/watch.ts'
import { finishedStages } from '../src/ui/finished.ts'
import { memory } from './fridge.ts'

const key = { orderId: '01a20051-44c3-75b5-b270-08cbb76d28d5', token: 'secret' }
const view: OrderView = newOrderView({
  orderId: key.orderId,
  productId: 'fridge-atelier-590',
  productVersion: '2026.2.0',
  rulesHash: 'x',
  title: { en: 'Fridge' },
  context: { country: 'DE' },
  selection: { width_mm: 700 },
  chosen: {},
  texts: {},
  priceCents: 152_800,
  currency: 'EUR',
  orderedAt: '2026-11-21T22:00:00Z',
})
const operation = (op: number, station: string) => ({
  op,
  station,
  label: { en: station },
  jobOrderId: `${op}`,
  plannedSeconds: 30,
  consumes: [],
})
const at = '2026-11-21T22:00:01Z'
const assigned: OrderEvent = {
  kind: 'assigned',
  orderId: key.orderId,
  seq: 1,
  at,
  state: 'released',
  lineId: 'line-1',
  operations: [operation(10, 'sheet-metal'), operation(30, 'foaming'), operation(60, 'assembly-test')],
}
const job = (
  seq: number,
  op: number,
  jobState: 'Running' | 'Ended',
  state: OrderEvent['state'],
): OrderEvent => ({
  kind: 'job',
  orderId: key.orderId,
  seq,
  at,
  state,
  op,
  lineId: 'line-1',
  jobState,
  by: 'event',
})

/** A bridge that answers a view and lets the test stream. */
function bridge(answers: Answer<OrderView>[]) {
  const streams: { after: () => number; event(event: OrderEvent): void; link(link: LinkState): void }[] = []
  const woken = vi.fn()
  const stopped = vi.fn()
  return {
    streams,
    woken,
    stopped,
    order: async () => answers.shift() ?? ({ kind: 'unanswered', reason: 'silent' } as const),
    cancel: async () => ({ kind: 'unanswered', reason: 'silent' }) as const,
    change: async () => ({ kind: 'unanswered', reason: 'silent' }) as const,
    product: async () => ({ kind: 'unanswered', reason: 'silent' }) as const,
    follow(
      _key: unknown,
      after: () => number,
      on: { event(event: OrderEvent): void; link(link: LinkState): void },
    ) {
      streams.push({ after, ...on })
      return { wake: woken, stop: stopped }
    },
  }
}

const world = (keeper = memory()) => {
  const due: (() => void)[] = []
  return { keeper, due, now: () => 0, later: (act: () => void) => (due.push(act), () => {}) }
}

test('events are folded once, however often they come, and the stream continues after the last', async () => {
  const served = bridge([{ kind: 'ok', value: view }])
  const watch = watchOrder(key, { bridge: served, ...world() })
  await vi.waitFor(() => expect(served.streams).toHaveLength(1))
  const [stream] = served.streams
  for (const event of [assigned, assigned, job(2, 10, 'Running', 'inProduction'), assigned])
    stream!.event(event)
  expect(watch.getSnapshot().order).toMatchObject({ seq: 2, lineId: 'line-1', state: 'inProduction' })
  expect(stream!.after()).toBe(2)
})

test('the last known state is shown after a reload without a network, and catches up when it is back', async () => {
  const keeper = memory()
  const first = bridge([{ kind: 'ok', value: view }])
  const before = watchOrder(key, { bridge: first, ...world(keeper) })
  await vi.waitFor(() => expect(first.streams).toHaveLength(1))
  first.streams[0]!.event(assigned)
  before.close()

  const later = world(keeper)
  const second = bridge([
    { kind: 'unanswered', reason: 'offline' },
    { kind: 'ok', value: { ...view, seq: 1, state: 'released' } },
  ])
  const after = watchOrder(key, { bridge: second, ...later })
  expect(after.getSnapshot().order?.lineId).toBe('line-1')
  await vi.waitFor(() => expect(after.getSnapshot().link.state).toBe('waiting'))
  later.due.shift()!()
  await vi.waitFor(() => expect(second.streams).toHaveLength(1))
})

test('a finished order needs no stream; an unknown one is said to be unknown and forgotten', async () => {
  const done = bridge([{ kind: 'ok', value: { ...view, state: 'completed' } }])
  const finished = watchOrder(key, { bridge: done, ...world() })
  await vi.waitFor(() => expect(finished.getSnapshot().link.state).toBe('live'))
  expect(done.streams).toEqual([])

  const keeper = memory()
  const problem = { type: '/problems/not-found', title: 'There is nothing here', status: 404 }
  const gone = watchOrder(key, { bridge: bridge([{ kind: 'refused', problem }]), ...world(keeper) })
  await vi.waitFor(() => expect(gone.getSnapshot().link.state).toBe('gone'))
  expect(keeper.kept.size).toBe(0)
})

test('the picture grows by what stations have ended, never by what they have started', () => {
  const order = (states: Record<string, 'Running' | 'Ended'>): OrderView => ({
    ...view,
    state: 'inProduction',
    operations:
      assigned.kind === 'assigned'
        ? assigned.operations.map((o) => ({
            ...o,
            ...(states[o.station] && { jobState: states[o.station]! }),
          }))
        : [],
  })
  expect([...finishedStages(order({}))!]).toEqual([])
  expect([...finishedStages(order({ 'sheet-metal': 'Running' }))!]).toEqual([])
  // this routing has no paint station: the body comes as it stays
  expect([...finishedStages(order({ 'sheet-metal': 'Ended' }))!]).toEqual(['body', 'paint'])
  expect(finishedStages({ ...order({}), state: 'completed' })).toBeUndefined()
})
