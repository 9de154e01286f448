/** What an accessibility judge says of a page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { root } from '../scripts/build.mjs'

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')

/**
 * WCAG 2.2 AA and best practice; gives `rule: element` for every violation. A target that is half under a bar which stays on the
 * screen counts only when scrolling on does not free it.
 */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  await page.evaluate(atRest)
  const found = await judged(page)
  const isCovered = (violation: string) => violation.startsWith('target-size')
  if (!found.some(isCovered)) return found
  const scroll = (by: number) => page.evaluate((y) => scrollBy({ top: y, behavior: 'instant' }), by)
  const [before, step] = [await page.evaluate(() => scrollY), 72]
  await scroll(step)
  // at the end of the page there is only one way to go
  if ((await page.evaluate(() => scrollY)) - before < step) await scroll(-2 * step)
  const still = new Set(await judged(page))
  await page.evaluate((y) => scrollTo({ top: y, behavior: 'instant' }), before)
  return found.filter((violation) => !isCovered(violation) || still.has(violation))
}

/** What is still fading in has no colours to judge yet. */
async function atRest(): Promise<void> {
  const ending = document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(ending.map(({ finished }) => finished))
}

function judged(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe: judge } = globalThis as unknown as {
      axe: {
        run(what: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations: found } = await judge.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}
