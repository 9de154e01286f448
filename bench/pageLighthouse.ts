/** Lighthouse's judgement of the built shop as a phone; its performance score means nothing where software draws the picture. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freePort } from '../scripts/freePort.mjs'
import type { Bench, Figure } from './harness.ts'
import { pathOf } from './pageTools.ts'

interface Report {
  readonly categories: Readonly<
    Record<
      string,
      { readonly score: number | null; readonly auditRefs: readonly { id: string; weight: number }[] }
    >
  >
  readonly audits: Readonly<Record<string, { readonly score: number | null; readonly title: string }>>
  readonly lighthouseVersion: string
}
type Lighthouse = (url: string, options: object) => Promise<{ readonly lhr: Report } | undefined>

/** Judges the page of a product and the start page. */
export async function judgedByLighthouse(bench: Bench, origin: string): Promise<Figure[]> {
  const port = await freePort()
  const browser = await bench.launchBrowser({ args: [`--remote-debugging-port=${port}`] })
  try {
    const { default: lighthouse } = (await import(
      /* @vite-ignore */
      pathToFileURL(join(bench.root, 'bench/peers/node_modules/lighthouse/core/index.js')).href
    )) as { default: Lighthouse }
    const reports: Report[] = []
    for (const path of [pathOf.fridge, '/']) {
      const result = await lighthouse(origin + path, {
        port,
        logLevel: 'error',
        onlyCategories: ['accessibility', 'best-practices'],
        // a screenshot of the whole page takes a software renderer longer than Lighthouse waits
        disableFullPageScreenshot: true,
        throttlingMethod: 'provided',
      })
      if (!result) throw new Error(`Lighthouse gave no report of ${path}`)
      reports.push(result.lhr)
    }
    return ['accessibility', 'best-practices'].map((category) => ({
      name: `Lighthouse ${reports[0]?.lighthouseVersion}, mobile: ${category}`,
      value: Math.min(
        ...reports.map(({ categories }) => Math.round(100 * (categories[category]?.score ?? 0))),
      ),
      bar: { atLeast: 100 },
      note: complaints(reports, category) || 'a product and the start page',
    }))
  } finally {
    await browser.close()
  }
}

function complaints(reports: readonly Report[], category: string): string {
  const titles = reports.flatMap(({ categories, audits }) =>
    (categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && audits[id]?.score !== null && (audits[id]?.score ?? 1) < 1)
      .map(({ id }) => audits[id]?.title ?? id),
  )
  return [...new Set(titles)].join('; ')
}
