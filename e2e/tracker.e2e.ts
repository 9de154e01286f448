/**
 * The tracker in a real browser against the real stack: the order changed from the page before its station has it and frozen
 * afterwards, the film of what has happened, and being told when it is done.
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { builtFor } from './ledgers.ts'
import { finished, fridge, judge, order, phone, runShop } from './visit.ts'

const stand = runShop({ LOT_ONE_SIM_SPEED: '10' })

/** A phone whose notifications are written down instead of shown: that edge belongs to the browser. */
const openPhone = () =>
  stand.open(
    fridge,
    { ...phone, isMobile: true, reducedMotion: 'no-preference' },
    {
      before: (page) =>
        page.addInitScript(() => {
          const log: string[] = []
          Object.assign(globalThis, { told: log })
          class Written extends EventTarget {
            static permission = 'default'
            static requestPermission() {
              log.push('permission asked')
              Written.permission = 'granted'
              return Promise.resolve('granted')
            }
            constructor(title: string) {
              super()
              log.push(title)
            }
          }
          Object.assign(globalThis, { Notification: Written })
          ServiceWorkerRegistration.prototype.showNotification = (title) => {
            log.push(title)
            return Promise.resolve()
          }
        }),
    },
  )
const told = (page: Page) => page.evaluate(() => (globalThis as unknown as { told: string[] }).told)

test('a handle changed from the tracker is the handle that is built; then it is locked, and the film shows it all again', async () => {
  const page = await openPhone()
  await stand.tellLines('hold')
  const orderId = await order(page)
  expect(await told(page), 'nothing is asked before she taps').toEqual([])
  await page.getByTestId('tell-me').getByRole('button').tap()
  await page.locator('[data-testid=tell-me][data-wish=asked]').waitFor()

  const paid = await page.getByTestId('paid').textContent()
  await page.getByTestId('change-order').getByRole('button').tap()
  const row = page.locator('[data-option-row=handle]')
  expect(await row.textContent()).toMatch(/can be changed now/)
  await row.locator('summary').tap()
  await row.locator('[data-value=bar]').tap()
  await judge(page, 'a change')
  await page.getByTestId('change-form').getByRole('button', { name: 'Review and change' }).tap()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByTestId('change-price').textContent()).toMatch(/€/)
  await dialog.getByRole('button', { name: /^Yes/ }).tap()
  await page.getByTestId('change-said').waitFor()
  expect(await page.getByTestId('paid').textContent()).not.toBe(paid)

  // a wish that clashes is explained where it was made, with its ways out, as in the shop
  await page.getByTestId('change-order').getByRole('button').tap()
  const form = page.getByTestId('change-form')
  await form.locator('[data-option-row=ice_maker] summary').tap()
  await form.locator('[data-option=ice_maker] [data-value=auto]').tap()
  const conflict = form.getByTestId('conflict')
  expect(await conflict.textContent()).toMatch(/water/)
  await judge(page, 'a change that clashes')
  await conflict.getByTestId('repair').first().tap()
  await conflict.waitFor({ state: 'detached' })
  await form.locator('[data-option-row=width_mm] summary').tap()
  await form.locator('[data-option=width_mm] [data-value="800"]').tap()

  // the station takes the order while the change is on its way: nothing of it is taken, and she is told what is locked since when
  const width = page.locator('[data-option-row=width_mm][data-freedom=locked]')
  const answers: unknown[] = []
  page.on('response', async (response) => {
    if (response.request().method() === 'PATCH') answers.push(response.status(), await response.json())
  })
  await page.route('**/api/orders/*', async (route) => {
    if (route.request().method() === 'PATCH') {
      await stand.tellLines('resume')
      await width.waitFor()
    }
    await route.continue()
  })
  await form.getByRole('button', { name: 'Review and change' }).tap()
  await dialog.getByRole('button', { name: /^Yes/ }).tap()
  const problem = form.getByTestId('change-problem')
  await problem.waitFor()
  await page.unroute('**/api/orders/*')
  expect(await problem.textContent()).toMatch(/Width.*Body and doors|Body and doors.*Width/)
  expect(await width.textContent()).toMatch(/locked since \d.*at Body and doors/)
  expect(answers).toMatchObject([
    409,
    { type: '/problems/frozen', station: 'sheet-metal', options: ['width_mm'] },
  ])
  await judge(page, 'a change that came too late')
  await form.getByRole('button', { name: 'Leave' }).tap()

  await finished(page)
  const builtAt = (station: string) =>
    builtFor(stand.shop, orderId).filter((operation) => operation.station === station)
  const built = builtAt('assembly-test')
  expect(built).toHaveLength(1)
  expect(JSON.stringify(built[0]!.order)).toMatch(/"Handle"[^}]*"bar"/)
  expect(JSON.stringify(builtAt('sheet-metal')[0]!.order)).toMatch(/"Width_mm"[^}]*700/)
  await expect
    .poll(() => told(page), { timeout: 30_000 })
    .toEqual(['permission asked', expect.stringContaining('Finished')])

  await page.getByTestId('film-open').tap()
  const film = page.getByTestId('film')
  const slider = film.getByRole('slider')
  await expect
    .poll(async () => Number(await slider.getAttribute('max')), { timeout: 30_000 })
    .toBeGreaterThan(10)
  await slider.focus()
  await page.keyboard.press('Home')
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/Order received/)
  expect(await page.locator('.viewport-caption').textContent()).toBe('Replay')
  await page.getByTestId('film-play').tap()
  await expect.poll(async () => Number(await slider.inputValue()), { timeout: 30_000 }).toBeGreaterThan(2)
  await judge(page, 'the film')
  await page.getByTestId('film-live').tap()
  await film.waitFor({ state: 'detached' })
  expect(await page.locator('.viewport-caption').count()).toBe(0)
}, 180_000)
