/**
 * PostgreSQL for the journal: its connections, what counts as "away for now", and following what other bridges wrote.
 *
 * Following: each process tells its own listeners after its commit, then tells the other processes by NOTIFY which orders
 * moved, over one connection kept for that (a NOTIFY inside the transaction halves the commit rate). A slow poll covers lost
 * notifications; its cursor is a transaction id below which nothing is still being written, because sequence numbers become
 * visible out of their order and `position > last` would miss rows.
 */
import { randomUUID } from 'node:crypto'
import { PostgresDialect, sql } from 'kysely'
import type { CompiledQuery, Dialect, Kysely, PostgresPoolClient } from 'kysely'
import type { OrderEvent } from '@lot-one/rules'
import pg from 'pg'
import type { Decide, Transact } from './journalCommit.ts'
import type { Tables } from './journalTables.ts'

/** How patient a pool is. */
export interface Patience {
  readonly connections: number
  /** A statement without an answer for this long is given up, and its connection with it. */
  readonly answerMs: number
  /**
   * A transaction that asks nothing for this long is ended by the server: a process that was stopped in the middle of one must
   * not hold up those who go on without it.
   */
  readonly idleMs: number
}

/** For orders: big batches on slow disks. */
export const patient: Patience = { connections: 8, answerMs: 20_000, idleMs: 2_000 }
/** For leases: whoever waits longer has lost them anyway. */
export const hasty: Patience = { connections: 2, answerMs: 2_000, idleMs: 1_000 }

/** A server: for Kysely, and the journal's transactions. */
export interface PostgresServer {
  readonly dialect: Dialect
  readonly transact: Transact
  /** Ends the connections (Kysely ends only what it has used). */
  close(): Promise<void>
}

/** Opens a pool that drops a connection once it has failed, and never waits for ever. */
export function openPostgres(
  url: string,
  warn: (message: string) => void,
  { connections, answerMs, idleMs }: Patience = patient,
): PostgresServer {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    keepAlive: true,
    connectionTimeoutMillis: Math.min(5000, answerMs),
    query_timeout: answerMs,
    statement_timeout: answerMs * 0.75,
    idle_in_transaction_session_timeout: idleMs,
    application_name: 'lot-one',
  })
  // an idle connection that dies is replaced at the next use
  pool.on('error', (error) => warn(`The database closed a connection: ${error.message}`))
  // one that dies between two statements says so at the next of them
  pool.on('connect', (client) => client.on('error', () => {}))
  const receipts = createReceipts()
  return {
    dialect: new PostgresDialect({ pool: { connect: () => checkedOut(pool), end: async () => {} } }),
    transact: (reads, decide) => transaction(pool, receipts, reads, decide),
    close: () => pool.end(),
  }
}

async function checkedOut(pool: pg.Pool): Promise<PostgresPoolClient> {
  const client = await pool.connect()
  let broken = false
  return {
    query: (async (text: string, parameters: unknown[]) => {
      try {
        return await client.query(text, parameters)
      } catch (error) {
        broken ||= postgresUnavailable(error) !== undefined
        throw error
      }
    }) as unknown as PostgresPoolClient['query'],
    release: () => client.release(broken),
  }
}

/** A transaction's own mark in the database: there as soon as it is committed, and never that of another one. */
interface Receipt {
  readonly writer: string
  readonly n: number
}

/**
 * Gives every transaction a receipt. One row of `commits` for each transaction that may be under way at a time, counted up. A
 * transaction id would not do: after a crash PostgreSQL gives those again that had not reached the disk, so that somebody else's
 * commit would pass for ours.
 */
function createReceipts() {
  const pool = randomUUID()
  const free: Receipt[] = []
  let made = 0
  return {
    take: (): Receipt => free.pop() ?? { writer: `${pool}/${++made}`, n: 1 },
    giveBack: ({ writer, n }: Receipt) => void free.push({ writer, n: n + 1 }),
  }
}

/**
 * One transaction on one connection. When the connection is lost while the commit is under way, the server is asked over another
 * one whether its receipt is there: the answer to the caller is true either way.
 */
