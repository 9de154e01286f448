/**
 * A whole site for tests: a real PostgreSQL, simulated lines, bridges as processes of their own on the one database, shoppers at
 * all of them. What was built is counted in the simulators' own ledgers.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder, LineView } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { readLedger } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import { seeded } from '../../bench/harness.ts'
import { changeMaker, orderMaker } from '../../bench/orders.ts'
import { judge } from '../../bench/wavesJudge.ts'
import type { Verdict } from '../../bench/wavesJudge.ts'
import { prepareOwnCertificate } from '../src/line.ts'
import { startPostgres } from './postgresServer.ts'
import type { TestPostgres } from './postgresServer.ts'
import { password, startSim, temporaryFolder } from './simulatedLine.ts'

const staffToken = 'staff-of-the-test-site'
const root = fileURLToPath(new URL('../..', import.meta.url))

/** One bridge of the site. */
export interface SiteBridge {
  /** Changes with every start. */
  readonly url: string
  /** Answers requests. */
  readonly isUp: boolean
  readonly pid: number
  start(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>
  /** SIGSTOP and SIGCONT. */
  pause(): void
  resume(): void
  /** `/api/lines` as this bridge shows it. */
  lines(): Promise<LineView[]>
  /** Ends that nobody asked for, with the last words. */
  readonly unexpected: readonly string[]
}

/** What a shopper saw of her order. */
export interface Shopper {
  readonly order: BuildOrder
  state: string
  token?: string
  /** What she was told her design is now. */
  changed?: BuildOrder['selection']
  /** A gap or a repetition in the stream, an answer that should never be. */
  readonly wrongs: string[]
}

export interface Site {
  readonly postgres: TestPostgres
  readonly bridges: readonly SiteBridge[]
  readonly shoppers: readonly Shopper[]
  /** Posts an order to bridges at random until it is taken, and follows it, now here, now there; resolves at its end. */
  shop(): Promise<Shopper>
  /** Only posts it. */
  place(): Promise<Shopper>
  follow(shopper: Shopper): Promise<void>
  /** What a bridge answers to its staff, or to the shopper of an order. */
  ask(bridge: SiteBridge, method: string, path: string, by?: Shopper, body?: unknown): Promise<Answered>
  /** Another design for an order. */
  change(order: BuildOrder): BuildOrder['selection']
  /** Leases that the database says belong to a process, even if they have run out. */
  leasesOf(pid: number): Promise<number>
  /** Resolves when all lines are owned by some of these bridges and online, as all of them say; gives the ms both took. */
  settled(by: readonly SiteBridge[]): Promise<{ readonly ownedMs: number; readonly onlineMs: number }>
  verdict(): Verdict
  stop(): Promise<void>
}

export interface Answered {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export interface SiteOptions {
  readonly lines: number
  readonly bridges: number
  readonly speed: number
  /** Gives the URL the bridges are told for that of the database: a proxy in between. */
  readonly databaseVia?: (url: string) => Promise<string>
}

const ended = new Set(['completed', 'stopped', 'cancelled'])
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts database and lines, and all bridges. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const over = new AbortController()
  const { lines, speed } = options
  const folder = await temporaryFolder()
  // A copy, where the bundles still find their packages: nobody builds anew under a run that takes long.
  const copies = await mkdtemp(join(root, 'node_modules/.site-'))
  const servers = join(copies, 'dist/server')
  await cp(join(root, 'dist/server'), servers, { recursive: true })
  const postgres = await startPostgres()
  const database = await postgres.database()
  const databaseUrl = (await options.databaseVia?.(database)) ?? database
  const dataOf = (n: number) => join(folder.path, `bridge-${n}`)
  const trust = await Promise.all(
    Array.from(
      { length: options.bridges },
      async (_, n) => (await prepareOwnCertificate(join(dataOf(n), 'pki'))).certificateFile,
    ),
  )
  // One product, compiled once for all: what takes long at a start is no part of these tests.
  const rules = join(folder.path, 'rules')
  await mkdir(rules)
  await copyFile(join(root, 'rules/products/fridge.yaml'), join(rules, 'fridge.yaml'))
  const at = new Date().toISOString().slice(0, 10)
  const cacheDir = join(dataOf(0), 'compiled-rules')
  const { products, problems } = await loadProducts(rules, { at, cacheDir })
  const [loaded] = products
  if (!loaded) throw new Error(problems.map(({ message }) => message).join(' '))
  for (let n = 1; n < options.bridges; n++)
    await cp(cacheDir, join(dataOf(n), 'compiled-rules'), { recursive: true })
  const sims: SimulatedLine[] = []
  for (let n = 1; n <= lines; n++)
    sims.push(await startSim(folder.path, join(dataOf(0), 'pki'), `line-${n}`, { speed, trust }))
  const linesFile = join(folder.path, 'lines.yaml')
  await writeFile(
    linesFile,
    `lines:\n${sims
      .map(
        ({ endpointUrl }, i) => `  - id: line-${i + 1}
    endpoint: ${endpointUrl}
    security: { policy: Basic256Sha256, mode: SignAndEncrypt, user: bridge, passwordEnv: LINE_PASSWORD }
    trust: firstUse
`,
      )
      .join('')}`,
  )
  const env = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: databaseUrl,
    LOT_ONE_LINES: linesFile,
    LOT_ONE_RULES: rules,
    LINE_PASSWORD: password,
    LOT_ONE_STAFF_TOKEN: staffToken,
    LOT_ONE_SIM_SPEED: String(speed),
  }
  const bridges = Array.from({ length: options.bridges }, (_, n) =>
    siteBridge(join(servers, 'bridge.mjs'), { ...env, LOT_ONE_DATA: dataOf(n) }),
  )
  // one after the other would take as long; all at once also brings the tables up to date at once
  const started = await Promise.allSettled(bridges.map((bridge) => bridge.start()))
  const failed = started.find((each) => each.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }

