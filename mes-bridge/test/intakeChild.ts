/**
 * A process that takes orders as fast as it can and says which it has acknowledged, until it is killed. Arguments: data folder,
 * storage thread. Each line on stdout is an order id, written after `accept` has answered.
 */
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { openJournal } from '../src/journalOpen.ts'
import { assigned, job, newOrder, seen } from './journals.ts'

const [folder, worker] = process.argv.slice(2) as [string, string]
const journal = await openJournal({
  storage: { engine: 'sqlite', folder, workerFile: pathToFileURL(worker), pid: process.pid },
  now: () => new Date(),
  warn: (message) => console.error(message),
}).catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
writeSync(1, 'open\n')

async function takeOrders(): Promise<never> {
  for (;;) {
    const order = newOrder()
    const { orderId } = order.snapshot
    const { outcome } = await journal.accept(order)
    if (outcome === 'accepted') writeSync(1, `${orderId} 1\n`)
    const recorded = await journal.record(
      orderId,
      [assigned(orderId), seen(10, 'Running')],
      [job(orderId, 10), job(orderId, 20)],
    )
    if (recorded.outcome === 'recorded') writeSync(1, `${orderId} 3\n`)
  }
}
await Promise.all(Array.from({ length: 32 }, takeOrders))
