/**
 * What a tap costs: the main thread's own work until the first changed picture, at a phone's pace. Taken from the processor time of
 * the trace, times four, so that neither a busy machine nor the software that stands in for a GPU speaks for the page.
 */
import { quantile } from './harness.ts'
import type { Figure } from './harness.ts'
import { observations, pathOf, quiet, ready, slowDown, takePhone, tap } from './pageTools.ts'
import type { Shop } from './pageTools.ts'
import { trace } from './pageTrace.ts'

interface Tapped {
  readonly what: string
  readonly at: number
  /** When the first picture after it was drawn; a tap may change none. */
  readonly drawn?: number
  /** When nothing more came of it. */
  readonly end: number
}

/** Taps values of every step of every family, opens doors for the first time, and drags the width. */
export async function tapping(shop: Shop, taps: number): Promise<Figure[]> {
  const taken = { first: [] as number[], longest: [] as number[], wait: [] as number[], gpu: [] as number[] }
  const worst: [number, string][] = []
  let opening = { first: 0, longest: 0 }
  let dragging: number[] = []
  for (const family of ['fridge', 'washer', 'oven'] as const) {
    const phone = await takePhone(shop)
    const { page, close } = phone
    await page.goto(shop.origin + pathOf[family])
    await ready(page)
    const tapped: Tapped[] = []
    const after = async (what: string, at: number) => {
      await quiet(page)
      const { frames } = await observations(page)
      const drawn = frames.find((frame) => frame.at > at)?.at
      tapped.push({
        what,
        at,
        ...(drawn !== undefined && { drawn }),
        end: await page.evaluate<number>('performance.now()'),
      })
    }
    const traced = await trace(shop.browser, page, async () => {
      await after(
        'first opening',
        await page.evaluate<number>(`inPage.press('.tools [title="Open the doors"]')`),
      )
      const steps = await page.locator('nav.steps button').count()
      for (let n = 0; n < taps; n++) {
        await page.evaluate(`inPage.press('nav.steps li:nth-child(${1 + (n % steps)}) button')`)
        await quiet(page)
        await after(`tap ${n} of ${family}`, await tap(page, Math.floor(n / steps)))
      }
      if (family !== 'fridge') return
      await page.evaluate(`inPage.press('nav.steps button')`)
      await quiet(page)
      // let go at one width after the other, the doors wide open
      const widths = await page
        .locator('[data-option=width_mm] [data-value]')
        .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-value')))
      for (const width of [...widths, ...widths.toReversed()])
        await after(
          'width',
          await page.evaluate<number>(`inPage.press('[data-option=width_mm] [data-value="${width}"] input')`),
        )
    })
    await close()
    for (const { what, at, drawn, end } of tapped) {
      const longest = slowDown * traced.longestTask(at, end)
      const first = drawn === undefined ? undefined : slowDown * traced.mainThread(at, drawn)
      if (what === 'first opening') {
        opening = {
          first: Math.max(opening.first, first ?? NaN),
          longest: Math.max(opening.longest, longest),
        }
        continue
      }
      if (what === 'width') {
        // the width that is there already changes nothing
        if (first !== undefined) dragging.push(first)
        continue
      }
      taken.longest.push(longest)
      if (first === undefined || drawn === undefined) continue
      worst.push([first, what])
      taken.first.push(first)
      taken.wait.push(drawn - at)
      taken.gpu.push(traced.gpu(at, end))
    }
  }
  const round = (samples: readonly number[], q: number) => Math.round(quantile(samples, q))
  shop.bench.say(
    worst
      .toSorted(([a], [b]) => b - a)
      .slice(0, 5)
      .map(([ms, what]) => `${what}: ${Math.round(ms)} ms`)
      .join(', '),
  )
  return [
    {
      name: 'tap to changed picture, main thread at 4×, p95',
      value: quantile(taken.first, 0.95),
      unit: 'ms',
      bar: { atMost: 100 },
      note: `${taken.first.length} taps in three families, doors open; p50 ${round(taken.first, 0.5)} ms, most ${round(taken.first, 1)} ms`,
    },
    {
      name: 'longest task after a tap, main thread at 4×',
      value: Math.max(...taken.longest),
      unit: 'ms',
      bar: { atMost: 200 },
      note: `what is made ahead in idle time included; p95 ${round(taken.longest, 0.95)} ms`,
    },
    {
      name: 'first opening of a door: longest task at 4×',
      value: opening.longest,
      unit: 'ms',
      bar: { atMost: 200 },
      note: `until its first picture ${Math.round(opening.first)} ms of work; worst of three families`,
    },
    {
      name: 'width drag, doors open: main thread per picture at 4×, p95',
      value: quantile(dragging, 0.95),
      unit: 'ms',
      bar: { atMost: 200 },
      note: `${dragging.length} widths; p50 ${round(dragging, 0.5)} ms`,
    },
    {
      name: 'the GPU’s thread per tap, software renderer, p50',
      value: quantile(taken.gpu, 0.5),
      unit: 'ms',
      note: `no phone draws in software; tap to picture by the clock with it: p50 ${round(taken.wait, 0.5)} ms`,
    },
  ]
}
