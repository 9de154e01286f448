// Starts the whole product on this machine: builds it, starts two simulated line controllers (unless LOT_ONE_LINES names real
// ones) and the bridge, introduces them to each other, and prints one line when an order can be placed and built.
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { freePort } from './freePort.mjs'
import { buildServers, buildWeb, root } from './build.mjs'

/** @typedef {{ id: string, endpointUrl: string, certificateFile: string, thumbprint: string }} SimulatedLine */
/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

const dev = process.argv.includes('--dev')
const colour = process.stdout.isTTY && !process.env['NO_COLOR']
const dim = (/** @type {string} */ text) => (colour ? `\x1b[2m${text}\x1b[0m` : text)

/** A sentence for the user; no stack trace. */
class Refusal extends Error {}

export async function main() {
  try {
    await start()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    console.error(error.message)
    process.exitCode = 1
    await stopAll()
  }
}

/** @type {Map<string, ChildProcess>} */
const children = new Map()
let stopping = false

async function start() {
  const host = process.env['HOST'] || '127.0.0.1'
  const port = wholeNumber('PORT', process.env['PORT'], 8080, 0, 65_535)
  const data = resolve(process.env['LOT_ONE_DATA'] || './data')
  takeFolder(data)
  await takePort(host, port)

  process.once('SIGINT', () => {
    process.once('SIGINT', killAll)
    void stopAll()
  })
  process.once('SIGTERM', () => void stopAll())
  process.once('disconnect', () => void stopAll())

  const simulated = !process.env['LOT_ONE_LINES']
  const web = dev ? Promise.resolve() : buildWeb()
  await buildServers()
  /** @type {Record<string, string>} */
  const lineSettings = simulated ? await startSimulation(data) : {}
  await web
  // in dev the shop comes from Vite at the known address, in front of the bridge
  const bridgePort = dev ? await freePort(host) : port
  revive('sim', () => startSimulation(data))
  revive('bridge', () => startBridge(host, bridgePort, data, lineSettings))
  const url = await startBridge(host, bridgePort, data, lineSettings)
  if (dev) await startDevServer(host, port, url)
  else console.log(`Lot One is ready: ${url}`)
}

/**
 * @param {string} data
 * @returns {Promise<Record<string, string>>} environment for the bridge: its lines file and passwords
 */
async function startSimulation(data) {
  const dir = join(data, 'simulated-lines')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const wanted = simulatedPorts.size > 0 ? simulatedPorts : await preferredPorts()
  /** @type {(at: ReadonlyMap<string, number>) => Promise<{ lines: SimulatedLine[] }>} */
  const start = (at) => {
    const lines = [...at].flatMap(([id, port]) => ['--line', `${id}:${port}`])
    return spawnChild('sim', ['--dir', dir, ...lines], {}, 'ready')
  }
  const ready = await start(wanted).catch((error) => {
    // somebody was faster between our look and the start
    if (simulatedPorts.size > 0 || !/is taken/.test(error.message)) throw error
    return start(new Map([...wanted.keys()].map((id) => [id, 0])))
  })
  for (const line of ready.lines) simulatedPorts.set(line.id, Number(new URL(line.endpointUrl).port))
  const users = JSON.parse(readFileSync(join(dir, 'users.json'), 'utf8'))
  const password = users.find((/** @type {any} */ user) => user.role === 'Operator').password
  // Both sides are ours here, so this script is the person who compares fingerprints and trusts them.
  for (const line of ready.lines) trust(line.certificateFile, join(data, 'pki/trusted/certs'))
  const linesFile = join(dir, 'lines.yaml')
  writeFileSync(
    linesFile,
    `# Written by npm start for the simulated lines; LOT_ONE_LINES names a file like this for real ones.\nlines:\n${ready.lines
      .map(
        (line) =>
          `  - id: ${line.id}\n    endpoint: ${line.endpointUrl}\n    security: { policy: Basic256Sha256, mode: SignAndEncrypt, user: bridge, passwordEnv: LOT_ONE_SIM_PASSWORD }\n`,
      )
      .join('')}`,
  )
  for (const line of ready.lines) simulatedTrust.push(join(dir, line.id, 'pki/trusted/certs'))
  console.log(
    dim(`Simulated lines: ${ready.lines.map((line) => `${line.id} ${line.endpointUrl}`).join(', ')}`),
  )
  return { LOT_ONE_LINES: linesFile, LOT_ONE_SIM_PASSWORD: password }
}

