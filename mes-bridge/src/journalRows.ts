/**
 * What the writes of one batch mean, one after the other, and the rows and statements they become. Pure: what is known of the
 * orders they report about is read beforehand (journalCommit.ts).
 */
import { judge, newLifecycle } from '@lot-one/rules'
import type { LifecycleSnapshot, OrderEvent, OrderFact } from '@lot-one/rules'
import type { CompiledQuery, Insertable } from 'kysely'
import type { JobRecord } from './jobOrder.ts'
import type { Guard, NewOrder, Unavailable } from './journal.ts'
import type { FreshOrder, Inserts } from './journalInserts.ts'
import type { Tables } from './journalTables.ts'

/** One thing to make durable. */
export type Write =
  | { readonly do: 'accept'; readonly order: NewOrder }
  | {
      readonly do: 'record'
      readonly orderId: string
      readonly facts: readonly OrderFact[]
      readonly jobs: readonly JobRecord[]
      readonly guard?: Guard
    }
  | { readonly do: 'run'; readonly queries: readonly CompiledQuery[] }

/** What became of it. `accepted` and `recorded` are durable; `present`: an order with this id was there before. */
export type Written =
  | {
      readonly outcome: 'accepted' | 'recorded'
      readonly events: readonly OrderEvent[]
      readonly lifecycle: LifecycleSnapshot
    }
  | { readonly outcome: 'present' | 'fenced' | 'overtaken' }
  /** The rows of each query. */
  | { readonly outcome: 'done'; readonly rows: readonly (readonly unknown[])[] }
  | Unavailable

/** An order's state while a batch is being decided. */
export interface Standing {
  seq: number
  lifecycle: LifecycleSnapshot
}

const finalStates: ReadonlySet<string> = new Set(['completed', 'cancelled'])
const acceptedLifecycle = judge(newLifecycle(), { kind: 'accepted' })

/** What a batch has come to so far. */
export interface Rows {
  /** Ids: of two posts of one order at once, the first is inserted and the second finds it there. */
  readonly known: Set<string>
  /** New ones that are not yet in a statement. */
  fresh: FreshOrder[]
  readonly events: Insertable<Tables['events']>[]
  /** By job order id: the last state in a batch wins. */
  readonly jobs: Map<string, Insertable<Tables['jobs']>>
  readonly touched: Set<string>
  readonly queries: CompiledQuery[]
  readonly at: string
}

/** @param at when the batch is written */
export function newRows(at: string): Rows {
  return { known: new Set(), fresh: [], events: [], jobs: new Map(), touched: new Set(), queries: [], at }
}

/** Says what one write means after those before it in the batch, and adds its rows. */
export function decide(
  write: Write,
  epochs: ReadonlyMap<string, number>,
  standings: ReadonlyMap<string, Standing>,
  rows: Rows,
): Written {
  if (write.do === 'run') {
    rows.queries.push(...write.queries)
    return { outcome: 'done', rows: [] }
  }
  if (write.do === 'accept') return accept(write.order, rows)
  const { orderId, facts, jobs, guard } = write
  if (guard?.fences.some(({ lease, epoch }) => epochs.get(lease) !== epoch)) return { outcome: 'fenced' }
  const standing = standings.get(orderId)
  if (standing === undefined) {
    throw new Error(`No order ${orderId}: accept it before recording facts about it`)
  }
  if (guard !== undefined && guard.afterSeq !== standing.seq) return { outcome: 'overtaken' }
  const events = facts.map((fact): OrderEvent => {
    standing.lifecycle = judge(standing.lifecycle, fact)
    standing.seq += 1
    return { orderId, seq: standing.seq, at: rows.at, state: standing.lifecycle.state, ...fact }
  })
  rows.events.push(...events.map(eventRow))
  if (events.length > 0) rows.touched.add(orderId)
  for (const job of jobs) rows.jobs.set(job.jobOrder.jobOrderId, jobRow(job))
  return { outcome: 'recorded', events, lifecycle: standing.lifecycle }
}

function accept({ snapshot, bodyDigest, trackingToken, customer }: NewOrder, rows: Rows): Written {
  const { orderId } = snapshot
  if (rows.known.has(orderId)) return { outcome: 'present' }
  rows.known.add(orderId)
  const event: OrderEvent = { orderId, seq: 1, at: rows.at, state: acceptedLifecycle.state, kind: 'accepted' }
  rows.fresh.push({
    order: {
      order_id: orderId,
      ordered_at: snapshot.orderedAt,
      product_id: snapshot.productId,
      rules_hash: snapshot.rulesHash,
      snapshot: JSON.stringify(snapshot),
      body_digest: bodyDigest,
      tracking_token: trackingToken,
    },
    customer: { order_id: orderId, customer: JSON.stringify(customer) },
    event: { order_id: orderId, at: rows.at, event: JSON.stringify(event) },
  })
  return { outcome: 'accepted', events: [event], lifecycle: acceptedLifecycle }
}

function eventRow(event: OrderEvent): Insertable<Tables['events']> {
  const { orderId, seq, kind, at } = event
  return { order_id: orderId, seq, kind, at, event: JSON.stringify(event) }
}

function jobRow(job: JobRecord): Insertable<Tables['jobs']> {
  return {
    job_order_id: job.jobOrder.jobOrderId,
    order_id: job.jobOrder.orderId,
    op: job.jobOrder.op,
    line_id: job.lineId,
    hand_over: job.handOver,
    attempt: job.attempt,
    job_state: job.jobState ?? null,
    cleared: job.cleared ? 1 : 0,
    detail: job.detail ?? null,
    job_order: JSON.stringify(job.jobOrder),
  }
}

/** What every order's first event and state have in common; the rest of their rows is its own. */
export const firstRows = {
  event: { seq: 1, kind: 'accepted' },
  state: stateColumns({ seq: 1, lifecycle: acceptedLifecycle }),
}

/** Statements that insert the fresh orders. Rows go in by id, so that two processes cannot wait for each other. */
export function insertOrders(inserts: Inserts, rows: Rows, mayBeThere: boolean) {
  const fresh = rows.fresh.sort((a, b) => (a.order.order_id < b.order.order_id ? -1 : 1))
  rows.fresh = []
  return inserts.newOrders(fresh, mayBeThere)
}

/** Statements that append what is known of orders that are there. */
export function append(
  inserts: Inserts,
  rows: Rows,
  standings: ReadonlyMap<string, Standing>,
): CompiledQuery[] {
  const states = [...standings].flatMap(([id, standing]) =>
    rows.touched.has(id) ? [stateRow(id, standing)] : [],
  )
  return [
    ...inserts.events(rows.events),
    ...inserts.orderStates(states),
    ...inserts.jobs([...rows.jobs.values()]),
  ]
}

function stateRow(orderId: string, standing: Standing): Insertable<Tables['order_states']> {
  return { order_id: orderId, ...stateColumns(standing) }
}

function stateColumns({ seq, lifecycle }: Standing): Omit<Insertable<Tables['order_states']>, 'order_id'> {
  return {
    seq,
    state: lifecycle.state,
    finished: finalStates.has(lifecycle.state) ? 1 : 0,
    machine_id: lifecycle.machineId,
    machine_version: lifecycle.version,
    lifecycle: JSON.stringify(lifecycle),
  }
}
