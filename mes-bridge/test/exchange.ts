/** One connection, bytes as they are, the first answer. */
import { connect } from 'node:net'
import type { Bent } from './requestFuzzer.ts'

/** What came back: nothing, or an answer; a stream is left as soon as it speaks. */
export interface Heard {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends bytes over a connection of their own and reads the first answer. Rejects when the server keeps silent for `ms`. */
export function exchange(
  port: number,
  { bytes, cut, mayGoUnanswered, isHead }: Bent,
  ms = 20_000,
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let text = ''
    const late = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no answer within ${ms} ms to ${bytes.toString('latin1').slice(0, 1_500)}`))
    }, ms)
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      if (cut) socket.write(bytes, () => socket.destroy())
      // whoever said a wrong length is waited for until it is clear that no more comes
      else if (mayGoUnanswered) socket.end(bytes)
      else socket.write(bytes)
    })
    socket.on('data', (data: string) => {
      text += data
      if (isWhole(text, isHead)) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(late)
      resolve(read(text))
    })
  })
}

function read(text: string): Heard {
  const [head = '', ...rest] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = rest.join('\r\n\r\n')
  const length = headers['content-length']
  return {
    status: status === undefined ? undefined : Number(status),
    headers,
    body: length === undefined ? body : body.slice(0, Number(length)),
  }
}

function isWhole(text: string, isHead: boolean): boolean {
  const { status, headers, body } = read(text)
  if (status === undefined || !text.includes('\r\n\r\n') || text.endsWith('100 Continue\r\n\r\n'))
    return false
  if (isHead || status === 204 || status === 304) return true
  if (headers['content-type']?.startsWith('text/event-stream')) return body !== ''
  return headers['content-length'] !== undefined && body.length >= Number(headers['content-length'])
}
