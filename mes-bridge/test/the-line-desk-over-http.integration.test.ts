/**
 * What staff and their monitoring get over HTTP from a bridge with a real line behind it: a line that clears finished jobs by
 * itself is known as such, what it cleared too soon is asked about and answered; the record of calls; the metrics.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditView, LineView } from '@lot-one/rules'
import { faultProfiles } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Dispatch } from '../src/dispatch.ts'
import { createMetrics } from '../src/httpMetrics.ts'
import type { Line } from '../src/line.ts'
import { built, makeDispatch, reached } from './factory.ts'
import { send, startShop } from './shop.ts'
import type { Shop } from './shop.ts'
import { makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

const docs = join(import.meta.dirname, '../../docs/metrics.md')
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sim: SimulatedLine
let line: Line
let dispatch: Dispatch
let shop: Shop
let jobOrderId: string

beforeAll(async () => {
  folder = await temporaryFolder()
  const pki = await pkiFolder(folder.path)
  sim = await startSim(folder.path, pki, 'line-1')
  shop = await startShop({
    production(journal) {
      line = makeLink('line-1', sim.endpointUrl, pki, {}, { audit: (entry) => void journal.audit(entry) })
      dispatch = makeDispatch(journal, [line])
      return dispatch
    },
    http: { metrics: createMetrics(() => dispatch.lines()) },
  })
  await dispatch.start()
  await until(line, () => line.isOnline())
})
afterAll(async () => {
  // whoever writes ends before what is written to
  await dispatch.stop()
  await line.stop()
  await shop.close()
  await sim.stop()
  await folder.remove()
})

const asStaff = (path: string, json?: unknown) =>
  send(`${shop.url}/api/lines${path}`, {
    headers: { authorization: `Bearer ${shop.staffToken}` },
    ...(json !== undefined && { json }),
  })
const shown = async () => ((await asStaff('')).body as LineView[])[0]!
const metrics = async () => (await send(`${shop.url}/metrics`)).body as string

test('a line that clears by itself is found out; what it cleared unseen is asked about, never guessed', async () => {
  expect((await shown()).abilities).not.toHaveProperty('clearsByItself')
  // the profile, but at once instead of after two seconds: faster than any look
  sim.change({ ...faultProfiles['selfClearing']!.quirks, autoClearMs: 0 })
  for (const method of ['Running', 'Ended'])
    sim.faults.add({ station: 'paint', method, action: { do: 'dropEvent' } })
  const asked = new Promise<LineView>((resolve) => {
    const leave = dispatch.followLines((view) => {
      if (view.alarms.length === 0) return
      leave()
      resolve(view)
    })
  })
  const { status, body } = await send(`${shop.url}/api/orders`, { json: shop.order() })
  expect(status).toBe(201)
  jobOrderId = `${body.orderId}/20`
  await asked
  const { abilities, alarms } = await shown()
  expect(abilities?.clearsByItself).toEqual(expect.any(String))
  expect(alarms).toEqual([
    expect.objectContaining({ kind: 'inDoubt', orderId: body.orderId, jobOrderId, station: 'paint' }),
  ])
  expect(await metrics()).toContain('lot_one_line_alarms{line="line-1"} 1')
  // it was built; that the bridge cannot know is why it asks and neither sends it again nor goes on
  expect(built(sim).map((unit) => unit.jobOrderId)).toEqual([`${body.orderId}/10`, jobOrderId])
  const { view } = (await shop.journal.order(body.orderId))!
  expect(view).toMatchObject({ state: 'inProduction', waiting: { reason: 'inDoubt', lineId: 'line-1' } })
})

test('only staff answer, about what is asked, once; then the order goes on', async () => {
  const answer = (json: unknown) => asStaff('/line-1/answer', json)
  const yes = { jobOrderId, built: true }
  expect((await send(`${shop.url}/api/lines/line-1/answer`, { json: yes })).status).toBe(401)
  for (const [json, path] of [
    [{ jobOrderId }, 'built'],
    [{ ...yes, built: 'yes' }, 'built'],
    [{ built: true }, 'jobOrderId'],
    [{ ...yes, jobOrderId: 'x'.repeat(201) }, 'jobOrderId'],
  ] as const) {
    const { status, body } = await answer(json)
    expect({ status, path: body.errors?.[0]?.path }, JSON.stringify(json)).toEqual({ status: 400, path })
  }
  expect(await asStaff('/line-9/answer', yes)).toMatchObject({
    status: 404,
    body: { detail: expect.stringContaining('line-1') },
  })
  expect(await answer({ ...yes, jobOrderId: jobOrderId.replace(/20$/, '30') })).toMatchObject({
    status: 409,
    body: { type: '/problems/not-in-doubt', detail: expect.stringContaining('/30') },
  })
  const done = reached(shop.journal, jobOrderId.split('/')[0]!, 'completed')
  expect(await answer(yes)).toMatchObject({ status: 200, body: { id: 'line-1', alarms: [] } })
  const events = await done
  expect(events.find((event) => event.kind === 'job' && event.by === 'operator')).toMatchObject({
    op: 20,
    jobState: 'Ended',
  })
  expect((await answer(yes)).status).toBe(409)
  expect(built(sim)).toHaveLength(6)
})

test('the record of calls is read page by page, newest first, with nothing twice and nothing left out', async () => {
  const page = async (before?: number) => {
    const { status, body } = await asStaff(`/line-1/audit${before === undefined ? '' : `?before=${before}`}`)
    expect(status).toBe(200)
    return body as AuditView[]
  }
  const own = await page()
  expect(own.find(({ method }) => method === 'Answer')).toMatchObject({
    user: 'staff',
    jobOrderId,
    result: 'it was built',
  })
  expect(own.find(({ method }) => method === 'Start')).toMatchObject({
    user: 'bridge',
    thumbprint: expect.stringMatching(/^[0-9a-f]{40}$/),
    result: 'accepted',
  })
  const entry = { lineId: 'line-1', user: 'bridge', thumbprint: '', result: 'accepted' }
  for (let n = 0; n < 110; n++)
    await shop.journal.audit({ ...entry, method: 'Store', jobOrderId: `more/${n}` })
  await shop.journal.audit({ ...entry, lineId: 'line-2', method: 'Store', jobOrderId: 'elsewhere/1' })
  const all: AuditView[] = []
  for (let rows = await page(); rows.length > 0; rows = await page(all.at(-1)!.position)) {
    expect(rows.length).toBeLessThanOrEqual(50)
    all.push(...rows)
  }
  // what the bridge itself still calls meanwhile, to clear what is done, may stand between
  const isAdded = (row: AuditView) => row.jobOrderId?.startsWith('more/') === true
  expect(all.filter(isAdded).map((row) => row.jobOrderId)).toEqual(
    Array.from({ length: 110 }, (_, n) => `more/${109 - n}`),
  )
  expect(all.slice(-own.length)).toEqual(own)
  expect(all.some((row) => row.jobOrderId === 'elsewhere/1')).toBe(false)
  const positions = all.map((row) => row.position)
  expect(positions).toEqual([...new Set(positions)].sort((a, b) => b - a))
  for (const wrong of ['x', '-1', '1.5', '9'.repeat(16)])
    expect(await asStaff(`/line-1/audit?before=${wrong}`), wrong).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'before' }] },
    })
  expect((await asStaff('/line-9/audit')).status).toBe(404)
  expect((await send(`${shop.url}/api/lines/line-1/audit`)).status).toBe(401)
})

test('every metric is documented and every documented one is there, with the health of each line', async () => {
  expect((await asStaff('/line-1/hold', {})).status).toBe(200)
  const text = await metrics()
  const named = (pattern: RegExp, of: string) => [...of.matchAll(pattern)].map(([, name]) => name!).sort()
  const documented = [...readFileSync(docs, 'utf8').matchAll(/^\| `(lot_one_\w+)` \| (\w+) \| (.*?) \|/gm)]
  expect(documented.map(([, name, type]) => `${name} ${type}`).sort()).toEqual(
    named(/^# TYPE (lot_one_\w+ \w+)$/gm, text),
  )
  const labels = (name: string) =>
    new Set(
      named(
        /[{,](\w+)="/g,
        text
          .split('\n')
          .filter((row) => row.startsWith(`${name}{`))
          .join('\n'),
      ),
    )
  for (const [, name, type, said] of documented)
    if (type === 'gauge') expect([...labels(name!)], name).toEqual(named(/`(\w+)`/g, said!))
  for (const state of ['connecting', 'resyncing', 'online', 'degraded', 'stopped'])
    expect(text).toContain(`lot_one_line_state{line="line-1",state="${state}"} ${state === 'online' ? 1 : 0}`)
  for (const row of [
    'lot_one_line_online{line="line-1",state="online"} 1',
    'lot_one_line_held{line="line-1"} 1',
    'lot_one_line_queue{line="line-1"} 0',
    'lot_one_line_alarms{line="line-1"} 0',
    `lot_one_line_state_since_seconds{line="line-1"} ${Date.parse((await shown()).link.since) / 1_000}`,
    'lot_one_orders_total{outcome="accepted"} 1',
  ])
    expect(text).toContain(row)
  expect(Number(/expires_seconds\{line="line-1"\} (\d+)/.exec(text)?.[1])).toBeGreaterThan(Date.now() / 1_000)
})
