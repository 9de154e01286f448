/** A started shop and a browser for the journeys of one file, and what shoppers hold in their hands. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { sendOrder, tellLines } from '../scripts/shopper.mjs'
import { startShop } from '../scripts/startedShop.mjs'
import type { StartedShop } from '../scripts/startedShop.mjs'
import { violations } from './axe.ts'

export const fridge = '/shop/fridge-atelier-590'
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true } satisfies BrowserContextOptions
export const narrowest = {
  viewport: { width: 320, height: 568 },
  hasTouch: true,
} satisfies BrowserContextOptions
export const tablet = {
  viewport: { width: 768, height: 1024 },
  hasTouch: true,
} satisfies BrowserContextOptions
/** The smallest that has everything side by side: a software renderer pays by the pixel. */
export const laptop = { viewport: { width: 1024, height: 720 } } satisfies BrowserContextOptions
export const desktop = { viewport: { width: 1440, height: 900 } } satisfies BrowserContextOptions

const staffToken = 'staff-of-the-test'

/** How a page is opened. */
export interface Visit {
  /** Another browser than the one of the file. */
  readonly browser?: Browser
  /** The 3D part never comes: it costs a software renderer most of its time. */
  readonly without3D?: boolean
  /** It stays open for the tests that follow. */
  readonly stays?: boolean
  /** Gets the page ready before it goes anywhere. */
  readonly before?: (page: Page) => Promise<unknown>
}

/** A shop that runs from before the first test of a file until after its last. */
export interface Stand {
  readonly shop: StartedShop
  /**
   * Opens a path of the shop (or a whole address) on a device of its own: no cookies, nothing stored. It is closed after the test,
   * which fails if the page has thrown anything.
   */
  open(path: string, device?: BrowserContextOptions, visit?: Visit): Promise<Page>
  /** The staff hold all lines, or let them go on. */
  tellLines(what: 'hold' | 'resume'): Promise<void>
}

/**
 * Starts the product and a browser for the file it is called in. `settings` is the environment of the start command, or makes it
 * when its time has come.
 */
export function runShop(
  settings: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>) = {},
): Stand {
  let shop: StartedShop | undefined
  let own: Browser | undefined
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  beforeAll(async () => {
    const env = typeof settings === 'function' ? await settings() : settings
    ;[shop, own] = await Promise.all([
      startShop({ LOT_ONE_STAFF_TOKEN: staffToken, ...env }),
      launchBrowser(),
    ])
  }, 240_000)
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    expect(complaints.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await own?.close()
    expect(await shop?.stop()).toBe(0)
  })
  const stand: Stand = {
    get shop() {
      return shop!
    },
    async open(path, device = phone, { browser = own!, without3D = false, stays = false, before } = {}) {
      const context = await browser.newContext({ locale: 'en-DE', reducedMotion: 'reduce', ...device })
      if (!stays) contexts.push(context)
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      page.on('pageerror', (error) => complaints.push(String(error)))
      if (without3D) await page.route(stageFiles, (route) => route.abort())
      await before?.(page)
      await page.goto(new URL(path, stand.shop.url).href)
      return page
    },
    tellLines: (what) => tellLines(stand.shop, staffToken, what),
  }
  return stand
}

/** The files of the 3D part. */
export const stageFiles = /assets\/stage-/

/** Goes to a step of the options, by its name on the page. */
export const step = (page: Page, name: string) =>
  page
    .getByRole('navigation', { name: /Steps|Schritte/ })
    .getByRole('button', { name, exact: true })
    .click()

/** Chooses a value. */
export const choose = (page: Page, option: string, value: string) =>
  page.locator(`[data-option=${option}] [data-value="${value}"]`).click()

/** The button that leads to the order form. */
export const toOrder = (page: Page) =>
  page
    .getByTestId('bar')
    .getByRole('button', { name: /Order|Bestellen/ })
    .click()

/** Orders the design on the page and gives the order's id once its tracker is there. */
export async function order(page: Page): Promise<string> {
  await toOrder(page)
  await sendOrder(page)
  await page.getByTestId('tracker').waitFor()
  return new URL(page.url()).pathname.split('/').at(-1)!
}

/** Waits until the order on the page is finished. */
export const finished = (page: Page) =>
  page.locator('[data-testid=tracker][data-state=completed]').waitFor({ timeout: 120_000 })

/** Expects that the accessibility judge has nothing to say and that nothing is wider than the screen. */
export async function judge(page: Page, where: string): Promise<void> {
  expect(await violations(page), where).toEqual([])
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    `${where} scrolls sideways`,
  ).toBeLessThanOrEqual(0)
}

/** Presses Tab until what has the focus fits. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
  }
  throw new Error(`No way by Tab to ${selector}`)
}
