/** What the journal is measured against: its tables without the journal. */
import Libsql from 'libsql'
import type { NewOrder } from '../mes-bridge/src/journal.ts'

/** The rows of one order, table by table. */
export type OrderRows = readonly (readonly unknown[])[]

/** Gives the rows of an order, as text. */
export function rowsOf({ snapshot, bodyDigest, trackingToken, customer }: NewOrder): OrderRows {
  const { orderId, orderedAt, productId, rulesHash } = snapshot
  const event = JSON.stringify({ orderId, seq: 1, at: orderedAt, state: 'accepted', kind: 'accepted' })
  return [
    [orderId, orderedAt, productId, rulesHash, JSON.stringify(snapshot), bodyDigest, trackingToken],
    [orderId, JSON.stringify(customer)],
    [orderId, 1, 'accepted', orderedAt, event],
    [orderId, 1, 'accepted', 0, 'orderLifecycle', 1, lifecycle],
  ]
}

const lifecycle = JSON.stringify({
  machineId: 'orderLifecycle',
  version: 1,
  state: 'accepted',
  value: 'accepted',
})

/** Opens a database of the journal's shape. `commit`: one transaction, on disk when it returns. */
export function openRaw(file: string) {
  const db = new Libsql(file)
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;
    create table orders (order_id text primary key not null, ordered_at text, product_id text, rules_hash text, snapshot text, body_digest text, tracking_token text);
    create table customers (order_id text primary key not null, customer text);
    create table events (position integer primary key, order_id text, seq integer, kind text, at text, event text, unique (order_id, seq));
    create table order_states (order_id text primary key not null, seq integer, state text, finished integer, machine_id text, machine_version integer, lifecycle text)`)
  const insert = [
    db.prepare('insert into orders values (?,?,?,?,?,?,?)'),
    db.prepare('insert into customers values (?,?)'),
    db.prepare('insert into events values (null,?,?,?,?,?)'),
    db.prepare('insert into order_states values (?,?,?,?,?,?,?)'),
  ]
  return {
    commit(batch: readonly OrderRows[]): void {
      db.exec('begin immediate')
      for (const rows of batch) rows.forEach((row, table) => insert[table]?.run(row))
      db.exec('commit')
    },
    close: () => db.close(),
  }
}
