/** SQLite for Kysely: compiled queries go to a worker thread (`journalWorker.ts`) and come back as rows. */
import { Worker } from 'node:worker_threads'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, QueryResult } from 'kysely'
import type { Answer, WorkerStart } from './journalWorker.ts'

/** SQLite can roll a table definition back; Kysely's own adapter does without. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

interface Thread {
  run(sql: string, parameters: readonly unknown[]): Promise<Answer & { rows: readonly unknown[] }>
  close(): Promise<void>
}

/**
 * Starts the thread and opens the database in `folder`.
 * @returns a Kysely dialect with one connection, on which the caller runs one transaction at a time, and the end of the thread
 * (Kysely ends only what it has used).
 * @throws when the folder belongs to another process (code `FOLDER_IN_USE`) or cannot be opened: the message says why.
 */
export async function openSqlite(
  workerFile: URL,
  start: WorkerStart,
): Promise<{ readonly dialect: Dialect; close(): Promise<void> }> {
  const thread = await startThread(workerFile, start)
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: { sql: string; parameters: readonly unknown[] }): Promise<QueryResult<R>> {
      const { rows, changes } = (await thread.run(query.sql, query.parameters)) as {
        rows: readonly unknown[]
        changes: number
      }
      return { rows: rows as R[], numAffectedRows: BigInt(changes) }
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
      beginTransaction: async () => void (await thread.run('begin immediate', [])),
      commitTransaction: async () => void (await thread.run('commit', [])),
      rollbackTransaction: async () => void (await thread.run('rollback', [])),
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
  }
  return { dialect, close: thread.close }
}

async function startThread(workerFile: URL, start: WorkerStart): Promise<Thread> {
  const worker = new Worker(workerFile, { workerData: start })
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
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
    else caller?.resolve(answer as never)
  })
  await new Promise<void>((resolve, reject) => waiting.set(0, { resolve: () => resolve(), reject }))
  isOpen = true
  return {
    run: (sql, parameters) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, sql, parameters })
      }),
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
