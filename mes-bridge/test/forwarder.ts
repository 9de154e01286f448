/** A TCP forwarder in front of a line: cuts connections, or swallows traffic while the sockets stay open. */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Forwarder {
  /** Same endpoint as the line's, through the forwarder. */
  readonly endpointUrl: string
  /** Ends every connection at once. */
  cut(): void
  swallow(on: boolean): void
  close(): Promise<void>
}

export async function forwarder(endpointUrl: string): Promise<Forwarder> {
  const port = Number(new URL(endpointUrl.replace('opc.tcp', 'http')).port)
  const sockets = new Set<Socket>()
  let swallowing = false
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        if (!swallowing) to.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    endpointUrl: `opc.tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    swallow: (on) => void (swallowing = on),
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
