/** What a run of waves found: as a block that refreshes itself, as lines, and as a report at the end. */
import { quantile } from './harness.ts'
import type { Verdict } from './wavesJudge.ts'
import type { Shopping } from './wavesShopper.ts'

/** Where a run stands. */
export interface Standing {
  readonly orders: number
  readonly posted: number
  readonly accepted: number
  readonly completed: number
  readonly stopped: number
  readonly waiting: string
  readonly cuts: string
  readonly kills: string
  readonly deaths: string
  readonly seconds: number
  readonly memoryMb: number
}

/** Everything a run found, JSON-able. Times in seconds. */
export interface Report {
  readonly settings: Readonly<Record<string, string | number>>
  readonly seconds: number
  readonly ordersPerMinute: number
  readonly orders: { readonly posted: number; readonly accepted: number; readonly completed: number }
  /** Honestly given to an operator, with the reason. */
  readonly stopped: readonly string[]
  /** Neither completed nor stopped when time was over. */
  readonly unfinished: readonly string[]
  readonly posts: number
  readonly clickToAccepted: Spread
  readonly clickToRunning: Spread
  readonly clickToCompleted: Spread
  readonly operations: { readonly ordered: number; readonly built: number }
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly wrong: readonly string[]
  /** Answers and streams that broke their promise, as the shoppers saw them. */
  readonly brokenPromises: readonly string[]
  /** Calls whose fate was open, by what the bridge recorded, and how many of their job orders were settled in the end. */
  readonly unknown: { readonly calls: number; readonly resolved: number }
  readonly cuts: number
  readonly kills: { readonly bridge: number; readonly sim: number }
  readonly simulatorDeaths: number
  readonly bridgeCrashes: number
  readonly bridgeMemoryMb: { readonly thirdQuarter: number; readonly lastQuarter: number }
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly n: number
}

/** Median and 99th percentile of some times in ms, in seconds. */
export function spreadOf(times: readonly (number | undefined)[]): Spread {
  const known = times.filter((time) => time !== undefined)
  if (known.length === 0) return { p50: NaN, p99: NaN, n: 0 }
  const round = (ms: number) => Math.round(ms) / 1000
  return { p50: round(quantile(known, 0.5)), p99: round(quantile(known, 0.99)), n: known.length }
}

/** Whether the run kept what is promised: nothing lost, doubled, wrong, unfinished or answered wrongly, no crash. */
export function isClean(report: Report): boolean {
  const { lost, doubled, wrong, unfinished, brokenPromises, bridgeCrashes } = report
  return (
    [lost, doubled, wrong, unfinished, brokenPromises].every((list) => list.length === 0) &&
    bridgeCrashes === 0
  )
}

/** Shows where the run is: one block that redraws itself on a terminal, a line now and then elsewhere. */
export function createView(out: NodeJS.WriteStream): {
  show(standing: Standing): void
  say(text: string): void
  end(): void
} {
  let drawn = 0
  let lastLine = -Infinity
  const erase = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }
  return {
    show(standing) {
      const { orders, posted, accepted, completed, stopped, seconds } = standing
      const head = `${Math.round(seconds)} s  posted ${posted}/${orders}  accepted ${accepted}  completed ${completed}  stopped ${stopped}`
      if (!out.isTTY) {
        if (seconds - lastLine < 10) return
        lastLine = seconds
        out.write(
          `${head}  cuts ${standing.cuts}  kills ${standing.kills}  ${standing.memoryMb} MB  ${standing.waiting}\n`,
        )
        return
      }
      erase()
      const width = Math.max(20, Math.min(60, out.columns - 20))
      const bar = (part: number, mark: string) =>
        mark.repeat(Math.round((width * part) / Math.max(1, orders)))
      const progress = (
        bar(completed, '█') +
        bar(accepted - completed, '▒') +
        bar(posted - accepted, '·')
      ).padEnd(width)
      const block = [
        head,
        `[${progress}]`,
        `cuts ${standing.cuts}   kills ${standing.kills}   simulator deaths ${standing.deaths}   bridge ${standing.memoryMb} MB`,
        standing.waiting.slice(0, out.columns - 1),
      ]
      out.write(`${block.join('\n')}\n`)
      drawn = block.length
    },
    say(text) {
      erase()
      out.write(`${text}\n`)
    },
    end: erase,
  }
}

/** Names an order that is not over, with what it waits for. */
export function unfinished(shopping: Shopping): string {
  return `${shopping.order.orderId} is ${shopping.state}${shopping.reason ? ` (${shopping.reason})` : ''}`
}

/** The report for a terminal. */
export function forTerminal(report: Report): string {
  const { orders, operations, kills, bridgeMemoryMb: memory } = report
  const times = ({ p50, p99 }: Spread) => `p50 ${p50} s, p99 ${p99} s`
  const list = (name: string, entries: readonly string[]) =>
    entries.length === 0 ? `${name}: 0` : [`${name}: ${entries.length}`, ...entries.slice(0, 20)].join('\n  ')
  return [
    '',
    Object.entries(report.settings)
      .map(([name, value]) => `--${name} ${value}`)
      .join(' '),
    `${orders.completed} of ${orders.accepted} accepted orders completed in ${report.seconds} s: ${report.ordersPerMinute} orders/min`,
    `click to accepted  ${times(report.clickToAccepted)}`,
    `click to running   ${times(report.clickToRunning)}`,
    `click to completed ${times(report.clickToCompleted)}`,
    `links cut ${report.cuts}, bridge killed ${kills.bridge}, simulator killed ${kills.sim}, simulator died ${report.simulatorDeaths}, posts ${report.posts}`,
    `calls without an answer ${report.unknown.calls}, resolved ${report.unknown.resolved}`,
    `operations ordered ${operations.ordered}, built ${operations.built} (the simulators' own ledgers)`,
    `bridge memory ${memory.thirdQuarter} MB in the third quarter, ${memory.lastQuarter} MB in the last`,
    list('lost', report.lost),
    list('doubled', report.doubled),
    list('wrong', report.wrong),
    list('stopped, an operator is asked', report.stopped),
    list('unfinished', report.unfinished),
    list('broken promises', report.brokenPromises),
    `bridge crashes: ${report.bridgeCrashes}`,
  ].join('\n')
}

/** The part of a report that comes from the ledgers. */
export function fromVerdict({
  ordered,
  built,
  lost,
  doubled,
  wrong,
}: Verdict): Pick<Report, 'operations' | 'lost' | 'doubled' | 'wrong'> {
  return { operations: { ordered, built }, lost, doubled, wrong }
}
