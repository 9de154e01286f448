/** What http asks of the control loop: wishes about running orders and a look at the lines. Dispatch gives it. */
import type { LineView, Selection } from '@lot-one/rules'
import type { JobOrder } from './jobOrder.ts'
import type { Unavailable } from './journal.ts'
import type { WrittenField } from './line.ts'

/** A station has started an operation that consumes what the wish touches. */
export interface Frozen {
  readonly outcome: 'frozen'
  readonly station: string
  /** When the operation was seen to start. ISO instant. */
  readonly since: string
  /** Options that cannot change any more because of it. */
  readonly options: readonly string[]
}

/** The order has ended, or is being cancelled: nothing can be wished for any more. */
export interface Finished {
  readonly outcome: 'finished'
  readonly state: string
}

export interface Production extends LineDeskOfStaff {
  /** Records the wish to cancel; `requested` is durable, the line decides the rest. Asking twice is asking once. */
  requestCancel(orderId: string): Promise<{ readonly outcome: 'requested' } | Frozen | Finished | Unavailable>
  /**
   * Changes an order that has been checked against its rules: job orders not yet started are updated or replaced.
   * @param selection the whole new design; only options whose value differs are touched.
   */
  requestChange(
    orderId: string,
    change: { readonly selection: Selection; readonly priceCents: number },
  ): Promise<{ readonly outcome: 'changed' } | Frozen | Finished | Unavailable>
}

/** What staff see and settle at the lines. Everything but `followLines` is plain data, so it may be asked of another process. */
export interface LineDeskOfStaff {
  lines(): readonly LineView[]
  /** Calls back with a line's new view whenever it changes; gives the way to stop. */
  followLines(listener: (line: LineView) => void): () => void
  /** Holds a line (it gets nothing new) or lets it go on; durable. */
  holdLine(
    lineId: string,
    held: boolean,
  ): Promise<{ readonly outcome: 'recorded' } | { readonly outcome: 'unknownLine' } | Unavailable>
  /** Trusts the certificate a line shows if it has this SHA-256, and connects at once. */
  trustLine(
    lineId: string,
    sha256: string,
  ): Promise<{ readonly outcome: 'trusted' | 'noSuchCertificate' | 'unknownLine' } | Unavailable>
  /** What a person found about a job order that was asked about. `notAsked`: nothing about it is in doubt any more. */
  answerDoubt(
    lineId: string,
    jobOrderId: string,
    built: boolean,
  ): Promise<{ readonly outcome: 'recorded' | 'notAsked' | 'unknownLine' } | Unavailable>
  /** What handing job orders to a line would write, one entry for each; nothing is sent. */
  preview(
    lineId: string,
    jobOrders: readonly JobOrder[],
  ): Promise<
    | { readonly outcome: 'unknownLine' }
    | {
        readonly outcome: 'preview'
        /** Why the line would not get them now. */
        readonly obstacle?: string
        readonly written: readonly { readonly machine?: string; readonly fields: readonly WrittenField[] }[]
      }
    | Unavailable
  >
}
