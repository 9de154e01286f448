/** `loadProducts` on a thread of its own, for processes that must go on answering. Node only. */
import { Worker } from 'node:worker_threads'
import type { CompileWorkerStart } from './compileWorker.ts'
import type { LoadedProducts, LoadOptions } from './files.ts'

export interface WorkerOptions extends LoadOptions {
  /** The built thread: `rulesWorker.mjs`. */
  readonly workerFile: URL
  /** Ends the thread at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Loads and compiles a folder like `loadProducts`, on a thread of its own. A thread that dies (out of memory) is a problem of
 * the folder, told like any other. Rejects only when `signal` is aborted.
 */
export function loadProductsInWorker(
  folder: string,
  { workerFile, signal, ...options }: WorkerOptions,
): Promise<LoadedProducts> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const workerData: CompileWorkerStart = { folder, options }
    const worker = new Worker(workerFile, { workerData })
    const stop = () => {
      void worker.terminate()
      reject(signal!.reason as Error)
    }
    const died = (reason: string) =>
      resolve({
        products: [],
        problems: [
          { file: folder, line: 1, column: 1, message: `the rules could not be compiled: ${reason}` },
        ],
        refused: [folder],
      })
    signal?.addEventListener('abort', stop, { once: true })
    worker.once('message', (loaded: LoadedProducts) => resolve(loaded))
    worker.once('error', (error: NodeJS.ErrnoException) =>
      died(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? 'they need more memory than there is; rules check FILE tells which of them are too big'
          : error.message,
      ),
    )
    worker.once('exit', (code) => {
      signal?.removeEventListener('abort', stop)
      died(`the thread ended with code ${code}`)
    })
  })
}
