import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createStreams, frame } from '../src/eventStream.ts'
import type { Follower, Streams } from '../src/eventStream.ts'

let server: Server
let streams: Streams
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  streams.close()
  await new Promise((resolve) => server.close(resolve))
})

/** Opens one stream and gives both of its ends. */
async function open(heartbeatMs: number) {
  streams = createStreams(heartbeatMs)
  let gone = () => {}
  const ended = new Promise<void>((resolve) => (gone = resolve))
  const following = new Promise<Follower>((resolve) => {
    server = createServer((_request, response) => resolve(streams.open(response, gone)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  return { socket, follower: await following, ended }
}

/** Waits until what the socket has received contains a text. */
function received(socket: Socket, text: string): Promise<string> {
  let all = ''
  return new Promise((resolve) => {
    socket.on('data', (data) => {
      all += data.toString()
      if (all.includes(text)) resolve(all)
    })
  })
}

test('an idle stream is kept alive by comments, one timer for all', async () => {
  const { socket } = await open(10)
  const all = await received(socket, ': \n\n')
  expect(all).toContain('content-type: text/event-stream')
  expect(all).toContain('retry: ')
})

test('an event comes as one frame with its id', async () => {
  const { socket, follower } = await open(60_000)
  follower.send(frame({ a: 'line\nbreak' }, 7))
  expect(await received(socket, 'break')).toContain('id: 7\ndata: {"a":"line\\nbreak"}\n\n')
})

test('who does not read is cut off instead of filling the memory, and comes back by the last id', async () => {
  const { socket, follower, ended } = await open(60_000)
  socket.pause()
  const event = frame({ text: 'x'.repeat(10_000) }, 1)
  const sending = setInterval(() => {
    for (let i = 0; i < 100; i++) follower.send(event)
  }, 1)
  await ended
  clearInterval(sending)
  expect(streams.size).toBe(0)
})
