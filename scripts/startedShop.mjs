// The whole product as a person starts it: the README's start command, in a folder of its own, on a free port. For browser
// journeys, pictures and measurements.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './freePort.mjs'

const script = fileURLToPath(new URL('start.mjs', import.meta.url))

/**
 * @typedef {object} StartedShop
 * @property {string} url
 * @property {string} data its data folder
 * @property {() => string} output everything it printed so far
 * @property {(name: 'bridge' | 'sim') => Promise<void>} kill ends one of its processes as a power cut would; the start command brings it up again. Resolves when the new process has been started.
 * @property {() => Promise<number | null>} stop Ctrl-C, and waits until nothing of it is left; gives the exit code
 */

/**
 * Starts the product and waits for its ready line.
 * @param {Readonly<Record<string, string>>} [settings] environment
 * @returns {Promise<StartedShop>}
 * @throws with its output when it ends first
 */
export async function startShop(settings = {}) {
  const own = mkdtempSync(join(tmpdir(), 'lot-one-'))
  const data = settings['LOT_ONE_DATA'] ?? own
  const port = settings['PORT'] ?? String(await freePort())
  // a test runner's own settings would make a development build of the shop
  const { NODE_ENV: _, VITEST: __, ...env } = process.env
  const child = fork(script, [], {
    env: { ...env, NO_COLOR: '1', LOT_ONE_DATA: data, PORT: port, ...settings },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  /** @type {Map<string, number>} */
  const pids = new Map()
  /** @type {Map<string, () => void>} */
  const restarted = new Map()
  child.on('message', (/** @type {{ type: string, name: string, pid: number }} */ message) => {
    if (message.type !== 'started') return
    pids.set(message.name, message.pid)
    restarted.get(message.name)?.()
  })
  /** @type {Promise<number | null>} */
  const gone = new Promise((done) => child.once('exit', done))
  const clean = () => rmSync(own, { recursive: true, force: true })
  /** @type {string} */
  const url = await new Promise((done, refuse) => {
    const read = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString()
      const ready = /^Lot One is ready: (http:\S+)$/m.exec(output)
      if (ready?.[1]) done(ready[1])
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => {
      clean()
      refuse(new Error(`npm start ended with ${code}:\n${output}`))
    })
  })
  return {
    url,
    data,
    output: () => output,
    kill(name) {
      const pid = pids.get(name)
      if (pid === undefined) throw new Error(`${name} was never started`)
      /** @type {Promise<void>} */
      const again = new Promise((done) => restarted.set(name, () => done()))
      process.kill(pid, 'SIGKILL')
      return again
    },
    async stop() {
      child.kill('SIGINT')
      const code = await gone
      clean()
      return code
    },
  }
}
