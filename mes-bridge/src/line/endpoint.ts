/**
 * What must be settled before there is a session: which of a line's endpoints is ours, whether its certificate is trusted, and what
 * an error on the way means for whoever has to do something about it.
 */
import type { EndpointDescription } from 'node-opcua'
import type { LinkCause } from '@lot-one/rules'
import type { LineProfile } from '../lineProfiles.ts'
import { dispose, within } from './ending.ts'
import type { Found } from './health.ts'
import { MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType } from './opcua.ts'
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

const strongestFirst = ['Aes256_Sha256_RsaPss', 'Aes128_Sha256_RsaOaep', 'Basic256Sha256'] as const

/** What every client of ours has in common. */
export const commonOptions = ({ pki, lineId }: ConnectOptions) => ({
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
export async function findEndpoint(
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

/** Says why a line's certificate keeps us from it, if it does; a very first one may be taken on trust. */
export async function judgeCertificate(
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
export function firstOfChain(chain: Buffer | Buffer[] | null | undefined): Buffer | undefined {
  const all = Array.isArray(chain) ? chain[0] : chain
  if (!all || all.length < 4) return undefined
  // DER: SEQUENCE with a two-byte length (certificates are between 256 bytes and 64 KiB long)
  return all[0] === 0x30 && all[1] === 0x82 ? all.subarray(0, 4 + all.readUInt16BE(2)) : all
}

/** What an error while connecting means. */
export function explain(error: unknown, { endpoint, security, pki }: ConnectOptions): NoConnection {
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

/** An error in a few words. */
export function short(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (message.includes('may have been rejected by server')) return 'it closed the connection'
  const known = /ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|Bad[A-Z][A-Za-z]+/.exec(
    message,
  )
  return known?.[0] ?? message.split('\n')[0]?.slice(0, 120) ?? 'unknown reason'
}
