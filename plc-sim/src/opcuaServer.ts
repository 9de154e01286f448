import type { OPCUAServer as UAServer } from 'node-opcua'
import { MessageSecurityMode, OPCUAServer, SecurityPolicy, nodesets } from './opcua.ts'
import { standardQuirks } from './quirks.ts'
import type { certificateManagers, LineUser } from './security.ts'
import { userManager } from './security.ts'

/** Name of the line's application, as its certificate and its server description have it. */
export function applicationUri(lineId: string): string {
  return `urn:lot-one:plc-sim:${lineId}`
}

/** The OPC UA server of a line with its nodesets, security and limits; not yet started. */
export function createServer(options: {
  readonly lineId: string
  readonly host: string
  readonly port: number
  readonly users: readonly LineUser[]
  readonly managers: ReturnType<typeof certificateManagers>
  /** Also offers an endpoint without security. */
  readonly securityNone: boolean
}): UAServer {
  const { host, managers, securityNone: none } = options
  return new OPCUAServer({
    port: options.port,
    host,
    hostname: host,
    serverInfo: {
      applicationUri: applicationUri(options.lineId),
      productUri: 'urn:lot-one:plc-sim',
      applicationName: { text: `Lot One line simulator ${options.lineId}`, locale: 'en' },
    },
    buildInfo: {
      productName: 'Lot One line simulator',
      manufacturerName: 'Lot One',
      softwareVersion: '0.1.0',
    },
    nodesets: [
      nodesets.standard,
      nodesets.di,
      nodesets.ia,
      nodesets.isa95JobControl,
      nodesets.machinery,
      nodesets.machineryJobs,
      nodesets.packML,
    ],
    serverCertificateManager: managers.server,
    userCertificateManager: managers.user,
    securityPolicies: [
      SecurityPolicy.Basic256Sha256,
      SecurityPolicy.Aes256_Sha256_RsaPss,
      ...(none ? [SecurityPolicy.None] : []),
    ],
    securityModes: [MessageSecurityMode.SignAndEncrypt, ...(none ? [MessageSecurityMode.None] : [])],
    allowAnonymous: false,
    userManager: userManager(options.users),
    isAuditing: false,
    maxConnectionsPerEndpoint: 100,
    serverCapabilities: {
      maxSessions: standardQuirks.maxSessions,
      maxSubscriptions: 500,
      maxMonitoredItems: 10_000,
      maxArrayLength: 65_535,
      maxStringLength: 1_000_000,
      maxByteStringLength: 1_000_000,
      operationLimits: {
        maxNodesPerWrite: 1000,
        ...standardQuirks.operationLimits,
      },
    },
    transportSettings: {
      // A full list of 65,535 orders would not fit; the bridge keeps lists short, and an attacker must not be able to
      // make the line collect half a gigabyte of chunks.
      adjustTransportLimits: (hello) => ({
        sendBufferSize: Math.min(hello.sendBufferSize || 65_536, 65_536),
        receiveBufferSize: Math.min(hello.receiveBufferSize || 65_536, 65_536),
        maxMessageSize: Math.min(hello.maxMessageSize || 16_777_216, 16_777_216),
        maxChunkCount: Math.min(hello.maxChunkCount || 512, 512),
      }),
    },
  })
}
