/**
 * What a line was last seen to hold: one entry per job order, kept in step by status events and by reads of its lists.
 *
 * Events may come twice, late, out of order or not at all; reads overtake each other. So states advance by rank, a list only
 * removes or lowers what was not seen after the list was asked for, and events about a job we took off the line are ignored
 * until a list shows it again.
 */
import { advances } from '@lot-one/rules'
import type { JobState } from '@lot-one/rules'
import type { ObservedJob } from './decode.ts'

/** What the list of a station says about one job. `unknown`: the list was not read after the moment asked about. */
export type ListedJob =
  | { readonly listed: 'yes'; readonly job: ObservedJob }
  | { readonly listed: 'no' }
  | { readonly listed: 'unknown' }

export interface JobMirror {
  /** Counts every call, read and event of the line; orders them. */
  moment(): number
  tick(): number
  /** A status event. */
  hear(station: string, job: ObservedJob): void
  /** A job response asked for at `asOf`. */
  answer(station: string, job: ObservedJob, asOf: number): void
  /** A whole list asked for at `asOf`. @returns jobs that have begun since they were last seen: their response is worth reading. */
  list(station: string, jobs: readonly ObservedJob[], asOf: number): readonly ObservedJob[]
  /** We send it there, so it may show up (again). */
  expect(station: string, jobOrderId: string): void
  /** The line took it off. */
  drop(jobOrderId: string): void
  /** Stations that are no longer there. */
  keepStations(stations: ReadonlyMap<string, unknown>): void
  stationOf(jobOrderId: string): string | undefined
  observed(jobOrderId: string): ObservedJob | undefined
  listed(station: string, jobOrderId: string, since: number): ListedJob
  listReadSince(station: string, moment: number): boolean
  all(): IterableIterator<{ readonly station: string; readonly job: ObservedJob }>
  /** Something is there, or may have come since the last look: a poll is worth its request. */
  isWorthALook(): boolean
}

/** OPC 40001-3 §8.1: responses exist for every job that is past AllowedToStart. */
export function hasResponse(state: JobState): boolean {
  return state !== 'NotAllowedToStart' && state !== 'AllowedToStart'
}

const mostDropped = 10_000

/** @param tell is called for every observation that is news. */
export function createJobMirror(tell: (station: string, job: ObservedJob) => void): JobMirror {
  const jobs = new Map<
    string,
    { readonly station: string; readonly job: ObservedJob; readonly seenAt: number }
  >()
  const listReadAt = new Map<string, number>()
  const sentAt = new Map<string, number>()
  const dropped = new Set<string>()
  let moment = 0

  function put(station: string, job: ObservedJob, seenAt: number): ObservedJob {
    const before = jobs.get(job.jobOrderId)?.job
    const digest = job.digest ?? before?.digest
    const kept = {
      ...(before?.jobState === job.jobState && before),
      ...job,
      ...(digest !== undefined && { digest }),
    }
    jobs.set(job.jobOrderId, { station, job: kept, seenAt })
    return kept
  }

  return {
    moment: () => moment,
    tick: () => ++moment,
    hear(station, job) {
      moment++
      const before = jobs.get(job.jobOrderId)
      if (dropped.has(job.jobOrderId)) return
      if (before && before.job.jobState !== job.jobState && !advances(before.job.jobState, job.jobState))
        return
      tell(station, put(station, job, moment))
    },
    answer(station, job, asOf) {
      const before = jobs.get(job.jobOrderId)
      if (dropped.has(job.jobOrderId)) return
      if (before && before.job.jobState !== job.jobState && !advances(before.job.jobState, job.jobState))
        return
      tell(station, put(station, job, Math.max(asOf, before?.seenAt ?? 0)))
    },
    list(station, list, asOf) {
      listReadAt.set(station, Math.max(asOf, listReadAt.get(station) ?? 0))
      const present = new Set(list.map(({ jobOrderId }) => jobOrderId))
      for (const [id, entry] of jobs)
        if (entry.station === station && !present.has(id) && entry.seenAt <= asOf) jobs.delete(id)
      const begun: ObservedJob[] = []
      for (const job of list) {
        const before = jobs.get(job.jobOrderId)
        if (before && before.seenAt > asOf && !advances(before.job.jobState, job.jobState)) continue
        // Only a list can lower a state (a revoked start); what was over stays over.
        if (
          before &&
          hasResponse(before.job.jobState) &&
          before.job.jobState !== job.jobState &&
          !advances(before.job.jobState, job.jobState)
        )
          continue
        dropped.delete(job.jobOrderId)
        const news = before?.job.jobState !== job.jobState
        const kept = put(station, job, asOf)
        if (news && hasResponse(job.jobState)) begun.push(kept)
        else if (news) tell(station, kept)
      }
      return begun
    },
    expect(station, jobOrderId) {
      dropped.delete(jobOrderId)
      sentAt.set(station, ++moment)
    },
    drop(jobOrderId) {
      jobs.delete(jobOrderId)
      dropped.add(jobOrderId)
      if (dropped.size > mostDropped)
        for (const oldest of dropped) if (dropped.delete(oldest) && dropped.size <= mostDropped / 2) break
    },
    keepStations(stations) {
      for (const [id, entry] of jobs) if (!stations.has(entry.station)) jobs.delete(id)
    },
    stationOf: (jobOrderId) => jobs.get(jobOrderId)?.station,
    observed: (jobOrderId) => jobs.get(jobOrderId)?.job,
    listed(station, jobOrderId, since) {
      const entry = jobs.get(jobOrderId)
      if (entry) return { listed: 'yes', job: entry.job }
      return (listReadAt.get(station) ?? -1) > since ? { listed: 'no' } : { listed: 'unknown' }
    },
    listReadSince: (station, since) => (listReadAt.get(station) ?? -1) > since,
    all: () => jobs.values(),
    isWorthALook: () =>
      jobs.size > 0 || [...sentAt].some(([station, at]) => (listReadAt.get(station) ?? -1) <= at),
  }
}
