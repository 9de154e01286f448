/** The tracking links this browser has been given, newest first. */
import type { BuildOrder } from '@lot-one/rules'
import * as z from 'zod/mini'
import { readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'

const KnownOrder = z.object({
  orderId: z.string(),
  token: z.string(),
  orderedAt: z.string(),
  priceCents: z.number(),
  currency: z.string(),
  /** What was ordered, to draw it by: values by option and texts by name. Orders of before have none. */
  unit: z.optional(
    z.object({
      productId: z.string(),
      choices: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
})
/** What this browser knows of an order without asking. */
export type KnownOrder = z.infer<typeof KnownOrder>

const key = 'lot-one/orders'
const keptOrders = 50

/** Gives the orders this browser knows, newest first. */
export function knownOrders(keeper: Keeper): readonly KnownOrder[] {
  return readKept(keeper, key, z.array(KnownOrder)) ?? []
}

/** Remembers an order; one that it knows keeps its place and has what is given now. */
export function rememberOrder(keeper: Keeper, order: KnownOrder): void {
  const known = knownOrders(keeper)
  const isNew = known.every(({ orderId }) => orderId !== order.orderId)
  const orders = isNew
    ? [order, ...known].slice(0, keptOrders)
    : known.map((each) => (each.orderId === order.orderId ? order : each))
  keeper.write(key, JSON.stringify(orders))
}

/** What to remember of an order's unit. */
export function unitOf({
  productId,
  selection,
  texts,
}: Pick<BuildOrder, 'productId' | 'selection' | 'texts'>): KnownOrder['unit'] {
  return { productId, choices: { ...selection, ...texts } }
}

/** The page of one order. The token stands after the `#`: browsers never send that part to a server, so no log holds it. */
export function trackingPath(order: { readonly orderId: string; readonly token: string }): string {
  return `/track/${order.orderId}#${order.token}`
}
