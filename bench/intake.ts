/** Section `intake`: durable orders per second, from the raw storage to a posted order. */
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder, Product } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { judgeOrder } from '../mes-bridge/src/intake.ts'
import type { NewOrder } from '../mes-bridge/src/journal.ts'
import { openJournal } from '../mes-bridge/src/journalOpen.ts'
import { quantile, race, seeded, spread } from './harness.ts'
import type { Bench, Figure, Row, SectionResult } from './harness.ts'
import { orderMaker } from './orders.ts'
import { overload } from './overload.ts'
import { end, message, startBridge } from './processes.ts'
import { openRaw, rowsOf } from './rawStorage.ts'
import type { OrderRows } from './rawStorage.ts'

export const title = 'Intake: durable orders per second'
export const about = `An order counts when it is on disk (SQLite in WAL mode, \`synchronous=FULL\`). The peer is raw storage: libsql in one thread that does nothing else, not even
answer; the same rows in the same tables' shape (order, customer, event, state; ready-made text) by prepared statements, one transaction and one sync per batch, where the batch is the
number of clients. The journal takes the orders as objects, writes them on a thread of its own, so that a slow disk stalls nobody else, and answers each of as many concurrent
\`accept()\` calls only after its group commit. A second peer shows what the thread alone costs: the same raw storage on a thread of its own, sent the ready-made rows of a batch in one message. The promise
is the rate under group commit, judged where a crowd waits: at 128 and 512 clients, always against the first peer. With one client there is nothing to group; sixteen are
through in about a millisecond, of which a fifth to a quarter is the way to the thread and back: no storage that is asked by message keeps up with one that is not, so those rows are told
without a bar, and whoever wants 0.8 there finds it missed. Journal and clients are two threads, the first peer is one: where other programs want the second core too, the journal alone is slowed down. HTTP is the bridge's own server in another process with the load generator in this one: checks against the rules, the journal and the answer included, no lines attached; on two cores both share them. In the overload orders
are sent at five times the pace of 128 clients that wait for their answers, on up to 512 connections, whatever became of those before. The disk's own
fdatasync rate is taken in every round, because it is what changes most from minute to minute.`

const clients = [1, 16, 128, 512]
/** More are the overload's business. */
const mostOverHttp = 128
/** Group commit at work, from this many clients on. */
const crowd = 128
const bar = { atLeast: 0.8 }

export async function measure(bench: Bench): Promise<SectionResult> {
  await mkdir(join(bench.root, '.cache'), { recursive: true })
  // beside the repository's own data folder, not in a memory file system
  const folder = await mkdtemp(join(bench.root, '.cache/bench-'))
  const { products } = await loadProducts(join(bench.root, 'rules/products'), {
    at: new Date().toISOString().slice(0, 10),
  })
  const first = products[0]
  if (!first) throw new Error('no product is on sale')
  const product = openProduct(first.package)
  const make = orderMaker(product, seeded(128))
  const accepted = acceptable(product, make)
  const raw = openRaw(join(folder, 'raw.db'))
  const rawThread = await openRawThread(bench, join(folder, 'rawThread.db'))
  const journalFolder = join(folder, 'journal')
  await mkdir(journalFolder)
  const journal = await openJournal({
    storage: {
      engine: 'sqlite',
      folder: journalFolder,
      workerFile: pathToFileURL(await bench.bundle('mes-bridge/src/journalWorker.ts')),
      pid: process.pid,
    },
    now: () => new Date(),
    warn: () => {},
  })
  const { child: server, ports } = await startBridge(bench, folder)
  try {
    await warmUp(ports, make, bench.quick ? 500 : 2000)
    const rounds = bench.quick ? 3 : 11
    const ms = bench.quick ? 150 : 400
    const waits = new Map<string, number[]>()
    const syncs: number[] = []
    const rows: Row[] = []
    for (const n of clients) {
      const unit = 'orders per second'
      const told = `${n} client${n === 1 ? '' : 's'}`
      const storage = {
        name: 'raw libsql',
        sample: () => syncRate(folder, syncs) && rawRate(raw.commit, accepted, n, ms),
      }
      const onThread = {
        name: 'raw libsql on a thread of its own, asked by message',
        sample: () => rawRate(rawThread.commit, accepted, n, ms),
      }
      const through = <T>(name: string, next: () => T, one: (of: T) => Promise<unknown>) => ({
        name: 'ours',
        sample: () => {
          // made beforehand, as those of the peer are
          const ready = Array.from({ length: 40 * ms }, next)
          return rate(n, ms, () => one(ready.pop() ?? next()), collect(waits, `${name}, ${told}`))
        },
      })
      const ours = through('journal', accepted, async (order) => {
        const written = await journal.accept(order)
        if (written.outcome !== 'accepted') throw new Error(`the journal said ${written.outcome}`)
      })
      const stored = await race(`journal, ${told}`, unit, 'more', rounds, [ours, storage, onThread])
      rows.push(...stored.map((row) => (row.peerName === storage.name && n >= crowd ? { ...row, bar } : row)))
      if (n > mostOverHttp) continue
      const agent = new Agent({ keepAlive: true, maxSockets: n })
      const http = through('HTTP', make, (order) => post(agent, ports.bridge, order))
      rows.push(...(await race(`HTTP, ${told}`, unit, 'more', rounds, [http, storage])))
      agent.destroy()
    }
    rows.push(...(await shares(server, ports, make, rounds, ms)))
    const rush = await overload(ports.bridge, make, bench.quick ? 1000 : 6000)
    return { rows, figures: [...latencies(waits), ...rush, disk(syncs)] }
  } finally {
    await journal.close()
    raw.close()
    await rawThread.close()
    await end(server)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Lets the process compile its hot paths before anything is measured. */
async function warmUp(
  ports: Record<'bridge' | 'bare', number>,
  make: () => BuildOrder,
  ms: number,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  for (const port of [ports.bridge, ports.bare]) await rate(16, ms, () => post(agent, port, make()), [])
  agent.destroy()
}

/** Server CPU per posted order with express, zod and all around it, beside a bare handler. */
async function shares(
  server: ChildProcess,
  ports: Record<'bridge' | 'bare', number>,
  make: () => BuildOrder,
  rounds: number,
  ms: number,
) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const cpu = async (): Promise<number> => {
    server.send('cpu')
    const { cpu } = (await message(server)) as { cpu: NodeJS.CpuUsage }
    return (cpu.user + cpu.system) / 1000
  }
  const contestant = (name: string, port: number) => ({
    name,
    sample: async () => {
      const start = await cpu()
      const waits: number[] = []
      await rate(16, ms, () => post(agent, port, make()), waits)
      return ((await cpu()) - start) / waits.length
    },
  })
  const rows = await race('CPU of the server per posted order', 'ms', 'less', rounds, [
    contestant('ours', ports.bridge),
    contestant('bare node:http', ports.bare),
  ])
  agent.destroy()
  return rows
}

/** As many clients as said, each sending the next when the last is answered; operations per second. */
async function rate(
  count: number,
  ms: number,
  one: () => Promise<unknown>,
  waits: number[],
): Promise<number> {
  const start = performance.now()
  let done = 0
  const client = async () => {
    for (let sent = performance.now(); sent - start < ms; sent = performance.now()) {
      await one()
      waits.push(performance.now() - sent)
      done++
    }
  }
  await Promise.all(Array.from({ length: count }, client))
  return done / ((performance.now() - start) / 1000)
}

function collect(waits: Map<string, number[]>, name: string): number[] {
  const list = waits.get(name) ?? []
  waits.set(name, list)
  return list
}

function latencies(waits: ReadonlyMap<string, readonly number[]>): Figure[] {
  return [...waits].map(([name, list]) => ({
    name: `order durable, ${name}: p50`,
    value: quantile(list, 0.5),
    unit: 'ms',
    note: `p99 ${quantile(list, 0.99).toFixed(1)} ms, ${list.length} orders`,
  }))
}

function post(agent: Agent, port: number, order: BuildOrder): Promise<void> {
  return new Promise((done, refuse) => {
    const body = JSON.stringify(order)
    const sent = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        path: '/api/orders',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          response.statusCode === 201
            ? done()
            : refuse(new Error(`${response.statusCode} ${Buffer.concat(chunks).toString().slice(0, 500)}`)),
        )
      },
    )
    sent.on('error', refuse)
    sent.end(body)
  })
}

