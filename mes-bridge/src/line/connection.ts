/**
 * One secured session with a line: endpoint and certificate checked, user activated, events subscribed, calls guarded.
 *
 * A connection that breaks is never repaired, it is replaced (`maxRetry: 0`). The library's own repair (node-opcua 2.182.2)
 * parks calls made meanwhile without a deadline and executes them much later, takes a keep-alive's sequence number for a
 * received notification, so that Republish skips the first missed one, and may bring old notifications after new ones. With
 * a fresh session none of that can happen: what was missed is read. The session that was left behind is fetched back over the
 * new channel and closed, which frees its place on lines with few sessions and, since a session's requests count only on the
 * channel it was activated on last (OPC 10000-4 §5.7.3), fences off anything still under way on the old one.
 */
import type {
  CallMethodResult,
  ClientSession,
  EndpointDescription,
  EventFilter,
  NodeId,
  OPCUAClient as Client,
  StatusCode,
  Variant as VariantValue,
} from 'node-opcua'
import type { LinkCause } from '@lot-one/rules'
import type { LineProfile } from '../lineProfiles.ts'
import type { Found } from './health.ts'
import {
  AttributeIds,
  DataTypeExtractStrategy,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
  TimestampsToReturn,
  UserTokenType,
  coerceNodeId,
  scalarVariant,
} from './opcua.ts'
import { fingerprintOf } from './trust.ts'
import type { Pki } from './trust.ts'

export interface Security {
  /** Policy None only with mode None, and only where the endpoint is on this machine. `best`: the strongest the line offers, never None. */
  readonly policy: 'best' | 'Basic256Sha256' | 'Aes128_Sha256_RsaOaep' | 'Aes256_Sha256_RsaPss' | 'None'
  readonly mode: 'SignAndEncrypt' | 'Sign' | 'None'
  readonly user?: string
  readonly password?: string
}

/** Why there is no session. `stopped` needs a person; `untrusted` is the line's certificate when that is the question. */
export type NoConnection =
  | { readonly outcome: 'unreachable'; readonly cause: LinkCause; readonly reason: string }
  | {
      readonly outcome: 'stopped'
      readonly cause: LinkCause
      readonly reason: string
      readonly untrusted?: { readonly certificate: Buffer; readonly fingerprint: string }
    }

export interface Connection {
  readonly outcome: 'connected'
  readonly session: ClientSession
  readonly fingerprint: string | undefined
  /** True when a call made in this very tick goes straight onto a living channel. */
  usable(): boolean
  /** Calls a method; resolves `undefined` on any rejection or when the deadline passes: then nobody knows what happened. */
  call(
    objectId: NodeId,
    methodId: NodeId,
    inputArguments: VariantValue[],
    deadlineMs: number,
  ): Promise<CallMethodResult | { readonly failed: string }>
  subscribe(
    nodes: readonly NodeId[],
    filter: EventFilter,
    publishingIntervalMs: number,
    listener: (fields: readonly VariantValue[]) => void,
  ): Promise<Subscription>
  /** Gives it up although its channel is open: the line says nothing any more. */
  abandon(reason: string): void
  /** Resolves with the reason when the connection has ended, however it came. */
  readonly ended: Promise<string>
  /** Ends it without ever hanging. @returns the session the line may still hold, after a break: for the next `connect`. */
  close(): Promise<LeftBehind | undefined>
}

/** Status events of some nodes. The library does not say when a line has lost it: compare `heard()` with time passing. */
export interface Subscription {
  /** How many of the nodes the line agreed to monitor. */
  readonly monitored: number
  /** Every so often the line promised to say something even when nothing happens. */
  readonly keepAliveMs: number
  /** Messages that came over it so far, keep-alives included. */
  heard(): number
  /** How many nodes the line says it monitors now; undefined when it cannot say (OPC 10000-5 §9.1 is optional). */
  itemsOnLine(): Promise<number | undefined>
  /** Ends it on both sides; what it still brings is not passed on. */
  end(): Promise<void>
}

/** A session whose channel broke. */
export type LeftBehind = ClientSession

export interface ConnectOptions {
  readonly endpoint: string
  readonly lineId: string
  readonly security: Security
  readonly pki: Pki
  readonly profile: LineProfile
  /** Trust the very first certificate this line ever shows, with a loud log line. */
  readonly trustFirstUse: boolean
  readonly onFirstUse: (fingerprint: string) => void
  /** What the line said of itself before anything was decided. */
  readonly onFound: (found: Found) => void
  readonly clock: { now(): number }
}

const server = coerceNodeId('ns=0;i=2253')
const getMonitoredItems = coerceNodeId('ns=0;i=11492')

