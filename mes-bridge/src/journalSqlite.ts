/** SQLite for Kysely: compiled queries go to a worker thread (`journalWorker.ts`) and come back as rows. */
import { Worker } from 'node:worker_threads'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, QueryResult } from 'kysely'
import type { Decide, Transact } from './journalCommit.ts'
import type { Answer, Ask, Result, Statement, WorkerStart } from './journalWorker.ts'

/** SQLite can roll a table definition back; Kysely's own adapter does without. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

interface Thread {
  /**
   * Runs statements one after the other; the first failure rolls an open transaction back.
   * @param goesOn they belong to the transaction that is open
   * @returns what they gave, after what the statements gave that were sent before them
   */
  run(statements: readonly Statement[], goesOn?: boolean): Promise<readonly Result[]>
  /** As `run`; what they give, or that they failed, comes with the next answer. */
  send(statements: readonly Statement[], goesOn: boolean): void
  close(): Promise<void>
}

/** A database on its own thread. */
export interface SqliteFile {
  /** For Kysely: one connection, on which the caller runs one transaction at a time. */
  readonly dialect: Dialect
  readonly transact: Transact
  /** Ends the thread (Kysely ends only what it has used). */
  close(): Promise<void>
}

const begin: Statement = { sql: 'begin immediate', parameters: [] }
const commit: Statement = { sql: 'commit', parameters: [] }
const rollback: Statement = { sql: 'rollback', parameters: [] }

/**
 * Starts the thread and opens the database in `folder`.
 * @throws when the folder belongs to another process (code `FOLDER_IN_USE`) or cannot be opened: the message says why.
 */
export async function openSqlite(workerFile: URL, start: WorkerStart): Promise<SqliteFile> {
  const thread = await startThread(workerFile, start)
  const one = async ({ sql, parameters }: Statement) => (await thread.run([{ sql, parameters }]))[0]!
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: Statement): Promise<QueryResult<R>> {
      const result = await one(query)
      return typeof result === 'number'
        ? { rows: [], numAffectedRows: BigInt(result) }
        : { rows: result as R[] }
    },
    streamQuery() {
      throw new Error('The journal reads whole answers, never streams')
    },
  }
  const dialect: Dialect = {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: async () => void (await one(begin)),
      commitTransaction: async () => void (await one(commit)),
      rollbackTransaction: async () => void (await one(rollback)),
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
  }

  /**
   * The thread is woken before there is anything to write, because that takes as long as making the first rows; it is at work on the
   * first pieces of a large transaction while the next are made, and answers reads and the last piece.
   */
  async function transact(
    reads: readonly Statement[],
    decide: Decide,
  ): Promise<readonly (readonly unknown[])[]> {
    let read: readonly Result[] = []
    if (reads.length > 0) read = (await thread.run([begin, ...reads.map(plain)])).slice(1)
    else thread.send([begin], false)
    let last: readonly Statement[]
    try {
      const pieces = await decide(read.map(rowsOf))
      for (const make of pieces.slice(0, -1)) thread.send(make().map(plain), true)
      last = pieces.at(-1)?.().map(plain) ?? []
    } catch (error) {
      await thread.run([rollback])
      throw error
    }
    const results = await thread.run([...last, commit], true)
    // without those of begin and commit
    return results.slice(reads.length > 0 ? 0 : 1, -1).map(rowsOf)
  }

  return { dialect, transact, close: thread.close }
}

function rowsOf(result: Result): readonly unknown[] {
  return typeof result === 'number' ? [] : result
}

/** A compiled query carries its syntax tree too; only this much goes to the thread. */
function plain({ sql, parameters }: Statement): Statement {
  return { sql, parameters }
}

async function startThread(workerFile: URL, start: WorkerStart): Promise<Thread> {
  const worker = new Worker(workerFile, { workerData: start })
  const waiting = new Map<
    number,
    { resolve: (results: readonly Result[]) => void; reject: (error: Error) => void }
  >()
  let lastId = 0
  let ended: Error | undefined
  let isOpen = false
  let isClosing = false
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      ended ??= Object.assign(new Error('The storage thread has ended'), { code: 'THREAD_ENDED' })
      for (const { reject } of waiting.values()) reject(ended)
      waiting.clear()
      resolve()
      // nothing can be written any more, and only a bug ends the thread: the process ends too, and starts from the journal
      if (isOpen && !isClosing) throw ended
    })
  })
  worker.on('error', (error) => {
    ended = Object.assign(new Error('The storage thread failed', { cause: error }), { code: 'THREAD_ENDED' })
  })
  worker.on('message', (answer: Answer) => {
    const caller = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer)
      caller?.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }))
    else caller?.resolve(answer.results)
  })
  await new Promise<void>((resolve, reject) => waiting.set(0, { resolve: () => resolve(), reject }))
  isOpen = true
  return {
    run: (statements, goesOn = false) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, statements, goesOn } satisfies Ask)
      }),
    send: (statements, goesOn) => worker.postMessage({ statements, goesOn } satisfies Ask),
    async close() {
      isClosing = true
      if (ended === undefined) worker.postMessage('close')
      await gone
    },
  }
}

/**
 * Says whether a storage error is the world's (disk full, folder read-only, file gone): it may pass by itself.
 * Everything else is a bug.
 */
export function sqliteUnavailable(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: string }
  if (typeof code !== 'string') return undefined
  if (code === 'SQLITE_FULL') return 'the disk is full'
  if (code.startsWith('SQLITE_READONLY')) return 'the data folder is read-only'
  if (/^SQLITE_(IOERR|BUSY|CANTOPEN|LOCKED|NOMEM|PROTOCOL)/.test(code))
    return `storage error ${code}: ${message ?? ''}`
  return undefined
}
