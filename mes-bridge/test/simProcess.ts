/** A line simulator in its own process, so that it can be killed at any moment and started again on the same port. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../scripts/freePort.mjs'
import { prepareOwnCertificate } from '../src/line.ts'
import { password } from './simulatedLine.ts'

/** The simulator as the test run bundled it. */
const simFile = fileURLToPath(new URL('../../dist/server/sim.mjs', import.meta.url))

export interface SimProcess {
  readonly endpointUrl: string
  readonly ledgerFile: string
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** On the same port and folder; resolves when clients can connect. */
  start(): Promise<void>
  send(message: object): void
}

export async function startSimProcess(
  folder: string,
  pkiFolder: string,
  lineId: string,
  speed = 200,
): Promise<SimProcess> {
  const { certificateFile } = await prepareOwnCertificate(pkiFolder)
  const port = await freePort()
  const users = JSON.stringify([{ name: 'bridge', password, role: 'Operator' }])
  let child: ChildProcess | undefined
  let ledgerFile = ''
  let endpointUrl = ''

  async function start(): Promise<void> {
    const started = fork(
      simFile,
      [
        '--line',
        `${lineId}:${port}`,
        '--dir',
        `${folder}/sims`,
        '--speed',
        String(speed),
        '--trust',
        certificateFile,
      ],
      { env: { ...process.env, LOT_ONE_SIM_USERS: users }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    )
    child = started
    await new Promise<void>((resolve, reject) => {
      started.once('exit', (code) =>
        reject(new Error(`the simulator ended with ${code} before it was ready`)),
      )
      started.on(
        'message',
        (message: {
          type: string
          problems?: string[]
          lines?: { endpointUrl: string; ledgerFile: string }[]
        }) => {
          if (message.type === 'failed') reject(new Error(message.problems?.join(' ')))
          const line = message.lines?.[0]
          if (message.type !== 'ready' || !line) return
          endpointUrl = line.endpointUrl
          ledgerFile = line.ledgerFile
          resolve()
        },
      )
    })
  }

  await start()
  return {
    endpointUrl,
    ledgerFile,
    start,
    async kill() {
      const dying = child
      child = undefined
      if (!dying || dying.exitCode !== null) return
      const gone = new Promise((resolve) => dying.once('exit', resolve))
      dying.kill('SIGKILL')
      await gone
    },
    send: (message) => void child?.send(message),
  }
}
