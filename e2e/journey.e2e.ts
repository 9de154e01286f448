/**
 * The whole promise at phone size, in a real browser, against the real stack: design, clash, way out, order, every station seen
 * on the page, completed; then the same with the bridge killed in the middle.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { builtFor } from './ledgers.ts'
import { finished, fridge, judge, order, phone, runShop } from './visit.ts'

/** The shortest station takes two seconds of it: long enough to be seen at work on a machine that is busy with other tests. */
const stand = runShop({ LOT_ONE_SIM_SPEED: '6' })

/** A phone that also writes down every state its tracker ever showed, in order, because some last only moments. */
const openPhone = (without3D = false) =>
  stand.open(
    fridge,
    { ...phone, isMobile: true, locale: 'de-DE' },
    {
      without3D,
      before: (page) =>
        page.addInitScript(() => {
          const seen: string[] = []
          ;(globalThis as { shown?: string[] }).shown = seen
          const look = () => {
            for (const element of document.querySelectorAll<HTMLElement>(
              '[data-testid=station], [data-testid=tracker], [data-testid=link]',
            )) {
              const { station, testid, state } = element.dataset
              const entry = `${station ?? testid} ${state}`
              if (!seen.includes(entry)) seen.push(entry)
            }
          }
          new MutationObserver(look).observe(document, {
            subtree: true,
            childList: true,
            attributes: true,
            attributeFilter: ['data-state'],
          })
        }),
    },
  )
const shown = (page: Page) => page.evaluate(() => (globalThis as { shown?: string[] }).shown ?? [])
const tap = (page: Page, option: string, value: string) =>
  page.locator(`[data-option=${option}] [data-value="${value}"]`).tap()

describe('a fridge from a phone to a line and back', () => {
  test('design, clash, way out, order, every station, completed', async () => {
    const page = await openPhone()
    const total = page.getByTestId('total')
    await total.waitFor()
    const before = await total.textContent()

    await page
      .getByRole('navigation', { name: 'Schritte' })
      .getByRole('button', { name: 'Wasser und Eis' })
      .tap()
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
    await stand.tellLines('hold')
    await order(page)
    await stand.tellLines('resume')
    await finished(page)
    expect(await page.getByTestId('paid').textContent()).toBe(seenTotal)
    expect(await page.getByTestId('serial-number').textContent()).toMatch(/\S/)
    await judge(page, 'a finished order')

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
    const page = await openPhone(true)
    await page.getByTestId('total').waitFor()
    const orderId = await order(page)
    await page.locator('[data-testid=station][data-state=Ended]').first().waitFor({ timeout: 60_000 })
    await stand.shop.kill('bridge')
    await finished(page)
    expect(await shown(page), 'the page said that it had lost the bridge').toContain('link waiting')
    await page.reload()
    await finished(page)
    const stations = await page.getByTestId('station').count()
    expect(await page.locator('[data-testid=station][data-state=Ended]').count()).toBe(stations)
    expect(builtFor(stand.shop, orderId)).toHaveLength(stations)
  }, 240_000)

  test('an order the page could never make is refused with the rule that forbids it', async () => {
    const [summary] = (await (await fetch(`${stand.shop.url}/api/products`)).json()) as {
      id: string
      rulesHash: string
      currency: string
    }[]
    const check = await fetch(`${stand.shop.url}/api/products/${summary!.id}/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        context: { country: 'DE' },
        selection: { ice_maker: 'auto', water_line: 'none' },
      }),
    })
    expect(await check.json()).toMatchObject({ buildable: false, conflicts: [{ ruleId: 'ice-water' }] })
    const refused = await fetch(`${stand.shop.url}/api/orders`, {
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
