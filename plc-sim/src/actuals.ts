import type { Job } from './job.ts'
import { productionTime, unitKey } from './job.ts'
import type { Material, Parameter, PlainVariant, Property } from './jobOrder.ts'
import { parameter } from './jobOrder.ts'
import type { StateEntry } from './jobStates.ts'
import { JobState } from './jobStates.ts'
import type { StationModel } from './lineModel.ts'
import { seededNumber } from './seeded.ts'

/** ISA95JobResponseDataType as a plain value; times in ms of the line's clock. */
export interface JobResponse {
  readonly jobResponseID: string
  readonly jobOrderID: string
  readonly startTime?: number
  readonly endTime?: number
  readonly jobState: readonly StateEntry[]
  readonly jobResponseData: readonly Parameter[]
  readonly equipmentActuals: readonly { readonly ID: string; readonly equipmentUse: string }[]
  readonly materialActuals: readonly Material[]
}

const jobsUri = 'http://opcfoundation.org/UA/Machinery/Jobs/'
/** UNECE Rec. 20 code C62, "one": the unit of what is counted. */
const one = {
  namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact',
  unitId: 4_404_786,
  displayName: { text: 'one' },
  description: { text: 'one' },
}
const identified = { orderNumber: 1, lotNumber: 2, serialNumber: 4 } as const

/** OutputInformationDataType: which product, and which of its numbers are given. */
interface Identification {
  readonly itemNumber: string
  readonly orderNumber?: string
  readonly lotNumber?: string
  readonly serialNumber?: string
}

const number = (ID: string, value: number, dataType = 'Double'): Parameter => ({
  ID,
  value: { dataType, value },
})

function structure(name: string, value: unknown, array = false): PlainVariant {
  return {
    dataType: 'ExtensionObject',
    type: `${jobsUri}#${name}`,
    value,
    ...(array ? { arrayType: 'Array' } : {}),
  }
}

/** Adds the OutputInfo bit mask that says which numbers are present (OPC 40001-3 §12.2). */
function withOutputInfo(id: Identification): Identification & { outputInfo: number } {
  let outputInfo = 0
  for (const [field, bit] of Object.entries(identified)) if (field in id) outputInfo |= bit
  return { ...id, outputInfo }
}

/**
 * Gives the job response of a job at `now`: times, quantities, remaining time, and once it has ended what the
 * unit was really built from. Every number follows from the job, the seed and `now`.
 */
export function jobResponse(station: StationModel, job: Job, now: number): JobResponse {
  const begun = job.startedAt !== undefined
  return {
    jobResponseID: `${job.id}:${station.config.id}`,
    jobOrderID: job.id,
    ...(job.startedAt === undefined ? {} : { startTime: job.startedAt }),
    ...(job.endedAt === undefined ? {} : { endTime: job.endedAt }),
    jobState: station.stateOf(job),
    jobResponseData: responseData(station, job, now),
    equipmentActuals: begun ? [{ ID: station.config.id, equipmentUse: 'Production' }] : [],
    // Parts count as consumed once they are in a finished unit.
    materialActuals: begun ? [produced(job), ...(job.result === 'good' ? consumed(station, job) : [])] : [],
  }
}

function responseData(station: StationModel, job: Job, now: number): Parameter[] {
  const data: Parameter[] = []
  for (const ID of ['CustomerOrderNumbers', 'OrderNumbers', 'JobExecutionMode']) {
    const value = parameter(job.order, ID)
    if (value) data.push({ ID, value })
  }
  const remaining = station.estimatedRemainingMs(job, now)
  if (remaining !== undefined) data.push(number('EstimatedRemainingTime', Math.round(remaining)))
  if (job.reason)
    data.push({
      ID: 'ReasonForStateChange',
      value: { dataType: 'LocalizedText', value: { text: job.reason } },
    })
  if (job.startedAt !== undefined) data.push(...progress(job, now, job.startedAt))
  if (job.state >= JobState.Running)
    data.push(number('JobResult', { open: 0, good: 1, bad: 2 }[job.result], 'Int32'))
  if (job.state === JobState.Ended && job.result === 'good')
    data.push({ ID: 'AsBuiltBOM', value: structure('BOMInformationDataType', [asBuilt(station, job)], true) })
  return data
}

