/**
 * What a line says about its jobs, in our words. Everything here comes from somebody else's controller: shapes are checked,
 * what does not fit is left out and counted, nothing throws.
 */
import * as z from 'zod'
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

const stateEntry = z.object({
  browsePath: z.object({ elements: z.array(z.unknown()).nullish() }).nullish(),
  stateNumber: z.number(),
})
const parameter = z.object({ ID: z.string(), value: z.object({ value: z.unknown() }).nullish() })
const jobOrder = z.object({ jobOrderID: z.string().min(1), jobOrderParameters: z.array(parameter).nullish() })
const jobOrderAndState = z.object({ jobOrder, state: z.array(stateEntry) })
const date = z.date().nullish()
const response = z.object({
  jobOrderID: z.string().min(1),
  jobState: z.array(stateEntry).nullish(),
  startTime: date,
  endTime: date,
  jobResponseData: z.array(parameter).nullish(),
})
const identification = z.object({
  itemNumber: z.string().nullish(),
  lotNumber: z.string().nullish(),
  serialNumber: z.string().nullish(),
})
const asBuilt = z.array(
  z.object({
    identification: identification.nullish(),
    componentInformation: z.array(z.object({ identification, quantity: z.number().nullish() })).nullish(),
  }),
)

/** Matches on StateNumber of the entry with an empty path (OPC 10031-4 §6.3.4); the text is for people and localised. */
function topState(entries: readonly z.infer<typeof stateEntry>[] | null | undefined): JobState | undefined {
  const top = entries?.find((entry) => (entry.browsePath?.elements ?? []).length === 0) ?? entries?.[0]
  return top && states[top.stateNumber]
}

function digestOf(order: z.infer<typeof jobOrder>): string | undefined {
  const value = order.jobOrderParameters?.find(({ ID }) => ID === digestParameter)?.value?.value
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Reads a JobOrderList value. `strange` counts entries that are no job orders in a known state. */
export function decodeJobOrderList(
  value: unknown,
  sourceAt: Date | null | undefined,
): { readonly jobs: readonly ObservedJob[]; readonly strange: number } {
  if (value === null || value === undefined) return { jobs: [], strange: 0 }
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return { jobs: [], strange: 1 }
  const jobs: ObservedJob[] = []
  let strange = 0
  for (const entry of value as unknown[]) {
    const parsed = jobOrderAndState.safeParse(entry)
    const jobState = parsed.success ? topState(parsed.data.state) : undefined
    if (!parsed.success || !jobState) {
      strange++
      continue
    }
    jobs.push(
      observed(parsed.data.jobOrder.jobOrderID, jobState, 'read', digestOf(parsed.data.jobOrder), sourceAt),
    )
  }
  return { jobs, strange }
}

/** Reads the JobResponse of RequestJobResponseByJobOrderID; undefined when there is none for a job in a known state. */
export function decodeResponse(value: unknown, sourceAt: Date | null | undefined): ObservedJob | undefined {
  const parsed = response.safeParse(value)
  const jobState = parsed.success ? topState(parsed.data.jobState) : undefined
  if (!parsed.success || !jobState) return undefined
  return {
    ...observed(parsed.data.jobOrderID, jobState, 'read', undefined, sourceAt),
    ...details(parsed.data),
  }
}

/** Reads the fields of a status event (OPC 10031-4 §6.2.5): JobOrder, JobState, JobResponse, Time. */
export function decodeStatusEvent(fields: {
  readonly jobOrder: unknown
  readonly jobState: unknown
  readonly jobResponse: unknown
  readonly time: unknown
}): ObservedJob | undefined {
  const order = jobOrder.safeParse(fields.jobOrder)
  const entries = z.array(stateEntry).safeParse(fields.jobState)
  const answer = response.safeParse(fields.jobResponse)
  const id = order.success ? order.data.jobOrderID : answer.success ? answer.data.jobOrderID : undefined
  const jobState = topState(
    entries.success ? entries.data : answer.success ? answer.data.jobState : undefined,
  )
  if (id === undefined || jobState === undefined) return undefined
  const sourceAt = fields.time instanceof Date ? fields.time : undefined
  return {
    ...observed(id, jobState, 'event', order.success ? digestOf(order.data) : undefined, sourceAt),
    ...(answer.success && details(answer.data)),
  }
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

function details(answer: z.infer<typeof response>): Partial<ObservedJob> {
  const data = new Map(answer.jobResponseData?.map(({ ID, value }) => [ID, value?.value]))
  const remaining = data.get('EstimatedRemainingTime')
  const units = asBuilt.safeParse(data.get('AsBuiltBOM'))
  const serialNumber = units.success ? units.data[0]?.identification?.serialNumber : undefined
  const built = units.success
    ? units.data.flatMap(({ componentInformation }) =>
        (componentInformation ?? []).flatMap(({ identification: part, quantity }) =>
          part.itemNumber
            ? [
                {
                  part: part.itemNumber,
                  ...(part.lotNumber && { lot: part.lotNumber }),
                  ...(part.serialNumber && { serial: part.serialNumber }),
                  ...(typeof quantity === 'number' && { quantity: String(quantity) }),
                },
              ]
            : [],
        ),
      )
    : []
  return {
    ...(isRealDate(answer.startTime) && { startedAt: answer.startTime.toISOString() }),
    ...(isRealDate(answer.endTime) && { endedAt: answer.endTime.toISOString() }),
    ...(typeof remaining === 'number' && remaining >= 0 && { estimatedRemainingMs: remaining }),
    ...(serialNumber && { serialNumber }),
    ...(built.length > 0 && { built }),
  }
}

/** A null DateTime arrives as 1601-01-01. */
function isRealDate(value: Date | null | undefined): value is Date {
  return value instanceof Date && value.getUTCFullYear() > 1970 && value.getUTCFullYear() < 9999
}
