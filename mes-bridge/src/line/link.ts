/**
 * Keeps the link to one line for ever: connects, reads everything, watches the connection, starts over. See line.ts for the
 * states a link goes through.
 */
import { setMaxListeners } from 'node:events'
import type { LineView, LinkCause, LinkProblem } from '@lot-one/rules'
import type { Line, LineConfig, LineOptions } from '../line.ts'
import type { LineProfile } from '../lineProfiles.ts'
import { bringUp, readLists } from './bringUp.ts'
import type { Up } from './bringUp.ts'
import { connect } from './connection.ts'
import type { Connection, LeftBehind } from './connection.ts'
import { forget, within } from './ending.ts'
import type { NoConnection } from './endpoint.ts'
import type { JobList, ObservedJob } from './decode.ts'
import { createHealth, readAbilities, readUnitStates } from './health.ts'
import type { Health } from './health.ts'
import { openKnowledge } from './knowledge.ts'
import { createDoubts } from './doubt.ts'
import type { JobMirror } from './jobMirror.ts'
import { describeCertificate, openPki } from './trust.ts'
import type { Pki } from './trust.ts'

export interface LinkOptions extends Pick<LineOptions, 'clock' | 'pkiFolder' | 'log'> {
  readonly config: LineConfig
  readonly profile: LineProfile
  readonly mirror: JobMirror
  /**
   * Takes a list in that was asked for at `asOf`; resolves when everything about it was told.
   * @param fresh it is the first list of a new session
   */
  takeList(station: string, list: JobList, asOf: number, fresh?: boolean): Promise<void>
  /** The state of the link changed, or all lists were read. */
  tell(change: { readonly kind: 'link' | 'resynced' }): void
}

export interface Link {
  state(): LineView['link']
  readonly health: Health
  connection(): Connection | undefined
  /** Undefined while the line cannot be worked with. */
  up(): Up | undefined
  /** Kept while the link is down, so that what a line can do stays known. */
  stations(): Up['stations']
  /** What of a station's list cannot be understood, in a sentence; undefined: nothing. */
  noteList(station: string, unclear: string | undefined): void
  /** SHA-1 thumbprint of the certificate the bridge showed; empty on an unsecured link. */
  ownThumbprint(): string
  readonly stopping: AbortSignal
  start(): void
  stop(): Promise<void>
  trust: Line['trust']
}

const clockToleranceMs = 5_000
/** How often the link looks whether its line has fallen silent or something is overdue. */
const watchMs = 500
/** An answer to a single read takes no longer on a line that is there. */
const probeMs = 2_000

