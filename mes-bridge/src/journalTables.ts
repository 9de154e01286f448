/**
 * The tables of the journal and the ordered migrations that make them, for both databases. Instants are ISO text and
 * documents are JSON text on both, so that a row reads the same wherever it lies.
 *
 * `orders`, `events`, `audit` and `rules` are only ever appended to. `order_states` can be rebuilt from `events`; `jobs` says
 * how far each hand-over is; `customers` alone holds personal data and may be erased. `leases` and what follows it are what the
 * bridges on one database tell each other (journalBridges.ts): nothing of an order lies there. `pictures` are shoppers' own, by hash. PostgreSQL alone has `commits`.
 */
import type { Generated, Kysely, Migration } from 'kysely'
import { sql } from 'kysely'

/** Which database speaks: their queries are the same, a few definitions are not. */
export type Engine = 'sqlite' | 'postgres'

export interface Tables {
  orders: {
    order_id: string
    ordered_at: string
    product_id: string
    rules_hash: string
    /** OrderSnapshot as JSON. */
    snapshot: string
    body_digest: string
    tracking_token: string
  }
  order_states: {
    order_id: string
    /** Sequence of the order's last event. */
    seq: number
    state: string
    /** 1 once the state is final. */
    finished: number
    machine_id: string
    machine_version: number
    /** LifecycleSnapshot as JSON. */
    lifecycle: string
  }
  customers: { order_id: string; customer: string }
  events: {
    /** Order of writing; on PostgreSQL rows become visible out of this order, so nobody may follow by it. */
    position: Generated<number>
    order_id: string
    seq: number
    kind: string
    at: string
    /** OrderEvent as JSON. */
    event: string
  }
  jobs: {
    job_order_id: string
    order_id: string
    op: number
    line_id: string
    hand_over: string
    attempt: number
    job_state: string | null
    cleared: number
    detail: string | null
    /** JobOrder as JSON. */
    job_order: string
  }
  lines: { line_id: string; held: number }
  audit: {
    position: Generated<number>
    at: string
    line_id: string
    method: string
    job_order_id: string | null
    user_name: string
    thumbprint: string
    result: string
  }
  rules: { rules_hash: string; kept_at: string; json: string }
  /** Who works a line; written by claim, renewal and release alone. Times are ms of the database's own clock. */
  leases: { lease_id: string; owner: string | null; epoch: number; until_ms: number }
  bridges: { bridge: string; until_ms: number; lines: string }
  line_reports: { line_id: string; bridge: string; epoch: number; version: number; report: string }
  asks: { ask_id: string; lease_id: string; body: string; until_ms: number; answer: string | null }
  trusted_certificates: { line_id: string; fingerprint: string }
  /** Shoppers' own pictures (journalPictures.ts). `ordered`: 1 once an order that names it is known to be there. */
  pictures: {
    sha256: string
    type: string
    size: number
    kept_at: string
    ordered: number
    base64: string
  }
  /** Which orders name which pictures; a row may stand before its order, or without one that never came. */
  order_pictures: { sha256: string; order_id: string }
}

/** Every migration in order of its name. A published one is never edited: add the next. */
export function migrations(engine: Engine): Record<string, Migration> {
  return {
    '001-order-log': { up: (db) => orderLog(db, engine) },
    '002-several-bridges': { up: (db) => severalBridges(db, engine) },
    // the latest of a line, among many millions
    '003-audit-of-a-line': {
      up: (db) =>
        db.schema.createIndex('audit_of_line').on('audit').columns(['line_id', 'position']).execute(),
    },
    '004-pictures': { up: pictures },
    ...(engine === 'postgres' && { '005-receipts': { up: receipts } }),
  }
}

/** Which transactions were committed (journalPostgres.ts). No index on `at`: every update then stays on its page. */
async function receipts(db: Kysely<unknown>): Promise<void> {
  await sql`create table commits (writer text primary key, n bigint not null, at timestamptz not null default now())
    with (fillfactor = 50)`.execute(db)
}

