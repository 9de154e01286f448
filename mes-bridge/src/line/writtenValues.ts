/** The values of a job order exactly as they would be written, flattened for a person to read. */
import type { Variant as VariantValue } from 'node-opcua'
import type { JobOrder } from '../jobOrder.ts'
import { encodeJobOrder } from './encode.ts'
import { DataType, Variant, VariantArrayType } from './opcua.ts'

/** One value of an ISA95JobOrderDataType. */
export interface WrittenField {
  /** `JobOrderParameters[Program].Value`: list entries are named by their id, or by their number where they have none. */
  readonly path: string
  /** Built-in type, `[]` behind it for a list. */
  readonly type: string
  readonly value: string
}

/** Encodes as `Store` does and reads the result back; pure, nothing is sent. @throws as `encodeJobOrder`. */
export function writtenValues(order: JobOrder): WrittenField[] {
  const wire = encodeJobOrder(order)
  return [
    { path: 'JobOrderID', type: 'String', value: wire.jobOrderID },
    ...wire.workMasterID.map(({ ID }, index) => ({
      path: `WorkMasterID[${index}].ID`,
      type: 'String',
      value: ID,
    })),
    { path: 'Priority', type: 'Int16', value: String(wire.priority) },
    ...wire.jobOrderParameters.map(({ ID, value }) => variantField(`JobOrderParameters[${ID}].Value`, value)),
    ...wire.materialRequirements.flatMap((material, index) => {
      const path = `MaterialRequirements[${index}]`
      return [
        { path: `${path}.MaterialDefinitionID`, type: 'String', value: material.materialDefinitionID },
        { path: `${path}.MaterialUse`, type: 'String', value: material.materialUse },
        { path: `${path}.Quantity`, type: 'DecimalString', value: material.quantity },
        ...material.properties.map(({ ID, value }) => variantField(`${path}.Properties[${ID}].Value`, value)),
      ]
    }),
  ]
}

function variantField(path: string, variant: VariantValue): WrittenField {
  const { dataType, arrayType, value } = new Variant(variant)
  const list = arrayType === VariantArrayType.Array
  const values: unknown[] = list ? [...(value as unknown[])] : [value]
  return { path, type: `${DataType[dataType]}${list ? '[]' : ''}`, value: values.map(shown).join(', ') }
}

function shown(value: unknown): string {
  const text = (value as { text?: unknown } | null)?.text
  return typeof text === 'string' ? text : String(value)
}
