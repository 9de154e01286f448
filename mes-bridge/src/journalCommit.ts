/**
 * Group commit. Writes wait in a queue; one batch at a time becomes one transaction: read the states of the orders it reports
 * about, decide in memory what each write means, append everything with a few multi-row statements, commit, answer.
 *
 * New orders need no look before: their rows are inserted unless they are there, and what was there already is looked up after
 * the commit. So a batch of orders is one message to the storage thread and one fsync.
 *
 * A batch that fails because of the world (`unavailable`) answers all its writes so. A batch that fails for any other
 * reason is taken apart and committed write by write, so that one bad write spoils no other.
 */
import { isCurrent, judge, newLifecycle, replay } from '@lot-one/rules'
import type { LifecycleSnapshot, OrderEvent, OrderFact } from '@lot-one/rules'
import type { CompiledQuery, Insertable, Kysely } from 'kysely'
import type { JobRecord } from './jobOrder.ts'
import type { Guard, NewOrder, Unavailable } from './journal.ts'
import { createInserts } from './journalInserts.ts'
import type { Inserts } from './journalInserts.ts'
import type { Engine, Tables } from './journalTables.ts'

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

/**
 * Gives what is to be written after the rows of the reads, in their order; in pieces, so that the first can be on their way while
 * the next are made. Called once for each transaction.
 */
export type Decide = (read: readonly (readonly unknown[])[]) => Promise<Iterable<readonly CompiledQuery[]>>

/**
 * One transaction: reads, then writes, then commit; gives the rows of each write. Nothing of it is written if it rejects
 * (or, when a connection was lost during the commit and nobody could be asked what came of it, all of it).
 */
export type Transact = (
  reads: readonly CompiledQuery[],
  decide: Decide,
) => Promise<readonly (readonly unknown[])[]>

interface Waiting {
  readonly write: Write
  readonly resolve: (written: Written) => void
  readonly reject: (error: unknown) => void
}

/** An order's state while a batch is being decided. */
interface Standing {
  seq: number
  lifecycle: LifecycleSnapshot
}

const finalStates: ReadonlySet<string> = new Set(['completed', 'cancelled'])
/** Everything is decided and written in one go, so a batch is bounded: a late joiner waits for one commit, not for a minute. */
const maxBatch = 512

