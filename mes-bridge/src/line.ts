/**
 * One line controller over OPC UA: keeps a link for ever, finds its stations, hands over job orders, watches what becomes of
 * them. Only this module and its folder know node-opcua.
 *
 * The link: `connecting` → (session) `resyncing` → (all state read) `online`, or `degraded` with what is off; a lost connection
 * leads back to `connecting`; `stopped` waits for a person (trust, password, security settings) and goes on by itself once
 * the cause is gone. Whatever is known about jobs came from a status event or a read; a call's answer only says whether the
 * line took the call.
 */
import type { LineView } from '@lot-one/rules'
import type { JobOrder } from './jobOrder.ts'
import type { LineProfile } from './lineProfiles.ts'
import { standardProfile } from './lineProfiles.ts'
import type { Connection } from './line/connection.ts'
import { within } from './line/ending.ts'
import type { Security } from './line/endpoint.ts'
import { decodeResponse, whatIsUnclear } from './line/decode.ts'
import type { JobList, ObservedJob } from './line/decode.ts'
import type { FoundStation } from './line/discover.ts'
import { writtenValues } from './line/writtenValues.ts'
import type { WrittenField } from './line/writtenValues.ts'
import { viewStations } from './line/stationViews.ts'
import { createJobMirror } from './line/jobMirror.ts'
import type { ListedJob } from './line/jobMirror.ts'
import { createGate } from './line/gate.ts'
import { createLink } from './line/link.ts'
import { routeLibraryLogs, scalarVariant, noComment, structureVariant } from './line/opcua.ts'
import { Bit, decodeReturnStatus } from './line/returnStatus.ts'
import { readLists } from './line/bringUp.ts'
import type { Up } from './line/bringUp.ts'

export type { ObservedJob } from './line/decode.ts'
export type { ListedJob } from './line/jobMirror.ts'
export type { Security } from './line/endpoint.ts'
export type { WrittenField } from './line/writtenValues.ts'
export { Bit } from './line/returnStatus.ts'
export { prepareOwnCertificate } from './line/trust.ts'

/** What a pino logger offers and this folder uses. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
}

export interface LineConfig {
  readonly id: string
  /** `opc.tcp://host:port[/path]`. */
  readonly endpoint: string
  readonly security: Security
  /** Routing name of a station -> browse name of its machine item, where they differ. */
  readonly stations?: Readonly<Record<string, string>>
  /** `ask` (default): a person trusts every certificate. `firstUse`: the first one this line ever shows is trusted, loudly. */
  readonly trust?: 'ask' | 'firstUse'
}

/** One mutating method call, for the append-only audit record. */
export interface AuditEntry {
  readonly lineId: string
  readonly method: string
  readonly jobOrderId: string
  readonly user: string
  /** SHA-1 thumbprint of the certificate the bridge used; empty on an unsecured link. */
  readonly thumbprint: string
  readonly result: string
}

/**
 * What became of a mutating call. `refused`: the line answered and did not do it (`bits` of the ReturnStatus, or the name of a
 * Bad status code). `unanswered`: it may or may not have been executed, only a read can tell. `unsent`: certainly not executed.
 */
export type CallOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'refused'; readonly bits: readonly number[]; readonly names: readonly string[] }
  | { readonly outcome: 'unanswered'; readonly reason: string }
  | { readonly outcome: 'unsent'; readonly reason: string }

/** A change worth looking at. `job`: a job was seen in a state. `resynced`: all lists were read; absent jobs are absent. */
export type LineChange =
  | { readonly kind: 'link' }
  | { readonly kind: 'job'; readonly station: string; readonly job: ObservedJob }
  | { readonly kind: 'resynced' }

export interface Station {
  /** Routing name. */
  readonly station: string
  readonly name: string
  readonly workMasters: readonly string[]
  readonly materials: readonly string[]
  /** 0: not said. */
  readonly maxJobOrders: number
  readonly methods: ReadonlySet<string>
}

