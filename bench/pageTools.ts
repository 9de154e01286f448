/** A phone for the section `page`: opens the shop with the observer of inPage.js in it and waits for what it sees. */
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import type { Bench } from './harness.ts'

const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1,
  isMobile: true,
  hasTouch: true,
  locale: 'en-DE',
}
/** How much slower a mid-range phone computes than this machine. */
export const slowDown = 4
/** 1.6 Mbit/s, 150 ms. */
const slowNetwork = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
}

/** What the observer in the page writes down. Times in ms since navigation. */
export interface Observed {
  readonly firstPicture?: number
  readonly firstChoice?: number
  readonly live?: number
  readonly largestPaint?: number
  readonly layoutShift: number
  readonly longTasks: readonly { readonly start: number; readonly duration: number }[]
  /** One entry per animation frame in which something was drawn. */
  readonly frames: readonly Frame[]
}
/** One picture: when, and what was asked of the GPU. */
export interface Frame {
  readonly at: number
  readonly calls: number
  readonly triangles: number
}
/** Objects that the GPU holds for the page, and the bytes of its textures. */
export type Held = Readonly<
  Record<
    | 'contexts'
    | 'programs'
    | 'textures'
    | 'buffers'
    | 'vertexArrays'
    | 'framebuffers'
    | 'renderbuffers'
    | 'bytes',
    number
  >
>

/** A phone and what it looks at. */
export interface Phone {
  readonly page: Page
  readonly devtools: CDPSession
  readonly close: () => Promise<void>
}

/** What the measurements of the section share. */
export interface Shop {
  readonly bench: Bench
  readonly browser: Browser
  /** Without a slash at its end. */
  readonly origin: string
}

/** Where each family is designed. */
export const pathOf = {
  fridge: '/shop/fridge-atelier-590',
  washer: '/shop/washer-atelier-600',
  oven: '/shop/oven-atelier-600',
} as const

/** Makes a phone with the observer on board that has not opened anything yet. */
export async function takePhone(
  { bench, browser }: Shop,
  options: BrowserContextOptions = {},
): Promise<Phone> {
  const context = await browser.newContext({ ...phone, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.addInitScript({ path: join(bench.root, 'bench/inPage.js') })
  const devtools = await context.newCDPSession(page)
  return { page, devtools, close: () => context.close() }
}

/** Makes a phone as slow as one, from now on. */
export async function slow({ devtools }: Phone, network = false): Promise<void> {
  if (network) {
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', slowNetwork)
  }
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
}

/** Waits until the 3D picture is live and everything made ahead in idle time is done. */
export async function ready(page: Page): Promise<void> {
  await until(page, 'inPage.observed.live !== undefined')
  await quiet(page, 2000)
}

/** Taps the nth value that can be taken freely, and gives when. */
export function tap(page: Page, n: number): Promise<number> {
  return page.evaluate<number>(`inPage.tap(${n})`)
}

/** Waits until nothing was drawn, asked to be drawn, or computed at length for a while. */
export async function quiet(page: Page, ms = 600): Promise<void> {
  await until(page, `inPage.isQuietFor(${ms})`)
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
export const observations = (page: Page) => page.evaluate<Observed>('inPage.observed')

/** Gives the picture that asked most of the GPU since a moment of the page's clock, its shadows included. */
export async function worst(page: Page, since: number): Promise<Frame> {
  const { frames } = await observations(page)
  const [most] = frames.filter(({ at }) => at > since).toSorted((a, b) => b.calls - a.calls)
  if (!most) throw new Error('nothing was drawn')
  return most
}

export const heldBy = (page: Page) => page.evaluate<Held>('inPage.held()')

/** Asks again and again from outside: the page's own security policy forbids what waitForFunction does. */
export async function until(page: Page, holds: string): Promise<void> {
  const start = performance.now()
  while (!(await page.evaluate<boolean>(holds))) {
    if (performance.now() - start > 120_000) throw new Error(`in two minutes the page never came to ${holds}`)
    await pause(100)
  }
}
