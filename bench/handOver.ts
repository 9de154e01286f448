/** Section `hand-over`: our line client beside a bare node-opcua client that makes the same calls. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobOrder } from '../mes-bridge/src/jobOrder.ts'
import { createLine, prepareOwnCertificate } from '../mes-bridge/src/line.ts'
import type { CallOutcome, Line } from '../mes-bridge/src/line.ts'
import { race, quantile } from './harness.ts'
import type { Bench, Contestant, SectionResult } from './harness.ts'
import { end, message } from './processes.ts'
import { connectRaw, quietLibrary } from './rawClient.ts'

export const title = 'Hand-over: what a job order costs the bridge'
export const about = `One job order is a \`Store\` of a realistic order (15 parameters, 6 materials) and a \`Cancel\`, so that the station's list stays short; the status events both cause
are received and decoded. Ours is the bridge's own line client: guard before every call, deadline, strict encoding, decoded answer, audit entry, observed states. The peer is
a bare node-opcua client (same version) that makes the same calls from plain objects over the same kind of secured session (Basic256Sha256, SignAndEncrypt, user name) and
subscribes to the same events. Each has its own simulated line in another process; CPU is that of this process, user and system, until
the last event is in: until 0.2 s bring no more.`

const inFlight = 16
const workMaster = 'sheet-metal'
const security = {
  policy: 'Basic256Sha256',
  mode: 'SignAndEncrypt',
  user: 'bridge',
  password: 'measured',
} as const

/** What both contestants can do. */
export interface Client {
  readonly name: string
  store(order: JobOrder): Promise<void>
  cancel(jobOrderId: string): Promise<void>
  /** Grows with every status event received. */
  heard(): number
  close(): Promise<void>
}

export async function measure(bench: Bench): Promise<SectionResult> {
  quietLibrary()
  const folder = await mkdtemp(join(tmpdir(), 'lot-one-bench-'))
  const pkiFolder = join(folder, 'pki')
  const { certificateFile } = await prepareOwnCertificate(pkiFolder)
  const sim = fork(
    await bench.bundle('plc-sim/src/main.ts'),
    [
      '--dir',
      join(folder, 'lines'),
      '--trust',
      certificateFile,
      '--users',
      await usersFile(folder),
      '--line',
      'ours:0',
      '--line',
      'raw:0',
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const clients: Client[] = []
  try {
    const endpoints = await ready(sim)
    clients.push(await connectOurs(endpoints.get('ours') ?? '', pkiFolder))
    clients.push(await connectRaw(endpoints.get('raw') ?? '', pkiFolder, security, workMaster))
    const rounds = bench.quick ? 3 : 11
    const batch = bench.quick ? 100 : 200
    const costs = clients.map((client) => cost(client, batch))
    const cpu = await race(
      'job order, 16 in flight: CPU of the client',
      'ms',
      'less',
      rounds,
      costs.map(({ name, cpu }) => ({ name, sample: cpu })),
      { atMost: 1.2 },
    )
    const wall = await race(
      'job order, 16 in flight: time',
      'ms',
      'less',
      rounds,
      costs.map(({ name, wall }) => ({ name, sample: wall })),
    )
    const latency = await race(
      'Store, one at a time: until answered',
      'ms',
      'less',
      rounds,
      clients.map((client) => oneByOne(client, bench.quick ? 30 : 100)),
    )
    return { rows: [...cpu, ...wall, ...latency], figures: [] }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    await end(sim)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function usersFile(folder: string): Promise<string> {
  const file = join(folder, 'users.json')
  await writeFile(
    file,
    JSON.stringify([{ name: security.user, password: security.password, role: 'Operator' }]),
    { mode: 0o600 },
  )
  return file
}

async function ready(sim: ChildProcess): Promise<Map<string, string>> {
  const { lines, problems } = (await message(sim)) as {
    lines?: { id: string; endpointUrl: string }[]
    problems?: string[]
  }
  if (!lines) throw new Error(problems?.join(' ') ?? 'the simulator did not start')
  return new Map(lines.map(({ id, endpointUrl }) => [id, endpointUrl]))
}

async function connectOurs(endpoint: string, pkiFolder: string): Promise<Client> {
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  let audited = 0
  const line: Line = createLine(
    { id: 'ours', endpoint, security, trust: 'firstUse' },
    { clock: Date, pkiFolder, log, audit: () => audited++ },
  )
  const online = new Promise<void>((resolve) => {
    line.follow(() => {
      if (line.isOnline()) resolve()
    })
  })
  line.start()
  await online
  const station = line.stationFor(workMaster)?.station ?? ''
  const insist = (what: string, answer: CallOutcome) => {
    if (answer.outcome !== 'accepted') throw new Error(`${what}: ${JSON.stringify(answer)}`)
  }
  return {
    name: 'ours',
    store: async (order) => insist('Store', await line.store(station, order)),
    cancel: async (id) => insist('Cancel', await line.command(station, 'Cancel', id)),
    // not what followers are told: an event about an order that was cancelled meanwhile is received all the same
    heard: () => line.moment(),
    close: () => line.stop(),
  }
}

let orders = 0
/** A job order of realistic size. */
function makeOrder(): JobOrder {
  const orderId = `0192f0c1-7c1e-7000-8000-${String(orders++).padStart(12, '0')}`
  const content = {
    jobOrderId: `${orderId}/10`,
    orderId,
    op: 10,
    station: workMaster,
    workMasterId: workMaster,
    priority: 0,
    plannedSeconds: 40,
    productId: 'fridge-atelier-590',
    rulesHash: 'f'.repeat(64),
    parameters: Array.from({ length: 15 }, (_, i) => ({
      id: `Parameter${i}`,
      value: `value of parameter ${i}`,
    })),
    materialRequirements: Array.from({ length: 6 }, (_, i) => ({
      position: `position-${i}`,
      part: `PART-${i}-230`,
      quantity: 1,
    })),
  }
  return { ...content, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex') }
}

async function handOver(client: Client): Promise<void> {
  const order = makeOrder()
  await client.store(order)
  await client.cancel(order.jobOrderId)
}

/** CPU and wall time per job order, each including everything its events cause. */
function cost(client: Client, batch: number) {
  const work = async () => {
    let left = batch
    const worker = async () => {
      while (left-- > 0) await handOver(client)
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
  }
  /** Until nothing more is heard: events come in bursts, one every publishing interval of 50 ms. */
  const settle = async () => {
    for (let heard = -1; heard !== client.heard(); await pause(200)) heard = client.heard()
  }
  return {
    name: client.name,
    cpu: async () => {
      const start = process.cpuUsage()
      await work()
      await settle()
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000 / batch
    },
    wall: async () => {
      const start = performance.now()
      await work()
      const took = performance.now() - start
      await settle()
      return took / batch
    },
  }
}

function oneByOne(client: Client, count: number): Contestant {
  return {
    name: client.name,
    sample: async () => {
      const times: number[] = []
      for (let n = 0; n < count; n++) {
        const order = makeOrder()
        const start = performance.now()
        await client.store(order)
        times.push(performance.now() - start)
        await client.cancel(order.jobOrderId)
      }
      return quantile(times, 0.5)
    },
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
