import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Line, defaultStations, quietLibrary, startLine } from '../src/server.ts'
import {
  type Identity,
  type StationHandle,
  type TestClient,
  clientIdentity,
  connect,
  temporaryFolder,
} from './client.ts'

let line: Line
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let client: TestClient
let paint: StationHandle

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  line = await startLine({
    lineId: 'line-1',
    port: 0,
    dir: `${folder.path}/line-1`,
    stations: defaultStations,
    users: [{ name: 'bridge', password: 'password', role: 'Operator' }],
    speed: 100,
    trust: [identity.certificateFile],
  })
})
beforeEach(async () => {
  client = await connect({
    endpointUrl: line.endpointUrl,
    identity,
    user: { name: 'bridge', password: 'password' },
  })
  paint = await client.station('paint')
})
afterEach(async () => {
  line.faults.clear()
  line.speak()
  await client.close()
})
afterAll(async () => {
  await line?.stop()
  await folder?.dispose()
})

async function ids(): Promise<string[]> {
  const other = await connect({
    endpointUrl: line.endpointUrl,
    identity,
    user: { name: 'bridge', password: 'password' },
  })
  try {
    return (await other.list(paint)).map(([id]) => id)
  } finally {
    await other.close()
  }
}

test('a lost answer: the call was executed, the client cannot know', async () => {
  line.faults.add({ action: { do: 'loseAnswer' }, method: 'Store' })
  await expect(client.command(paint, 'Store', { jobOrderID: 'lost' })).rejects.toThrow(
    /disconnected|Connection Break/i,
  )
  expect(await ids()).toContain('lost')
})

test('a late answer comes late, and only as often as scripted', async () => {
  line.faults.add({ action: { do: 'delayAnswer', ms: 400 }, method: 'Store' })
  const before = performance.now()
  expect(await client.command(paint, 'Store', { jobOrderID: 'late' })).toMatchObject({ status: 'Good' })
  expect(performance.now() - before).toBeGreaterThanOrEqual(399)
  expect(await client.command(paint, 'Start', 'late')).toMatchObject({ status: 'Good' })
})

test('a refusal with given bits executes nothing and hits only what it names', async () => {
  line.faults.add({
    action: { do: 'refuse', bits: [4, 35] },
    station: 'paint',
    method: 'Store',
    jobOrderId: 'poor',
  })
  expect(await client.command(paint, 'Store', { jobOrderID: 'rich' })).toMatchObject({ status: 'Good' })
  const refused = await client.command(paint, 'Store', { jobOrderID: 'poor' })
  expect(refused).toMatchObject({ status: 'Uncertain', bits: 16n | (1n << 35n) })
  expect(await ids()).not.toContain('poor')
  expect(await client.command(paint, 'Store', { jobOrderID: 'poor' })).toMatchObject({ status: 'Good' })
})

test('a silent line keeps its connections open and answers nothing until it speaks again', async () => {
  let answered = false
  line.silence()
  const reading = client.list(paint).then((list) => {
    answered = true
    return list
  })
  const stranger = connect({
    endpointUrl: line.endpointUrl,
    identity,
    user: { name: 'bridge', password: 'password' },
  })
  const newcomer = stranger.then(() => true)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(answered).toBe(false)
  line.speak()
  expect(await reading).toBeInstanceOf(Array)
  expect(await newcomer).toBe(true)
  await (await stranger).close()
})

test('events can be dropped and doubled', async () => {
  const log = await client.listen()
  line.faults.add({ action: { do: 'dropEvent' }, jobOrderId: 'events', method: 'Running' })
  line.faults.add({ action: { do: 'duplicateEvent' }, jobOrderId: 'events', method: 'AllowedToStart' })
  await client.command(paint, 'StoreAndStart', { jobOrderID: 'events' })
  await log.reaches('events', 5)
  expect(log.statesOf('events')).toEqual([2, 2, 5])
  await log.close()
})
