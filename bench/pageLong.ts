/**
 * Half an hour of random use on one page, and what of it stays in memory. `PAGE_MINUTES=30 npm run bench -- --only page` does it
 * and keeps what it found in `bench/campaigns/page.json`; a run without it shows what was kept.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession } from 'playwright-core'
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'
import { heldBy, pathOf, pause, ready, takePhone } from './pageTools.ts'
import type { Held, Shop } from './pageTools.ts'

interface Sample extends Held {
  readonly minute: number
  /** Of JavaScript, after a collection: what the page keeps, and what the engine has made of its code. */
  readonly dataMb: number
  readonly codeMb: number
  readonly nodes: number
  readonly listeners: number
}
interface LongUse {
  readonly at: string
  readonly minutes: number
  readonly acts: number
  readonly samples: readonly Sample[]
}

const sampleEvery = 30_000

/** Gives the figures of a long use: of this run when it was asked for, else of the last one that was kept. */
export async function longUse(shop: Shop): Promise<Figure[]> {
  const file = join(shop.bench.root, 'bench/campaigns/page.json')
  const minutes = Number(process.env['PAGE_MINUTES'] ?? 0)
  if (minutes > 0) {
    const used = await use(shop, minutes)
    writeFileSync(file, `${JSON.stringify(used, null, 1)}\n`)
    return figuresOf(used)
  }
  return existsSync(file) ? figuresOf(JSON.parse(readFileSync(file, 'utf8')) as LongUse) : []
}

async function use(shop: Shop, minutes: number): Promise<LongUse> {
  const phone = await takePhone(shop)
  const { page, devtools, close } = phone
  const broken: string[] = []
  page.on('pageerror', (error) => broken.push(error.message))
  await page.addInitScript({ path: join(shop.bench.root, 'bench/wander.js') })
  await page.goto(shop.origin + pathOf.fridge)
  await ready(page)
  await devtools.send('Performance.enable')
  const samples: Sample[] = []
  const start = performance.now()
  const end = start + minutes * 60_000
  let acts = 0
  for (let next = start + sampleEvery; performance.now() < end; acts++) {
    await page.evaluate('wander()')
    await pause(100)
    if (performance.now() < next) continue
    next += sampleEvery
    // what the observer itself writes down is not the page's
    await page.evaluate('inPage.observed.frames.length = inPage.observed.longTasks.length = 0')
    const heap = await heapBy(devtools)
    const { metrics } = await devtools.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN
    samples.push({
      minute: (performance.now() - start) / 60_000,
      ...heap,
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
      ...(await heldBy(page)),
    })
    shop.bench.say(JSON.stringify(samples.at(-1)))
  }
  await close()
  if (broken.length > 0) throw new Error(`the page broke in the long use: ${broken.join('; ')}`)
  return { at: new Date().toISOString(), minutes, acts, samples }
}

/**
 * Takes the heap apart (V8's snapshot: `nodes` is one list, `node_fields` says what a node has). Bytecode, machine code and what the
 * engine notes about types are counted apart: they grow until every function that is used often has been compiled.
 */
async function heapBy(devtools: CDPSession): Promise<Pick<Sample, 'dataMb' | 'codeMb'>> {
  const chunks: string[] = []
  const collect = ({ chunk }: { readonly chunk: string }) => void chunks.push(chunk)
  devtools.on('HeapProfiler.addHeapSnapshotChunk', collect)
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  devtools.off('HeapProfiler.addHeapSnapshotChunk', collect)
  const { snapshot, nodes } = JSON.parse(chunks.join('')) as {
    readonly snapshot: {
      readonly meta: {
        readonly node_fields: readonly string[]
        readonly node_types: readonly [readonly string[], ...unknown[]]
      }
    }
    readonly nodes: readonly number[]
  }
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [type, size, code] = [fields.indexOf('type'), fields.indexOf('self_size'), types[0].indexOf('code')]
  const bytes = { data: 0, code: 0 }
  for (let at = 0; at < nodes.length; at += fields.length)
    bytes[nodes[at + type] === code ? 'code' : 'data'] += nodes[at + size]!
  return { dataMb: bytes.data / 1e6, codeMb: bytes.code / 1e6 }
}

/** Compares the end with the time after the first sixth, in which everything is there for the first time. */
function figuresOf({ at, minutes, acts, samples }: LongUse): Figure[] {
  const used = samples.filter(({ minute }) => minute > minutes / 6)
  const early = used.slice(0, Math.ceil(used.length / 3))
  const late = used.slice(-Math.ceil(used.length / 3))
  const median = (of: keyof Sample, from: readonly Sample[]) =>
    quantile(
      from.map((sample) => sample[of]),
      0.5,
    )
  const most = (of: keyof Sample, from = used) => Math.max(...from.map((sample) => sample[of]))
  const told = `${acts.toLocaleString('en')} acts in ${minutes} minutes (${at.slice(0, 10)})`
  const thirds = `of the last third ÷ of the first after ${minutes / 6} minutes`
  return [
    {
      name: 'long use: what the page keeps in JavaScript, late ÷ early',
      value: median('dataMb', late) / median('dataMb', early),
      bar: { atMost: 1.1 },
      note:
        `${told}: median ${thirds}; ${median('dataMb', early).toFixed(1)} → ${median('dataMb', late).toFixed(1)} MB; ` +
        `beside it code that the engine has compiled, ${median('codeMb', early).toFixed(1)} → ${median('codeMb', late).toFixed(1)} MB`,
    },
    {
      name: 'long use: buffers on the GPU, late ÷ early',
      value: most('buffers', late) / most('buffers', early),
      bar: { atMost: 1.1 },
      note: `${told}: most ${thirds}; ${most('buffers', early)} → ${most('buffers', late)} buffers`,
    },
    {
      name: 'long use: textures on the GPU, at most',
      value: most('bytes') / 1e6,
      unit: 'MB',
      bar: { atMost: 32 },
      note: `${most('textures')} textures, ${most('programs')} programs, ${Math.round(most('nodes'))} DOM nodes at most`,
    },
  ]
}
