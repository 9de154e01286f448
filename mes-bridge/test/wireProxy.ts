/**
 * A TCP proxy in front of a line that reads OPC UA Connection Protocol (OPC 10000-6 §7.1) on an unsecured channel and fails at
 * exact points of it: before a request reaches the line, or after the line has answered and before the bridge hears it.
 */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Numbers of binary encodings (OPC 10000-6 annex A) of the requests that matter here. */
const services = {
  527: 'Browse',
  461: 'CreateSession',
  467: 'ActivateSession',
  787: 'CreateSubscription',
  751: 'CreateMonitoredItems',
  826: 'Publish',
  631: 'Read',
  712: 'Call',
} as const
export type Service = (typeof services)[keyof typeof services]

export interface WirePoint {
  readonly service: Service
  /** Of a Call: the name the test gave to the method's node. */
  readonly method?: string
  readonly way: 'request' | 'answer'
  /** So many that fit pass unharmed first. */
  readonly skip?: number
}

/**
 * `cut`: the message does not arrive, the connection ends · `swallow`: it does not arrive, nothing else happens · `hold`: it and
 * everything after it on this connection waits for `letGo`, also when the bridge has long gone.
 */
export type Harm = 'cut' | 'swallow' | 'hold'

export interface WireProxy {
  readonly endpointUrl: string
  /** Resolves when it has happened. */
  fail(at: WirePoint, harm: Harm): Promise<void>
  letGo(): void
  /** Ends every connection at once. */
  cut(): void
  close(): Promise<void>
}

interface Message {
  readonly bytes: Buffer
  readonly service: Service | undefined
  readonly method: string | undefined
}

/** @param methods node id as `ns:identifier` -> name */
export async function wireProxy(
  endpointUrl: string,
  methods: ReadonlyMap<string, string>,
): Promise<WireProxy> {
  const target = Number(new URL(endpointUrl.replace('opc.tcp', 'http')).port)
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  const armed: { readonly at: WirePoint; readonly harm: Harm; skip: number; readonly done: () => void }[] = []

  function harmFor({ service, method }: Message, way: WirePoint['way']): Harm | undefined {
    const index = armed.findIndex(
      ({ at }) =>
        at.way === way && at.service === service && (at.method === undefined || at.method === method),
    )
    const one = armed[index]
    if (!one || one.skip-- > 0) return undefined
    armed.splice(index, 1)
    one.done()
    return one.harm
  }

  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const asked = new Map<number, Message>()
    for (const [from, to, way] of [
      [near, far, 'request'],
      [far, near, 'answer'],
    ] as const) {
      sockets.add(from)
      let rest: Buffer = Buffer.alloc(0)
      let waiting: Buffer[] | undefined
      let isCut = false
      from.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 8 && rest.length >= rest.readUInt32LE(4) && !isCut) {
          const bytes = rest.subarray(0, rest.readUInt32LE(4))
          rest = rest.subarray(bytes.length)
          const requestId = isMessage(bytes) ? bytes.readUInt32LE(20) : -1
          let message: Message
          if (way === 'request') {
            message = { bytes, ...read(bytes, methods) }
            asked.set(requestId, message)
          } else message = { ...(asked.get(requestId) ?? { service: undefined, method: undefined }), bytes }
          if (waiting) {
            waiting.push(bytes)
            continue
          }
          const harm = harmFor(message, way)
          if (harm === undefined) to.write(bytes)
          else if (harm === 'cut') {
            isCut = true
            near.destroy()
            far.destroy()
          } else if (harm === 'hold') {
            waiting = [bytes]
            held.push(() => {
              for (const each of waiting?.splice(0) ?? []) to.write(each)
              waiting = undefined
            })
          }
        }
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        // What is held may still arrive when its sender has gone.
        if (waiting) held.push(() => to.end())
        else to.destroy()
      })
    }
  })
  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpointUrl: `opc.tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (at, harm) => new Promise((done) => void armed.push({ at, harm, skip: at.skip ?? 0, done })),
    letGo() {
      for (const go of held.splice(0)) go()
    },
    cut,
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const isMessage = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 4) === 'MSGF' && bytes.length > 28

/** Service and method of a request that fits into one chunk; nothing of any other message. */
function read(bytes: Buffer, methods: ReadonlyMap<string, string>): Omit<Message, 'bytes'> {
  const nothing = { service: undefined, method: undefined }
  if (!isMessage(bytes)) return nothing
  // Message header 8, secure channel 4, token 4, sequence number 4, request 4; then the type of the body.
  const type = nodeId(bytes, 24)
  const service = services[Number(type.text.split(':')[1]) as keyof typeof services]
  if (service !== 'Call') return { service, method: undefined }
  // RequestHeader (OPC 10000-4 §7.33): token, time 8, handle 4, diagnostics 4, audit entry, time-out 4, additional header.
  let at = nodeId(bytes, type.end).end + 16
  at += 4 + Math.max(0, bytes.readInt32LE(at)) + 4
  const header = nodeId(bytes, at).end
  const bodyLength = bytes[header] === 0 ? 0 : 4 + bytes.readInt32LE(header + 1)
  // One method per call is all the bridge sends: the array's length, the object, the method.
  const object = nodeId(bytes, header + 1 + bodyLength + 4)
  return { service, method: methods.get(nodeId(bytes, object.end).text) }
}

/** A NodeId of OPC 10000-6 §5.2.2.9 as `ns:identifier`, and where it ends. */
function nodeId(bytes: Buffer, at: number): { readonly text: string; readonly end: number } {
  switch ((bytes[at] ?? 0) & 0x3f) {
    case 0:
      return { text: `0:${bytes[at + 1]}`, end: at + 2 }
    case 1:
      return { text: `${bytes[at + 1]}:${bytes.readUInt16LE(at + 2)}`, end: at + 4 }
    case 2:
      return { text: `${bytes.readUInt16LE(at + 1)}:${bytes.readUInt32LE(at + 3)}`, end: at + 7 }
    case 4:
      return { text: `${bytes.readUInt16LE(at + 1)}:guid`, end: at + 19 }
    default: {
      const length = Math.max(0, bytes.readInt32LE(at + 3))
      const text = bytes.toString('utf8', at + 7, at + 7 + length)
      return { text: `${bytes.readUInt16LE(at + 1)}:${text}`, end: at + 7 + length }
    }
  }
}
