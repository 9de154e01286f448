/**
 * Lines that other bridges work, as their owners last reported them; and what this bridge reports about its own. A report is
 * what staff see plus what whoever finds lines for orders must know: how much is queued at each station.
 */
import type { LineView } from '@lot-one/rules'
import type { Fence } from './journal.ts'
import type { Beat, Bridges } from './journalBridges.ts'
import type { Clock, Log } from './line.ts'
import type { Load } from './orderBook.ts'
import type { LineSeen, Need } from './work.ts'

export interface LineReport {
  readonly view: LineView
  /** By routing name of the station. */
  readonly loads: Readonly<Record<string, Load>>
}

export interface LineReports {
  /** Reports soon, with what is true then; nobody listens where this process is alone. */
  changed(lineId: string): void
  /** Other bridges were heard: fetches the reports that are new. */
  heard(beat: Beat): void
  /** The last report about a line; undefined when there is none yet. */
  of(lineId: string): LineReport | undefined
  /** A line of another bridge, as planning sees it. */
  seen(lineId: string, isHeld: boolean): LineSeen
  /** An order goes to a line of another bridge: counted until its owner's reports do. */
  sent(orderId: string, lineId: string, needs: readonly Need[]): void
  stop(): void
}

export interface LineReportsParts {
  readonly bridges: Bridges
  readonly bridge: string
  readonly clock: Clock
  readonly log: Log
  /** The lease of a line if it is ours, and what there is to report about it. */
  readonly holds: (lineId: string) => Fence | undefined
  readonly make: (lineId: string) => LineReport
  /** Another bridge's report about a line has come. */
  readonly onReport: (lineId: string) => void
}

const reportPauseMs = 1_000
/** By then an order that was given away is in its owner's reports. */
const countedMs = 1_500

/** Makes the reports of one bridge. */
export function createLineReports(parts: LineReportsParts): LineReports {
  const { bridges, bridge, clock, log, holds, make, onReport } = parts
  const known = new Map<string, { readonly version: number; readonly report: LineReport }>()
  const sending = new Map<string, { timer?: NodeJS.Timeout; at: number; last: string }>()
  const onTheirWay = new Map<
    string,
    { readonly lineId: string; readonly needs: readonly Need[]; readonly at: number }
  >()
  let owned: ReadonlySet<string> = new Set()
  let fetching = false
  let isStopped = false

  async function send(lineId: string): Promise<void> {
    const entry = sending.get(lineId)!
    delete entry.timer
    entry.at = clock.now()
    const fence = holds(lineId)
    if (!fence || isStopped) return
    const text = JSON.stringify(make(lineId))
    if (text === entry.last) return
    const { outcome } = await bridges.report(fence, bridge, text)
    if (outcome === 'told') entry.last = text
    else reports.changed(lineId)
  }

  async function fetch(lineIds: readonly string[]): Promise<void> {
    const answer = await bridges.reports(lineIds)
    if ('outcome' in answer) return
    for (const { lineId, version, report } of answer) {
      known.set(lineId, { version, report: JSON.parse(report) as LineReport })
      for (const [orderId, order] of onTheirWay)
        if (order.lineId === lineId && clock.now() - order.at > countedMs) onTheirWay.delete(orderId)
      onReport(lineId)
    }
  }

  function onTheWayTo(lineId: string, kind: string): { jobs: number; seconds: number } {
    let jobs = 0
    let seconds = 0
    for (const order of onTheirWay.values()) {
      if (order.lineId !== lineId || clock.now() - order.at > 10 * countedMs) continue
      for (const need of order.needs)
        if (need.station === kind) {
          jobs++
          seconds += need.plannedSeconds
        }
    }
    return { jobs, seconds }
  }

  const reports: LineReports = {
    changed(lineId) {
      if (bridges.alone || isStopped || !holds(lineId)) return
      const entry = sending.get(lineId) ?? { at: 0, last: '' }
      sending.set(lineId, entry)
      entry.timer ??= setTimeout(
        () =>
          void send(lineId).catch((error: unknown) => log.error({ err: error }, `report: ${String(error)}`)),
        Math.max(0, entry.at + reportPauseMs - clock.now()),
      )
    },
    heard(beat) {
      owned = new Set(beat.leases.flatMap(({ lease, leftMs }) => (leftMs > 0 ? [lease] : [])))
      const fresh = [...beat.reports].flatMap(([lineId, version]) =>
        known.get(lineId)?.version === version ? [] : [lineId],
      )
      if (fresh.length === 0 || fetching) return
      fetching = true
      void fetch(fresh).finally(() => (fetching = false))
    },
    of: (lineId) => known.get(lineId)?.report,
    seen(lineId, isHeld) {
      const { view, loads = {} } = known.get(lineId)?.report ?? {}
      const state = view?.link.state
      return {
        id: lineId,
        online: owned.has(lineId) && (state === 'online' || state === 'degraded'),
        held: isHeld,
        reason: view?.link.reason ?? state ?? 'no bridge has reported about it',
        since: view ? Date.parse(view.link.since) : 0,
        capability(kind) {
          const stations = view?.stations ?? []
          const station =
            stations.find((each) => each.station === kind) ??
            stations.find(({ workMasters }) => workMasters.includes(kind))
          if (!station) return { known: stations.length > 0, credit: 0 }
          const there = Math.max(loads[kind]?.jobs ?? 0, station.listed) + onTheWayTo(lineId, kind).jobs
          const { maxJobOrders, workMasters, materials } = station
          const credit = maxJobOrders === 0 ? Infinity : maxJobOrders - there
          return { known: true, station: station.station, credit, workMasters, materials }
        },
        listed: () => ({ listed: 'unknown' }),
        listReadSince: () => false,
        backlogSeconds(kind) {
          const { seconds, parallel } = loads[kind] ?? { seconds: 0, parallel: 1 }
          return (seconds + onTheWayTo(lineId, kind).seconds) / parallel
        },
      }
    },
    sent(orderId, lineId, needs) {
      onTheirWay.set(orderId, { lineId, needs, at: clock.now() })
    },
    stop() {
      isStopped = true
      for (const { timer } of sending.values()) clearTimeout(timer)
    },
  }
  return reports
}
