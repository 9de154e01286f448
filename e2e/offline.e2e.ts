/** The shop after its first visit: no network, nothing kept that must not be, and files to take along. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { startShop } from '../scripts/startedShop.mjs'
import type { StartedShop } from '../scripts/startedShop.mjs'

let shop: StartedShop
let browser: Browser
let context: BrowserContext
let page: Page
const complaints: string[] = []
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startShop({ LOT_ONE_SIM_SPEED: '30' }), launchBrowser()])
  context = await browser.newContext({
    locale: 'en-DE',
    reducedMotion: 'reduce',
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  })
  page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => complaints.push(String(error)))
})
afterAll(async () => {
  await browser?.close()
  await shop?.stop()
})

const cached = () =>
  page.evaluate(async () => {
    const keys = await Promise.all(
      (await caches.keys()).map(async (name) =>
        (await (await caches.open(name)).keys()).map(({ url }) => url),
      ),
    )
    return keys.flat().map((url) => new URL(url).pathname)
  })
const choose = (option: string, value: string) =>
  page.locator(`[data-option=${option}] [data-value="${value}"]`).tap()
const settled = () =>
  page.waitForFunction(
    () => document.querySelector('[data-testid=viewport]')?.getAttribute('data-state') === 'live',
  )

test('after one visit the shop works without a network: page, 3D, options, and an order that waits', async () => {
  await page.goto(`${shop.url}/shop/fridge-atelier-590`)
  await page.getByTestId('total').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  // what was loaded before there was a worker is kept as well
  await page.waitForFunction(async () => {
    const kept = await caches.open('products').then((cache) => cache.keys())
    return kept.length >= 2
  })
  await context.setOffline(true)
  await page.goto(`${shop.url}/shop/fridge-atelier-590`)
  await page.getByTestId('total').waitFor()
  await settled()
  await page
    .getByRole('navigation', { name: 'Steps' })
    .getByRole('button', { name: 'Look', exact: true })
    .tap()
  const before = await page.getByTestId('total').textContent()
  await choose('finish', 'glass')
  await page.waitForFunction(
    (old) => document.querySelector('[data-testid=total]')?.textContent !== old,
    before,
  )

  await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).tap()
  const form = page.getByTestId('order-form')
  for (const [name, text] of Object.entries({
    name: 'Mira',
    email: 'mira@example.org',
    street: 'Lane 3',
    postcode: '10115',
    city: 'Berlin',
  }))
    await form.locator(`[name=${name}]`).fill(text)
  await form.locator('button[type=submit]').tap()
  await page
    .getByTestId('order-status')
    .getByText(/kept (here|on this device)/)
    .waitFor()
  const waiting = await page.evaluate(
    () => JSON.parse(localStorage.getItem('lot-one/unanswered-order') ?? 'null').orderId as string,
  )
  // the page may be closed meanwhile
  await page.reload()
  await page
    .getByTestId('order-status')
    .getByText(/kept (here|on this device)/)
    .waitFor()

  const posts: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/orders'))
      posts.push(request.postDataJSON().orderId)
  })
  await context.setOffline(false)
  // what a browser says when its network is back; this one says it only to pages that it saw going offline
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByTestId('tracker').waitFor()
  expect(new URL(page.url()).pathname).toBe(`/track/${waiting}`)
  expect(posts).toEqual([waiting])
  expect(complaints).toEqual([])
})

test('nothing of orders and of the factory’s people is ever kept', async () => {
  await page.locator('[data-testid=tracker][data-state=completed]').waitFor()
  await page.goto(`${shop.url}/lines`)
  await page.getByRole('heading').first().waitFor()
  const kept = await cached()
  expect(kept).toContain('/')
  expect(kept.filter((path) => /^\/(api\/orders|api\/lines|lines|rules|problems)/.test(path))).toEqual([])
  expect(kept.filter((path) => path.includes('LinesPage'))).toEqual([])
})

test('a picture, a GLB and a USDZ are made and saved from the page', async () => {
  await page.goto(`${shop.url}/shop/fridge-atelier-590`)
  await settled()
  await page.getByRole('button', { name: 'Picture, 3D model, your room' }).tap()
  for (const kind of ['glb', 'usdz']) {
    const row = page.getByTestId(`take-${kind}`)
    await row.getByRole('button').tap()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('link', { name: 'Save', exact: false }).tap(),
    ])
    expect(download.suggestedFilename()).toBe(`lot-one-fridge.${kind}`)
  }
})
