/** Requests a shop or a staff page sends, bent in every way a broken or hostile client could: the same ones for the same seed. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Random } from './bentJson.ts'
import { pick, upTo, bendJson } from './bentJson.ts'

/** One request before it is bent: sent as it is it gets a 2xx. */
export interface Template {
  readonly method: string
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly json?: unknown
}

/** Bytes to send, and what may be expected of them. */
export interface Bent {
  readonly bytes: Buffer
  /** The names of what was done to it; empty: sent as it is. */
  readonly how: readonly string[]
  /** Not even the frame is right, or it is cut off: the server may close without an answer. */
  readonly mayGoUnanswered: boolean
  /** The client goes away in the middle. */
  readonly cut: boolean
  readonly isHead: boolean
}

interface Draft {
  method: string
  path: string
  version: string
  headers: [string, string][]
  body: Buffer | undefined
  /** Content-Length as said; undefined: the right one, null: none. */
  length: string | null | undefined
  chunks: ((body: Buffer) => Buffer) | undefined
  /** Changes the finished bytes. */
  last: ((bytes: Buffer) => Buffer)[]
  mayGoUnanswered: boolean
  cut: boolean
}

const oddHeaderValues = [
  '',
  ' ',
  '-1',
  '0',
  '1',
  '999999999',
  '99999999999999999999999',
  '1e3',
  'NaN',
  '*',
  '*;q=',
  ';;;,,,',
  'de-DE,de;q=0.9,xx;q=nothing',
  'q'.repeat(300),
  'q'.repeat(20_000),
  '\u00e9\u00ff',
  '"',
  '__proto__',
  'Bearer',
  'Bearer  ',
  'Bearer x y z',
  'Basic dXNlcjpwYXNz',
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
const noMethods = ['CONNECT', 'get', 'POSTT', '', 'G\u0000T', 'X'.repeat(5_000)]
const knownHeaders = [
  'content-type',
  'authorization',
  'last-event-id',
  'accept',
  'accept-language',
  'accept-encoding',
  'content-encoding',
  'if-none-match',
  'range',
  'expect',
  'upgrade',
  'origin',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-host',
  'host',
  'te',
]
const contentTypes = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/json; charset=utf-99',
  'application/json;charset="',
  'application/vnd.api+json',
  'multipart/form-data; boundary=',
  'application/x-www-form-urlencoded',
  'APPLICATION/JSON',
  '/',
  'a'.repeat(9_000),
]
const oddPieces = [
  '%00',
  '%E0%A4%A',
  '%2e%2e',
  '..',
  '//',
  '%2f',
  '/',
  '?',
  '#',
  ';a=b',
  '__proto__',
  'constructor',
  '%ff%fe',
  '0'.repeat(200),
  'y'.repeat(12_000),
  '*',
  '\\',
]
const queries = [
  '?token=',
  '?token=x&token=y',
  '?token[a]=b',
  '?after=-1',
  '?after=1e9',
  '?a&a&a',
  '?%',
  '?before=x',
  '?__proto__[x]=1',
  `?${'q=1&'.repeat(2_000)}`,
]

type Bend = (random: Random, draft: Draft) => void

