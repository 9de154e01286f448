/** Runs the sections of the bench one after the other, prints them, and keeps the results. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, SectionResult } from './harness.ts'
import { forDocs, forTerminal, regressions } from './report.ts'
import type { Results, Section } from './report.ts'

interface SectionFile {
  readonly title: string
  readonly about: string
  readonly measure: (bench: Bench) => Promise<SectionResult>
}

/** Name for `--only` -> source file. */
const sections: Readonly<Record<string, string>> = {
  rules: 'bench/rules.ts',
  'hand-over': 'bench/handOver.ts',
  intake: 'bench/intake.ts',
  page: 'bench/page.ts',
  'order-to-running': 'bench/orderToRunning.ts',
}

/** Their ratios hold on any machine: the short run of the continuous integration. */
const withPeers = ['rules', 'hand-over', 'intake']

/** What only run.mjs can give: builds, the peers' packages, and sections bundled when they are wanted. */
export interface Tools extends Omit<Bench, 'quick' | 'say'> {
  readonly load: (file: string) => Promise<unknown>
}

/**
 * The command.
 * @returns the exit code: 0 fine, 1 something threw or a ratio fell back, 2 the call is wrong
 */
export async function main(argv: readonly string[], tools: Tools): Promise<number> {
  let options
  try {
    options = parseArgs({
      args: [...argv],
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        'write-docs': { type: 'boolean' },
      },
    }).values
  } catch (error) {
    console.error(`${(error as Error).message}. Known: --quick, --only SECTION[,SECTION], --write-docs.`)
    return 2
  }
  const wanted =
    options.only?.flatMap((names) => names.split(',')) ?? (options.quick ? withPeers : Object.keys(sections))
  const unknown = wanted.filter((name) => !(name in sections))
  if (unknown.length > 0) {
    console.error(`There is no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}.`)
    return 2
  }
  const file = join(tools.root, 'bench/results.json')
  const before: Results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { sections: {} }
  const bench: Bench = { ...tools, quick: options.quick ?? false, say: (text) => console.error(text) }
  const fresh: Record<string, Section> = {}
  let failed = false
  for (const name of wanted) {
    bench.say(`measuring ${name} …`)
    try {
      const section = await run((await tools.load(sections[name]!)) as SectionFile, bench)
      fresh[name] = section
      console.log(forTerminal(section))
    } catch (error) {
      console.error(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`)
      failed = true
    }
  }
  const results: Results = { sections: inOrder({ ...before.sections, ...fresh }) }
  if (bench.quick) {
    const worse = regressions(before, { sections: fresh })
    for (const sentence of worse) console.error(sentence)
    return failed || worse.length > 0 ? 1 : 0
  }
  if (Object.keys(fresh).length > 0) writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
  if (options['write-docs']) {
    mkdirSync(join(tools.root, 'docs'), { recursive: true })
    writeFileSync(join(tools.root, 'docs/benchmarks.md'), forDocs(results))
  }
  return failed ? 1 : 0
}

async function run({ title, about, measure }: SectionFile, bench: Bench): Promise<Section> {
  const load = (): number => loadavg()[0] ?? 0
  const before = load()
  const start = performance.now()
  const result = await measure(bench)
  return {
    title,
    about,
    at: new Date().toISOString(),
    seconds: (performance.now() - start) / 1000,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      load: [before, load()],
    },
    ...result,
  }
}

function inOrder(found: Record<string, Section>): Record<string, Section> {
  return Object.fromEntries(
    Object.keys(sections).flatMap((name) => (found[name] ? [[name, found[name]]] : [])),
  )
}
