/** A worker thread that loads and compiles a folder of rule files: minutes of work for a large one, and nobody else waits. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadProducts } from './files.ts'
import type { LoadOptions } from './files.ts'

/** What the thread is started with. It answers once, with `LoadedProducts`, and ends. */
export interface CompileWorkerStart {
  readonly folder: string
  readonly options: LoadOptions
}

const { folder, options } = workerData as CompileWorkerStart
parentPort!.postMessage(await loadProducts(folder, options))
