import { returnStatus } from './jobStates.ts'
import { seededUnit } from './seeded.ts'

// Scripted misbehaviour. A fault waits at one point of a call's way through the line and acts on the calls (or
// events) it matches: so many times, or now and then by a chance the seed decides. Adding a kind means one entry in
// `kinds` and the act itself. What a line is like all the time is a quirk (quirks.ts), not a fault.

/** What a fault does. Times in ms of the line's clock; exit codes as of a process. */
export type FaultAction =
  /** Answers with these ReturnStatus bits and executes nothing. */
  | { readonly do: 'refuse'; readonly bits: readonly number[] }
  /** Answers with a Bad status code, which carries no ReturnStatus, and executes nothing. */
  | { readonly do: 'fail'; readonly status: string }
  /** Cuts the connection on which the call came, before it is executed. */
  | { readonly do: 'loseCall' }
  /** Lets this long pass before the call is executed. */
  | { readonly do: 'slow'; readonly ms: number }
  /** Stops reading and answering on every connection, sockets open, before the call is executed. */
  | { readonly do: 'goSilent'; readonly ms?: number }
  /** Ends every subscription of every client, without a word. */
  | { readonly do: 'loseSubscriptions' }
  /** Forgets every session. */
  | { readonly do: 'loseSessions' }
  /** Ends the process after the call is durable and before it is answered. */
  | { readonly do: 'die'; readonly code?: number }
  /** Executes the call, then cuts the connection instead of answering. */
  | { readonly do: 'loseAnswer' }
  /** Executes the call and answers this much later. */
  | { readonly do: 'delayAnswer'; readonly ms: number }
  | { readonly do: 'dropEvent' }
  | { readonly do: 'duplicateEvent' }
  /** Raises the event this much later, so that others overtake it. */
  | { readonly do: 'delayEvent'; readonly ms: number }

/** Where in a call's way a fault acts. */
export type FaultPoint = 'beforeExecution' | 'afterExecution' | 'onAnswer' | 'onEvent'

/** Kind -> where it acts, and what it does when only its name is given. */
const kinds: {
  readonly [K in FaultAction['do']]: readonly [FaultPoint, Extract<FaultAction, { do: K }>]
} = {
  refuse: ['beforeExecution', { do: 'refuse', bits: [4] }],
  fail: ['beforeExecution', { do: 'fail', status: 'BadTooManyOperations' }],
  loseCall: ['beforeExecution', { do: 'loseCall' }],
  slow: ['beforeExecution', { do: 'slow', ms: 500 }],
  goSilent: ['beforeExecution', { do: 'goSilent', ms: 8000 }],
  loseSubscriptions: ['afterExecution', { do: 'loseSubscriptions' }],
  loseSessions: ['afterExecution', { do: 'loseSessions' }],
  die: ['afterExecution', { do: 'die' }],
  loseAnswer: ['onAnswer', { do: 'loseAnswer' }],
  delayAnswer: ['onAnswer', { do: 'delayAnswer', ms: 7000 }],
  dropEvent: ['onEvent', { do: 'dropEvent' }],
  duplicateEvent: ['onEvent', { do: 'duplicateEvent' }],
  delayEvent: ['onEvent', { do: 'delayEvent', ms: 700 }],
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
  /** How many matches it acts on; default 1, or without end when it has a probability. */
  readonly times?: number | 'always'
  /** From 0 to 1: how likely it acts on a match; default 1. */
  readonly probability?: number
}

interface Entry {
  readonly fault: Fault
  readonly name: string
  skip: number
  left: number
  /** Matches without a job order so far: their only mark. */
  anonymous: number
  /** How often it has acted on a job order's call, so that the same call made again is drawn again. */
  readonly acted: Map<string, number>
}

/** The script of one line, changeable while it runs. */
export class FaultScript {
  readonly #seed: string
  #entries: Entry[] = []

  /** @param seed decides every draw together with the fault and the call, whatever the order in which calls come. */
  constructor(seed = 'lot-one') {
    this.#seed = seed
  }

