/**
 * Finding the way through many designs (products, search, surprise, cheapest, comparing, languages and units) and keeping them (saved in
 * the browser, shared by a short link, repaired when rules have changed); nothing of it before the first choice.
 */
import { gzipSync } from 'node:zlib'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { choose, desktop, fridge, judge, phone, runShop, step } from './visit.ts'

const stand = runShop()

/** None of this needs the 3D part. The page notes when the first choice could be made. */
const open = (path: string, device?: BrowserContextOptions) =>
  stand.open(path, device, {
    without3D: true,
    before: (page) =>
      page.addInitScript(() => {
        new MutationObserver((_, observer) => {
          if (!document.querySelector('fieldset.option input, [data-product]')) return
          performance.mark('first-choice')
          observer.disconnect()
        }).observe(document, { subtree: true, childList: true })
      }),
  })

const total = async (page: Page) => (await page.getByTestId('total').textContent()) ?? ''

test('the start page shows every product with its price and its number of designs, and leads to it', async () => {
  const page = await open('/')
  const products = (await (await fetch(`${stand.shop.url}/api/products`)).json()) as {
    id: string
    designs: string
  }[]
  const cards = page.locator('[data-product]')
  await cards.first().waitFor()
  expect(await cards.count()).toBe(products.length)
  for (const { id } of products) {
    const card = page.locator(`[data-product=${id}]`)
    expect(await card.textContent()).toMatch(/from €[\d,]+.*designs/)
    expect(await card.locator('svg').count()).toBeGreaterThan(0)
  }
  await judge(page, 'start')
  await page.locator(`[data-product=${products[1]!.id}] a`).tap()
  await page.getByTestId('total').waitFor()
  expect(new URL(page.url()).pathname).toBe(`/shop/${products[1]!.id}`)
  await page.goBack()
  await cards.first().waitFor()
})

test('what is not there is said, with a way on', async () => {
  const page = await open('/shop/teapot')
  const said = page.getByRole('heading', { level: 1 })
  const says = async (what: RegExp) => {
    await expect.poll(() => said.textContent()).toMatch(what)
  }
  await says(/product is not on sale/)
  await judge(page, 'no such product')
  await page.locator('[data-product] a').first().tap()
  await page.getByTestId('total').waitFor()

  for (const path of ['/nowhere', '/track/%E0%A4']) {
    await page.goto(stand.shop.url + path)
    await says(/no such page/)
  }
  await judge(page, 'no such page')
  await page.goto(`${stand.shop.url}/track/00000000-0000-4000-8000-000000000000#nobody`)
  await page.getByTestId('order-gone').waitFor()
  await judge(page, 'no such order')
  await page.goto(`${stand.shop.url}${fridge}#r=0&finish=gold&%E0%A4`)
  await page.getByTestId('note').waitFor()
  await judge(page, 'a broken link')
})

test('a shop that cannot be reached is said, and comes by itself as soon as it can', async () => {
  const page = await stand.open(fridge, phone, {
    without3D: true,
    before: (fresh) => fresh.route('**/api/**', (route) => route.abort()),
  })
  await page.getByRole('heading', { name: 'The shop does not answer' }).waitFor()
  await judge(page, 'no shop')
  await page.unroute('**/api/**')
  await page.getByTestId('total').waitFor()
})

test('before the first choice at most 130 KB of JavaScript are loaded', async () => {
  for (const path of [fridge, '/']) {
    const page = await open(path)
    await page.locator('fieldset.option input, [data-product]').first().waitFor()
    const names = await page.evaluate(() => {
      const shown = performance.getEntriesByName('first-choice')[0]!.startTime
      return performance
        .getEntriesByType('resource')
        .filter(
          (entry) => entry.name.endsWith('.js') && (entry as PerformanceResourceTiming).responseEnd <= shown,
        )
        .map(({ name }) => name)
    })
    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(await (await fetch(name)).arrayBuffer()).length),
    )
    expect(
      sizes.reduce((sum, size) => sum + size, 0),
      `${path}: ${names.join(' ')}`,
    ).toBeLessThan(130_000)
  }
})

describe('by keyboard', () => {
  test('the search finds a value in any wording, goes to it and chooses nothing by itself', async () => {
    const page = await open(fridge, desktop)
    await page.getByTestId('total').waitFor()
    const before = await total(page)
    await page.keyboard.press('/')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('steel')
    await page.locator('[data-found="finish=steel"]').waitFor()
    await judge(page, 'search')
    await page.keyboard.press('Enter')
    const value = page.locator('[data-option=finish] [data-value=steel] > input')
    await expect.poll(() => value.evaluate((e) => e === document.activeElement)).toBe(true)
    expect(await total(page)).toBe(before)
    await page.keyboard.press('Space')
    await expect.poll(() => total(page)).not.toBe(before)
  })
})