export interface Line {
  readonly id: string
  start(): void
  /** Ends within two seconds, whatever the line does. */
  stop(): Promise<void>
  /** Link, health, stations and their jobs; hold, queue and alarms are the dispatcher's to add. */
  view(): Omit<LineView, 'held' | 'queue' | 'orders' | 'alarms'>
  /** What `store` would send, as paths within ISA95JobOrderDataType; nothing is sent. */
  preview(order: JobOrder): readonly WrittenField[]
  /** The link of `view()`, cheap enough to ask at every turn. */
  link(): LineView['link']
  /** Session up, everything read: new work may be handed over. */
  isOnline(): boolean
  /** It was seen to take finished jobs off its list: there, absent does not mean never begun. */
  clearsByItself(): boolean
  stations(): readonly Station[]
  /** The station that does this kind of work: by its name or mapping, else by work master. */
  stationFor(kind: string): Station | undefined
  /** Counts up with every call and read; a list is newer than a call when it was asked for after the call's moment. */
  moment(): number
  listed(station: string, jobOrderId: string, since: number): ListedJob
  /** The station's list was asked for after this moment. */
  listReadSince(station: string, moment: number): boolean
  /** Job orders in the station's list, ours or not. */
  listedAt(station: string): number
  /** Last seen state of a job, wherever on this line. */
  observed(jobOrderId: string): ObservedJob | undefined
  follow(listener: (change: LineChange) => void): () => void
  store(station: string, order: JobOrder): Promise<CallOutcome>
  update(station: string, order: JobOrder): Promise<CallOutcome>
  /** Start, RevokeStart, Cancel, Clear, Pause, Resume, Stop or Abort. */
  command(station: string, method: Command, jobOrderId: string): Promise<CallOutcome>
  /** Reads the station's job order list; calls for the same station share one read. False: not all of it could be read. */
  readList(station: string): Promise<boolean>
  /** Asks for a job's response; undefined when the line has none or did not answer. Followers see it too. */
  readResponse(station: string, jobOrderId: string): Promise<ObservedJob | undefined>
  /** Trusts the certificate the line showed last if it has this fingerprint (SHA-256 or SHA-1), and connects at once. */
  trust(
    fingerprint: string,
  ): Promise<{ readonly outcome: 'trusted' } | { readonly outcome: 'noSuchCertificate' }>
}

export type Command = 'Start' | 'RevokeStart' | 'Cancel' | 'Clear' | 'Pause' | 'Resume' | 'Stop' | 'Abort'

export interface LineOptions {
  readonly clock: Clock
  /** Folder of the bridge's certificate and trust list, shared by all lines. */
  readonly pkiFolder: string
  readonly log: Log
  readonly audit: (entry: AuditEntry) => void
  /** Asked in the very moment of every mutating call: another bridge may have taken the line over. */
  readonly mayAct?: () => boolean
  readonly profile?: LineProfile
}

