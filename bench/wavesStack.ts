/** Bridge, simulated lines and a storage server as processes of their own with proxies in between, to be killed and started again. */
import { execFile, fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, createWriteStream, existsSync, rmSync, watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { postgresMissing, startPostgres } from '../mes-bridge/test/postgresServer.ts'
import { end } from './processes.ts'
import type { KillAt } from './kills/points.ts'
import { startProxy } from './wavesProxy.ts'
import type { Proxy } from './wavesProxy.ts'

export interface StackOptions {
  readonly root: string
  /** Where the bundled servers lie. */
  readonly servers: string
  readonly folder: string
  readonly lines: number
  /** A fault profile as the simulator's --profile takes it. */
  readonly faults: string
  readonly speed: number
  readonly seed: string
  /** Aborted: nothing more is started. */
  readonly signal: AbortSignal
  /** Something a person watching should know. */
  readonly say: (text: string) => void
  /** Stations of every line, as the simulator's --stations takes them. */
  readonly stations?: string
  /** The bridge keeps its journal on a PostgreSQL server of its own, which can be killed too. */
  readonly postgres?: boolean
}

export type Part = 'bridge' | 'sim'
/** What can end at a marked point. */
export type Victim = Part | 'storage'

export interface Stack {
  readonly url: string
  readonly proxies: readonly Proxy[]
  readonly ledgerFiles: readonly string[]
  /** The bridge's folder. */
  readonly dataFolder: string
  /** How often each part ended without being killed by `kill`: the simulator by its faults, the bridge never. */
  readonly ownDeaths: Readonly<Record<Part, number>>
  /** SIGKILL, and up again; resolves when it answers. */
  kill(part: Part): Promise<void>
  /**
   * Lets a part end itself at marked points, one after the other: at the first as soon as it comes to it, at the next ones
   * each after it was started again. The storage server ends where the bridge comes to the point. Only where the servers are `killable`.
   */
  arm(part: Victim, at: readonly KillAt[]): void
  /** Takes back what was not reached yet. @returns the points at which the part has ended since `arm` */
  disarm(part: Victim): Promise<readonly string[]>
  /** Ends everything in order. */
  stop(): Promise<void>
}

interface Answer {
  readonly type: string
  readonly url?: string
  readonly file?: string
  readonly text?: string
  readonly problems?: readonly string[]
  readonly lines?: readonly {
    readonly id: string
    readonly endpointUrl: string
    readonly ledgerFile: string
  }[]
}

const password = 'waves-and-waves'
const onlineMs = 30_000

/** Starts everything; resolves when an order can be posted. @throws a sentence when a part does not start */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { root, folder, say, servers } = options
  const linesFolder = join(folder, 'lines')
  const dataFolder = join(folder, 'data')
  await mkdir(linesFolder, { recursive: true })
  const children = new Map<Part, ChildProcess>()
  const ownDeaths = { bridge: 0, sim: 0 }
  const expected = new WeakSet<ChildProcess>()
  const ids = Array.from({ length: options.lines }, (_, n) => `line-${n + 1}`)
  const ports = new Map(ids.map((id) => [id, 0]))
  const toReach: Record<Victim, KillAt[]> = { bridge: [], sim: [], storage: [] }
  const reached: Record<Victim, string[]> = { bridge: [], sim: [], storage: [] }
  const comingBack = new Map<Victim, Promise<unknown>>()
  const watchers: FSWatcher[] = []
  if (options.postgres && postgresMissing)
    throw new Error(`The storage server cannot be killed: ${postgresMissing}.`)
  const postgres = options.postgres ? await startPostgres() : undefined
  const databaseUrl = await postgres?.database()
  let bridgePort = 0
  let isOver = false

  /** Starts a part and waits until it says `awaited`. It comes up again by itself when it dies. */
  function start(part: Part, args: readonly string[], env: NodeJS.ProcessEnv, awaited: string) {
    return new Promise<Answer>((done, refuse) => {
      const [killAt] = toReach[part]
      const child = fork(join(servers, `${part}.mjs`), args, {
        cwd: root,
        env: {
          ...process.env,
          NODE_ENV: 'production',
          ...(killAt && { LOT_ONE_KILL_AT: JSON.stringify(killAt) }),
          ...env,
        },
        execArgv: ['--enable-source-maps'],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      children.set(part, child)
      const log = createWriteStream(join(folder, `${part}.log`), { flags: 'a' })
      child.stdout?.pipe(log)
      child.stderr?.pipe(log)
      let isUp = false
      child.on('message', (message) => {
        const answer = message as Answer
        if (answer.type === 'certificate' && answer.file) introduce(answer.file)
        if (answer.type === 'refused' || answer.type === 'failed')
          refuse(new Error(answer.text ?? answer.problems?.join(' ')))
        if (answer.type !== awaited) return
        isUp = true
        done(answer)
      })
      child.once('exit', (code, signal) => {
        if (isOver || expected.has(child)) return
        const at = toReach[part][0]
        if (at && signal === 'SIGKILL') {
          toReach[part].shift()
          reached[part].push(at.point)
          const back = again(part).then(done, refuse)
          comingBack.set(part, back)
          return
        }
        const how = `the ${part === 'sim' ? 'simulator' : 'bridge'} ended (${signal ?? code})`
        if (!isUp) return refuse(new Error(`${how} before it was ready; see ${folder}/${part}.log`))
        ownDeaths[part]++
        if (part === 'bridge') say(`${how}; see ${folder}/bridge.log`)
        again(part).catch((error: Error) => say(error.message))
      })
    })
  }

  async function startSim(): Promise<Answer> {
    const users = JSON.stringify([{ name: 'bridge', password, role: 'Operator' }])
    const wanted = ids.flatMap((id) => ['--line', `${id}:${ports.get(id)}`])
    const settings = ['--speed', String(options.speed), '--seed', options.seed, '--profile', options.faults]
    const args = [...wanted, '--dir', linesFolder, ...settings]
    const { stations } = options
    const env = { LOT_ONE_SIM_USERS: users, ...(stations && { LOT_ONE_SIM_STATIONS: stations }) }
    return start('sim', args, env, 'ready')
  }

  async function startBridge(): Promise<Answer> {
    const env = {
      HOST: '127.0.0.1',
      PORT: String(bridgePort),
      LOT_ONE_DATA: dataFolder,
      LOT_ONE_RULES: join(root, 'rules/products'),
      LOT_ONE_LINES: linesFile,
      LOT_ONE_SIM_SPEED: String(Math.min(1000, options.speed)),
      LOT_ONE_WAVES_PASSWORD: password,
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    }
    const answer = await start('bridge', [], env, 'listening')
    bridgePort = Number(new URL(answer.url ?? '').port)
    return answer
  }

  /** Tells the process that comes to the point. */
  function tell(part: Victim): void {
    const at = toReach[part][0] ?? { point: '', skip: 0 }
    const victim = part === 'storage' ? postgres?.pid() : undefined
    const child = children.get(part === 'storage' ? 'bridge' : part)
    child?.send({ type: 'killAt', ...at, ...(victim !== undefined && { victim }) })
  }

  /** A storage server that was ended comes up again by itself. */
  async function keepStorage(server: NonNullable<typeof postgres>): Promise<void> {
    for (;;) {
      await server.ended()
      if (isOver) return
      const at = toReach.storage.shift()
      if (at) reached.storage.push(at.point)
      const back = server.restart()
      comingBack.set('storage', back)
      await back
      tell('storage')
    }
  }
  if (postgres) keepStorage(postgres).catch((error: Error) => say(error.message))

  const again = (part: Part): Promise<Answer> => (part === 'sim' ? startSim() : startBridge())

  /** The lines trust the bridge; this script is the person who compares fingerprints. */
  function introduce(certificateFile: string): void {
    const name = basename(certificateFile)
    for (const id of ids) {
      const pki = join(linesFolder, id, 'pki')
      const trust = () => copyFileSync(certificateFile, join(pki, 'trusted/certs', name))
      // A line that met it a moment before moves it to the refused ones: then it is trusted again.
      const isRefused = () => existsSync(join(pki, 'rejected', name))
      const again = () => {
        if (!isRefused()) return
        rmSync(join(pki, 'rejected', name), { force: true })
        trust()
      }
      if (watchers.length < ids.length) watchers.push(watch(join(pki, 'rejected'), again))
      trust()
      again()
    }
  }

  const linesFile = join(folder, 'lines.yaml')
  const ready = await startSim()
  const proxies: Proxy[] = []
  for (const { id, endpointUrl } of ready.lines ?? []) {
    const port = Number(new URL(endpointUrl).port)
    ports.set(id, port)
    proxies.push(await startProxy(port))
  }
  const security = `{ policy: Basic256Sha256, mode: SignAndEncrypt, user: bridge, passwordEnv: LOT_ONE_WAVES_PASSWORD }`
  const entries = proxies.map(
    ({ port }, n) =>
      `  - id: ${ids[n]}\n    endpoint: opc.tcp://127.0.0.1:${port}\n    trust: firstUse\n    security: ${security}\n`,
  )
  await writeFile(linesFile, `lines:\n${entries.join('')}`)

  async function stop(): Promise<void> {
    isOver = true
    for (const watcher of watchers) watcher.close()
    for (const part of ['bridge', 'sim'] as const) {
      const child = children.get(part)
      if (child) await end(child)
    }
    for (const proxy of proxies) await proxy.close()
    await comingBack.get('storage')
    await postgres?.stop()
  }

  /** A line that cannot be reached is a result too: then orders are posted all the same. */
  async function linesAreUp(): Promise<void> {
    const child = children.get('bridge')
    let leave: () => void = () => undefined
    const up = new Promise<void>((resolve) => {
      const look = (message: unknown) => void ((message as Answer).type === 'ready' && resolve())
      const timer = setTimeout(() => {
        say(`No line has come online within ${onlineMs / 1000} s; see ${folder}/bridge.log`)
        resolve()
      }, onlineMs)
      const give = () => resolve()
      child?.on('message', look)
      options.signal.addEventListener('abort', give)
      leave = () => {
        clearTimeout(timer)
        child?.off('message', look)
        options.signal.removeEventListener('abort', give)
      }
    })
    await up
    leave()
  }

  try {
    const { url = '' } = await startBridge()
    await linesAreUp()
    return {
      url,
      proxies,
      ledgerFiles: (ready.lines ?? []).map(({ ledgerFile }) => ledgerFile),
      dataFolder,
      ownDeaths,
      async kill(part) {
        const child = children.get(part)
        if (!child || child.exitCode !== null || child.signalCode !== null) return
        expected.add(child)
        const gone = new Promise((done) => child.once('exit', done))
        child.kill('SIGKILL')
        await gone
        await again(part)
      },
      arm(part, at) {
        toReach[part] = [...at]
        reached[part] = []
        tell(part)
      },
      async disarm(part) {
        toReach[part] = []
        await comingBack.get(part)
        tell(part)
        return reached[part]
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Bundles the servers into a folder of their own, so that nothing else that builds meanwhile can touch them. `killable`: with
 * marked points at which they can be told to end. @returns where they lie
 */
export async function bundleServers(root: string, folder: string, killable = false): Promise<string> {
  const servers = join(folder, 'servers')
  const into = JSON.stringify(servers)
  const code = killable
    ? `import { buildKillableServers } from './bench/kills/bundle.mjs'; await buildKillableServers(${into})`
    : `import { buildServers } from './scripts/build.mjs'; await buildServers(undefined, ${into})`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root })
  return servers
}
