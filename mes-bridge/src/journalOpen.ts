/** Opens the order log on the database it is given: one set of queries, the embedded SQLite or a PostgreSQL server. */
import { createHash } from 'node:crypto'
import { fold, newOrderView } from '@lot-one/rules'
import type { OrderEvent } from '@lot-one/rules'
import { Kysely, Migrator } from 'kysely'
import { JournalUnavailable } from './journal.ts'
import type { Journal, Unavailable } from './journal.ts'
import { createBridges } from './journalBridges.ts'
import type { BridgesParts } from './journalBridges.ts'
import { createPictures } from './journalPictures.ts'
import { createCommitter } from './journalCommit.ts'
import type { Transact } from './journalCommit.ts'
import {
  followPostgres,
  forgetReceipts,
  hasty,
  openPostgres,
  patient,
  postgresUnavailable,
} from './journalPostgres.ts'
import { createReads } from './journalReads.ts'
import type { Written } from './journalRows.ts'
import { openSqlite, sqliteUnavailable } from './journalSqlite.ts'
import { migrations } from './journalTables.ts'
import type { Engine, Tables } from './journalTables.ts'

/** Where the journal lies, and the world it needs. */
export interface JournalStart {
  readonly storage:
    | {
        readonly engine: 'sqlite'
        readonly folder: string
        readonly workerFile: URL
        readonly pid: number
        readonly maxPages?: number
      }
    | { readonly engine: 'postgres'; readonly url: string }
  readonly now: () => Date
  /** Trouble that passes by itself, one line each. */
  readonly warn: (message: string) => void
  /** Intake beyond this many waiting writes is refused as unavailable. */
  readonly maxWaiting?: number
}

/** 64 KiB, the largest body taken, that no database can make smaller: where this fits, every order does. */
const largestOrder = Array.from({ length: 1_024 }, (_, i) =>
  createHash('sha384').update(String(i)).digest('base64'),
).join('')

/**
 * Opens the journal, brings its tables up to date and takes the data folder (SQLite) for this process.
 * @throws with a sentence for the operator when the folder is in use or the database cannot be reached.
 */
