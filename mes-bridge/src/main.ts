/**
 * Composition root of the bridge: the only reader of the environment, the signals and the clock. Builds everything, says over
 * IPC when it is there, and ends it in order.
 *
 * To a parent process (npm start) it sends `{type: 'certificate', file}` (the bridge's OPC UA certificate), `{type: 'notice',
 * text}` (a sentence for the user), `{type: 'rules', text}` (what is on sale changed), `{type: 'listening', url}`, `{type: 'ready', url}` (an order can be placed and built) and
 * `{type: 'refused', text}` (why it cannot start). Without a parent the sentences go to stderr.
 */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { LineView } from '@lot-one/rules'
import pino from 'pino'
import { createCatalog } from './catalog.ts'
import { prepareDataFolder, readConfig, staffTokenOf } from './config.ts'
import type { Config } from './config.ts'
import { createHttp } from './http.ts'
import { createMetrics } from './httpMetrics.ts'
import { openJournal } from './journalOpen.ts'
import { operationsOf } from './orderOperations.ts'
import type { Dispatch } from './dispatch.ts'
import type { Line, LineConfig } from './line.ts'
import { createOwnedLine } from './ownedLine.ts'
import { watchRuleFiles } from './ruleFiles.ts'

const here = dirname(fileURLToPath(import.meta.url))
/** Bundles lie in dist/server, sources in mes-bridge/src: both two steps below the project. */
const project = join(here, '../..')
const now = () => new Date()
const clock = { now: () => Date.now() }
/** A line that has not answered by then is told about; the others do not wait for it. */
const lineGraceMs = 15_000

/** A sentence for the user instead of a stack trace. */
class Refusal extends Error {}

const log = pino({ level: 'info' }, { write: logLine })

/** Warnings and worse go to stderr, short for a person at a terminal, whole for a log collector. */
function logLine(line: string): void {
  const { level, msg, time } = JSON.parse(line) as { level: number; msg?: string; time: number }
  if (level < 40) return
  process.stderr.write(
    process.stderr.isTTY || process.send !== undefined
      ? `${new Date(time).toTimeString().slice(0, 8)} ${msg ?? line}\n`
      : line,
  )
}

function tell(message: {
  readonly type: string
  readonly text?: string
  readonly [member: string]: unknown
}): void {
  if (process.send !== undefined && process.connected) process.send(message)
  else if (message.text !== undefined) process.stderr.write(`${message.text}\n`)
}

async function start(): Promise<() => Promise<void>> {
  const read = readConfig(process.env, {
    dataFolder: './data',
    rulesFolder: join(project, 'rules/products'),
  })
  if (!read.ok) throw new Refusal(read.problems.join('\n'))
  const config = read.value
  const folder = prepareDataFolder(config.dataFolder)
  if (!folder.ok) throw new Refusal(folder.problems.join('\n'))
  const ending: (() => Promise<unknown> | void)[] = []
  const end = async () => {
    for (const each of ending.reverse()) await each()
  }

  const journal = await openStorage(config)
  ending.push(() => journal.close())
  try {
    const staff = staffTokenOf(config, randomBytes)
    if (staff.made) {
      tell({ type: 'notice', text: `Staff token for the line desk: ${staff.token} (kept in ${staff.file})` })
    }
    const { catalog, load, close } = createCatalog({
      folder: config.rulesFolder,
      cacheDir: join(config.dataFolder, 'compiled-rules'),
      workerFile: pathToFileURL(join(here, 'rulesWorker.mjs')),
      journal,
      warn: (message) => log.warn(message),
    })
    const rules = keepLoaded(config.rulesFolder, load)
    ending.push(close, rules.end)
    const trouble = await rules.first
    if (trouble !== undefined)
      throw new Refusal(`${trouble}. See the messages above, or name another folder with LOT_ONE_RULES.`)

    // node-opcua alone takes most of a start: a wrong setting is said before
    const { createLine, prepareOwnCertificate } = await import('./line.ts')
    const { createDispatch } = await import('./dispatch.ts')
    const pkiFolder = join(config.dataFolder, 'pki')
    const own = await prepareOwnCertificate(pkiFolder)
    tell({ type: 'certificate', file: own.certificateFile, fingerprint: own.fingerprint })

    const makeLine = (line: LineConfig): Line =>
      createLine(line, {
        clock,
        pkiFolder,
        log,
        mayAct: () => dispatch.owns(line.id),
        audit: (entry) =>
          void journal.audit(entry).then(({ outcome }) => {
            // the record must not be lost with the disk: the log has it
            if (outcome === 'unavailable')
              log.error(
                { audit: entry },
                `Not in the audit record: ${entry.method} of ${entry.jobOrderId} on ${entry.lineId}`,
              )
          }),
      })
    const lines = config.lines.map((line) => createOwnedLine(() => makeLine(line)))
    const dispatch: Dispatch = createDispatch({
      journal,
      lines,
      derive: (order) => operationsOf(catalog, order),
      clock,
      log,
      secondsPerPlannedSecond: 1 / config.simSpeed,
      bridge: `${hostname()}/${process.pid}/${randomBytes(3).toString('hex')}`,
      monotonicMs: () => performance.now(),
    })
    ending.push(
      () => Promise.all(lines.map((line) => line.stop())),
      () => dispatch.stop(),
    )

    const http = createHttp({
      journal,
      catalog,
      production: dispatch,
      staffToken: staff.token,
      webFolder: join(project, 'dist/web'),
      now,
      randomBytes,
      log,
      metrics: createMetrics(() => dispatch.lines()),
    })
    const tidy = () => void journal.pictures.tidy()
    tidy()
    const tidying = setInterval(tidy, 3_600_000)
    ending.push(() => clearInterval(tidying))
    const url = await listen(http.server, config)
    ending.push(() => http.close())
    tell({ type: 'listening', url })

    await dispatch.start()
    void announceReady(config, dispatch, url)
    return end
  } catch (error) {
    await end()
    throw error
  }
}

