/**
 * Group commit. Writes wait in a queue; one batch at a time becomes one transaction: read the states of all orders it
 * touches, decide in memory what each write means, append everything with a few multi-row statements, commit, answer.
 *
 * A batch that fails because of the world (`unavailable`) answers all its writes so. A batch that fails for any other
 * reason is taken apart and committed write by write, so that one bad write spoils no other.
 */
import { isCurrent, judge, newLifecycle, replay } from '@lot-one/rules'
import type { LifecycleSnapshot, OrderEvent, OrderFact } from '@lot-one/rules'
import type { Insertable, Kysely, Transaction } from 'kysely'
import type { JobRecord } from './jobOrder.ts'
import type { NewOrder, Unavailable } from './journal.ts'
import type { Engine, Tables } from './journalTables.ts'

/** One thing to make durable. */
export type Write =
  | { readonly do: 'accept'; readonly order: NewOrder }
  | {
      readonly do: 'record'
      readonly orderId: string
      readonly facts: readonly OrderFact[]
      readonly jobs: readonly JobRecord[]
    }
  | { readonly do: 'run'; readonly run: (tx: Transaction<Tables>) => Promise<unknown> }

/** What became of it. `accepted`, `known` and `recorded` are durable. */
export type Written =
  | {
      readonly outcome: 'accepted' | 'recorded'
      readonly events: readonly OrderEvent[]
      readonly lifecycle: LifecycleSnapshot
    }
  | { readonly outcome: 'known' | 'reused' | 'done' }
  | Unavailable

interface Waiting {
  readonly write: Write
  readonly resolve: (written: Written) => void
  readonly reject: (error: unknown) => void
}

/** An order's state while a batch is being decided. */
interface Standing {
  seq: number
  lifecycle: LifecycleSnapshot
  readonly bodyDigest: string
  /** Already written; an update is needed, not an insert. */
  readonly stored: boolean
}

const finalStates: ReadonlySet<string> = new Set(['completed', 'cancelled'])
/** Everything is decided and written in one go, so a batch is bounded: a late joiner waits for one commit, not for a minute. */
const maxBatch = 512

export interface CommitterParts {
  readonly db: Kysely<Tables>
  readonly engine: Engine
  readonly now: () => Date
  /** Says why the world refused, or undefined for a bug. */
  readonly unavailable: (error: unknown) => string | undefined
  /** Called in the order of commits, after the answers. */
  readonly onDurable: (events: readonly OrderEvent[]) => void
  /** Intake beyond this many waiting writes is refused as `unavailable`; records of lines are never refused. */
  readonly maxWaiting: number
}

