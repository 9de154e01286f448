import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** The TCP connections of one line, below OPC UA: where a fault script cuts them or lets them fall silent. */
export interface Links {
  /** Cuts the connection that comes from this remote port, without any farewell. */
  cut(remotePort: number): void
  /** Cuts every connection. */
  cutAll(): void
  /** While silent, connections stay open but nothing is read and nothing answered. */
  silence(on: boolean): void
  close(): void
}

/** Watches the connections accepted on a local port. */
export function watchLinks(localPort: number): Links {
  const sockets = new Set<Socket>()
  let silent = false

  function onSocket(message: unknown): void {
    const { socket } = message as { socket: Socket }
    if (socket.localPort !== localPort) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (silent) hush(socket)
  }
  function hush(socket: Socket): void {
    socket.pause()
    socket.cork()
  }

  subscribe('net.server.socket', onSocket)
  return {
    cut(remotePort) {
      for (const socket of sockets) if (socket.remotePort === remotePort) socket.destroy()
    },
    cutAll() {
      for (const socket of sockets) socket.destroy()
    },
    silence(on) {
      if (on === silent) return
      silent = on
      for (const socket of sockets) {
        if (on) hush(socket)
        else {
          socket.uncork()
          socket.resume()
        }
      }
    },
    close: () => void unsubscribe('net.server.socket', onSocket),
  }
}
