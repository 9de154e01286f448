import { digest } from './seeded.ts'

// Job orders as plain, JSON-able values. The field names are those of the structures (OPC 10031-4 V2 clause 7)
// as the OPC UA library spells them: first letter lowered, except `ID`.

/** Text with its locale. */
interface Text {
  readonly text?: string | null
  readonly locale?: string | null
}

/** An OPC UA Variant: the built-in type by name; `type` names the structure of an ExtensionObject, "uri#Name". */
export interface PlainVariant {
  readonly dataType: string
  readonly arrayType?: 'Scalar' | 'Array' | 'Matrix'
  readonly dimensions?: readonly number[] | null
  readonly type?: string
  readonly value: unknown
}

/** ISA95ParameterDataType. */
export interface Parameter {
  readonly ID: string
  readonly value: PlainVariant
  readonly description?: readonly Text[]
  readonly engineeringUnits?: unknown
  readonly subparameters?: readonly Parameter[]
}

/** ISA95PropertyDataType. */
export interface Property {
  readonly ID: string
  readonly value: PlainVariant
  readonly subproperties?: readonly Property[]
}

/** ISA95MaterialDataType. `quantity` is a DecimalString. */
export interface Material {
  readonly materialClassID?: string | null
  readonly materialDefinitionID?: string | null
  readonly materialLotID?: string | null
  readonly materialSublotID?: string | null
  readonly description?: readonly Text[]
  readonly materialUse?: string | null
  readonly quantity?: string | null
  readonly engineeringUnits?: unknown
  readonly properties?: readonly Property[]
}

/** ISA95JobOrderDataType, everything that came in; fields the line does not read are kept as they are. */
export interface JobOrder {
  readonly jobOrderID: string
  readonly workMasterID?: readonly { readonly ID: string; readonly [field: string]: unknown }[]
  /** ISO 8601. */
  readonly startTime?: string | null
  /** ISO 8601. */
  readonly endTime?: string | null
  readonly priority?: number | null
  readonly jobOrderParameters?: readonly Parameter[]
  readonly materialRequirements?: readonly Material[]
  readonly [field: string]: unknown
}

/** Gives the value of a job order parameter, or undefined when the order does not carry it. */
export function parameter(order: JobOrder, id: string): PlainVariant | undefined {
  return order.jobOrderParameters?.find((candidate) => candidate.ID === id)?.value
}

type Shape = readonly [dataType: string, array: boolean, direction: 'order' | 'both' | 'response']
/** The predefined parameters of OPC 40001-3 (table 1) a line checks: a wrong type or direction is refused. */
const predefined: Readonly<Record<string, Shape>> = {
  JobName: ['LocalizedText', true, 'both'],
  OrderNumbers: ['String', true, 'both'],
  Customers: ['String', true, 'both'],
  CustomerOrderNumbers: ['String', true, 'both'],
  JobExecutionMode: ['Int32', false, 'both'],
  ComponentName: ['LocalizedText', true, 'both'],
  DrawingNumber: ['String', false, 'both'],
  DrawingVersionNumber: ['String', false, 'both'],
  RunsPlanned: ['UInt32', false, 'order'],
  PlannedProductionTime: ['Double', false, 'order'],
  PlannedSetupTime: ['Double', false, 'order'],
  PlannedTimePerRun: ['Double', false, 'order'],
  PlannedDuration: ['Double', false, 'order'],
  PlannedQuantityPerRun: ['Double', false, 'order'],
  PlannedOrderQuantity: ['Double', false, 'order'],
  Overproduction: ['Boolean', false, 'order'],
  JobAnnotation: ['LocalizedText', true, 'order'],
  RunsCompleted: ['UInt32', false, 'response'],
  RunsStarted: ['UInt32', false, 'response'],
  ActualProductionTime: ['Double', false, 'response'],
  ProducedQuantity: ['Double', false, 'response'],
  GoodQuantity: ['Double', false, 'response'],
  EstimatedRemainingTime: ['Double', false, 'response'],
  JobResult: ['Int32', false, 'response'],
  AsBuiltBOM: ['ExtensionObject', true, 'response'],
}

/**
 * Finds what is wrong with a job order, whatever the station.
 * @returns one sentence for the line's log, or undefined when the order is well formed.
 */
export function malformation(order: JobOrder): string | undefined {
  if (!order.jobOrderID) return 'The job order has no JobOrderID.'
  const seen = new Set<string>()
  for (const { ID, value } of order.jobOrderParameters ?? []) {
    if (!ID) return 'A job order parameter has no ID.'
    if (seen.has(ID)) return `The parameter ${ID} is given twice.`
    seen.add(ID)
    const shape = predefined[ID]
    if (!shape) continue
    const [dataType, array, direction] = shape
    if (direction === 'response') return `The parameter ${ID} belongs to responses, not to job orders.`
    if (value.dataType !== dataType || (value.arrayType === 'Array') !== array)
      return `The parameter ${ID} must be ${dataType}${array ? '[]' : ''}, not ${value.dataType}${value.arrayType === 'Array' ? '[]' : ''}.`
  }
  for (const material of order.materialRequirements ?? []) {
    const { materialClassID, materialDefinitionID, materialLotID, materialSublotID } = material
    if (!(materialClassID || materialDefinitionID || materialLotID || materialSublotID))
      return 'A material requirement names no material: one of its four IDs must be set.'
  }
  return undefined
}

/** Digest of a job order's content; the order of its fields does not matter, the order in its lists does. */
export function orderDigest(order: JobOrder): string {
  return digest(JSON.stringify(canonical(order)))
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value ?? null
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null)
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  )
}
