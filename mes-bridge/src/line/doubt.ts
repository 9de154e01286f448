/**
 * When to look at a station although it said nothing: a status event that should have come by now may have been lost. Every
 * look that finds nothing new doubles the wait for the next one, so a job that merely takes long costs next to nothing.
 */
import type { ObservedJob } from './decode.ts'

/** One job as a line was last seen to hold it. Times in epoch ms of our clock. */
export interface Expectation {
  readonly station: string
  readonly job: ObservedJob
  /** When its present state became known. */
  readonly knownAt: number
  /** The line took its Start. */
  readonly startedAt?: number
  /** What the job order plans, for lines that do not estimate what remains. */
  readonly plannedMs?: number
}

/** A job order that the line took and has not shown since. */
export interface Awaited {
  readonly station: string
  readonly takenAt: number
}

/** An event needs a moment, and so does a station between two jobs. */
const graceMs = 1_000

/**
 * Gives the moment from which on the silence about a job is suspicious; undefined while it may well be right.
 * @param hasRoom the station works on fewer jobs than it was seen to.
 */
export function expectedBy(of: Expectation, hasRoom: boolean): number | undefined {
  const { job, knownAt, startedAt, plannedMs } = of
  switch (job.jobState) {
    case 'NotAllowedToStart':
      return startedAt === undefined ? undefined : Math.max(startedAt, knownAt) + graceMs
    case 'AllowedToStart':
      return hasRoom ? knownAt + graceMs : undefined
    case 'Running': {
      const remaining = job.estimatedRemainingMs ?? plannedMs
      return remaining === undefined ? undefined : knownAt + remaining + graceMs
    }
    default:
      return undefined
  }
}

export interface Doubts {
  /** Something was learned about a station: the next look need not wait. */
  news(station: string): void
  /** Stations worth a look now; each is given once, then again after the wait. */
  due(jobs: Iterable<Expectation>, awaited: Iterable<Awaited>, now: number): string[]
}

/** @param mostMs the longest wait between two looks. */
export function createDoubts(mostMs: number): Doubts {
  const waits = new Map<string, { readonly until: number; readonly ms: number }>()
  const mostAtOnce = new Map<string, number>()
  return {
    news: (station) => void waits.delete(station),
    due(jobs, awaited, now) {
      const all = [...jobs]
      const running = new Map<string, number>()
      for (const { station, job } of all)
        if (job.jobState === 'Running') running.set(station, (running.get(station) ?? 0) + 1)
      for (const [station, count] of running)
        mostAtOnce.set(station, Math.max(count, mostAtOnce.get(station) ?? 1))
      const late = new Set<string>()
      const expect = (station: string, by: number | undefined): void => {
        if (by !== undefined && by <= now && (waits.get(station)?.until ?? 0) <= now) late.add(station)
      }
      for (const each of all) {
        const { station } = each
        expect(station, expectedBy(each, (running.get(station) ?? 0) < (mostAtOnce.get(station) ?? 1)))
      }
      for (const { station, takenAt } of awaited) expect(station, takenAt + graceMs)
      for (const station of late) {
        const ms = Math.min(mostMs, 2 * (waits.get(station)?.ms ?? graceMs / 2))
        waits.set(station, { until: now + ms, ms })
      }
      return [...late]
    },
  }
}