export async function openJournal({ storage, now, warn, maxWaiting = 4096 }: JournalStart): Promise<Journal> {
  const { engine } = storage
  const unavailable = engine === 'sqlite' ? sqliteUnavailable : postgresUnavailable
  const listeners = new Set<(event: OrderEvent) => void>()
  const closing: (() => Promise<void>)[] = []
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close()
  }

  async function connect(
    role: 'write' | 'read' | 'leases',
  ): Promise<{ db: Kysely<Tables>; transact: Transact }> {
    if (storage.engine === 'postgres') {
      const server = openPostgres(storage.url, warn, role === 'leases' ? hasty : patient)
      const db = new Kysely<Tables>({ dialect: server.dialect })
      closing.push(async () => {
        await db.destroy()
        await server.close()
      })
      return { db, transact: server.transact }
    }
    const { folder, workerFile, pid, maxPages } = storage
    const start = {
      folder,
      role: role === 'read' ? role : ('write' as const),
      pid,
      ...(maxPages !== undefined && { maxPages }),
    }
    const { dialect, transact, close } = await openSqlite(workerFile, start)
    closing.push(close)
    return { db: new Kysely<Tables>({ dialect }), transact }
  }

  const writer = await connect('write')
  try {
    await migrate(writer.db, engine)
    if (engine === 'postgres') await forgetReceipts(writer.db)
  } catch (error) {
    await closeAll()
    throw error
  }
  // SQLite reads on a thread of its own: a slow disk holds up commits, not shoppers who look
  const { db } = engine === 'sqlite' ? await connect('read') : writer

  function deliver(events: readonly OrderEvent[]): void {
    for (const event of events) for (const listener of listeners) listener(event)
  }

  const others =
    storage.engine === 'postgres'
      ? await followPostgres({ url: storage.url, db, deliver, onNews: () => bridges.heard(), warn })
      : { wrote: deliver, tellNews: () => {}, close: async () => {} }
  const committer = createCommitter({
    db,
    transact: writer.transact,
    engine,
    now,
    unavailable,
    onDurable: others.wrote,
    maxWaiting,
  })

  const runInCommit: BridgesParts['run'] = async (queries) => {
    const written = await committer.write({ do: 'run', queries })
    if (written.outcome === 'unavailable') return written
    return { rows: 'rows' in written ? written.rows : [] }
  }
  // leases have connections of their own: big batches and long reads must not keep them waiting
  const leases = engine === 'postgres' ? await connect('leases') : undefined
  const runForBridges: BridgesParts['run'] = async (queries) => {
    try {
      if (leases) return { rows: await leases.transact([], async () => [() => queries]) }
      return await runInCommit(queries)
    } catch (error) {
      const reason = unavailable(error)
      if (reason === undefined) throw error
      return { outcome: 'unavailable', reason }
    }
  }
  const bridges = createBridges({ db, engine, run: runForBridges, tell: others.tellNews })

  async function read<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query()
    } catch (error) {
      const reason = unavailable(error)
      throw reason === undefined ? error : new JournalUnavailable(reason, { cause: error })
    }
  }

  const reads = createReads({ db, read })

  const done = (written: Written): { readonly outcome: 'recorded' } | Unavailable =>
    written.outcome === 'unavailable' ? written : { outcome: 'recorded' }

  async function holdLine(
    lineId: string,
    held: boolean,
  ): Promise<{ readonly outcome: 'recorded' } | Unavailable> {
    const row = { line_id: lineId, held: held ? 1 : 0 }
    const upsert = { held: row.held }
    const written = done(
      await committer.write({
        do: 'run',
        queries: [
          db
            .insertInto('lines')
            .values(row)
            .onConflict((c) => c.column('line_id').doUpdateSet(upsert))
            .compile(),
        ],
      }),
    )
    if (written.outcome === 'recorded') others.tellNews()
    return written
  }

  return {
    async accept(order) {
      const written = await committer.write({ do: 'accept', order })
      if (written.outcome === 'accepted') {
        const { snapshot, trackingToken } = order
        const view = written.events.reduce(fold, newOrderView(snapshot))
        return { outcome: 'accepted', order: { snapshot, trackingToken, view, lifecycle: written.lifecycle } }
      }
      if (written.outcome === 'unavailable') return written
      try {
        const present = await reads.find(order.snapshot.orderId, order.bodyDigest)
        if (present === undefined) throw new Error(`Order ${order.snapshot.orderId} was there and is not`)
        return present
      } catch (error) {
        if (error instanceof JournalUnavailable) return { outcome: 'unavailable', reason: error.message }
        throw error
      }
    },

    ...reads,

    async record(orderId, facts, jobs = [], guard) {
      const written = await committer.write({
        do: 'record',
        orderId,
        facts,
        jobs,
        ...(guard !== undefined && { guard }),
      })
      switch (written.outcome) {
        case 'unavailable':
          return written
        case 'fenced':
        case 'overtaken':
          return { outcome: written.outcome }
        default:
          return { outcome: 'recorded', events: 'events' in written ? written.events : [] }
      }
    },

    follow(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    async audit({ lineId, method, jobOrderId, user, thumbprint, result }) {
      const row = {
        at: now().toISOString(),
        line_id: lineId,
        method,
        job_order_id: jobOrderId ?? null,
        user_name: user,
        thumbprint,
        result,
      }
      return done(
        await committer.write({ do: 'run', queries: [db.insertInto('audit').values(row).compile()] }),
      )
    },

    holdLine,

    bridges,

    pictures: createPictures({ db, now, run: runInCommit, read }),

    async keepRules(rulesHash, json) {
      const row = { rules_hash: rulesHash, kept_at: now().toISOString(), json }
      return done(
        await committer.write({
          do: 'run',
          queries: [
            db
              .insertInto('rules')
              .values(row)
              .onConflict((c) => c.column('rules_hash').doNothing())
              .compile(),
          ],
        }),
      )
    },

    async probe() {
      // as much as the largest order, written for real and taken back in the same transaction
      const row = { rules_hash: 'probe', kept_at: now().toISOString(), json: largestOrder }
      const written = await committer.write({
        do: 'run',
        queries: [
          db.insertInto('rules').values(row).compile(),
          db.deleteFrom('rules').where('rules_hash', '=', row.rules_hash).compile(),
        ],
      })
      if (written.outcome === 'unavailable') return written
      try {
        await reads.heldLines()
        return { outcome: 'ready' }
      } catch (error) {
        if (error instanceof JournalUnavailable) return { outcome: 'unavailable', reason: error.message }
        throw error
      }
    },

    async close() {
      await committer.idle()
      await others.close()
      await closeAll()
    },
  }
}

async function migrate(db: Kysely<Tables>, engine: Engine): Promise<void> {
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => migrations(engine) },
  }).migrateToLatest()
  if (error !== undefined) {
    throw new Error(`The order log could not be brought up to date: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
