// An OPC UA client that knows nothing of the line but the published nodesets.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  ClientSubscription,
  DataType,
  DataTypeExtractStrategy,
  type DataValue,
  type ExtensionObject,
  MessageSecurityMode,
  type NodeId,
  OPCUACertificateManager,
  OPCUAClient,
  type ReferenceDescription,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
  UserTokenType,
  Variant,
  VariantArrayType,
  coerceNodeId,
  constructEventFilter,
  ofType,
  resolveNodeId,
} from 'node-opcua'
import type { Line } from '../src/server.ts'
import { useTestKey } from './testKeys.ts'

export const jobControlUri = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/'
export const jobsUri = 'http://opcfoundation.org/UA/Machinery/Jobs/'
export const machineryUri = 'http://opcfoundation.org/UA/Machinery/'

const objects = 1

/** A temporary folder that removes itself with `dispose`. */
export async function temporaryFolder(): Promise<{ path: string; dispose: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'plc-sim-'))
  return { path, dispose: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export interface StationHandle {
  readonly name: string
  readonly control: NodeId
  readonly results: NodeId
  /** Method and variable node ids by browse name. */
  readonly nodes: ReadonlyMap<string, NodeId>
}

export interface CallResult {
  readonly status: string
  readonly bits: bigint | undefined
  readonly outputs: Variant[]
}

export interface StatusEvent {
  readonly jobOrderId: string
  readonly state: number
  readonly jobState: { stateNumber: number; browsePath: { elements: unknown[] } }[]
  readonly jobOrder: Record<string, unknown>
  readonly response: Record<string, unknown> & { jobResponseData?: { ID: string; value: Variant }[] }
  readonly time: Date
  readonly eventType: NodeId
  readonly sourceName: string
}

/** The owner of a client's certificate. */
export async function clientIdentity(
  folder: string,
  name = 'client',
): Promise<{ manager: OPCUACertificateManager; certificateFile: string; applicationUri: string }> {
  useTestKey(join(folder, name))
  const manager = new OPCUACertificateManager({
    rootFolder: join(folder, name),
    automaticallyAcceptUnknownCertificate: true,
  })
  await manager.initialize()
  const certificateFile = join(folder, name, 'own', 'certs', 'certificate.pem')
  const applicationUri = `urn:test:${name}`
  await manager.createSelfSignedCertificate({
    applicationUri,
    subject: `/CN=${name}`,
    dns: [],
    ip: [],
    startDate: new Date(),
    validity: 30,
    outputFile: certificateFile,
  })
  return { manager, certificateFile, applicationUri }
}
export type Identity = Awaited<ReturnType<typeof clientIdentity>>

/** Puts a client's certificate into the line's trust list, as an operator would. */
export async function trust(line: Pick<Line, 'trustedCertificatesDir'>, identity: Identity): Promise<void> {
  const pem = await readFile(identity.certificateFile)
  await writeFile(
    join(line.trustedCertificatesDir, `${identity.applicationUri.replaceAll(':', '-')}.pem`),
    pem,
  )
}

export interface ConnectOptions {
  readonly endpointUrl: string
  readonly identity: Identity
  readonly user?: { name: string; password: string }
  readonly policy?: SecurityPolicy
}

export async function connect(options: ConnectOptions): Promise<TestClient> {
  const policy = options.policy ?? SecurityPolicy.Basic256Sha256
  const client = OPCUAClient.create({
    applicationUri: options.identity.applicationUri,
    clientCertificateManager: options.identity.manager,
    certificateFile: options.identity.certificateFile,
    securityPolicy: policy,
    securityMode:
      policy === SecurityPolicy.None ? MessageSecurityMode.None : MessageSecurityMode.SignAndEncrypt,
    endpointMustExist: true,
    connectionStrategy: { maxRetry: 0, initialDelay: 50, maxDelay: 50 },
    defaultTransactionTimeout: 5000,
    dataTypeExtractStrategy: DataTypeExtractStrategy.Lazy,
  })
  try {
    await client.connect(options.endpointUrl)
    const user: UserIdentityInfo = options.user
      ? { type: UserTokenType.UserName, userName: options.user.name, password: options.user.password }
      : { type: UserTokenType.Anonymous }
    const session = await client.createSession(user)
    return new TestClient(client, session)
  } catch (error) {
    await client.disconnect()
    throw error
  }
}

export class TestClient {
  readonly client: OPCUAClient
  readonly session: ClientSession
  #namespaces: string[] = []

  constructor(client: OPCUAClient, session: ClientSession) {
    this.client = client
    this.session = session
  }

  async namespaceIndex(uri: string): Promise<number> {
    if (this.#namespaces.length === 0) this.#namespaces = await this.session.readNamespaceArray()
    const index = this.#namespaces.indexOf(uri)
    if (index < 0) throw new Error(`The server does not know the namespace ${uri}.`)
    return index
  }

  async children(nodeId: NodeId, referenceType = 'HierarchicalReferences', nodeClassMask = 0) {
    const result = await this.session.browse({
      nodeId,
      referenceTypeId: resolveNodeId(referenceType),
      includeSubtypes: true,
      browseDirection: BrowseDirection.Forward,
      nodeClassMask,
      resultMask: 63,
    })
    return result.references ?? []
  }

  async references(nodeId: NodeId, referenceType: string, direction: 'forward' | 'inverse' = 'forward') {
    const result = await this.session.browse({
      nodeId,
      referenceTypeId: resolveNodeId(referenceType),
      includeSubtypes: true,
      browseDirection: direction === 'inverse' ? BrowseDirection.Inverse : BrowseDirection.Forward,
      nodeClassMask: 0,
      resultMask: 63,
    })
    return result.references ?? []
  }

  /** The data type of a variable as text; empty for anything else. */
  async dataType({ nodeId }: ReferenceDescription): Promise<string> {
    const { value } = await this.session.read({ nodeId, attributeId: AttributeIds.DataType })
    return value?.value ? String(value.value) : ''
  }

  /** A machine item below Objects/Machines, as found by browsing. */
  async machine(name: string): Promise<ReferenceDescription> {
    const objects = await this.children(resolveNodeId('ObjectsFolder'), 'Organizes')
    const machines = objects.find(({ browseName }) => browseName.name === 'Machines')
    const found = machines && (await this.children(machines.nodeId, 'Organizes'))
    const machine = found?.find(({ browseName }) => browseName.name === name)
    if (!machine) throw new Error(`No machine ${name}.`)
    return machine
  }

  /** Reads a variable below a machine by its browse names. */
  async readPath(machine: string, path: readonly string[]): Promise<unknown> {
    let { nodeId } = await this.machine(machine)
    for (const name of path) {
      const next = (await this.children(nodeId, 'Aggregates')).find(
        ({ browseName }) => browseName.name === name,
      )
      if (!next) throw new Error(`No ${name} in ${path.join('/')}.`)
      nodeId = next.nodeId
    }
    return this.read(nodeId)
  }

  /** Finds every JobManagementType instance below Objects, by type; its machine item names it. */
  async stations(): Promise<StationHandle[]> {
    const jobs = await this.namespaceIndex(jobsUri)
    const wanted = coerceNodeId(`ns=${jobs};i=1003`).toString()
    const found: StationHandle[] = []
    const walk = async (nodeId: NodeId, path: string[]): Promise<void> => {
      const references = [
        ...(await this.children(nodeId, 'Organizes', objects)),
        ...(await this.children(nodeId, 'Aggregates', objects)),
      ]
      for (const reference of references) {
        const name = reference.browseName.name ?? ''
        if (reference.typeDefinition.toString() === wanted)
          found.push(await this.#station(path.at(-2) ?? '', reference.nodeId))
        else if (path.length < 4 && name !== 'Server') await walk(reference.nodeId, [...path, name])
      }
    }
    await walk(resolveNodeId('ObjectsFolder'), [])
    return found
  }

  async #station(name: string, jobManagement: NodeId): Promise<StationHandle> {
    const parts = await this.children(jobManagement, 'Aggregates')
    const part = (wanted: string): NodeId => {
      const reference = parts.find(({ browseName }) => browseName.name === wanted)
      if (!reference) throw new Error(`No ${wanted} below JobManagement.`)
      return reference.nodeId
    }
    const control = part('JobOrderControl')
    const results = part('JobOrderResults')
    const nodes = new Map<string, NodeId>()
    for (const parent of [control, results])
      for (const { browseName, nodeId } of await this.children(parent, 'Aggregates'))
        nodes.set(browseName.name ?? '', nodeId)
    return { name, control, results, nodes }
  }

  async station(name: string): Promise<StationHandle> {
    const station = (await this.stations()).find((candidate) => candidate.name === name)
    if (!station) throw new Error(`No station ${name}.`)
    return station
  }

  async structure(name: 'job order', value: Record<string, unknown>): Promise<ExtensionObject>
  async structure(name: { uri: string; id: number }, value: Record<string, unknown>): Promise<ExtensionObject>
  async structure(
    name: 'job order' | { uri: string; id: number },
    value: Record<string, unknown>,
  ): Promise<ExtensionObject> {
    const { uri, id } = name === 'job order' ? { uri: jobControlUri, id: 3008 } : name
    const index = await this.namespaceIndex(uri)
    return this.session.constructExtensionObject(coerceNodeId(`ns=${index};i=${id}`), value)
  }

  async call(station: StationHandle, method: string, inputArguments: Variant[]): Promise<CallResult> {
    const methodId = station.nodes.get(method)
    if (!methodId) throw new Error(`No method ${method} on ${station.name}.`)
    const objectId = method.startsWith('Request') ? station.results : station.control
    const result = await this.session.call({ objectId, methodId, inputArguments })
    const outputs = result.outputArguments ?? []
    const last = outputs.at(-1)
    return {
      status: result.statusCode.name,
      bits: last?.dataType === DataType.UInt64 ? toBigInt(last.value as [number, number]) : undefined,
      outputs,
    }
  }

  /** Calls a method with a job order, or with its id. */
  async command(
    station: StationHandle,
    method: string,
    order: string | Record<string, unknown>,
    comment: string[] = [],
  ): Promise<CallResult> {
    const first =
      typeof order === 'string'
        ? new Variant({ dataType: DataType.String, value: order })
        : new Variant({ dataType: DataType.ExtensionObject, value: await this.structure('job order', order) })
    const comments = new Variant({
      dataType: DataType.LocalizedText,
      arrayType: VariantArrayType.Array,
      value: comment.map((text) => ({ text, locale: 'en' })),
    })
    return this.call(station, method, [first, comments])
  }

  async read(nodeId: NodeId | undefined): Promise<unknown> {
    if (!nodeId) throw new Error('No such node.')
    const value: DataValue = await this.session.read({ nodeId, attributeId: AttributeIds.Value })
    return value.value.value as unknown
  }

  /** The job order list as [id, top level state]. */
  async list(station: StationHandle): Promise<[string, number][]> {
    const entries = (await this.read(station.nodes.get('JobOrderList'))) as {
      jobOrder: { jobOrderID: string }
      state: { stateNumber: number }[]
    }[]
    return entries.map(({ jobOrder, state }) => [jobOrder.jobOrderID, state[0]?.stateNumber ?? 0])
  }

  /** Listens to status events on a node; `next` waits for one that fits. */
  async listen(nodeId: NodeId = resolveNodeId('Server')): Promise<EventLog> {
    const index = await this.namespaceIndex(jobControlUri)
    const subscription = ClientSubscription.create(this.session, {
      requestedPublishingInterval: 50,
      requestedMaxKeepAliveCount: 10,
      requestedLifetimeCount: 1000,
      maxNotificationsPerPublish: 1000,
      publishingEnabled: true,
      priority: 1,
    })
    const filter = constructEventFilter(
      ['EventType', 'SourceName', 'Time', `${index}:JobOrder`, `${index}:JobState`, `${index}:JobResponse`],
      ofType(coerceNodeId(`ns=${index};i=1006`)),
    )
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.EventNotifier },
      { samplingInterval: 0, queueSize: 1000, discardOldest: false, filter },
      TimestampsToReturn.Both,
    )
    const log = new EventLog(() => subscription.terminate())
    item.on('changed', (fields: unknown) => log.push(fields as Variant[]))
    return log
  }

  async close(): Promise<void> {
    await this.session.close()
    await this.client.disconnect()
  }
}