async function pictures(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pictures')
    .addColumn('sha256', 'text', (c) => c.primaryKey().notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('size', 'integer', (c) => c.notNull())
    .addColumn('kept_at', 'text', (c) => c.notNull())
    .addColumn('ordered', 'integer', (c) => c.notNull())
    .addColumn('base64', 'text', (c) => c.notNull())
    .execute()
  await sql`create index pictures_waiting on pictures (kept_at, size) where ordered = 0`.execute(db)
  await db.schema
    .createTable('order_pictures')
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('order_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('order_pictures_key', ['sha256', 'order_id'])
    .execute()
}

async function severalBridges(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const milliseconds = engine === 'sqlite' ? 'real' : 'double precision'
  await db.schema
    .createTable('leases')
    .addColumn('lease_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('owner', 'text')
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('until_ms', milliseconds, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('bridges')
    .addColumn('bridge', 'text', (c) => c.primaryKey().notNull())
    .addColumn('until_ms', milliseconds, (c) => c.notNull())
    .addColumn('lines', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('line_reports')
    .addColumn('line_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('bridge', 'text', (c) => c.notNull())
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('report', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('asks')
    .addColumn('ask_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('lease_id', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('until_ms', milliseconds, (c) => c.notNull())
    .addColumn('answer', 'text')
    .execute()
  await db.schema
    .createTable('trusted_certificates')
    .addColumn('line_id', 'text', (c) => c.notNull())
    .addColumn('fingerprint', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('trusted_certificates_key', ['line_id', 'fingerprint'])
    .execute()
  await sql`create index jobs_of_line on jobs (line_id) where cleared = 0`.execute(db)
}

async function orderLog(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const integer = engine === 'sqlite' ? 'integer' : 'bigint'
  await db.schema
    .createTable('orders')
    .addColumn('order_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('ordered_at', 'text', (c) => c.notNull())
    .addColumn('product_id', 'text', (c) => c.notNull())
    .addColumn('rules_hash', 'text', (c) => c.notNull())
    .addColumn('snapshot', 'text', (c) => c.notNull())
    .addColumn('body_digest', 'text', (c) => c.notNull())
    .addColumn('tracking_token', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('order_states')
    .addColumn('order_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('finished', 'integer', (c) => c.notNull())
    .addColumn('machine_id', 'text', (c) => c.notNull())
    .addColumn('machine_version', 'integer', (c) => c.notNull())
    .addColumn('lifecycle', 'text', (c) => c.notNull())
    .execute()
  await sql`create index order_states_open on order_states (order_id) where finished = 0`.execute(db)
  await db.schema
    .createTable('customers')
    .addColumn('order_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('customer', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('events')
    .addColumn('position', integer, (c) =>
      engine === 'sqlite' ? c.primaryKey() : c.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn('order_id', 'text', (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addUniqueConstraint('events_per_order', ['order_id', 'seq'])
    .execute()
  if (engine === 'postgres') {
    // Which transaction wrote an event: the only cursor over all events that misses none (see journalPostgres.ts).
    await sql`alter table events add column written_by xid8 not null default pg_current_xact_id()`.execute(db)
    await sql`create index events_by_transaction on events (written_by)`.execute(db)
  }
  await db.schema
    .createTable('jobs')
    .addColumn('job_order_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('order_id', 'text', (c) => c.notNull())
    .addColumn('op', 'integer', (c) => c.notNull())
    .addColumn('line_id', 'text', (c) => c.notNull())
    .addColumn('hand_over', 'text', (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('job_state', 'text')
    .addColumn('cleared', 'integer', (c) => c.notNull())
    .addColumn('detail', 'text')
    .addColumn('job_order', 'text', (c) => c.notNull())
    .execute()
  await sql`create index jobs_of_order on jobs (order_id)`.execute(db)
  await sql`create index jobs_not_cleared on jobs (order_id) where cleared = 0`.execute(db)
  await db.schema
    .createTable('lines')
    .addColumn('line_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('held', 'integer', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('audit')
    .addColumn('position', integer, (c) =>
      engine === 'sqlite' ? c.primaryKey() : c.primaryKey().generatedAlwaysAsIdentity(),
    )
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('line_id', 'text', (c) => c.notNull())
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('job_order_id', 'text')
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('thumbprint', 'text', (c) => c.notNull())
    .addColumn('result', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('rules')
    .addColumn('rules_hash', 'text', (c) => c.primaryKey().notNull())
    .addColumn('kept_at', 'text', (c) => c.notNull())
    .addColumn('json', 'text', (c) => c.notNull())
    .execute()
}