/** How often a line that has nothing to say shall say so, at least. */
const mostKeepAliveMs = 1_000

const strongestFirst = ['Aes256_Sha256_RsaPss', 'Aes128_Sha256_RsaOaep', 'Basic256Sha256'] as const

/** Bounds how long a line holds a session nobody fetched back. */
const sessionTimeoutMs = 60_000

/** Opens a session. Never throws for anything the line or the network does; `leftBehind` is used up only when connected. */
export async function connect(
  options: ConnectOptions,
  abandoned: AbortSignal,
  leftBehind?: LeftBehind,
): Promise<Connection | NoConnection> {
  const endpoint = await findEndpoint(options, abandoned)
  if ('outcome' in endpoint) return endpoint
  const { security } = options
  const certificate = security.mode === 'None' ? undefined : firstOfChain(endpoint.serverCertificate)
  if (security.mode !== 'None') {
    const obstacle = await judgeCertificate(options, certificate)
    if (obstacle) return obstacle
  }
  const client = OPCUAClient.create({
    ...commonOptions(options),
    securityPolicy: endpoint.securityPolicyUri ?? SecurityPolicy.None,
    securityMode: endpoint.securityMode,
    ...(certificate && { serverCertificate: certificate }),
    endpointMustExist: false,
    keepSessionAlive: true,
    keepAliveInterval: 2_000,
    requestedSessionTimeout: sessionTimeoutMs,
    dataTypeExtractStrategy: DataTypeExtractStrategy.Lazy,
    connectionStrategy: { initialDelay: 200, maxDelay: 1_000, maxRetry: 0 },
    keepPendingSessionsOnDisconnect: true,
  })
  try {
    await within(client.connect(options.endpoint), 15_000, abandoned)
    if (leftBehind) await fetchAndClose(client, leftBehind, abandoned)
    const session = await within(
      client.createSession(
        security.user === undefined
          ? { type: UserTokenType.Anonymous }
          : { type: UserTokenType.UserName, userName: security.user, password: security.password ?? '' },
      ),
      10_000,
      abandoned,
    )
    const keepAliveMs = Math.min(mostKeepAliveMs, options.profile.silenceMs / 4)
    return alive(client, session, certificate && fingerprintOf(certificate), keepAliveMs)
  } catch (error) {
    await dispose(client)
    return explain(error, options)
  }
}

const commonOptions = ({ pki, lineId }: ConnectOptions) => ({
  applicationName: 'Lot One bridge',
  applicationUri: pki.applicationUri,
  clientName: `lot-one ${lineId}`,
  clientCertificateManager: pki.manager,
  certificateFile: pki.own.certificateFile,
  privateKeyFile: pki.own.privateKeyFile,
  defaultTransactionTimeout: 5_000,
  transportTimeout: 10_000,
})

/** Asks the line for its endpoints over an unsecured discovery channel (OPC 10000-4 §5.5.4) and picks ours. */
async function findEndpoint(
  options: ConnectOptions,
  abandoned: AbortSignal,
): Promise<EndpointDescription | NoConnection> {
  const { security } = options
  const probe = OPCUAClient.create({
    ...commonOptions(options),
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    endpointMustExist: false,
    connectionStrategy: { initialDelay: 200, maxDelay: 1_000, maxRetry: 0 },
  })
  let endpoints: EndpointDescription[]
  let clockDifferenceMs: number | undefined
  probe.on('receive_response', ({ responseHeader: { timestamp } }) => {
    if (timestamp) clockDifferenceMs = timestamp.getTime() - options.clock.now()
  })
  try {
    await within(probe.connect(options.endpoint), 10_000, abandoned)
    endpoints = await within(probe.getEndpoints(), 10_000, abandoned)
  } catch (error) {
    return silent(options.endpoint, error)
  } finally {
    await dispose(probe)
  }
  const policies = security.policy === 'best' ? strongestFirst : ([security.policy] as const)
  const wanted = policies
    .map((policy) =>
      endpoints.find(
        ({ securityMode, securityPolicyUri }) =>
          securityMode === MessageSecurityMode[security.mode] && securityPolicyUri === SecurityPolicy[policy],
      ),
    )
    .find((endpoint) => endpoint !== undefined)
  options.onFound({
    endpoints: endpoints.map((endpoint) => ({
      policy: endpoint.securityPolicyUri?.split('#')[1] ?? '?',
      mode: MessageSecurityMode[endpoint.securityMode] ?? '?',
      users: [
        ...new Set(
          (endpoint.userIdentityTokens ?? []).map(({ tokenType }) => UserTokenType[tokenType] ?? '?'),
        ),
      ],
      used: endpoint === wanted,
    })),
    certificate: firstOfChain((wanted ?? endpoints[0])?.serverCertificate),
    clockDifferenceMs,
  })
  if (wanted) return wanted
  const offered = endpoints.map(
    ({ securityMode, securityPolicyUri }) =>
      `${securityPolicyUri?.split('#')[1] ?? '?'}/${MessageSecurityMode[securityMode]}`,
  )
  return {
    outcome: 'stopped',
    cause: 'security',
    reason: `the line does not offer ${security.policy}/${security.mode}, only ${[...new Set(offered)].join(', ') || 'nothing'}: change security in the lines file or on the line`,
  }
}

