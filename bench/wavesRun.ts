/** One run of waves, from empty folders to a report. */
import { createRequire } from 'node:module'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { readLedger } from '../plc-sim/src/ledger.ts'
import { seeded } from './harness.ts'
import { orderMaker } from './orders.ts'
import { judge } from './wavesJudge.ts'
import { createView, fromVerdict, spreadOf, unfinished } from './wavesReport.ts'
import type { Report } from './wavesReport.ts'
import { asksOperator, shop } from './wavesShopper.ts'
import type { Shopping } from './wavesShopper.ts'
import { bundleServers, startStack } from './wavesStack.ts'
import type { Stack } from './wavesStack.ts'
import { followLedger, planTroubles } from './wavesTrouble.ts'
import type { Mark } from './wavesTrouble.ts'

export interface WavesOptions {
  readonly orders: number
  readonly wave: number
  readonly lines: number
  readonly faults: string
  readonly cuts: number
  readonly kills: number
  readonly speed: number
  readonly seed: number
  readonly timeout: number
  /** Keeps the folder with ledgers and logs. */
  readonly keep: boolean
}

/** Nothing completed for this long: something is stuck, and waiting longer would show nothing new. */
const standstillMs = 60_000

/** Runs; everything it started has ended when it resolves. */
export async function runWaves(root: string, options: WavesOptions): Promise<Report> {
  const view = createView(process.stderr)
  // Inside node_modules so that the bundles find their packages.
  const folder = await mkdtemp(join(root, 'node_modules/.waves-'))
  const at = new Date().toISOString().slice(0, 10)
  const { products, problems } = await loadProducts(join(root, 'rules/products'), {
    at,
    cacheDir: join(folder, 'rules'),
  })
  const [loaded] = products
  if (!loaded) throw new Error(problems.map(({ message }) => message).join('; '))
  const product = openProduct(loaded.package)
  const seed = `waves-${options.seed}`
  view.say(`Starting the bridge and ${options.lines} lines in ${folder}`)
  const { lines, faults, speed } = options
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const { signal } = interrupted
  const servers = await bundleServers(root, folder)
  const stack = await startStack({ root, servers, folder, lines, faults, speed, seed, signal, say: view.say })
  try {
    const shopped = await shopInWaves(
      stack,
      options,
      orderMaker(product, seeded(options.seed)),
      view,
      interrupted,
    )
    await stack.stop()
    const unknown = countUnknown(stack.dataFolder)
    const accepted = shopped.shoppings
      .filter(({ acceptedAfter }) => acceptedAfter !== undefined)
      // Whoever knows what her order waits for has not lost it; that it is not finished stands elsewhere in the report.
      .map(({ order, state, reason }) => ({
        order,
        mayBeIncomplete: state !== 'completed' && reason !== undefined,
      }))
    const posted = new Map<string, BuildOrder>(shopped.shoppings.map(({ order }) => [order.orderId, order]))
    const verdict = judge(
      { product, model: loaded.model, at },
      accepted,
      posted,
      stack.ledgerFiles.map(readLedger),
    )
    return reportOf(options, shopped, stack, { ...unknown, ...fromVerdict(verdict) })
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    view.end()
    await stack.stop()
    if (options.keep) view.say(`Ledgers and logs are kept in ${folder}`)
    else await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface Shopped {
  readonly shoppings: readonly Shopping[]
  readonly seconds: number
  readonly counts: {
    readonly cuts: number
    readonly kills: { readonly bridge: number; readonly sim: number }
  }
  /** Resident memory of the bridge in MB, once a second. */
  readonly memory: readonly number[]
}

async function shopInWaves(
  stack: Stack,
  options: WavesOptions,
  nextOrder: () => BuildOrder,
  view: ReturnType<typeof createView>,
  over: AbortController,
): Promise<Shopped> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const troubles = planTroubles(stack, options, seeded(options.seed + 1), view.say)
  const shoppings: Shopping[] = []
  const memory: number[] = []
  const known = new Map<string, Shopping>()
  /** When an order was last completed or a link or a process last fell: only after that nothing may stand still. */
  let movedAt = performance.now()
  let fallen = 0
  let completed = 0
  const onChange = (shopping: Shopping, mark: Mark) => {
    known.set(shopping.order.orderId, shopping)
    troubles.mark(mark)
  }
  const isMark = new Set(['stored', 'allowed', 'started', 'finished', 'removed'])
  const leave = stack.ledgerFiles.map((file) =>
    followLedger(file, ({ kind }) => {
      if (isMark.has(kind)) troubles.mark(kind as Mark)
    }),
  )
  const count = (holds: (shopping: Shopping) => boolean) => [...known.values()].filter(holds).length
  const timer = setInterval(() => {
    void readMemory(stack.url).then((mb) => mb !== undefined && memory.push(mb))
    const now = count((shopping) => shopping.state === 'completed' || asksOperator(shopping))
    const { cuts, kills } = troubles.counts
    const fell = cuts + kills.bridge + kills.sim
    if (now > completed || fell > fallen) movedAt = performance.now()
    completed = now
    fallen = fell
    const open = [...known.values()].find(
      ({ state, reason }) => state !== 'completed' && reason !== undefined,
    )
    // A run is as far as its orders are, on the average of taken and built.
    troubles.progress((known.size + completed) / 2 / options.orders)
    view.show({
      orders: options.orders,
      posted: known.size,
      accepted: count(({ acceptedAfter }) => acceptedAfter !== undefined),
      completed,
      stopped: count(asksOperator),
      waiting: open ? unfinished(open) : '',
      cuts: `${troubles.counts.cuts}/${options.cuts}`,
      kills: `${troubles.counts.kills.bridge + troubles.counts.kills.sim}/${options.kills}`,
      deaths: String(stack.ownDeaths.sim),
      seconds: seconds(),
      memoryMb: memory.at(-1) ?? 0,
    })
    if (performance.now() - movedAt > standstillMs || seconds() > options.timeout) over.abort()
  }, 500)
  try {
    const running = new Set<Promise<unknown>>()
    while (shoppings.length + running.size < options.orders && !over.signal.aborted) {
      // Troubles take their time, a process has to come back before it can fall again: while they lag behind, waves are small.
      const wave = troubles.isBehind() ? Math.ceil(options.wave / 8) : options.wave
      const size = Math.min(wave, options.orders - shoppings.length - running.size)
      for (let n = 0; n < size; n++) {
        const shopping = shop(stack.url, nextOrder(), over.signal, onChange).then((done) => {
          shoppings.push(done)
          running.delete(shopping)
        })
        running.add(shopping)
      }
      // The next wave comes while the last orders of this one are still being built.
      while (running.size > wave && !over.signal.aborted) await Promise.race(running)
    }
    await Promise.all(running)
  } finally {
    clearInterval(timer)
    for (const each of leave) each()
  }
  const took = seconds()
  await troubles.stop()
  return { shoppings, seconds: took, counts: troubles.counts, memory }
}

async function readMemory(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(2000) })
    const bytes = /^process_resident_memory_bytes (\S+)/m.exec(await response.text())?.[1]
    return bytes === undefined ? undefined : Math.round(Number(bytes) / 1e6)
  } catch {
    // It is being killed or started.
    return undefined
  }
}

