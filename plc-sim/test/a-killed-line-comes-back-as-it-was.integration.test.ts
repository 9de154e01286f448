import { readFile } from 'node:fs/promises'
import { DataType } from 'node-opcua'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type LineOptions, type LineUser, builtOperations, quietLibrary, readLedger } from '../src/server.ts'
import { type Identity, type TestClient, clientIdentity, connect, temporaryFolder } from './client.ts'
import { ForkedSim, type Ready } from './forkedSim.ts'
import { useTestKeys } from './testKeys.ts'
import { login, startTestLine } from './testLine.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let sim: ForkedSim | undefined
let users: readonly LineUser[] = []

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  for (const id of ['a', 'b']) useTestKeys(`${folder.path}/${id}`)
})
afterEach(async () => {
  await sim?.kill()
})
afterAll(async () => {
  await folder?.dispose()
})

async function start(...ids: readonly string[]): Promise<{ ready: Ready; client: TestClient }> {
  const trust = ['--trust', identity.certificateFile]
  sim = new ForkedSim([...ids.flatMap((id) => ['--line', `${id}:0`]), '--dir', folder.path, ...trust])
  const ready = await sim.ready()
  users = JSON.parse(await readFile(ready.usersFile ?? '', 'utf8')) as LineUser[]
  const client = await connect({ endpointUrl: ready.lines[0]?.endpointUrl ?? '', identity, user: users[0]! })
  return { ready, client }
}

const planned = (ms: number) => [
  { ID: 'PlannedProductionTime', value: { dataType: DataType.Double, value: ms } },
]

// One story: every start of a process costs seconds of CPU.
const slowTest = { timeout: 180_000 }
test('kill -9 loses no answered call and builds nothing twice', slowTest, async () => {
  const first = await start('a', 'b')
  const { client } = first
  const [line] = first.ready.lines
  expect(first.ready.lines.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(users.map(({ role }) => role)).toEqual(['Operator', 'Observer'])
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

  const second = await start('a')
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
  await sim?.send({ type: 'fault', line: 'a', fault })
  const store = (jobOrderID: string) => second.client.command(again, 'Store', { jobOrderID })
  expect(await store('answered')).toMatchObject({ status: 'Good' })
  await expect(store('unanswered')).rejects.toThrow(/disconnected|Connection Break/i)
  expect(await sim?.exited).toBe(70)
  await second.client.close()

  expect(sim?.stderr).toBe('')

  const third = await comeBack()
  const last = await third.client.station('paint')
  expect((await third.client.list(last)).map(([id]) => id).slice(-2)).toEqual(['answered', 'unanswered'])
  const repeated = await third.client.command(last, 'Store', { jobOrderID: 'unanswered' })
  expect(repeated.bits).toBe(16n | (1n << 33n))
  expect(third.line.certificateThumbprint).toBe(line?.thumbprint)
  const port = Number(new URL(third.line.endpointUrl).port)
  await expect(startTestLine(`${folder.path}/b`, identity, { lineId: 'b', port })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is taken, so line b cannot start; stop what uses it or give the line another port.`,
  )
  await third.stop()

  // A controller without a battery, put in the place of the old one: it builds again what it is told again.
  const fourth = await comeBack({ forget: true, renewCertificate: true })
  const blank = await fourth.client.station('paint')
  expect(await fourth.client.list(blank)).toEqual([])
  expect(fourth.line.certificateThumbprint).not.toBe(line?.thumbprint)
  const oncemore = { jobOrderID: 'running', jobOrderParameters: long }
  expect(await fourth.client.command(blank, 'StoreAndStart', oncemore)).toMatchObject({ status: 'Good' })
  const twice = builtOperations(readLedger(line?.ledgerFile ?? '')).filter(
    ({ jobOrderId }) => jobOrderId === 'running',
  )
  expect(twice).toHaveLength(2)
  await fourth.stop()
})

/** The line `a` again, in this process. */
async function comeBack(options: Partial<LineOptions> = {}) {
  const line = await startTestLine(`${folder.path}/a`, identity, { lineId: 'a', speed: 1, ...options })
  const client = await login(line, identity)
  return {
    line,
    client,
    async stop() {
      await client.close()
      await line.stop()
    },
  }
}

test('the simulator ends in order when it is told to, and when its parent is gone', slowTest, async () => {
  const { client } = await start('b')
  await client.close()
  const child = sim?.child
  child?.disconnect()
  expect(await sim?.exited).toBe(0)
  expect(sim?.stderr).toBe('')
})

test('wrong settings end it with one sentence each', async () => {
  sim = new ForkedSim(['--speed', 'fast', '--line', 'nonsense'])
  expect(await sim.exited).toBe(2)
  expect(sim.stderr.trim().split('\n')).toEqual([
    'plc-sim: --speed is "fast"; it must be a number from 0.01 to 100000, such as 10.',
    'plc-sim: --line is "nonsense"; it must be ID:PORT, such as line-1:4840, the port 0 to 65535.',
  ])
})
