/**
 * The hand-over under faults: answers that get lost after the line has acted, a line that is killed, a bridge that is killed.
 * What was built is counted in the simulators' own ledgers, never in ours.
 */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { OrderEvent } from '@lot-one/rules'
import { composeJobOrders, toOperation } from '../src/composeJobOrders.ts'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import { standardProfile } from '../src/lineProfiles.ts'
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
import { startSimProcess } from './simProcess.ts'
import { jobOrder, makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let journal: Journal
let dispatch: Dispatch
const cleanUps: (() => Promise<void>)[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  await pkiFolder(folder.path)
  journal = await openTestJournal(`${folder.path}/data`)
})
afterEach(async () => {
  await dispatch?.stop()
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  await journal.close()
  await folder.remove()
})

async function simulated(lineId: string, speed = 200): Promise<SimulatedLine> {
  const sim = await startSim(folder.path, `${folder.path}/pki`, lineId, { speed })
  cleanUps.push(() => sim.stop())
  return sim
}

async function linked(lineId: string, endpointUrl: string, profile = standardProfile) {
  const line = makeLink(lineId, endpointUrl, `${folder.path}/pki`, {}, { profile })
  cleanUps.push(() => line.stop())
  line.start()
  await until(line, () => line.isOnline())
  return line
}

/** Running or over: a list may show the end of a short job before its start was heard of. */
const hasBegun = (op: number) => (event: OrderEvent) =>
  event.kind === 'job' && event.op === op && ['Running', 'Ended'].includes(event.jobState)

/** Every operation of every order exactly once, with the content of the order; and nothing else. */
function expectBuiltOnce(
  orders: readonly string[],
  ...sims: readonly Pick<SimulatedLine, 'ledgerFile'>[]
): void {
  const done = built(...sims)
  expect(done.map(({ jobOrderId }) => jobOrderId).sort()).toEqual(
    orders.flatMap((orderId) => routing.map((_, index) => `${orderId}/${10 * (index + 1)}`)).sort(),
  )
  for (const { jobOrderId, order, finishedAt } of done) {
    const orderId = jobOrderId.split('/')[0] ?? ''
    const wanted = composeJobOrders(
      { orderId, productId: 'fridge', rulesHash: 'hash' },
      operationsOf(orderId, { colour: 'white' }),
    ).find((each) => each.jobOrderId === jobOrderId)
    const digest = order.jobOrderParameters?.find(({ ID }) => ID === 'spec.digest')?.value.value
    expect(digest).toBe(wanted?.digest)
    expect(finishedAt).toBeDefined()
  }
}

describe('answers lost after the line has acted', () => {
  test.each(['Store', 'Start', 'Clear'])('%s: each unit is still built exactly once', async (method) => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl)
    sim.faults.add({ method, action: { do: 'loseAnswer' }, times: 2, skip: 1 })
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    const orders = [await placeOrder(journal), await placeOrder(journal), await placeOrder(journal)]
    await Promise.all(orders.map((orderId) => reached(journal, orderId, 'completed')))
    expectBuiltOnce(orders, sim)
    // Without an answer that was really lost the test would prove nothing.
    expect(
      line.audited.filter((entry) => entry.method === method && entry.result.startsWith('unanswered')).length,
    ).toBeGreaterThan(0)
  })

  test('control: sending again under a fresh number would have built a unit twice', async () => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl)
    sim.faults.add({ method: 'Store', action: { do: 'loseAnswer' } })
    const orderId = randomUUID()
    const naive = async (): Promise<string> => {
      for (let attempt = 1; ; attempt++) {
        const order = jobOrder(orderId, attempt, 'sheet-metal')
        const outcome = await line.store('sheet-metal', order)
        if (outcome.outcome === 'accepted') return order.jobOrderId
        await until(line, () => line.isOnline())
      }
    }
    await naive()
    await line.readList('sheet-metal')
    for (const { jobOrderId } of line.view().stations.find(({ station }) => station === 'sheet-metal')
      ?.jobs ?? [])
      await line.command('sheet-metal', 'Start', jobOrderId)
    await until(line, () =>
      (line.view().stations.find(({ station }) => station === 'sheet-metal')?.jobs ?? []).every(
        ({ jobState }) => jobState === 'Ended',
      ),
    )
    expect(built(sim)).toHaveLength(2)
  })

  test('an answer that comes too late is no different from one that is lost', async () => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl, { ...standardProfile, callDeadlineMs: 500 })
    sim.faults.add({ method: 'Store', station: 'paint', action: { do: 'delayAnswer', ms: 2_000 } })
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    const orderId = await placeOrder(journal)
    await reached(journal, orderId, 'completed')
    expectBuiltOnce([orderId], sim)
  })

  test('status events that never come are made up for by reading', async () => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl, { ...standardProfile, pollMs: 300 })
    sim.faults.add({ action: { do: 'dropEvent' }, times: 1_000 })
    // reads overtake these Stores: they do not show yet what the line takes
    sim.faults.add({ method: 'Store', action: { do: 'slow', ms: 700 }, times: 6 })
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    const orderId = await placeOrder(journal)
    const events = await reached(journal, orderId, 'completed')
    expect(events.filter((event) => event.kind === 'job').every(({ by }) => by === 'read')).toBe(true)
    expect(events.find((event) => event.kind === 'job' && event.jobState === 'Ended')).toMatchObject({
      endedAt: expect.any(String),
      built: [{}],
    })
    expectBuiltOnce([orderId], sim)
  })
})

