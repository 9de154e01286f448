/** Section `page`: what a phone has to download, compute and draw. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { quantile } from './harness.ts'
import type { Bench, Figure, SectionResult } from './harness.ts'
import { end, startBridge } from './processes.ts'

export const title = 'Page: first choice, every tap, every frame'
export const about = `The built shop from the bridge's own server in a real Chromium at phone size (390 × 844). Loading: a cold cache, CPU slowed down 4 times,
1.6 Mbit/s with 150 ms latency. Taps: CPU slowed down 4 times; every tap waits until the page draws no more. Frames, draw calls and triangles are counted from outside, at the
WebGL calls themselves. The browser draws in software here, so the main thread's figures count, not the picture's rate.`

const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1,
  isMobile: true,
  hasTouch: true,
  locale: 'en-DE',
}
const slowNetwork = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
}
const slowDown = 4

/** What the observer in the page writes down. Times in ms since navigation. */
interface Observed {
  firstPicture?: number
  firstChoice?: number
  live?: number
  largestPaint?: number
  layoutShift: number
  longTasks: { start: number; duration: number }[]
  /** One entry per animation frame in which something was drawn. */
  frames: { at: number; calls: number; triangles: number }[]
}
/** A file the page fetched: path, bytes on the wire, when it had arrived. */
interface Loaded {
  readonly name: string
  readonly bytes: number
  readonly at: number
}

