/**
 * The order log: append (durable, idempotent), replay, follow. With the other journal*.ts files the only place that knows a
 * database; `openJournal` (journalOpen.ts) makes one.
 *
 * Everything written goes through group commit: what arrives while a commit is under way shares the next one, and every
 * answer waits for its own.
 */
import type {
  AuditView,
  LifecycleSnapshot,
  OrderEvent,
  OrderFact,
  OrderSnapshot,
  OrderView,
} from '@lot-one/rules'
import type { JobRecord } from './jobOrder.ts'
import type { Bridges, Fence } from './journalBridges.ts'
import type { Pictures } from './journalPictures.ts'

export type { Fence } from './journalBridges.ts'

/** The world can recover: disk full, folder read-only, database away, too much at once. Nothing was acknowledged; try again later. */
export interface Unavailable {
  readonly outcome: 'unavailable'
  /** For logs and operators, one clause: "the disk is full". */
  readonly reason: string
}

/** A read met the same trouble as `Unavailable`; only http and main catch it. */
export class JournalUnavailable extends Error {}

export interface NewOrder {
  readonly snapshot: OrderSnapshot
  /** sha256 of the canonical request body: the same body again is the same order, another body is refused. */
  readonly bodyDigest: string
  /** At least 128 random bits; kept only if the order is new. */
  readonly trackingToken: string
  /** Personal data, kept apart so that it can be erased without touching the build record. JSON-able. */
  readonly customer: unknown
}

export interface StoredOrder {
  /** As it was bought; what was changed since is in `view.order`. */
  readonly snapshot: OrderSnapshot
  readonly trackingToken: string
  readonly view: OrderView
  readonly lifecycle: LifecycleSnapshot
}

export interface OpenOrder extends StoredOrder {
  readonly jobs: readonly JobRecord[]
}

/** One method call to a line, as the audit keeps it. */
interface AuditEntry {
  readonly lineId: string
  readonly method: string
  readonly jobOrderId?: string
  readonly user: string
  readonly thumbprint: string
  readonly result: string
}

/** What must still hold at the moment of a write; otherwise nothing of it is written. */
export interface Guard {
  /** Leases the writer acts under: refused as `fenced` once one of them was given to somebody. */
  readonly fences: readonly Fence[]
  /** The order's last event the writer knows: refused as `overtaken` when there are others. */
  readonly afterSeq: number
}

/** Who has orders in hand: the owner of the line they are on, or whoever finds lines for those that are on none of some. */
export type Holder = { readonly lineId: string } | { readonly onNoneOf: readonly string[] }

export interface Journal {
  /**
   * Makes an order durable with its `accepted` event. `known`: this very order was accepted before, here it is with the token
   * it got then. `reused`: same id, other body.
   */
  accept(
    order: NewOrder,
  ): Promise<
    | { readonly outcome: 'accepted' | 'known'; readonly order: StoredOrder }
    | { readonly outcome: 'reused' }
    | Unavailable
  >
  /** Says whether this very order, or another with its id, was accepted before. @throws JournalUnavailable, as every read. */
  find(
    orderId: string,
    bodyDigest: string,
  ): Promise<
    { readonly outcome: 'known'; readonly order: StoredOrder } | { readonly outcome: 'reused' } | undefined
  >
  order(orderId: string): Promise<StoredOrder | undefined>
  jobs(orderId: string): Promise<readonly JobRecord[]>
  /** Events of one order after a sequence number, in order. */
  events(orderId: string, afterSeq: number): Promise<readonly OrderEvent[]>
  /**
   * Appends facts, the lifecycle snapshot after them and changed job records in one transaction; resolves when durable.
   * After `unavailable` nothing of it is written, or (a database that stays away in the middle of a commit) all of it: read before repeating.
   * @throws when the order is unknown.
   */
  record(
    orderId: string,
    facts: readonly OrderFact[],
    jobs?: readonly JobRecord[],
    guard?: Guard,
  ): Promise<
    | { readonly outcome: 'recorded'; readonly events: readonly OrderEvent[] }
    | { readonly outcome: 'fenced' | 'overtaken' }
    | Unavailable
  >
  /**
   * Orders that are not completed or cancelled, and finished ones with jobs that were sent and are not yet cleared; oldest
   * first. Of one holder: read when a lease is gained; afterwards follow.
   */
  openOrders(of?: Holder): Promise<readonly OpenOrder[]>
  /**
   * Calls back for every event after it is durable, an order's events in their order; gives the way to stop. Follow before
   * `openOrders` and nothing is missed. With several processes an event may come twice: compare `seq`.
   */
  follow(listener: (event: OrderEvent) => void): () => void
  /** Adds to the append-only record of method calls to lines. */
  audit(entry: AuditEntry): Promise<{ readonly outcome: 'recorded' } | Unavailable>
  /** The latest entries of that record about a line, newest first; `before`: only those with a smaller position. */
  audits(lineId: string, limit: number, before?: number): Promise<readonly AuditView[]>
  /** Remembers across restarts whether staff hold a line. */
  holdLine(lineId: string, held: boolean): Promise<{ readonly outcome: 'recorded' } | Unavailable>
  /** Ids of the lines that staff hold. */
  heldLines(): Promise<readonly string[]>
  /** Keeps the rules an order was placed with (JSON of model and package), by hash. A known hash changes nothing. */
  keepRules(rulesHash: string, json: string): Promise<{ readonly outcome: 'recorded' } | Unavailable>
  rules(rulesHash: string): Promise<string | undefined>
  /** What the bridges on this database share besides orders: who owns which line, what lines report, what is asked of owners. */
  readonly bridges: Bridges
  /** Shoppers' own pictures. */
  readonly pictures: Pictures
  /** Writes and reads once, so that it says what the next order would meet. */
  probe(): Promise<{ readonly outcome: 'ready' } | Unavailable>
  /** Finishes what was asked, then closes the database. */
  close(): Promise<void>
}
