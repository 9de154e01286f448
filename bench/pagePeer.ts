/** The same model in Google's model-viewer: our own GLB, the same phone, the same meter. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { race } from './harness.ts'
import type { Row } from './harness.ts'
import { heldBy, pathOf, pause, ready, slow, takePhone, until } from './pageTools.ts'
import type { Shop } from './pageTools.ts'

/** One page after a cold load at 4× and 1.6 Mbit/s. */
interface Shown {
  /** Until the model is on show, s. */
  readonly seconds: number
  readonly scriptKb: number
  readonly wireKb: number
  readonly programs: number
}

/** Races the shop against a page with nothing on it but the viewer. */
export async function besideModelViewer(shop: Shop, rounds: number): Promise<Row[]> {
  const model = await exportedModel(shop)
  const peer = await servePeer(shop, model)
  try {
    const pages = [
      {
        name: 'the whole shop',
        url: shop.origin + pathOf.fridge,
        live: 'inPage.observed.live !== undefined',
      },
      {
        name: 'model-viewer 4.4.0',
        url: peer.url,
        live: `document.querySelector('model-viewer')?.modelIsVisible === true`,
      },
    ]
    const seen = pages.map((): Shown[] => [])
    const [shown] = await race(
      'the same fridge on show, cold at 4× and 1.6 Mbit/s',
      's',
      'less',
      rounds,
      pages.map(({ name, url, live }, k) => ({
        name,
        sample: async () => {
          const one = await load(shop, url, live)
          seen[k]!.push(one)
          return one.seconds
        },
      })),
      { atMost: 1 },
    )
    // the rest is the same in every round
    const figures = [
      ['JavaScript until then', 'KB gzip', 'scriptKb'],
      ['everything until then, model included', 'KB on the wire', 'wireKb'],
      ['shader programs', 'programs', 'programs'],
    ] as const
    const rows: Row[] = [shown!]
    for (const [name, unit, of] of figures)
      rows.push(
        ...(await race(
          name,
          unit,
          'less',
          rounds,
          pages.map((page, k) => ({ name: page.name, sample: (round) => seen[k]!.at(-rounds + round)![of] })),
        )),
      )
    return rows
  } finally {
    peer.stop()
  }
}

/** The shop's own GLB of its first design, made by its own exporter and saved as a shopper does. */
async function exportedModel(shop: Shop): Promise<Buffer> {
  const { page, close } = await takePhone(shop)
  await page.goto(shop.origin + pathOf.fridge)
  await ready(page)
  await page.locator('.tools [title="Picture, 3D model, your room"]').tap()
  const row = page.getByTestId('take-glb')
  await row.getByRole('button').tap()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    row.getByRole('link', { name: 'Save', exact: false }).tap(),
  ])
  const model = readFileSync(await download.path())
  await close()
  return model
}

/** A page as its documentation shows it, compressed as ours is. */
async function servePeer({ bench }: Shop, model: Buffer) {
  const script = readFileSync(
    join(bench.root, 'bench/peers/node_modules/@google/model-viewer/dist/model-viewer.min.js'),
  )
  const page = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>model-viewer</title>
<body style="margin:0"><model-viewer src="/model.glb" alt="A fridge" camera-controls shadow-intensity="1" style="width:100vw;height:40vh"></model-viewer>
<script type="module" src="/model-viewer.js"></script></html>`
  const files: Record<string, [type: string, body: Buffer]> = {
    '/': ['text/html', gzipSync(page)],
    '/model-viewer.js': ['text/javascript', gzipSync(script, { level: 9 })],
    '/model.glb': ['model/gltf-binary', gzipSync(model, { level: 9 })],
  }
  const server = createServer(({ url }, response) => {
    const [type, body] = files[url ?? '/'] ?? []
    if (!type) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function load(shop: Shop, url: string, live: string): Promise<Shown> {
  const phone = await takePhone(shop, { reducedMotion: 'reduce' })
  const { page, close } = phone
  await slow(phone, true)
  await page.goto(url)
  await until(page, live)
  const seconds = (await page.evaluate<number>('performance.now()')) / 1000
  const loaded = await page.evaluate<{ name: string; bytes: number }[]>('inPage.loaded()')
  const sum = (of: readonly { bytes: number }[]) => of.reduce((kb, { bytes }) => kb + bytes / 1000, 0)
  // not until it is quiet: the viewer draws on and on
  await pause(3000)
  const { programs } = await heldBy(page)
  await close()
  return {
    seconds,
    scriptKb: sum(loaded.filter(({ name }) => name.endsWith('.js'))),
    wireKb: sum(loaded),
    programs,
  }
}
