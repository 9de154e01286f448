// `npm run screenshots`: the shop's pages in their states, in a real browser against the real stack, into docs/pictures.
// usage: node scripts/screenshots.mjs [FOLDER]
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launchBrowser } from './browser.mjs'
import { root } from './build.mjs'
import { takeLinePictures } from './linePictures.mjs'
import { startShop } from './startedShop.mjs'

/** @typedef {import('playwright-core').Page} Page */

const folder = resolve(process.argv[2] ?? join(root, 'docs/pictures'))
mkdirSync(folder, { recursive: true })
const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1440, height: 900 },
}

/** @param {Page} page */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector('canvas')?.dataset['state'] !== 'loading')
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  // two frames of the page after everything asked for has been drawn
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined)))),
  )
}

/**
 * One picture of several, as the README shows them.
 * @param {string} name
 * @param {string[]} parts
 */
async function sideBySide(name, parts) {
  const page = await browser.newPage({ viewport: { width: 1290, height: 900 } })
  const images = parts.map((part) => {
    const data = readFileSync(join(folder, `${part}.png`)).toString('base64')
    return `<img src="data:image/png;base64,${data}" style="width:390px;border-radius:28px;box-shadow:0 8px 32px #0003">`
  })
  await page.setContent(
    `<body style="margin:0;padding:28px 30px;display:flex;gap:30px;background:#f4f2ee;box-sizing:border-box;width:1290px">${images.join('')}</body>`,
  )
  await page.screenshot({ path: join(folder, `${name}.png`), timeout: 120_000 })
  await page.close()
}

const [shop, browser] = await Promise.all([startShop({ LOT_ONE_SIM_SPEED: '4' }), launchBrowser()])
try {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const scheme of /** @type {const} */ (['light', 'dark'])) {
      const context = await browser.newContext({
        viewport,
        deviceScaleFactor: 1,
        colorScheme: scheme,
        locale: 'en-DE',
        hasTouch: size !== 'desktop',
      })
      const page = await context.newPage()
      page.setDefaultTimeout(120_000)
      const shoot = async (/** @type {string} */ name) => {
        await settled(page)
        await page.screenshot({
          path: join(folder, `${name}-${size}${scheme === 'dark' ? '-dark' : ''}.png`),
          timeout: 120_000,
        })
      }
      const choose = (/** @type {string} */ option, /** @type {string} */ value) =>
        page.locator(`[data-option=${option}] [data-value="${value}"]`).click()
      const step = (/** @type {string} */ name) =>
        page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name, exact: true }).click()
      await page.goto(`${shop.url}/shop/fridge-atelier-590`)
      await page.getByTestId('total').waitFor()
      await page.locator('canvas').waitFor({ state: 'visible' })
      await shoot('design')
      if (scheme === 'light') {
        await step('Look')
        await choose('finish', 'glass')
        await choose('colour_upper_left', 'RAL6021')
        await choose('colour_lower', 'RAL6021')
        await choose('handle', 'bar')
        await shoot('look')
        await step('Water and ice')
        await choose('water_line', 'none')
        await choose('ice_maker', 'auto')
        await page.getByTestId('conflict').waitFor()
        await shoot('conflict')
        await page.getByTestId('repair').first().click()
      }
      await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
      await page.getByTestId('order-form').waitFor()
      await shoot('order')
      if (scheme === 'light') {
        const form = page.getByTestId('order-form')
        for (const [name, text] of Object.entries({
          name: 'Mira Example',
          email: 'mira@example.org',
          street: 'Narrow Lane 3',
          postcode: '10115',
          city: 'Berlin',
        })) {
          await form.locator(`[name=${name}]`).fill(text)
        }
        await form.locator('button[type=submit]').click()
        await page.locator('[data-station=foaming][data-state=Running]').waitFor()
        await shoot('tracker')
        await page.locator('[data-testid=tracker][data-state=completed]').waitFor()
        await shoot('completed')
      }
      await context.close()
    }
  }
  await sideBySide('readme', ['look-phone', 'conflict-phone', 'tracker-phone'])
  await takeLinePictures(browser, folder, sizes)
} finally {
  await browser.close()
  await shop.stop()
}
