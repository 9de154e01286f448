/** The whole product as a person starts it: the README's start command, in a folder of its own, on a free port. */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../scripts/start.mjs', import.meta.url))

export interface StartedShop {
  readonly url: string
  /** Everything it printed so far. */
  output(): string
  /** Ends one of its processes as a power cut would; the start command brings it up again. Resolves when the new one has started. */
  kill(name: 'bridge' | 'sim'): Promise<void>
  /** Ctrl-C, and waits until nothing of it is left. Gives the exit code. */
  stop(): Promise<number | null>
}

export function freePort(): Promise<number> {
  return new Promise((done, refuse) => {
    const probe = createServer()
    probe.once('error', refuse)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => done(port))
    })
  })
}

/** Starts the product and waits for its ready line. @throws with its output when it ends first. */
export async function startShop(settings: Readonly<Record<string, string>> = {}): Promise<StartedShop> {
  const data = mkdtempSync(join(tmpdir(), 'lot-one-e2e-'))
  const port = settings['PORT'] ?? String(await freePort())
  // the test runner's own settings would make a development build of the shop
  const { NODE_ENV: _, VITEST: __, ...env } = process.env
  const child = fork(script, [], {
    env: { ...env, NO_COLOR: '1', LOT_ONE_DATA: data, PORT: port, ...settings },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const pids = new Map<string, number>()
  const restarted = new Map<string, () => void>()
  child.on('message', (message: { type: string; name: string; pid: number }) => {
    if (message.type !== 'started') return
    pids.set(message.name, message.pid)
    restarted.get(message.name)?.()
  })
  const gone = new Promise<number | null>((done) => child.once('exit', done))
  const url = await new Promise<string>((done, refuse) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const ready = /^Lot One is ready: (http:\S+)$/m.exec(output)
      if (ready?.[1]) done(ready[1])
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => refuse(new Error(`npm start ended with ${code}:\n${output}`)))
  }).catch((error: unknown) => {
    rmSync(data, { recursive: true, force: true })
    throw error
  })
  return {
    url,
    output: () => output,
    kill(name) {
      const pid = pids.get(name)
      if (pid === undefined) throw new Error(`${name} was never started`)
      const again = new Promise<void>((done) => restarted.set(name, done))
      process.kill(pid, 'SIGKILL')
      return again
    },
    async stop() {
      child.kill('SIGINT')
      const code = await gone
      rmSync(data, { recursive: true, force: true })
      return code
    },
  }
}
