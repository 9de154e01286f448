/** What a server is sent that never becomes a request: it is answered with a problem all the same. */
import { STATUS_CODES } from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestHandler } from 'express'
import { sendProblem } from './httpAnswers.ts'
import { malformed, problem } from './problems.ts'
import type { ProblemBody } from './problems.ts'

const noHttp = (said: string): ProblemBody =>
  malformed([{ path: '', message: `The request is not HTTP/1.1: ${said}` }])

/** Answers what node's parser refuses, and asks for tunnels, which a shop has none of; then closes the connection. */
export function answerWhatIsNoRequest(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // what follows a last request is not read; that request is still being answered, unless its sender has gone
    if (error.code === 'HPE_CLOSED_CONNECTION' && !socket.readableEnded) return
    // gone already, or in the middle of an answer, which a second one would only garble
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0)
      return void socket.destroy()
    endWith(socket, problemOf(error))
  })
  server.on('connect', (request, socket) => {
    // the server has let go of this socket: without a listener a reset by its client would end the process
    socket.on('error', () => void socket.destroy())
    const detail = `${request.method ?? ''} is for proxies; /openapi.json lists what there is`
    endWith(socket as Socket, problem('method-not-allowed', detail), 'allow: GET, HEAD, POST, PATCH\r\n')
  })
  // whatever is expected, the answer says what came of it (RFC 9110 §10.1.1)
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
}

function problemOf({ code, message }: NodeJS.ErrnoException): ProblemBody {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem('headers-too-large', 'Request line and headers have more than 16 KiB')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem('too-large', 'The extensions of a chunk have more than 16 KiB')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('request-timeout', 'The request did not arrive within its time; send it again')
    default:
      return noHttp(message.replace(/^Parse Error: /, ''))
  }
}

/** How long a client may take to read the answer and close. */
const lingerMs = 2_000

function endWith(socket: Socket, body: ProblemBody, headers = ''): void {
  const bytes = Buffer.from(JSON.stringify(body))
  socket.end(
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${bytes.length}\r\nconnection: close\r\n${headers}\r\n${bytes.toString('latin1')}`,
    'latin1',
  )
  // nobody reads this connection any more: what still comes is dropped, so that its end is seen
  socket.resume()
  socket.setTimeout(lingerMs, () => void socket.destroy())
}

/** HTTP/1.1 wants every request to name the host (RFC 9112 §3.2). */
export const requireHost: RequestHandler = (request, response, next) => {
  if (request.headers.host !== undefined || request.httpVersion !== '1.1') return next()
  response.set('connection', 'close')
  sendProblem(response, noHttp('it has no header Host'))
}
