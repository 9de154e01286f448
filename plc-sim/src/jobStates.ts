/** Numbers of the job order states (OPC 10031-4 V2, table 9 and the substate machines of clause 6.2.2). */
export const JobState = {
  NotAllowedToStart: 1,
  AllowedToStart: 2,
  Running: 3,
  Interrupted: 4,
  Ended: 5,
  Aborted: 6,
} as const
/** One top level state of a job order. */
export type JobState = (typeof JobState)[keyof typeof JobState]

/** Substate numbers; each substate machine counts for itself. */
export const Substate = { Waiting: 1, Ready: 2, Held: 1, Suspended: 2, Completed: 1 } as const

/** One entry of a job state array: `path` is empty for the top level state, else the substate machine's name. */
export interface StateEntry {
  readonly path:
    | ''
    | 'NotAllowedToStartSubstates'
    | 'AllowedToStartSubstates'
    | 'InterruptedSubstates'
    | 'EndedSubstates'
  readonly text: string
  readonly number: number
}

/** The eleven methods of a job order receiver. */
export const commandNames = [
  'Store',
  'StoreAndStart',
  'Start',
  'RevokeStart',
  'Update',
  'Pause',
  'Resume',
  'Stop',
  'Abort',
  'Cancel',
  'Clear',
] as const
/** Name of one method of a job order receiver. */
export type CommandName = (typeof commandNames)[number]

const S = JobState
/** In which states each method is legal for a job order that is in the list (OPC 10031-4 V2 §6.2.1). */
export const legalStates: Readonly<
  Record<Exclude<CommandName, 'Store' | 'StoreAndStart'>, readonly JobState[]>
> = {
  Start: [S.NotAllowedToStart],
  RevokeStart: [S.AllowedToStart],
  Update: [S.NotAllowedToStart, S.AllowedToStart],
  Pause: [S.Running],
  Resume: [S.Interrupted],
  Stop: [S.Running, S.Interrupted],
  Abort: [S.NotAllowedToStart, S.AllowedToStart, S.Running, S.Interrupted],
  Cancel: [S.NotAllowedToStart, S.AllowedToStart],
  Clear: [S.Ended, S.Aborted],
}

/**
 * Bits of a ReturnStatus (OPC 10031-4 V2 annex B.2, table 95). 33 and up are ours to define and travel together
 * with `unableToAccept`, so that a client that knows only the published bits loses nothing.
 */
export const ReturnBit = {
  noError: 0,
  unknownJobOrder: 1,
  invalidState: 3,
  unableToAccept: 4,
  invalidRequest: 32,
  duplicateSameContent: 33,
  duplicateOtherContent: 34,
  listFull: 35,
  notCapable: 36,
} as const

/** Gives the bits that are set in a ReturnStatus, lowest first. */
export function bitsOf(returnStatus: bigint): number[] {
  const bits: number[] = []
  for (let bit = 0; bit < 64; bit++) if ((returnStatus >> BigInt(bit)) & 1n) bits.push(bit)
  return bits
}

/** Builds a ReturnStatus with the given bits (0 to 63) set. */
export function returnStatus(...bits: readonly number[]): bigint {
  return bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n)
}