/** Makes the one writer of a journal. */
export function createCommitter(parts: CommitterParts) {
  const { db, engine, now, unavailable, onDurable, maxWaiting } = parts
  let queue: Waiting[] = []
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    // one turn of the event loop: requests that were read together share the first commit too
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatch)
      queue = queue.slice(maxBatch)
      await commit(batch)
    }
    running = undefined
  }

  async function commit(batch: readonly Waiting[], attempt = 1): Promise<void> {
    let answers: readonly Written[]
    try {
      answers = await db.transaction().execute((tx) => writeAll(tx, batch))
    } catch (error) {
      if (attempt < 5 && isOvertaken(error)) return commit(batch, attempt + 1)
      const reason = unavailable(error)
      if (reason !== undefined) answers = batch.map(() => ({ outcome: 'unavailable', reason }))
      else if (batch.length === 1) return batch[0]!.reject(error)
      else {
        for (const one of batch) await commit([one])
        return
      }
    }
    const events: OrderEvent[] = []
    batch.forEach(({ resolve }, i) => {
      const answer = answers[i]!
      resolve(answer)
      if ('events' in answer) events.push(...answer.events)
    })
    if (events.length > 0) onDurable(events)
  }

  async function writeAll(tx: Transaction<Tables>, batch: readonly Waiting[]): Promise<readonly Written[]> {
    const at = now().toISOString()
    const standings = await readStandings(tx, batch)
    const rows = newRows()
    const answers: Written[] = []
    for (const { write } of batch) {
      if (write.do === 'run') {
        await write.run(tx)
        answers.push({ outcome: 'done' })
      } else answers.push(decide(write, standings, rows, at))
    }
    if (rows.orders.length > 0) await insertOrders(tx, rows)
    await append(tx, rows, standings)
    return answers
  }

  async function readStandings(
    tx: Transaction<Tables>,
    batch: readonly Waiting[],
  ): Promise<Map<string, Standing>> {
    const ids = new Set<string>()
    for (const { write } of batch) {
      if (write.do === 'accept') ids.add(write.order.snapshot.orderId)
      else if (write.do === 'record') ids.add(write.orderId)
    }
    const standings = new Map<string, Standing>()
    if (ids.size === 0) return standings
    let query = tx
      .selectFrom('order_states')
      .innerJoin('orders', 'orders.order_id', 'order_states.order_id')
      .select(['order_states.order_id', 'order_states.seq', 'order_states.lifecycle', 'orders.body_digest'])
      .where('order_states.order_id', 'in', [...ids])
    // Several bridges on one database: take the rows in one order, so that two batches cannot wait for each other.
    if (engine === 'postgres') query = query.orderBy('order_states.order_id').forUpdate('order_states')
    for (const row of await query.execute()) {
      const lifecycle = JSON.parse(row.lifecycle) as LifecycleSnapshot
      standings.set(row.order_id, {
        seq: row.seq,
        lifecycle: isCurrent(lifecycle) ? lifecycle : await rebuild(tx, row.order_id),
        bodyDigest: row.body_digest,
        stored: true,
      })
    }
    return standings
  }

  return {
    /** Queues a write; resolves when its batch is on disk. */
    write(write: Write): Promise<Written> {
      if (write.do === 'accept' && queue.length >= maxWaiting) {
        return Promise.resolve({
          outcome: 'unavailable',
          reason: `${queue.length} writes are waiting for the disk`,
        })
      }
      return new Promise((resolve, reject) => {
        queue.push({ write, resolve, reject })
        running ??= drain()
      })
    },
    /** Resolves when everything asked so far has been answered. */
    async idle(): Promise<void> {
      while (running !== undefined) await running
    },
  }
}

interface Rows {
  readonly orders: Insertable<Tables['orders']>[]
  readonly customers: Insertable<Tables['customers']>[]
  readonly events: Insertable<Tables['events']>[]
  /** By job order id: the last state in a batch wins. */
  readonly jobs: Map<string, Insertable<Tables['jobs']>>
  readonly touched: Set<string>
}

function newRows(): Rows {
  return { orders: [], customers: [], events: [], jobs: new Map(), touched: new Set() }
}

const acceptedFact: OrderFact = { kind: 'accepted' }
const acceptedLifecycle = judge(newLifecycle(), acceptedFact)

/** Says what one write means after those before it in the batch, and adds its rows. */
function decide(
  write: Exclude<Write, { do: 'run' }>,
  standings: Map<string, Standing>,
  rows: Rows,
  at: string,
): Written {
  if (write.do === 'record') {
    const standing = standings.get(write.orderId)
    if (standing === undefined)
      throw new Error(`No order ${write.orderId}: accept it before recording facts about it`)
    const events = write.facts.map((fact): OrderEvent => {
      standing.lifecycle = judge(standing.lifecycle, fact)
      standing.seq += 1
      return addEvent(rows, {
        orderId: write.orderId,
        seq: standing.seq,
        at,
        state: standing.lifecycle.state,
        ...fact,
      })
    })
    if (events.length > 0) rows.touched.add(write.orderId)
    for (const job of write.jobs) rows.jobs.set(job.jobOrder.jobOrderId, jobRow(job))
    return { outcome: 'recorded', events, lifecycle: standing.lifecycle }
  }
  const { snapshot, bodyDigest, trackingToken, customer } = write.order
  const { orderId } = snapshot
  const before = standings.get(orderId)
  if (before !== undefined) return { outcome: before.bodyDigest === bodyDigest ? 'known' : 'reused' }
  standings.set(orderId, { seq: 1, lifecycle: acceptedLifecycle, bodyDigest, stored: false })
  rows.orders.push({
    order_id: orderId,
    ordered_at: snapshot.orderedAt,
    product_id: snapshot.productId,
    rules_hash: snapshot.rulesHash,
    snapshot: JSON.stringify(snapshot),
    body_digest: bodyDigest,
    tracking_token: trackingToken,
  })
  rows.customers.push({ order_id: orderId, customer: JSON.stringify(customer) })
  rows.touched.add(orderId)
  const event = addEvent(rows, { orderId, seq: 1, at, state: acceptedLifecycle.state, kind: 'accepted' })
  return { outcome: 'accepted', events: [event], lifecycle: acceptedLifecycle }
}