/** Orders as they reach the journal, judged beforehand. */
function acceptable(product: Product, make: () => BuildOrder): () => NewOrder {
  const ready = Array.from({ length: 200 }, () => {
    const order = make()
    const judged = judgeOrder(product, order, 'en', new Date())
    if (judged.outcome !== 'fits')
      throw new Error(`a design of the machine was refused: ${JSON.stringify(judged)}`)
    return { order, snapshot: judged.snapshot }
  })
  let count = 0
  return () => {
    const { order, snapshot } = ready[count % ready.length]!
    const orderId = `0192f0c1-7c1e-7000-8000-${String(count++).padStart(12, '0')}`
    return {
      snapshot: { ...snapshot, orderId },
      bodyDigest: createHash('sha256').update(orderId).digest('hex'),
      trackingToken: orderId.slice(0, 24),
      customer: order.customer,
    }
  }
}

/** Orders per second by whoever commits ready-made rows; making them is not counted. */
async function rawRate(
  commit: (batch: readonly OrderRows[]) => unknown,
  next: () => NewOrder,
  batch: number,
  ms: number,
): Promise<number> {
  let spent = 0
  let done = 0
  while (spent < ms) {
    const ready = Array.from({ length: batch }, () => rowsOf(next()))
    const start = performance.now()
    await commit(ready)
    spent += performance.now() - start
    done += batch
  }
  return done / (spent / 1000)
}

/** Raw storage on a thread of its own, sent one message for each batch. */
async function openRawThread(bench: Bench, file: string) {
  const thread = new Worker(await bench.bundle('bench/rawStorageThread.ts'), { workerData: { file } })
  return {
    commit: async (batch: readonly OrderRows[]) => {
      const committed = once(thread, 'message')
      thread.postMessage(batch)
      await committed
    },
    close: () => thread.terminate(),
  }
}

/** Appends 4 KiB and waits for the disk, again and again for 50 ms. */
function syncRate(folder: string, rates: number[]): true {
  const file = openSync(join(folder, 'sync'), 'a')
  const page = Buffer.alloc(4096, 1)
  const start = performance.now()
  let syncs = 0
  while (performance.now() - start < 50) {
    writeSync(file, page)
    fdatasyncSync(file)
    syncs++
  }
  rates.push(syncs / ((performance.now() - start) / 1000))
  closeSync(file)
  return true
}

function disk(rates: readonly number[]): Figure {
  const { median, q1, q3 } = spread(rates)
  return {
    name: 'fdatasync of 4 KiB on this disk',
    value: median,
    unit: 'per second',
    note: `quartiles ${Math.round(q1)}–${Math.round(q3)}, taken between the rounds`,
  }
}