describe('something is killed', () => {
  test('the line, twice in the middle of six orders', async () => {
    const sim = await startSimProcess(folder.path, `${folder.path}/pki`, 'line-1', 20)
    cleanUps.push(() => sim.kill())
    const line = await linked('line-1', sim.endpointUrl)
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    const orders = await Promise.all(Array.from({ length: 6 }, () => placeOrder(journal)))
    const done = Promise.all(orders.map((orderId) => reached(journal, orderId, 'completed')))
    await seen(journal, orders[0] ?? '', hasBegun(10))
    await sim.kill()
    await sim.start()
    await seen(journal, orders[1] ?? '', hasBegun(30))
    await sim.kill()
    await seen(journal, orders[2] ?? '', (event) => event.kind === 'waiting' && event.reason === 'lineSilent')
    await sim.start()
    await done
    expectBuiltOnce(orders, sim)
  }, 120_000)

  test('the dispatcher, in the middle of four orders: another one goes on where it was', async () => {
    const sim = await simulated('line-1', 50)
    const first = await linked('line-1', sim.endpointUrl)
    dispatch = makeDispatch(journal, [first])
    await dispatch.start()
    const orders = await Promise.all(Array.from({ length: 4 }, () => placeOrder(journal)))
    for (const op of [10, 30]) {
      await seen(journal, orders[0] ?? '', hasBegun(op))
      await dispatch.stop()
      const line = await linked('line-1', sim.endpointUrl)
      dispatch = makeDispatch(journal, [line])
      await dispatch.start()
    }
    await Promise.all(orders.map((orderId) => reached(journal, orderId, 'completed')))
    expectBuiltOnce(orders, sim)
  })

  test('the bridge after the intent was stored and before anything was sent: the order is built', async () => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl)
    const orderId = await placeOrder(journal)
    const order = (await journal.order(orderId))?.snapshot
    if (!order) throw new Error('no order')
    const operations = operationsOf(orderId, order.selection)
    const jobs = composeJobOrders(order, operations).map((each) => ({
      jobOrder: each,
      lineId: 'line-1',
      handOver: 'sending' as const,
      attempt: 1,
      cleared: false,
    }))
    await journal.record(
      orderId,
      [
        {
          kind: 'assigned',
          lineId: 'line-1',
          operations: operations.map(toOperation),
        },
      ],
      jobs,
    )
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    await reached(journal, orderId, 'completed')
    expectBuiltOnce([orderId], sim)
  })

  test('other content under our number is an alarm, never overwritten', async () => {
    const sim = await simulated('line-1')
    const line = await linked('line-1', sim.endpointUrl)
    const orderId = await placeOrder(journal)
    const foreign = jobOrder(orderId, 20, 'paint')
    await line.store('paint', foreign)
    dispatch = makeDispatch(journal, [line])
    await dispatch.start()
    const events = await reached(journal, orderId, 'stopped')
    // a station may still report a job stored before the alarm
    expect(events.find(({ kind }) => kind === 'stopped')).toMatchObject({
      reason: expect.stringContaining(`${orderId}/20`),
    })
    expect(built(sim)).toEqual([])
  })
})
