/** Orders, job orders and lines as planning sees them, and what it can ask for; the words that plan.ts and its runner share. */
import type { JobState, OrderFact, OrderView } from '@lot-one/rules'
import type { JobRecord } from './jobOrder.ts'
import type { ListedJob } from './line.ts'

/** One job order as the runner knows it: the durable record and what only matters while this process lives. */
export interface JobWork {
  readonly record: JobRecord
  /** A call or a write for it is under way. */
  readonly busy: boolean
  /** The line's moment when its last call was over; a list asked for later tells what came of it. */
  readonly lastCallAt: number
  /** The call whose fate is open: unanswered, or answered with something that wants a look. */
  readonly doubt?: 'store' | 'start' | 'withdraw' | 'clear'
  /** The line took its Start. */
  readonly startTaken: boolean
  /** ISO instant since which the line no longer knows it although it may have begun: only a person at the station can tell. */
  readonly missingSince?: string
  /** The line's last refusal of its Store, until a list has shown what is there. */
  readonly refusal?: { readonly bits: readonly number[]; readonly names: readonly string[] }
  /** Epoch ms; nothing is tried for it before. */
  readonly notBefore: number
}

/** What one operation needs of a line. */
export interface Need {
  readonly op: number
  readonly station: string
  readonly plannedSeconds: number
  readonly workMasterId: string
  readonly materialRequirements: readonly { readonly part: string }[]
}

export interface OrderWork {
  readonly view: OrderView
  /** Stations its routing needs, in order; known before any line is chosen. */
  readonly needs: readonly Need[]
  /** In routing order; empty until a line is chosen. */
  readonly jobs: readonly JobWork[]
  /** A change or a cancellation has the order in its hands. */
  readonly changing: boolean
  /** Line id -> epoch ms until which it is not asked again, because it refused. */
  readonly avoid: ReadonlyMap<string, number>
}

/** A station that does a kind of work. Absent or empty lists: it does not say, so it may be asked for anything. */
export interface Capability {
  readonly known: boolean
  readonly station?: string
  readonly credit: number
  readonly workMasters?: readonly string[]
  readonly materials?: readonly string[]
}

/** A line as planning sees it. */
export interface LineSeen {
  readonly id: string
  readonly online: boolean
  readonly held: boolean
  /** Finished jobs leave its lists by themselves. */
  readonly clearsByItself?: boolean
  /** Why it is not online, and since when (epoch ms). */
  readonly reason: string
  readonly since: number
  /** The station for a kind of work with its free places; `known: false`: the line was never online, nobody can say. */
  capability(station: string): Capability
  listed(station: string, jobOrderId: string, since: number): ListedJob
  /** The station's list was asked for after this moment. */
  listReadSince(station: string, moment: number): boolean
  /** Seconds of line time queued for a kind of work, divided by how many the station was seen to do at once. */
  backlogSeconds(station: string): number
}

export type Action =
  | { readonly do: 'assign'; readonly orderId: string; readonly lineId: string; readonly promisedAt: number }
  | { readonly do: 'unassign'; readonly orderId: string; readonly lineId: string }
  | { readonly do: 'record'; readonly orderId: string; readonly fact: OrderFact }
  /** `readList`: the station's whole list, a call's fate is open · `ask`: the response of a job that is gone from its list. */
  | {
      readonly do: 'store' | 'update' | 'start' | 'clear' | 'withdraw' | 'readList' | 'ask'
      readonly orderId: string
      readonly op: number
    }
  /** What a list showed about a job whose fate was open. */
  | { readonly do: 'settle'; readonly orderId: string; readonly op: number; readonly as: Settlement }

/** `started`/`notStarted`: what became of a Start · `still`: the call was not executed, make it again · the others: the hand-over. */
export type Settlement =
  | 'confirmed'
  | 'withdrawn'
  | 'cleared'
  | 'refused'
  | 'conflict'
  | 'started'
  | 'notStarted'
  | 'still'

/** Nothing more happens to it. */
export const over = (state: JobState | undefined): boolean => state === 'Ended' || state === 'Aborted'
/** Begun or over: the unit carries this operation. */
export const begun = (state: JobState | undefined): boolean =>
  state === 'Running' || state === 'Interrupted' || over(state)

/** The line an order's job orders are on, or about to be; undefined when all of them are off it again. */
export function lineInHand(records: readonly JobRecord[]): string | undefined {
  return records.find(({ handOver }) => handOver !== 'withdrawn' && handOver !== 'refused')?.lineId
}

/** Marks a job record whose Cancel was sent, or is about to be: absent means taken off, also to another process. */
export const withdrawingDetail = 'withdrawing'

/** Marks a job record that was confirmed before its line forgot it: others of its order may have begun since. */
export const forgottenDetail = 'forgotten'

/** Marks a job record whose content is being changed at the station; another digest there is then no conflict. */
export const changingDetail = 'changing'
