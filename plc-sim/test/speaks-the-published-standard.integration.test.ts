import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Line, defaultStations, quietLibrary, startLine } from '../src/server.ts'
import { type Identity, type TestClient, clientIdentity, connect, temporaryFolder, trust } from './client.ts'

let line: Line
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let client: TestClient

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  line = await startLine({
    lineId: 'line-1',
    port: 0,
    dir: `${folder.path}/line-1`,
    stations: defaultStations,
    users: [{ name: 'bridge', password: 'secret', role: 'Operator' }],
    speed: 100,
  })
  await trust(line, identity)
  client = await connect({
    endpointUrl: line.endpointUrl,
    identity,
    user: { name: 'bridge', password: 'secret' },
  })
})
afterAll(async () => {
  await client?.close()
  await line?.stop()
  await folder?.dispose()
})

test('a job order stored and started runs to its end and leaves a response', async () => {
  const station = await client.station('paint')
  const log = await client.listen()
  const stored = await client.command(station, 'Store', { jobOrderID: 'one' })
  expect(stored).toMatchObject({ status: 'Good', bits: 1n })
  const started = await client.command(station, 'Start', 'one')
  expect(started).toMatchObject({ status: 'Good', bits: 1n })
  await log.reaches('one', 5)
  expect(log.statesOf('one')).toEqual([1, 2, 3, 5])
  expect(await client.list(station)).toEqual([['one', 5]])
  await log.close()
})