/** Makes a link; nothing happens before `start()`. */
export function createLink(options: LinkOptions): Link {
  const { config, profile, clock, log, mirror, takeList, tell } = options
  const stopping = new AbortController()
  // Every request under way listens for the end.
  setMaxListeners(0, stopping.signal)
  let link: LineView['link'] = { state: 'connecting', since: iso(clock.now()) }
  let connection: Connection | undefined
  let up: Up | undefined
  let lastStations: Up['stations'] = new Map()
  let ownThumbprint = ''
  let untrusted: { readonly certificate: Buffer; readonly fingerprint: string } | undefined
  let pki: Pki | undefined
  let running: Promise<unknown> | undefined
  const sleepers = new Set<() => void>()
  /** Station -> what of its list cannot be understood. */
  const unclear = new Map<string, string>()
  let problems: readonly LinkProblem[] = []
  const doubts = createDoubts(profile.pollMs)
  const health = createHealth(openKnowledge(options.pkiFolder, config.id), clock, (habit) =>
    log.warn({ line: config.id }, `line ${config.id}: ${habit}`),
  )

  function setLink(
    state: LineView['link']['state'],
    causes: readonly LinkProblem[] = [],
    fingerprint?: string,
  ): void {
    const reason = causes.length > 0 ? causes.map(({ detail }) => detail).join('; ') : undefined
    if (link.state === state && link.reason === reason && link.fingerprint === fingerprint) return
    const since = link.state === state ? link.since : iso(clock.now())
    link = {
      state,
      since,
      ...(reason !== undefined && { reason, problems: [...causes] }),
      ...(fingerprint !== undefined && { fingerprint }),
    }
    log[state === 'stopped' || state === 'degraded' ? 'warn' : 'info'](
      { line: config.id, link },
      `line ${config.id} is ${state}${reason ? `: ${reason}` : ''}`,
    )
    tell({ kind: 'link' })
  }

  async function run(): Promise<void> {
    let pause = 0
    let leftBehind: LeftBehind | undefined
    while (!stopping.signal.aborted) {
      try {
        pki ??= await openPki(options.pkiFolder)
      } catch (error) {
        setLink(
          'stopped',
          because('folder', `the certificate folder ${options.pkiFolder} cannot be used: ${text(error)}`),
        )
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
          clock,
          onFound: (found) => health.found(found),
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
        if (untrusted) health.judged('waiting')
        setLink(
          made.outcome === 'stopped' ? 'stopped' : 'connecting',
          because(made.cause, made.reason),
          untrusted?.fingerprint,
        )
        await (untrusted ? untilTrusted(pki, untrusted.certificate) : sleep(waitAfter(made, pause)))
        pause = longer(pause)
        continue
      }
      connection = made
      leftBehind = undefined
      untrusted = undefined
      health.judged('trusted')
      ownThumbprint = config.security.mode === 'None' ? '' : pki.own.fingerprint
      const reason = await Promise.race([comeUp(made), made.ended])
      const end = reason ?? (await made.ended)
      connection = undefined
      up = undefined
      if (!stopping.signal.aborted)
        setLink('connecting', because(reason === undefined ? 'lost' : 'reading', end))
      leftBehind = await made.close()
      // At once after a line that had come up; ever slower while they break before that.
      if (reason === undefined) pause = 0
      await sleep(pause)
      pause = longer(pause)
    }
    if (leftBehind) forget(leftBehind)
  }

  /** Reads everything once over a fresh subscription; `online` only afterwards. @returns why that failed. */
  async function comeUp(over: Connection): Promise<string | undefined> {
    setLink('resyncing', [], over.fingerprint)
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
      unclear.clear()
      await Promise.all([...next.lists].map(([station, list]) => takeList(station, list, asOf, true)))
      const stated = await readAbilities(over.session, next.limits)
      if (connection !== over || up !== next) return undefined
      health.abilities({ ...stated, events: next.events !== undefined })
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
    const found = [...now.problems]
    const skew = await now.clockDifferenceMs(clock).catch(() => undefined)
    if (skew !== undefined) health.clock(skew)
    if (skew !== undefined && Math.abs(skew) > clockToleranceMs) {
      found.push({
        cause: 'clock',
        detail: `its clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} ours`,
      })
    }
    await lookAtUnits()
    if (up !== now) return
    problems = found
    showHealth(connection)
  }

  function showHealth({ fingerprint }: Connection): void {
    const lists = [...unclear.values()].map((detail): LinkProblem => ({ cause: 'jobList', detail }))
    const all = [...problems, ...lists]
    setLink(all.length > 0 ? 'degraded' : 'online', all, fingerprint)
  }

  /** Reads the states of the machines; a job that has moved is a reason to, and seconds between two looks are soon enough. */
  async function lookAtUnits(): Promise<void> {
    const now = up
    if (!now || !connection?.usable()) return
    const reading = readUnitStates(connection.session, now.stations, now.limits)
    const states = await within(reading, profile.callDeadlineMs, stopping.signal).catch(() => undefined)
    if (states && up === now) health.unitStates(states)
  }

  /** Reads all lists again, or those of some stations: some event was lost, or a poll is due. */
  async function resync(only?: readonly string[]): Promise<void> {
    const now = up
    if (!now || !connection?.usable()) return
    const asOf = mirror.tick()
    const reading = within(readLists(connection, now, only), profile.callDeadlineMs, stopping.signal)
    const lists = await reading.catch(() => undefined)
    if (!lists || up !== now) return
    await Promise.all([...lists].map(([station, list]) => takeList(station, list, asOf)))
    if (up === now && !only) tell({ kind: 'resynced' })
  }

  /** Idle lines are not polled; lines without events are polled fast while they hold jobs. */
  async function poll(): Promise<void> {
    let healthAt = clock.now()
    while (!stopping.signal.aborted) {
      await sleep(up && !up.events ? 1_000 : profile.pollMs)
      if (mirror.isWorthALook()) await resync()
      if (clock.now() - healthAt >= profile.pollMs) {
        healthAt = clock.now()
        if (isUp()) {
          if (up?.events && !(await up.events.isWhole()))
            await renewEvents('the line monitors less than asked for')
          await judgeHealth()
        }
      }
    }
  }

  const isUp = (): boolean => up !== undefined && (link.state === 'online' || link.state === 'degraded')

  /** Finds a subscription the line has lost without a word, and jobs about which an event must have been lost. */
  async function watch(): Promise<void> {
    let silentMs = 0
    let heard = -1
    let looked = mirror.moment()
    let lookedAt = clock.now()
    while (!stopping.signal.aborted) {
      await sleep(watchMs)
      // Time this process did not run is no silence of the line.
      const elapsed = Math.min(clock.now() - lookedAt, 2 * watchMs)
      lookedAt = clock.now()
      if (isUp() && mirror.moment() !== looked) {
        looked = mirror.moment()
        // beside the watch: a line that answers nothing must not hide its silence behind this read
        void lookAtUnits().then(() => tell({ kind: 'link' }))
      }
      const subscription = isUp() ? up?.events?.current() : undefined
      if (!subscription || subscription.heard() !== heard) {
        heard = subscription?.heard() ?? -1
        silentMs = 0
      } else silentMs += elapsed
      if (subscription && silentMs >= Math.max(profile.silenceMs, 4 * subscription.keepAliveMs)) {
        await renewEvents(`the line has been silent for ${Math.round(silentMs / 1_000)} s`)
        silentMs = 0
      }
      const due = isUp() ? doubts.due(mirror.all(), mirror.awaited(), clock.now()) : []
      if (due.length > 0) await resync(due)
    }
  }

  /** Subscribes anew and reads everything; a line that does not even answer a read is given up and connected to anew. */
  async function renewEvents(reason: string): Promise<void> {
    const now = up
    const over = connection
    if (!now?.events || !over) return
    setLink('resyncing', because('lost', reason), over.fingerprint)
    try {
      await within(now.clockDifferenceMs(clock), probeMs, stopping.signal)
      const isWhole = await within(now.events.renew(), profile.callDeadlineMs, stopping.signal)
      if (!isWhole) throw new Error('it did not take the whole subscription')
    } catch (error) {
      if (connection === over) over.abandon(`${reason} (${text(error)})`)
      return
    }
    if (up !== now) return
    await resync()
    if (up === now) await judgeHealth()
  }

  function onEvent(station: string | undefined, job: ObservedJob): void {
    const where = station ?? mirror.stationOf(job.jobOrderId)
    if (where === undefined) return
    doubts.news(where)
    mirror.hear(where, job)
  }

  /** Or until it is time to look which certificate the line shows by now. */
  async function untilTrusted(of: Pki, certificate: Buffer): Promise<void> {
    for (let waited = 0; waited < 15 && !stopping.signal.aborted; waited++) {
      if (await of.isInTrustFolder(certificate)) return
      await sleep(1_000)
    }
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
  function wake(): void {
    for (const done of sleepers) done()
  }

  return {
    state: () => link,
    health,
    connection: () => connection,
    up: () => up,
    stations: () => lastStations,
    noteList(station, what) {
      if (unclear.get(station) === what) return
      if (what === undefined) unclear.delete(station)
      else unclear.set(station, what)
      if (isUp() && connection) showHealth(connection)
    },
    ownThumbprint: () => ownThumbprint,
    stopping: stopping.signal,
    start() {
      running ??= Promise.all([run(), poll(), watch()])
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
    },
    async trust(fingerprint) {
      const shown = untrusted
      const wanted = fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
      const { sha256, thumbprint } = shown ? describeCertificate(shown.certificate) : {}
      if (!shown || !pki || (wanted !== sha256 && wanted !== thumbprint))
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
}

/** A person who has just trusted the bridge on the line is not kept waiting; a refused password is not tried often. */
function waitAfter({ outcome, cause }: NoConnection, pauseMs: number): number {
  if (outcome === 'unreachable') return longer(pauseMs)
  return cause === 'bridgeUnknown' ? 3_000 : 15_000
}

const longer = (pauseMs: number): number => Math.min(Math.max(100, pauseMs * 2), 5_000)
const because = (cause: LinkCause, detail: string): LinkProblem[] => [{ cause, detail }]
const iso = (ms: number): string => new Date(ms).toISOString()
const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
