/** Both are races with the line; the line decides, and order and line agree afterwards. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultStations } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { OrderSnapshot } from '@lot-one/rules'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import {
  built,
  makeDispatch,
  openTestJournal,
  operationsOf,
  placeOrder,
  reached,
  routing,
  seen,
} from './factory.ts'
import { makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

describe('cancelling and changing on a line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let sim: SimulatedLine
  let line: ReturnType<typeof makeLink>
  let journal: Journal
  let dispatch: Dispatch

  beforeAll(async () => {
    folder = await temporaryFolder()
    const pki = await pkiFolder(folder.path)
    // One place per station: a second order waits where the first one is slow.
    sim = await startSim(folder.path, pki, 'line-1', {
      speed: 200,
      stations: defaultStations.map((station) => ({ ...station, slots: 1 })),
    })
    line = makeLink('line-1', sim.endpointUrl, pki)
    line.start()
    await until(line, () => line.isOnline())
    journal = await openTestJournal(`${folder.path}/data`)
  })
  beforeEach(async () => {
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
  })
  afterEach(() => dispatch.stop())
  afterAll(async () => {
    await journal.close()
    await line.stop()
    await sim.stop()
    await folder.remove()
  })

  const builtOf = (orderId: string) => built(sim).filter(({ jobOrderId }) => jobOrderId.startsWith(orderId))
  const jobEvent =
    (jobState: string, op: number) => (event: { kind: string; jobState?: string; op?: number }) =>
      event.kind === 'job' && event.jobState === jobState && event.op === op

  test('an order that waits at its first station is cancelled and nothing of it is built', async () => {
    const ahead = await placeOrder(journal, { colour: 'white', slow: 'sheet-metal' })
    await seen(journal, ahead, jobEvent('Running', 10))
    const orderId = await placeOrder(journal)
    await seen(journal, orderId, jobEvent('AllowedToStart', 10))
    expect(await dispatch.requestCancel(orderId)).toEqual({ outcome: 'requested' })
    await reached(journal, orderId, 'cancelled')
    for (const { station, jobs } of line.view().stations)
      expect(
        jobs.filter(({ jobOrderId }) => jobOrderId.startsWith(orderId)),
        station,
      ).toEqual([])
    await reached(journal, ahead, 'completed')
    expect(builtOf(orderId)).toEqual([])
    expect(builtOf(ahead)).toHaveLength(6)
  })

  test('a wish that comes while its order is still being taken up is granted, not refused', async () => {
    for (let round = 0; round < 3; round++) {
      const orderId = await placeOrder(journal)
      const wishes = [dispatch.requestCancel(orderId), dispatch.requestCancel(orderId)]
      expect(await Promise.all(wishes)).toEqual([{ outcome: 'requested' }, { outcome: 'requested' }])
      await reached(journal, orderId, 'cancelled')
      expect(builtOf(orderId)).toEqual([])
    }
  })

  test('an order that a station has begun is frozen, and goes on to its end', async () => {
    const orderId = await placeOrder(journal, { colour: 'white', slow: 'sheet-metal' })
    await seen(journal, orderId, jobEvent('Running', 10))
    expect(await dispatch.requestCancel(orderId)).toMatchObject({
      outcome: 'frozen',
      station: 'sheet-metal',
      since: expect.any(String),
    })
    await reached(journal, orderId, 'completed')
    expect(builtOf(orderId)).toHaveLength(6)
  })

  test('asked at the very moment of the start, order and line agree whoever wins', async () => {
    const orders = []
    for (let round = 0; round < 6; round++) {
      const orderId = await placeOrder(journal)
      await seen(journal, orderId, jobEvent('NotAllowedToStart', 10))
      const answer = await dispatch.requestCancel(orderId)
      orders.push({ orderId, answer })
    }
    for (const { orderId, answer } of orders) {
      const cancelled = answer.outcome === 'requested'
      await reached(journal, orderId, cancelled ? 'cancelled' : 'completed')
      expect(builtOf(orderId)).toHaveLength(cancelled ? 0 : 6)
    }
  })

  test('a colour is changed while paint has not begun: paint gets the new one, once', async () => {
    const orderId = await placeOrder(journal, { colour: 'white', slow: 'sheet-metal' })
    await seen(journal, orderId, jobEvent('Running', 10))
    expect(
      await dispatch.requestChange(orderId, {
        selection: { colour: 'navy', slow: 'sheet-metal' },
        priceCents: 1,
      }),
    ).toEqual({ outcome: 'changed' })
    await reached(journal, orderId, 'completed')
    const paint = builtOf(orderId).filter(({ station }) => station === 'paint')
    expect(
      paint.map(({ order }) => order.jobOrderParameters?.find(({ ID }) => ID === 'Colour')?.value.value),
    ).toEqual(['navy'])
    const view = (await journal.order(orderId))?.view
    expect(view?.order.selection).toEqual({ colour: 'navy', slow: 'sheet-metal' })
    expect(view?.operations.map(({ jobState }) => jobState)).toEqual(routing.map(() => 'Ended'))
  })

  test('a colour cannot be changed once paint has begun; what comes later still can', async () => {
    const orderId = await placeOrder(journal, { colour: 'white', slow: 'paint' })
    await seen(journal, orderId, jobEvent('Running', 20))
    expect(
      await dispatch.requestChange(orderId, { selection: { colour: 'navy', slow: 'paint' }, priceCents: 1 }),
    ).toMatchObject({ outcome: 'frozen', station: 'paint', options: ['colour'] })
    expect(
      await dispatch.requestChange(orderId, {
        selection: { colour: 'white', slow: 'paint', wifi: true },
        priceCents: 2,
      }),
    ).toEqual({ outcome: 'changed' })
    await reached(journal, orderId, 'completed')
    const kit = builtOf(orderId).find(({ station }) => station === 'smart-kit')
    expect(kit?.order.jobOrderParameters?.find(({ ID }) => ID === 'Wifi')?.value.value).toBe(true)
  })

  test('an order that waits at its first station is changed there: taken out of reach, changed, started again', async () => {
    const ahead = await placeOrder(journal, { colour: 'white', slow: 'sheet-metal' })
    await seen(journal, ahead, jobEvent('Running', 10))
    const orderId = await placeOrder(journal, { colour: 'white' })
    await seen(journal, orderId, jobEvent('AllowedToStart', 10))
    expect(
      await dispatch.requestChange(orderId, { selection: { colour: 'white', width: 700 }, priceCents: 1 }),
    ).toEqual({ outcome: 'changed' })
    await Promise.all([reached(journal, ahead, 'completed'), reached(journal, orderId, 'completed')])
    const first = builtOf(orderId).find(({ station }) => station === 'sheet-metal')
    expect(first?.order.jobOrderParameters?.find(({ ID }) => ID === 'Width')?.value.value).toBe(700)
    expect(builtOf(orderId)).toHaveLength(6)
  })

  describe('an operation that a change takes out and another brings back', () => {
    const derive = async (order: OrderSnapshot) =>
      operationsOf(order.orderId, order.selection)
        .filter(({ station }) => station !== 'smart-kit' || order.selection['wifi'] === true)
        .map((operation) =>
          operation.station === 'assembly-test'
            ? { ...operation, parameters: [{ id: 'Label', value: order.selection['label'] ?? '' }] }
            : operation,
        )
    const restart = async () => {
      await dispatch.stop()
      dispatch = makeDispatch(journal, [line], { derive })
      await dispatch.start()
    }
    const kits = (orderId: string) =>
      builtOf(orderId).flatMap(({ station, jobOrderId }) => (station === 'smart-kit' ? [jobOrderId] : []))
    let orderId: string
    const wifi = (isOn: boolean) =>
      dispatch.requestChange(orderId, {
        selection: { colour: 'white', slow: 'sheet-metal', wifi: isOn },
        priceCents: 1,
      })

    beforeEach(async () => {
      await restart()
      orderId = await placeOrder(journal, { colour: 'white', slow: 'sheet-metal', wifi: true })
      await seen(journal, orderId, jobEvent('Running', 10))
    })

    test('is built once, under an id the line does not refuse', async () => {
      for (const isOn of [false, true, false, true]) expect(await wifi(isOn)).toEqual({ outcome: 'changed' })
      await restart()
      await reached(journal, orderId, 'completed')
      expect(kits(orderId)).toEqual([`${orderId}/50.3`])
      expect(builtOf(orderId)).toHaveLength(6)
      expect((await journal.order(orderId))?.view.operations.map(({ jobState }) => jobState)).toEqual(
        routing.map(() => 'Ended'),
      )
    })

    test('comes back although the line refused it the first time, also after a restart', async () => {
      expect(await wifi(false)).toEqual({ outcome: 'changed' })
      // The update of another station is refused: the kit was stored and is taken off again.
      sim.faults.add({ action: { do: 'refuse', bits: [4] }, method: 'Update', jobOrderId: `${orderId}/60` })
      const both = { colour: 'white', slow: 'sheet-metal', wifi: true, label: 'new' }
      expect(await dispatch.requestChange(orderId, { selection: both, priceCents: 1 })).toMatchObject({
        outcome: 'unavailable',
      })
      await restart()
      await expect.poll(() => wifi(true)).toEqual({ outcome: 'changed' })
      await reached(journal, orderId, 'completed')
      expect(kits(orderId)).toEqual([`${orderId}/50.3`])
    })
  })
})
