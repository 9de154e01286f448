// `npm run screenshots`: every family in its states at three sizes, and the page of the lines, in a real browser against the real
// stack, into docs/pictures. A few minutes on two cores, which draw in software.
// usage: node scripts/screenshots.mjs [FOLDER] [PART ...]   parts: fridge, washer, oven, readme, lines
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launchBrowser } from './browser.mjs'
import { root } from './build.mjs'
import { takeLinePictures } from './linePictures.mjs'
import { sendOrder } from './shopper.mjs'
import { startShop } from './startedShop.mjs'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {(name: string, dark?: boolean) => Promise<void>} Shoot */

const [given, ...parts] = process.argv.slice(2)
const folder = resolve(given ?? join(root, 'docs/pictures'))
mkdirSync(folder, { recursive: true })
const sizes = {
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  desktop: { width: 1440, height: 900 },
}

/** What makes each family worth a look: a step, values on it; then values that clash, on a step. */
const families = {
  fridge: {
    path: '/shop/fridge-atelier-590',
    step: 'Look',
    look: { finish: 'glass', colour_upper_left: 'RAL6021', colour_lower: 'RAL6021', handle: 'bar' },
    clashStep: 'Water and ice',
    clash: { water_line: 'none', ice_maker: 'auto' },
  },
  washer: {
    path: '/shop/washer-atelier-600',
    step: 'Look',
    look: { control: 'knob', ring: 'copper' },
    clashStep: 'Look',
    clash: { finish: 'glass' },
  },
  oven: {
    path: '/shop/oven-atelier-600',
    step: 'Look',
    look: { colour: 'RAL5024', handle: 'bar' },
    clashStep: 'Look',
    clash: { finish: 'steel' },
  },
}

/**
 * Waits until everything has been drawn: the observer of the bench knows what the page still asks for.
 * @param {Page} page
 */
async function settled(page) {
  const holds = () =>
    page.evaluate(`document.querySelector('.viewport[data-state=drawn]') === null && inPage.isQuietFor(300)`)
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  while (!(await holds())) await page.waitForTimeout(50)
  // the software renderer may be behind: reading a pixel waits for it, two frames put its picture on the screen
  await page.evaluate(() => {
    const canvas = document.querySelector('.viewport[data-state=live] canvas')
    const gl = canvas instanceof HTMLCanvasElement ? canvas.getContext('webgl2') : null
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))
  })
}

/**
 * Does something in a window of each size, the smallest first, by touch and by mouse.
 * @param {(page: Page, shoot: Shoot) => Promise<void>} journey
 */
async function inAllSizes(journey) {
  for (const names of /** @type {const} */ ([['phone', 'tablet'], ['desktop']])) {
    const context = await browser.newContext({
      viewport: sizes[names[0]],
      deviceScaleFactor: 1,
      locale: 'en-DE',
      reducedMotion: 'reduce',
      hasTouch: names[0] === 'phone',
    })
    const page = await context.newPage()
    page.setDefaultTimeout(120_000)
    await page.addInitScript({ path: join(root, 'bench/inPage.js') })
    await journey(page, async (name, dark = false) => {
      if (dark) await page.emulateMedia({ colorScheme: 'dark' })
      for (const size of names) {
        await page.setViewportSize(sizes[size])
        await settled(page)
        await page.screenshot({
          path: join(folder, `${name}-${size}.jpg`),
          quality: 90,
          timeout: 120_000,
        })
      }
      if (dark) await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize(sizes[names[0]])
    })
    await context.close()
  }
}

/**
 * @param {Page} page
 * @param {string} name
 */
const step = (page, name) =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name, exact: true }).click()
/**
 * @param {Page} page
 * @param {Readonly<Record<string, string>>} values
 */
async function choose(page, values) {
  for (const [option, value] of Object.entries(values))
    await page.locator(`[data-option=${option}] [data-value="${value}"]`).click()
}
/**
 * Presses a button beside the picture.
 * @param {Page} page
 * @param {string} title
 */
async function tool(page, title) {
  await page.locator(`.tools [title="${title}"]`).click()
  // a pressed button under the pointer is no picture of the product
  await page.mouse.move(0, 0)
}

/** @param {keyof typeof families} family */
async function takeFamily(family) {
  const { path, step: lookStep, look, clashStep, clash } = families[family]
  await inAllSizes(async (page, shoot) => {
    await page.goto(shop.url + path)
    await page.getByTestId('total').waitFor()
    await page.locator('.tools').waitFor()
    await shoot(`${family}-design`)
    await step(page, lookStep)
    await choose(page, look)
    await shoot(`${family}-look`)
    // back to where the picture shows all of it
    await step(page, 'Size')
    await shoot(`${family}-dark`, true)
    await tool(page, 'Open the doors')
    await shoot(`${family}-open`)
    await tool(page, 'Open the doors')
    await tool(page, 'Show dimensions')
    await shoot(`${family}-dimensions`)
    await tool(page, 'Show dimensions')
    await tool(page, 'Take it apart')
    await shoot(`${family}-apart`)
    await tool(page, 'Take it apart')
    await tool(page, 'Stand it in a kitchen')
    await shoot(`${family}-kitchen`)
    await tool(page, 'Stand it in a kitchen')
    await step(page, clashStep)
    await choose(page, clash)
    await page.getByTestId('conflict').waitFor()
    await shoot(`${family}-conflict`)
    await page.getByTestId('repair').first().click()
    await page.getByRole('button', { name: /^Ideas/ }).click()
    await page.getByRole('link', { name: /^Compare/ }).click()
    await page.getByTestId('compare').waitFor()
    await shoot(`${family}-compare`)
    if (family !== 'fridge') return
    await page.goBack()
    await page.getByTestId('bar').getByRole('button', { name: 'Order', exact: false }).click()
    await page.getByTestId('order-form').waitFor()
    await shoot('order')
    await sendOrder(page)
    await page.locator('[data-station=foaming][data-state=Running]').waitFor()
    await shoot('tracker')
    await page.locator('[data-testid=tracker][data-state=completed]').waitFor()
    await shoot('completed')
  })
}

/** Several pictures as one: what the README opens with. */
async function takeReadme() {
  const page = await browser.newPage({ viewport: { width: 1682, height: 850 } })
  const image = (/** @type {string} */ name, /** @type {string} */ style) => {
    const data = readFileSync(join(folder, `${name}.jpg`)).toString('base64')
    return `<img src="data:image/jpeg;base64,${data}" style="${style};border-radius:24px;box-shadow:0 8px 32px #0003">`
  }
  await page.setContent(
    `<body style="margin:0;padding:32px;display:flex;gap:28px;background:#f4f2ee;box-sizing:border-box;width:1682px">
    ${image('fridge-kitchen-desktop', 'height:786px;width:836px;object-fit:cover;object-position:left')}
    ${image('oven-open-phone', 'height:786px')}${image('tracker-phone', 'height:786px')}`,
  )
  await page.screenshot({ path: join(folder, 'readme.jpg'), quality: 90, timeout: 120_000 })
  await page.close()
}

const isWanted = (/** @type {string} */ part) => parts.length === 0 || parts.includes(part)
const [shop, browser] = await Promise.all([startShop({ LOT_ONE_SIM_SPEED: '3' }), launchBrowser()])
try {
  for (const family of /** @type {const} */ (['fridge', 'washer', 'oven']))
    if (isWanted(family)) await takeFamily(family)
  if (isWanted('readme')) await takeReadme()
  if (isWanted('lines')) await takeLinePictures(browser, folder, sizes)
} finally {
  await browser.close()
  await shop.stop()
}
