/**
 * Statements that write many rows at once. Making the text of one costs more than anything else of an order on its way to the
 * disk, so a text is made once for each number of rows and later only filled in.
 */
import { sql } from 'kysely'
import type { CompiledQuery, Insertable, Kysely, RawBuilder } from 'kysely'
import type { Engine, Tables } from './journalTables.ts'

/** Few enough that no statement has more parameters than SQLite (32,766) or PostgreSQL (65,535) take. */
const mostRows = 2048
/** Texts kept of one statement. */
const mostTexts = 64

type Statement<Row> = (rows: readonly Row[]) => CompiledQuery[]

/** A new order's own part of its rows. */
export interface FreshOrder {
  readonly order: Insertable<Tables['orders']>
  readonly customer: Insertable<Tables['customers']>
  readonly event: Pick<Insertable<Tables['events']>, 'order_id' | 'at' | 'event'>
}

/** What the first event and the first state of all orders have in common. */
export interface FirstRows {
  readonly event: Omit<Insertable<Tables['events']>, keyof FreshOrder['event']>
  readonly state: Omit<Insertable<Tables['order_states']>, 'order_id'>
}

/** What a batch of writes becomes; every list may be empty or of any length. */
export interface Inserts {
  /**
   * New orders and what belongs to them. They fail where one is there already; `mayBeThere`: what is there is left as it is, and
   * each statement of `orders` gives the ids of those that were not.
   */
  newOrders(
    fresh: readonly FreshOrder[],
    mayBeThere: boolean,
  ): { readonly orders: CompiledQuery[]; readonly ofOrders: CompiledQuery[] }
  readonly events: Statement<Insertable<Tables['events']>>
  readonly orderStates: Statement<Insertable<Tables['order_states']>>
  readonly jobs: Statement<Insertable<Tables['jobs']>>
}

/** Makes the statements for one database. */
export function createInserts(db: Kysely<Tables>, engine: Engine, first: FirstRows): Inserts {
  const filled = <Row extends object>(
    compile: (rows: readonly Row[]) => { compile(): CompiledQuery },
  ): Statement<Row> => {
    const texts = new Map<number, CompiledQuery>()
    const fill = (rows: readonly Row[]): CompiledQuery => {
      let text = texts.get(rows.length)
      if (text === undefined) {
        text = compile(rows).compile()
        if (texts.size >= mostTexts) texts.delete(texts.keys().next().value!)
        texts.set(rows.length, text)
      }
      const parameters: unknown[] = []
      for (const row of rows) parameters.push(...Object.values(row))
      if (parameters.length !== text.parameters.length)
        throw new Error(`Rows of different columns cannot share a statement: ${text.sql.slice(0, 200)}`)
      return { ...text, parameters }
    }
    return (rows) => [...pieces(rows, engine)].map(fill)
  }

  // what is the same in every row stands in the text: a value that is handed over costs as much as a column that is written
  const [eventText, stateText] = [literals(first.event), literals(first.state)]
  const insertOrders = (rows: readonly FreshOrder['order'][]) => db.insertInto('orders').values(rows)
  const insertCustomers = (rows: readonly FreshOrder['customer'][]) => db.insertInto('customers').values(rows)
  const insertFirstEvents = (rows: readonly FreshOrder['event'][]) =>
    db.insertInto('events').values(rows.map((row) => ({ ...row, ...eventText })))
  const insertFirstStates = (rows: readonly { readonly order_id: string }[]) =>
    db.insertInto('order_states').values(rows.map((row) => ({ ...row, ...stateText })))
  const plain = {
    orders: filled(insertOrders),
    customers: filled(insertCustomers),
    events: filled(insertFirstEvents),
    states: filled(insertFirstStates),
  }
  const careful: typeof plain = {
    orders: filled((rows) =>
      insertOrders(rows)
        .onConflict((c) => c.column('order_id').doNothing())
        .returning('order_id'),
    ),
    customers: filled((rows) => insertCustomers(rows).onConflict((c) => c.column('order_id').doNothing())),
    events: filled((rows) =>
      insertFirstEvents(rows).onConflict((c) => c.columns(['order_id', 'seq']).doNothing()),
    ),
    states: filled((rows) => insertFirstStates(rows).onConflict((c) => c.column('order_id').doNothing())),
  }

  return {
    newOrders(fresh, mayBeThere) {
      const insert = mayBeThere ? careful : plain
      return {
        orders: insert.orders(fresh.map(({ order }) => order)),
        ofOrders: [
          ...insert.customers(fresh.map(({ customer }) => customer)),
          ...insert.events(fresh.map(({ event }) => event)),
          ...insert.states(fresh.map(({ order }) => ({ order_id: order.order_id }))),
        ],
      }
    },
    events: filled((rows) => db.insertInto('events').values(rows)),
    orderStates: filled((rows) =>
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
        ),
    ),
    jobs: filled((rows) =>
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
        ),
    ),
  }
}

function literals<Row extends object>(row: Row): { [Column in keyof Row]: RawBuilder<Row[Column]> } {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, sql.lit(value)])) as {
    [Column in keyof Row]: RawBuilder<Row[Column]>
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
