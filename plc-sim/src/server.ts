import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerSession } from 'node-opcua'
import { addStation, addStatusEventType, bindCurrentTime } from './addressSpace.ts'
import { openAudit } from './audit.ts'
import { bindCalls } from './calls.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { FaultProfile } from './faultProfiles.ts'
import { FaultScript } from './faults.ts'
import { openLedger } from './ledger.ts'
import type { Links } from './links.ts'
import { watchLinks } from './links.ts'
import type { Variant } from './opcua.ts'
import { applicationUri, createServer } from './opcuaServer.ts'
import type { QuirkChange, Quirks } from './quirks.ts'
import { changed, distorted, standardQuirks } from './quirks.ts'
import type { LineUser } from './security.ts'
import { certificateManagers, obeyTrustFolder, thumbprint } from './security.ts'
import { raise, viewOf } from './shown.ts'
import type { Notice, Station } from './station.ts'
import { runStation } from './station.ts'
import type { StationConfig } from './stationConfig.ts'
import { createWire, repairOptionSets } from './wire.ts'

export type { Clock } from './clock.ts'
export { systemClock } from './clock.ts'
export type { FaultProfile } from './faultProfiles.ts'
export { faultProfiles, parseProfile } from './faultProfiles.ts'
export type { Fault, FaultAction, FaultSite } from './faults.ts'
export type { BuiltOperation } from './ledger.ts'
export { builtOperations, readLedger } from './ledger.ts'
export type { LedgerRecord } from './ledgerRecord.ts'
export type { StationConfig } from './stationConfig.ts'
export { quietLibrary } from './quiet.ts'
export type { QuirkChange, Quirks } from './quirks.ts'
export type { LineUser } from './security.ts'
export { defaultStations, parseStations } from './stations.ts'

/** Gives what is said instead of a value: of a station's list, of an event's field or of a method's answer. */
type Distort = (station: string, what: string, value: Variant) => Variant

/** How to start one line controller. */
export interface LineOptions {
  /** Name of the line; makes its applicationUri `urn:lot-one:plc-sim:<lineId>`. */
  readonly lineId: string
  /** TCP port; 0 picks a free one. */
  readonly port: number
  /** Address to bind and to name in the endpoint URL; default 127.0.0.1. */
  readonly host?: string
  /** The line's own folder (made if absent, mode 700): ledger, audit record, certificates. */
  readonly dir: string
  readonly stations: readonly StationConfig[]
  readonly users: readonly LineUser[]
  /** Same seed, same units, durations and lots; default "lot-one". */
  readonly seed?: string
  /** 10 = ten times faster than planned; default 1. */
  readonly speed?: number
  readonly clock?: Clock
  /** Also offers an endpoint without security; never outside a closed test. */
  readonly securityNone?: boolean
  /** Certificate files (PEM or DER) of clients to trust from the start, added to what the trust list holds. */
  readonly trust?: readonly string[]
  /** One sentence per thing a person should know; default: nowhere. */
  readonly log?: (message: string) => void
  /** What goes wrong from the start; see `Line.behave`. */
  readonly profile?: FaultProfile
  /** Comes back without its job lists, as a controller without a battery does. */
  readonly forget?: boolean
  /** Comes back with another key and certificate. */
  readonly renewCertificate?: boolean
  /** What a value becomes on its way out: what a broken controller would say instead. */
  readonly distort?: Distort
  /** How a `die` fault ends the process; without it the fault only cuts every connection. */
  readonly exit?: (code: number) => void
}

/** A running line controller. */
export interface Line {
  readonly lineId: string
  readonly endpointUrl: string
  readonly applicationUri: string
  /** PEM file of the line's own certificate, for a client's trust list. */
  readonly certificateFile: string
  /** SHA-1 of that certificate, lower case hex. */
  readonly certificateThumbprint: string
  /** Put a client's certificate here (PEM or DER) to trust it; no restart needed. */
  readonly trustedCertificatesDir: string
  /** The line's memory and the count of what it built: see `readLedger` and `builtOperations`. */
  readonly ledgerFile: string
  readonly auditFile: string
  readonly faults: FaultScript
  readonly quirks: Quirks
  /** Changes what the line is like from now on; quirks not named stay. */
  change(quirks: QuirkChange): void
  /** Takes on a profile: its faults alone, its quirks over the standard ones. */
  behave(profile: FaultProfile): void
  /** Ends every subscription of every client; their sessions stay. */
  loseSubscriptions(): void
  /** Forgets every session. */
  loseSessions(): void
  /** Stops reading and answering on all connections, for `ms` or until `speak()`. */
  silence(ms?: number): void
  speak(): void
  stop(): Promise<void>
}

/**
 * Starts one line controller: an OPC UA server whose stations speak OPC 10031-4 V2 and OPC 40001-3 as published.
 * Jobs that were there before go on where they were. Resolves when clients can connect.
 * @throws one sentence that names the line when the port is taken or the folder cannot be used.
 */
