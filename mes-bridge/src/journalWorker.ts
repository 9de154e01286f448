/**
 * A worker thread that owns one SQLite connection, so that a slow disk stalls nobody else. It runs statements in the order
 * they arrive and answers them; the file is in WAL mode with `synchronous=FULL`: a commit is on disk when it is answered.
 *
 * The `write` role also owns the folder: it holds an exclusive lock on `owner.lock` for as long as it lives. The operating
 * system lets go of it when the process ends, however it ends.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import Libsql from 'libsql'

/** What the thread is started with. */
export interface WorkerStart {
  readonly folder: string
  readonly role: 'write' | 'read'
  readonly pid: number
  /** Largest size of the database file in pages of 4 KiB; absent: as large as the disk allows. */
  readonly maxPages?: number
}

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Statements to run one after the other. The first that fails ends the list and rolls an open transaction back. */
export interface Ask {
  /** Of the answer; absent: what they give is told with the answer to those that go on after them. */
  readonly id?: number
  readonly statements: readonly Statement[]
  /** They belong to the transaction that is open: nothing is done if it was rolled back meanwhile. */
  readonly goesOn: boolean
}

/** Rows read, or how many were written: an answer to a batch has dozens of these, and one number is all the others need. */
export type Result = readonly unknown[] | number

/** The first answer has id 0 and says that the database is open, or why not. */
export type Answer =
  | { readonly id: number; readonly results: readonly Result[] }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string } }

const { folder, role, pid, maxPages } = workerData as WorkerStart
const port = parentPort!

function describe(error: unknown): { message: string; code: string } {
  const { message, code } = error as { message?: string; code?: string }
  return { message: message ?? String(error), code: code ?? 'UNKNOWN' }
}

function lockFolder(): Libsql.Database {
  const lock = new Libsql(join(folder, 'owner.lock'))
  const pidFile = join(folder, 'owner.pid')
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    let owner = 'another process'
    try {
      owner = `process ${readFileSync(pidFile, 'utf8').trim()}`
    } catch {
      // the owner has the lock but not yet written who it is
    }
    throw Object.assign(
      new Error(
        `The data folder ${folder} is in use by ${owner}. Stop it, or set LOT_ONE_DATA to another folder.`,
      ),
      { code: 'FOLDER_IN_USE' },
    )
  }
  writeFileSync(pidFile, `${pid}\n`)
  return lock
}

function open(): Libsql.Database {
  const db = new Libsql(join(folder, 'journal.db'), { timeout: 5000 })
  if (role === 'write') db.exec('PRAGMA journal_mode=WAL')
  else db.exec('PRAGMA query_only=ON')
  // FULL: fsync at every commit. A checkpoint every 16 MB: fewer syncs of the main file for the same promise.
  db.exec('PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864')
  if (maxPages !== undefined) db.exec(`PRAGMA max_page_count=${maxPages}`)
  return db
}

const statements = new Map<string, Libsql.Statement<unknown[]>>()

function prepared(db: Libsql.Database, sql: string): Libsql.Statement<unknown[]> {
  let statement = statements.get(sql)
  if (statement === undefined) {
    statement = db.prepare(sql)
    // batches of every size have their own text: keep the recent ones
    if (statements.size >= 200) statements.delete(statements.keys().next().value!)
  } else statements.delete(sql)
  statements.set(sql, statement)
  return statement
}

/** Of statements that were not yet answered: what they gave, and what failed. */
let results: Result[] = []
let failed: { message: string; code: string } | undefined

function perform(db: Libsql.Database, { statements: list, goesOn }: Ask): void {
  if (!goesOn) {
    results = []
    failed = undefined
  }
  if (failed !== undefined) return
  try {
    if (goesOn && !db.inTransaction)
      throw Object.assign(new Error('The transaction was rolled back'), { code: 'ROLLED_BACK' })
    for (const statement of list) results.push(run(db, statement))
  } catch (error) {
    // a full disk may have rolled back already
    if (db.inTransaction) db.exec('rollback')
    failed = describe(error)
  }
}

/** Waking the other side for every piece of a large batch would cost more than the pieces: one answer for all. */
function answer(id: number): Answer {
  const told: Answer = failed === undefined ? { id, results } : { id, error: failed }
  results = []
  failed = undefined
  return told
}

function run(db: Libsql.Database, { sql, parameters }: Statement): Result {
  // libsql ends the whole process on a boolean, so nothing but what SQLite stores may reach it
  const odd = parameters.findIndex(
    (p) => typeof p !== 'string' && typeof p !== 'number' && typeof p !== 'bigint' && p !== null,
  )
  if (odd >= 0) throw new TypeError(`Not a value SQLite stores: ${typeof parameters[odd]} in ${sql}`)
  if (sql === 'rollback' && !db.inTransaction) return 0
  const statement = prepared(db, sql)
  return statement.reader ? statement.all(parameters) : statement.run(parameters).changes
}

try {
  const lock = role === 'write' ? lockFolder() : undefined
  const db = open()
  port.postMessage({ id: 0, results: [] } satisfies Answer)
  port.on('message', (ask: Ask | 'close') => {
    if (ask === 'close') {
      statements.clear()
      db.close()
      lock?.close()
      port.close()
    } else {
      perform(db, ask)
      if (ask.id !== undefined) port.postMessage(answer(ask.id))
    }
  })
} catch (error) {
  port.postMessage({ id: 0, error: describe(error) } satisfies Answer)
  port.close()
}
