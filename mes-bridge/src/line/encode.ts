/**
 * Job orders as the structures of OPC 10031-4 clause 6.3 and the predefined parameters of OPC 40001-3 table 1.
 *
 * node-opcua takes any object for a structure and silently drops keys it does not know (`id` instead of `ID` travels as an
 * empty string), so every key is fixed by a strict schema here and compared with the line's own type definition at connect.
 */
import type { ExtensionObject, Variant as VariantValue } from 'node-opcua'
import * as z from 'zod'
import type { JobOrder } from '../jobOrder.ts'
import { DataType, Variant, VariantArrayType } from './opcua.ts'

const variant = z.custom<VariantValue>((value) => value instanceof Variant, 'must be a Variant')
const longestText = 1000
const text = z.string().min(1).max(longestText)

const parameter = z.strictObject({ ID: text, value: variant })
const workMaster = z.strictObject({ ID: text })
const material = z.strictObject({
  materialDefinitionID: text,
  materialUse: text,
  /** DecimalString. */
  quantity: z.string().regex(/^-?\d+(\.\d+)?$/),
  properties: z.array(parameter),
})
/** Exactly the keys and limits that travel; parsing costs as much as encoding, so tests do it and calls rely on the types. */
export const wireSchema = z.strictObject({
  jobOrderID: text,
  workMasterID: z.array(workMaster).length(1),
  priority: z.int().min(-32_768).max(32_767),
  jobOrderParameters: z.array(parameter),
  materialRequirements: z.array(material),
})

/** A job order with the keys and value types that go on the wire. */
export type WireJobOrder = z.infer<typeof wireSchema>

/** Structure (its number in the Job Control namespace) -> the fields the bridge writes into it, as node-opcua spells them. */
export const writtenFields = {
  jobOrder: Object.keys(wireSchema.shape),
  workMaster: Object.keys(workMaster.shape),
  parameter: Object.keys(parameter.shape),
  property: Object.keys(parameter.shape),
  material: Object.keys(material.shape),
} as const

/** Parameter that carries the content digest; compared at every read-back. */
export const digestParameter = 'spec.digest'

const scalar = (dataType: keyof typeof DataType, value: unknown): VariantValue =>
  new Variant({ dataType: DataType[dataType], arrayType: VariantArrayType.Scalar, value })
const list = (dataType: keyof typeof DataType, value: unknown[]): VariantValue =>
  new Variant({ dataType: DataType[dataType], arrayType: VariantArrayType.Array, value })

/** One unit per job order; JobExecutionMode 2 is production. */
const runsPlanned = { ID: 'RunsPlanned', value: scalar('UInt32', 1) }
const executionMode = { ID: 'JobExecutionMode', value: scalar('Int32', 2) }

/**
 * Gives the wire form of a job order. Numbers travel as Double whatever their value, so that a parameter keeps one type;
 * durations are milliseconds (OPC UA Duration).
 * @throws when the job order breaks a limit of the structures: it should have been refused where it was made.
 */
export function encodeJobOrder(order: JobOrder): WireJobOrder {
  check(order)
  return {
    jobOrderID: order.jobOrderId,
    workMasterID: [{ ID: order.workMasterId }],
    priority: order.priority,
    jobOrderParameters: [
      runsPlanned,
      executionMode,
      {
        ID: 'JobName',
        value: list('LocalizedText', [{ text: `${order.productId} ${order.station}`, locale: 'en' }]),
      },
      { ID: 'CustomerOrderNumbers', value: list('String', [order.orderId]) },
      { ID: 'PlannedProductionTime', value: scalar('Double', order.plannedSeconds * 1000) },
      ...order.parameters.map(({ id, value }) => ({ ID: id, value: valueVariant(value) })),
      { ID: digestParameter, value: scalar('String', order.digest) },
      { ID: 'rules.version', value: scalar('String', order.rulesHash) },
    ],
    materialRequirements: order.materialRequirements.map(({ position, part, quantity }) => ({
      materialDefinitionID: part,
      materialUse: 'Material Consumed',
      quantity: decimal(quantity),
      properties: [{ ID: 'Position', value: scalar('String', position) }],
    })),
  }
}

function check({ jobOrderId, workMasterId, priority, materialRequirements }: JobOrder): void {
  const named = [jobOrderId, workMasterId, ...materialRequirements.map(({ part }) => part)]
  if (named.some((name) => name === '' || name.length > longestText))
    throw new Error(`Job order ${jobOrderId} names something with no or more than ${longestText} characters`)
  if (!Number.isInteger(priority) || Math.abs(priority) > 32_767)
    throw new Error(`Job order ${jobOrderId} has priority ${priority}, which is no Int16`)
  const odd = materialRequirements.find(({ quantity }) => !Number.isFinite(quantity))
  if (odd)
    throw new Error(`Job order ${jobOrderId} needs ${odd.quantity} of ${odd.part}, which is no quantity`)
}

function valueVariant(value: string | number | boolean): VariantValue {
  if (typeof value === 'string') return scalar('String', value)
  return typeof value === 'boolean' ? scalar('Boolean', value) : scalar('Double', value)
}

/** Numbers such as 1e-7 have no place in a DecimalString. */
function decimal(quantity: number): string {
  const plain = String(quantity)
  return plain.includes('e') ? quantity.toFixed(20).replace(/\.?0+$/, '') : plain
}

/** Makes structures of one line; classes are built from the type definitions that line publishes. */
export interface Encoder {
  jobOrder(order: JobOrder): ExtensionObject
}

type StructureClass = new (
  fields: object,
) => ExtensionObject & { readonly schema: { readonly fields: readonly { readonly name: string }[] } }

/**
 * Binds the encoder to the structure classes of a line.
 * @returns the fields that the line's type definitions do not have, one sentence each; an encoder only when there are none.
 */
export function createEncoder(
  classes: Readonly<Record<keyof typeof writtenFields, StructureClass>>,
): Encoder | readonly string[] {
  const missing: string[] = []
  for (const [name, fields] of Object.entries(writtenFields)) {
    const known = new Set(
      new classes[name as keyof typeof writtenFields]({}).schema.fields.map((field) => field.name),
    )
    for (const field of fields)
      if (!known.has(field)) missing.push(`the line's structure for ${name} has no field ${field}`)
  }
  if (missing.length > 0) return missing
  return { jobOrder: (order) => new classes.jobOrder(encodeJobOrder(order)) }
}
