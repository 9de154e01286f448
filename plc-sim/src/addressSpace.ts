import type { Namespace, OPCUAServer, UAMethod, UAObject, UAObjectType, UAVariable } from 'node-opcua'
import type { CommandName } from './jobStates.ts'
import { commandNames } from './jobStates.ts'
import type { StationConfig } from './stationConfig.ts'
import {
  DataType,
  DataValue,
  coerceNodeId,
  StatusCodes,
  Variant,
  VariantArrayType,
  WellKnownRoles,
  makePermissionFlag,
  uris,
} from './opcua.ts'
import type { Wire } from './wire.ts'

type AddressSpace = NonNullable<OPCUAServer['engine']['addressSpace']>

/** The PackML states a station shows (OPC 30050, table 2: numbers 4, 5 and 6). */
export type PackMLState = 'Idle' | 'Suspended' | 'Execute'

/** What the nodes of a station show; read on every access, so nothing has to be kept in step. */
export interface StationView {
  readonly jobOrderList: () => Variant
  readonly jobOrderResponseList: () => Variant
  readonly packML: () => PackMLState
  /** The line's own clock. */
  readonly now: () => number
}

/** The nodes of one station that something must be bound to. */
export interface StationNodes {
  readonly commands: Readonly<Record<CommandName, UAMethod>>
  readonly responseById: UAMethod
  readonly responseByState: UAMethod
  /** Raises the status events. */
  readonly results: UAObject
}

function objectType(space: AddressSpace, name: string, uri: string): UAObjectType {
  const type = space.findObjectType(name, space.getNamespaceIndex(uri))
  if (!type) throw new Error(`The object type ${name} is missing: is the nodeset ${uri} loaded?`)
  return type
}

function part(parent: UAObject, name: string, space: AddressSpace, uri: string): UAObject {
  const child = parent.getComponentByName(name, space.getNamespaceIndex(uri))
  if (!child) throw new Error(`${parent.browseName.toString()} has no component ${name}.`)
  return child as UAObject
}

function variable(parent: UAObject, name: string, namespaceIndex: number): UAVariable {
  const child = parent.getChildByName(name, namespaceIndex)
  if (!child) throw new Error(`${parent.browseName.toString()} has no variable ${name}.`)
  return child as UAVariable
}

/** Adds the concrete status event of a line: the published type is abstract, clients filter on it with OfType. */
export function addStatusEventType(space: AddressSpace): UAObjectType {
  const abstract = objectType(space, 'ISA95JobOrderStatusEventType', uris.jobControl)
  return space.getOwnNamespace().addObjectType({
    browseName: 'LineJobOrderStatusEventType',
    subtypeOf: abstract,
    isAbstract: false,
  })
}

/**
 * Adds a station as a machine item: Machines/<station>/MachineryBuildingBlocks with Identification, JobManagement,
 * MachineryItemState and MachineryOperationMode, and beside it the PackML unit. Everything is an instance of a
 * published type.
 */
export function addStation(
  space: AddressSpace,
  lineId: string,
  config: StationConfig,
  view: StationView,
  wire: Wire,
): StationNodes {
  const own = space.getOwnNamespace()
  const machinery = space.getNamespaceIndex(uris.machinery)
  const machines = space.rootFolder.objects.getFolderElementByName('Machines', machinery)
  if (!machines) throw new Error('The folder Machines is missing: is the Machinery nodeset loaded?')
  const machine = own.addObject({
    browseName: config.id,
    displayName: config.displayName,
    nodeId: `s=${config.id}`,
    organizedBy: machines,
    notifierOf: space.rootFolder.objects.server,
    eventNotifier: 1,
  })
  const blocks = own.addObject({
    browseName: { name: 'MachineryBuildingBlocks', namespaceIndex: machinery },
    componentOf: machine,
    typeDefinition: 'FolderType',
  })
  const addIn = (
    type: string,
    uri: string,
    browseName: string,
    nameUri: string,
    optionals: string[] = [],
  ): UAObject =>
    objectType(space, type, uri).instantiate({
      browseName: { name: browseName, namespaceIndex: space.getNamespaceIndex(nameUri) },
      namespace: own,
      addInOf: blocks,
      optionals,
    })

  addIdentification(space, lineId, config, addIn)
  addItemStates(space, addIn, view)
  addPackMLUnit(space, own, machine, view)

  const jobManagement = addIn('JobManagementType', uris.jobs, 'JobManagement', uris.jobs, [
    ...commandNames.map((name) => `JobOrderControl.${name}`),
    'JobOrderResults.JobOrderResponseList',
  ])
  const control = part(jobManagement, 'JobOrderControl', space, uris.jobs)
  const results = part(jobManagement, 'JobOrderResults', space, uris.jobs)
  fillReceiver(space, control, config, view, wire)

  const isa95 = space.getNamespaceIndex(uris.jobControl)
  bindTimed(variable(results, 'JobOrderResponseList', isa95), view.jobOrderResponseList, view.now)
  results.setEventNotifier(1)
  machine.addReference({ referenceType: 'HasNotifier', nodeId: results })

  const method = (owner: UAObject, name: string, ...callers: Role[]): UAMethod => {
    const found = owner.getMethodByName(name, isa95)
    if (!found) throw new Error(`The method ${name} is missing.`)
    allowCalls(found, callers)
    return found
  }
  return {
    commands: Object.fromEntries(
      commandNames.map((name) => [name, method(control, name, 'Operator')]),
    ) as unknown as Record<CommandName, UAMethod>,
    responseById: method(results, 'RequestJobResponseByJobOrderID', 'Operator', 'Observer'),
    responseByState: method(results, 'RequestJobResponseByJobOrderState', 'Operator', 'Observer'),
    results,
  }
}