async function transaction(
  pool: pg.Pool,
  receipts: ReturnType<typeof createReceipts>,
  reads: readonly CompiledQuery[],
  decide: Decide,
): Promise<readonly (readonly unknown[])[]> {
  const client = await pool.connect()
  const rowsOf = async (queries: readonly CompiledQuery[]) => {
    const all: (readonly unknown[])[] = []
    for (const { sql: text, parameters } of queries)
      all.push((await client.query<pg.QueryResultRow>(text, [...parameters])).rows)
    return all
  }
  const receipt = receipts.take()
  let isCommitting = false
  let written: (readonly unknown[])[] = []
  try {
    await client.query(
      `begin; insert into commits (writer, n) values ('${receipt.writer}', ${receipt.n})
       on conflict (writer) do update set n = excluded.n, at = excluded.at`,
    )
    const pieces = await decide(await rowsOf(reads))
    written = await rowsOf(pieces.flatMap((make) => make()))
    isCommitting = true
    await client.query('commit')
    client.release()
    return written
  } catch (error) {
    const isLost = postgresUnavailable(error) !== undefined
    const isClean =
      !isLost &&
      (await client.query('rollback').then(
        () => true,
        () => false,
      ))
    client.release(!isClean)
    if (isCommitting && isLost && (await isCommitted(pool, receipt))) return written
    throw error
  } finally {
    receipts.giveBack(receipt)
  }
}

/** How long the server is asked what became of a transaction whose commit was not answered. */
const fateMs = 5_000