  const product = openProduct(loaded.package)
  const random = seeded(7)
  const next = orderMaker(product, random)
  const shoppers: Shopper[] = []
  const anyBridge = () => {
    const up = bridges.filter(({ isUp }) => isUp)
    return up[Math.floor(random() * up.length)]
  }

  /** Gives up on a bridge that is stopped in the middle of an answer. */
  const within = (ms: number) => AbortSignal.any([over.signal, AbortSignal.timeout(ms)])

  async function post(shopper: Shopper): Promise<string | undefined> {
    while (!over.signal.aborted) {
      try {
        const response = await fetch(`${anyBridge()?.url}/api/orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(shopper.order),
          signal: within(5_000),
        })
        const text = await response.text()
        if (response.ok) return (JSON.parse(text) as { trackingToken: string }).trackingToken
        if (response.status !== 503)
          shopper.wrongs.push(`posting was answered with ${response.status}: ${text.slice(0, 200)}`)
      } catch {
        // that bridge is away
      }
      await pause(150)
    }
    return undefined
  }

  async function place(): Promise<Shopper> {
    const shopper: Shopper = { order: next(), state: 'posting', wrongs: [] }
    shoppers.push(shopper)
    const token = await post(shopper)
    if (token !== undefined) Object.assign(shopper, { token, state: 'accepted' })
    return shopper
  }

  /** Every event once and in order, whichever bridge tells it. */
  async function follow(shopper: Shopper): Promise<void> {
    let last = 0
    const { token = '' } = shopper
    while (!over.signal.aborted && !ended.has(shopper.state)) {
      try {
        const response = await fetch(`${anyBridge()?.url}/api/orders/${shopper.order.orderId}/events`, {
          headers: { authorization: `Bearer ${token}`, 'last-event-id': String(last) },
          // then somewhere else
          signal: within(4_000),
        })
        let rest = ''
        const decoder = new TextDecoder()
        for await (const chunk of response.body!) {
          rest += decoder.decode(chunk as Uint8Array, { stream: true })
          const blocks = rest.split('\n\n')
          rest = blocks.pop()!
          for (const block of blocks) {
            const data = /^data: (.*)$/m.exec(block)?.[1]
            if (data === undefined) continue
            const event = JSON.parse(data) as { seq: number; state: string }
            if (event.seq !== last + 1) shopper.wrongs.push(`event ${event.seq} came after ${last}`)
            last = event.seq
            shopper.state = event.state
          }
          if (ended.has(shopper.state)) break
        }
      } catch {
        // that bridge is away, or it is time for another one
      }
      await pause(50)
    }
  }

  async function stop(): Promise<void> {
    over.abort()
    await Promise.all(bridges.map((bridge) => bridge.kill()))
    await Promise.all(sims.map((sim) => sim.stop()))
    await postgres.stop()
    await folder.remove()
    await rm(copies, { recursive: true, force: true })
  }

  return {
    postgres,
    bridges,
    shoppers,
    async shop() {
      const shopper = await place()
      await follow(shopper)
      return shopper
    },
    place,
    follow,
    change(order) {
      const another = changeMaker(product, random)(order)
      if (!another) throw new Error('no other design')
      return another
    },
    async ask(bridge, method, path, by, body) {
      const response = await fetch(bridge.url + path, {
        method,
        headers: {
          authorization: `Bearer ${by?.token ?? staffToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    },
    async leasesOf(pid) {
      const client = new pg.Client({ connectionString: database })
      await client.connect()
      const found = await client.query('select 1 from leases where owner like $1', [`%/${pid}/%`])
      await client.end()
      return found.rows.length
    },
    async settled(by) {
      const began = performance.now()
      const pids = by.map(({ pid }) => `/${pid}/`)
      let ownedMs: number | undefined
      for (;;) {
        const shown = (await Promise.all(by.map((bridge) => bridge.lines()))).flat()
        if (shown.every(({ bridge }) => pids.some((pid) => bridge?.includes(pid)))) {
          ownedMs ??= performance.now() - began
          if (shown.every(({ link }) => link.state === 'online'))
            return { ownedMs, onlineMs: performance.now() - began }
        }
        await pause(50)
      }
    },
    verdict: () =>
      judge(
        { product, model: loaded.model, at },
        shoppers.flatMap(({ order, token, state, changed }) =>
          token
            ? [
                {
                  order,
                  mayBeIncomplete: false,
                  cancelled: state === 'cancelled',
                  ...(changed && { changed }),
                },
              ]
            : [],
        ),
        new Map(shoppers.map(({ order }) => [order.orderId, order])),
        sims.map(({ ledgerFile }) => readLedger(ledgerFile)),
      ),
    stop,
  }
}

function siteBridge(bundle: string, env: NodeJS.ProcessEnv): SiteBridge {
  let child: ChildProcess | undefined
  let url = ''
  let isUp = false
  let printed = ''
  const unexpected: string[] = []

  async function gone(signal: NodeJS.Signals): Promise<number | null> {
    const dying = child
    child = undefined
    isUp = false
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return dying?.exitCode ?? null
    const exit = once(dying, 'exit')
    dying.kill(signal)
    return ((await exit) as [number | null])[0]
  }

  return {
    get url() {
      return url
    },
    get isUp() {
      return isUp
    },
    get pid() {
      return child?.pid ?? 0
    },
    async start() {
      const started = fork(bundle, [], {
        execArgv: ['--enable-source-maps'],
        env,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      child = started
      for (const stream of [started.stdout!, started.stderr!])
        stream.on('data', (chunk) => (printed += String(chunk)))
      await new Promise<void>((resolve, reject) => {
        started.on('message', (message: { type: string; url?: string; text?: string }) => {
          if (message.type === 'refused') reject(new Error(message.text))
          if (message.type === 'notice') printed += `${message.text}\n`
          if (message.type !== 'ready') return
          url = message.url!
          isUp = true
          resolve()
        })
        started.once('exit', (code, signal) => {
          isUp = false
          if (child === started)
            unexpected.push(`a bridge ended by itself (${signal ?? code}): ${printed.slice(-2_000)}`)
          reject(new Error(`the bridge ended (${signal ?? code}) before it was ready: ${printed}`))
        })
      })
    },
    async kill() {
      await gone('SIGKILL')
    },
    end: () => gone('SIGTERM'),
    pause() {
      isUp = false
      child?.kill('SIGSTOP')
    },
    resume() {
      child?.kill('SIGCONT')
      isUp = true
    },
    async lines() {
      const response = await fetch(`${url}/api/lines`, { headers: { authorization: `Bearer ${staffToken}` } })
      return (await response.json()) as LineView[]
    },
    unexpected,
  }
}
