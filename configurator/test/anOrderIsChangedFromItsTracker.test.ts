import { newOrderView } from '@lot-one/rules'
import type { OrderEvent, OrderView } from '@lot-one/rules'
import { describe, expect, test } from 'vitest'
import { framesOf, openOrderDesign } from '../src/sessionLater.ts'
import { freedomOf } from '../src/ui/tracker/freedom.ts'
import { fridge } from './fridge.ts'

const question = { context: { country: 'DE' }, selection: {} }
const configuration = fridge.complete(question)!
const { order } = newOrderView({
  orderId: '01a20051-44c3-75b5-b270-08cbb76d28d5',
  productId: fridge.package.id,
  productVersion: fridge.package.version,
  rulesHash: fridge.package.rulesHash,
  title: { en: 'Fridge' },
  context: question.context,
  selection: configuration,
  chosen: {},
  texts: {},
  priceCents: fridge.price(configuration).totalCents,
  currency: 'EUR',
  orderedAt: '2026-11-21T22:00:00Z',
})
const operation = (op: number, station: string, consumes: string[], more = {}) => ({
  op,
  station,
  label: { en: station },
  jobOrderId: String(op),
  plannedSeconds: 30,
  consumes,
  ...more,
})

describe('an order open for change', () => {
  test('starts as ordered, with no step back beyond that', () => {
    const { session, lost } = openOrderDesign(fridge, order, {}, {})
    expect(session.getSnapshot().configuration).toEqual(configuration)
    expect(session.getSnapshot().price.totalCents).toBe(order.priceCents)
    expect(session.getSnapshot().note).toBeUndefined()
    expect(lost).toEqual([])
  })

  test('no way out touches what a station has used', () => {
    // push to open needs the module's electronics
    const wanted = { ...order, selection: { ...configuration, wifi: false, camera: false, screen: 'none' } }
    const free = openOrderDesign(fridge, wanted, {}, {}).session
    free.choose('handle', 'push_open')
    const ways = free.getSnapshot().conflict!.repairs.map(({ repair }) => repair.change)
    expect(ways).toContainEqual(expect.objectContaining({ wifi: true }))

    const held = openOrderDesign(fridge, wanted, { wifi: false }, {}).session
    expect(held.getSnapshot().statuses.of('handle', 'push_open')).toMatchObject({ changes: -1 })
    held.choose('handle', 'push_open')
    expect(held.getSnapshot().conflict).toMatchObject({ repairs: [], elsewhere: [] })
    expect(held.getSnapshot().configuration['wifi']).toBe(false)
  })

  test('a wish that a station was faster than is let go and named', () => {
    const { session, lost } = openOrderDesign(
      fridge,
      order,
      { width_mm: configuration['width_mm']! },
      { width_mm: 600, handle: 'bar' },
    )
    expect(lost).toEqual(['width_mm'])
    expect(session.getSnapshot().configuration).toMatchObject({
      width_mm: configuration['width_mm'],
      handle: 'bar',
    })
  })
})

test('an option is open until the first station that uses it, then locked since that began', () => {
  const startedAt = '2026-11-21T22:01:00Z'
  const view: OrderView = {
    ...newOrderView(order),
    operations: [
      operation(10, 'sheet-metal', ['width_mm', 'finish'], { jobState: 'Running', startedAt }),
      operation(20, 'paint', ['finish', 'colour_lower']),
      operation(60, 'assembly-test', ['handle']),
    ],
  }
  expect(freedomOf(view, 'finish')).toMatchObject({ kind: 'locked', by: { op: 10 }, since: startedAt })
  expect(freedomOf(view, 'colour_lower')).toMatchObject({ kind: 'open', until: { op: 20 } })
  expect(freedomOf(view, 'eink_tag'), 'nothing uses it yet').toMatchObject({
    kind: 'open',
    until: { op: 60 },
  })
  expect(freedomOf(newOrderView(order), 'width_mm')).toEqual({ kind: 'open', until: undefined })
})

test('the film stops at what was seen first, once each, and ends as the order does', () => {
  const base = { orderId: order.orderId, at: '2026-11-21T22:00:01Z' }
  const job = (seq: number, jobState: 'AllowedToStart' | 'Running' | 'Ended'): OrderEvent => ({
    ...base,
    seq,
    kind: 'job',
    state: 'inProduction',
    op: 10,
    lineId: 'line-1',
    jobState,
    by: 'event',
  })
  const operations = [operation(10, 'sheet-metal', [])]
  const events: OrderEvent[] = [
    { ...base, seq: 1, kind: 'accepted', state: 'accepted' },
    { ...base, seq: 2, kind: 'assigned', state: 'released', lineId: 'line-1', operations },
    { ...base, seq: 3, kind: 'promised', state: 'released', promisedAt: base.at },
    job(4, 'AllowedToStart'),
    job(5, 'Running'),
    job(6, 'Running'),
    { ...base, seq: 7, kind: 'assigned', state: 'inProduction', lineId: 'line-1', operations },
    job(8, 'Ended'),
  ]
  const frames = framesOf(order, events)
  expect(frames.map(({ event }) => event.seq)).toEqual([1, 2, 5, 8])
  expect(frames.at(-1)!.view.operations[0]!.jobState).toBe('Ended')
  expect(frames.every(({ view }) => view.order === order)).toBe(true)
})
