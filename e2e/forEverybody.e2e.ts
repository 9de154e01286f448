/** The shop without a mouse, without WebGL, without an answer; and what an accessibility judge says of every page. */
import type { BrowserContextOptions } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { customer, fillOrderForm, sendOrder } from '../scripts/shopper.mjs'
import {
  choose,
  finished,
  fridge,
  judge,
  laptop,
  narrowest,
  order,
  phone,
  runShop,
  stageFiles,
  step,
  tabTo,
  toOrder,
} from './visit.ts'

const stand = runShop({ LOT_ONE_SIM_SPEED: '30' })

describe('accessibility', () => {
  for (const [name, options] of Object.entries({
    'phone, light': phone,
    'laptop, dark': { ...laptop, colorScheme: 'dark' },
    'narrowest phone': narrowest,
  } satisfies Record<string, BrowserContextOptions>)) {
    test(`${name}: design, clash, order and tracker have no violation and nothing wider than the screen`, async () => {
      const page = await stand.open(fridge, options)
      await page.getByTestId('total').waitFor()
      await judge(page, 'design')
      await step(page, 'Water and ice')
      await choose(page, 'water_line', 'none')
      await choose(page, 'ice_maker', 'auto')
      await page.getByTestId('conflict').waitFor()
      await judge(page, 'clash')
      await page.getByTestId('keep').click()
      await toOrder(page)
      await page.getByTestId('order-form').waitFor()
      await judge(page, 'order')
      await page.locator('[data-testid=order-form] button[type=submit]').click()
      await judge(page, 'order with errors')
      await sendOrder(page)
      await page.getByTestId('station').first().waitFor()
      await judge(page, 'tracker')
    }, 240_000)
  }
})

test('a whole order by keyboard alone', async () => {
  const page = await stand.open(fridge, laptop)
  const { keyboard } = page
  const total = await page.getByTestId('total').textContent()
  await tabTo(page, '[data-option=height_mm] input[type=radio]')
  await keyboard.press('ArrowRight')
  await expect.poll(() => page.getByTestId('total').textContent()).not.toBe(total)
  await tabTo(page, '[data-testid=bar] button.primary')
  await keyboard.press('Enter')
  for (const [name, text] of Object.entries(customer)) {
    await tabTo(page, `[name=${name}]`)
    await keyboard.type(text)
  }
  await keyboard.press('Enter')
  await finished(page)
}, 240_000)

test('without WebGL the drawn picture stands in and an order goes through', async () => {
  const browser = await launchBrowser({ withoutWebGL: true })
  try {
    const page = await stand.open(fridge, phone, { browser })
    await page.locator('.viewport svg').first().waitFor()
    const before = await page.locator('.viewport').innerHTML()
    await step(page, 'Look')
    await choose(page, 'handle', 'bar')
    await expect.poll(() => page.locator('.viewport').innerHTML()).not.toBe(before)
    await order(page)
    await finished(page)
  } finally {
    await browser.close()
  }
}, 240_000)

test('price, picture and options are there before any 3D code has come, and stay when it never comes', async () => {
  let asked: Promise<unknown> | undefined
  const page = await stand.open(fridge, phone, {
    without3D: true,
    before: async (fresh) => {
      asked = fresh.waitForRequest(stageFiles)
    },
  })
  await page.locator('.viewport svg').first().waitFor()
  expect(await page.getByTestId('total').textContent()).toMatch(/\d/)
  await asked
  await step(page, 'Water and ice')
  await choose(page, 'ice_maker', 'manual')
  expect(await page.locator('[data-option=ice_maker] [data-value=manual]').getAttribute('data-state')).toBe(
    'selected',
  )
}, 120_000)

test('an order placed in a tunnel is kept, said so, and goes out once', async () => {
  const page = await stand.open(fridge)
  await toOrder(page)
  await fillOrderForm(page)
  await page.context().setOffline(true)
  await page.locator('[data-testid=order-form] button[type=submit]').click()
  await expect.poll(() => page.getByTestId('order-form').textContent()).toMatch(/offline|No answer/i)
  await page.context().setOffline(false)
  const again = page.locator('[data-testid=order-form]').getByRole('button', { name: /Try again|Order for/ })
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
}, 120_000)
