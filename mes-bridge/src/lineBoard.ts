/**
 * All lines as this bridge knows them: its own from their links, the others as their owners report them. What planning sees, what
 * staff see, and what staff do at a line of ours.
 */
import type { LineView } from '@lot-one/rules'
import type { Custody } from './custody.ts'
import type { Journal } from './journal.ts'
import type { Beat } from './journalBridges.ts'
import { unassignedLease } from './leases.ts'
import type { Clock, Line, Log } from './line.ts'
import { createLineDesk } from './lineDesk.ts'
import { createLineReports } from './lineReports.ts'
import type { LineReport } from './lineReports.ts'
import type { OrderBook, Work } from './orderBook.ts'
import { obstacle } from './assignment.ts'
import type { LineSeen } from './work.ts'
import type { LineDeskOfStaff } from './production.ts'

export interface LineBoard extends LineDeskOfStaff {
  lines(): LineView[]
  /** A line as planning sees it. */
  seen(line: Line): LineSeen
  /** Something about a line has changed: followers and other bridges are told. */
  changed(line: Line): void
  /** Other bridges were heard. */
  heard(beat: Beat): void
  /** Reads which lines are held, before the first line is found for an order. */
  readHolds(): Promise<void>
  /** A line is held, or no longer, as its journal says. */
  noteHold(lineId: string, isHeld: boolean): void
  /** An order was given to a line of another bridge. */
  sent(work: Work, lineId: string): void
  /** Trusts what a line shows if a person has decided so at another bridge. */
  applyTrust(line: Line): Promise<void>
  /** Tells every order whose promise has moved; `pace` is real seconds per planned second. */
  renewPromises(pace: number): void
  stop(): void
}

export interface LineBoardParts {
  readonly journal: Journal
  readonly lines: ReadonlyMap<string, Line>
  readonly book: OrderBook
  readonly bridge: string
  readonly custody: () => Pick<Custody, 'holds' | 'fenceOf'>
  readonly clock: Clock
  readonly log: Log
  readonly touch: (work: Work) => void
}

const followPauseMs = 200