  add(fault: Fault): void {
    const times = fault.times ?? (fault.probability === undefined ? 1 : 'always')
    this.#entries.push({
      fault,
      name: JSON.stringify(fault),
      skip: fault.skip ?? 0,
      left: times === 'always' ? Infinity : times,
      anonymous: 0,
      acted: new Map(),
    })
  }

  /** Forgets every fault not yet used up. */
  clear(): void {
    this.#entries = []
  }

  /** Gives the actions due at this point, oldest fault first, and counts them as used. */
  take(point: FaultPoint, site: FaultSite): FaultAction[] {
    if (this.#entries.length === 0) return []
    const due: FaultAction[] = []
    for (const entry of this.#entries) {
      const { action, station, method, jobOrderId } = entry.fault
      if (kinds[action.do][0] !== point) continue
      if (station !== undefined && station !== site.station) continue
      if (method !== undefined && method !== site.method) continue
      if (jobOrderId !== undefined && jobOrderId !== site.jobOrderId) continue
      if (!this.#isDrawn(entry, site)) continue
      if (entry.skip > 0) entry.skip -= 1
      else {
        entry.left -= 1
        due.push(action)
      }
    }
    this.#entries = this.#entries.filter(({ left }) => left > 0)
    return due
  }

  #isDrawn(entry: Entry, { station, method, jobOrderId }: FaultSite): boolean {
    const { probability } = entry.fault
    if (probability === undefined) return true
    const call = `${station} ${method} ${jobOrderId}`
    const turn = jobOrderId ? (entry.acted.get(call) ?? 0) : (entry.anonymous += 1)
    const drawn = seededUnit(this.#seed, entry.name, call, String(turn)) < probability
    if (drawn && jobOrderId) entry.acted.set(call, turn + 1)
    return drawn
  }
}

/** Gives the action of this name with its usual settings, or undefined when there is none. */
export function usualAction(name: string): FaultAction | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name as FaultAction['do']][1] : undefined
}

/** The names of all actions. */
export const actionNames: readonly string[] = Object.keys(kinds)

/**
 * Checks a fault that came as a message from outside.
 * @returns the fault, or one sentence that names what is wrong with it.
 */
export function parseFault(value: unknown): Fault | string {
  if (value === null || typeof value !== 'object') return 'A fault is an object with an action.'
  const fault = value as { action?: Record<string, unknown>; [key: string]: unknown }
  const action = fault.action ?? {}
  const kind = action['do']
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    return `The fault action ${JSON.stringify(kind)} is none of ${actionNames.join(', ')}.`
  const needsMs = kind === 'delayAnswer' || kind === 'slow' || kind === 'delayEvent'
  const mayHaveMs = needsMs || kind === 'goSilent'
  if (needsMs && action['ms'] === undefined) return `${kind} needs ms, a number of milliseconds.`
  if (mayHaveMs && action['ms'] !== undefined && !isNumber(action['ms'], 0, Infinity))
    return `ms of ${kind} must be a number of milliseconds from 0.`
  const { bits } = action
  if (kind === 'refuse' && !(Array.isArray(bits) && bits.every((bit) => isBit(bit))))
    return 'refuse needs bits, a list of bit numbers from 0 to 63.'
  if (kind === 'fail' && !(typeof action['status'] === 'string' && action['status'].startsWith('Bad')))
    return 'fail needs status, the name of a Bad status code such as BadTooManyOperations.'
  if (kind === 'die' && action['code'] !== undefined && !isNumber(action['code'], 0, 255))
    return 'code of die must be an exit code from 0 to 255.'
  for (const key of ['station', 'method', 'jobOrderId'])
    if (fault[key] !== undefined && typeof fault[key] !== 'string')
      return `${key} of a fault must be a string.`
  if (fault['skip'] !== undefined && !isNumber(fault['skip'], 0, Infinity))
    return 'skip of a fault must be a number from 0.'
  if (fault['times'] !== undefined && fault['times'] !== 'always' && !isNumber(fault['times'], 0, Infinity))
    return 'times of a fault must be a number from 0, or "always".'
  if (fault['probability'] !== undefined && !isNumber(fault['probability'], 0, 1))
    return 'probability of a fault must be a number from 0 to 1.'
  return value as Fault
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function isBit(value: unknown): boolean {
  return Number.isInteger(value) && isNumber(value, 0, 63)
}

/** Gives the ReturnStatus a `refuse` fault answers with. */
export function refusalOf(action: Extract<FaultAction, { do: 'refuse' }>): bigint {
  return returnStatus(...action.bits)
}
