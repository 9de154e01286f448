/**
 * Races contestants in turns and keeps what cancels the machine's drift: the median of the per-round ratios.
 *
 * One contestant after the other measures the weather: a shared machine is twice as fast a minute later. So every round asks
 * each contestant for one sample (order reversed every other round), and a ratio is only ever taken inside one round.
 */

import type { Browser } from 'playwright-core'

/** Median and quartiles of some samples, in the samples' unit. */
export interface Spread {
  readonly median: number
  readonly q1: number
  readonly q3: number
}

export interface Contestant {
  readonly name: string
  /** Measures once and gives the cost or rate of one operation; called once per round. */
  readonly sample: (round: number) => number | Promise<number>
}

/** One line of the tables: ours beside one peer, both measured in the same rounds. */
export interface Row {
  readonly case: string
  readonly unit: string
  /** Whether a smaller or a larger number is the better one. */
  readonly better: 'less' | 'more'
  readonly ours: Spread
  readonly peerName: string
  readonly peer: Spread
  /** Ours divided by the peer, per round. */
  readonly ratio: Spread
  /** Rounds. */
  readonly n: number
  readonly bar?: Bar
}

/** A figure without a peer. */
export interface Figure {
  readonly name: string
  readonly value: number | string
  readonly unit?: string
  readonly bar?: Bar
  readonly note?: string
}

/** What was promised; judged on the ratio of a row or the value of a figure. */
export type Bar = { readonly atMost: number } | { readonly atLeast: number }

/** What one section of the run gives. */
export interface SectionResult {
  readonly rows: readonly Row[]
  readonly figures: readonly Figure[]
}

/** What a section gets from the run. */
export interface Bench {
  /** Few short rounds, for continuous integration. */
  readonly quick: boolean
  /** Repository root. */
  readonly root: string
  /** A folder of this run, removed afterwards. */
  readonly folder: string
  /** Loads a package of bench/peers. */
  readonly peer: (name: string) => unknown
  /** Bundles a TypeScript file of the project for a process or thread of its own; gives the bundle's path. */
  readonly bundle: (file: string) => Promise<string>
  /** The browser of the tests. */
  readonly launchBrowser: (options?: { readonly args: string[] }) => Promise<Browser>
  /** Builds the shop into dist/web, once per run. */
  readonly buildWeb: () => Promise<unknown>
  /** Says where the run is; goes to stderr. */
  readonly say: (text: string) => void
}

/** Gives median and quartiles (linear interpolation). @throws on no samples */
export function spread(samples: readonly number[]): Spread {
  return { median: quantile(samples, 0.5), q1: quantile(samples, 0.25), q3: quantile(samples, 0.75) }
}

/** Gives a quantile (linear interpolation). @throws on no samples */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new Error('no samples to take a quantile of')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * Lets the first contestant (ours) run against each of the others.
 * @param rounds how many samples each contestant gives, after one that is thrown away
 */
export async function race(
  name: string,
  unit: string,
  better: 'less' | 'more',
  rounds: number,
  contestants: readonly Contestant[],
  bar?: Bar,
): Promise<Row[]> {
  const samples = contestants.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    const turns = [...contestants.keys()]
    if (round % 2 !== 0) turns.reverse()
    for (const i of turns) {
      const sample = await contestants[i]?.sample(Math.max(round, 0))
      if (round >= 0) samples[i]?.push(sample ?? NaN)
    }
  }
  const ours = samples[0] ?? []
  return contestants.slice(1).map(({ name: peerName }, i) => {
    const peer = samples[i + 1] ?? []
    const ratio = spread(ours.map((cost, round) => cost / (peer[round] ?? NaN)))
    return {
      case: name,
      unit,
      better,
      ours: spread(ours),
      peerName,
      peer: spread(peer),
      ratio,
      n: rounds,
      ...(bar && { bar }),
    }
  })
}

/**
 * Makes a sample of repeated calls: runs `work` again and again for at least `ms` milliseconds.
 * @returns milliseconds per operation
 * @param work does some operations and says how many
 */
export function slice(
  ms: number,
  work: (round: number) => number | Promise<number>,
): (round: number) => Promise<number> {
  return async (round) => {
    const start = performance.now()
    let operations = 0
    let now = start
    do {
      const done = work(round)
      // awaiting a plain number would charge synchronous contestants for a turn of the event loop
      operations += typeof done === 'number' ? done : await done
      now = performance.now()
    } while (now - start < ms)
    return (now - start) / operations
  }
}

/** Says whether a row or figure keeps its promise; `undefined` where none was made. */
export function keepsBar({ bar }: { readonly bar?: Bar }, value: number): boolean | undefined {
  if (!bar) return undefined
  return 'atMost' in bar ? value <= bar.atMost : value >= bar.atLeast
}

/** Gives numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
