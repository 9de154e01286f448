/**
 * Half an hour of random use on one page, and what of it stays in memory. `PAGE_MINUTES=30 npm run bench -- --only page` does it
 * and keeps what it found in `bench/campaigns/page.json`; a run without it shows what was kept.
 *
 * Compared is like with like: before every look the page is brought back, without loading it, to one saved fridge in 3D on its
 * first step, all tools put away. Since that picture was made the same acts have been done with it each time, and every part of it
 * has been seen, so what a picture gathers counts too.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'
import { heldBy, pathOf, pause, quiet, ready, takePhone, until } from './pageTools.ts'
import type { Held, Shop } from './pageTools.ts'

interface Sample extends Held {
  readonly minute: number
  /**
   * After a collection: what V8 counts as used; and by a snapshot, which counts the DOM's own memory too, what the page keeps and what
   * the engine has made of its code.
   */
  readonly heapMb: number
  readonly dataMb: number
  readonly codeMb: number
  readonly nodes: number
  readonly listeners: number
  /** Of the GPU in the midst of the use before: bytes of textures, and pictures held at once. */
  readonly usedBytes: number
  readonly usedContexts: number
}
interface LongUse {
  readonly at: string
  readonly minutes: number
  readonly acts: number
  readonly samples: readonly Sample[]
}

/** Between two looks: anywhere in the shop for so long, then so many acts with the saved fridge, few enough to be undone. */
const roamingMs = 20_000
const stayingActs = 30
const between = 100
/** The tools beside the picture, from the first. */
const [doors, apart, kitchen, sizes] = [0, 1, 2, 3]

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
  await save(page)
  const loadedAt = await page.evaluate<number>('performance.timeOrigin')
  await devtools.send('Performance.enable')
  const samples: Sample[] = []
  const start = performance.now()
  const end = start + minutes * 60_000
  let acts = 0
  const act = async (what: string): Promise<boolean> => {
    acts++
    const is = await page.evaluate<boolean>(what)
    await pause(between)
    return is
  }
  const actUntil = async (what: string) => {
    for (let tries = 0; !(await act(what)); tries++)
      if (tries > 300) throw new Error(`after 300 tries ${what} never came to its end`)
  }
  while (performance.now() < end) {
    for (const back = performance.now() + roamingMs; performance.now() < back;) await act('wander(false)')
    const { bytes: usedBytes, contexts: usedContexts } = await heldBy(page)
    await actUntil('openSaved()')
    await live(page)
    await actUntil('comeBack()')
    await page.evaluate('stay()')
    for (let i = 0; i < stayingActs; i++) await act('wander(true)')
    await actUntil('comeBack()')
    // parts are drawn when they are first seen: let all have been
    for (const tool of [doors, apart, apart, kitchen, sizes]) {
      await page.evaluate(`useTool(${tool})`)
      await quiet(page)
    }
    await actUntil('comeBack()')
    await live(page)
    await quiet(page, 2000)
    await page.evaluate('leave()')
    // what the observer itself writes down is not the page's
    await page.evaluate('inPage.observed.frames.length = inPage.observed.longTasks.length = 0')
    samples.push({
      minute: (performance.now() - start) / 60_000,
      ...(await heapBy(devtools)),
      ...(await countsBy(devtools)),
      ...(await heldBy(page)),
      usedBytes,
      usedContexts,
    })
    shop.bench.say(JSON.stringify(samples.at(-1)))
  }
  if ((await page.evaluate<number>('performance.timeOrigin')) !== loadedAt)
    broken.push('it was loaded again on the way')
  await close()
  if (broken.length > 0) throw new Error(`the page broke in the long use: ${broken.join('; ')}`)
  return { at: new Date().toISOString(), minutes, acts, samples }
}

/** Saves the design on show, as a shopper does, and looks at what is saved. */
async function save(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector('.panel-tools button:last-child').click()`)
  await page.locator('dialog[open] form.save [type=submit]').click()
  await page.locator('dialog[open] form.save output').waitFor()
  await page.locator('dialog[open] form.save a[href="/saved"]').click()
  await page.locator('.saved-open').waitFor()
}

const live = (page: Page) => until(page, `!!document.querySelector('.viewport[data-state=live] .tools')`)

async function countsBy(devtools: CDPSession): Promise<Pick<Sample, 'nodes' | 'listeners'>> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN
  return { nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

/**
 * Collects garbage and weighs the heap; then takes it apart (V8's snapshot: `nodes` is one list, `node_fields` says what a node
 * has). Bytecode, machine code and what the engine notes about types are counted apart: they grow until every function that is
 * used often has been compiled.
 */
async function heapBy(devtools: CDPSession): Promise<Pick<Sample, 'heapMb' | 'dataMb' | 'codeMb'>> {
  const chunks: string[] = []
  const collect = ({ chunk }: { readonly chunk: string }) => void chunks.push(chunk)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  devtools.on('HeapProfiler.addHeapSnapshotChunk', collect)
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
  return { heapMb: usedSize / 1e6, dataMb: bytes.data / 1e6, codeMb: bytes.code / 1e6 }
}

/** Compares the end with the time after the first sixth, in which everything is there for the first time. */
function figuresOf({ at, minutes, acts, samples }: LongUse): Figure[] {
  const used = samples.filter(({ minute }) => minute > minutes / 6)
  const third = Math.ceil(used.length / 3)
  const median = (of: keyof Sample, from: readonly Sample[]) =>
    quantile(
      from.map((sample) => sample[of]),
      0.5,
    )
  const early = (of: keyof Sample) => median(of, used.slice(0, third))
  const late = (of: keyof Sample) => median(of, used.slice(-third))
  const most = (of: keyof Sample) => Math.max(...samples.map((sample) => sample[of]))
  const told = `${acts.toLocaleString('en')} acts in ${minutes} minutes (${at.slice(0, 10)})`
  const grown = (name: string, of: keyof Sample, note: string): Figure => ({
    name: `long use: ${name}, late ÷ early`,
    value: late(of) / early(of),
    bar: { atMost: 1.1 },
    note,
  })
  const mb = (of: keyof Sample) => `${early(of).toFixed(2)} → ${late(of).toFixed(2)} MB`
  const counts = (of: keyof Sample, what: string) =>
    `${Math.round(early(of))} → ${Math.round(late(of))} ${what}`
  return [
    grown(
      'the whole JavaScript heap',
      'heapMb',
      `${told}; ${used.length} looks at the same page after a collection: median of the last third ÷ of the first after ` +
        `${minutes / 6} minutes, ${mb('heapMb')}; a snapshot, which counts the DOM's own memory too, says of what: ` +
        `${mb('dataMb')} that the page keeps, ${mb('codeMb')} that the engine has made of its code`,
    ),
    grown('buffers on the GPU', 'buffers', counts('buffers', 'buffers')),
    grown(
      'textures on the GPU',
      'bytes',
      `their bytes, ${(early('bytes') / 1e6).toFixed(2)} → ${(late('bytes') / 1e6).toFixed(2)} MB`,
    ),
    grown('DOM nodes', 'nodes', counts('nodes', 'nodes, those of script included')),
    grown('event listeners', 'listeners', counts('listeners', 'listeners')),
    {
      name: 'long use: textures on the GPU, at most',
      value: Math.max(most('usedBytes'), most('bytes')) / 1e6,
      unit: 'MB',
      bar: { atMost: 32 },
      note: `in the midst of use, ${most('usedContexts')} pictures held at once at most`,
    },
  ]
}
