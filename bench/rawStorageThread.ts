/** Raw storage on a thread of its own: commits each batch it is sent and answers. */
import { parentPort, workerData } from 'node:worker_threads'
import { openRaw } from './rawStorage.ts'
import type { OrderRows } from './rawStorage.ts'

const raw = openRaw((workerData as { readonly file: string }).file)
parentPort?.on('message', (batch: readonly OrderRows[]) => {
  raw.commit(batch)
  parentPort?.postMessage('committed')
})
