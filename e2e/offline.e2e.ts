/** The shop after its first visit: no network, nothing kept that must not be, and files to take along. */
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { png } from '../mes-bridge/test/pictures.ts'
import { sendOrder } from '../scripts/shopper.mjs'
import {
  choose,
  desktop,
  finished,
  fridge,
  judge,
  phone,
  runShop,
  stageFiles,
  step,
  toOrder,
} from './visit.ts'

const stand = runShop({ LOT_ONE_SIM_SPEED: '30' })
let page: Page
beforeAll(async () => {
  page = await stand.open(fridge, phone, { stays: true })
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
/** Does something that changes the price, and waits until the page says so. */
const priceMoves = async (act: () => Promise<unknown>) => {
  const before = await page.getByTestId('total').textContent()
  await act()
  await page.waitForFunction(
    (old) => document.querySelector('[data-testid=total]')?.textContent !== old,
    before,
  )
}
const settled = () =>
  page.waitForFunction(
    () => document.querySelector('[data-testid=viewport]')?.getAttribute('data-state') === 'live',
  )

test('after one visit the shop works without a network: page, 3D, options, and an order that waits', async () => {
  await page.getByTestId('total').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  // what was loaded before there was a worker is kept as well
  await page.waitForFunction(async () => {
    const kept = await caches.open('products').then((cache) => cache.keys())
    return kept.length >= 2
  })
  await page.context().setOffline(true)
  await page.goto(stand.shop.url + fridge)
  await page.getByTestId('total').waitFor()
  await settled()
  // this browser says that the network is gone only to a page that saw it going
  await page.context().setOffline(false)
  await page.context().setOffline(true)
  await page.getByText('You are offline').waitFor()
  await judge(page, 'offline')
  await step(page, 'Look')
  await priceMoves(() => choose(page, 'finish', 'glass'))
  const field = page.locator('[data-option=picture]')
  await field.getByRole('button', { name: 'Choose a picture' }).tap()
  const dialog = page.getByRole('dialog', { name: 'Your picture on the front' })
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'note.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') })
  await dialog.getByText('This is not a picture we can read').waitFor()
  await priceMoves(() =>
    dialog
      .locator('input[type=file]')
      .setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: png(1200, 900) }),
  )
  await dialog.getByRole('slider', { name: 'Closer' }).fill('150')
  await judge(page, 'a picture of her own')
  await dialog.getByRole('button', { name: 'Done' }).tap()
  await field.getByRole('img', { name: 'Your picture on the front' }).waitFor()
  const link = await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('lot-one/design/fridge-atelier-590')!)
    return `r=${kept.rulesHash.slice(0, 12)}&finish=glass&t.picture=${kept.design.texts.picture}`
  })
  expect(link).toMatch(/t\.picture=[0-9a-f]{64}-50-50-150$/)

  await toOrder(page)
  await sendOrder(page)
  await page
    .getByTestId('order-status')
    .getByText(/kept (here|on this device)/)
    .waitFor()
  const waiting = await page.evaluate(
    () => JSON.parse(localStorage.getItem('lot-one/unanswered-order') ?? 'null').orderId as string,
  )
  await judge(page, 'an order that waits')
  // the page may be closed meanwhile
  await page.reload()
  await page
    .getByTestId('order-status')
    .getByText(/kept (here|on this device)/)
    .waitFor()

  // nobody but this device has the picture yet: who opens the link elsewhere is told, and goes on without
  const friend = await stand.open(`${fridge}#${link}`, desktop, { without3D: true })
  await friend.locator('[data-testid=note][data-kind=picture-lost]').waitFor()

  // what was answered: it also tries now and then while the network is away
  const sent: string[] = []
  page.on('response', (response) => {
    const request = response.request()
    const { pathname } = new URL(request.url())
    if (request.method() === 'PUT') sent.push(pathname.slice(0, 14))
    if (request.method() === 'POST') sent.push(request.postDataJSON().orderId)
  })
  // the factory is busy at first: the order goes out again by itself
  await page
    .context()
    .route('**/api/orders', (route) => route.fulfill({ status: 503, body: '{}' }), { times: 1 })
  await page.context().setOffline(false)
  // what a browser says when its network is back; this one says it only to pages that it saw going offline
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.getByTestId('order-status').getByText('We try again by ourselves, next at').waitFor()
  await page.getByTestId('tracker').waitFor()
  expect(new URL(page.url()).pathname).toBe(`/track/${waiting}`)
  expect(sent).toEqual(['/api/pictures/', waiting, '/api/pictures/', waiting])
  // now it belongs to the order: another phone that follows it has the picture too
  await friend.unroute(stageFiles)
  const [shown] = await Promise.all([
    friend.waitForResponse((response) => response.url().includes('/api/pictures/')),
    friend.goto(page.url()),
  ])
  expect([shown.status(), shown.headers()['content-type']]).toEqual([200, 'image/jpeg'])
})

