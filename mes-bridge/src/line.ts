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
import { profileOf, standardProfile } from './lineProfiles.ts'
import { connect, forget, within } from './line/connection.ts'
import type { Connection, LeftBehind, Security } from './line/connection.ts'
import { decodeResponse } from './line/decode.ts'
import type { ObservedJob } from './line/decode.ts'
import type { FoundStation } from './line/discover.ts'
import { createJobMirror } from './line/jobMirror.ts'
import type { ListedJob } from './line/jobMirror.ts'
import { createGate } from './line/gate.ts'
import type { Gate } from './line/gate.ts'
import { routeLibraryLogs, scalarVariant, textsVariant, structureVariant } from './line/opcua.ts'
import { Bit, decodeReturnStatus } from './line/returnStatus.ts'
import { bringUp, readLists } from './line/bringUp.ts'
import type { Up } from './line/bringUp.ts'
import { openPki } from './line/trust.ts'
import type { Pki } from './line/trust.ts'

export type { ObservedJob } from './line/decode.ts'
export type { ListedJob } from './line/jobMirror.ts'
export type { Security } from './line/connection.ts'
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
  /** Link, stations and their jobs; hold and queue are the dispatcher's to add. */
  view(): Omit<LineView, 'held' | 'queue'>
  /** Session up, everything read: new work may be handed over. */
  isOnline(): boolean
  stations(): readonly Station[]
  /** The station that does this kind of work: by its name or mapping, else by work master. */
  stationFor(kind: string): Station | undefined
  /** Counts up with every call and read; a list is newer than a call when it was asked for after the call's moment. */
  moment(): number
  listed(station: string, jobOrderId: string, since: number): ListedJob
  /** The station's list was asked for after this moment. */
  listReadSince(station: string, moment: number): boolean
  /** Last seen state of a job, wherever on this line. */
  observed(jobOrderId: string): ObservedJob | undefined
  follow(listener: (change: LineChange) => void): () => void
  store(station: string, order: JobOrder): Promise<CallOutcome>
  update(station: string, order: JobOrder): Promise<CallOutcome>
  /** Start, RevokeStart, Cancel, Clear, Pause, Resume, Stop or Abort. */
  command(station: string, method: Command, jobOrderId: string): Promise<CallOutcome>
  /** Reads the station's job order list; calls for the same station share one read. False: it could not be read. */
  readList(station: string): Promise<boolean>
  /** Asks for a job's response; undefined when the line has none or did not answer. Followers see it too. */
  readResponse(station: string, jobOrderId: string): Promise<ObservedJob | undefined>
  /** Trusts the certificate the line showed last if it has this fingerprint, and connects. */
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
  readonly profile?: LineProfile
}

const clockToleranceMs = 5_000

