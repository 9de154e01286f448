/**
 * The whole promise at phone size, in a real browser, against the real stack: design, clash, way out, order, every station seen
 * on the page, completed; then the same with the bridge killed in the middle.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../scripts/browser.mjs'
import { sendOrder, tellLines } from '../scripts/shopper.mjs'
import { startShop } from '../scripts/startedShop.mjs'
import type { StartedShop } from '../scripts/startedShop.mjs'

let shop: StartedShop
let browser: Browser
let context: BrowserContext | undefined
const complaints: string[] = []
const staffToken = 'staff-of-the-test'

beforeAll(async () => {
  ;[shop, browser] = await Promise.all([
    startShop({ LOT_ONE_SIM_SPEED: '3', LOT_ONE_STAFF_TOKEN: staffToken }),
    launchBrowser(),
  ])
})
afterEach(async () => {
  await context?.close()
  context = undefined
  expect(complaints.splice(0)).toEqual([])
})
afterAll(async () => {
  await browser?.close()
  expect(await shop?.stop()).toBe(0)
})

/** A phone that also writes down every state its tracker ever showed, in order, because some last only moments. */
async function phone(): Promise<Page> {
  context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 1,
    locale: 'de-DE',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.addInitScript(() => {
    const seen: string[] = []
    ;(globalThis as { shown?: string[] }).shown = seen
    const look = () => {
      for (const element of document.querySelectorAll<HTMLElement>(
        '[data-testid=station], [data-testid=tracker]',
      )) {
        const entry = `${element.dataset['station'] ?? 'order'} ${element.dataset['state']}`
        if (!seen.includes(entry)) seen.push(entry)
      }
    }
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-state'],
    })
  })
  await page.goto(`${shop.url}/shop/fridge-atelier-590`)
  return page
}
const shown = (page: Page) => page.evaluate(() => (globalThis as { shown?: string[] }).shown ?? [])
const step = (page: Page, name: string) =>
  page
    .getByRole('navigation', { name: /Schritte|Steps/ })
    .getByRole('button', { name, exact: true })
    .tap()
const tap = (page: Page, option: string, value: string) =>
  page.locator(`[data-option=${option}] [data-value="${value}"]`).tap()

async function order(page: Page): Promise<void> {
  await page.getByTestId('bar').getByRole('button', { name: 'Bestellen', exact: false }).tap()
  await sendOrder(page)
  await page.getByTestId('tracker').waitFor()
}

describe('a fridge from a phone to a line and back', () => {
  test('design, clash, way out, order, every station, completed', async () => {
    const page = await phone()
    const total = page.getByTestId('total')
    await total.waitFor()
    const before = await total.textContent()

    await step(page, 'Wasser und Eis')
    await tap(page, 'water_line', 'none')
    await tap(page, 'ice_maker', 'auto')
    const conflict = page.getByTestId('conflict')
    await conflict.waitFor()
    expect(await conflict.textContent()).toMatch(/Wasser/)
    expect(await total.textContent(), 'a clash changes nothing by itself').toBe(before)
    await conflict.getByTestId('repair').first().tap()
    await conflict.waitFor({ state: 'detached' })
    await expect.poll(() => total.textContent()).not.toBe(before)
    expect(await page.locator('[data-option=ice_maker] [data-value=auto]').getAttribute('data-state')).toBe(
      'selected',
    )

    const seenTotal = await total.textContent()
    // a busy machine may build the first part before the tracker is there to show it: the lines wait for it
    await tellLines(shop, staffToken, 'hold')
    await order(page)
    await tellLines(shop, staffToken, 'resume')
    await page.locator('[data-testid=tracker][data-state=completed]').waitFor({ timeout: 120_000 })
    expect(await page.getByTestId('paid').textContent()).toBe(seenTotal)
    expect(await page.getByTestId('serial-number').textContent()).toMatch(/\S/)

    const stations = await page
      .getByTestId('station')
      .evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['station'] ?? ''))
    expect(stations.length).toBeGreaterThanOrEqual(5)
    const states = await shown(page)
    for (const station of stations) {
      expect(states).toContain(`${station} Running`)
      expect(states).toContain(`${station} Ended`)
      expect(states.indexOf(`${station} Running`), 'seen running before it had ended').toBeLessThan(
        states.indexOf(`${station} Ended`),
      )
    }
  }, 240_000)

  test('the bridge is killed in the middle and comes back; the tracker ends right, nothing is built twice', async () => {
    const page = await phone()
    await page.getByTestId('total').waitFor()
    await order(page)
    await page.locator('[data-testid=station][data-state=Ended]').first().waitFor({ timeout: 60_000 })
    await shop.kill('bridge')
    await page
      .locator('[data-testid=link][data-state=waiting], [data-testid=link][data-state=connecting]')
      .or(page.locator('[data-testid=tracker]'))
      .first()
      .waitFor()
    await page.locator('[data-testid=tracker][data-state=completed]').waitFor({ timeout: 120_000 })
    await page.reload()
    await page.locator('[data-testid=tracker][data-state=completed]').waitFor()
    const ended = await page.locator('[data-testid=station][data-state=Ended]').count()
    expect(ended).toBe(await page.getByTestId('station').count())
  }, 240_000)

  test('an order the page could never make is refused with the rule that forbids it', async () => {
    const [summary] = (await (await fetch(`${shop.url}/api/products`)).json()) as {
      id: string
      rulesHash: string
      currency: string
    }[]
    const check = await fetch(`${shop.url}/api/products/${summary!.id}/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        context: { country: 'DE' },
        selection: { ice_maker: 'auto', water_line: 'none' },
      }),
    })
    expect(await check.json()).toMatchObject({ buildable: false, conflicts: [{ ruleId: 'ice-water' }] })
    const refused = await fetch(`${shop.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        orderId: crypto.randomUUID(),
        productId: summary!.id,
        rulesHash: summary!.rulesHash,
        context: { country: 'DE' },
        selection: { ice_maker: 'auto', water_line: 'none' },
        customer: {
          name: 'N',
          email: 'n@example.org',
          address: { street: 's', postcode: '1', city: 'c', country: 'DE' },
        },
        expectedPriceCents: 1,
        currency: summary!.currency,
      }),
    })
    expect(refused.status).toBe(422)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    const problem = (await refused.json()) as {
      type: string
      conflicts: { ruleId: string; because: string }[]
    }
    expect(problem.type).toContain('not-buildable')
    expect(problem.conflicts.map((c) => c.ruleId)).toContain('ice-water')
    expect(problem.conflicts[0]!.because.length).toBeGreaterThan(10)
  })
})
