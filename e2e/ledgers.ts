/** What the simulated lines of a started shop have written down about the units they built. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { builtOperations, readLedger } from '../plc-sim/src/ledger.ts'
import type { StartedShop } from '../scripts/startedShop.mjs'

/** Everything that was built for an order, with the parameters its station was given when it began. */
export function builtFor(shop: StartedShop, orderId: string) {
  const folder = join(shop.data, 'simulated-lines')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('ledger.jsonl'))
    .flatMap((file) => builtOperations(readLedger(join(folder, file))))
    .filter((operation) => operation.jobOrderId.includes(orderId))
}
