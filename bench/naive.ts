/**
 * The control: a client that does what most do. It numbers its job orders itself, and when a call is not answered it sends the
 * work again. The same faults, the same judge; it must find units built twice, or the judge would prove nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { derive, openProduct } from '@lot-one/rules'
import type { BuildOrder } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { composeJobOrders } from '../mes-bridge/src/composeJobOrders.ts'
import type { JobOrder } from '../mes-bridge/src/jobOrder.ts'
import { createLine, prepareOwnCertificate } from '../mes-bridge/src/line.ts'
import type { Line } from '../mes-bridge/src/line.ts'
import { parseProfile } from '../plc-sim/src/faultProfiles.ts'
import { readLedger } from '../plc-sim/src/ledger.ts'
import { defaultStations, quietLibrary, startLine } from '../plc-sim/src/server.ts'
import { seeded } from './harness.ts'
import { orderMaker } from './orders.ts'
import { judge } from './wavesJudge.ts'
import type { Verdict } from './wavesJudge.ts'

export interface NaiveOptions {
  readonly orders: number
  readonly faults: string
  readonly speed: number
  readonly seed: number
}

const quiet = () => undefined

/** Sends so many orders to one line; gives what the judge of the waves says about it. */
export async function runNaive(root: string, options: NaiveOptions): Promise<Verdict> {
  const folder = await mkdtemp(join(root, 'node_modules/.naive-'))
  const at = new Date().toISOString().slice(0, 10)
  const { products } = await loadProducts(join(root, 'rules/products'), {
    at,
    cacheDir: join(folder, 'rules'),
  })
  const loaded = products.find(({ package: { id } }) => id === 'fridge') ?? products[0]
  const profile = parseProfile(options.faults)
  if (!loaded) throw new Error('there is no product to order')
  if (typeof profile === 'string') throw new Error(`--faults ${profile}`)
  const product = openProduct(loaded.package)
  const pkiFolder = join(folder, 'pki')
  const password = 'again-and-again'
  quietLibrary(quiet)
  const own = await prepareOwnCertificate(pkiFolder)
  const sim = await startLine({
    lineId: 'naive',
    port: 0,
    dir: join(folder, 'sim'),
    stations: defaultStations,
    users: [{ name: 'bridge', password, role: 'Operator' }],
    speed: options.speed,
    seed: `naive-${options.seed}`,
    trust: [own.certificateFile],
    profile,
  })
  const line = createLine(
    {
      id: 'naive',
      endpoint: sim.endpointUrl,
      trust: 'firstUse',
      security: { policy: 'Basic256Sha256', mode: 'SignAndEncrypt', user: 'bridge', password },
    },
    { clock: Date, pkiFolder, log: { debug: quiet, info: quiet, warn: quiet, error: quiet }, audit: quiet },
  )
  try {
    line.start()
    await until(line, () => line.isOnline())
    const nextOrder = orderMaker(product, seeded(options.seed))
    const orders = Array.from({ length: options.orders }, nextOrder)
    await Promise.all(
      orders.map(async (order) => {
        const design = product.complete({ context: order.context, selection: order.selection })
        const configuration = design && product.verify(design)
        if (!configuration) throw new Error(`order ${order.orderId} is no complete design`)
        const { operations } = derive(loaded.model, configuration, {
          orderId: order.orderId,
          at,
          texts: order.texts ?? {},
        })
        for (const jobOrder of composeJobOrders(order, operations)) await build(line, jobOrder)
      }),
    )
    // What was taken for lost may still be at work.
    const isAtWork = new Set(['AllowedToStart', 'Running', 'Interrupted'])
    await until(line, () =>
      line.view().stations.every(({ jobs }) => !jobs.some(({ jobState }) => isAtWork.has(jobState))),
    )
    const accepted = orders.map((order) => ({ order, mayBeIncomplete: false }))
    const posted = new Map<string, BuildOrder>(orders.map((order) => [order.orderId, order]))
    // Its numbers end in the number of the try; for the judge the work counts.
    const records = readLedger(sim.ledgerFile).map((record) => ({
      ...record,
      id: record.id.replace(/#\d+$/, ''),
    }))
    return judge({ product, model: loaded.model, at }, accepted, posted, [records])
  } finally {
    await line.stop()
    await sim.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Stores, starts and waits for the end; whatever is not answered is done again from the beginning. */
async function build(line: Line, jobOrder: JobOrder): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const jobOrderId = `${jobOrder.jobOrderId}#${attempt}`
    await until(line, () => line.isOnline())
    const stored = await line.store(jobOrder.station, { ...jobOrder, jobOrderId })
    if (stored.outcome !== 'accepted') continue
    const started = await line.command(jobOrder.station, 'Start', jobOrderId)
    if (started.outcome !== 'accepted') continue
    await until(line, () => line.observed(jobOrderId)?.jobState === 'Ended')
    return
  }
}

function until(line: Line, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve()
  return new Promise((resolve) => {
    const leave = line.follow(() => {
      if (!holds()) return
      leave()
      resolve()
    })
  })
}
