// Pictures of the page /lines: a line at work, one on hold that has fallen silent, one that waits to be trusted.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOwnLines } from './ownLines.mjs'
import { sendOrder } from './shopper.mjs'
import { startShop } from './startedShop.mjs'

const token = 'staff-token-for-pictures'

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} folder
 * @param {Readonly<Record<string, { width: number, height: number }>>} sizes
 */
export async function takeLinePictures(browser, folder, sizes) {
  const data = mkdtempSync(join(tmpdir(), 'lot-one-lines-'))
  const lines = await startOwnLines(data, ['line-1', 'line-2', 'line-3'], ['--speed', '0.5'])
  lines.trust('line-1')
  lines.trust('line-2')
  const shop = await startShop({ ...lines.settings, LOT_ONE_DATA: data, LOT_ONE_STAFF_TOKEN: token })
  try {
    const staff = { authorization: `Bearer ${token}` }
    const context = await browser.newContext({
      locale: 'en-DE',
      viewport: { width: 768, height: 1024 },
      reducedMotion: 'reduce',
    })
    const shopper = await context.newPage()
    shopper.setDefaultTimeout(120_000)
    for (let orders = 0; orders < 4; orders++) await placeOrder(shopper, shop.url)
    await fetch(`${shop.url}/api/lines/line-2/hold`, { method: 'POST', headers: staff })
    const desk = await context.newPage()
    desk.setDefaultTimeout(120_000)
    await desk.goto(`${shop.url}/lines`)
    await desk.getByTestId('lock').waitFor()
    await shoot(desk, folder, 'lines-locked', sizes, ['light'])
    await desk.locator('[name=token]').fill(token)
    await desk.keyboard.press('Enter')
    await desk.locator('[data-line=line-1] [data-testid=queue] li').first().waitFor()
    lines.tell({ type: 'silence', line: 'line-2' })
    await desk.locator('[data-line=line-2][data-state=connecting] [data-testid=problems]').waitFor()
    await shoot(desk, folder, 'lines', sizes, ['light', 'dark'])
    await desk.locator('[data-line=line-1] [data-testid=queue] button').first().click()
    await desk.getByTestId('dry-run').waitFor()
    await shoot(desk, folder, 'lines-values', sizes, ['light'])
    await desk.keyboard.press('Escape')
    await desk.locator('[data-line=line-3] [data-testid=trust]').click()
    const fresh = desk.locator('[data-line=line-3][data-state=online]')
    await fresh.getByTestId('about').locator('summary').click()
    await fresh.getByTestId('audit').locator('summary').click()
    await fresh.getByTestId('audit').locator('table').waitFor()
    await fresh.scrollIntoViewIfNeeded()
    await shoot(desk, folder, 'lines-trusted', sizes, ['light'])
    await context.close()
  } finally {
    await shop.stop()
    await lines.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} folder
 * @param {string} name
 * @param {Readonly<Record<string, { width: number, height: number }>>} sizes
 * @param {readonly ('light' | 'dark')[]} schemes
 */
async function shoot(page, folder, name, sizes, schemes) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      await page.screenshot({
        path: join(folder, `${name}-${size}${colorScheme === 'dark' ? '-dark' : ''}.png`),
        timeout: 120_000,
      })
    }
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} url
 */
async function placeOrder(page, url) {
  await page.goto(`${url}/shop/fridge-atelier-590`)
  await page.getByTestId('total').waitFor()
  await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
  await sendOrder(page)
  await page.getByTestId('station').first().waitFor()
}
