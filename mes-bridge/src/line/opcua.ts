import { createRequire } from 'node:module'
import type { ExtensionObject, Variant as VariantValue } from 'node-opcua'

// node-opcua is CommonJS; asked for by `require`, Node need not scan its packages for export names first, which saves a
// third of a second at every start. Types come from `import type` where they are needed.
const library = createRequire(import.meta.url)('node-opcua') as typeof import('node-opcua')

export const {
  AttributeIds,
  BrowseDirection,
  coerceNodeId,
  constructEventFilter,
  DataType,
  DataTypeExtractStrategy,
  MessageSecurityMode,
  NodeClassMask,
  ofType,
  OPCUACertificateManager,
  OPCUAClient,
  ReferenceTypeIds,
  SecurityPolicy,
  setDebugLogger,
  setErrorLogger,
  setWarningLogger,
  StatusCodes,
  TimestampsToReturn,
  UserTokenType,
  Variant,
  VariantArrayType,
} = library

/** Namespace URIs of the published models the bridge speaks. Indexes are looked up per session, never assumed. */
export const namespaceUris = {
  /** OPC 10031-4 V2 (2.0.0). */
  jobControl: 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/',
  /** OPC 40001-3 (1.0.1). */
  machineryJobs: 'http://opcfoundation.org/UA/Machinery/Jobs/',
} as const

/** Numeric identifiers the published nodesets give their types, each within its namespace. */
export const typeIds = {
  /** JobManagementType, OPC 40001-3 §7.2. */
  jobManagement: 1003,
  /** ISA95JobOrderReceiverObjectType, OPC 10031-4 §6.2.1. */
  receiver: 1002,
  /** ISA95JobResponseProviderObjectType, §6.2.3. */
  provider: 1003,
  /** ISA95JobOrderStatusEventType (abstract), §6.2.5. */
  statusEvent: 1006,
  jobOrder: 3008,
  workMaster: 3007,
  parameter: 3003,
  property: 3002,
  material: 3010,
  state: 3006,
} as const

/** One value of a built-in type. */
export const scalarVariant = (dataType: keyof typeof library.DataType, value: unknown): VariantValue =>
  new library.Variant({
    dataType: library.DataType[dataType],
    arrayType: library.VariantArrayType.Scalar,
    value,
  })

/** An empty Comment, the last argument of every job order method. */
export const noComment: VariantValue = new library.Variant({
  dataType: library.DataType.LocalizedText,
  arrayType: library.VariantArrayType.Array,
  value: [],
})

export const structureVariant = (value: ExtensionObject): VariantValue =>
  new library.Variant({
    dataType: library.DataType.ExtensionObject,
    arrayType: library.VariantArrayType.Scalar,
    value,
  })

interface Sink {
  debug(fields: object, message: string): void
}

let routed = false
/** Sends the library's own prints to our log, once per process: it would write to the terminal otherwise. */
export function routeLibraryLogs(log: Sink): void {
  if (routed) return
  routed = true
  // What it has to say is either said by us in plain words (link state, trust) or of no use to an operator.
  const quietly = (_context?: unknown, ...parts: unknown[]): void =>
    log.debug({}, parts.map(String).join(' ').slice(0, 500))
  library.setDebugLogger(quietly)
  library.setWarningLogger(quietly)
  library.setErrorLogger(quietly)
}