async function judgeCertificate(
  options: ConnectOptions,
  certificate: Buffer | undefined,
): Promise<NoConnection | undefined> {
  const { pki, lineId } = options
  if (!certificate) {
    return {
      outcome: 'stopped',
      cause: 'certificateUnusable',
      reason: 'the line offers encryption but shows no certificate',
    }
  }
  const fingerprint = fingerprintOf(certificate)
  const judgement = await pki.judge(certificate)
  if (judgement.verdict === 'trusted') return undefined
  if (judgement.verdict === 'bad') {
    return {
      outcome: 'stopped',
      cause: 'certificateUnusable',
      reason: `the line's certificate ${fingerprint} cannot be used: ${judgement.status}. Give the line a valid certificate`,
    }
  }
  if (options.trustFirstUse && (await pki.firstUse(lineId)) === undefined) {
    await pki.trust(certificate)
    await pki.rememberFirstUse(lineId, fingerprint)
    options.onFirstUse(fingerprint)
    return undefined
  }
  return {
    outcome: 'stopped',
    cause: 'certificateUnknown',
    reason: `the line's certificate ${fingerprint} is not trusted: compare it with the line, then trust it on the page /lines or move ${judgement.file} to ${pki.folder}/trusted/certs/`,
    untrusted: { certificate, fingerprint },
  }
}

/** Certificates of a chain follow one another as DER; the first is the application's own. */
function firstOfChain(chain: Buffer | Buffer[] | null | undefined): Buffer | undefined {
  const all = Array.isArray(chain) ? chain[0] : chain
  if (!all || all.length < 4) return undefined
  // DER: SEQUENCE with a two-byte length (certificates are between 256 bytes and 64 KiB long)
  return all[0] === 0x30 && all[1] === 0x82 ? all.subarray(0, 4 + all.readUInt16BE(2)) : all
}

function explain(error: unknown, { endpoint, security, pki }: ConnectOptions): NoConnection {
  const message = error instanceof Error ? error.message : String(error)
  if (/BadIdentityToken|BadUserAccessDenied|BadUserSignatureInvalid/.test(message)) {
    return {
      outcome: 'stopped',
      cause: 'user',
      reason: `the line refuses user ${security.user ?? '(anonymous)'} (${/Bad[A-Za-z]+/.exec(message)?.[0]}): check user and password in the lines file`,
    }
  }
  if (/BadSecurityChecksFailed|BadCertificate(?!Invalid)[A-Za-z]*/.test(message)) {
    return {
      outcome: 'stopped',
      cause: 'bridgeUnknown',
      reason: `the line does not trust this bridge (${/Bad[A-Za-z]+/.exec(message)?.[0]}): trust its certificate ${pki.own.fingerprint} on the line (${pki.own.certificateFile})`,
    }
  }
  if (/BadTooManySessions/.test(message))
    return {
      outcome: 'unreachable',
      cause: 'busy',
      reason: 'the line has no free session (BadTooManySessions)',
    }
  return silent(endpoint, error)
}

const silent = (endpoint: string, error: unknown): NoConnection => ({
  outcome: 'unreachable',
  cause: 'silent',
  reason: `${endpoint} does not answer (${short(error)})`,
})

function short(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('may have been rejected by server')) return 'it closed the connection'
  const known = /ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|Bad[A-Z][A-Za-z]+/.exec(
    message,
  )
  return known?.[0] ?? message.split('\n')[0]?.slice(0, 120) ?? 'unknown reason'
}

async function fetchAndClose(client: Client, session: LeftBehind, abandoned: AbortSignal): Promise<void> {
  try {
    await within(client.reactivateSession(session), 3_000, abandoned)
    await within(session.close(true), 3_000, abandoned)
  } catch {
    // The line has forgotten it, which is as good.
    forget(session)
  }
}

/** Members of the library's session that its type leaves out. */
interface SessionInside {
  isChannelValid(): boolean
  stopKeepAliveManager(): void
  emitCloseEvent(status: StatusCode): void
  dispose(): void
}
const inside = (session: ClientSession): SessionInside => session as unknown as SessionInside

