/**
 * How the appliances look, kept as pictures (`e2e/looks`) and compared pixel by pixel. Software WebGL draws the same picture every
 * time, so what is allowed to differ is what was measured to differ when the pictures were taken.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { root } from '../scripts/build.mjs'

const folder = join(root, 'e2e/looks')
/** Ignored by git; what a maintainer opens after a failure. */
const results = join(root, 'test-results/looks')

/**
 * What is to be taken anew instead of compared, with its tolerance: `LOOKS=renew npm test -- e2e/scene` for all,
 * `LOOKS=oven,kitchen` for some.
 */
const wanted = process.env.LOOKS?.split(',') ?? []

interface Look {
  readonly name: string
  readonly family: 'fridge' | 'washer' | 'oven'
  readonly choices: object
  /** Calls of the stage after showing, and those that take them back. */
  readonly acts?: readonly string[]
  readonly back?: readonly string[]
  readonly isDark?: boolean
}

/** The kept pictures. */
export const looks: readonly Look[] = [
  { name: 'fridge', family: 'fridge', choices: {} },
  {
    name: 'fridge-open',
    family: 'fridge',
    choices: {
      doors: 'french_door',
      width_mm: 900,
      finish: 'glass',
      colour_upper_left: 'RAL6021',
      handle: 'bar',
    },
    acts: ['open(1)', 'dimensions(true)'],
    back: ['dimensions(false)', 'open(0)'],
  },
  {
    name: 'washer-dark',
    family: 'washer',
    choices: { finish: 'glass', ring: 'copper', control: 'display' },
    isDark: true,
  },
  { name: 'oven', family: 'oven', choices: { finish: 'steel', hob: 'gas' } },
  {
    name: 'kitchen',
    family: 'fridge',
    choices: { finish: 'wood_ready', handle: 'leather' },
    acts: ['kitchen(true)'],
    back: ['kitchen(false)'],
  },
]

/** The looks to be taken anew in this run; mostly none. */
export const renewed = wanted.includes('renew') ? looks : looks.filter(({ name }) => wanted.includes(name))

const size = { width: 360, height: 440 }

/** Draws a look on a page with the stage on it and gives the screenshot; the page is left as it was. */
export async function take(page: Page, look: Look): Promise<Buffer> {
  const before = page.viewportSize()
  await page.emulateMedia({ colorScheme: look.isDark ? 'dark' : 'light' })
  await page.setViewportSize(size)
  const stage = (acts: readonly string[]) =>
    page.evaluate(
      `(async () => { ${acts.map((act) => `lab.stage.${act}`).join('; ')}; await lab.stage.settled() })()`,
    )
  await stage(['resize()'])
  await page.evaluate(`lab.show(${JSON.stringify(look.choices)}, undefined, '${look.family}')`)
  if (look.acts) await stage(look.acts)
  // the software renderer may be behind: reading a pixel waits for it, two frames put its picture on the screen
  await page.evaluate(() => {
    const gl = document.querySelector('canvas')!.getContext('webgl2')!
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4))
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  })
  const picture = await page.screenshot({ timeout: 120_000 })
  if (look.back) await stage(look.back)
  await page.emulateMedia({ colorScheme: 'light' })
  if (before) await page.setViewportSize(before)
  await stage(['resize()'])
  return picture
}

/** How many pixels of two pictures differ at all, anti-aliased ones included. @throws on different sizes */
export function difference(one: Buffer, other: Buffer, output?: Buffer): number {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)]
  return pixelmatch(a.data, b.data, output, a.width, a.height, { threshold: 0, includeAA: true })
}

/** Compares with the kept picture. @returns nothing, or what differs and where to look at it */
export function complaintAbout(name: string, shown: Buffer): string | undefined {
  const kept = readFileSync(join(folder, `${name}.png`))
  const { width, height } = PNG.sync.read(kept)
  const marked = new PNG({ width, height })
  const pixels = difference(kept, shown, marked.data)
  const tolerance = toleranceOf(name)
  if (pixels <= tolerance) return undefined
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${name}.png`), shown)
  writeFileSync(join(results, `${name}-difference.png`), PNG.sync.write(marked))
  return (
    `${name} looks different in ${pixels} of ${width * height} pixels, ${tolerance} may differ. ` +
    `Open ${relative(root, results)}/${name}-difference.png. If it is meant to: LOOKS=${name} npm test -- e2e/scene`
  )
}

/** What was seen when the pictures were taken. */
interface Measured {
  /** How often it was drawn, in how many starts of the browser. */
  readonly runs: number
  readonly starts: number
  /** Pixels in which a run differed at most from the one that is kept; as many may differ in a test. */
  readonly tolerance: number
}
const measuredFile = join(folder, 'measured.json')

const readMeasured = () => JSON.parse(readFileSync(measuredFile, 'utf8')) as Record<string, Measured>

/** How many pixels of a kept picture may differ. */
export function toleranceOf(name: string): number {
  return readMeasured()[name]?.tolerance ?? 0
}

/** Keeps pictures anew, the first run of each, with the tolerance that the others measure. */
export function keep(runs: ReadonlyMap<string, readonly Buffer[]>, starts: number): void {
  mkdirSync(folder, { recursive: true })
  const found = existsSync(measuredFile) ? readMeasured() : {}
  for (const [name, all] of runs) {
    const differences = all.map((run) => difference(all[0]!, run))
    const tolerance = Math.max(...differences)
    // two runs that differ are worth a look before anybody calls it a tolerance
    if (tolerance > 0) {
      mkdirSync(results, { recursive: true })
      for (const [k, run] of all.entries()) writeFileSync(join(results, `${name}-run-${k}.png`), run)
    }
    found[name] = { runs: all.length, starts, tolerance }
    writeFileSync(join(folder, `${name}.png`), PNG.sync.write(PNG.sync.read(all[0]!), { deflateLevel: 9 }))
  }
  writeFileSync(measuredFile, `${JSON.stringify(found, null, 2)}\n`)
  console.log(found)
}