/** Makes a line; nothing happens before `start()`. */
export function createLine(config: LineConfig, options: LineOptions): Line {
  const { clock, log, audit } = options
  const listeners = new Set<(change: LineChange) => void>()
  const mirror = createJobMirror({
    tell: (station, job) => tell({ kind: 'job', station, job }),
    vanished: (_, mayHaveBegun) => void vanished.push({ begun: mayHaveBegun }),
    now: () => clock.now(),
  })
  /** Left the list that is being taken in. */
  const vanished: { readonly begun: boolean }[] = []
  const listReads = new Map<string, Promise<boolean>>()
  const profile = options.profile ?? standardProfile
  const gate = createGate(profile.callsInFlight)
  const link = createLink({
    config,
    profile,
    clock,
    pkiFolder: options.pkiFolder,
    log,
    mirror,
    takeList,
    tell,
  })

  function tell(change: LineChange): void {
    for (const listener of listeners) listener(change)
  }

  /** Takes a list in; jobs that were not known to have begun are told about with their response. */
  async function takeList(station: string, list: JobList, asOf: number, fresh = false): Promise<void> {
    link.noteList(station, whatIsUnclear(station, list))
    const begun = mirror.list(station, list, asOf)
    link.health.lost(vanished.splice(0), fresh)
    await Promise.all(
      begun.map(async (job) => {
        const response = await line.readResponse(station, job.jobOrderId)
        if (!response) tell({ kind: 'job', station, job })
      }),
    )
  }

  async function mutate(
    station: string,
    method: Command | 'Store' | 'Update',
    jobOrderId: string,
    args: (at: Up) => Parameters<Connection['call']>[2],
  ): Promise<CallOutcome> {
    // A unit that can go on is not kept waiting by others that are only being prepared.
    const outcome = await gate(() => sendNow(station, method, args), method !== 'Store')
    mirror.tick()
    if (outcome.outcome !== 'unsent') {
      audit({
        lineId: config.id,
        method,
        jobOrderId,
        user: config.security.user ?? 'anonymous',
        thumbprint: link.ownThumbprint(),
        result: resultText(outcome),
      })
    }
    return outcome
  }

  async function sendNow(
    station: string,
    method: string,
    args: (at: Up) => Parameters<Connection['call']>[2],
  ): Promise<CallOutcome> {
    const up = link.up()
    const connection = link.connection()
    const at = up?.stations.get(station)
    if (!up || !connection || !at) {
      const { state, reason = `line ${config.id} is ${state}` } = link.state()
      return { outcome: 'unsent', reason }
    }
    const methodId = at.found.methods.get(method)
    if (!methodId) return { outcome: 'refused', bits: [], names: [`Station${at.found.name}Has${method}Not`] }
    const inputArguments = args(up)
    // Checked in the same tick as the call, so that nothing is handed to a channel that is already known to be broken.
    if (!connection.usable()) return { outcome: 'unsent', reason: 'the connection was lost' }
    if (!(options.mayAct?.() ?? true))
      return { outcome: 'unsent', reason: `line ${config.id} is no longer in this bridge's hands` }
    mirror.tick()
    const answer = await connection.call(at.found.receiver, methodId, inputArguments, profile.callDeadlineMs)
    if ('failed' in answer) return { outcome: 'unanswered', reason: answer.failed }
    const status = decodeReturnStatus(answer.outputArguments?.[0]?.value)
    if (answer.statusCode.isGood() && status.ok) return { outcome: 'accepted' }
    if (answer.statusCode.isBad()) return { outcome: 'refused', bits: [], names: [answer.statusCode.name] }
    return {
      outcome: 'refused',
      bits: status.bits,
      names: status.names.length > 0 ? status.names : [answer.statusCode.name],
    }
  }

  const line: Line = {
    id: config.id,
    start() {
      routeLibraryLogs(log)
      link.start()
    },
    async stop() {
      await link.stop()
      listeners.clear()
    },
    link: () => link.state(),
    view: () => ({
      id: config.id,
      endpoint: config.endpoint,
      link: link.state(),
      ...link.health.view(),
      stations: viewStations(link, mirror),
    }),
    preview: writtenValues,
    isOnline() {
      const { state } = link.state()
      const ready = state === 'online' || state === 'degraded'
      return ready && link.up() !== undefined && link.connection()?.usable() === true
    },
    clearsByItself: () => link.health.clearsByItself(),
    stations: () => [...link.stations()].map(([station, { found }]) => toStation(station, found)),
    stationFor(kind) {
      const direct = link.stations().get(kind)
      if (direct) return toStation(kind, direct.found)
      for (const [station, { found }] of link.stations())
        if (found.workMasters.includes(kind)) return toStation(station, found)
      return undefined
    },
    moment: () => mirror.moment(),
    listed: (station, jobOrderId, since) => mirror.listed(station, jobOrderId, since),
    listReadSince: (station, moment) => mirror.listReadSince(station, moment),
    listedAt: (station) => mirror.listedAt(station),
    observed: (jobOrderId) => mirror.observed(jobOrderId),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async store(station, order) {
      mirror.expect(station, order.jobOrderId, order.plannedSeconds * 1_000)
      const outcome = await mutate(station, 'Store', order.jobOrderId, (at) => [
        structureVariant(at.encoder.jobOrder(order)),
        noComment,
      ])
      if (outcome.outcome === 'accepted') mirror.stored(station, order.jobOrderId)
      return outcome
    },
    update: (station, order) =>
      mutate(station, 'Update', order.jobOrderId, (at) => [
        structureVariant(at.encoder.jobOrder(order)),
        noComment,
      ]),
    async command(station, method, jobOrderId) {
      const isRemoval = method === 'Cancel' || method === 'Clear'
      if (isRemoval) mirror.dismiss(jobOrderId)
      const outcome = await mutate(station, method, jobOrderId, () => [
        scalarVariant('String', jobOrderId),
        noComment,
      ])
      const gone =
        outcome.outcome === 'accepted' ||
        (outcome.outcome === 'refused' && outcome.bits.includes(Bit.unknownJobOrder))
      if (gone && isRemoval) mirror.drop(jobOrderId)
      if (outcome.outcome === 'accepted' && method === 'Start') mirror.started(jobOrderId)
      return outcome
    },
    readList(station) {
      const under = listReads.get(station)
      if (under) return under
      // One turn later, so that several jobs in doubt at once share the read; it then starts after all of their calls.
      const read = Promise.resolve().then(async () => {
        listReads.delete(station)
        const up = link.up()
        const connection = link.connection()
        if (!up?.stations.has(station) || !connection?.usable()) return false
        const asOf = mirror.tick()
        const lists = await within(
          readLists(connection, up, [station]),
          profile.callDeadlineMs,
          link.stopping,
        ).catch(() => undefined)
        const list = lists?.get(station)
        if (!list || link.up() !== up) return false
        await takeList(station, list, asOf)
        return list.nameless === 0 && list.unclear.size === 0
      })
      listReads.set(station, read)
      return read
    },
    async readResponse(station, jobOrderId) {
      const request = link.up()?.stations.get(station)?.found.requestResponse
      const over = link.connection()
      if (!over?.usable() || !request) return undefined
      const asOf = mirror.tick()
      const answer = await gate(() =>
        over.call(
          request.object,
          request.method,
          [scalarVariant('String', jobOrderId)],
          profile.callDeadlineMs,
        ),
      )
      if ('failed' in answer || answer.statusCode.isBad()) return undefined
      const job = decodeResponse(answer.outputArguments?.[0]?.value, undefined)
      if (!job || job.jobOrderId !== jobOrderId) return undefined
      const sourceAt =
        job.endedAt ??
        (job.jobState === 'Running' ? job.startedAt : undefined) ??
        mirror.observed(jobOrderId)?.sourceAt
      const dated = { ...job, ...(sourceAt !== undefined && { sourceAt }) }
      mirror.answer(station, dated, asOf)
      return dated
    },
    trust: (fingerprint) => link.trust(fingerprint),
  }
  return line
}

const known = new WeakMap<FoundStation, Station>()

function toStation(station: string, found: FoundStation): Station {
  const before = known.get(found)
  if (before) return before
  const made: Station = {
    station,
    name: found.displayName,
    workMasters: found.workMasters,
    materials: found.materials,
    maxJobOrders: found.maxJobOrders,
    methods: new Set(found.methods.keys()),
  }
  known.set(found, made)
  return made
}

/** A call's outcome as the audit record has it. */
function resultText(outcome: CallOutcome): string {
  if (outcome.outcome === 'accepted') return 'accepted'
  if (outcome.outcome === 'refused') return `refused ${outcome.names.join('+')}`
  return `${outcome.outcome}: ${outcome.reason}`
}
