/**
 * `npm run waves`: orders in waves through the real bridge and simulated lines under faults; then a report of what was lost,
 * doubled and wrong, counted on the simulators' own ledgers. Exit code 0 only when nothing was.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseProfile } from '../plc-sim/src/faultProfiles.ts'
import { isProof, killsForTerminal, runKills } from './killMatrix.ts'
import type { KillReport } from './killMatrix.ts'
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
  --points WHICH   the kill campaign instead of waves: for each marked point --orders, during which bridge, simulator
                   or storage server are killed there --kills times; "all", or parts of the points' names separated by |
  --naive          the control instead: a client that sends again what is not answered; fine when units are doubled
  --campaign WHAT  runs a list of such settings one after the other: a file, or a name in bench/campaigns
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

type Settings = WavesOptions & {
  /** Part of the names of the points to be killed at; the kill campaign. */
  readonly points?: string
  readonly naive: boolean
}

/** Reads settings from the command line or a campaign. @returns problems as sentences when there are any */
function readSettings(given: Readonly<Record<string, unknown>>): Settings | readonly string[] {
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
  const { points } = given
  const settings: Settings = {
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
    naive: given['naive'] === true,
    ...(typeof points === 'string' && { points: points === 'all' ? '' : points }),
  }
  return problems.length > 0 ? problems : settings
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const
  const names = [...Object.keys(numbers), 'faults', 'report', 'campaign', 'points']
  let given: Record<string, unknown>
  try {
    given = parseArgs({
      options: {
        ...Object.fromEntries(names.map((name) => [name, text])),
        keep: { type: 'boolean' },
        naive: { type: 'boolean' },
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
  // The bundle of this file lies two folders below the project (scripts/run.mjs).
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { report: reportFile, campaign } = given
  const runs = typeof campaign === 'string' ? readCampaign(root, campaign) : [given]
  const settings = runs.map((run) => readSettings({ ...run, ...(given['keep'] ? { keep: true } : {}) }))
  const problems = settings.flatMap((one) => (Array.isArray(one) ? (one as string[]) : []))
  if (problems.length > 0) {
    for (const problem of problems) console.error(problem)
    return 2
  }
  const reports: unknown[] = []
  let isFine = true
  for (const one of settings as Settings[]) {
    const done = await run(root, one)
    console.log(done.text)
    reports.push(done.report)
    isFine &&= done.isFine
    if (typeof reportFile === 'string')
      writeFileSync(reportFile, `${JSON.stringify(reports.length > 1 ? reports : done.report, null, 2)}\n`)
  }
  return isFine ? 0 : 1
}

interface Done {
  readonly report: Report | KillReport | object
  readonly text: string
  readonly isFine: boolean
}

async function run(root: string, { points, naive, ...options }: Settings): Promise<Done> {
  if (naive) {
    // Loads the OPC UA stack, which the other runs need only in their child processes.
    const { runNaive } = await import('./naive.ts')
    const { ordered, built, lost, doubled, wrong } = await runNaive(root, options)
    const text = `A naive client, --orders ${options.orders} --faults ${options.faults}: operations ordered ${ordered}, built ${built}, doubled ${doubled.length}, lost ${lost.length}, wrong ${wrong.length}`
    return { report: { naive: true, ordered, built, lost, doubled, wrong }, text, isFine: doubled.length > 0 }
  }
  if (points !== undefined) {
    const report = await runKills(root, { ...options, only: points })
    return { report, text: killsForTerminal(report), isFine: isProof(report) }
  }
  const report = await runWaves(root, options)
  return { report, text: forTerminal(report), isFine: isClean(report) }
}

/** @throws a sentence when there is no such campaign */
function readCampaign(root: string, campaign: string): Record<string, unknown>[] {
  const file = /^[\w-]+$/.test(campaign) ? join(root, 'bench/campaigns', `${campaign}.json`) : campaign
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { runs: Record<string, unknown>[] }).runs
  } catch (error) {
    throw new Error(`The campaign ${campaign} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
