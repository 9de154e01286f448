/**
 * Half an hour of random use on one page, and what of it stays in memory. `PAGE_MINUTES=30 npm run bench -- --only page` does it
 * and keeps what it found in `bench/campaigns/page.json`; a run without it shows what was kept.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'
import { heldBy, pathOf, pause, ready, takePhone } from './pageTools.ts'
import type { Held, Shop } from './pageTools.ts'

interface Sample extends Held {
  readonly minute: number
  /** Of JavaScript, after a collection. */
  readonly heapMb: number
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
    await devtools.send('HeapProfiler.collectGarbage')
    const { metrics } = await devtools.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN
    samples.push({
      minute: (performance.now() - start) / 60_000,
      heapMb: of('JSHeapUsedSize') / 1e6,
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
  const growth = (of: keyof Sample) => median(of, late) / median(of, early)
  const note = (of: keyof Sample, unit: string) =>
    `${acts.toLocaleString('en')} acts in ${minutes} minutes (${at.slice(0, 10)}): median of the last third ÷ of the first after ${minutes / 6} minutes; ` +
    `${median(of, early).toFixed(1)} → ${median(of, late).toFixed(1)} ${unit}`
  const most = (of: keyof Sample) => Math.max(...used.map((sample) => sample[of]))
  return [
    {
      name: 'long use: JavaScript heap, late ÷ early',
      value: growth('heapMb'),
      bar: { atMost: 1.1 },
      note: note('heapMb', 'MB'),
    },
    {
      name: 'long use: buffers on the GPU, late ÷ early',
      value: growth('buffers'),
      bar: { atMost: 1.1 },
      note: note('buffers', 'buffers'),
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
