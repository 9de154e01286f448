import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The `ready` message of the simulator. */
export interface Ready {
  readonly type: 'ready'
  readonly usersFile?: string
  readonly lines: readonly {
    readonly id: string
    readonly endpointUrl: string
    readonly certificateFile: string
    readonly thumbprint: string
    readonly trustedCertificatesDir: string
    readonly ledgerFile: string
  }[]
}

/** The simulator as the launcher runs it: the bundle, in a process of its own. */
export class ForkedSim {
  readonly child: ChildProcess
  readonly exited: Promise<number | NodeJS.Signals>
  stderr = ''

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const bundle = fileURLToPath(new URL('../../dist/server/sim.mjs', import.meta.url))
    this.child = fork(bundle, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], ...env },
    })
    this.child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.child.stdout?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.exited = new Promise((resolve) =>
      this.child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)),
    )
  }

  /** Waits for the next message of this type. @throws when the process ends first. */
  async message<T extends { type: string }>(type: T['type']): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        if ((message as T).type !== type) return
        this.child.off('message', onMessage)
        resolve(message as T)
      }
      this.child.on('message', onMessage)
      void this.exited.then((how) => reject(new Error(`The simulator ended with ${how}: ${this.stderr}`)))
    })
  }

  ready(): Promise<Ready> {
    return this.message<Ready>('ready')
  }

  async send(message: object): Promise<void> {
    const done = this.message('done')
    this.child.send(message)
    await done
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal)
    return this.exited
  }
}
