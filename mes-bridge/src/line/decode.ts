/**
 * What a line says about its jobs, in our words. Everything here comes from somebody else's controller: shapes are checked,
 * what does not fit is left out and counted, nothing throws.
 */
import type { JobState } from '@lot-one/rules'
import { digestParameter } from './encode.ts'

/** As a line reported one job order: by a status event or by a read. */
export interface ObservedJob {
  readonly jobOrderId: string
  readonly jobState: JobState
  /** Content digest the line echoes; absent when the line does not give the parameters back. */
  readonly digest?: string
  readonly by: 'event' | 'read'
  /** OPC UA source time stamp: when the line says this became so. ISO 8601. */
  readonly sourceAt?: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly estimatedRemainingMs?: number
  readonly serialNumber?: string
  readonly built?: readonly {
    readonly part: string
    readonly lot?: string
    readonly serial?: string
    readonly quantity?: string
  }[]
}

const states: readonly (JobState | undefined)[] = [
  undefined,
  'NotAllowedToStart',
  'AllowedToStart',
  'Running',
  'Interrupted',
  'Ended',
  'Aborted',
]

// Looked at field by field and not with a schema: this runs for every status event, and a schema would copy the whole
// order each time. What is not what it should be counts as absent.
type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A station's job order list as far as it can be understood. */
export interface JobList {
  readonly jobs: readonly ObservedJob[]
  /** Ids of entries in no known state, or there twice with different words: that they are there is all that is known. */
  readonly unclear: ReadonlySet<string>
  /** Entries that do not even say which job order they are: any that seems absent might be one of them. */
  readonly nameless: number
}

/** Says in a sentence what of a list cannot be understood; undefined when all of it can. */
export function whatIsUnclear(station: string, { unclear, nameless }: JobList): string | undefined {
  if (unclear.size === 0 && nameless === 0) return undefined
  const shown = [...unclear].slice(0, 3).map((id) => id.slice(0, 80))
  const more = unclear.size > shown.length ? ` and ${unclear.size - shown.length} more` : ''
  const parts = [
    ...(unclear.size > 0 ? [`job order ${shown.join(', ')}${more} in no state that can be told`] : []),
    ...(nameless > 0 ? [`${nameless} ${nameless === 1 ? 'entry' : 'entries'} without a job order id`] : []),
  ]
  return `the job order list of ${station} has ${parts.join(' and ')}: correct or remove it at the station; what depends on it waits`
}

/** Matches on StateNumber of the entry with an empty path (OPC 10031-4 §6.3.4); the text is for people and localised. */
function topState(value: unknown): JobState | undefined {
  const entries = listOf(value)
  const top = entries.find((entry) => {
    const path = fieldsOf(fieldsOf(entry)?.['browsePath'])
    return fieldsOf(entry) !== undefined && listOf(path?.['elements']).length === 0
  })
  const stateNumber = fieldsOf(top ?? entries[0])?.['stateNumber']
  return typeof stateNumber === 'number' ? states[stateNumber] : undefined
}

/** Value of one parameter of a list of ISA95ParameterDataType. */
function parameter(list: unknown, id: string): unknown {
  for (const entry of listOf(list)) {
    const fields = fieldsOf(entry)
    if (fields?.['ID'] === id) return fieldsOf(fields['value'])?.['value']
  }
  return undefined
}

const digestOf = (order: Fields | undefined): string | undefined =>
  textOf(parameter(order?.['jobOrderParameters'], digestParameter))

/** Reads a JobOrderList value. */
export function decodeJobOrderList(value: unknown, sourceAt: Date | null | undefined): JobList {
  const jobs = new Map<string, ObservedJob>()
  const unclear = new Set<string>()
  let nameless = 0
  if (value === null || value === undefined) return { jobs: [], unclear, nameless }
  if (!Array.isArray(value)) return { jobs: [], unclear, nameless: 1 }
  for (const entry of value as unknown[]) {
    const fields = fieldsOf(entry)
    const order = fieldsOf(fields?.['jobOrder'])
    const id = textOf(order?.['jobOrderID'])
    const jobState = topState(fields?.['state'])
    if (id === undefined) nameless++
    else if (jobState === undefined) unclear.add(id)
    else {
      const job = observed(id, jobState, 'read', digestOf(order), sourceAt)
      const before = jobs.get(id)
      if (before && (before.jobState !== jobState || before.digest !== job.digest)) unclear.add(id)
      jobs.set(id, job)
    }
  }
  for (const id of unclear) jobs.delete(id)
  return { jobs: [...jobs.values()], unclear, nameless }
}

