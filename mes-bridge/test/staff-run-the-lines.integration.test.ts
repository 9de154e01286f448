/** What staff see and settle, against real line controllers: trust, capability, hold, promises. */
import { randomUUID } from 'node:crypto'
import { copyFile, readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultStations } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { LineView } from '@lot-one/rules'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import type { Line } from '../src/line.ts'
import { built, makeDispatch, openTestJournal, placeOrder, reached, seen } from './factory.ts'
import { freePort } from '../../scripts/freePort.mjs'
import { makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

describe('staff run the lines', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let pki: string
  let journal: Journal
  const cleanUps: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    folder = await temporaryFolder()
    pki = await pkiFolder(folder.path)
  })
  beforeEach(async () => {
    const own = await openTestJournal(`${folder.path}/data-${randomUUID()}`)
    journal = own
    cleanUps.push(() => own.close())
  })
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  })
  afterAll(() => folder.remove())

  async function simulated(lineId: string, change: Parameters<typeof startSim>[3] = {}) {
    const sim = await startSim(folder.path, pki, lineId, change)
    cleanUps.push(() => sim.stop())
    return sim
  }
  async function desk(
    sims: readonly SimulatedLine[],
    config: Parameters<typeof makeLink>[3] = {},
    change: Parameters<typeof makeDispatch>[2] = {},
  ) {
    const lines = sims.map((sim) => makeLink(sim.lineId, sim.endpointUrl, pki, config))
    for (const line of lines) {
      cleanUps.push(() => line.stop())
      line.start()
    }
    const dispatch = makeDispatch(journal, lines, change)
    cleanUps.push(() => dispatch.stop())
    await dispatch.start()
    return { dispatch, lines, line: lines[0]! }
  }
  const viewOf = (dispatch: Dispatch, id = 'line-1') => dispatch.lines().find((line) => line.id === id)!
  /** The line's view as soon as it fits. */
  const shows = (dispatch: Dispatch, line: Line, fits: (view: LineView) => boolean) =>
    new Promise<LineView>((resolve) => {
      const look = () => {
        const view = viewOf(dispatch, line.id)
        if (!fits(view)) return
        leave()
        resolve(view)
      }
      const leave = dispatch.followLines(look)
      look()
    })

  test('a certificate is trusted by its fingerprint alone; another one after a restart is shown with the one before', async () => {
    const port = await freePort()
    const sim = await simulated('line-1', { port })
    const { dispatch, line } = await desk([sim], { trust: 'ask' })
    const { certificate, endpoints, clockDifferenceMs, link } = await shows(
      dispatch,
      line,
      (view) => view.link.state === 'stopped',
    )
    // all there is to decide by, before any trust
    expect(certificate).toMatchObject({
      trust: 'waiting',
      thumbprint: sim.certificateThumbprint,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: expect.stringContaining('CN='),
    })
    expect(certificate?.replaces).toBeUndefined()
    expect(Math.abs(clockDifferenceMs!)).toBeLessThan(2_000)
    expect(endpoints.find(({ used }) => used)).toMatchObject({
      policy: 'Basic256Sha256',
      mode: 'SignAndEncrypt',
    })
    expect(link.problems).toEqual([{ cause: 'certificateUnknown', detail: link.reason }])
    expect(await dispatch.trustLine('line-1', 'ab'.repeat(32))).toEqual({ outcome: 'noSuchCertificate' })
    expect(viewOf(dispatch).link.state).toBe('stopped')
    expect(await dispatch.trustLine('line-1', certificate!.sha256)).toEqual({ outcome: 'trusted' })
    await until(line, () => line.isOnline())
    expect(viewOf(dispatch)).toMatchObject({
      certificate: { trust: 'trusted' },
      abilities: { events: true, software: expect.stringContaining('simulator'), nodesPerRead: 1000 },
    })
    await shows(dispatch, line, ({ stations }) =>
      stations.every(({ unitState }) => unitState === 'NotExecuting'),
    )

    await sim.stop()
    await simulated('line-1', { port, renewCertificate: true })
    const other = await shows(dispatch, line, (view) => view.certificate?.trust === 'waiting')
    expect(other.link.state).toBe('stopped')
    expect(other.certificate?.replaces).toBe(certificate!.sha256)
    expect(other.certificate?.sha256).not.toBe(certificate!.sha256)
    // the old decision says nothing about the new certificate
    expect(await dispatch.trustLine('line-1', certificate!.sha256)).toEqual({ outcome: 'noSuchCertificate' })
    // put into the trust folder by hand while it still lies among the rejected ones: the later decision counts
    const rejected = `${pki}/rejected`
    const file = (await readdir(rejected)).find((name) => name.includes(other.certificate!.thumbprint))!
    await copyFile(`${rejected}/${file}`, `${pki}/trusted/certs/${file}`)
    await until(line, () => line.isOnline())
    expect(viewOf(dispatch).certificate?.trust).toBe('trusted')
  }, 180_000)

  test('an order goes where it can be built; what no line can build is said at once with what is missing', async () => {
    const withoutPaint = defaultStations.filter(({ id }) => id !== 'paint')
    const otherPaint = defaultStations.map((station) =>
      station.id === 'paint' ? { ...station, workMasters: ['powder-coat'] } : station,
    )
    const otherParts = defaultStations.map((station) =>
      station.id === 'foaming' ? { ...station, materials: ['PUR-1'] } : station,
    )
    const sims = await Promise.all([
      simulated('no-paint', { stations: withoutPaint }),
      simulated('other-paint', { stations: otherPaint }),
      simulated('other-parts', { stations: otherParts }),
    ])
    const { dispatch, lines } = await desk(sims)
    await Promise.all(lines.map((line) => until(line, () => line.isOnline())))
    const orderId = await placeOrder(journal)
    dispatch.notify(orderId)
    const events = await seen(
      journal,
      orderId,
      (event) => event.kind === 'waiting' && event.reason === 'cannotBuild',
    )
    expect(events.at(-1)).toMatchObject({
      state: 'accepted',
      detail:
        'no-paint has no station for paint; other-paint has no work master paint at paint; other-parts has no material PART-foaming at foaming',
    })
    await dispatch.requestCancel(orderId)
    await reached(journal, orderId, 'cancelled')
  }, 180_000)

  test('a held line gets nothing new and finishes what it has; let go on, it takes what waits', async () => {
    const { dispatch, line } = await desk([await simulated('line-1', { speed: 50 })])
    await until(line, () => line.isOnline())
    const first = await placeOrder(journal)
    dispatch.notify(first)
    await reached(journal, first, 'released')
    expect(await dispatch.holdLine('line-1', true)).toEqual({ outcome: 'recorded' })
    const second = await placeOrder(journal)
    dispatch.notify(second)
    const waiting = (await seen(journal, second, ({ kind }) => kind === 'waiting')).at(-1)
    expect(waiting).toMatchObject({ reason: 'noLine', detail: 'line-1 is on hold' })
    await reached(journal, first, 'completed')
    expect((await shows(dispatch, line, ({ queue }) => queue === 0)).held).toBe(true)
    await dispatch.holdLine('line-1', false)
    await reached(journal, second, 'completed')
  }, 180_000)

  test('the queue is shown in the order in which units will be ready, and a promise that moves is said again', async () => {
    let ahead = 0
    const { dispatch, line } = await desk(
      [await simulated('line-1', { speed: 0.1 })],
      {},
      { secondsPerPlannedSecond: 1, clock: { now: () => Date.now() + ahead } },
    )
    await until(line, () => line.isOnline())
    const [first, second] = [await placeOrder(journal), await placeOrder(journal)]
    for (const orderId of [first, second]) {
      dispatch.notify(orderId)
      await reached(journal, orderId, 'released')
    }
    const view = await shows(dispatch, line, ({ orders }) => orders.length === 2)
    expect(view.orders.map(({ orderId }) => orderId)).toEqual([first, second])
    const promised = Date.parse(view.orders[0]!.promisedAt!)
    expect(promised - Date.now()).toBeGreaterThan(40_000)
    // a minute passes in which nothing was seen to move
    ahead = 60_000
    const later = await seen(journal, first, ({ kind }) => kind === 'promised')
    const news = later.find((event) => event.kind === 'promised')!
    expect(Date.parse(news.promisedAt)).toBeGreaterThanOrEqual(promised + 50_000)
    expect((await journal.order(first))?.view.promisedAt).toBe(news.promisedAt)
  }, 180_000)

  test('what a controller forgot and staff say was not built is handed over again and built once', async () => {
    const port = await freePort()
    const before = await simulated('line-1', { port, speed: 0.1 })
    const { dispatch, line } = await desk([before])
    await until(line, () => line.isOnline())
    const orderId = await placeOrder(journal)
    dispatch.notify(orderId)
    await seen(journal, orderId, (event) => event.kind === 'job' && event.jobState === 'Running')
    await before.stop()
    // a controller without a battery: the unit still lies on its fixture as it was
    const after = await simulated('line-1', { port, forget: true })
    const { alarms } = await shows(dispatch, line, (view) => view.alarms.length > 0)
    expect(alarms).toEqual([expect.objectContaining({ kind: 'inDoubt', jobOrderId: `${orderId}/10` })])
    const finished = () =>
      built(after)
        .filter((unit) => unit.finishedAt !== undefined && unit.jobOrderId.startsWith(orderId))
        .map(({ jobOrderId }) => jobOrderId)
    expect(finished(), 'nothing is sent again before somebody has looked').toEqual([])
    expect(await dispatch.answerDoubt('line-1', `${orderId}/10`, false)).toEqual({ outcome: 'recorded' })
    const events = await reached(journal, orderId, 'completed')
    expect(events.find((event) => event.kind === 'job' && event.by === 'operator')).toMatchObject({
      op: 10,
      jobState: 'NotAllowedToStart',
    })
    expect(finished()).toEqual([10, 20, 30, 40, 50, 60].map((op) => `${orderId}/${op}`))
  }, 180_000)
})