test('nothing of orders and of the factory’s people is ever kept', async () => {
  await finished(page)
  await page.goto(`${stand.shop.url}/orders`)
  await page.locator('.order-link').waitFor()
  await judge(page, 'my orders')
  await page.goto(`${stand.shop.url}/lines`)
  await page.getByRole('heading').first().waitFor()
  const kept = await cached()
  expect(kept).toContain('/')
  expect(kept.filter((path) => /^\/(api\/orders|api\/lines|lines|rules|problems)/.test(path))).toEqual([])
  expect(kept.filter((path) => path.includes('LinesPage'))).toEqual([])
})

test('a new version of the shop is offered, comes only when it is asked for, and the design stays', async () => {
  const newer = await newerBuild(stand.shop.url)
  try {
    const tab = await stand.open(newer.url + fridge, desktop, { without3D: true })
    await tab.getByTestId('total').waitFor()
    const version = () => tab.evaluate(async () => (await caches.keys()).filter((n) => n.startsWith('shop-')))
    await tab.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    const [first] = await version()
    // a first visit is not yet in the worker's hands
    await tab.reload()
    await tab.getByTestId('total').waitFor()
    await tab.locator('[data-option=width_mm]').getByRole('radio', { name: '800' }).check({ force: true })
    const total = await tab.getByTestId('total').textContent()
    expect(await tab.getByTestId('update').count()).toBe(0)

    newer.publish()
    // as when she comes back to the tab
    await tab.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await tab.getByTestId('update').getByText('A new version of the shop is there').waitFor()
    expect(await tab.getByTestId('total').textContent()).toBe(total)
    expect(await version()).toContain(first)
    await judge(tab, 'an offer of a new version')
    await Promise.all([
      tab.waitForEvent('load'),
      tab.getByTestId('update').getByRole('button', { name: 'Reload' }).click(),
    ])
    await tab.getByTestId('total').waitFor()
    expect(await tab.getByTestId('total').textContent()).toBe(total)
    expect(await version()).toContain('shop-newer')
    expect(await tab.getByTestId('update').count()).toBe(0)
  } finally {
    await newer.stop()
  }
})

test('a picture, a GLB and a USDZ are made and saved from the page', async () => {
  await page.goto(stand.shop.url + fridge)
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
  await judge(page, 'taking it along')
})

/** Stands before a shop as it is; from `publish` on its service worker belongs to another build. */
async function newerBuild(shopUrl: string) {
  let isNewer = false
  const server = createServer((request, response) => {
    const upstream = ask(shopUrl + request.url, { method: request.method!, headers: request.headers })
    upstream.on('response', (answer) => {
      if (request.url !== '/sw.js' || !isNewer) {
        response.writeHead(answer.statusCode!, answer.headers)
        return void answer.pipe(response)
      }
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const { 'content-length': _, 'content-encoding': coding, ...headers } = answer.headers
        const whole = Buffer.concat(parts)
        const worker = String(
          coding === 'br' ? brotliDecompressSync(whole) : coding === 'gzip' ? gunzipSync(whole) : whole,
        )
        response.writeHead(200, headers)
        response.end(worker.replace(/(version\W+)[0-9a-f]{12}/, '$1newer'))
      })
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    publish: () => void (isNewer = true),
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
