/** A worker thread that loads and compiles folders of rule files: minutes of work for a large one, and nobody else waits. */
import { parentPort } from 'node:worker_threads'
import { loadProducts } from './files.ts'
import type { LoadedProducts, LoadOptions } from './files.ts'

/** What the thread is asked; each ask is answered once. */
export interface CompileAsk {
  readonly id: number
  readonly folder: string
  readonly options: LoadOptions
}

export interface CompileAnswer {
  readonly id: number
  readonly loaded: LoadedProducts
}

parentPort!.on('message', ({ id, folder, options }: CompileAsk) => {
  void loadProducts(folder, options).then((loaded) =>
    parentPort!.postMessage({ id, loaded } satisfies CompileAnswer),
  )
})
