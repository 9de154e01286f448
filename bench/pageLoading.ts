/** Loading: a cold cache at 4× and 1.6 Mbit/s, in bytes and seconds. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'
import { observations, pathOf, slow, takePhone, until } from './pageTools.ts'
import type { Observed, Shop } from './pageTools.ts'

/** A file the page fetched: path, bytes on the wire, when it had arrived. */
interface Loaded {
  readonly name: string
  readonly bytes: number
  readonly at: number
}
type Load = Observed & { readonly before: number; readonly stage: number; readonly all: number }

/** Loads the shop anew a few times. */
export async function loading(shop: Shop, times: number): Promise<Figure[]> {
  const loads: Load[] = []
  for (let n = 0; n < times; n++) loads.push(await load(shop))
  const median = (of: (one: Load) => number | undefined) =>
    quantile(
      loads.map((one) => of(one) ?? NaN),
      0.5,
    )
  const note = `median of ${times} cold loads at 4× and 1.6 Mbit/s`
  return [
    {
      name: 'JavaScript before the first choice',
      value: median(({ before }) => before),
      unit: 'KB gzip',
      bar: { atMost: 130 },
      note: 'scripts that had arrived when the first choice was possible',
    },
    {
      name: '3D stage, loaded when the page is idle',
      value: median(({ stage }) => stage),
      unit: 'KB gzip',
      bar: { atMost: 210 },
    },
    {
      name: 'everything, fonts and data included',
      value: median(({ all }) => all),
      unit: 'KB on the wire',
    },
    {
      name: 'first picture of the product',
      value: median(({ firstPicture }) => (firstPicture ?? NaN) / 1000),
      unit: 's',
      note,
    },
    {
      name: 'first choice possible',
      value: median(({ firstChoice }) => (firstChoice ?? NaN) / 1000),
      unit: 's',
      bar: { atMost: 3 },
      note,
    },
    {
      name: 'largest contentful paint',
      value: median(({ largestPaint }) => (largestPaint ?? NaN) / 1000),
      unit: 's',
      bar: { atMost: 2.5 },
      note,
    },
    { name: '3D picture live', value: median(({ live }) => (live ?? NaN) / 1000), unit: 's', note },
    {
      name: 'cumulative layout shift',
      value: median(({ layoutShift }) => layoutShift),
      bar: { atMost: 0.02 },
    },
  ]
}

async function load(shop: Shop): Promise<Load> {
  const phone = await takePhone(shop)
  const { page, close } = phone
  await slow(phone, true)
  await page.goto(shop.origin + pathOf.fridge)
  await until(page, 'inPage.observed.live !== undefined')
  const observed = await observations(page)
  const loaded = await page.evaluate<Loaded[]>('inPage.loaded()')
  await close()
  const sum = (which: (one: Loaded) => boolean, size: (one: Loaded) => number) =>
    loaded.filter(which).reduce((kb, one) => kb + size(one) / 1000, 0)
  const web = join(shop.bench.root, 'dist/web')
  const gzipped = ({ name }: Loaded) => gzipSync(readFileSync(join(web, name)), { level: 9 }).length
  const isScript = ({ name }: Loaded) => name.endsWith('.js')
  return {
    ...observed,
    before: sum((one) => isScript(one) && one.at < (observed.firstChoice ?? 0), gzipped),
    stage: sum((one) => isScript(one) && one.name.includes('/stage-'), gzipped),
    all: sum(
      () => true,
      ({ bytes }) => bytes,
    ),
  }
}
