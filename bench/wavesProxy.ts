/** A TCP proxy between bridge and line that fails at a chosen point of the traffic. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/**
 * How a link fails. `beforeLine`: the next message of the bridge is swallowed and the connection cut · `beforeBridge`: the
 * line's next message is swallowed and the connection cut · `atOnce` · `dead`: both directions are swallowed with the sockets
 * open, for ten seconds.
 */
export const cutKinds = ['beforeLine', 'beforeBridge', 'atOnce', 'dead'] as const
export type CutKind = (typeof cutKinds)[number]

export interface Proxy {
  readonly port: number
  /** Lets the link fail in this way, at the next message it fits. Resolves when it has. */
  fail(kind: CutKind): Promise<void>
  close(): Promise<void>
}

const deadMs = 10_000
/** Keep-alives and acknowledgements are shorter than a call. */
const callBytes = 300

/** Listens on a free port of the loopback and forwards to `target`. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let isDead = false
  let armed: { kind: CutKind; done: () => void } | undefined

  function cutAll(): void {
    for (const socket of sockets) socket.destroy()
  }

  /** @returns whether the message may pass */
  function pass(kind: CutKind, bytes: number): boolean {
    if (isDead) return false
    if (armed?.kind !== kind || bytes < callBytes) return true
    const { done } = armed
    armed = undefined
    cutAll()
    done()
    return false
  }

  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true })
    for (const [from, to, kind] of [
      [near, far, 'beforeLine'],
      [far, near, 'beforeBridge'],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        if (pass(kind, chunk.length)) to.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async fail(kind) {
      if (kind === 'beforeLine' || kind === 'beforeBridge')
        return new Promise((done) => (armed = { kind, done }))
      if (kind === 'dead') {
        isDead = true
        await new Promise((resolve) => setTimeout(resolve, deadMs))
        isDead = false
      }
      // What came half while the link was dead can never be continued.
      cutAll()
    },
    async close() {
      cutAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
