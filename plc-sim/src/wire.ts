import type { ExtensionObject, OPCUAServer } from 'node-opcua'
import type { JobResponse } from './actuals.ts'
import type { JobOrder, PlainVariant } from './jobOrder.ts'
import type { StateEntry } from './jobStates.ts'
import { DataType, Variant, VariantArrayType, uris } from './opcua.ts'

// Between the structures on the wire and the plain values the model and the ledger keep. The way back from plain
// gives the same bytes as came in.

type AddressSpace = NonNullable<OPCUAServer['engine']['addressSpace']>
interface Field {
  readonly name: string
}
type Structured = ExtensionObject & { readonly schema: { readonly name: string; readonly fields: Field[] } }

/** Converts between wire structures and plain values for one server. */
export interface Wire {
  /** Gives a job order as a plain value. @throws when the structure is none this server knows. */
  readJobOrder(value: ExtensionObject): JobOrder
  jobOrder(order: JobOrder): ExtensionObject
  jobOrderAndState(order: ExtensionObject, states: readonly StateEntry[]): ExtensionObject
  states(states: readonly StateEntry[]): ExtensionObject[]
  jobResponse(response: JobResponse): ExtensionObject
  workMaster(id: string, description: string): ExtensionObject
  /** Gives the state numbers a state array names: top level first, then `path:number` of each substate. */
  readStates(value: readonly ExtensionObject[]): {
    readonly top: number | undefined
    readonly substates: string[]
  }
}

/** Prepares the conversion for an address space into which the published nodesets are loaded. */
export function createWire(addressSpace: AddressSpace): Wire {
  const namespaces = addressSpace.getNamespaceArray().map(({ namespaceUri }) => namespaceUri)
  const namespaceIndex = (uri: string): number => addressSpace.getNamespaceIndex(uri)
  const isa95 = namespaceIndex(uris.jobControl)

  function build(name: string, namespace: number, value: object): Structured {
    const type = addressSpace.findDataType(name, namespace)
    if (!type) throw new Error(`The data type ${name} is missing in namespace ${namespace}.`)
    return addressSpace.constructExtensionObject(type, value as Record<string, unknown>)
  }
  const isa = (name: string, value: object): Structured => build(name, isa95, value)

  function typeKey(value: Structured): string {
    const namespace = (value.schema as unknown as { dataTypeNodeId: { namespace: number } }).dataTypeNodeId
      .namespace
    return `${namespaces[namespace]}#${value.schema.name}`
  }

  function plain(value: unknown): unknown {
    if (value === undefined || value === null) return undefined
    if (value instanceof Date) return value.toISOString()
    if (Buffer.isBuffer(value)) return value.toString('base64')
    if (value instanceof Variant) return plainVariant(value)
    if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>)
    if (Array.isArray(value)) return value.map((item) => plain(item) ?? null)
    if (typeof value !== 'object') return value
    const fields = (value as Partial<Structured>).schema?.fields
    if (!fields || !('schema' in value) || isBuiltIn(value))
      return JSON.parse(JSON.stringify(value)) as unknown
    const result: Record<string, unknown> = {}
    for (const { name } of fields) {
      const inner = plain((value as unknown as Record<string, unknown>)[name])
      if (inner !== undefined) result[name] = inner
    }
    return result
  }

  function plainVariant(variant: Variant): PlainVariant {
    const first: unknown = Array.isArray(variant.value) ? variant.value[0] : variant.value
    const structured = variant.dataType === DataType.ExtensionObject && first
    if (structured && !(structured as Partial<Structured>).schema?.fields.length)
      throw new Error('A parameter holds a structure this line does not know.')
    return {
      dataType: DataType[variant.dataType],
      ...(variant.arrayType === VariantArrayType.Scalar
        ? {}
        : { arrayType: VariantArrayType[variant.arrayType] as 'Array' | 'Matrix' }),
      ...(variant.dimensions ? { dimensions: variant.dimensions } : {}),
      ...(structured ? { type: typeKey(structured as Structured) } : {}),
      value: plain(variant.value) ?? null,
    }
  }

  /** Turns every plain variant below `value` back into one the library accepts. */
  function revive(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(revive)
    if (value === null || typeof value !== 'object') return value
    if ('dataType' in value && 'value' in value) return reviveVariant(value as PlainVariant)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]))
  }

  function reviveVariant(variant: PlainVariant): Variant {
    const dataType = DataType[variant.dataType as keyof typeof DataType]
    const one = (item: unknown): unknown => {
      if (variant.type && item && typeof item === 'object') {
        const [uri = '', name = ''] = variant.type.split('#')
        return build(name, namespaceIndex(uri), revive(item) as object)
      }
      if (dataType === DataType.DateTime && typeof item === 'string') return new Date(item)
      if (dataType === DataType.ByteString && typeof item === 'string') return Buffer.from(item, 'base64')
      if (dataType === DataType.Variant) return revive(item)
      return item
    }
    const arrayType = VariantArrayType[variant.arrayType ?? 'Scalar']
    const isList = arrayType !== VariantArrayType.Scalar && Array.isArray(variant.value)
    return new Variant({
      dataType,
      arrayType,
      ...(variant.dimensions ? { dimensions: [...variant.dimensions] } : {}),
      value: isList ? (variant.value as unknown[]).map(one) : one(variant.value),
    })
  }

  // An order is told with every event and every read of the list: its wire form lives as long as it does.
  const orders = new WeakMap<JobOrder, ExtensionObject>()
  const stateCache = new Map<string, ExtensionObject>()
  function state(entry: StateEntry): ExtensionObject {
    const key = `${entry.path}:${entry.number}`
    let value = stateCache.get(key)
    if (!value) {
      const elements = entry.path
        ? [
            {
              referenceTypeId: 'i=117',
              isInverse: false,
              includeSubtypes: true,
              targetName: { namespaceIndex: isa95, name: entry.path },
            },
          ]
        : []
      value = isa('ISA95StateDataType', {
        browsePath: { elements },
        stateText: { text: entry.text, locale: 'en' },
        stateNumber: entry.number,
      })
      stateCache.set(key, value)
    }
    return value
  }

  return {
    readJobOrder(value) {
      const order = plain(value) as JobOrder
      orders.set(order, value)
      return order
    },
    jobOrder(order) {
      const value = orders.get(order) ?? isa('ISA95JobOrderDataType', revive(order) as object)
      orders.set(order, value)
      return value
    },
    jobOrderAndState: (order, states) =>
      isa('ISA95JobOrderAndStateDataType', { jobOrder: order, state: states.map(state) }),
    states: (states) => states.map(state),
    jobResponse: (response) => {
      const { startTime, endTime, jobState, ...rest } = response
      return isa('ISA95JobResponseDataType', {
        ...(revive(rest) as object),
        ...(startTime === undefined ? {} : { startTime: new Date(startTime) }),
        ...(endTime === undefined ? {} : { endTime: new Date(endTime) }),
        jobState: jobState.map(state),
      })
    },
    workMaster: (id, description) =>
      isa('ISA95WorkMasterDataType', { ID: id, description: { text: description, locale: 'en' } }),
    readStates: (values) => {
      let top: number | undefined
      const substates: string[] = []
      for (const value of values) {
        const entry = value as unknown as {
          stateNumber: number
          browsePath?: { elements?: { targetName?: { name?: string } }[] | null }
        }
        const path = entry.browsePath?.elements ?? []
        if (path.length === 0) top = entry.stateNumber
        else substates.push(`${path.at(-1)?.targetName?.name ?? ''}:${entry.stateNumber}`)
      }
      return { top, substates }
    },
  }
}

