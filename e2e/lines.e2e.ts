/** The page /lines as the people who run the lines use it: token, live state, trust, hold, dry run, record; by keyboard; axe. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { buildServers, root } from '../scripts/build.mjs'
import { startOwnLines } from '../scripts/ownLines.mjs'
import type { OwnLines } from '../scripts/ownLines.mjs'
import { sendOrder } from '../scripts/shopper.mjs'
import { startShop } from '../scripts/startedShop.mjs'
import type { StartedShop } from '../scripts/startedShop.mjs'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
const token = 'staff-token-of-the-journey'
/** Longer than a line needs to connect on a busy machine. */
const soon = { timeout: 60_000 }
const tablet = { viewport: { width: 768, height: 1024 }, hasTouch: true } satisfies BrowserContextOptions

let data: string
let lines: OwnLines
let shop: StartedShop
let browser: Browser
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'lot-one-desk-'))
  await buildServers()
  lines = await startOwnLines(data, ['known', 'new'], ['--speed', '2'])
  // one line is known already, the other shows up for the first time
  lines.trust('known')
  ;[shop, browser] = await Promise.all([
    startShop({ ...lines.settings, LOT_ONE_DATA: data, LOT_ONE_STAFF_TOKEN: token }),
    launchBrowser(),
  ])
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await shop?.stop()
  await lines?.stop()
  rmSync(data, { recursive: true, force: true })
})

async function open(options: BrowserContextOptions, run: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: 'en-DE', reducedMotion: 'reduce', ...options })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(`${shop.url}/lines`)
    await page.getByTestId('lock').waitFor()
    await run(page)
  } finally {
    await context.close()
  }
}

const unlock = async (page: Page, given = token) => {
  await page.locator('[name=token]').fill(given)
  await page.keyboard.press('Enter')
}
const line = (page: Page, id: string) => page.locator(`[data-testid=line][data-line=${id}]`)

/** WCAG 2.2 AA and best practice; gives `rule: element` for every violation. And nothing is wider than the screen. */
async function judge(page: Page, where: string): Promise<void> {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { axe: judgeOf } = globalThis as unknown as {
      axe: {
        run(what: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await judgeOf.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
  expect(found, where).toEqual([])
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(wider, `${where} scrolls sideways`).toBeLessThanOrEqual(0)
}

test('a wrong token is said; a new line waits with its fingerprint, is trusted with one button and works at once', async () => {
  await open(tablet, async (page) => {
    await judge(page, 'locked')
    await unlock(page, 'not-the-token-of-this-bridge')
    await expect.poll(() => page.getByRole('alert').textContent(), soon).toMatch(/not the staff token/)
    await unlock(page)
    const fresh = line(page, 'new')
    await expect.poll(() => fresh.getAttribute('data-state'), soon).toBe('stopped')
    await expect.poll(() => line(page, 'known').getAttribute('data-state'), soon).toBe('online')
    expect(await page.getByTestId('summary').textContent()).toBe('2 lines, 1 working, 1 needs you')
    // what has to be compared is what the line itself says
    const shown = (await fresh.getByTestId('certificate').textContent())?.replaceAll(/\s/g, '') ?? ''
    expect(shown).toContain(lines.lines.find(({ id }) => id === 'new')!.thumbprint.toUpperCase())
    await judge(page, 'a certificate to trust')
    await fresh.getByTestId('trust').click()
    await expect.poll(() => fresh.getAttribute('data-state'), soon).toBe('online')
    expect(await fresh.getByTestId('trust').count()).toBe(0)
    await fresh.getByTestId('audit').locator('summary').click()
    await expect.poll(() => fresh.getByTestId('audit').textContent(), soon).toMatch(/TrustCertificate.*staff/)
    // the token is asked for once per tab
    await page.reload()
    await fresh.waitFor()
  })
}, 240_000)

test('a whole shift by keyboard: unlock, hold, look at what is written, let it go on', async () => {
  await open({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }, async (page) => {
    const { keyboard } = page
    const tabTo = async (selector: string) => {
      for (let i = 0; i < 80; i++) {
        await keyboard.press('Tab')
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector))
          return
      }
      throw new Error(`No way by Tab to ${selector}`)
    }
    await tabTo('[name=token]')
    await keyboard.type(token)
    await keyboard.press('Enter')
    const known = line(page, 'known')
    await known.waitFor()
    await page.reload()
    await known.waitFor()
    await placeOrder()
    await page.locator('[data-testid=queue] li').first().waitFor()
    await judge(page, 'desk with an order')
    await tabTo('[data-testid=queue] button')
    await keyboard.press('Enter')
    const written = page.getByTestId('dry-run')
    await written.waitFor()
    expect(await written.textContent()).toMatch(/JobOrderParameters\[Program\]\.Value.*fridge\.yaml:\d+:\d+/)
    await judge(page, 'what would be written')
    await keyboard.press('Escape')
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await tabTo('[data-line=known] [data-testid=hold]')
    await keyboard.press('Enter')
    await judge(page, 'asked whether to hold')
    await tabTo('[data-testid=yes]')
    await keyboard.press('Enter')
    await known.getByTestId('resume').waitFor()
    expect(await known.getByTestId('state').textContent()).toMatch(/Online.*On hold/)
    await tabTo('[data-line=known] [data-testid=resume]')
    await keyboard.press('Enter')
    await tabTo('[data-testid=yes]')
    await keyboard.press('Enter')
    await known.getByTestId('hold').waitFor()
    await tabTo('[data-line=known] [data-testid=about] summary')
    await keyboard.press('Enter')
    await expect.poll(() => known.getByTestId('clock').textContent(), soon).toBe('same time as the bridge')
    await judge(page, 'about a line')
  })
}, 240_000)

test('a line that falls silent is shown so with the next step, and as old when the bridge itself is gone', async () => {
  await open({ viewport: { width: 390, height: 844 }, hasTouch: true }, async (page) => {
    await unlock(page)
    const known = line(page, 'known')
    await expect.poll(() => known.getAttribute('data-state'), soon).toBe('online')
    lines.tell({ type: 'silence', line: 'known' })
    await expect.poll(() => known.getAttribute('data-state'), soon).toBe('connecting')
    expect(await known.getByTestId('problems').textContent()).toMatch(/nothing is sent twice/)
    await judge(page, 'a silent line')
    lines.tell({ type: 'speak', line: 'known' })
    await expect.poll(() => known.getAttribute('data-state'), soon).toBe('online')
    const again = shop.kill('bridge')
    await expect.poll(() => page.getByTestId('freshness').getAttribute('data-state'), soon).toBe('lost')
    await judge(page, 'no bridge')
    await again
    await expect.poll(() => page.getByTestId('freshness').getAttribute('data-state'), soon).toBe('live')
  })
}, 240_000)

/** An order as a page would send it: the default design. */
async function placeOrder(): Promise<void> {
  const context = await browser.newContext({ ...tablet, locale: 'en-DE' })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  await page.goto(`${shop.url}/shop/fridge-atelier-590`)
  await page.getByTestId('total').waitFor()
  await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
  await sendOrder(page)
  await page.getByTestId('station').first().waitFor()
  await context.close()
}
