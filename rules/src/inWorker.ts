/** `loadProducts` on a thread of its own, for processes that must go on answering. Node only. */
import { Worker } from 'node:worker_threads'
import type { CompileAnswer, CompileAsk } from './compileWorker.ts'
import type { LoadedProducts, LoadOptions } from './files.ts'

/** A thread that loads and compiles rule files. */
export interface RulesThread {
  /**
   * Loads and compiles a folder like `loadProducts`. A thread that dies (out of memory) is a problem of the folder, told like any
   * other, and the next load begins a new one. Rejects only when `signal` is aborted, which ends the thread at once.
   */
  load(folder: string, options: LoadOptions, signal?: AbortSignal): Promise<LoadedProducts>
  /** Ends the thread; a load under way is told as a problem of its folder. */
  close(): Promise<void>
}

interface Waiting {
  readonly folder: string
  readonly resolve: (loaded: LoadedProducts) => void
}

/**
 * Makes a thread of the built file `rulesWorker.mjs`; it begins with the first load and stays: what is warm loads an edit in a
 * fifth of the time. It does not keep the process alive while it has nothing to do.
 */
export function createRulesThread(workerFile: URL): RulesThread {
  let worker: Worker | undefined
  let lastId = 0
  const waiting = new Map<number, Waiting>()

  const end = (reason: string) => {
    worker = undefined
    for (const { folder, resolve } of waiting.values())
      resolve({
        products: [],
        problems: [
          { file: folder, line: 1, column: 1, message: `the rules could not be compiled: ${reason}` },
        ],
        refused: [folder],
      })
    waiting.clear()
  }
  const begin = (): Worker => {
    const begun = new Worker(workerFile)
    begun.on('message', ({ id, loaded }: CompileAnswer) => {
      waiting.get(id)?.resolve(loaded)
      waiting.delete(id)
      if (waiting.size === 0) begun.unref()
    })
    begun.once('error', (error: NodeJS.ErrnoException) => {
      if (worker === begun)
        end(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'they need more memory than there is; rules check FILE tells which of them are too big'
            : error.message,
        )
    })
    begun.once('exit', (code) => {
      if (worker === begun) end(`the thread ended with code ${code}`)
    })
    return begun
  }
  const close = async () => {
    const ending = worker
    end('the thread was ended')
    await ending?.terminate()
  }

  return {
    load: (folder, options, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const stop = () => {
          waiting.delete(id)
          reject(signal!.reason as Error)
          void close()
        }
        const id = ++lastId
        waiting.set(id, {
          folder,
          resolve: (loaded) => {
            signal?.removeEventListener('abort', stop)
            resolve(loaded)
          },
        })
        signal?.addEventListener('abort', stop, { once: true })
        worker ??= begin()
        worker.ref()
        worker.postMessage({ id, folder, options } satisfies CompileAsk)
      }),
    close,
  }
}