/** All ways to bend a request, by name. */
const bends: Readonly<Record<string, Bend>> = {
  json: (random, draft) => {
    if (draft.body) draft.body = Buffer.from(bendJson(random, draft.body.toString()))
  },
  jsonTwice: (random, draft) => {
    if (draft.body) draft.body = Buffer.from(bendJson(random, bendJson(random, draft.body.toString())))
  },
  bytes: (random, draft) => {
    if (!draft.body?.length) return
    draft.body = Buffer.from(draft.body)
    for (let i = upTo(random, 5); i >= 0; i--)
      draft.body[upTo(random, draft.body.length - 1)] = upTo(random, 255)
  },
  encodingOfText: (random, draft) => {
    if (!draft.body) return
    const text = draft.body.toString()
    draft.body = pick(random, [
      Buffer.from(text, 'utf16le'),
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), draft.body]),
      Buffer.from(`${text}\u0000`),
      Buffer.from(text.replaceAll('a', '\u00e4'), 'latin1'),
    ])
  },
  size: (random, draft) => {
    draft.body = Buffer.from(`{"a":"${'x'.repeat(pick(random, [65_520, 65_536, 70_000, 300_000]))}"}`)
    draft.mayGoUnanswered = true
  },
  packed: (random, draft) => {
    const body = draft.body ?? Buffer.from('{}')
    const [name, pack] = pick(random, [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
      ['gzip, gzip', (b: Buffer) => gzipSync(gzipSync(b))],
      ['gzip', (b: Buffer) => b],
      ['gzip', (b: Buffer) => gzipSync(b).subarray(0, -6)],
      ['gzip', () => bomb],
      ['identity', (b: Buffer) => b],
      ['sdch', (b: Buffer) => b],
    ] as const)
    draft.body = pack(body)
    draft.headers.push(['content-encoding', name])
  },
  method: (random, draft) => {
    draft.method = pick(random, methods)
  },
  noMethod: (random, draft) => {
    draft.method = pick(random, noMethods)
    draft.mayGoUnanswered = draft.method === 'CONNECT'
  },
  path: (random, draft) => {
    const parts = draft.path.split('/')
    const at = 1 + upTo(random, parts.length - 2)
    const odd = pick(random, oddPieces)
    parts[at] = random() < 0.5 ? odd : parts[at] + odd
    draft.path = parts.join('/')
  },
  query: (random, draft) => {
    draft.path += pick(random, queries)
  },
  target: (random, draft) => {
    draft.path = pick(random, [
      '*',
      'http://elsewhere/api/orders',
      '',
      'x',
      '/\u00e9',
      '/a b',
      `/${'z'.repeat(17_000)}`,
    ])
  },
  version: (random, draft) => {
    draft.version = pick(random, ['HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'HTCPCP/1.0', ''])
  },
  header: (random, draft) => {
    draft.headers.push([pick(random, knownHeaders), pick(random, oddHeaderValues)])
  },
  headerReplaced: (random, draft) => {
    if (draft.headers.length > 0) pick(random, draft.headers)[1] = pick(random, oddHeaderValues)
  },
  headerLost: (random, draft) => {
    draft.headers.splice(upTo(random, draft.headers.length - 1), 1)
  },
  contentType: (random, draft) => {
    draft.headers = draft.headers.filter(([name]) => name !== 'content-type')
    draft.headers.push(['content-type', pick(random, contentTypes)])
  },
  manyHeaders: (random, draft) => {
    const many = pick(random, [100, 1_500, 3_000])
    for (let i = 0; i < many; i++) draft.headers.push([`x-${i}`, 'y'])
  },
  headerLine: (random, draft) => {
    draft.headers.push([pick(random, ['a b', '', 'x\u0000', 'é', 'content-length ', '\tfolded']), 'z'])
  },
  length: (random, draft) => {
    const size = draft.body?.length ?? 0
    draft.length = pick(random, [
      null,
      '-1',
      'x',
      '0',
      '1e2',
      String(size - 1),
      String(size + 1),
      '99999999999999999999',
      `${size}\r\ncontent-length: ${size + 3}`,
    ])
    draft.mayGoUnanswered = true
  },
  lengthAndChunks: (_random, draft) => {
    draft.headers.push(['transfer-encoding', 'chunked'])
    draft.mayGoUnanswered = true
  },
  chunks: (random, draft) => {
    draft.body ??= Buffer.from('{}')
    draft.length = null
    draft.headers.push([
      'transfer-encoding',
      pick(random, ['chunked', 'chunked', 'chunked', 'gzip, chunked', 'chunked, chunked', 'xchunked']),
    ])
    draft.mayGoUnanswered = true
    const how = upTo(random, 5)
    draft.chunks = (body) => {
      const chunk = (size: string, part: Buffer): Buffer =>
        Buffer.concat([Buffer.from(`${size}\r\n`), part, Buffer.from('\r\n')])
      const half = body.length >> 1
      const size = (part: Buffer): string => part.length.toString(16)
      const [a, b] = [body.subarray(0, half), body.subarray(half)]
      if (how === 0) return Buffer.concat([chunk(size(a), a), chunk(size(b), b), Buffer.from('0\r\n\r\n')])
      if (how === 1) return Buffer.concat([chunk(size(a), a), Buffer.from('ZZ\r\n')])
      if (how === 2) return Buffer.concat([chunk('ffffffffffffffffff', a), Buffer.from('0\r\n\r\n')])
      if (how === 3)
        return Buffer.concat([chunk(`${size(body)};${'e'.repeat(20_000)}`, body), Buffer.from('0\r\n\r\n')])
      if (how === 4) return Buffer.concat([chunk('-1', body), Buffer.from('0\r\n\r\n')])
      return Buffer.concat([chunk(size(body), body), Buffer.from('0\r\ntrailer: x\r\n\r\n')])
    }
  },
  noise: (random, draft) => {
    draft.mayGoUnanswered = true
    draft.last.push((bytes) => {
      const noisy = Buffer.from(bytes)
      for (let i = upTo(random, 8); i >= 0; i--)
        noisy[upTo(random, Math.min(noisy.length, 400) - 1)] = upTo(random, 255)
      return noisy
    })
  },
  gone: (random, draft) => {
    draft.cut = true
    draft.mayGoUnanswered = true
    draft.last.push((bytes) => bytes.subarray(0, 1 + upTo(random, bytes.length - 1)))
  },
  pipelined: (_random, draft) => {
    draft.last.push((bytes) =>
      Buffer.concat([bytes, bytes, Buffer.from('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')]),
    )
  },
}

const bomb = gzipSync(Buffer.alloc(10_000_000, 32))
const ways = Object.keys(bends)

/** Gives a request as it is. */
export function unbent(template: Template): Bent {
  return sent(drafted(template), [])
}

/** Bends a request in one to three ways; now and then in none. */
export function bend(random: Random, template: Template): Bent {
  const draft = drafted(template)
  const how = random() < 0.05 ? [] : Array.from({ length: 1 + upTo(random, 2) }, () => pick(random, ways))
  for (const way of how) bends[way]!(random, draft)
  return sent(draft, how)
}

function drafted({ method, path, headers = [], json }: Template): Draft {
  const draft: Draft = {
    method,
    path,
    version: 'HTTP/1.1',
    headers: [['host', '127.0.0.1'], ...headers.map(([name, value]): [string, string] => [name, value])],
    body: json === undefined ? undefined : Buffer.from(JSON.stringify(json)),
    length: undefined,
    chunks: undefined,
    last: [],
    mayGoUnanswered: false,
    cut: false,
  }
  if (json !== undefined) draft.headers.push(['content-type', 'application/json'])
  return draft
}

function sent(draft: Draft, how: readonly string[]): Bent {
  return { ...finished(draft), how, mayGoUnanswered: draft.mayGoUnanswered, cut: draft.cut }
}

function finished(draft: Draft): Pick<Bent, 'bytes' | 'isHead'> {
  const { method, path, version, headers, body, length, chunks } = draft
  const lines = [`${method} ${path} ${version}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  if (length !== null && (length !== undefined || body !== undefined))
    lines.push(`content-length: ${length ?? body?.length ?? 0}`)
  lines.push('connection: close', '', '')
  const head = Buffer.from(lines.join('\r\n'))
  let bytes = Buffer.concat([head, body === undefined ? Buffer.alloc(0) : (chunks?.(body) ?? body)])
  for (const change of draft.last) bytes = Buffer.from(change(bytes))
  return { bytes, isHead: method === 'HEAD' }
}
