/**
 * Server-Sent Events (HTML Living Standard §9.2): one heartbeat timer for all followers, each payload serialised once, a
 * bounded buffer per follower. Who cannot keep up is cut off; browsers come back by themselves with `Last-Event-ID`.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** A follower this far behind is cut off: some hundred events. */
const maxBufferedBytes = 256 * 1024

const headers: OutgoingHttpHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx buffers answers unless told not to
  'x-accel-buffering': 'no',
}

/** Writes one event; `id` is what a returning browser sends as `Last-Event-ID`. */
export function frame(data: unknown, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

export interface Follower {
  /** Sends a prepared frame; cuts the follower off when it is too far behind. */
  send(text: string): void
  end(): void
}

/** All open streams of this process. */
export interface Streams {
  readonly size: number
  /** Turns an answer into a stream; `onGone` is called once when it ends, whoever ends it. */
  open(response: ServerResponse, onGone: () => void): Follower
  /** Ends all streams, so that the server can close. */
  close(): void
}

/** Starts the heartbeat: a comment line that keeps proxies from closing and shows the browser that we are there. */
export function createStreams(heartbeatMs = 15_000): Streams {
  const open = new Set<ServerResponse>()
  const timer = setInterval(() => {
    for (const response of open) write(response, ': \n\n')
  }, heartbeatMs)
  timer.unref()

  function write(response: ServerResponse, text: string): void {
    response.write(text)
    if (response.writableLength > maxBufferedBytes) response.destroy()
  }

  return {
    get size() {
      return open.size
    },
    open(response, onGone) {
      // a body that nobody reads would stop the connection from being read, and the follower's end from being seen
      response.req.resume()
      response.writeHead(200, headers)
      // the browser's own pause before it comes back
      response.write('retry: 1000\n\n')
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        onGone()
      })
      return { send: (text) => write(response, text), end: () => void response.end() }
    },
    close() {
      clearInterval(timer)
      for (const response of open) response.end()
    },
  }
}