/** Opens the order log; what a person must change is said in a sentence without secrets. */
async function openStorage({ databaseUrl, dataFolder }: Config) {
  const storage =
    databaseUrl === undefined
      ? {
          engine: 'sqlite' as const,
          folder: dataFolder,
          workerFile: pathToFileURL(join(here, 'journalWorker.mjs')),
          pid: process.pid,
        }
      : { engine: 'postgres' as const, url: databaseUrl }
  try {
    return await openJournal({ storage, now, warn: (message) => log.warn(message) })
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    if (databaseUrl !== undefined) {
      const { host, pathname } = new URL(databaseUrl)
      throw new Refusal(
        `The database ${pathname.slice(1)} at ${host} (DATABASE_URL) cannot be used: ${message || code}.`,
        { cause: error },
      )
    }
    if (code === 'FOLDER_IN_USE') throw new Refusal(message, { cause: error })
    throw new Refusal(
      `The order log in ${dataFolder} cannot be opened: ${message}. Name another folder with LOT_ONE_DATA.`,
      { cause: error },
    )
  }
}

function listen(server: ReturnType<typeof createHttp>['server'], { host, port }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Refusal(
          error.code === 'EADDRINUSE'
            ? `Port ${port} on ${host} is taken. Stop what listens there, or choose another one with PORT.`
            : `Cannot listen on ${host}:${port} (${error.code}). Set HOST and PORT to an address of this machine.`,
        ),
      )
    })
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`)
    })
  })
}

function today(): string {
  return now().toISOString().slice(0, 10)
}

/**
 * Loads the rules now, whenever their files change, and with every new order date (UTC; looked at once a minute). One load at a
 * time. `first`: why the first load found nothing to sell, if so.
 */
function keepLoaded(folder: string, load: ReturnType<typeof createCatalog>['load']) {
  let day = today()
  let asked = false
  // watched from before the first load: a change in between is a change
  const leave = watchRuleFiles(folder, () => ask())
  const first = load(day).then(({ trouble }) => trouble)
  let loading: Promise<unknown> = first
  const ask = () => {
    if (asked) return
    asked = true
    loading = loading.then(again)
  }
  const again = async () => {
    asked = false
    const { trouble, changes } = await load(day)
    if (trouble !== undefined) log.error(`${trouble}; the rules of before stay in force`)
    for (const text of changes) tell({ type: 'rules', text })
  }
  const timer = setInterval(() => {
    if (today() === day) return
    day = today()
    ask()
  }, 60_000)
  return {
    first,
    end: async () => {
      clearInterval(timer)
      leave()
      await loading
    },
  }
}

/** Says `ready` once an order can be built, by this bridge or another one, and which lines do not answer. */
async function announceReady(
  { lines: settings }: Config,
  production: Pick<Dispatch, 'lines' | 'followLines'>,
  url: string,
): Promise<void> {
  if (settings.length === 0) {
    tell({
      type: 'notice',
      text: 'No line is configured (LOT_ONE_LINES): orders are taken and wait for one.',
    })
    return tell({ type: 'ready', url })
  }
  const online = settings.map(({ id }) => untilOnline(production, id))
  const late = new Promise<void>((resolve) => setTimeout(resolve, lineGraceMs).unref())
  await Promise.race([Promise.all(online), late])
  for (const { id, endpoint, link } of production.lines()) {
    if (isOnline(link)) continue
    const { state, reason } = link
    const text = `Line ${id} at ${endpoint} is ${state}${reason === undefined ? '' : `: ${reason}`}. It is tried again by itself.`
    tell({ type: 'notice', text })
  }
  await Promise.race(online)
  tell({ type: 'ready', url })
}

const isOnline = ({ state }: LineView['link']): boolean => state === 'online' || state === 'degraded'

function untilOnline(production: Pick<Dispatch, 'lines' | 'followLines'>, lineId: string): Promise<void> {
  return new Promise((resolve) => {
    const leave = production.followLines(({ id, link }) => look(id, link))
    const look = (id: string, link: LineView['link']) => {
      if (id !== lineId || !isOnline(link)) return
      leave()
      resolve()
    }
    for (const { id, link } of production.lines()) look(id, link)
  })
}

try {
  const end = await start()
  let isEnding = false
  const shutDown = () => {
    if (isEnding) return
    isEnding = true
    // whatever hangs, the order log needs no goodbye: what was answered is on disk
    setTimeout(() => process.exit(1), 7000).unref()
    void end().then(() => process.exit(0))
  }
  process.on('SIGTERM', shutDown)
  process.on('disconnect', shutDown)
  // Ctrl-C reaches parent and child alike; the parent decides the order of ending
  process.on('SIGINT', () => {
    if (process.send === undefined) shutDown()
  })
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.exitCode = 1
  tell({ type: 'refused', text: error.message })
  if (process.connected) process.disconnect()
}