/** Line id -> port; kept so that a line that is started again is found at its old address. @type {Map<string, number>} */
const simulatedPorts = new Map()

/** OPC UA's registered port and the one after it where they are free, any other where they are not. */
async function preferredPorts() {
  return new Map(
    await Promise.all(
      ['line-1', 'line-2'].map(
        async (id, i) => /** @type {const} */ ([id, (await isFree('127.0.0.1', 4840 + i)) ? 4840 + i : 0]),
      ),
    ),
  )
}

/** Folders in which the simulated lines look for certificates of clients they trust. */
const simulatedTrust = /** @type {string[]} */ ([])

/**
 * @param {string} certificateFile
 * @param {string} folder
 */
function trust(certificateFile, folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  copyFileSync(
    certificateFile,
    join(folder, `${basename(resolve(certificateFile, '../../../..'))}-${basename(certificateFile)}`),
  )
}

/**
 * @param {string} host
 * @param {number} port
 * @param {string} data
 * @param {Record<string, string>} lineSettings
 */
async function startBridge(host, port, data, lineSettings) {
  /** @type {NodeJS.Timeout | undefined} */
  let waiting
  const ready = await spawnChild(
    'bridge',
    [],
    { HOST: host, PORT: String(port), LOT_ONE_DATA: data, ...lineSettings },
    'ready',
    (message) => {
      if (message.type === 'certificate') for (const folder of simulatedTrust) trust(message.file, folder)
      if (message.type === 'notice' || message.type === 'rules') console.log(message.text)
      if (message.type === 'listening') {
        // lines that do not answer keep nobody from ordering: what is accepted waits for them
        const say = () => console.log(`The shop is open at ${message.url}; orders wait until a line answers.`)
        waiting = setTimeout(say, 20_000)
      }
    },
  )
  clearTimeout(waiting)
  console.log(dim(`Data: ${data} (delete it to start afresh) · API: ${ready.url}/openapi.json`))
  return ready.url
}

/**
 * Starts a bundle as a child that talks over IPC, and waits for one message type.
 * @param {string} name bundle in dist/server
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {string} awaited
 * @param {(message: any) => void} [onMessage]
 * @returns {Promise<any>}
 */
function spawnChild(name, args, env, awaited, onMessage = () => {}) {
  return new Promise((done, refuse) => {
    let isReady = false
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', join(root, `dist/server/${name}.mjs`), ...args],
      {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'production', ...env },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    )
    children.set(name, child)
    process.send?.({ type: 'started', name, pid: child.pid })
    child.on('message', (/** @type {any} */ message) => {
      onMessage(message)
      if (message.type === awaited) {
        isReady = true
        done(message)
      }
      if (message.type === 'refused') refuse(new Refusal(message.text))
      if (message.type === 'failed') refuse(new Refusal(message.problems.join('\n')))
    })
    child.once('exit', (code, signal) => {
      if (children.get(name) === child) children.delete(name)
      if (stopping || restarting.has(name)) return
      const how = `The ${name === 'sim' ? 'line simulation' : 'bridge'} ended (${signal ?? `exit code ${code}`})`
      refuse(new Refusal(`${how} before it was ready; see the messages above.`))
      const again = revivals.get(name)
      if (!again || !isReady) return
      console.error(`${how}; starting it again.`)
      again().catch((/** @type {Error} */ error) => {
        console.error(error.message)
        process.exitCode = 1
        void stopAll()
      })
    })
  })
}

/** What to do when a child that was ready dies: orders and jobs are durable, so it is simply started again. @type {Map<string, () => Promise<unknown>>} */
const revivals = new Map()

/**
 * @param {string} name
 * @param {() => Promise<unknown>} again
 */