type Role = 'Operator' | 'Observer'
function allowCalls(method: UAMethod, callers: readonly Role[]): void {
  const roles = ['Operator', 'Observer'] as const
  method.setRolePermissions(
    roles.map((role) => ({
      roleId: WellKnownRoles[role],
      permissions: makePermissionFlag(callers.includes(role) ? 'Browse | Call' : 'Browse'),
    })),
  )
}

function bindRead(node: UAVariable, get: () => Variant): void {
  node.bindVariable({ get }, true)
}

/** Binds a variable whose source time stamp comes from the line's clock, not from the library's. */
function bindTimed(node: UAVariable, get: () => Variant, now: () => number): void {
  const read = (): DataValue => new DataValue({ value: get(), sourceTimestamp: new Date(now()) })
  node.bindVariable({ timestamped_get: read }, true)
}

/** Lets ServerStatus say the time of the line's clock; its fields are read from the structure behind them. */
export function bindCurrentTime(space: AddressSpace, now: () => number): void {
  const status = space.findNode('i=2256') as { $extensionObject?: { currentTime: Date } } | null
  if (!status?.$extensionObject) throw new Error('The server has no ServerStatus.')
  status.$extensionObject = new Proxy(status.$extensionObject, {
    get(target, name) {
      // The library notes the time of the access when it gives its own.
      const value: unknown = Reflect.get(target, name)
      return name === 'currentTime' ? new Date(now()) : value
    },
  })
}

function set(node: UAVariable, dataType: keyof typeof DataType, value: unknown, array = false): void {
  const arrayType = array ? VariantArrayType.Array : VariantArrayType.Scalar
  node.setValueFromSource({ dataType: DataType[dataType], arrayType, value })
}

type AddIn = (
  type: string,
  uri: string,
  browseName: string,
  nameUri: string,
  optionals?: string[],
) => UAObject

function addIdentification(space: AddressSpace, lineId: string, config: StationConfig, addIn: AddIn): void {
  const optionals = ['Location', 'Model', 'ProductCode', 'SoftwareRevision']
  const identification = addIn(
    'MachineIdentificationType',
    uris.machinery,
    'Identification',
    uris.di,
    optionals,
  )
  const di = space.getNamespaceIndex(uris.di)
  const machinery = space.getNamespaceIndex(uris.machinery)
  const serialNumber = `${lineId}-${config.id}`
  set(variable(identification, 'Manufacturer', di), 'LocalizedText', { text: 'Lot One' })
  set(variable(identification, 'SerialNumber', di), 'String', serialNumber)
  set(variable(identification, 'ProductInstanceUri', di), 'String', `urn:lot-one:station:${serialNumber}`)
  set(variable(identification, 'Model', di), 'LocalizedText', { text: config.displayName })
  set(variable(identification, 'ProductCode', di), 'String', config.id)
  set(variable(identification, 'SoftwareRevision', di), 'String', '0.1.0')
  set(variable(identification, 'Location', machinery), 'String', lineId)
}

function fillReceiver(
  space: AddressSpace,
  control: UAObject,
  config: StationConfig,
  view: StationView,
  wire: Wire,
): void {
  const isa95 = space.getNamespaceIndex(uris.jobControl)
  const field = (name: string): UAVariable => variable(control, name, isa95)
  set(field('MaxDownloadableJobOrders'), 'UInt16', config.maxDownloadableJobOrders)
  set(field('EquipmentID'), 'String', [config.id], true)
  set(field('MaterialDefinitionID'), 'String', [...(config.materials ?? [])], true)
  for (const name of ['MaterialClassID', 'PhysicalAssetID', 'PersonnelID'])
    set(field(name), 'String', [], true)
  const workMasters = config.workMasters.map((id) => wire.workMaster(id, config.displayName))
  set(field('WorkMaster'), 'ExtensionObject', workMasters, true)
  bindTimed(field('JobOrderList'), view.jobOrderList, view.now)
  // The receiver is a state machine only to describe the states of its jobs; it has none of its own (§6.2.1).
  const current = variable(control, 'CurrentState', 0)
  set(current, 'LocalizedText', { text: null })
  const id = current.getPropertyByName('Id')
  if (id) set(id, 'NodeId', coerceNodeId('i=0'))
}

