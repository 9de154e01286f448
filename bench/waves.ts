/**
 * `npm run waves`: orders in waves through the real bridge and simulated lines under faults; then a report of what was lost,
 * doubled and wrong, counted on the simulators' own ledgers. Exit code 0 only when nothing was.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseProfile } from '../plc-sim/src/faultProfiles.ts'
import { forTerminal, isClean } from './wavesReport.ts'
import type { Report } from './wavesReport.ts'
import { runWaves } from './wavesRun.ts'
import type { WavesOptions } from './wavesRun.ts'

const usage = `npm run waves -- [OPTIONS]

  --orders N       orders in all (100)
  --wave N         how many come at once (50)
  --lines N        simulated lines (2)
  --faults PROFILE what goes wrong on the lines: calm, lossy, nasty ..., or ACTION=PROBABILITY,... (lossy)
  --cuts N         links cut between bridge and lines (10)
  --kills N        kill -9, of bridge and simulator in turn (4)
  --speed N        lines work so many times faster than planned (100)
  --seed N         same seed, same designs, faults and moments (1)
  --timeout S      ends after so many seconds (900)
  --report FILE    writes the report as JSON
  --campaign FILE  runs a list of such settings one after the other (bench/campaigns/*.json)
  --keep           keeps ledgers and logs
`

/** Name -> default, least, most. */
const numbers = {
  orders: [100, 1, 100_000],
  wave: [50, 1, 5000],
  lines: [2, 1, 20],
  cuts: [10, 0, 100_000],
  kills: [4, 0, 10_000],
  speed: [100, 0.1, 1000],
  seed: [1, 0, 2 ** 31],
  timeout: [900, 10, 86_400],
} as const

/** Reads settings from the command line or a campaign. @returns problems as sentences when there are any */
function readSettings(given: Readonly<Record<string, unknown>>): WavesOptions | readonly string[] {
  const problems: string[] = []
  const number = (name: keyof typeof numbers): number => {
    const [usual, least, most] = numbers[name]
    const value = given[name] === undefined ? usual : Number(given[name])
    if (!(value >= least && value <= most) || (name !== 'speed' && !Number.isInteger(value)))
      problems.push(`--${name} is "${String(given[name])}"; it must be a number from ${least} to ${most}.`)
    return value
  }
  const faults = typeof given['faults'] === 'string' ? given['faults'] : 'lossy'
  const profile = parseProfile(faults)
  if (typeof profile === 'string') problems.push(`--faults ${profile}`)
  const settings: WavesOptions = {
    orders: number('orders'),
    wave: number('wave'),
    lines: number('lines'),
    faults,
    cuts: number('cuts'),
    kills: number('kills'),
    speed: number('speed'),
    seed: number('seed'),
    timeout: number('timeout'),
    keep: given['keep'] === true,
  }
  return problems.length > 0 ? problems : settings
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const names = [...Object.keys(numbers), 'faults', 'report', 'campaign']
  let given: Record<string, unknown>
  try {
    given = parseArgs({
      options: {
        ...Object.fromEntries(names.map((name) => [name, text])),
        keep: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    console.error((error as Error).message)
    console.error(usage)
    return 2
  }
  if (given['help']) {
    console.log(usage)
    return 0
  }
  const { report: reportFile, campaign } = given
  const runs =
    typeof campaign === 'string'
      ? (JSON.parse(readFileSync(campaign, 'utf8')) as { runs: Record<string, unknown>[] }).runs
      : [given]
  const settings = runs.map((run) => readSettings({ ...run, ...(given['keep'] ? { keep: true } : {}) }))
  const problems = settings.flatMap((one) => (Array.isArray(one) ? (one as string[]) : []))
  if (problems.length > 0) {
    for (const problem of problems) console.error(problem)
    return 2
  }
  // The bundle of this file lies two folders below the project (scripts/run.mjs).
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const reports: Report[] = []
  for (const one of settings as WavesOptions[]) {
    const report = await runWaves(root, one)
    console.log(forTerminal(report))
    reports.push(report)
    if (typeof reportFile === 'string')
      writeFileSync(reportFile, `${JSON.stringify(reports.length > 1 ? reports : report, null, 2)}\n`)
  }
  return reports.every(isClean) ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
