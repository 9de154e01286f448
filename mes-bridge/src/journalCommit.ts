/**
 * Group commit. Writes wait in a queue; one batch at a time becomes one transaction: read the states of the orders it reports
 * about, decide in memory what each write means, append everything with a few multi-row statements, commit, answer.
 *
 * New orders need no look before: their rows are simply inserted. Only when one of them turns out to be there (it was posted twice
 * at once, or its first answer was lost) the batch is taken back and written again, leaving out what is there. So a batch of orders
 * is one answer from the storage thread and one fsync.
 *
 * A batch that fails because of the world (`unavailable`) answers all its writes so. A batch that fails for any other
 * reason is taken apart and committed write by write, so that one bad write spoils no other.
 */
import { isCurrent, replay } from '@lot-one/rules'
import type { LifecycleSnapshot, OrderEvent } from '@lot-one/rules'
import type { CompiledQuery, Kysely } from 'kysely'
import { createInserts } from './journalInserts.ts'
import { append, decide, firstRows, insertOrders, newRows } from './journalRows.ts'
import type { Standing, Write, Written } from './journalRows.ts'
import type { Engine, Tables } from './journalTables.ts'

/**
 * Gives what is to be written after the rows of the reads, in their order; in pieces that are made when they are asked for, one
 * after the other, so that the first can be on their way while the next are made. Called once for each transaction.
 */
export type Decide = (
  read: readonly (readonly unknown[])[],
) => Promise<readonly (() => readonly CompiledQuery[])[]>

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
  const inserts = createInserts(db, engine, firstRows)
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

  async function commit(batch: readonly Waiting[], mayBeThere = false, attempt = 1): Promise<void> {
    let answers: readonly Written[]
    try {
      answers = await writeAll(batch, mayBeThere)
    } catch (error) {
      if (!mayBeThere && isThere(error)) return commit(batch, true, attempt)
      if (attempt < 5 && isTie(error)) return commit(batch, mayBeThere, attempt + 1)
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

  /**
   * Orders go in as soon as some are ready; what is known of those that are there is written once, at the end.
   * @param mayBeThere leave out new orders that are there, instead of failing at them
   */
  async function writeAll(batch: readonly Waiting[], mayBeThere: boolean): Promise<readonly Written[]> {
    const records = batch.flatMap(({ write }) => (write.do === 'record' ? [write] : []))
    const reported = new Set(records.map(({ orderId }) => orderId))
    const fenced = new Set(records.flatMap(({ guard }) => guard?.fences.map(({ lease }) => lease) ?? []))
    const reads = [
      // before the orders: whoever takes a line over waits for this batch, and this batch for nobody
      ...(fenced.size > 0 ? [epochsOf([...fenced])] : []),
      ...(reported.size > 0 ? [standingsOf([...reported])] : []),
    ]
    const rows = newRows(now().toISOString())
    const answers: Written[] = []
    /** Where in the results of the statements the ids of new orders are, and where those of `run` begin. */
    const newOrders: number[] = []
    let ran = 0
    const results = await transact(reads, async (read) => {
      const epochs = new Map(
        (fenced.size > 0 ? (read[0] as readonly EpochRow[]) : []).map((row) => [row.lease_id, row.epoch]),
      )
      const standings = await readStandings((read[reads.length - 1] ?? []) as readonly StandingRow[])
      return pieces(batch, engine).map((piece, n, all) => () => {
        for (const { write } of piece) answers.push(decide(write, epochs, standings, rows))
        const { orders, ofOrders } = insertOrders(inserts, rows, mayBeThere)
        newOrders.push(...orders.map((_, index) => ran + index))
        ran += orders.length + ofOrders.length
        const rest = n === all.length - 1 ? [...rows.queries, ...append(inserts, rows, standings)] : []
        return [...orders, ...ofOrders, ...rest]
      })
    })
    const isIn = mayBeThere
      ? new Set(
          newOrders.flatMap((index) => results[index] as { order_id: string }[]).map((row) => row.order_id),
        )
      : undefined
    return answers.map((answer, i) => {
      const write = batch[i]?.write
      if (answer.outcome === 'done' && write?.do === 'run') {
        const ofQueries = results.slice(ran, ran + write.queries.length)
        ran += write.queries.length
        return { outcome: 'done', rows: ofQueries }
      }
      const wasThere =
        answer.outcome === 'accepted' &&
        write?.do === 'accept' &&
        isIn?.has(write.order.snapshot.orderId) === false
      return wasThere ? { outcome: 'present' } : answer
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

/**
 * A batch in the pieces it is written in. SQLite: the first are small, so that its thread soon has something to do. PostgreSQL:
 * whoever takes rows in one order for the whole batch waits for nobody who waits for him.
 */
function pieces<T>(batch: readonly T[], engine: Engine): readonly (readonly T[])[] {
  const all: (readonly T[])[] = []
  let size = engine === 'sqlite' ? 4 : maxBatch
  for (let from = 0; from < batch.length; size = Math.min(2 * size, 64)) {
    all.push(batch.slice(from, from + size))
    from += size
  }
  return all
}

/** A row with this key is there already (unique_violation). */
function isThere(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code)
  return code.startsWith('SQLITE_CONSTRAINT') || code === '23505'
}

/** PostgreSQL broke a tie between two processes (serialization_failure, deadlock_detected): decided again it comes out right. */
function isTie(error: unknown): boolean {
  return ['40001', '40P01'].includes(String((error as { code?: unknown }).code))
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