/** Makes the board. */
export function createLineBoard(parts: LineBoardParts): LineBoard {
  const { journal, lines, book, bridge, custody, clock, log, touch } = parts
  const { bridges } = journal
  const desk = createLineDesk(book, clock, touch)
  const held = new Set<string>()
  const listeners = new Set<(line: LineView) => void>()
  const told = new Map<string, { at: number; timer?: NodeJS.Timeout }>()
  let lastBeat: Beat | undefined
  const reports = createLineReports({
    bridges,
    bridge,
    clock,
    log,
    holds: (lineId) => custody().holds(lineId),
    make: reportOf,
    onReport(lineId) {
      const line = lines.get(lineId)
      if (line && !isOurs(lineId)) changed(line)
      touchUnassigned()
    },
  })

  const isOurs = (lineId: string): boolean => custody().fenceOf(lineId) !== undefined

  function touchUnassigned(): void {
    for (const work of book.all()) if (work.jobs.length === 0) touch(work)
  }

  function noteHold(lineId: string, isHeld: boolean): void {
    const line = lines.get(lineId)
    if (!line || held.has(lineId) === isHeld) return
    if (isHeld) held.add(lineId)
    else held.delete(lineId)
    touchUnassigned()
    changed(line)
  }

  function view(line: Line): LineView {
    const isHeld = held.has(line.id)
    if (isOurs(line.id)) return { ...desk.view(line, isHeld), ...(!bridges.alone && { bridge }) }
    const { bridge: _, ...last } = reports.of(line.id)?.view ?? desk.view(line, isHeld)
    const owner = ownerIn(lastBeat, line.id)
    if (owner !== undefined) return { ...last, held: isHeld, bridge: owner }
    const detail = `no bridge works line ${line.id} at the moment; another one takes it over by itself`
    const link = { ...last.link, reason: detail, problems: [{ cause: 'elsewhere' as const, detail }] }
    return { ...last, held: isHeld, link: { ...link, state: 'connecting' } }
  }

  function reportOf(lineId: string): LineReport {
    const line = lines.get(lineId)!
    const loads = line.stations().map(({ station }) => [station, book.load(lineId, station)] as const)
    return { view: view(line), loads: Object.fromEntries(loads) }
  }

  /** Followers hear at once, then at most every 200 ms with the latest. */
  function changed(line: Line): void {
    reports.changed(line.id)
    if (listeners.size === 0) return
    const entry = told.get(line.id) ?? { at: 0 }
    told.set(line.id, entry)
    entry.timer ??= setTimeout(
      () => {
        delete entry.timer
        entry.at = clock.now()
        const now = view(line)
        for (const listener of listeners) listener(now)
      },
      Math.max(0, entry.at + followPauseMs - clock.now()),
    )
  }

  function seen(line: Line): LineSeen {
    const isHeld = held.has(line.id)
    if (!isOurs(line.id)) return reports.seen(line.id, isHeld)
    const link = line.link()
    const known = line.stations().length > 0
    return {
      id: line.id,
      online: line.isOnline(),
      held: isHeld,
      clearsByItself: line.clearsByItself(),
      reason: link.reason ?? link.state,
      since: Date.parse(link.since),
      capability(kind) {
        const station = line.stationFor(kind)
        if (!station) return { known, credit: 0 }
        // Others may hand work to the station too.
        const there = Math.max(book.load(line.id, kind).jobs, line.listedAt(station.station))
        const credit = station.maxJobOrders === 0 ? Infinity : station.maxJobOrders - there
        return { ...station, known, credit }
      },
      listed: (station, jobOrderId, since) => line.listed(station, jobOrderId, since),
      listReadSince: (station, moment) => line.listReadSince(station, moment),
      backlogSeconds(kind) {
        const { seconds, parallel } = book.load(line.id, kind)
        return seconds / parallel
      },
    }
  }

  return {
    lines: () => [...lines.values()].map(view),
    seen,
    changed,
    followLines(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    noteHold,
    async readHolds() {
      const ids = await journal.heldLines()
      for (const { id } of lines.values()) noteHold(id, ids.includes(id))
    },
    heard(beat) {
      const before = lastBeat
      lastBeat = beat
      // Whoever finds lines wrote down every hold itself.
      if (!isOurs(unassignedLease))
        for (const { id } of lines.values()) noteHold(id, beat.heldLines.includes(id))
      reports.heard(beat)
      for (const line of lines.values())
        if (ownerIn(before, line.id) !== ownerIn(beat, line.id)) changed(line)
    },
    sent: (work, lineId) => reports.sent(work.view.order.orderId, lineId, work.needs),
    async holdLine(lineId, hold) {
      const line = lines.get(lineId)
      if (!line) return { outcome: 'unknownLine' }
      const stored = await journal.holdLine(lineId, hold)
      if (stored.outcome === 'unavailable') return stored
      noteHold(lineId, hold)
      return stored
    },
    async trustLine(lineId, sha256) {
      const line = lines.get(lineId)
      if (!line) return { outcome: 'unknownLine' }
      const answer = await line.trust(sha256)
      const shown = line.view().certificate?.sha256
      if (answer.outcome !== 'trusted' || shown === undefined) return answer
      // for every bridge that may work the line later
      const stored = await bridges.trust(lineId, shown)
      return stored.outcome === 'unavailable' ? stored : answer
    },
    async applyTrust(line) {
      const { certificate } = line.view()
      if (bridges.alone || certificate?.trust !== 'waiting') return
      const answer = await bridges.isTrusted(line.id, certificate.sha256)
      if ('trusted' in answer && answer.trusted && isOurs(line.id)) await line.trust(certificate.sha256)
    },
    async answerDoubt(lineId, jobOrderId, built) {
      const line = lines.get(lineId)
      if (!line) return { outcome: 'unknownLine' }
      const answer = await desk.answer(lineId, jobOrderId, built)
      changed(line)
      return answer
    },
    async preview(lineId, jobOrders) {
      const line = lines.get(lineId)
      if (!line) return { outcome: 'unknownLine' }
      const why = obstacle({ needs: jobOrders, avoid: new Map() }, seen(line), new Map(), clock.now())
      return {
        outcome: 'preview',
        ...(why !== undefined && { obstacle: `${lineId} ${why}` }),
        written: jobOrders.map((order) => {
          const machine = line.stationFor(order.station)?.name
          return { ...(machine !== undefined && { machine }), fields: line.preview(order) }
        }),
      }
    },
    renewPromises: (pace) => desk.renewPromises(pace),
    stop() {
      reports.stop()
      for (const { timer } of told.values()) clearTimeout(timer)
    },
  }
}

function ownerIn(beat: Beat | undefined, lineId: string): string | undefined {
  return beat?.leases.find(({ lease, leftMs }) => lease === lineId && leftMs > 0)?.owner
}
