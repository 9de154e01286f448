import { readFile } from 'node:fs/promises'
import { DataType } from 'node-opcua'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { builtOperations, quietLibrary, readLedger } from '../src/server.ts'
import { type Identity, type TestClient, clientIdentity, connect, temporaryFolder } from './client.ts'
import { ForkedSim, type Ready } from './forkedSim.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let sim: ForkedSim | undefined
const users = JSON.stringify([{ name: 'bridge', password: 'password', role: 'Operator' }])

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
})
afterEach(async () => {
  await sim?.kill()
})
afterAll(async () => {
  await folder?.dispose()
})

async function start(dir: string, speed = 1): Promise<{ ready: Ready; client: TestClient }> {
  const args = ['--line', 'line-1:0', '--dir', `${folder.path}/${dir}`, '--trust', identity.certificateFile]
  sim = new ForkedSim([...args, '--speed', String(speed)], { LOT_ONE_SIM_USERS: users })
  const ready = await sim.ready()
  const client = await connect({
    endpointUrl: ready.lines[0]?.endpointUrl ?? '',
    identity,
    user: { name: 'bridge', password: 'password' },
  })
  return { ready, client }
}

const planned = (ms: number) => [
  { ID: 'PlannedProductionTime', value: { dataType: DataType.Double, value: ms } },
]

test('kill -9 loses no answered call: the list, the states, the queue and the removed ids are all there', async () => {
  const first = await start('kept')
  const { client } = first
  const paint = await client.station('paint')
  const long = planned(3_600_000)
  await client.command(paint, 'Store', { jobOrderID: 'stored' })
  await client.command(paint, 'StoreAndStart', { jobOrderID: 'running', jobOrderParameters: long })
  await client.command(paint, 'StoreAndStart', { jobOrderID: 'paused', jobOrderParameters: long })
  await client.command(paint, 'Pause', 'paused')
  await client.command(paint, 'Store', { jobOrderID: 'aborted' })
  await client.command(paint, 'Abort', 'aborted')
  await client.command(paint, 'Store', { jobOrderID: 'cancelled' })
  await client.command(paint, 'Cancel', 'cancelled')
  await client.command(await client.station('foaming'), 'Store', { jobOrderID: 'next door' })
  const before = await client.read(paint.nodes.get('JobOrderList'))
  const [line] = first.ready.lines
  expect(await sim?.kill()).toBe('SIGKILL')
  await client.close()

  const second = await start('kept')
  const again = await second.client.station('paint')
  expect(JSON.stringify(await second.client.read(again.nodes.get('JobOrderList')))).toBe(
    JSON.stringify(before),
  )
  expect(second.ready.lines[0]?.thumbprint).toBe(line?.thumbprint)
  const late = await second.client.command(again, 'Store', { jobOrderID: 'cancelled' })
  expect(late).toMatchObject({ status: 'Uncertain', bits: 16n | (1n << 33n) })
  const foaming = await second.client.station('foaming')
  expect(await second.client.list(foaming)).toEqual([['next door', 1]])
  await second.client.close()
})

test('a job that was running is finished on time, once, although the line was down meanwhile', async () => {
  const first = await start('down', 10)
  const paint = await first.client.station('paint')
  await first.client.command(paint, 'StoreAndStart', { jobOrderID: 'short', jobOrderParameters: planned(1) })
  await first.client.command(paint, 'StoreAndStart', {
    jobOrderID: 'long',
    jobOrderParameters: planned(20_000),
  })
  await sim?.kill()
  await first.client.close()
  const second = await start('down', 10)
  const again = await second.client.station('paint')
  await expect
    .poll(() => second.client.list(again))
    .toEqual([
      ['short', 5],
      ['long', 5],
    ])
  const built = builtOperations(readLedger(second.ready.lines[0]?.ledgerFile ?? ''))
  expect(built.map(({ jobOrderId }) => jobOrderId)).toEqual(['short', 'long'])
  const [, long] = built
  // 20 s over speed 10, at most 8 % off, from the start before the kill.
  const took = (long?.finishedAt ?? 0) - (long?.startedAt ?? 0)
  expect(took).toBeGreaterThanOrEqual(1840)
  expect(took).toBeLessThanOrEqual(2160)
  await second.client.close()
})

test('a line told to die after storing has stored: the client finds out by asking again', async () => {
  const first = await start('dies')
  await sim?.send({
    type: 'fault',
    line: 'line-1',
    fault: { action: { do: 'die', code: 70 }, method: 'Store', skip: 1 },
  })
  const paint = await first.client.station('paint')
  expect(await first.client.command(paint, 'Store', { jobOrderID: 'answered' })).toMatchObject({
    status: 'Good',
  })
  await expect(first.client.command(paint, 'Store', { jobOrderID: 'unanswered' })).rejects.toThrow(
    /disconnected|Connection Break/i,
  )
  expect(await sim?.exited).toBe(70)
  await first.client.close()
  const second = await start('dies')
  const again = await second.client.station('paint')
  expect((await second.client.list(again)).map(([id]) => id)).toEqual(['answered', 'unanswered'])
  expect((await second.client.command(again, 'Store', { jobOrderID: 'unanswered' })).bits).toBe(
    16n | (1n << 33n),
  )
  await second.client.close()
})

test('the simulator stops cleanly when told to and when its parent goes, and prints nothing', async () => {
  const { client } = await start('stops')
  await client.close()
  expect(await sim?.kill('SIGTERM')).toBe(0)
  expect(sim?.stderr).toBe('')
  const args = ['--line', 'a:0', '--line', 'b:0', '--dir', `${folder.path}/two`]
  sim = new ForkedSim(args)
  const ready = await sim.ready()
  expect(ready.lines.map(({ id }) => id)).toEqual(['a', 'b'])
  const made = JSON.parse(await readFile(ready.usersFile ?? '', 'utf8')) as { role: string }[]
  expect(made.map(({ role }) => role)).toEqual(['Operator', 'Observer'])
  sim.child.disconnect()
  expect(await sim.exited).toBe(0)
})

test('a taken port and wrong settings end it with one sentence each', async () => {
  const { ready, client } = await start('taken')
  await client.close()
  const port = new URL(ready.lines[0]?.endpointUrl ?? '').port
  const second = new ForkedSim(['--line', `x:${port}`, '--dir', `${folder.path}/taken-too`])
  expect(await second.exited).toBe(2)
  expect(second.stderr).toMatch(
    new RegExp(`^plc-sim: Port ${port} on 127.0.0.1 is taken, so line x cannot start; .*\\n$`),
  )
  const third = new ForkedSim(['--speed', 'fast', '--line', 'nonsense'])
  expect(await third.exited).toBe(2)
  expect(third.stderr.trim().split('\n')).toEqual([
    'plc-sim: --speed is "fast"; it must be a number from 0.01 to 100000, such as 10.',
    'plc-sim: --line is "nonsense"; it must be ID:PORT, such as line-1:4840, the port 0 to 65535.',
  ])
})