export interface CommitterParts {
  /** Compiles the statements; reads what a stale snapshot must be rebuilt from. */
  readonly db: Kysely<Tables>
  readonly transact: Transact
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
  const { db, transact, engine, now, unavailable, onDurable, maxWaiting } = parts
  const inserts = createInserts(db, engine)
  // PostgreSQL: whoever takes rows in one order for the whole batch waits for nobody who waits for him
  const pieceSize = engine === 'sqlite' ? 32 : maxBatch
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
      answers = await writeAll(batch)
    } catch (error) {
      if (attempt < 5 && isTie(error)) return commit(batch, attempt + 1)
      const reason = unavailable(error)
      const [first] = batch
      if (reason !== undefined) answers = batch.map(() => ({ outcome: 'unavailable', reason }))
      else if (batch.length === 1 && first !== undefined) return first.reject(error)
      else {
        for (const one of batch) await commit([one])
        return
      }
    }
    const events: OrderEvent[] = []
    for (const [i, answer] of answers.entries()) {
      batch[i]?.resolve(answer)
      if ('events' in answer) events.push(...answer.events)
    }
    if (events.length > 0) onDurable(events)
  }

  /** Orders go in as soon as some are ready; what is known of those that are there is written once, at the end. */
  async function writeAll(batch: readonly Waiting[]): Promise<readonly Written[]> {
    const at = now().toISOString()
    const records = batch.flatMap(({ write }) => (write.do === 'record' ? [write] : []))
    const reported = new Set(records.map(({ orderId }) => orderId))
    const fenced = new Set(records.flatMap(({ guard }) => guard?.fences.map(({ lease }) => lease) ?? []))
    const reads = [
      // before the orders: whoever takes a line over waits for this batch, and this batch for nobody
      ...(fenced.size > 0 ? [epochsOf([...fenced])] : []),
      ...(reported.size > 0 ? [standingsOf([...reported])] : []),
    ]
    const answers: Written[] = []
    /** Where in the results of the statements the ids of new orders are, and where those of `run` begin. */
    const newOrders: number[] = []
    let ran = 0
    function* statements(
      rows: Rows,
      epochs: ReadonlyMap<string, number>,
      standings: ReadonlyMap<string, Standing>,
    ): Iterable<readonly CompiledQuery[]> {
      for (let from = 0; from < batch.length; from += pieceSize) {
        for (const { write } of batch.slice(from, from + pieceSize))
          answers.push(decide(write, epochs, standings, rows))
        const { orders, ofOrders } = insertOrders(inserts, rows)
        newOrders.push(...orders.map((_, index) => ran + index))
        ran += orders.length + ofOrders.length
        yield [...orders, ...ofOrders]
      }
      yield [...rows.queries, ...append(inserts, rows, standings)]
    }
    const results = await transact(reads, async (read) => {
      const epochs = new Map(
        (fenced.size > 0 ? (read[0] as readonly EpochRow[]) : []).map((row) => [row.lease_id, row.epoch]),
      )
      const standings = await readStandings((read[reads.length - 1] ?? []) as readonly StandingRow[])
      return statements(newRows(at), epochs, standings)
    })
    const inserted = new Set(
      newOrders.flatMap((index) => results[index] as { order_id: string }[]).map((row) => row.order_id),
    )
    return answers.map((answer, i) => {
      const write = batch[i]?.write
      if (answer.outcome === 'done' && write?.do === 'run') {
        const rows = results.slice(ran, ran + write.queries.length)
        ran += write.queries.length
        return { outcome: 'done', rows }
      }
      const isOld =
        answer.outcome === 'accepted' && write?.do === 'accept' && !inserted.has(write.order.snapshot.orderId)
      return isOld ? { outcome: 'present' } : answer
    })
  }

  function standingsOf(orderIds: readonly string[]): CompiledQuery {
    const query = db
      .selectFrom('order_states')
      .select(['order_id', 'seq', 'lifecycle'])
      .where('order_id', 'in', orderIds)
    // Several bridges on one database: take the rows in one order, so that two batches cannot wait for each other.
    return (engine === 'postgres' ? query.orderBy('order_id').forUpdate() : query).compile()
  }

  /** Reading an epoch holds off who would take the lease over until this batch is decided; renewing it does not wait. */
  function epochsOf(leases: readonly string[]): CompiledQuery {
    const query = db.selectFrom('leases').select(['lease_id', 'epoch']).where('lease_id', 'in', leases)
    return (engine === 'postgres' ? query.orderBy('lease_id').forKeyShare() : query).compile()
  }

  async function readStandings(rows: readonly StandingRow[]): Promise<Map<string, Standing>> {
    const standings = new Map<string, Standing>()
    for (const row of rows) {
      const lifecycle = JSON.parse(row.lifecycle) as LifecycleSnapshot
      standings.set(row.order_id, {
        seq: row.seq,
        lifecycle: isCurrent(lifecycle) ? lifecycle : await rebuild(db, row.order_id),
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

interface EpochRow {
  readonly lease_id: string
  readonly epoch: number
}

interface StandingRow {
  readonly order_id: string
  readonly seq: number
  readonly lifecycle: string
}

/** PostgreSQL broke a tie between two processes (serialization_failure, deadlock_detected): decided again it comes out right. */
function isTie(error: unknown): boolean {
  return ['40001', '40P01'].includes(String((error as { code?: unknown }).code))
}

interface Rows {
  /** Ids: of two posts of one order at once, the first is inserted and the second finds it there. */
  readonly known: Set<string>
  /** New ones that are not yet in a statement. */
  fresh: {
    readonly order: Insertable<Tables['orders']>
    readonly customer: Insertable<Tables['customers']>
  }[]
  readonly events: Insertable<Tables['events']>[]
  /** By job order id: the last state in a batch wins. */
  readonly jobs: Map<string, Insertable<Tables['jobs']>>
  readonly touched: Set<string>
  readonly queries: CompiledQuery[]
  readonly at: string
}

function newRows(at: string): Rows {
  return { known: new Set(), fresh: [], events: [], jobs: new Map(), touched: new Set(), queries: [], at }
}

const acceptedLifecycle = judge(newLifecycle(), { kind: 'accepted' })

/** Says what one write means after those before it in the batch, and adds its rows. */
function decide(
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
  })
  return { outcome: 'accepted', events: [acceptedEvent(orderId, rows.at)], lifecycle: acceptedLifecycle }
}

function acceptedEvent(orderId: string, at: string): OrderEvent {
  return { orderId, seq: 1, at, state: acceptedLifecycle.state, kind: 'accepted' }
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

/**
 * Statements that insert the fresh orders and leave those that are there as they are: `orders` give the ids of the new ones.
 * Rows go in by id, so that two processes cannot wait for each other.
 */
function insertOrders(inserts: Inserts, rows: Rows) {
  const fresh = rows.fresh.sort((a, b) => (a.order.order_id < b.order.order_id ? -1 : 1))
  rows.fresh = []
  const ids = fresh.map(({ order }) => order.order_id)
  return {
    orders: inserts.newOrders(fresh.map(({ order }) => order)),
    ofOrders: [
      ...inserts.newCustomers(fresh.map(({ customer }) => customer)),
      ...inserts.newOrderEvents(ids.map((id) => eventRow(acceptedEvent(id, rows.at)))),
      ...inserts.newOrderStates(ids.map((id) => stateRow(id, { seq: 1, lifecycle: acceptedLifecycle }))),
    ],
  }
}

/** Statements that append what is known of orders that are there. */
function append(inserts: Inserts, rows: Rows, standings: ReadonlyMap<string, Standing>): CompiledQuery[] {
  const states = [...standings].flatMap(([id, standing]) =>
    rows.touched.has(id) ? [stateRow(id, standing)] : [],
  )
  return [
    ...inserts.events(rows.events),
    ...inserts.orderStates(states),
    ...inserts.jobs([...rows.jobs.values()]),
  ]
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

async function rebuild(db: Kysely<Tables>, orderId: string): Promise<LifecycleSnapshot> {
  const rows = await db
    .selectFrom('events')
    .select('event')
    .where('order_id', '=', orderId)
    .orderBy('seq')
    .execute()
  return replay(rows.map((row) => JSON.parse(row.event) as OrderEvent))
}