/** Ends a session on our side only, when the line can no longer be told: its timers would run for ever. */
export function forget(session: ClientSession): void {
  inside(session).emitCloseEvent(StatusCodes.Good)
  inside(session).dispose()
}

function alive(
  client: Client,
  session: ClientSession,
  fingerprint: string | undefined,
  keepAliveMs: number,
): Connection {
  let lost = false
  let closed = false
  let end: (reason: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => (end = resolve))
  client.on('connection_lost', () => {
    lost = true
    end('the connection was lost')
  })
  session.on('session_closed', () => end('the line closed the session'))

  /** The errors carry no usable status: a call cut before and one cut after its execution look the same. */
  function call(
    objectId: NodeId,
    methodId: NodeId,
    inputArguments: VariantValue[],
    deadlineMs: number,
  ): Promise<CallMethodResult | { readonly failed: string }> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ failed: `no answer within ${deadlineMs} ms` }), deadlineMs)
      session.call({ objectId, methodId, inputArguments }, (error, answer) => {
        clearTimeout(timer)
        resolve(error || !answer ? { failed: short(error) } : answer)
      })
    })
  }

  async function subscribe(
    nodes: readonly NodeId[],
    filter: EventFilter,
    publishingIntervalMs: number,
    listener: (fields: readonly VariantValue[]) => void,
  ): Promise<Subscription> {
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: publishingIntervalMs,
      requestedMaxKeepAliveCount: Math.max(10, Math.round(keepAliveMs / publishingIntervalMs)),
      requestedLifetimeCount: Math.max(100, Math.round(30_000 / publishingIntervalMs)),
      maxNotificationsPerPublish: 1_000,
      publishingEnabled: true,
    })
    let heard = 0
    let over = false
    subscription.on('raw_notification', () => heard++)
    // It timed out over there: events are missing from here on.
    subscription.on('status_changed', () => over || end('the line ended the subscription'))
    subscription.on('internal_error', () => undefined)
    let monitored = 0
    for (const nodeId of nodes) {
      const item = await subscription.monitor(
        { nodeId, attributeId: AttributeIds.EventNotifier },
        { samplingInterval: 0, queueSize: 1_000, discardOldest: false, filter },
        TimestampsToReturn.Neither,
      )
      // monitor() does not throw for a node that cannot be monitored
      if (item.statusCode.isNotGood()) continue
      monitored++
      item.on('changed', (fields: readonly VariantValue[]) => {
        if (!closed && !over) listener(fields)
      })
    }
    return {
      monitored,
      keepAliveMs: subscription.publishingInterval * subscription.maxKeepAliveCount,
      heard: () => heard,
      async itemsOnLine() {
        const id = scalarVariant('UInt32', subscription.subscriptionId)
        const answer = await call(server, getMonitoredItems, [id], 2_000)
        if ('failed' in answer) return undefined
        if (answer.statusCode.equals(StatusCodes.BadSubscriptionIdInvalid)) return 0
        const handles: unknown = answer.outputArguments?.[0]?.value
        return answer.statusCode.isGood() && handles instanceof Uint32Array ? handles.length : undefined
      },
      async end() {
        over = true
        await subscription.terminate().catch(() => undefined)
      },
    }
  }

  return {
    outcome: 'connected',
    session,
    fingerprint,
    ended,
    usable: () => !lost && !closed && !session.isReconnecting && inside(session).isChannelValid(),
    call,
    subscribe,
    abandon(reason) {
      lost = true
      end(reason)
    },
    async close() {
      closed = true
      end('closed')
      inside(session).stopKeepAliveManager()
      await dispose(client, lost ? undefined : session)
      return lost ? session : undefined
    },
  }
}

/** Closes without ever hanging: a line that does not answer is left to time out by itself. */
async function dispose(client: Client, session?: ClientSession): Promise<void> {
  const closing = (async () => {
    await session?.close().catch(() => undefined)
    await client.disconnect()
  })()
  await within(closing, 1_500, new AbortController().signal).catch(() => session && forget(session))
}

/** Resolves as `work` does, or rejects after `ms` or when abandoned; `work` itself cannot be stopped and is ignored then. */
export async function within<T>(work: Promise<T>, ms: number, abandoned: AbortSignal): Promise<T> {
  work.catch(() => undefined)
  let cleanUp: (() => void) | undefined
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    const abandon = (): void => reject(new Error('stopped'))
    if (abandoned.aborted) abandon()
    abandoned.addEventListener('abort', abandon, { once: true })
    cleanUp = () => {
      clearTimeout(timer)
      abandoned.removeEventListener('abort', abandon)
    }
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    cleanUp?.()
  }
}
