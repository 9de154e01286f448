/**
 * The contracts of one order: what a page may send, what the bridge stores and streams, and the fold from events to the
 * view both show. Field names of the factory side follow IEC 62264-4 / OPC 10031-4 (job order, work master, job state).
 *
 * Schemas are zod/mini so that the page can afford them; the bridge makes OpenAPI from the same ones.
 */
import * as z from 'zod/mini'

const value = z.union([z.string().check(z.maxLength(100)), z.number(), z.boolean()])
const selection = z.record(z.string().check(z.maxLength(100)), value)
const instant = z.iso.datetime({ offset: true })
const line = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max))

/** Order ids are UUIDs made in the page (version 7 sorts by time), so a repeated POST is the same order. */
const orderId = z.uuid()

export const CheckRequest = z.strictObject({
  context: z.optional(selection),
  selection,
})

export const Customer = z.strictObject({
  name: line(200),
  email: z.email().check(z.maxLength(254)),
  phone: z.optional(z.string().check(z.maxLength(40))),
  address: z.strictObject({
    street: line(200),
    postcode: line(20),
    city: line(100),
    country: line(2),
  }),
})

export const BuildOrder = z.strictObject({
  orderId,
  productId: line(100),
  rulesHash: line(100),
  context: selection,
  selection,
  texts: z.optional(z.record(z.string().check(z.maxLength(100)), z.string().check(z.maxLength(200)))),
  customer: Customer,
  expectedPriceCents: z.int(),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
})
/** A shopper's order as posted (Level 4 operations request). Unchecked against the rules. */
export type BuildOrder = z.infer<typeof BuildOrder>

export const ChangeRequest = z.strictObject({ selection })

/** OPC 10031-4 §6.2.1: top-level states of a job order. */
export const JobState = z.enum([
  'NotAllowedToStart',
  'AllowedToStart',
  'Running',
  'Interrupted',
  'Ended',
  'Aborted',
])
export type JobState = z.infer<typeof JobState>

/**
 * How an order stands, as a shopper understands it. `accepted`: durable, no line chosen yet · `released`: its job orders are
 * at a line · `inProduction`: a station has started · `completed` · `cancelling` → `cancelled` · `stopped`: needs an operator.
 */
export const OrderState = z.enum([
  'accepted',
  'released',
  'inProduction',
  'completed',
  'cancelling',
  'cancelled',
  'stopped',
])
export type OrderState = z.infer<typeof OrderState>

const Operation = z.object({
  op: z.int(),
  station: z.string(),
  label: z.record(z.string(), z.string()),
  jobOrderId: z.string(),
  plannedSeconds: z.number(),
  /** Option ids that freeze when this operation starts. */
  consumes: z.array(z.string()),
})
export type Operation = z.infer<typeof Operation>

const eventBase = {
  orderId,
  /** Counts from 1 within the order; the SSE id. */
  seq: z.int(),
  /** When the bridge wrote it. */
  at: instant,
  /** State of the order after this event, decided by the lifecycle machine. */
  state: OrderState,
}

export const OrderEvent = z.discriminatedUnion('kind', [
  z.object({ ...eventBase, kind: z.literal('accepted') }),
  z.object({
    ...eventBase,
    kind: z.literal('assigned'),
    lineId: z.string(),
    operations: z.array(Operation),
    promisedAt: z.optional(instant),
  }),
  /** A job order was seen in a state on its station: the only way production advances. */
  z.object({
    ...eventBase,
    kind: z.literal('job'),
    op: z.int(),
    lineId: z.string(),
    jobState: JobState,
    /** OPC UA source time stamp of the observation. */
    sourceAt: z.optional(instant),
    /** How it was seen: a status event, a read after (re)connecting, or by a person at the station whom the line could not tell. */
    by: z.enum(['event', 'read', 'operator']),
    startedAt: z.optional(instant),
    endedAt: z.optional(instant),
    estimatedRemainingMs: z.optional(z.number()),
    serialNumber: z.optional(z.string()),
    /** As-built bill of material reported by the station. */
    built: z.optional(
      z.array(
        z.object({
          part: z.string(),
          lot: z.optional(z.string()),
          serial: z.optional(z.string()),
          quantity: z.optional(z.string()),
        }),
      ),
    ),
  }),
  /** The queue moved: when the unit will be ready now. */
  z.object({ ...eventBase, kind: z.literal('promised'), promisedAt: instant }),
  /** Why nothing moves at the moment (no line online, no line able, line silent, refused): shown to the shopper with its time. */
  z.object({
    ...eventBase,
    kind: z.literal('waiting'),
    reason: z.enum(['noLine', 'cannotBuild', 'lineSilent', 'lineRefused', 'inDoubt']),
    lineId: z.optional(z.string()),
    detail: z.optional(z.string()),
  }),
  z.object({ ...eventBase, kind: z.literal('changed'), selection, priceCents: z.int() }),
  z.object({ ...eventBase, kind: z.literal('cancelRequested') }),
  z.object({ ...eventBase, kind: z.literal('cancelled') }),
  z.object({ ...eventBase, kind: z.literal('stopped'), reason: z.string() }),
])
/** One durable fact about an order; append-only, replayable. */
export type OrderEvent = z.infer<typeof OrderEvent>
type WithoutBase<E> = E extends OrderEvent ? Omit<E, 'orderId' | 'seq' | 'at' | 'state'> : never
/** What happened, before the journal numbers and dates it and the lifecycle judges it. */
export type OrderFact = WithoutBase<OrderEvent>

