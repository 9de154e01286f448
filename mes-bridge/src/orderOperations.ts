/** What the stations must do for an order, under the rules it was placed with. */
import { derive } from '@lot-one/rules'
import type { DerivedOperation, OrderSnapshot } from '@lot-one/rules'
import type { Catalog } from './catalog.ts'

/** Derives the operations of an order's design. @throws when its rules were not kept, or the design does not fit them. */
export async function operationsOf(
  catalog: Catalog,
  order: OrderSnapshot,
): Promise<readonly DerivedOperation[]> {
  const entry = await catalog.byHash(order.rulesHash)
  if (entry === undefined)
    throw new Error(`The rules ${order.rulesHash} of order ${order.orderId} were not kept`)
  const configuration = entry.product.verify(order.selection)
  if (configuration === undefined)
    throw new Error(`Order ${order.orderId} does not fit the rules it was placed with`)
  const { operations } = derive(entry.model, configuration, {
    orderId: order.orderId,
    at: order.orderedAt.slice(0, 10),
    texts: order.texts,
  })
  return operations
}
