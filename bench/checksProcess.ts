/**
 * A process that holds some products, as a bridge does, and judges complete orders of the first: `checksProcess.mjs PACKAGE...`;
 * started by `clicks.ts`. Sends how many it judged per second of CPU, slice by slice.
 */
import { readFileSync } from 'node:fs'
import { openProduct } from '@lot-one/rules'
import type { Configuration, ProductPackage, Value } from '@lot-one/rules'
import { seeded } from './harness.ts'

const slices = 9
const secondsPerSlice = 0.2
const ordersOfEach = 2000
const wishes = 4

const random = seeded(592)
const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!

/** What a product becomes with a few wishes of a shopper's, as often as they fit together. */
function ordersFor(product: ReturnType<typeof openProduct>): Configuration[] {
  const { options } = product.package
  const found: Configuration[] = []
  while (found.length < ordersOfEach) {
    const selection: Record<string, Value> = {}
    for (let n = 0; n < wishes; n++) {
      const { id, values } = pick(options)
      selection[id] = pick(values)
    }
    found.push(...[product.complete({ context: {}, selection }) ?? []].flat())
  }
  return found
}

const held = process.argv
  .slice(2)
  .map((file) => openProduct(JSON.parse(readFileSync(file, 'utf8')) as ProductPackage))
  .map((product) => ({ product, orders: ordersFor(product) }))
const judge = ({ product, orders }: (typeof held)[number]) => {
  for (const order of orders)
    if (!product.verify(order)) throw new Error(`refuses its own design ${JSON.stringify(order)}`)
}
for (let n = 0; n < 5; n++) for (const each of held) judge(each)

const [first] = held
const perSecond = Array.from({ length: slices }, () => {
  const start = process.cpuUsage()
  for (let judged = ordersOfEach; ; judged += ordersOfEach) {
    judge(first!)
    const { user, system } = process.cpuUsage(start)
    const seconds = (user + system) / 1_000_000
    if (seconds >= secondsPerSlice) return judged / seconds
  }
})
process.send!(perSecond)