/** Says whether a transaction was committed; false also when nobody could be asked in time. */
async function isCommitted(pool: pg.Pool, { writer, n }: Receipt): Promise<boolean> {
  for (const until = performance.now() + fateMs; ;) {
    try {
      // Writing the row waits for a transaction that has written it and has not ended; reading it would not.
      const { rows } = await pool.query<{ there: boolean }>(
        `insert into commits (writer, n) values ($1, 0)
         on conflict (writer) do update set n = commits.n returning n = $2::bigint as there`,
        [writer, n],
      )
      return rows[0]?.there === true
    } catch (error) {
      if (postgresUnavailable(error) === undefined) throw error
    }
    if (performance.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Receipts that nobody asks for any more: of processes that have ended. */
export async function forgetReceipts(db: Kysely<Tables>): Promise<void> {
  await sql`delete from commits where at < now() - interval '1 day'`.execute(db)
}

const socketErrors = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)/
/**
 * Connection, resources, operator intervention, I/O (PostgreSQL appendix A, classes 08, 53, 57, 58), read-only standby, a
 * transaction that was silent for too long (25P03), a lock that was not given (55P03).
 */
const serverErrors = /^(08|53|57|58)...$|^25006$|^25P03$|^55P03$/

/** Says why the database is away for now, or undefined when the error is a bug of ours. */
export function postgresUnavailable(error: unknown): string | undefined {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  const away =
    (typeof code === 'string' && (socketErrors.test(code) || serverErrors.test(code))) ||
    /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after)/.test(
      message,
    )
  return away ? `the database is away: ${message || String(code)}` : undefined
}

/**
 * A server that crashed gives the ids again of transactions that left nothing on its disk (they were rolled back a moment before):
 * so many are looked at twice after a lost connection. Generous: it writes what there is five times a second (wal_writer_delay).
 */
const reusedIds = 10_000

const channel = 'lot_one_events'
/** Without content: something about leases, lines or asks is there to read. */
const newsChannel = 'lot_one_news'

export interface FollowParts {
  readonly url: string
  readonly db: Kysely<Tables>
  readonly deliver: (events: readonly OrderEvent[]) => void
  /** Another bridge has left something to read (journalBridges.ts). */
  readonly onNews: () => void
  readonly warn: (message: string) => void
  readonly pollMs?: number
}

/** Starts following. `wrote` is told of every commit of this process, in order; each event is delivered once. */
export async function followPostgres({ url, db, deliver, onNews, warn, pollMs = 2000 }: FollowParts) {
  const delivered = recentlySeen(100_000)
  let client: pg.Client | undefined
  let closed = false
  let cursor = await horizon(db)
  let pollTimer: NodeJS.Timeout
  let working: Promise<unknown> = Promise.resolve()
  let telling: Promise<unknown> = Promise.resolve()

  function deliverNews(events: readonly OrderEvent[]): void {
    const news = events.filter(({ orderId, seq }) => delivered.add(`${orderId}/${seq}`))
    if (news.length > 0) deliver(news)
  }

  function deliverOnce(rows: readonly { event: string }[]): void {
    deliverNews(rows.map((row) => JSON.parse(row.event) as OrderEvent))
  }

  /** One piece of work after another; trouble is said once and the next poll tries again. */
  function enqueue(work: () => Promise<void>): Promise<unknown> {
    working = working.then(work).catch((error: unknown) => {
      if (!closed)
        warn(
          `Following the other bridges is behind: ${error instanceof Error ? error.message : String(error)}`,
        )
    })
    return working
  }

  async function poll(): Promise<void> {
    const until = await horizon(db)
    const rows = await db
      .selectFrom('events')
      .select('event')
      .where(sql<boolean>`written_by >= ${cursor}::xid8 and written_by < ${until}::xid8`)
      .orderBy('position')
      .execute()
    deliverOnce(rows)
    cursor = until
  }

  async function readOrders(orderIds: readonly string[]): Promise<void> {
    deliverOnce(
      await db
        .selectFrom('events')
        .select('event')
        .where('order_id', 'in', orderIds)
        .orderBy('order_id')
        .orderBy('seq')
        .execute(),
    )
  }

  function tell(payload: string, over = channel): void {
    telling = telling
      .then(() => client?.query('select pg_notify($1, $2)', [over, payload]))
      .catch((error: Error) => {
        if (!closed) warn(`Other bridges will see events late: ${error.message}`)
      })
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      application_name: 'lot-one-events',
    })
    let ownPid: number | undefined
    next.on('error', (error) => warn(`The database closed the event connection: ${error.message}`))
    next.on('end', () => {
      if (client === next) client = undefined
    })
    next.on('notification', (told) => {
      const { processId, payload = '' } = told
      if (processId === ownPid) return
      if (told.channel === newsChannel) onNews()
      else if (payload !== '') void enqueue(() => readOrders(payload.split(' ')))
    })
    await next.connect()
    const { rows } = await next.query<{ pid: number }>('select pg_backend_pid() as pid')
    ownPid = rows[0]?.pid
    await next.query(`listen ${channel}; listen ${newsChannel}`)
    client = next
  }

  async function tick(): Promise<void> {
    await enqueue(async () => {
      if (client === undefined && !closed) {
        await connect()
        cursor = String(Math.max(0, Number(cursor) - reusedIds))
      }
      await poll()
    })
    if (!closed) pollTimer = setTimeout(() => void tick(), pollMs)
  }

  await connect()
  pollTimer = setTimeout(() => void tick(), pollMs)

  return {
    wrote(events: readonly OrderEvent[]): void {
      deliverNews(events)
      const orderIds = [...new Set(events.map((event) => event.orderId))]
      // a payload holds 8,000 bytes (PostgreSQL: NOTIFY)
      for (let i = 0; i < orderIds.length; i += 200) tell(orderIds.slice(i, i + 200).join(' '))
    },
    /** Wakes the other bridges (`onNews` there). */
    tellNews: () => tell('', newsChannel),
    async close(): Promise<void> {
      closed = true
      clearTimeout(pollTimer)
      await Promise.all([working, telling])
      await client?.end()
    },
  }
}

/** The oldest transaction id that may still be writing: everything below it is decided and visible. */
async function horizon(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{
    xmin: string
  }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(db)
  return rows[0]!.xmin
}

/** A set that forgets its oldest members beyond `limit`; `add` says whether the member is new. */
function recentlySeen(limit: number): { add(member: string): boolean } {
  const members = new Set<string>()
  return {
    add(member) {
      if (members.has(member)) return false
      members.add(member)
      if (members.size > limit) members.delete(members.values().next().value!)
      return true
    },
  }
}
