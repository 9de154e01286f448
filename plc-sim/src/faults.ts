import { returnStatus } from './jobStates.ts'

// Scripted misbehaviour. A fault waits at one point of a call's way through the line and acts on the calls (or
// events) it matches, so many times, then is gone. Adding a kind means one line in `pointOf` and the act itself.

/** What a fault does. Times in ms of the line's clock; exit codes as of a process. */
export type FaultAction =
  /** Answers with these ReturnStatus bits and executes nothing. */
  | { readonly do: 'refuse'; readonly bits: readonly number[] }
  /** Stops reading and answering on every connection, sockets open, before the call is executed. */
  | { readonly do: 'goSilent'; readonly ms?: number }
  /** Ends the process after the call is durable and before it is answered. */
  | { readonly do: 'die'; readonly code?: number }
  /** Executes the call, then cuts the connection instead of answering. */
  | { readonly do: 'loseAnswer' }
  /** Executes the call and answers this much later. */
  | { readonly do: 'delayAnswer'; readonly ms: number }
  | { readonly do: 'dropEvent' }
  | { readonly do: 'duplicateEvent' }

/** Where in a call's way a fault acts. */
export type FaultPoint = 'beforeExecution' | 'afterExecution' | 'onAnswer' | 'onEvent'

const pointOf: Readonly<Record<FaultAction['do'], FaultPoint>> = {
  refuse: 'beforeExecution',
  goSilent: 'beforeExecution',
  die: 'afterExecution',
  loseAnswer: 'onAnswer',
  delayAnswer: 'onAnswer',
  dropEvent: 'onEvent',
  duplicateEvent: 'onEvent',
}

/** The call or event a fault may match. `method` is the called method, for events the new state's name. */
export interface FaultSite {
  readonly station: string
  readonly method: string
  readonly jobOrderId: string
}

/** One scripted fault; a field left out matches everything. */
export interface Fault extends Partial<FaultSite> {
  readonly action: FaultAction
  /** How many matches pass unharmed first; default 0. */
  readonly skip?: number
  /** How many matches it acts on; default 1. */
  readonly times?: number
}

/** The script of one line, changeable while it runs. */
export class FaultScript {
  #faults: { fault: Fault; skip: number; left: number }[] = []

  add(fault: Fault): void {
    this.#faults.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 })
  }

  /** Forgets every fault not yet used up. */
  clear(): void {
    this.#faults = []
  }

  /** Gives the actions due at this point, oldest fault first, and counts them as used. */
  take(point: FaultPoint, site: FaultSite): FaultAction[] {
    if (this.#faults.length === 0) return []
    const due: FaultAction[] = []
    for (const entry of this.#faults) {
      const { action, station, method, jobOrderId } = entry.fault
      if (pointOf[action.do] !== point) continue
      if (station !== undefined && station !== site.station) continue
      if (method !== undefined && method !== site.method) continue
      if (jobOrderId !== undefined && jobOrderId !== site.jobOrderId) continue
      if (entry.skip > 0) entry.skip -= 1
      else {
        entry.left -= 1
        due.push(action)
      }
    }
    this.#faults = this.#faults.filter(({ left }) => left > 0)
    return due
  }
}

/**
 * Checks a fault that came as a message from outside.
 * @returns the fault, or one sentence that names what is wrong with it.
 */
export function parseFault(value: unknown): Fault | string {
  if (value === null || typeof value !== 'object') return 'A fault is an object with an action.'
  const fault = value as { action?: { do?: unknown; ms?: unknown; bits?: unknown }; [key: string]: unknown }
  const kind = fault.action?.do
  if (typeof kind !== 'string' || !(kind in pointOf))
    return `The fault action ${JSON.stringify(kind)} is none of ${Object.keys(pointOf).join(', ')}.`
  if (kind === 'delayAnswer' && !(typeof fault.action?.ms === 'number' && fault.action.ms >= 0))
    return 'delayAnswer needs ms, a number of milliseconds.'
  const bits = fault.action?.bits
  if (
    kind === 'refuse' &&
    !(Array.isArray(bits) && bits.every((bit) => Number.isInteger(bit) && bit >= 0 && bit < 64))
  )
    return 'refuse needs bits, a list of bit numbers from 0 to 63.'
  for (const key of ['station', 'method', 'jobOrderId'])
    if (fault[key] !== undefined && typeof fault[key] !== 'string')
      return `${key} of a fault must be a string.`
  for (const key of ['skip', 'times'])
    if (fault[key] !== undefined && !(typeof fault[key] === 'number' && fault[key] >= 0))
      return `${key} of a fault must be a number from 0.`
  return value as Fault
}

/** Gives the ReturnStatus a `refuse` fault answers with. */
export function refusalOf(action: Extract<FaultAction, { do: 'refuse' }>): bigint {
  return returnStatus(...action.bits)
}
