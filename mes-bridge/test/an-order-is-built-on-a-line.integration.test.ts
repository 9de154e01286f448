import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import { built, makeDispatch, openTestJournal, placeOrder, reached, routing } from './factory.ts'
import { makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

describe('an order is built on a line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let sims: SimulatedLine[]
  let lines: ReturnType<typeof makeLink>[]
  let journal: Journal
  let dispatch: Dispatch

  beforeAll(async () => {
    folder = await temporaryFolder()
    const pki = await pkiFolder(folder.path)
    sims = [await startSim(folder.path, pki, 'line-1'), await startSim(folder.path, pki, 'line-2')]
    lines = sims.map((sim) => makeLink(sim.lineId, sim.endpointUrl, pki))
    for (const line of lines) line.start()
    await Promise.all(lines.map((line) => until(line, () => line.isOnline())))
    journal = await openTestJournal(`${folder.path}/data`)
  })
  beforeEach(async () => {
    dispatch = makeDispatch(journal, lines)
    await dispatch.start()
  })
  afterEach(() => dispatch.stop())
  afterAll(async () => {
    await journal.close()
    await Promise.all(lines.map((line) => line.stop()))
    await Promise.all(sims.map((sim) => sim.stop()))
    await folder.remove()
  })

  test('through all stations to completed, every state seen with the time of the line', async () => {
    const orderId = await placeOrder(journal)
    dispatch.notify(orderId)
    const events = await reached(journal, orderId, 'completed')
    const jobs = events.filter((event) => event.kind === 'job')
    expect(jobs.filter(({ jobState }) => jobState === 'Ended').map(({ op }) => op)).toEqual([
      10, 20, 30, 40, 50, 60,
    ])
    expect(
      jobs.every(
        ({ sourceAt }) => sourceAt !== undefined && Math.abs(Date.parse(sourceAt) - Date.now()) < 60_000,
      ),
    ).toBe(true)
    const view = (await journal.order(orderId))?.view
    expect(view?.operations.map(({ station, jobState }) => `${station} ${jobState}`)).toEqual(
      routing.map((station) => `${station} Ended`),
    )
    expect(view?.serialNumber).toEqual(expect.any(String))
    expect(built(...sims).filter(({ jobOrderId }) => jobOrderId.startsWith(orderId))).toHaveLength(6)
  })

  test('twenty orders are shared by two lines and each is built exactly once', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => placeOrder(journal)))
    await Promise.all(orders.map((orderId) => reached(journal, orderId, 'completed')))
    const ids = built(...sims).map(({ jobOrderId }) => jobOrderId)
    for (const orderId of orders)
      expect(ids.filter((id) => id.startsWith(orderId)).sort()).toEqual(
        routing.map((_, index) => `${orderId}/${10 * (index + 1)}`),
      )
    const perLine = sims.map(
      (sim) =>
        built(sim).filter(({ jobOrderId }) => orders.some((orderId) => jobOrderId.startsWith(orderId)))
          .length,
    )
    expect(Math.min(...perLine)).toBeGreaterThan(30)
  })
})