function progress(job: Job, now: number, startedAt: number): Parameter[] {
  const elapsed = (job.endedAt ?? now) - startedAt
  const ran = job.ranMs ?? productionTime(job, now)
  const good = job.result === 'good' ? job.runsCompleted : 0
  return [
    number('RunsStarted', job.result === 'good' ? job.runsCompleted : job.runsCompleted + 1, 'UInt32'),
    number('RunsCompleted', job.runsCompleted, 'UInt32'),
    number('ProducedQuantity', job.runsCompleted),
    number('GoodQuantity', good),
    number('ActualProductionTime', ran),
    number('ActualUnitBusyTime', ran),
    number('ActualUnitDelayTime', Math.max(0, elapsed - ran)),
  ]
}

/** The unit itself, by the number it keeps across all stations. */
function unitIdentification(job: Job): Identification {
  return { itemNumber: productOf(job), orderNumber: unitKey(job.order), serialNumber: job.unit }
}

function productOf(job: Job): string {
  const named = job.order.materialRequirements?.find(({ materialUse }) => materialUse === 'Produced')
  return named?.materialDefinitionID ?? job.order.workMasterID?.[0]?.ID ?? 'unit'
}

function produced(job: Job): Material {
  return {
    materialDefinitionID: productOf(job),
    materialUse: 'Produced',
    quantity: '1',
    properties: [identificationProperty(unitIdentification(job))],
  }
}

function identificationProperty(id: Identification): Property {
  return { ID: 'Identification', value: structure('OutputInformationDataType', withOutputInfo(id)) }
}

function requirements(job: Job): Material[] {
  return (job.order.materialRequirements ?? []).filter(({ materialUse }) => materialUse !== 'Produced')
}

function consumed(station: StationModel, job: Job): Material[] {
  return requirements(job).map((material, index) => {
    const id = partIdentification(station, job, material, index)
    return {
      ...material,
      materialUse: 'Consumed',
      materialDefinitionID: id.itemNumber,
      ...(id.lotNumber === undefined ? {} : { materialLotID: id.lotNumber }),
      properties: [identificationProperty(id)],
    }
  })
}

/** A part used once has a serial number; anything measured out comes from a lot. Numbers the order fixed are kept. */
function partIdentification(
  station: StationModel,
  job: Job,
  material: Material,
  index: number,
): Identification {
  const itemNumber = material.materialDefinitionID || material.materialClassID || 'part'
  const given = material.properties?.find(({ ID }) => ID === 'Identification')?.value.value
  const fixed = (given ?? {}) as Partial<Identification>
  const { seed } = station.settings
  const lotNumber = material.materialLotID || fixed.lotNumber
  if (lotNumber || fixed.serialNumber)
    return {
      itemNumber,
      ...(lotNumber ? { lotNumber } : {}),
      ...(fixed.serialNumber ? { serialNumber: fixed.serialNumber } : {}),
    }
  if (Number(material.quantity ?? 1) === 1)
    return { itemNumber, serialNumber: seededNumber('S', seed, job.unit, job.id, itemNumber, String(index)) }
  // One lot serves many units: it changes with the material and the day the job came in.
  const day = String(Math.floor(job.storedAt / 86_400_000))
  return { itemNumber, lotNumber: seededNumber('L', seed, station.config.id, itemNumber, day) }
}

/** BOMInformationDataType: the unit and every part that went into it at this station. */
function asBuilt(station: StationModel, job: Job): unknown {
  return {
    identification: withOutputInfo(unitIdentification(job)),
    componentInformation: requirements(job).map((material, index) => ({
      identification: withOutputInfo(partIdentification(station, job, material, index)),
      quantity: Number(material.quantity ?? 1),
      engineeringUnits: material.engineeringUnits ?? one,
    })),
  }
}
