/** The shop without a mouse, without WebGL, without an answer; and what an accessibility judge says of every page. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { customer, fillOrderForm, sendOrder } from '../scripts/shopper.mjs'
import { startShop } from '../scripts/startedShop.mjs'
import type { StartedShop } from '../scripts/startedShop.mjs'
import { violations } from './axe.ts'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true } satisfies BrowserContextOptions

let shop: StartedShop
let browser: Browser
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startShop({ LOT_ONE_SIM_SPEED: '30' }), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await shop?.stop()
})

async function open(
  use: Browser,
  options: BrowserContextOptions,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await use.newContext({ locale: 'en-DE', reducedMotion: 'reduce', ...options })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(`${shop.url}/shop/fridge-atelier-590`)
    await page.getByTestId('total').waitFor()
    await run(page)
  } finally {
    await context.close()
  }
}

describe('accessibility', () => {
  for (const [name, options] of Object.entries({
    'phone, light': phone,
    'desktop, dark': { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
    'narrowest phone': { viewport: { width: 320, height: 568 }, hasTouch: true },
  } satisfies Record<string, BrowserContextOptions>)) {
    test(`${name}: design, clash, order and tracker have no violation and nothing wider than the screen`, async () => {
      await open(browser, options, async (page) => {
        const judge = async (where: string) => {
          expect(await violations(page), where).toEqual([])
          expect(
            await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
            `${where} scrolls sideways`,
          ).toBeLessThanOrEqual(0)
        }
        await judge('design')
        await page
          .getByRole('navigation', { name: 'Steps' })
          .getByRole('button', { name: 'Water and ice' })
          .click()
        await page.locator('[data-option=water_line] [data-value=none]').click()
        await page.locator('[data-option=ice_maker] [data-value=auto]').click()
        await page.getByTestId('conflict').waitFor()
        await judge('clash')
        await page.getByTestId('keep').click()
        await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
        await page.getByTestId('order-form').waitFor()
        await judge('order')
        await page.locator('[data-testid=order-form] button[type=submit]').click()
        await judge('order with errors')
        await sendOrder(page)
        await page.getByTestId('station').first().waitFor()
        await judge('tracker')
      })
    }, 240_000)
  }
})

test('a whole order by keyboard alone', async () => {
  await open(browser, { viewport: { width: 1440, height: 900 } }, async (page) => {
    const { keyboard } = page
    /** Tabs until what has the focus fits. */
    const tabTo = async (selector: string) => {
      for (let i = 0; i < 120; i++) {
        await keyboard.press('Tab')
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector))
          return
      }
      throw new Error(`No way by Tab to ${selector}`)
    }
    const total = await page.getByTestId('total').textContent()
    await tabTo('[data-option=height_mm] input[type=radio]')
    await keyboard.press('ArrowRight')
    await expect.poll(() => page.getByTestId('total').textContent()).not.toBe(total)
    await tabTo('[data-testid=bar] button.primary')
    await keyboard.press('Enter')
    for (const [name, text] of Object.entries(customer)) {
      await tabTo(`[name=${name}]`)
      await keyboard.type(text)
    }
    await keyboard.press('Enter')
    await page.locator('[data-testid=tracker][data-state=completed]').waitFor({ timeout: 120_000 })
  })
}, 240_000)

test('without WebGL the drawn picture stands in and an order goes through', async () => {
  const plain = await launchBrowser({ withoutWebGL: true })
  try {
    await open(plain, phone, async (page) => {
      await page.locator('.viewport svg').first().waitFor()
      const before = await page.locator('.viewport').innerHTML()
      await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Look' }).click()
      await page.locator('[data-option=handle] [data-value=bar]').click()
      await expect.poll(() => page.locator('.viewport').innerHTML()).not.toBe(before)
      await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
      await sendOrder(page)
      await page.locator('[data-testid=tracker][data-state=completed]').waitFor({ timeout: 120_000 })
    })
  } finally {
    await plain.close()
  }
}, 240_000)

test('price, picture and options are there before any 3D code has come, and stay when it never comes', async () => {
  const context = await browser.newContext({ ...phone, locale: 'en-DE' })
  try {
    const page = await context.newPage()
    const asked: string[] = []
    await page.route(/assets\/stage-/, (route) => {
      asked.push(route.request().url())
      return route.abort()
    })
    await page.goto(`${shop.url}/shop/fridge-atelier-590`)
    await page.locator('.viewport svg').first().waitFor()
    expect(await page.getByTestId('total').textContent()).toMatch(/\d/)
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    await page
      .getByRole('navigation', { name: 'Steps' })
      .getByRole('button', { name: 'Water and ice' })
      .click()
    await page.locator('[data-option=ice_maker] [data-value=manual]').click()
    expect(await page.locator('[data-option=ice_maker] [data-value=manual]').getAttribute('data-state')).toBe(
      'selected',
    )
  } finally {
    await context.close()
  }
}, 120_000)

test('an order placed in a tunnel is kept, said so, and goes out once', async () => {
  await open(browser, phone, async (page) => {
    await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
    await fillOrderForm(page)
    await page.context().setOffline(true)
    await page.locator('[data-testid=order-form] button[type=submit]').click()
    await expect.poll(() => page.getByTestId('order-form').textContent()).toMatch(/offline|No answer/i)
    await page.context().setOffline(false)
    const again = page
      .locator('[data-testid=order-form]')
      .getByRole('button', { name: /Try again|Order for/ })
    await Promise.race([
      again
        .first()
        .click()
        .catch(() => undefined),
      page.getByTestId('tracker').waitFor(),
    ])
    await page.getByTestId('tracker').waitFor()
    await page.reload()
    await page.getByTestId('tracker').waitFor()
  })
}, 120_000)
