/**
 * What a line was last seen to hold: one entry per job order, kept in step by status events and by reads of its lists.
 *
 * Events may come twice, late, out of order or not at all; reads overtake each other. So states advance by rank, a list only
 * removes or lowers what was not seen after the list was asked for, and events about a job we took off the line are ignored
 * until a list shows it again.
 */
import { advances } from '@lot-one/rules'
import type { JobState } from '@lot-one/rules'
import type { JobList, ObservedJob } from './decode.ts'
import type { Awaited, Expectation } from './doubt.ts'

/**
 * What the list of a station says about one job. `unknown`: the list was not read after the moment asked about, or not all of it
 * could be understood · `unclear`: it is there, in no state we know.
 */
export type ListedJob =
  | {
      readonly listed: 'yes'
      readonly job: ObservedJob
      /** Its content is what a list shows; an event tells what it was when the event was made, and may come late. */
      readonly contentRead: boolean
    }
  | { readonly listed: 'no' | 'unknown' | 'unclear' }

export interface JobMirror {
  /** Counts every call, read and event of the line; orders them. */
  moment(): number
  tick(): number
  /** A status event. */
  hear(station: string, job: ObservedJob): void
  /** A job response asked for at `asOf`. */
  answer(station: string, job: ObservedJob, asOf: number): void
  /** A whole list asked for at `asOf`. @returns jobs that have begun since they were last seen: their response is worth reading. */
  list(station: string, list: JobList, asOf: number): readonly ObservedJob[]
  /** We send it there, so it may show up (again). */
  expect(station: string, jobOrderId: string, plannedMs: number): void
  /** The line took its Store: it is there, and the next list shows it. */
  stored(station: string, jobOrderId: string): void
  /** The line took its Start. */
  started(jobOrderId: string): void
  /** We ask the line to take it off: from now on its absence is no wonder. */
  dismiss(jobOrderId: string): void
  /** The line took it off. */
  drop(jobOrderId: string): void
  /** Stations that are no longer there. */
  keepStations(stations: ReadonlyMap<string, unknown>): void
  stationOf(jobOrderId: string): string | undefined
  observed(jobOrderId: string): ObservedJob | undefined
  listed(station: string, jobOrderId: string, since: number): ListedJob
  listReadSince(station: string, moment: number): boolean
  all(): IterableIterator<Expectation>
  /** Taken by the line and in no event and no list since. */
  awaited(): Iterable<Awaited>
  /** Jobs at a station, ours or not. */
  listedAt(station: string): number
  /** Something is there, or may have come since the last look: a poll is worth its request. */
  isWorthALook(): boolean
}

/** OPC 40001-3 §8.1: responses exist for every job that is past AllowedToStart. */
export function hasResponse(state: JobState): boolean {
  return state !== 'NotAllowedToStart' && state !== 'AllowedToStart'
}

const mostDropped = 10_000

interface Entry extends Expectation {
  /** Moment of the last sighting. */
  readonly seenAt: number
  readonly content: Content
}

/** What is known of a job's content. */
interface Content {
  readonly digest?: string
  /** Moment it was told or its list was asked for. */
  readonly asOf: number
  readonly isRead: boolean
}

interface Unseen {
  readonly station: string
  /** Only a list asked for later shows whether it is there: one asked for earlier may have overtaken it. */
  readonly since: number
  readonly takenAt?: number
  readonly startedAt?: number
}

export interface MirrorOptions {
  /** Called for every observation that is news. */
  tell(station: string, job: ObservedJob): void
  /**
   * Called when a job that certainly was in its station's list has left it and nobody here asked for it; `mayHaveBegun`: it
   * had, or the line took its Start.
   */
  vanished?(job: ObservedJob, mayHaveBegun: boolean): void
  /** Epoch ms. */
  now(): number
}

/** What an event or a response says about content: it may be older than what is known. */
function told({ digest }: ObservedJob, before: Content | undefined, asOf: number): Content {
  if (digest === undefined) return before ?? { asOf, isRead: false }
  return { digest, asOf, isRead: before?.isRead === true && before.digest === digest }
}

/** What a list shows of it. */
function read({ digest }: ObservedJob, before: Content | undefined, asOf: number): Content {
  if (before && before.asOf > asOf) return before
  // A line that does not give the content back in its list does not deny what it told either.
  const known = digest ?? before?.digest
  return { ...(known !== undefined && { digest: known }), asOf, isRead: true }
}

