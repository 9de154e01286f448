// Line controllers as somebody brings them to the product: simulated, in a process of their own, with a lines file that names
// them. The bridge knows nothing of their certificates; which of them it trusts is for a person to say.
import { fork } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './build.mjs'

/** @typedef {{ id: string, endpointUrl: string, certificateFile: string, thumbprint: string, trustedCertificatesDir: string }} OwnLine */

/**
 * @typedef {object} OwnLines
 * @property {readonly OwnLine[]} lines
 * @property {Record<string, string>} settings environment for the product: its lines file and password
 * @property {(id: string) => void} trust puts the certificate of a line where the bridge looks, as an administrator does
 * @property {(message: object) => void} tell a message to the simulator (`{ type: 'silence', line, ms }`, …)
 * @property {() => Promise<void>} stop
 */

/**
 * Starts lines; they trust the bridge of a data folder as soon as it has made its certificate.
 * @param {string} data data folder of the product
 * @param {readonly string[]} ids
 * @param {string[]} [args] more for the simulator, such as `--speed 4`
 * @returns {Promise<OwnLines>}
 */
export async function startOwnLines(data, ids, args = []) {
  const dir = join(data, 'own-lines')
  mkdirSync(dir, { recursive: true })
  const password = 'let-the-bridge-in'
  const users = JSON.stringify([{ name: 'bridge', password, role: 'Operator' }])
  const child = fork(
    join(root, 'dist/server/sim.mjs'),
    ['--dir', dir, ...ids.flatMap((id) => ['--line', `${id}:0`]), ...args],
    {
      env: { ...process.env, LOT_ONE_SIM_USERS: users },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  /** @type {readonly OwnLine[]} */
  const lines = await new Promise((done, refuse) => {
    child.once('exit', (code) => refuse(new Error(`the lines ended with ${code} before they were ready`)))
    child.on('message', (/** @type {any} */ message) => {
      if (message.type === 'ready') done(message.lines)
      if (message.type === 'failed') refuse(new Error(message.problems.join('\n')))
    })
  })
  const linesFile = join(dir, 'lines.yaml')
  writeFileSync(
    linesFile,
    `lines:\n${lines
      .map(
        ({ id, endpointUrl }) =>
          `  - id: ${id}\n    endpoint: ${endpointUrl}\n    security: { user: bridge, passwordEnv: OWN_LINES_PASSWORD }\n`,
      )
      .join('')}`,
  )
  const certificates = join(data, 'pki/own/certs')
  mkdirSync(certificates, { recursive: true })
  const trustBridge = () => {
    const file = join(certificates, 'lot-one-bridge.pem')
    if (!existsSync(file)) return
    for (const { trustedCertificatesDir } of lines)
      copyFileSync(file, join(trustedCertificatesDir, 'lot-one-bridge.pem'))
  }
  const watcher = watch(certificates, trustBridge)
  trustBridge()
  return {
    lines,
    settings: { LOT_ONE_LINES: linesFile, OWN_LINES_PASSWORD: password },
    trust(id) {
      const line = lines.find((each) => each.id === id)
      if (!line) throw new Error(`There is no line ${id}`)
      const trusted = join(data, 'pki/trusted/certs')
      mkdirSync(trusted, { recursive: true })
      copyFileSync(line.certificateFile, join(trusted, `${id}.pem`))
    },
    tell: (message) => void child.send(message),
    async stop() {
      watcher.close()
      if (child.exitCode !== null) return
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await gone
    },
  }
}