export class EventLog {
  readonly events: StatusEvent[] = []
  #waiting: (() => void)[] = []
  readonly close: () => Promise<void>

  constructor(close: () => Promise<void>) {
    this.close = close
  }

  push([eventType, sourceName, time, order, state, response]: Variant[]): void {
    const jobState = state?.value as StatusEvent['jobState']
    this.events.push({
      jobOrderId: (order?.value as { jobOrderID: string } | undefined)?.jobOrderID ?? '',
      state: jobState[0]?.stateNumber ?? 0,
      jobState,
      jobOrder: order?.value as StatusEvent['jobOrder'],
      response: response?.value as StatusEvent['response'],
      time: time?.value as Date,
      eventType: eventType?.value as NodeId,
      sourceName: sourceName?.value as string,
    })
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Waits for the event in which a job order reaches a state. */
  async reaches(jobOrderId: string, state: number): Promise<StatusEvent> {
    for (;;) {
      const found = this.events.find((event) => event.jobOrderId === jobOrderId && event.state === state)
      if (found) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  statesOf(jobOrderId: string): number[] {
    return this.events.filter((event) => event.jobOrderId === jobOrderId).map(({ state }) => state)
  }
}

export function toBigInt([high, low]: [number, number]): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The value of a named entry of a response. */
export function datum(response: StatusEvent['response'], id: string): unknown {
  return response.jobResponseData?.find(({ ID }) => ID === id)?.value.value as unknown
}
