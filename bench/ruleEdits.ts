/** How long an engineer's edit of a rule file takes to reach the next shopper of a running bridge. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from './harness.ts'
import type { Bench, Figure } from './harness.ts'

const file = 'fridge.yaml'
/** What an engineer does, each in turn with its undoing: a place in the file and what stands there instead. */
const edits: Readonly<Record<string, readonly [at: string, instead: string]>> = {
  'an amount changed': ['price: 9900', 'price: 10900'],
  'a rule changed': ["then: 'width_mm >= 800 && hinge", "then: 'width_mm >= 700 && hinge"],
}

/** Copies the rule files of the products that are sold to a folder of the run. */
export function copyRuleFiles(bench: Bench, folder: string): void {
  cpSync(join(bench.root, 'rules/products'), folder, { recursive: true })
}

/** Edits the files a running bridge serves and waits each time until it offers other rules. */
export async function ruleEdits(bench: Bench, folder: string, url: string): Promise<Figure[]> {
  const path = join(folder, file)
  const figures: Figure[] = []
  for (const [name, [at, instead]] of Object.entries(edits)) {
    const before = readFileSync(path, 'utf8')
    const after = before.replace(at, instead)
    if (after === before) throw new Error(`${file} does not say "${at}" any more; choose another edit`)
    const times: number[] = []
    for (let n = 0; n < (bench.quick ? 2 : 10); n++) times.push(await live(path, n % 2 ? before : after, url))
    figures.push({
      name: `rule file saved until new sessions get it, ${name}, p50`,
      value: quantile(times, 0.5) / 1000,
      unit: 's',
      bar: { atMost: 1 },
      note: `${times.length} times; slowest ${(Math.max(...times) / 1000).toFixed(2)} s; three families on sale`,
    })
  }
  return figures
}

/** Milliseconds from the writing of the file until the bridge offers other rules than before. */
async function live(path: string, text: string, url: string): Promise<number> {
  const offered = async () => (await fetch(new URL('/api/products', url))).text()
  const before = await offered()
  const start = performance.now()
  writeFileSync(path, text)
  while ((await offered()) === before) {
    if (performance.now() - start > 60_000) throw new Error(`an edit of ${path} is not live after a minute`)
    await new Promise((done) => setTimeout(done, 5))
  }
  return performance.now() - start
}
