/** The least a program must do to hand job orders to a line with node-opcua: no guard, no deadline, no checks. */
import { join } from 'node:path'
import { readFile } from 'node:fs/promises'
import type { NodeId } from 'node-opcua'
import {
  AttributeIds,
  BrowseDirection,
  coerceNodeId,
  constructEventFilter,
  DataType,
  DataTypeExtractStrategy,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  ofType,
  SecurityPolicy,
  setDebugLogger,
  setErrorLogger,
  setWarningLogger,
  TimestampsToReturn,
  UserTokenType,
  Variant,
  VariantArrayType,
} from 'node-opcua'
import type { JobOrder } from '../mes-bridge/src/jobOrder.ts'
import type { Client } from './handOver.ts'

const jobControl = 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/'
/** The library prints on stdout otherwise; the same for both contestants. */
export function quietLibrary(): void {
  for (const set of [setDebugLogger, setErrorLogger, setWarningLogger]) set(() => {})
}

/** Numbers the published nodeset gives its types. */
const statusEventType = 1006
const jobOrderType = 3008

/** Connects with the bridge's own certificate and finds a station by the names OPC 40001-3 gives its parts. */
export async function connectRaw(
  endpoint: string,
  pkiFolder: string,
  user: { readonly user: string; readonly password: string },
  machineName: string,
): Promise<Client> {
  const manager = new OPCUACertificateManager({
    rootFolder: pkiFolder,
    automaticallyAcceptUnknownCertificate: true,
  })
  await manager.initialize()
  const client = OPCUAClient.create({
    applicationUri: await readFile(join(pkiFolder, 'application-uri'), 'utf8'),
    clientCertificateManager: manager,
    certificateFile: join(pkiFolder, 'own/certs/lot-one-bridge.pem'),
    privateKeyFile: manager.privateKey,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    endpointMustExist: false,
    keepSessionAlive: true,
    dataTypeExtractStrategy: DataTypeExtractStrategy.Lazy,
  })
  await client.connect(endpoint)
  const session = await client.createSession({
    type: UserTokenType.UserName,
    userName: user.user,
    password: user.password,
  })
  const children = async (nodeId: NodeId) =>
    (
      await session.browse({
        nodeId,
        referenceTypeId: 'HierarchicalReferences',
        includeSubtypes: true,
        browseDirection: BrowseDirection.Forward,
        nodeClassMask: 0,
        resultMask: 63,
      })
    ).references ?? []
  const child = async (nodeId: NodeId, name: string) => {
    const found = (await children(nodeId)).find(({ browseName }) => browseName.name === name)
    if (!found) throw new Error(`no ${name} below ${nodeId.toString()}`)
    return found.nodeId
  }
  const machines = await child(coerceNodeId('i=85'), 'Machines')
  const machine = await child(machines, machineName)
  const management = await child(await child(machine, 'MachineryBuildingBlocks'), 'JobManagement')
  const receiver = await child(management, 'JobOrderControl')
  const store = await child(receiver, 'Store')
  const cancel = await child(receiver, 'Cancel')
  const ns = (await session.readNamespaceArray()).indexOf(jobControl)

  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 50,
    requestedMaxKeepAliveCount: 40,
    requestedLifetimeCount: 600,
    maxNotificationsPerPublish: 1000,
    publishingEnabled: true,
  })
  let seen = 0
  const item = await subscription.monitor(
    { nodeId: await child(management, 'JobOrderResults'), attributeId: AttributeIds.EventNotifier },
    {
      samplingInterval: 0,
      queueSize: 1000,
      discardOldest: false,
      filter: constructEventFilter(
        ['Time', 'SourceNode', `${ns}:JobOrder`, `${ns}:JobState`, `${ns}:JobResponse`],
        ofType(coerceNodeId(`ns=${ns};i=${statusEventType}`)),
      ),
    },
    TimestampsToReturn.Neither,
  )
  item.on('changed', () => seen++)

  const comment = new Variant({
    dataType: DataType.LocalizedText,
    arrayType: VariantArrayType.Array,
    value: [],
  })
  const call = async (methodId: NodeId, first: Variant) => {
    const { statusCode, outputArguments } = await session.call({
      objectId: receiver,
      methodId,
      inputArguments: [first, comment],
    })
    if (statusCode.isNotGood()) throw new Error(`${statusCode.name} ${String(outputArguments?.[0]?.value)}`)
  }
  return {
    name: 'node-opcua',
    async store(order) {
      const value = await session.constructExtensionObject(
        coerceNodeId(`ns=${ns};i=${jobOrderType}`),
        wire(order),
      )
      await call(store, new Variant({ dataType: DataType.ExtensionObject, value }))
    },
    cancel: (id) => call(cancel, new Variant({ dataType: DataType.String, value: id })),
    heard: () => seen,
    async close() {
      await session.close(true)
      await client.disconnect()
      await manager.dispose()
    },
  }
}

const text = (value: unknown) => new Variant({ dataType: DataType.String, value })
const number = (value: number) => new Variant({ dataType: DataType.Double, value })

/** The same content as ours, as plain objects. */
function wire(order: JobOrder) {
  return {
    jobOrderID: order.jobOrderId,
    workMasterID: [{ ID: order.workMasterId }],
    priority: order.priority,
    jobOrderParameters: [
      { ID: 'RunsPlanned', value: new Variant({ dataType: DataType.UInt32, value: 1 }) },
      { ID: 'JobExecutionMode', value: new Variant({ dataType: DataType.Int32, value: 2 }) },
      {
        ID: 'JobName',
        value: new Variant({
          dataType: DataType.LocalizedText,
          arrayType: VariantArrayType.Array,
          value: [{ text: `${order.productId} ${order.station}`, locale: 'en' }],
        }),
      },
      {
        ID: 'CustomerOrderNumbers',
        value: new Variant({
          dataType: DataType.String,
          arrayType: VariantArrayType.Array,
          value: [order.orderId],
        }),
      },
      { ID: 'PlannedProductionTime', value: number(order.plannedSeconds * 1000) },
      ...order.parameters.map(({ id, value }) => ({ ID: id, value: text(value) })),
      { ID: 'spec.digest', value: text(order.digest) },
      { ID: 'rules.version', value: text(order.rulesHash) },
    ],
    materialRequirements: order.materialRequirements.map(({ position, part, quantity }) => ({
      materialDefinitionID: part,
      materialUse: 'Material Consumed',
      quantity: String(quantity),
      properties: [{ ID: 'Position', value: text(position) }],
    })),
  }
}