export const OrderSnapshot = z.object({
  orderId,
  productId: z.string(),
  productVersion: z.string(),
  rulesHash: z.string(),
  title: z.record(z.string(), z.string()),
  context: selection,
  /** The complete design: every option with its value. */
  selection,
  /** What the shopper chose herself; the rest came from defaults. */
  chosen: selection,
  texts: z.record(z.string(), z.string()),
  priceCents: z.int(),
  currency: z.string(),
  orderedAt: instant,
})
/** The immutable part of an order: what was bought, under which rules, for how much. No personal data. */
export type OrderSnapshot = z.infer<typeof OrderSnapshot>

const OperationView = z.extend(Operation, {
  jobState: z.optional(JobState),
  startedAt: z.optional(instant),
  endedAt: z.optional(instant),
  estimatedRemainingMs: z.optional(z.number()),
  seenAt: z.optional(instant),
  built: z.optional(
    z.array(
      z.object({
        part: z.string(),
        lot: z.optional(z.string()),
        serial: z.optional(z.string()),
        quantity: z.optional(z.string()),
      }),
    ),
  ),
})
export type OperationView = z.infer<typeof OperationView>

export const OrderView = z.object({
  order: OrderSnapshot,
  state: OrderState,
  /** Sequence of the last event folded in; continue the stream after it. */
  seq: z.int(),
  lineId: z.optional(z.string()),
  promisedAt: z.optional(instant),
  serialNumber: z.optional(z.string()),
  operations: z.array(OperationView),
  waiting: z.optional(
    z.object({
      reason: z.string(),
      since: instant,
      lineId: z.optional(z.string()),
      detail: z.optional(z.string()),
    }),
  ),
  stoppedBecause: z.optional(z.string()),
})
/** What a shopper sees of her order; no personal data, so it can be shown on any screen that has the link. */
export type OrderView = z.infer<typeof OrderView>

export const OrderAnswer = z.object({ orderId, trackingToken: z.string(), order: OrderView })
export type OrderAnswer = z.infer<typeof OrderAnswer>

/** RFC 9457. `type` is stable; extension members depend on it. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
})
export type Problem = z.infer<typeof Problem>

const rank: Record<JobState, number> = {
  NotAllowedToStart: 1,
  AllowedToStart: 2,
  Running: 3,
  Interrupted: 3,
  Ended: 4,
  Aborted: 4,
}

/**
 * Says whether a newly seen job state is news: states advance by rank and never fall back, because events may arrive twice,
 * late or out of order. Running and Interrupted alternate; AllowedToStart may be revoked (OPC 10031-4 §6.2.1 transition 3)
 * but a line reports that by read, so a lower rank is taken for a late message.
 */
export function advances(before: JobState | undefined, seen: JobState): boolean {
  if (before === undefined) return true
  if (before === seen) return false
  return rank[seen] > rank[before] || (rank[seen] === 3 && rank[before] === 3)
}

/** Gives the view of an order that has just been accepted. */
export function newOrderView(order: OrderSnapshot): OrderView {
  return { order, state: 'accepted', seq: 0, operations: [] }
}

/**
 * Folds one event into a view and gives the next view; pure. Events at or before `view.seq` change nothing, so a stream may
 * repeat itself. The same fold runs in page and bridge.
 */
export function fold(view: OrderView, event: OrderEvent): OrderView {
  if (event.seq <= view.seq) return view
  const next: OrderView = { ...view, seq: event.seq, state: event.state }
  if (event.kind !== 'waiting' && event.kind !== 'promised') delete next.waiting
  switch (event.kind) {
    case 'accepted':
    case 'cancelRequested':
    case 'cancelled':
      return next
    case 'assigned':
      return {
        ...next,
        lineId: event.lineId,
        // assigned again on the same line (a change): what was seen of an operation stays
        operations: event.operations.map((operation) => ({
          ...(view.lineId === event.lineId &&
            view.operations.find((seen) => seen.jobOrderId === operation.jobOrderId)),
          ...operation,
        })),
        ...(event.promisedAt !== undefined && { promisedAt: event.promisedAt }),
      }
    case 'job':
      return {
        ...next,
        ...(event.serialNumber !== undefined && { serialNumber: event.serialNumber }),
        operations: view.operations.map((operation) =>
          operation.op === event.op ? withJob(operation, event) : operation,
        ),
      }
    case 'promised':
      return { ...next, promisedAt: event.promisedAt }
    case 'waiting':
      return {
        ...next,
        waiting: {
          reason: event.reason,
          since: view.waiting?.reason === event.reason ? view.waiting.since : event.at,
          ...(event.lineId !== undefined && { lineId: event.lineId }),
          ...(event.detail !== undefined && { detail: event.detail }),
        },
      }
    case 'changed':
      return { ...next, order: { ...view.order, selection: event.selection, priceCents: event.priceCents } }
    case 'stopped':
      return { ...next, stoppedBecause: event.reason }
  }
}

function withJob(operation: OperationView, event: OrderEvent & { kind: 'job' }): OperationView {
  return {
    ...operation,
    jobState: event.jobState,
    seenAt: event.sourceAt ?? event.at,
    ...(event.startedAt !== undefined && { startedAt: event.startedAt }),
    ...(event.endedAt !== undefined && { endedAt: event.endedAt }),
    ...(event.estimatedRemainingMs !== undefined && { estimatedRemainingMs: event.estimatedRemainingMs }),
    ...(event.built !== undefined && { built: event.built }),
  }
}
