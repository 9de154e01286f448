/** Reads the order log: orders with their events folded in, what is open, what was recorded. */
import { fold, isCurrent, newOrderView, replay } from '@lot-one/rules'
import type { LifecycleSnapshot, OrderEvent, OrderSnapshot } from '@lot-one/rules'
import type { Kysely } from 'kysely'
import type { JobOrder, JobRecord } from './jobOrder.ts'
import type { Holder, Journal, OpenOrder, StoredOrder } from './journal.ts'
import type { Tables } from './journalTables.ts'

export interface ReadsParts {
  readonly db: Kysely<Tables>
  /** Runs a query; storage trouble comes out as JournalUnavailable. */
  readonly read: <T>(query: () => Promise<T>) => Promise<T>
}

/** The part of the journal that only looks. */
export type Reads = Pick<
  Journal,
  'find' | 'order' | 'jobs' | 'events' | 'openOrders' | 'audits' | 'heldLines' | 'rules'
>

/** Makes the reads of one database. */
export function createReads({ db, read }: ReadsParts): Reads {
  /** Orders with their events folded in, in the order of `ids`. */
  async function load(ids: readonly string[]): Promise<StoredOrder[]> {
    const rows = await db
      .selectFrom('orders')
      .innerJoin('order_states', 'order_states.order_id', 'orders.order_id')
      .select(['orders.order_id', 'snapshot', 'tracking_token', 'lifecycle'])
      .where('orders.order_id', 'in', ids)
      .execute()
    const events = groupBy(
      await db
        .selectFrom('events')
        .select(['order_id', 'event'])
        .where('order_id', 'in', ids)
        .orderBy('order_id')
        .orderBy('seq')
        .execute(),
      (row) => row.order_id,
    )
    const orders = new Map(
      rows.map((row) => {
        const snapshot = JSON.parse(row.snapshot) as OrderSnapshot
        const past = (events.get(row.order_id) ?? []).map(({ event }) => JSON.parse(event) as OrderEvent)
        const lifecycle = JSON.parse(row.lifecycle) as LifecycleSnapshot
        const order: StoredOrder = {
          snapshot,
          trackingToken: row.tracking_token,
          view: past.reduce(fold, newOrderView(snapshot)),
          lifecycle: isCurrent(lifecycle) ? lifecycle : replay(past),
        }
        return [row.order_id, order]
      }),
    )
    return ids.flatMap((id) => orders.get(id) ?? [])
  }

  async function loadJobs(ids: readonly string[]): Promise<Map<string, JobRecord[]>> {
    const rows = await db
      .selectFrom('jobs')
      .selectAll()
      .where('order_id', 'in', ids)
      .orderBy('order_id')
      .orderBy('op')
      .execute()
    return groupBy(
      rows.map((row): JobRecord => ({
        jobOrder: JSON.parse(row.job_order) as JobOrder,
        lineId: row.line_id,
        handOver: row.hand_over as JobRecord['handOver'],
        attempt: row.attempt,
        cleared: row.cleared === 1,
        ...(row.job_state !== null && { jobState: row.job_state as NonNullable<JobRecord['jobState']> }),
        ...(row.detail !== null && { detail: row.detail }),
      })),
      (job) => job.jobOrder.orderId,
    )
  }

  /** Ids of open orders, oldest first. Job orders that were taken off again or refused keep no order open. */
  async function openIds(of?: Holder): Promise<readonly string[]> {
    const unfinished = db.selectFrom('order_states').select('order_id').where('finished', '=', 0)
    const offTheLine = ['withdrawn', 'refused']
    const left = db.selectFrom('jobs').select('order_id').where('cleared', '=', 0)
    // planned and never sent: of a finished order nothing is left to do
    const sent = left.where('hand_over', 'not in', [...offTheLine, 'planned'])
    const rows = await db
      .selectFrom('orders')
      .select('order_id')
      .where((eb) => {
        const isUnfinished = eb('order_id', 'in', unfinished)
        if (of === undefined) return eb.or([isUnfinished, eb('order_id', 'in', sent)])
        if ('onNoneOf' in of) {
          if (of.onNoneOf.length === 0) return isUnfinished
          const onOne = eb
            .selectFrom('jobs')
            .select('order_id')
            .whereRef('jobs.order_id', '=', 'orders.order_id')
            .where('hand_over', 'not in', offTheLine)
            .where('line_id', 'in', of.onNoneOf)
          return eb.and([isUnfinished, eb.not(eb.exists(onOne))])
        }
        const here = left.where('line_id', '=', of.lineId).where('hand_over', 'not in', offTheLine)
        return eb.or([
          eb.and([isUnfinished, eb('order_id', 'in', here)]),
          eb('order_id', 'in', sent.where('line_id', '=', of.lineId)),
        ])
      })
      .orderBy('ordered_at')
      .orderBy('order_id')
      .execute()
    return rows.map((row) => row.order_id)
  }

  return {
    find: (orderId, bodyDigest) =>
      read(async () => {
        const row = await db
          .selectFrom('orders')
          .select('body_digest')
          .where('order_id', '=', orderId)
          .executeTakeFirst()
        if (row === undefined) return undefined
        if (row.body_digest !== bodyDigest) return { outcome: 'reused' }
        const [order] = await load([orderId])
        return { outcome: 'known', order: order! }
      }),

    order: (orderId) => read(async () => (await load([orderId]))[0]),

    jobs: (orderId) => read(async () => (await loadJobs([orderId])).get(orderId) ?? []),

    events: (orderId, afterSeq) =>
      read(async () => {
        const rows = await db
          .selectFrom('events')
          .select('event')
          .where('order_id', '=', orderId)
          .where('seq', '>', afterSeq)
          .orderBy('seq')
          .execute()
        return rows.map((row) => JSON.parse(row.event) as OrderEvent)
      }),

    openOrders: (of) =>
      read(async () => {
        const ids = await openIds(of)
        const open: OpenOrder[] = []
        for (let i = 0; i < ids.length; i += 500) {
          const some = ids.slice(i, i + 500)
          const jobs = await loadJobs(some)
          for (const order of await load(some))
            open.push({ ...order, jobs: jobs.get(order.snapshot.orderId) ?? [] })
        }
        return open
      }),

    audits: (lineId, limit, before) =>
      read(async () => {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .where('line_id', '=', lineId)
          .where('position', '<', before ?? Number.MAX_SAFE_INTEGER)
          .orderBy('position', 'desc')
          .limit(limit)
          .execute()
        return rows.map(({ position, at, method, job_order_id, user_name, thumbprint, result }) => ({
          // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- PostgreSQL gives a bigint as text
          position: Number(position),
          at,
          method,
          ...(job_order_id !== null && { jobOrderId: job_order_id }),
          user: user_name,
          thumbprint,
          result,
        }))
      }),

    heldLines: () =>
      read(async () =>
        (await db.selectFrom('lines').select('line_id').where('held', '=', 1).execute()).map(
          (row) => row.line_id,
        ),
      ),

    rules: (rulesHash) =>
      read(
        async () =>
          (await db.selectFrom('rules').select('json').where('rules_hash', '=', rulesHash).executeTakeFirst())
            ?.json,
      ),
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}