/** LocalizedText, NodeId and their like have a schema too but are values, not structures of fields to walk. */
function isBuiltIn(value: object): boolean {
  return ['LocalizedText', 'QualifiedName', 'NodeId', 'ExpandedNodeId', 'StatusCode'].includes(
    value.constructor.name,
  )
}

const byte = {
  name: 'Byte',
  defaultValue: 0,
  coerce: Number,
  validate: () => true,
  encode: (value: number, stream: { writeUInt8(value: number): void }) => stream.writeUInt8(value),
  decode: (stream: { readUInt8(): number }) => stream.readUInt8(),
}

/**
 * Makes OutputInfoType what the specification says: a byte of flags. node-opcua 2.182.2 reads the nodeset's
 * IsOptionSet data type as an enumeration of 32 bits on the server's side (its client gets it right), so that
 * Identification and AsBuiltBOM could not be exchanged with anyone.
 */
export function repairOptionSets(addressSpace: AddressSpace): void {
  const namespace = addressSpace.getNamespaceIndex(uris.jobs)
  const type = addressSpace.findDataType('OutputInformationDataType', namespace)
  if (!type) throw new Error('The data type OutputInformationDataType is missing.')
  const sample = addressSpace.constructExtensionObject(type, {}) as unknown as Structured
  const field = sample.schema.fields.find(({ name }) => name === 'outputInfo')
  if (!field) throw new Error('OutputInformationDataType has no OutputInfo.')
  Object.assign(field, { category: 'basic', fieldType: 'Byte', schema: byte })
}
