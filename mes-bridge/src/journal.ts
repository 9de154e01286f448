/** The order log: append (durable, idempotent), replay, follow. The only module that knows a database. */
import type { LifecycleSnapshot, OrderEvent, OrderFact, OrderSnapshot, OrderView, Selection } from '@lot-one/rules'
import type { JobRecord } from './jobOrder.ts'

/** The world can recover: disk full, folder read-only, database away. Nothing was acknowledged; try again later. */
export interface Unavailable {
  readonly outcome: 'unavailable'
  readonly reason: string
}

export interface NewOrder {
  readonly snapshot: OrderSnapshot
  /** sha256 of the canonical request body: the same body again is the same order, another body is refused. */
  readonly bodyDigest: string
  readonly trackingToken: string
  /** Personal data, kept apart so that it can be erased without touching the build record. */
  readonly customer: unknown
}

export interface StoredOrder {
  readonly snapshot: OrderSnapshot
  readonly trackingToken: string
  readonly view: OrderView
  readonly lifecycle: LifecycleSnapshot
}

export interface OpenOrder extends StoredOrder {
  readonly jobs: readonly JobRecord[]
}

export interface Journal {
  /** Makes an order durable with its `accepted` event. `known`: this very order was accepted before. `reused`: same id, other body. */
  accept(order: NewOrder): Promise<{ readonly outcome: 'accepted' | 'known'; readonly order: StoredOrder } | { readonly outcome: 'reused' } | Unavailable>
  order(orderId: string): Promise<StoredOrder | undefined>
  jobs(orderId: string): Promise<readonly JobRecord[]>
  /** Events of one order after a sequence number, in order. */
  events(orderId: string, afterSeq: number): Promise<readonly OrderEvent[]>
  /** Appends facts, the lifecycle snapshot after them and changed job records in one transaction; resolves when durable. */
  record(orderId: string, facts: readonly OrderFact[], jobs?: readonly JobRecord[]): Promise<{ readonly outcome: 'recorded'; readonly events: readonly OrderEvent[] } | Unavailable>
  /** Orders that are not completed or cancelled, and finished ones with jobs not yet cleared; oldest first. Read once at start; afterwards follow. */
  openOrders(): Promise<readonly OpenOrder[]>
  /** Calls back for every event after it is durable; gives the way to stop. */
  follow(listener: (event: OrderEvent) => void): () => void
  /** Append-only record of every method call to a line. */
  audit(entry: { readonly lineId: string; readonly method: string; readonly jobOrderId?: string; readonly user: string; readonly thumbprint: string; readonly result: string }): Promise<void>
  /** Keeps the rules an order was placed with (JSON of model and package), by hash. */
  keepRules(rulesHash: string, json: string): Promise<void>
  rules(rulesHash: string): Promise<string | undefined>
  close(): Promise<void>
}

export type { Selection }