/** Makes a line; nothing happens before `start()`. */
export function createLine(config: LineConfig, options: LineOptions): Line {
  const { clock, log, audit } = options
  const listeners = new Set<(change: LineChange) => void>()
  const mirror = createJobMirror((station, job) => tell({ kind: 'job', station, job }))
  const listReads = new Map<string, Promise<boolean>>()
  const profile = options.profile ?? profileOf('') ?? standardProfile
  const gate: Gate = createGate(profile.callsInFlight)
  const stopping = new AbortController()
  let link: LineView['link'] = { state: 'connecting', since: iso(clock.now()) }
  let connection: Connection | undefined
  let up: Up | undefined
  /** Kept while the link is down, so that what a line can do stays known. */
  let lastStations: Up['stations'] = new Map()
  let ownThumbprint = ''
  let untrusted: { readonly certificate: Buffer; readonly fingerprint: string } | undefined
  let pki: Pki | undefined
  let wake: () => void = () => undefined
  let running: Promise<void> | undefined

  function tell(change: LineChange): void {
    for (const listener of listeners) listener(change)
  }

  function setLink(state: LineView['link']['state'], reason?: string, fingerprint?: string): void {
    if (link.state === state && link.reason === reason && link.fingerprint === fingerprint) return
    const since = link.state === state ? link.since : iso(clock.now())
    link = {
      state,
      since,
      ...(reason !== undefined && { reason }),
      ...(fingerprint !== undefined && { fingerprint }),
    }
    log[state === 'stopped' || state === 'degraded' ? 'warn' : 'info'](
      { line: config.id, link },
      `line ${config.id} is ${state}${reason ? `: ${reason}` : ''}`,
    )
    tell({ kind: 'link' })
  }

  /** Takes a list in; jobs that were not known to have begun are told about with their response. */
  async function takeList(station: string, list: readonly ObservedJob[], asOf: number): Promise<void> {
    const begun = mirror.list(station, list, asOf)
    await Promise.all(
      begun.map(async (job) => {
        const response = await line.readResponse(station, job.jobOrderId)
        if (!response) tell({ kind: 'job', station, job })
      }),
    )
  }

  async function run(): Promise<void> {
    let pause = 0
    let leftBehind: LeftBehind | undefined
    while (!stopping.signal.aborted) {
      try {
        pki ??= await openPki(options.pkiFolder)
      } catch (error) {
        setLink('stopped', `the certificate folder ${options.pkiFolder} cannot be used: ${text(error)}`)
        await sleep(5_000)
        continue
      }
      const made = await connect(
        {
          endpoint: config.endpoint,
          lineId: config.id,
          security: config.security,
          pki,
          profile,
          trustFirstUse: config.trust === 'firstUse',
          onFirstUse: (fingerprint) =>
            log.warn(
              { line: config.id, fingerprint },
              `line ${config.id}: its first certificate ${fingerprint} is trusted from now on`,
            ),
        },
        stopping.signal,
        leftBehind,
      )
      if (made.outcome !== 'connected') {
        if (stopping.signal.aborted) break
        untrusted = made.outcome === 'stopped' ? made.untrusted : undefined
        setLink(made.outcome === 'stopped' ? 'stopped' : 'connecting', made.reason, untrusted?.fingerprint)
        await (untrusted
          ? untilTrusted(pki, untrusted.certificate)
          : sleep(made.outcome === 'stopped' ? 15_000 : longer(pause)))
        pause = longer(pause)
        continue
      }
      const connectedAt = clock.now()
      connection = made
      leftBehind = undefined
      untrusted = undefined
      ownThumbprint = config.security.mode === 'None' ? '' : pki.own.fingerprint
      const reason = await Promise.race([comeUp(made), made.ended])
      const end = reason ?? (await made.ended)
      connection = undefined
      up = undefined
      if (!stopping.signal.aborted) setLink('connecting', end)
      leftBehind = await made.close()
      // At once after a connection that lasted; ever slower while they break as soon as they are made.
      if (clock.now() - connectedAt > 5_000) pause = 0
      await sleep(pause)
      pause = longer(pause)
    }
    if (leftBehind) forget(leftBehind)
  }

  /** Reads everything once over a fresh subscription; `online` only afterwards. @returns why that failed. */
  async function comeUp(over: Connection): Promise<string | undefined> {
    setLink('resyncing', undefined, over.fingerprint)
    const asOf = mirror.tick()
    try {
      const next = await within(
        bringUp(over, { config, profile, log, onEvent, onOverflow: () => void resync() }),
        60_000,
        stopping.signal,
      )
      if (connection !== over || !over.usable()) return undefined
      up = next
      lastStations = next.stations
      mirror.keepStations(next.stations)
      await Promise.all([...next.lists].map(([station, list]) => takeList(station, list, asOf)))
      if (connection !== over || up !== next) return undefined
      await judgeHealth()
      tell({ kind: 'resynced' })
      return undefined
    } catch (error) {
      return `reading its state failed: ${text(error)}`
    }
  }

  async function judgeHealth(): Promise<void> {
    const now = up
    if (!now || !connection) return
    const problems = [...now.problems]
    const skew = await now.clockDifferenceMs(clock).catch(() => undefined)
    if (skew !== undefined && Math.abs(skew) > clockToleranceMs) {
      problems.push(
        `its clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} ours`,
      )
    }
    if (up !== now) return
    if (problems.length > 0) setLink('degraded', problems.join('; '), connection.fingerprint)
    else setLink('online', undefined, connection.fingerprint)
  }

  /** Reads all lists again: some event was lost, or a poll is due. */
  async function resync(): Promise<void> {
    const now = up
    if (!now || !connection?.usable()) return
    const asOf = mirror.tick()
    const lists = await readLists(connection, now).catch(() => undefined)
    if (!lists || up !== now) return
    await Promise.all([...lists].map(([station, list]) => takeList(station, list, asOf)))
    if (up === now) tell({ kind: 'resynced' })
  }

  /** Idle lines are not polled; lines without events are polled fast while they hold jobs. */
  async function poll(): Promise<void> {
    let healthAt = clock.now()
    while (!stopping.signal.aborted) {
      await sleep(up && !up.events ? 1_000 : profile.pollMs)
      if (mirror.isWorthALook()) await resync()
      if (clock.now() - healthAt >= profile.pollMs) {
        healthAt = clock.now()
        if (up && (link.state === 'online' || link.state === 'degraded')) await judgeHealth()
      }
    }
  }

  function onEvent(station: string | undefined, job: ObservedJob): void {
    const where = station ?? mirror.stationOf(job.jobOrderId)
    if (where !== undefined) mirror.hear(where, job)
  }

  async function untilTrusted(of: Pki, certificate: Buffer): Promise<void> {
    while (!stopping.signal.aborted && !(await of.isInTrustFolder(certificate))) await sleep(1_000)
  }

  /** Sleeps, but a stop or a trust decision wakes it. */
  async function sleep(ms: number): Promise<void> {
    if (stopping.signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        sleepers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      sleepers.add(done)
    })
  }
  const sleepers = new Set<() => void>()
  wake = () => {
    for (const done of sleepers) done()
  }

  async function mutate(
    station: string,
    method: Command | 'Store' | 'Update',
    jobOrderId: string,
    args: (at: Up) => Parameters<Connection['call']>[2],
  ): Promise<CallOutcome> {
    const outcome = await gate(() => sendNow(station, method, args))
    mirror.tick()
    if (outcome.outcome !== 'unsent') {
      audit({
        lineId: config.id,
        method,
        jobOrderId,
        user: config.security.user ?? 'anonymous',
        thumbprint: ownThumbprint,
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
    const at = up?.stations.get(station)
    if (!up || !connection || !at)
      return { outcome: 'unsent', reason: link.reason ?? `line ${config.id} is ${link.state}` }
    const methodId = at.found.methods.get(method)
    if (!methodId) return { outcome: 'refused', bits: [], names: [`Station${at.found.name}Has${method}Not`] }
    const inputArguments = args(up)
    // Checked in the same tick as the call: a call made while the library reconnects would be parked and executed much later.
    if (!connection.usable()) return { outcome: 'unsent', reason: 'the connection was lost' }
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
      running ??= Promise.all([run(), poll()]).then(() => undefined)
    },
    async stop() {
      stopping.abort()
      wake()
      const last = connection
      connection = undefined
      up = undefined
      await last?.close()
      // Whatever is still under way was told to stop; it cannot hold up the process.
      if (running) await within(running, 2_000, new AbortController().signal).catch(() => undefined)
      await pki?.release()
      pki = undefined
      listeners.clear()
    },
    view: () => ({
      id: config.id,
      endpoint: config.endpoint,
      link,
      stations: [...lastStations].map(([station, { found }]) => ({
        station,
        name: found.displayName,
        workMasters: [...found.workMasters],
        maxJobOrders: found.maxJobOrders,
        jobs: [...mirror.all()]
          .filter((entry) => entry.station === station)
          .map(({ job }) => ({ jobOrderId: job.jobOrderId, jobState: job.jobState })),
      })),
    }),
    isOnline: () =>
      up !== undefined &&
      (link.state === 'online' || link.state === 'degraded') &&
      connection?.usable() === true,
    stations: () => [...lastStations].map(([station, { found }]) => toStation(station, found)),
    stationFor(kind) {
      const direct = lastStations.get(kind)
      if (direct) return toStation(kind, direct.found)
      for (const [station, { found }] of lastStations)
        if (found.workMasters.includes(kind)) return toStation(station, found)
      return undefined
    },
    moment: () => mirror.moment(),
    listed: (station, jobOrderId, since) => mirror.listed(station, jobOrderId, since),
    listReadSince: (station, moment) => mirror.listReadSince(station, moment),
    observed: (jobOrderId) => mirror.observed(jobOrderId),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    store(station, order) {
      mirror.expect(station, order.jobOrderId)
      return mutate(station, 'Store', order.jobOrderId, (at) => [
        structureVariant(at.encoder.jobOrder(order)),
        textsVariant([]),
      ])
    },
    update: (station, order) =>
      mutate(station, 'Update', order.jobOrderId, (at) => [
        structureVariant(at.encoder.jobOrder(order)),
        textsVariant([]),
      ]),
    async command(station, method, jobOrderId) {
      const outcome = await mutate(station, method, jobOrderId, () => [
        scalarVariant('String', jobOrderId),
        textsVariant([]),
      ])
      const gone =
        outcome.outcome === 'accepted' ||
        (outcome.outcome === 'refused' && outcome.bits.includes(Bit.unknownJobOrder))
      if (gone && (method === 'Cancel' || method === 'Clear')) mirror.drop(jobOrderId)
      return outcome
    },
    readList(station) {
      const under = listReads.get(station)
      if (under) return under
      // One turn later, so that several jobs in doubt at once share the read; it then starts after all of their calls.
      const read = Promise.resolve().then(async () => {
        listReads.delete(station)
        const at = up?.stations.get(station)
        if (!up || !connection?.usable() || !at) return false
        const asOf = mirror.tick()
        const lists = await within(
          readLists(connection, up, [station]),
          profile.callDeadlineMs,
          stopping.signal,
        ).catch(() => undefined)
        const list = lists?.get(station)
        if (!list || !up) return false
        await takeList(station, list, asOf)
        return true
      })
      listReads.set(station, read)
      return read
    },
    async readResponse(station, jobOrderId) {
      const request = up?.stations.get(station)?.found.requestResponse
      if (!connection?.usable() || !request) return undefined
      const over = connection
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
    async trust(fingerprint) {
      const shown = untrusted
      if (!shown || !pki || shown.fingerprint !== fingerprint.toLowerCase().replaceAll(':', ''))
        return { outcome: 'noSuchCertificate' }
      await pki.trust(shown.certificate)
      log.warn(
        { line: config.id, fingerprint },
        `line ${config.id}: certificate ${shown.fingerprint} is trusted by decision`,
      )
      wake()
      return { outcome: 'trusted' }
    },
  }
  return line
}

function toStation(station: string, found: FoundStation): Station {
  return {
    station,
    name: found.displayName,
    workMasters: found.workMasters,
    materials: found.materials,
    maxJobOrders: found.maxJobOrders,
    methods: new Set(found.methods.keys()),
  }
}

function resultText(outcome: CallOutcome): string {
  switch (outcome.outcome) {
    case 'accepted':
      return 'accepted'
    case 'refused':
      return `refused ${outcome.names.join('+')}`
    case 'unanswered':
    case 'unsent':
      return `${outcome.outcome}: ${outcome.reason}`
  }
}

const longer = (pauseMs: number): number => Math.min(Math.max(100, pauseMs * 2), 5_000)
const iso = (ms: number): string => new Date(ms).toISOString()
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
