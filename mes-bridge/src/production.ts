/** What http asks of the control loop: wishes about running orders and a look at the lines. Dispatch gives it. */
import type { LineView, Selection } from '@lot-one/rules'
import type { Unavailable } from './journal.ts'

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

export interface Production {
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
  lines(): readonly LineView[]
  /** Calls back with a line's new view whenever it changes; gives the way to stop. */
  followLines(listener: (line: LineView) => void): () => void
  /** Holds a line (it gets nothing new) or lets it go on; durable. */
  holdLine(
    lineId: string,
    held: boolean,
  ): Promise<{ readonly outcome: 'recorded' } | { readonly outcome: 'unknownLine' } | Unavailable>
}