function addEvent(rows: Rows, event: OrderEvent): OrderEvent {
  const { orderId, seq, kind, at } = event
  rows.events.push({ order_id: orderId, seq, kind, at, event: JSON.stringify(event) })
  return event
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

const overtaken = 'OVERTAKEN'

/**
 * Another process was faster: it took the same order id between our look and our insert, or PostgreSQL broke a tie
 * (serialization_failure 40001, deadlock_detected 40P01). Decided again, with what it wrote in view, the batch comes out right.
 */
function isOvertaken(error: unknown): boolean {
  return [overtaken, '40001', '40P01'].includes(String((error as { code?: unknown }).code))
}

/** Few enough that no statement has more parameters than SQLite (32,766) or PostgreSQL (65,535) take. */
const rowsPerStatement = 2000

function* chunks<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < rows.length; i += rowsPerStatement) yield rows.slice(i, i + rowsPerStatement)
}

async function insertOrders(tx: Transaction<Tables>, rows: Rows): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('orders')
    .values(rows.orders)
    .onConflict((c) => c.column('order_id').doNothing())
    .executeTakeFirstOrThrow()
  if (Number(numInsertedOrUpdatedRows) !== rows.orders.length) {
    throw Object.assign(
      new Error('An order of this batch was accepted by another process at the same time'),
      { code: overtaken },
    )
  }
  await tx.insertInto('customers').values(rows.customers).execute()
}

async function append(
  tx: Transaction<Tables>,
  rows: Rows,
  standings: ReadonlyMap<string, Standing>,
): Promise<void> {
  for (const some of chunks(rows.events)) await tx.insertInto('events').values(some).execute()
  if (rows.touched.size > 0) {
    await tx
      .insertInto('order_states')
      .values([...rows.touched].map((orderId) => stateRow(orderId, standings.get(orderId)!)))
      .onConflict((c) =>
        c.column('order_id').doUpdateSet((eb) => ({
          seq: eb.ref('excluded.seq'),
          state: eb.ref('excluded.state'),
          finished: eb.ref('excluded.finished'),
          machine_id: eb.ref('excluded.machine_id'),
          machine_version: eb.ref('excluded.machine_version'),
          lifecycle: eb.ref('excluded.lifecycle'),
        })),
      )
      .execute()
  }
  for (const some of chunks([...rows.jobs.values()])) {
    await tx
      .insertInto('jobs')
      .values(some)
      .onConflict((c) =>
        c.column('job_order_id').doUpdateSet((eb) => ({
          line_id: eb.ref('excluded.line_id'),
          hand_over: eb.ref('excluded.hand_over'),
          attempt: eb.ref('excluded.attempt'),
          job_state: eb.ref('excluded.job_state'),
          cleared: eb.ref('excluded.cleared'),
          detail: eb.ref('excluded.detail'),
          job_order: eb.ref('excluded.job_order'),
        })),
      )
      .execute()
  }
}

function stateRow(orderId: string, { seq, lifecycle }: Standing): Insertable<Tables['order_states']> {
  return {
    order_id: orderId,
    seq,
    state: lifecycle.state,
    finished: finalStates.has(lifecycle.state) ? 1 : 0,
    machine_id: lifecycle.machineId,
    machine_version: lifecycle.version,
    lifecycle: JSON.stringify(lifecycle),
  }
}

async function rebuild(tx: Kysely<Tables>, orderId: string): Promise<LifecycleSnapshot> {
  const rows = await tx
    .selectFrom('events')
    .select('event')
    .where('order_id', '=', orderId)
    .orderBy('seq')
    .execute()
  return replay(rows.map((row) => JSON.parse(row.event) as OrderEvent))
}
