import type { Job } from './job.ts'
import type { JobOrder } from './jobOrder.ts'
import type { JobResponse } from './actuals.ts'
import type { Wire } from './wire.ts'

// What a line is like all the time, within the standard or just outside it. Each was met on a real controller or is
// allowed by the standard's own words.

/** Ceilings a server may set (OPC 10000-5 §6.3.11); a request above one is answered with BadTooManyOperations. */
export interface OperationLimits {
  readonly maxNodesPerRead: number
  readonly maxNodesPerBrowse: number
  readonly maxNodesPerMethodCall: number
  readonly maxMonitoredItemsPerCall: number
  readonly maxNodesPerTranslateBrowsePathsToNodeIds: number
}

/** How a line deviates from the one everybody would like to have; switchable while it runs. */
export interface Quirks {
  /** ReturnStatus carries the number of the lowest set bit instead of the bit map: 0 is success, 4 a refusal. */
  readonly bitPositions: boolean
  /** Fields the line leaves out of what it tells: `jobOrder.FIELD`, `jobResponse.FIELD`, or `state` of list entries. */
  readonly omit: readonly string[]
  /** Ended and Aborted jobs leave the list by themselves after this many real ms (OPC 10031-4 §6.2.1 allows it); null: never. */
  readonly autoClearMs: number | null
  /** Ids of removed jobs may come again; a late duplicate is then a new job. */
  readonly forgetsRemoved: boolean
  /** The line's clock minus the real one in ms, in source time stamps, responses, events and CurrentTime. */
  readonly clockOffsetMs: number
  readonly maxSessions: number
  readonly operationLimits: OperationLimits
}

/** A line without quirks. */
export const standardQuirks: Quirks = {
  bitPositions: false,
  omit: [],
  autoClearMs: null,
  forgetsRemoved: false,
  clockOffsetMs: 0,
  maxSessions: 50,
  operationLimits: {
    maxNodesPerRead: 1000,
    maxNodesPerBrowse: 1000,
    maxNodesPerMethodCall: 100,
    maxMonitoredItemsPerCall: 1000,
    maxNodesPerTranslateBrowsePathsToNodeIds: 1000,
  },
}

/** The quirks given, those left out as they are; limits one by one. */
export type QuirkChange = Partial<Omit<Quirks, 'operationLimits'>> & {
  readonly operationLimits?: Partial<OperationLimits>
}

/** Gives the quirks with a change made to them. */
export function changed(quirks: Quirks, change: QuirkChange): Quirks {
  return { ...quirks, ...change, operationLimits: { ...quirks.operationLimits, ...change.operationLimits } }
}

/**
 * Checks a change of quirks that came from outside.
 * @returns the change, or one sentence that names what is wrong with it.
 */
export function parseQuirks(value: unknown): QuirkChange | string {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return 'Quirks are an object such as {"bitPositions": true}.'
  for (const [name, given] of Object.entries(value)) {
    const wrong = wrongQuirk(name, given)
    if (wrong) return wrong
  }
  return value
}

function wrongQuirk(name: string, given: unknown): string | undefined {
  switch (name) {
    case 'bitPositions':
    case 'forgetsRemoved':
      return typeof given === 'boolean' ? undefined : `${name} must be true or false.`
    case 'omit':
      return Array.isArray(given) &&
        given.every((field) => /^(state|job(Order|Response)\.\w+)$/.test(String(field)))
        ? undefined
        : 'omit must be a list of fields such as jobOrder.priority, jobResponse.endTime or state.'
    case 'autoClearMs':
      return given === null || (typeof given === 'number' && given >= 0)
        ? undefined
        : 'autoClearMs must be a number of milliseconds from 0, or null.'
    case 'clockOffsetMs':
      return typeof given === 'number' && Number.isFinite(given)
        ? undefined
        : 'clockOffsetMs must be a number of milliseconds.'
    case 'maxSessions':
      return isCeiling(given) ? undefined : 'maxSessions must be a whole number from 1.'
    case 'operationLimits': {
      const wrong = Object.entries(given ?? {}).find(
        ([limit, most]) => !Object.hasOwn(standardQuirks.operationLimits, limit) || !isCeiling(most),
      )
      return wrong
        ? `operationLimits.${wrong[0]} must be one of ${Object.keys(standardQuirks.operationLimits).join(', ')} with a whole number from 1.`
        : undefined
    }
    default:
      return `${JSON.stringify(name)} is none of the quirks ${Object.keys(standardQuirks).join(', ')}.`
  }
}

function isCeiling(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
}

/** Gives what a station shall remove by itself, and when, of a job that is over; undefined while it keeps it. */
export function clearsAt(quirks: Pick<Quirks, 'autoClearMs'> | undefined, job: Job): number | undefined {
  const afterMs = quirks?.autoClearMs ?? null
  return afterMs === null || job.endedAt === undefined ? undefined : job.endedAt + afterMs
}

/** Gives the conversion as a line with quirks tells things: fields left out, times by its own clock. */
export function distorted(wire: Wire, quirks: () => Quirks): Wire {
  return {
    ...wire,
    jobOrder: (order) => wire.jobOrder(without(order, 'jobOrder', quirks().omit)),
    jobOrderAndState: (order, states) =>
      wire.jobOrderAndState(order, quirks().omit.includes('state') ? [] : states),
    jobResponse(response) {
      const { omit, clockOffsetMs } = quirks()
      const { startTime, endTime, ...rest } = response
      const told: JobResponse = {
        ...rest,
        ...(startTime === undefined ? {} : { startTime: startTime + clockOffsetMs }),
        ...(endTime === undefined ? {} : { endTime: endTime + clockOffsetMs }),
      }
      const left = without(told, 'jobResponse', omit)
      // The one list of the structure that is not optional.
      return wire.jobResponse('jobState' in left ? left : { ...(left as JobResponse), jobState: [] })
    },
  }
}

/** Gives the structure as it is when nothing is to be left out, else a copy with less. */
function without<T extends JobOrder | JobResponse>(value: T, structure: string, omit: readonly string[]): T {
  const names = omit
    .filter((path) => path.startsWith(`${structure}.`))
    .map((path) => path.split('.')[1] ?? '')
  if (names.length === 0) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as T
}
