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
  EventFilter,
  NodeId,
  OPCUAClient as Client,
  Variant as VariantValue,
} from 'node-opcua'
import { commonOptions, explain, findEndpoint, firstOfChain, judgeCertificate, short } from './endpoint.ts'
import type { ConnectOptions, NoConnection } from './endpoint.ts'
import { dispose, forget, inside, within } from './ending.ts'
import {
  AttributeIds,
  DataTypeExtractStrategy,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
  TimestampsToReturn,
  UserTokenType,
  coerceNodeId,
  scalarVariant,
} from './opcua.ts'
import { fingerprintOf } from './trust.ts'

export interface Connection {
  readonly outcome: 'connected'
  readonly session: ClientSession
  readonly fingerprint: string | undefined
  /** True when a call made in this very tick goes straight onto a living channel. */
  usable(): boolean
  /** Calls a method; resolves with `failed` on any rejection or when the deadline passes: then nobody knows what happened. */
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

const server = coerceNodeId('ns=0;i=2253')
const getMonitoredItems = coerceNodeId('ns=0;i=11492')

/** How often a line that has nothing to say shall say so, at least. */
const mostKeepAliveMs = 1_000

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

async function fetchAndClose(client: Client, session: LeftBehind, abandoned: AbortSignal): Promise<void> {
  try {
    await within(client.reactivateSession(session), 3_000, abandoned)
    await within(session.close(true), 3_000, abandoned)
  } catch {
    // The line has forgotten it, which is as good.
    forget(session)
  }
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
