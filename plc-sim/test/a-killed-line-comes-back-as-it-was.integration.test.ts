import { readFile } from 'node:fs/promises'
import { DataType } from 'node-opcua'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { builtOperations, defaultStations, quietLibrary, readLedger, startLine } from '../src/server.ts'
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

async function start(dir: string): Promise<{ ready: Ready; client: TestClient }> {
  const args = ['--line', 'line-1:0', '--dir', `${folder.path}/${dir}`, '--trust', identity.certificateFile]
  sim = new ForkedSim(args, { LOT_ONE_SIM_USERS: users })
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

// One story: every start of the simulator costs seconds of CPU.
const slowTest = { timeout: 180_000 }
test('kill -9 loses no answered call and builds nothing twice', slowTest, async () => {
  const first = await start('line')
  const { client } = first
  const [line] = first.ready.lines
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
  const charge = await client.station('charge')
  await client.command(charge, 'StoreAndStart', { jobOrderID: 'short', jobOrderParameters: planned(1000) })
  const before = await client.read(paint.nodes.get('JobOrderList'))
  expect(await sim?.kill()).toBe('SIGKILL')
  await client.close()

  const second = await start('line')
  const again = await second.client.station('paint')
  expect(JSON.stringify(await second.client.read(again.nodes.get('JobOrderList')))).toBe(
    JSON.stringify(before),
  )
  expect(second.ready.lines[0]?.thumbprint).toBe(line?.thumbprint)
  const late = await second.client.command(again, 'Store', { jobOrderID: 'cancelled' })
  expect(late).toMatchObject({ status: 'Uncertain', bits: 16n | (1n << 33n) })

  // Finished while the line was down or just after, but on time and once.
  const chargeAgain = await second.client.station('charge')
  await expect.poll(() => second.client.list(chargeAgain)).toEqual([['short', 5]])
  const built = builtOperations(readLedger(line?.ledgerFile ?? ''))
  expect(built.map(({ jobOrderId }) => jobOrderId)).toEqual(['running', 'paused', 'short'])
  const short = built[2]
  const took = (short?.finishedAt ?? 0) - (short?.startedAt ?? 0)
  expect(took).toBeGreaterThanOrEqual(920)
  expect(took).toBeLessThanOrEqual(1080)

  // Told to die after storing: the client learns what happened only by asking again.
  const fault = { action: { do: 'die', code: 70 }, method: 'Store', skip: 1 }
  await sim?.send({ type: 'fault', line: 'line-1', fault })
  const store = (jobOrderID: string) => second.client.command(again, 'Store', { jobOrderID })
  expect(await store('answered')).toMatchObject({ status: 'Good' })
  await expect(store('unanswered')).rejects.toThrow(/disconnected|Connection Break/i)
  expect(await sim?.exited).toBe(70)
  await second.client.close()

  const third = await start('line')
  const last = await third.client.station('paint')
  expect((await third.client.list(last)).map(([id]) => id).slice(-2)).toEqual(['answered', 'unanswered'])
  const repeated = await third.client.command(last, 'Store', { jobOrderID: 'unanswered' })
  expect(repeated.bits).toBe(16n | (1n << 33n))
  await third.client.close()
  expect(await sim?.kill('SIGTERM')).toBe(0)
  expect(sim?.stderr).toBe('')
})

test(
  'the simulator starts two lines by itself, makes its users and ends with its parent',
  slowTest,
  async () => {
    sim = new ForkedSim(['--line', 'a:0', '--line', 'b:0', '--dir', `${folder.path}/two`])
    const ready = await sim.ready()
    expect(ready.lines.map(({ id }) => id)).toEqual(['a', 'b'])
    const made = JSON.parse(await readFile(ready.usersFile ?? '', 'utf8')) as { role: string }[]
    expect(made.map(({ role }) => role)).toEqual(['Operator', 'Observer'])
    const port = new URL(ready.lines[0]?.endpointUrl ?? '').port
    const taken = startLine({
      lineId: 'x',
      port: Number(port),
      dir: `${folder.path}/taken`,
      stations: defaultStations,
      users: [],
    })
    const sentence = `Port ${port} on 127.0.0.1 is taken, so line x cannot start; stop what uses it or give the line another port.`
    await expect(taken).rejects.toThrow(sentence)
    sim.child.disconnect()
    expect(await sim.exited).toBe(0)
  },
)

test('wrong settings end it with one sentence each', async () => {
  sim = new ForkedSim(['--speed', 'fast', '--line', 'nonsense'])
  expect(await sim.exited).toBe(2)
  expect(sim.stderr.trim().split('\n')).toEqual([
    'plc-sim: --speed is "fast"; it must be a number from 0.01 to 100000, such as 10.',
    'plc-sim: --line is "nonsense"; it must be ID:PORT, such as line-1:4840, the port 0 to 65535.',
  ])
})