/** Counts the calls whose fate was open, and those of job orders about which something certain is on record later. */
function countUnknown(folder: string): Pick<Report, 'unknown'> {
  const Libsql = createRequire(import.meta.url)('libsql') as new (file: string) => {
    prepare(sql: string): { get(): Record<string, number> }
    close(): void
  }
  const db = new Libsql(join(folder, 'journal.db'))
  try {
    const { calls = 0, resolved = 0 } = db
      .prepare(
        `select count(*) as calls, sum(exists (select 1 from jobs where jobs.job_order_id = audit.job_order_id
           and jobs.hand_over in ('confirmed', 'withdrawn'))) as resolved
         from audit where result like 'unanswered%'`,
      )
      .get()
    return { unknown: { calls, resolved: resolved ?? 0 } }
  } finally {
    db.close()
  }
}

function reportOf(
  options: WavesOptions,
  { shoppings, seconds, counts, memory }: Shopped,
  stack: Stack,
  rest: Pick<Report, 'unknown' | 'operations' | 'lost' | 'doubled' | 'wrong'>,
): Report {
  const completed = shoppings.filter(({ state }) => state === 'completed')
  const mean = (of: readonly number[]) =>
    Math.round(of.reduce((sum, one) => sum + one, 0) / Math.max(1, of.length))
  const { keep: _, ...settings } = options
  return {
    settings,
    seconds: Math.round(seconds * 10) / 10,
    ordersPerMinute: Math.round((completed.length / seconds) * 600) / 10,
    orders: {
      posted: shoppings.length,
      accepted: shoppings.filter(({ acceptedAfter }) => acceptedAfter !== undefined).length,
      completed: completed.length,
    },
    stopped: shoppings.filter(asksOperator).map(unfinished),
    unfinished: shoppings
      .filter((shopping) => shopping.state !== 'completed' && !asksOperator(shopping))
      .map(unfinished),
    posts: shoppings.reduce((sum, { posts }) => sum + posts, 0),
    clickToAccepted: spreadOf(shoppings.map(({ acceptedAfter }) => acceptedAfter)),
    clickToRunning: spreadOf(shoppings.map(({ runningAfter }) => runningAfter)),
    clickToCompleted: spreadOf(completed.map(({ endedAfter }) => endedAfter)),
    brokenPromises: shoppings.flatMap(({ order, wrongs }) =>
      wrongs.map((what) => `${order.orderId}: ${what}`),
    ),
    cuts: counts.cuts,
    kills: { ...counts.kills },
    simulatorDeaths: stack.ownDeaths.sim,
    bridgeCrashes: stack.ownDeaths.bridge,
    bridgeMemoryMb: {
      thirdQuarter: mean(memory.slice(memory.length / 2, (3 * memory.length) / 4)),
      lastQuarter: mean(memory.slice((3 * memory.length) / 4)),
    },
    ...rest,
  }
}
