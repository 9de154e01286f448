/** The page /lines as the people who run the lines use it: token, live state, trust, hold, dry run, record; by keyboard; axe. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { buildServers } from '../scripts/build.mjs'
import { startOwnLines } from '../scripts/ownLines.mjs'
import type { OwnLines } from '../scripts/ownLines.mjs'
import { desktop, fridge, judge, order, phone, runShop, tabTo, tablet } from './visit.ts'

const token = 'staff-token-of-the-journey'
/** Longer than a line needs to connect on a busy machine. */
const soon = { timeout: 60_000 }

let data: string
let lines: OwnLines
afterAll(async () => {
  await lines?.stop()
  rmSync(data, { recursive: true, force: true })
})
const stand = runShop(async () => {
  data = mkdtempSync(join(tmpdir(), 'lot-one-desk-'))
  await buildServers()
  lines = await startOwnLines(data, ['known', 'new'], ['--speed', '2'])
  // one line is known already, the other shows up for the first time
  lines.trust('known')
  return { ...lines.settings, LOT_ONE_DATA: data, LOT_ONE_STAFF_TOKEN: token }
})

async function open(device: BrowserContextOptions): Promise<Page> {
  const page = await stand.open('/lines', device)
  await page.getByTestId('lock').waitFor()
  return page
}

const unlock = async (page: Page, given = token) => {
  await page.locator('[name=token]').fill(given)
  await page.keyboard.press('Enter')
}
const line = (page: Page, id: string) => page.locator(`[data-testid=line][data-line=${id}]`)

test('a wrong token is said; a new line waits with its fingerprint, is trusted with one button and works at once', async () => {
  const page = await open(tablet)
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
}, 240_000)

test('a whole shift by keyboard: unlock, hold, look at what is written, let it go on', async () => {
  const page = await open({ ...desktop, colorScheme: 'dark' })
  const { keyboard } = page
  await tabTo(page, '[name=token]')
  await keyboard.type(token)
  await keyboard.press('Enter')
  const known = line(page, 'known')
  await known.waitFor()
  await page.reload()
  await known.waitFor()
  const shopper = await stand.open(fridge, tablet)
  await order(shopper)
  await shopper.close()
  await page.locator('[data-testid=queue] li').first().waitFor()
  await judge(page, 'desk with an order')
  await tabTo(page, '[data-testid=queue] button')
  await keyboard.press('Enter')
  const written = page.getByTestId('dry-run')
  await written.waitFor()
  expect(await written.textContent()).toMatch(/JobOrderParameters\[Program\]\.Value.*fridge\.yaml:\d+:\d+/)
  await judge(page, 'what would be written')
  await keyboard.press('Escape')
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await tabTo(page, '[data-line=known] [data-testid=hold]')
  await keyboard.press('Enter')
  await judge(page, 'asked whether to hold')
  await tabTo(page, '[data-testid=yes]')
  await keyboard.press('Enter')
  await known.getByTestId('resume').waitFor()
  expect(await known.getByTestId('state').textContent()).toMatch(/Online.*On hold/)
  await tabTo(page, '[data-line=known] [data-testid=resume]')
  await keyboard.press('Enter')
  await tabTo(page, '[data-testid=yes]')
  await keyboard.press('Enter')
  await known.getByTestId('hold').waitFor()
  await tabTo(page, '[data-line=known] [data-testid=about] summary')
  await keyboard.press('Enter')
  await expect.poll(() => known.getByTestId('clock').textContent(), soon).toBe('same time as the bridge')
  await judge(page, 'about a line')
}, 240_000)

test('a line that falls silent is shown so with the next step, and as old when the bridge itself is gone', async () => {
  const page = await open(phone)
  await unlock(page)
  const known = line(page, 'known')
  await expect.poll(() => known.getAttribute('data-state'), soon).toBe('online')
  lines.tell({ type: 'silence', line: 'known' })
  await expect.poll(() => known.getAttribute('data-state'), soon).toBe('connecting')
  expect(await known.getByTestId('problems').textContent()).toMatch(/nothing is sent twice/)
  await judge(page, 'a silent line')
  lines.tell({ type: 'speak', line: 'known' })
  await expect.poll(() => known.getAttribute('data-state'), soon).toBe('online')
  const again = stand.shop.kill('bridge')
  await expect.poll(() => page.getByTestId('freshness').getAttribute('data-state'), soon).toBe('lost')
  await judge(page, 'no bridge')
  await again
  await expect.poll(() => page.getByTestId('freshness').getAttribute('data-state'), soon).toBe('live')
}, 240_000)