test('a surprise is one step, the cheapest says what it costs before it is taken, and both go back', async () => {
  const page = await open(fridge)
  await page.getByTestId('total').waitFor()
  const before = await total(page)
  const count = page.getByTestId('count')
  expect(await count.textContent()).toMatch(/billion designs left/)
  await count.tap()
  expect(await count.textContent()).toMatch(/exactly \d{1,3}(,\d{3}){3,}/)

  const ideas = page.getByRole('button', { name: /^Ideas/ })
  await ideas.tap()
  await page.getByTestId('cheapest').waitFor()
  await judge(page, 'ideas')
  const promised = /€[\d,]+/.exec((await page.getByTestId('cheapest').textContent()) ?? '')?.[0]
  await page.getByTestId('cheapest').tap()
  await expect.poll(() => total(page)).toBe(promised)
  await page.getByTestId('note').getByRole('button', { name: 'Undo' }).tap()
  await expect.poll(() => total(page)).toBe(before)

  await ideas.tap()
  await page.getByTestId('surprise').tap()
  await page.locator('[data-testid=note][data-kind=taken]').waitFor()
  expect(await page.getByTestId('conflict').count()).toBe(0)
  await page.getByTestId('note').getByRole('button', { name: 'Undo' }).tap()
  await expect.poll(() => total(page)).toBe(before)
})

test('two designs stand side by side with their differences only, and the address holds both', async () => {
  const page = await open(fridge)
  await page.getByTestId('total').waitFor()
  await step(page, 'Look')
  await page.locator('[data-option=finish] [data-value=glass]').tap()
  await page.getByRole('button', { name: /^Ideas/ }).tap()
  await page.getByRole('link', { name: /^Compare/ }).tap()
  await page.getByTestId('compare').waitFor()
  const rows = page.locator('[data-difference]')
  expect(
    await rows.evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['difference'])),
  ).toEqual(['finish'])
  await judge(page, 'compare')
  await page.getByRole('button', { name: 'Swap sides' }).tap()
  await expect.poll(() => rows.first().textContent()).toMatch(/Matte lacquer.*Coloured glass/)
  const { href } = new URL(page.url())
  await page.goto('about:blank')
  await page.goto(href)
  await expect.poll(() => rows.first().textContent()).toMatch(/Matte lacquer.*Coloured glass/)
})

describe('languages and countries', () => {
  test('Arabic runs from right to left with its own letters, which no other language loads', async () => {
    const fonts = (page: Page) =>
      page.evaluate(async () => {
        await document.fonts.ready
        return performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => name.includes('noto'))
      })
    const page = await open(fridge, phone)
    await page.getByTestId('total').waitFor()
    expect(await fonts(page)).toEqual([])
    await page.getByRole('button', { name: 'Country and language' }).tap()
    await page.getByRole('radio', { name: 'العربية' }).tap()
    await expect.poll(() => page.evaluate(() => document.documentElement.dir)).toBe('rtl')
    await expect.poll(async () => (await fonts(page)).some((name) => /arabic.*woff2/.test(name))).toBe(true)
    await page.keyboard.press('Escape')
    await judge(page, 'Arabic')
    const [bar, button] = await Promise.all([
      page.getByTestId('total').boundingBox(),
      page.getByTestId('bar').locator('button.primary').boundingBox(),
    ])
    expect(bar!.x, 'the total stands right of the button').toBeGreaterThan(button!.x)
  })

  test('in the United States sizes are in inches, and the price says which taxes it holds', async () => {
    const page = await open(fridge, { ...phone, locale: 'en-US' })
    await page.locator('[data-option=width_mm] [data-value="800"]').waitFor()
    expect(await page.locator('[data-option=width_mm] [data-value="800"]').textContent()).toContain('31.5 in')
    await page.getByRole('button', { name: 'Country and language' }).tap()
    await judge(page, 'country and language')
    await page.getByRole('radio', { name: 'Germany' }).check()
    await page.keyboard.press('Escape')
    await expect
      .poll(() => page.locator('[data-option=width_mm] [data-value="800"]').textContent())
      .toContain('800 mm')
    await page.getByTestId('total').tap()
    const table = page.locator('table.breakdown')
    await table.waitFor()
    await judge(page, 'price')
    const cents = (text: string) => Math.round(Number(text.replace(/[^\d.−-]/g, '').replace('−', '-')) * 100)
    const lines = await table.locator('tbody td').allTextContents()
    const [sum, vat] = await table.locator('tfoot td').allTextContents()
    expect(lines.reduce((all, line) => all + cents(line), 0)).toBe(cents(sum!))
    expect(cents(vat!)).toBe(Math.round((cents(sum!) * 19) / 119))
  })
})