export async function startLine(options: LineOptions): Promise<Line> {
  const { lineId, dir, stations: configs, clock = systemClock, host = '127.0.0.1', log = () => {} } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const ledgerFile = join(dir, 'ledger.jsonl')
  const auditFile = join(dir, 'audit.jsonl')
  const { ledger, records } = openLedger(ledgerFile)
  const audit = openAudit(auditFile)
  // A call that made the line die must not make it die again and again: every start draws anew.
  const faults = new FaultScript(`${options.seed ?? 'lot-one'} ${lineId} ${records.length}`)
  // One object for all who look at it, changed in place.
  const quirks: { -readonly [K in keyof Quirks]: Quirks[K] } = { ...standardQuirks }
  const lineTime = (): number => clock.now() + quirks.clockOffsetMs
  if (options.renewCertificate) rmSync(join(dir, 'pki', 'own'), { recursive: true, force: true })
  const managers = certificateManagers(dir, options.trust)
  const securityNone = options.securityNone ?? false
  const { port: wanted, users } = options
  const server = createServer({ lineId, host, port: wanted, users, managers, securityNone })
  let links: Links | undefined
  const stations: Station[] = []
  let isOver = false

  async function release(): Promise<void> {
    isOver = true
    for (const station of stations) station.stop()
    // A connection that is silent would never say goodbye.
    links?.silence(false)
    await server.shutdown(0)
    links?.close()
    await managers.server.dispose()
    await managers.user.dispose()
    await ledger.durable()
    ledger.close()
    audit.close()
  }

  function silence(ms?: number): void {
    links?.silence(true)
    if (ms !== undefined) clock.schedule(clock.now() + ms, () => links?.silence(false))
  }

  function change(wanted: QuirkChange): void {
    Object.assign(quirks, changed(quirks, wanted))
    const { serverCapabilities } = server.engine
    serverCapabilities.maxSessions = quirks.maxSessions
    Object.assign(serverCapabilities.operationLimits, quirks.operationLimits)
    for (const station of stations) station.start()
  }

  function behave(profile: FaultProfile): void {
    faults.clear()
    for (const fault of profile.faults) faults.add(fault)
    change(changed(standardQuirks, profile.quirks))
  }

  function loseSubscriptions(): void {
    for (const session of server.engine.getSessions())
      for (const { id } of subscriptionsOf(session)) session.deleteSubscription(id)
  }

  function loseSessions(): void {
    for (const { authenticationToken } of server.engine.getSessions())
      server.engine.closeSession(authenticationToken, true, 'Terminated')
  }

  try {
    await server.initialize()
    for (const endpoint of server.endpoints) obeyTrustFolder(endpoint, managers.server)
    const space = server.engine.addressSpace
    if (!space) throw new Error('The OPC UA server has no address space.')
    repairOptionSets(space)
    bindCurrentTime(space, lineTime)
    const wire = distorted(createWire(space), () => quirks)
    const eventType = addStatusEventType(space)
    const exit = options.exit ?? (() => {})
    for (const config of configs) {
      const settings = { seed: options.seed ?? 'lot-one', speed: options.speed ?? 1, quirks }
      const later = (ms: number, run: () => void): void =>
        void clock.schedule(clock.now() + ms, () => void (isOver || run()))
      const said = (what: string, value: Variant): Variant =>
        options.distort?.(config.id, what, value) ?? value
      const onNotice = (notice: Notice): void =>
        raise(notice, eventType, nodes, wire, faults, { offsetMs: quirks.clockOffsetMs, later, said })
      const forget = options.forget ?? false
      const station = runStation(config, settings, records, { clock, ledger, onNotice, log, forget })
      const view = viewOf(station, wire, () => String(quirks.omit), lineTime, said)
      const nodes = addStation(space, lineId, config, view, wire)
      bindCalls(nodes, station, {
        clock,
        wire,
        faults,
        quirks: () => quirks,
        said,
        silence,
        loseSubscriptions,
        loseSessions,
        log,
        exit,
        links: () => links,
        audit: (record) => audit.write(record),
      })
      stations.push(station)
    }
    await server.start()
  } catch (error) {
    await release().catch(() => {})
    throw explained(error, options, host)
  }

  const port = server.endpoints[0]?.port ?? options.port
  links = watchLinks(port)
  if (options.profile) behave(options.profile)
  for (const station of stations) station.start()
  let stopping: Promise<void> | undefined
  return {
    lineId,
    endpointUrl: `opc.tcp://${host}:${port}`,
    applicationUri: applicationUri(lineId),
    certificateFile: server.certificateFile,
    certificateThumbprint: thumbprint(server.getCertificate()),
    trustedCertificatesDir: join(dir, 'pki', 'trusted', 'certs'),
    ledgerFile,
    auditFile,
    faults,
    quirks,
    change,
    behave,
    loseSubscriptions,
    loseSessions,
    silence,
    speak: () => links?.silence(false),
    stop: () => (stopping ??= release()),
  }
}

/** The subscriptions a session holds; the library's own list, which its types hide. */
function subscriptionsOf(session: ServerSession): { readonly id: number }[] {
  const { subscriptions } = (session as unknown as { publishEngine: { subscriptions: { id: number }[] } })
    .publishEngine
  return [...subscriptions]
}

function explained(error: unknown, options: LineOptions, host: string): Error {
  const text = error instanceof Error ? error.message : String(error)
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'EADDRINUSE' || text.includes('EADDRINUSE'))
    return new Error(
      `Port ${options.port} on ${host} is taken, so line ${options.lineId} cannot start; ` +
        `stop what uses it or give the line another port.`,
      { cause: error },
    )
  return new Error(`Line ${options.lineId} cannot start: ${text}`, { cause: error })
}