export async function measure(bench: Bench): Promise<SectionResult> {
  await bench.buildWeb()
  const folder = await mkdtemp(join(tmpdir(), 'lot-one-bench-'))
  const { child, ports } = await startBridge(bench, folder)
  const browser = await bench.launchBrowser()
  try {
    const script = join(bench.root, 'bench/inPage.js')
    const url = `http://127.0.0.1:${ports.bridge}/shop/fridge-atelier-590`
    return {
      rows: [],
      figures: [
        ...(await loading(browser, url, script, join(bench.root, 'dist/web'), bench.quick ? 1 : 5)),
        ...(await tapping(browser, url, script, bench.quick ? 4 : 16)),
        ...(await drawing(browser, url, script)),
      ],
    }
  } finally {
    await browser.close()
    await end(child)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function open(
  browser: Browser,
  script: string,
  options: { reducedMotion?: 'reduce' } = {},
): Promise<{ page: Page; devtools: CDPSession; close: () => Promise<void> }> {
  const context = await browser.newContext({ ...phone, ...options })
  const page = await context.newPage()
  await page.addInitScript({ path: script })
  const devtools = await context.newCDPSession(page)
  return { page, devtools, close: () => context.close() }
}

async function loading(
  browser: Browser,
  url: string,
  script: string,
  webFolder: string,
  times: number,
): Promise<Figure[]> {
  const loads: (Observed & { readonly before: number; readonly stage: number; readonly all: number })[] = []
  for (let n = 0; n < times; n++) {
    const { page, devtools, close } = await open(browser, script)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', slowNetwork)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
    await page.goto(url)
    await until(page, 'inPage.observed.live !== undefined')
    const observed = await observations(page)
    const loaded = await page.evaluate<Loaded[]>('inPage.loaded()')
    const sum = (which: (one: Loaded) => boolean, size: (one: Loaded) => number) =>
      loaded.filter(which).reduce((kb, one) => kb + size(one) / 1000, 0)
    const gzipped = ({ name }: Loaded) => gzipSync(readFileSync(join(webFolder, name)), { level: 9 }).length
    const isScript = ({ name }: Loaded) => name.endsWith('.js')
    loads.push({
      ...observed,
      before: sum((one) => isScript(one) && one.at < (observed.firstChoice ?? 0), gzipped),
      stage: sum((one) => isScript(one) && one.name.includes('/stage-'), gzipped),
      all: sum(
        () => true,
        ({ bytes }) => bytes,
      ),
    })
    await close()
  }
  const median = (of: (load: (typeof loads)[number]) => number | undefined) =>
    quantile(
      loads.map((load) => of(load) ?? NaN),
      0.5,
    )
  const note = `median of ${times} cold loads at 4× and 1.6 Mbit/s`
  return [
    {
      name: 'JavaScript before the first choice',
      value: median(({ before }) => before),
      unit: 'KB gzip',
      bar: { atMost: 130 },
      note: 'scripts that had arrived when the first choice was possible',
    },
    {
      name: '3D stage, loaded when the page is idle',
      value: median(({ stage }) => stage),
      unit: 'KB gzip',
      bar: { atMost: 210 },
    },
    {
      name: 'everything, fonts and data included',
      value: median(({ all }) => all),
      unit: 'KB on the wire',
    },
    {
      name: 'first picture of the product',
      value: median(({ firstPicture }) => (firstPicture ?? NaN) / 1000),
      unit: 's',
      note,
    },
    {
      name: 'first choice possible',
      value: median(({ firstChoice }) => (firstChoice ?? NaN) / 1000),
      unit: 's',
      bar: { atMost: 3 },
      note,
    },
    {
      name: 'largest contentful paint',
      value: median(({ largestPaint }) => (largestPaint ?? NaN) / 1000),
      unit: 's',
      bar: { atMost: 2.5 },
      note,
    },
    { name: '3D picture live', value: median(({ live }) => (live ?? NaN) / 1000), unit: 's', note },
    {
      name: 'cumulative layout shift',
      value: median(({ layoutShift }) => layoutShift),
      bar: { atMost: 0.02 },
    },
  ]
}

/** Taps values all over the page at 4×, as a shopper does. */
async function tapping(browser: Browser, url: string, script: string, taps: number): Promise<Figure[]> {
  const { page, devtools, close } = await open(browser, script)
  await page.goto(url)
  await ready(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
  const longest: number[] = []
  const drawn: number[] = []
  for (let n = 0; n < taps; n++) {
    const since = await tap(page, n)
    await quiet(page)
    const { longTasks, frames } = await observations(page)
    longest.push(
      Math.max(
        0,
        ...longTasks
          .filter(({ start, duration }) => start + duration > since)
          .map(({ duration }) => duration),
      ),
    )
    const first = frames.find(({ at }) => at > since)
    if (first) drawn.push(first.at - since)
  }
  await close()
  return [
    {
      name: 'longest task after a tap, at 4×',
      value: Math.max(...longest),
      unit: 'ms',
      bar: { atMost: 200 },
      note: `${taps} taps; tasks under 50 ms count as 0; median ${Math.round(quantile(longest, 0.5))} ms`,
    },
    {
      name: 'tap to changed picture, p95, at 4×',
      value: quantile(drawn, 0.95),
      unit: 'ms',
      note: `until the first frame's draw calls are given; p50 ${Math.round(quantile(drawn, 0.5))} ms, ${drawn.length} taps that change the picture`,
    },
  ]
}

/** Counts frames where motion is not wanted, so that one change is one frame. */
async function drawing(browser: Browser, url: string, script: string): Promise<Figure[]> {
  const { page, close } = await open(browser, script, { reducedMotion: 'reduce' })
  await page.goto(url)
  await ready(page)
  const perChange: number[] = []
  for (let n = 0; n < 8; n++) {
    const since = await tap(page, n)
    await quiet(page)
    perChange.push((await observations(page)).frames.filter(({ at }) => at > since).length)
  }
  const before = (await observations(page)).frames.length
  await pause(5000)
  const after = await observations(page)
  const last = after.frames.at(-1)
  await close()
  return [
    {
      name: 'frames drawn per change, at most',
      value: Math.max(...perChange),
      bar: { atMost: 1 },
      note: `reduced motion, 8 taps: ${perChange.join(', ')}`,
    },
    { name: 'frames drawn in five idle seconds', value: after.frames.length - before, bar: { atMost: 0 } },
    {
      name: 'draw calls per frame',
      value: last?.calls ?? NaN,
      bar: { atMost: 20 },
      note: 'closed doors, resting view',
    },
    {
      name: 'triangles per frame',
      value: last?.triangles ?? NaN,
      bar: { atMost: 15_000 },
      note: 'closed doors, resting view',
    },
  ]
}

/** Waits until the 3D picture is live and everything made ahead in idle time is done. */
async function ready(page: Page): Promise<void> {
  await until(page, 'inPage.observed.live !== undefined')
  await quiet(page, 2000)
}

/** Taps the nth value that can be taken freely, and gives when. */
function tap(page: Page, n: number): Promise<number> {
  return page.evaluate<number>(`inPage.tap(${n})`)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until nothing was drawn, asked to be drawn, or computed at length for a while. */
async function quiet(page: Page, ms = 600): Promise<void> {
  await until(page, `inPage.isQuietFor(${ms})`)
}

const observations = (page: Page) => page.evaluate<Observed>('inPage.observed')

/** Asks again and again from outside: the page's own security policy forbids what waitForFunction does. */
async function until(page: Page, holds: string): Promise<void> {
  const start = performance.now()
  while (!(await page.evaluate<boolean>(holds))) {
    if (performance.now() - start > 120_000) throw new Error(`in two minutes the page never came to ${holds}`)
    await pause(100)
  }
}
