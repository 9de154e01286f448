/**
 * Thousands of real requests bent by a seeded fuzzer go to the bridge's HTTP with a real journal: every one is answered with a
 * success, or with a problem a program can tell from others, and the server is afterwards as it was before.
 * FUZZ_CAMPAIGN=100000 sends so many and prints what was answered (FUZZ_SEED: others).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { OrderAnswer } from '@lot-one/rules'
import { expect, test } from 'vitest'
import { seeded } from '../../bench/harness.ts'
import { kinds } from '../src/problems.ts'
import { exchange } from './exchange.ts'
import type { Heard } from './exchange.ts'
import { bend, unbent } from './requestFuzzer.ts'
import type { Bent, Template } from './requestFuzzer.ts'
import { lineView, startShop } from './shop.ts'
import type { Shop } from './shop.ts'

const isCampaign = process.env['FUZZ_CAMPAIGN'] !== undefined
const requests = Number(process.env['FUZZ_CAMPAIGN'] ?? 1_000)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)
const atOnce = 16
/** What the heap may grow in the last half: a leak of 200 bytes a request is found by the campaign. */
const growthBytes = 10_000_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('bent requests are answered with a success or a problem, and nothing is left of them', async () => {
  let following = 0
  const web = mkdtempSync(join(tmpdir(), 'lot-one-web-'))
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>shop</title>')
  const shop = await startShop({
    http: { webFolder: web },
    production: (journal) => ({
      async requestCancel(orderId) {
        await journal.record(orderId, [{ kind: 'cancelRequested' }])
        return { outcome: 'requested' }
      },
      async requestChange(orderId, { selection, priceCents }) {
        await journal.record(orderId, [{ kind: 'changed', selection, priceCents }])
        return { outcome: 'changed' }
      },
      lines: () => [lineView],
      holdLine: async (id) => (id === 'line-1' ? { outcome: 'recorded' } : { outcome: 'unknownLine' }),
      followLines: () => {
        following++
        return () => void following--
      },
    }),
  })
  try {
    const random = seeded(seed)
    const port = Number(new URL(shop.url).port)
    const order = (): Template => ({ method: 'POST', path: '/api/orders', json: shop.order() })
    const templates = await requestsOf(shop, port)
    const answered: Record<string, number> = {}
    const half = await heapAfter(async () => sendMany(Math.floor(requests / 2)))
    const whole = await heapAfter(async () => sendMany(Math.ceil(requests / 2)))
    expect(whole - half, 'growth of the heap over the last half').toBeLessThan(growthBytes)
    await expect.poll(() => shop.connections(), { timeout: 10_000 }).toBe(0)
    expect(following, 'followers of lines').toBe(0)
    expect(shop.logged, 'a bug is logged').toEqual([])
    if (isCampaign) console.log({ requests, seed, answered, half, whole })

    async function sendMany(count: number): Promise<void> {
      let left = count
      const client = async () => {
        while (left-- > 0) {
          const template = templates[Math.floor(random() * templates.length)]!()
          const bent = bend(random, template)
          const heard = await exchange(port, bent)
          const wrong = judge(bent, heard)
          if (wrong) {
            left = 0
            throw new Error(`${wrong}\n${described(bent, heard)}`)
          }
          const key = heard.status === undefined ? 'closed' : String(heard.status)
          answered[key] = (answered[key] ?? 0) + 1
        }
      }
      await Promise.all(Array.from({ length: atOnce }, client))
      // a proper order is still taken
      expect((await exchange(port, unbent(order()))).status).toBe(201)
    }
  } finally {
    await shop.close()
    rmSync(web, { recursive: true })
  }
}, 3_600_000)

/** Says what is wrong with an answer, if anything. */
function judge(
  { how, mayGoUnanswered, cut, isHead }: Bent,
  { status, headers, body }: Heard,
): string | undefined {
  if (cut) return undefined
  if (status === undefined) return mayGoUnanswered ? undefined : 'closed without an answer'
  if (how.length === 0 && status >= 300) return `an unbent request got ${status}`
  if (/\.(ts|mjs|js):\d|node_modules/.test(body)) return 'a stack trace'
  if (status < 400) return undefined
  if (status >= 500 && (status !== 503 || headers['retry-after'] === undefined)) return `a ${status}`
  if (isHead) return undefined
  if (!headers['content-type']?.startsWith('application/problem+json')) return 'an error that is no problem'
  const problem = JSON.parse(body) as Record<string, unknown>
  const token = /^\/problems\/(.+)$/.exec(String(problem['type']))?.[1] ?? ''
  const kind = Object.hasOwn(kinds, token) ? kinds[token as keyof typeof kinds] : undefined
  if (kind?.status !== status || problem['status'] !== status || problem['title'] !== kind.title)
    return 'a problem of no known type'
  return typeof problem['detail'] === 'string' ? undefined : 'a problem without a detail'
}

function described({ bytes, how }: Bent, { status, headers, body }: Heard): string {
  const answer = `${status} ${JSON.stringify(headers)} ${body.slice(0, 500)}`
  return `seed ${seed}, bent by ${how.join(' + ')}\n${bytes.toString('latin1').slice(0, 1_500)}\n→ ${answer}`
}

/** What pages send, with orders and tokens that exist. */
async function requestsOf(shop: Shop, port: number): Promise<(() => Template)[]> {
  const order = shop.order()
  const taken = await exchange(port, unbent({ method: 'POST', path: '/api/orders', json: order }))
  const { trackingToken } = JSON.parse(taken.body) as OrderAnswer
  const tracked = [['authorization', `Bearer ${trackingToken}`]] as const
  const staff = [['authorization', `Bearer ${shop.staffToken}`]] as const
  const at = `/api/orders/${order.orderId}`
  const product = `/api/products/${shop.product.package.id}`
  const question = { context: order.context, selection: order.selection }
  const get =
    (path: string, headers: Template['headers'] = []) =>
    () => ({ method: 'GET', path, headers })
  const post = (path: string, json: unknown, headers: Template['headers'] = []) => {
    return () => ({ method: 'POST', path, json, headers })
  }
  return [
    () => ({ method: 'POST', path: '/api/orders', json: { ...order, orderId: crypto.randomUUID() } }),
    () => ({ method: 'POST', path: '/api/orders', json: { ...order, orderId: crypto.randomUUID() } }),
    post('/api/orders', order),
    get(at, tracked),
    get(`${at}?token=${trackingToken}`),
    get(`${at}/events`, [...tracked, ['last-event-id', '0']]),
    get(`${at}/events?token=${trackingToken}`),
    () => ({ method: 'PATCH', path: at, json: { selection: order.selection }, headers: tracked }),
    get('/api/products'),
    get(product, [['accept-language', 'de']]),
    post(`${product}/check`, question),
    get('/api/lines', staff),
    get('/api/lines/events', staff),
    post('/api/lines/line-1/hold', {}, staff),
    get('/api/lines/line-1/audit?before=5', staff),
    get('/healthz'),
    get('/readyz'),
    get('/metrics'),
    get('/openapi.json'),
    get('/problems/malformed'),
    get('/shop'),
  ]
}

async function heapAfter(work: () => Promise<void>): Promise<number> {
  await work()
  // what was closed is let go of in later turns
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  collect()
  return process.memoryUsage().heapUsed
}
