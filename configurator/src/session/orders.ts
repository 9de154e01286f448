/** The tracking links this browser has been given, newest first. */
import * as z from 'zod/mini'
import { readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'

const KnownOrder = z.object({
  orderId: z.string(),
  token: z.string(),
  orderedAt: z.string(),
  priceCents: z.number(),
  currency: z.string(),
})
export type KnownOrder = z.infer<typeof KnownOrder>

const key = 'lot-one/orders'
const keptOrders = 50

/** Gives the orders this browser knows, newest first. */
export function knownOrders(keeper: Keeper): readonly KnownOrder[] {
  return readKept(keeper, key, z.array(KnownOrder)) ?? []
}

/** Remembers an order; knowing it already changes nothing. */
export function rememberOrder(keeper: Keeper, order: KnownOrder): void {
  const others = knownOrders(keeper).filter((known) => known.orderId !== order.orderId)
  keeper.write(key, JSON.stringify([order, ...others].slice(0, keptOrders)))
}

/** The page of one order. The token stands after the `#`: browsers never send that part to a server, so no log holds it. */
export function trackingPath(order: { readonly orderId: string; readonly token: string }): string {
  return `/track/${order.orderId}#${order.token}`
}