/** Reads the JobResponse of RequestJobResponseByJobOrderID; undefined when there is none for a job in a known state. */
export function decodeResponse(value: unknown, sourceAt: Date | null | undefined): ObservedJob | undefined {
  const answer = fieldsOf(value)
  const id = textOf(answer?.['jobOrderID'])
  const jobState = topState(answer?.['jobState'])
  if (!answer || id === undefined || jobState === undefined) return undefined
  return { ...observed(id, jobState, 'read', undefined, sourceAt), ...details(answer) }
}

/** Reads the fields of a status event (OPC 10031-4 §6.2.5): JobOrder, JobState, JobResponse, Time. */
export function decodeStatusEvent(fields: {
  readonly jobOrder: unknown
  readonly jobState: unknown
  readonly jobResponse: unknown
  readonly time: unknown
}): ObservedJob | undefined {
  const order = fieldsOf(fields.jobOrder)
  const answer = fieldsOf(fields.jobResponse)
  const id = textOf(order?.['jobOrderID']) ?? textOf(answer?.['jobOrderID'])
  const jobState = topState(fields.jobState) ?? topState(answer?.['jobState'])
  if (id === undefined || jobState === undefined) return undefined
  const sourceAt = fields.time instanceof Date ? fields.time : undefined
  return { ...observed(id, jobState, 'event', digestOf(order), sourceAt), ...(answer && details(answer)) }
}

function observed(
  jobOrderId: string,
  jobState: JobState,
  by: 'event' | 'read',
  digest: string | undefined,
  sourceAt: Date | null | undefined,
): ObservedJob {
  return {
    jobOrderId,
    jobState,
    by,
    ...(digest !== undefined && { digest }),
    ...(isRealDate(sourceAt) && { sourceAt: sourceAt.toISOString() }),
  }
}

function details(answer: Fields): Partial<ObservedJob> {
  const { startTime, endTime, jobResponseData: data } = answer
  const remaining = parameter(data, 'EstimatedRemainingTime')
  const units = listOf(parameter(data, 'AsBuiltBOM')).map(fieldsOf)
  const serialNumber = textOf(fieldsOf(units[0]?.['identification'])?.['serialNumber'])
  const built = units.flatMap((unit) => listOf(unit?.['componentInformation']).flatMap(builtPart))
  return {
    ...(isRealDate(startTime) && { startedAt: startTime.toISOString() }),
    ...(isRealDate(endTime) && { endedAt: endTime.toISOString() }),
    ...(typeof remaining === 'number' && remaining >= 0 && { estimatedRemainingMs: remaining }),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(built.length > 0 && { built }),
  }
}

/** One BOMComponentInformationDataType; none when it does not say which part. */
function builtPart(component: unknown): NonNullable<ObservedJob['built']> {
  const fields = fieldsOf(component)
  const id = fieldsOf(fields?.['identification'])
  const part = textOf(id?.['itemNumber'])
  if (part === undefined) return []
  const lot = textOf(id?.['lotNumber'])
  const serial = textOf(id?.['serialNumber'])
  const quantity = fields?.['quantity']
  return [
    {
      part,
      ...(lot !== undefined && { lot }),
      ...(serial !== undefined && { serial }),
      ...(typeof quantity === 'number' && { quantity: String(quantity) }),
    },
  ]
}

/** A null DateTime arrives as 1601-01-01. */
function isRealDate(value: unknown): value is Date {
  return value instanceof Date && value.getUTCFullYear() > 1970 && value.getUTCFullYear() < 9999
}