function revive(name, again) {
  revivals.set(name, again)
}

/** Ends the bridge first, so that it closes its sessions, then the lines. Safe to call again. */
async function stopAll() {
  if (stopping) return
  stopping = true
  closeDevServer()
  for (const name of ['bridge', 'sim']) await stopChild(name)
  if (process.connected) process.disconnect()
}

/** @param {string} name */
async function stopChild(name) {
  const child = children.get(name)
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
  await gone
  clearTimeout(timer)
}

function killAll() {
  for (const child of children.values()) child.kill('SIGKILL')
  process.exit(130)
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} fallback
 * @param {number} min
 * @param {number} max
 */
function wholeNumber(name, text, fallback, min, max) {
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Refusal(`${name} is "${text}", but must be a whole number from ${min} to ${max}.`)
  return value
}

/** @param {string} data */
function takeFolder(data) {
  try {
    makeFolder(data)
    const probe = join(data, '.writable')
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    throw new Refusal(
      `The data folder ${data} cannot be written (${/** @type {NodeJS.ErrnoException} */ (error).code}). Name another one with LOT_ONE_DATA.`,
    )
  }
}

/**
 * Makes a folder and those above it. Not `recursive`: where a file system says "no such folder" below a folder that is there
 * (/proc), Node 20 tries for ever.
 * @param {string} folder
 */
function makeFolder(folder) {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<void>}
 */
async function takePort(host, port) {
  const code = await listenError(host, port)
  if (code === 'EADDRINUSE')
    throw new Refusal(
      `Port ${port} on ${host} is taken. Stop what listens there, or choose another port: PORT=${port + 1} npm start`,
    )
  if (code)
    throw new Refusal(
      `Cannot listen on ${host}:${port} (${code}). Set HOST and PORT to an address of this machine.`,
    )
}

/**
 * @param {string} host
 * @param {number} port
 */
async function isFree(host, port) {
  return (await listenError(host, port)) === undefined
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string | undefined>}
 */
function listenError(host, port) {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => done(error.code ?? 'error'))
    probe.listen(port, host, () => probe.close(() => done(undefined)))
  })
}

// ---------------------------------------------------------------- npm run dev

/** @type {() => void} */
let closeDevServer = () => {}
/** @type {Set<string>} */
const restarting = new Set()

/**
 * The shop with hot reload in front of the bridge; servers restart when their sources change.
 * @param {string} host
 * @param {number} port
 * @param {string} bridgeUrl
 */
async function startDevServer(host, port, bridgeUrl) {
  const { createServer: createViteServer } = await import('vite')
  const proxied = ['/api', '/healthz', '/readyz', '/metrics', '/openapi.json', '/problems']
  const vite = await createViteServer({
    root: join(root, 'configurator'),
    server: {
      host,
      port,
      strictPort: true,
      proxy: Object.fromEntries(proxied.map((path) => [path, bridgeUrl])),
    },
  })
  await vite.listen()
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  /** @type {Set<string>} */
  const dirty = new Set()
  const watchers = ['rules', 'mes-bridge', 'plc-sim'].map((dir) =>
    watch(join(root, dir), { recursive: true }, (_, file) => {
      if (!file || !/^(src|products)/.test(file)) return
      dirty.add(dir)
      clearTimeout(timer)
      timer = setTimeout(() => void rebuild(), 200)
    }),
  )
  async function rebuild() {
    const changed = [...dirty]
    dirty.clear()
    try {
      await buildServers()
    } catch (error) {
      console.error(String(error))
      return
    }
    if (changed.includes('plc-sim')) await restart('sim')
    if (changed.some((dir) => dir !== 'plc-sim')) await restart('bridge')
  }
  closeDevServer = () => {
    for (const watcher of watchers) watcher.close()
    void vite.close()
  }
  console.log(`Lot One is ready: http://${host}:${port} (reloads on change)`)
}

/** @param {string} name */
async function restart(name) {
  if (!children.has(name)) return
  restarting.add(name)
  await stopChild(name)
  restarting.delete(name)
  await revivals.get(name)?.()
}
