/**
 * Statements that write many rows at once. Making the text of one costs more than anything else of an order on its way to the
 * disk, so a text is made once for each number of rows and later only filled in.
 */
import type { CompiledQuery, Insertable, Kysely } from 'kysely'
import type { Engine, Tables } from './journalTables.ts'

/** Few enough that no statement has more parameters than SQLite (32,766) or PostgreSQL (65,535) take. */
const mostRows = 2048
/** Texts kept of one statement. */
const mostTexts = 64

type Statement<Table extends keyof Tables> = (rows: readonly Insertable<Tables[Table]>[]) => CompiledQuery[]

/** What a batch of writes becomes; every list may be empty or of any length. */
export interface Inserts {
  /** Each statement gives the ids of those orders that were not there. */
  readonly newOrders: Statement<'orders'>
  /** Of new orders: left as they are where they are already there, as are the next two. */
  readonly newCustomers: Statement<'customers'>
  readonly newOrderEvents: Statement<'events'>
  readonly newOrderStates: Statement<'order_states'>
  readonly events: Statement<'events'>
  readonly orderStates: Statement<'order_states'>
  readonly jobs: Statement<'jobs'>
}

/** Makes the statements for one database. */
export function createInserts(db: Kysely<Tables>, engine: Engine): Inserts {
  const filled = <Table extends keyof Tables>(
    compile: (rows: readonly Insertable<Tables[Table]>[]) => CompiledQuery,
  ): Statement<Table> => {
    const texts = new Map<number, CompiledQuery>()
    const fill = (rows: readonly Insertable<Tables[Table]>[]): CompiledQuery => {
      let text = texts.get(rows.length)
      if (text === undefined) {
        text = compile(rows)
        if (texts.size >= mostTexts) texts.delete(texts.keys().next().value!)
        texts.set(rows.length, text)
      }
      const parameters = rows.flatMap((row) => Object.values(row))
      if (parameters.length !== text.parameters.length)
        throw new Error(`Rows of different columns cannot share a statement: ${text.sql.slice(0, 200)}`)
      return { ...text, parameters }
    }
    return (rows) => [...pieces(rows, engine)].map(fill)
  }
  return {
    newOrders: filled<'orders'>((rows) =>
      db
        .insertInto('orders')
        .values(rows)
        .onConflict((c) => c.column('order_id').doNothing())
        .returning('order_id')
        .compile(),
    ),
    newCustomers: filled<'customers'>((rows) =>
      db
        .insertInto('customers')
        .values(rows)
        .onConflict((c) => c.column('order_id').doNothing())
        .compile(),
    ),
    newOrderEvents: filled<'events'>((rows) =>
      db
        .insertInto('events')
        .values(rows)
        .onConflict((c) => c.columns(['order_id', 'seq']).doNothing())
        .compile(),
    ),
    newOrderStates: filled<'order_states'>((rows) =>
      db
        .insertInto('order_states')
        .values(rows)
        .onConflict((c) => c.column('order_id').doNothing())
        .compile(),
    ),
    events: filled<'events'>((rows) => db.insertInto('events').values(rows).compile()),
    orderStates: filled<'order_states'>((rows) =>
      db
        .insertInto('order_states')
        .values(rows)
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
        .compile(),
    ),
    jobs: filled<'jobs'>((rows) =>
      db
        .insertInto('jobs')
        .values(rows)
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
        .compile(),
    ),
  }
}

/**
 * Rows in pieces of which each is one statement. SQLite prepares a text once and keeps it, so its pieces are powers of two: a
 * dozen texts do for batches of every size. PostgreSQL is asked over a network: as few statements as can be.
 */
function* pieces<T>(rows: readonly T[], engine: Engine): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length;) {
    const left = Math.min(rows.length - at, mostRows)
    const size = engine === 'sqlite' ? 2 ** Math.floor(Math.log2(left)) : left
    yield rows.slice(at, at + size)
    at += size
  }
}