/** Binds a finite state machine's CurrentState to what `state` says, by the states its type declares. */
function bindState(machine: UAObject, type: UAObjectType, namespaceIndex: number, state: () => string): void {
  const stateNode = (): UAObject => {
    const name = state()
    for (let owner: UAObjectType | null = type; owner; owner = owner.subtypeOfObj) {
      const node = owner.getComponentByName(name, namespaceIndex)
      if (node) return node as UAObject
    }
    throw new Error(`${type.browseName.toString()} has no state ${name}.`)
  }
  stateNode()
  const current = variable(machine, 'CurrentState', 0)
  bindRead(
    current,
    () => new Variant({ dataType: DataType.LocalizedText, value: { text: state(), locale: 'en' } }),
  )
  const id = current.getPropertyByName('Id')
  if (id) bindRead(id, () => new Variant({ dataType: DataType.NodeId, value: stateNode().nodeId }))
  const stateNumber = current.getPropertyByName('Number')
  if (stateNumber)
    bindRead(stateNumber, () => {
      const value = stateNode().getPropertyByName('StateNumber')?.readValue().value.value as number
      return new Variant({ dataType: DataType.UInt32, value })
    })
}

function addItemStates(space: AddressSpace, addIn: AddIn, view: StationView): void {
  const machinery = space.getNamespaceIndex(uris.machinery)
  const machines = [
    [
      'MachineryItemState_StateMachineType',
      'MachineryItemState',
      () => (view.packML() === 'Execute' ? 'Executing' : 'NotExecuting'),
    ],
    ['MachineryOperationModeStateMachineType', 'MachineryOperationMode', () => 'Processing'],
  ] as const
  for (const [type, name, state] of machines) {
    const machine = addIn(type, uris.machinery, name, uris.machinery, ['CurrentState.Number'])
    bindState(machine, objectType(space, type, uris.machinery), machinery, state)
  }
}

/** Adds the PackML unit; its machine state is nested: Cleared > Running > the execute state (OPC 30050 §6.2). */
function addPackMLUnit(space: AddressSpace, own: Namespace, machine: UAObject, view: StationView): void {
  const packML = space.getNamespaceIndex(uris.packML)
  const unit = objectType(space, 'PackMLBaseObjectType', uris.packML).instantiate({
    browseName: { name: 'PackML', namespaceIndex: own.index },
    namespace: own,
    componentOf: machine,
    optionals: ['PackMLVersion', 'TagID'],
  })
  const base = part(unit, 'BaseStateMachine', space, uris.packML)
  const inner = part(base, 'MachineState', space, uris.packML)
  const execute = part(inner, 'ExecuteState', space, uris.packML)
  const bind = (node: UAObject, state: () => string): void => {
    bindState(node, node.typeDefinitionObj, packML, state)
    for (const name of ['AvailableStates', 'AvailableTransitions']) {
      const list = node.getChildByName(name, 0) ?? node.getChildByName(name, packML)
      if (list) set(list as UAVariable, 'NodeId', [], true)
    }
  }
  bind(base, () => 'Cleared')
  bind(inner, () => 'Running')
  bind(execute, () => view.packML())

  const status = part(unit, 'Status', space, uris.packML)
  const modes = space.findDataType('ProductionMaintenanceModeEnum', packML)
  set(variable(unit, 'PackMLVersion', packML), 'String', 'PackML 3.0')
  set(variable(unit, 'TagID', packML), 'String', machine.browseName.name ?? '')
  set(variable(status, 'UnitModeCurrent', packML), 'Int32', 1)
  set(variable(status, 'UnitSupportedModes', packML), 'NodeId', modes?.nodeId)
  for (const name of ['MachSpeed', 'CurMachSpeed']) set(variable(status, name, packML), 'Float', 1)
  for (const name of ['EquipmentBlocked', 'EquipmentStarved'])
    set(variable(status, name, packML), 'Boolean', false)
  // The station takes its orders from Job Control alone; the unit's own commands say so instead of pretending.
  for (const method of unit.getMethods())
    method.bindMethod((_args, _context, answer) => answer(null, { statusCode: StatusCodes.BadNotSupported }))
}