/** Makes a mirror that knows nothing yet. */
export function createJobMirror({ tell, vanished, now }: MirrorOptions): JobMirror {
  const jobs = new Map<string, Entry>()
  const counts = new Map<string, number>()
  const listReadAt = new Map<string, number>()
  const unclearAt = new Map<string, ReadonlySet<string>>()
  /** On their way or taken, and not seen since the moment `since`. */
  const unseen = new Map<string, Unseen>()
  const planned = new Map<string, number>()
  /** In a list, or taken. An event proves less: it may come late, about what is long gone. */
  const there = new Set<string>()
  const dismissed = new Set<string>()
  /** Taken off, with the moment: lists asked for earlier may still show them. */
  const dropped = new Map<string, number>()
  let moment = 0

  function hold(id: string, entry: Entry): ObservedJob {
    const { digest } = entry.content
    const job = { ...entry.job, ...(digest !== undefined && { digest }) }
    jobs.set(id, { ...entry, job })
    return job
  }

  function put(station: string, job: ObservedJob, seenAt: number, content: Content): ObservedJob {
    const id = job.jobOrderId
    const entry = jobs.get(id)
    const before = entry?.job
    const isSame = before?.jobState === job.jobState
    const plannedMs = planned.get(id)
    const startedAt = entry?.startedAt ?? unseen.get(id)?.startedAt
    unseen.delete(id)
    if (entry) count(entry.station, -1)
    count(station, 1)
    return hold(id, {
      station,
      job: { ...(isSame && before), ...job },
      seenAt,
      content,
      knownAt: isSame && job.estimatedRemainingMs === undefined ? (entry?.knownAt ?? now()) : now(),
      ...(startedAt !== undefined && { startedAt }),
      ...(plannedMs !== undefined && { plannedMs }),
    })
  }

  function count(station: string, change: 1 | -1): void {
    counts.set(station, (counts.get(station) ?? 0) + change)
  }

  function forget(id: string): void {
    const entry = jobs.get(id)
    if (entry) count(entry.station, -1)
    jobs.delete(id)
    planned.delete(id)
    there.delete(id)
    unseen.delete(id)
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
      tell(station, put(station, job, moment, told(job, before?.content, moment)))
    },
    answer(station, job, asOf) {
      const before = jobs.get(job.jobOrderId)
      if (dropped.has(job.jobOrderId)) return
      if (before && before.job.jobState !== job.jobState && !advances(before.job.jobState, job.jobState))
        return
      const seenAt = Math.max(asOf, before?.seenAt ?? 0)
      tell(station, put(station, job, seenAt, told(job, before?.content, asOf)))
    },
    list(station, { jobs: list, unclear, nameless }, asOf) {
      // With an entry nobody can name, absent does not mean absent: such a list only tells what it shows.
      const isWhole = nameless === 0
      if (isWhole && asOf >= (listReadAt.get(station) ?? 0)) {
        listReadAt.set(station, asOf)
        unclearAt.set(station, unclear)
      }
      const present = new Set([...unclear, ...list.map(({ jobOrderId }) => jobOrderId)])
      for (const [id, entry] of isWhole ? jobs : []) {
        if (entry.station !== station || present.has(id) || entry.seenAt > asOf) continue
        const wasThere = there.has(id)
        forget(id)
        if (!dismissed.delete(id) && wasThere)
          vanished?.(entry.job, hasResponse(entry.job.jobState) || entry.startedAt !== undefined)
      }
      for (const [id, each] of isWhole ? unseen : [])
        if (each.station === station && each.since < asOf && !present.has(id)) unseen.delete(id)
      const begun: ObservedJob[] = []
      for (const job of list) {
        if ((dropped.get(job.jobOrderId) ?? 0) > asOf) continue
        const before = jobs.get(job.jobOrderId)
        const content = read(job, before?.content, asOf)
        if (before) hold(job.jobOrderId, { ...before, content })
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
        there.add(job.jobOrderId)
        const news = before?.job.jobState !== job.jobState
        const kept = put(station, job, asOf, content)
        if (news && hasResponse(job.jobState)) begun.push(kept)
        else if (news) tell(station, kept)
      }
      return begun
    },
    expect(station, jobOrderId, plannedMs) {
      dropped.delete(jobOrderId)
      dismissed.delete(jobOrderId)
      planned.set(jobOrderId, plannedMs)
      moment++
      if (!jobs.has(jobOrderId)) unseen.set(jobOrderId, { station, since: moment })
    },
    stored(station, jobOrderId) {
      there.add(jobOrderId)
      if (!jobs.has(jobOrderId))
        unseen.set(jobOrderId, { ...unseen.get(jobOrderId), station, since: moment, takenAt: now() })
    },
    started(jobOrderId) {
      const entry = jobs.get(jobOrderId)
      const awaited = unseen.get(jobOrderId)
      if (entry) jobs.set(jobOrderId, { ...entry, startedAt: now() })
      else if (awaited) unseen.set(jobOrderId, { ...awaited, startedAt: now() })
    },
    dismiss: (jobOrderId) => void dismissed.add(jobOrderId),
    drop(jobOrderId) {
      forget(jobOrderId)
      dismissed.delete(jobOrderId)
      dropped.set(jobOrderId, ++moment)
      if (dropped.size > mostDropped)
        for (const oldest of dropped.keys())
          if (dropped.delete(oldest) && dropped.size <= mostDropped / 2) break
    },
    keepStations(stations) {
      for (const [id, entry] of jobs) if (!stations.has(entry.station)) forget(id)
    },
    stationOf: (jobOrderId) => jobs.get(jobOrderId)?.station,
    observed: (jobOrderId) => jobs.get(jobOrderId)?.job,
    listed(station, jobOrderId, since) {
      const entry = jobs.get(jobOrderId)
      if (entry) return { listed: 'yes', job: entry.job, contentRead: entry.content.isRead }
      if ((listReadAt.get(station) ?? -1) <= since) return { listed: 'unknown' }
      return { listed: unclearAt.get(station)?.has(jobOrderId) ? 'unclear' : 'no' }
    },
    listReadSince: (station, since) => (listReadAt.get(station) ?? -1) > since,
    all: () => jobs.values(),
    *awaited() {
      for (const { station, takenAt } of unseen.values())
        if (takenAt !== undefined) yield { station, takenAt }
    },
    listedAt: (station) => counts.get(station) ?? 0,
    isWorthALook: () => jobs.size > 0 || unseen.size > 0,
  }
}
