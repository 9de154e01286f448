/** A job order for one station and how far its hand-over is: the values that dispatch, journal and line share. */
import type { JobState } from '@lot-one/rules'
import type { Value } from '@lot-one/rules'

/** One routing operation of one order at one station (OPC 10031-4 §6.3.1 ISA95JobOrderDataType, in our words). No personal data. */
export interface JobOrder {
  /** `ORDERID/OP`: stable across retries and restarts. Once taken off a line it is spent; what comes back is `ORDERID/OP.2`. */
  readonly jobOrderId: string
  readonly orderId: string
  readonly op: number
  readonly station: string
  readonly workMasterId: string
  /** Higher is sooner (Int16). */
  readonly priority: number
  readonly plannedSeconds: number
  readonly productId: string
  readonly rulesHash: string
  readonly parameters: readonly { readonly id: string; readonly value: Value }[]
  readonly materialRequirements: readonly {
    readonly position: string
    readonly part: string
    readonly quantity: number
  }[]
  /** sha256 over all of the above; travels as parameter `spec.digest`, compared at every read-back. */
  readonly digest: string
}

/**
 * Hand-over of one job order to its station:
 * planned → sending (written before anything is sent) → confirmed | unknown (ask the line) | refused | conflict (same id, other
 * content: stop and alarm). `withdrawn`: cancelled at the station by us.
 */
export type HandOver = 'planned' | 'sending' | 'confirmed' | 'unknown' | 'refused' | 'conflict' | 'withdrawn'

export interface JobRecord {
  readonly jobOrder: JobOrder
  readonly lineId: string
  readonly handOver: HandOver
  /** Counts sends; persisted before each one. */
  readonly attempt: number
  /** Last seen on the line. */
  readonly jobState?: JobState
  /** The response was stored durably and the station told to forget the job (`Clear`). */
  readonly cleared: boolean
  readonly detail?: string
}