async function design(page: Page): Promise<void> {
  await step(page, 'Look')
  await choose(page, 'finish', 'glass')
  await choose(page, 'handle', 'bar')
}

test('a saved design survives a reload, is opened, renamed, removed and brought back, and is repaired under other rules', async () => {
  const page = await open(fridge)
  await page.getByTestId('total').waitFor()
  await design(page)
  const price = await total(page)
  await page.getByRole('button', { name: 'Save this design' }).tap()
  const dialog = page.getByRole('dialog', { name: 'Save this design' })
  expect(await dialog.getByLabel('Name').inputValue()).toMatch(/Coloured glass/)
  await dialog.getByLabel('Name').fill('For Mira')
  await judge(page, 'saving')
  await dialog.getByRole('button', { name: 'Save', exact: true }).tap()
  await dialog.getByText('Saved as “For Mira”.').waitFor()
  await page.keyboard.press('Escape')
  // the way to it is there at once
  await page.getByRole('link', { name: 'Saved designs' }).waitFor()
  await step(page, 'Size')
  await page.locator('[data-option=width_mm] [data-value="600"]').tap()

  await page.goto(`${stand.shop.url}/saved`)
  const saved = page.getByTestId('saved')
  await saved.waitFor()
  expect(await saved.textContent()).toContain(price)
  expect(await saved.locator('svg').count()).toBeGreaterThan(0)
  await judge(page, 'saved designs')

  await page.getByRole('button', { name: 'Rename “For Mira”' }).tap()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('For Jonas')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove “For Jonas”' }).tap()
  await expect.poll(() => saved.count()).toBe(0)
  await judge(page, 'nothing saved')
  await page.getByTestId('restore').tap()
  await page.getByRole('button', { name: 'Open “For Jonas”' }).tap()
  await expect.poll(() => total(page)).toBe(price)
  await page.getByTestId('note').getByRole('button', { name: 'Undo' }).tap()
  await expect.poll(() => total(page)).not.toBe(price)

  // the same entry as an older shop would have left it: another rules hash, a value that is gone
  await page.evaluate(() => {
    const list = JSON.parse(localStorage.getItem('lot-one/saved')!) as {
      rulesHash: string
      design: { selection: Record<string, unknown> }
    }[]
    list[0]!.rulesHash = 'older'
    list[0]!.design.selection['handle'] = 'gold'
    localStorage.setItem('lot-one/saved', JSON.stringify(list))
  })
  await page.goto(`${stand.shop.url}/saved`)
  await page.getByRole('button', { name: 'Open “For Jonas”' }).tap()
  await page.locator('[data-testid=note][data-kind=opened]').waitFor()
  expect(await page.getByTestId('note').textContent()).toContain('handle=gold')
  expect(await page.locator('.option-value').first().textContent()).not.toBe('')
})

test('a shared link is short, stands in a code for a phone, and opens the same design elsewhere', async () => {
  const page = await open(fridge, desktop)
  await page.getByTestId('total').waitFor()
  await design(page)
  const price = await total(page)
  await page.getByRole('button', { name: 'Share' }).click()
  const link = await page.locator('#share-link').inputValue()
  const { width } = (await page.getByTestId('qr').boundingBox())!
  const modules = Number((await page.getByTestId('qr').getAttribute('viewBox'))!.split(' ')[2])
  expect(width / modules, 'CSS pixels a module: a phone reads it from the screen').toBeGreaterThan(3)
  await judge(page, 'sharing')
  expect(link.length - stand.shop.url.length, link).toBeLessThan(64)
  const other = await open(link.slice(stand.shop.url.length), { ...phone, locale: 'de-FR' })
  await other.getByTestId('total').waitFor()
  await expect.poll(async () => (await total(other)).replace(/\D/g, '')).toBe(price.replace(/\D/g, ''))
  await other.getByRole('navigation', { name: 'Schritte' }).getByRole('button').nth(1).tap()
  expect(await other.locator('[data-option=finish] [data-value=glass]').getAttribute('data-state')).toBe(
    'selected',
  )
})
