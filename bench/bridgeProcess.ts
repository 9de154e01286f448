/**
 * The bridge's own HTTP (shop, products, orders; real rules, real journal) in a process of its own, without lines; for `intake`
 * and `page`. Beside it a bare node:http handler with the same rules and its own journal, but without express, zod, headers,
 * limits and metrics.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openProduct } from '@lot-one/rules'
import type { BuildOrder } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import type { CatalogEntry } from '../mes-bridge/src/catalog.ts'
import { createHttp } from '../mes-bridge/src/http.ts'
import type { HttpParts } from '../mes-bridge/src/http.ts'
import { createMetrics } from '../mes-bridge/src/httpMetrics.ts'
import { judgeOrder } from '../mes-bridge/src/intake.ts'
import type { Journal } from '../mes-bridge/src/journal.ts'
import { openJournal } from '../mes-bridge/src/journalOpen.ts'
import { mkdir } from 'node:fs/promises'

const [folder = '', root = '', journalWorker = ''] = process.argv.slice(2)

const open = async (name: string): Promise<Journal> => {
  const place = join(folder, name)
  await mkdir(place, { recursive: true })
  return openJournal({
    storage: {
      engine: 'sqlite',
      folder: place,
      workerFile: pathToFileURL(journalWorker),
      pid: process.pid,
    },
    now: () => new Date(),
    warn: () => {},
  })
}

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)))

const ignore = () => {}
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore } as unknown as HttpParts['log']

/** What a program would do that trusts its callers: read, judge, store, answer. */
function bareServer({ product }: CatalogEntry, journal: Journal): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => void take(Buffer.concat(chunks)))
    const take = async (body: Buffer) => {
      const order = JSON.parse(body.toString()) as BuildOrder
      const judged = judgeOrder(product, order, 'en', new Date())
      const written =
        judged.outcome === 'fits' &&
        (await journal.accept({
          snapshot: judged.snapshot,
          bodyDigest: createHash('sha256').update(body).digest('hex'),
          trackingToken: randomBytes(18).toString('base64url'),
          customer: order.customer,
        }))
      const taken = written && written.outcome === 'accepted'
      response.statusCode = taken ? 201 : 422
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify(
          taken
            ? {
                orderId: order.orderId,
                trackingToken: written.order.trackingToken,
                order: written.order.view,
              }
            : {},
        ),
      )
    }
  })
}

const { products, problems } = await loadProducts(join(root, 'rules/products'), {
  at: new Date().toISOString().slice(0, 10),
})
const entries = products.map((loaded): CatalogEntry => ({
  product: openProduct(loaded.package),
  model: loaded.model,
}))
const fridge = entries[0]
if (!fridge) throw new Error(problems.map(({ message }) => message).join('; '))
const journal = await open('bridge')
const bareJournal = await open('bare')
const bridge = createHttp({
  journal,
  catalog: { onSale: () => entries, byHash: async () => undefined },
  production: {
    requestCancel: async () => ({ outcome: 'finished', state: 'accepted' }),
    requestChange: async () => ({ outcome: 'finished', state: 'accepted' }),
    lines: () => [],
    followLines: () => () => {},
    holdLine: async () => ({ outcome: 'unknownLine' }),
    trustLine: async () => ({ outcome: 'unknownLine' }),
    answerDoubt: async () => ({ outcome: 'unknownLine' }),
    preview: async () => ({ outcome: 'unknownLine' }),
  },
  staffToken: randomBytes(18).toString('base64url'),
  webFolder: join(root, 'dist/web'),
  now: () => new Date(),
  randomBytes,
  log: silent,
  metrics: createMetrics(() => []),
})
const bare = bareServer(fridge, bareJournal)
const ports = { bridge: await listen(bridge.server), bare: await listen(bare) }
process.on('message', (message) => {
  if (message === 'cpu') process.send?.({ cpu: process.cpuUsage() })
})
process.once('disconnect', () => process.exit())
process.send?.({ ports })
