/**
 * The design of an order, open for change: the same dialogue as in the shop, over a product that holds fast what stations have
 * already used.
 */
import type { OrderSnapshot, Product, Question, Selection } from '@lot-one/rules'
import { openDesign } from './design.ts'
import type { DesignSession } from './design.ts'

/**
 * Gives the product with `locked` options held at their values: never asked back, never part of a way out. Another context than
 * the order's can no longer be had.
 */
function holding(product: Product, context: Selection, locked: Selection): Product {
  const hold = (question: Question): Question => ({
    context: { ...context, ...locked },
    selection: Object.fromEntries(Object.entries(question.selection).filter(([id]) => !(id in locked))),
  })
  const isHere = (question: Question) =>
    Object.entries(question.context).every(([id, value]) => context[id] === value)
  const isHeld = ({ selection }: Question) =>
    Object.entries(locked).every(([id, value]) => selection[id] === undefined || selection[id] === value)
  return {
    ...product,
    check: (question) => product.check(hold(question)),
    statuses: (question) => product.statuses(hold(question)),
    designPrices: (question) => product.designPrices(hold(question)),
    count: (question) => product.count(hold(question)),
    isBuildable: (question) => isHere(question) && isHeld(question) && product.isBuildable(hold(question)),
    complete: (question) => product.complete(hold(question)),
    cheapest: (question) => product.cheapest(hold(question)),
    explain: (question, limit) => product.explain(hold(question), limit),
    repairs: (question, options) => product.repairs(hold(question), options),
  }
}

/**
 * Opens an order's design under its own rules. What is chosen here is kept nowhere: the order changes when the bridge says so.
 * @param locked options that stations have used, with their values
 * @param wishes what was chosen here before something more was locked; taken as far as it still fits
 * @returns the session, and which of the wishes had to be let go
 */
export function openOrderDesign(
  product: Product,
  order: OrderSnapshot,
  locked: Selection,
  wishes: Selection,
): { readonly session: DesignSession; readonly lost: readonly string[] } {
  const choices = product.package.options.filter(({ role }) => role === 'choice').map(({ id }) => id)
  const ordered = Object.fromEntries(
    choices.flatMap((id) => (order.selection[id] === undefined ? [] : [[id, order.selection[id]]])),
  )
  const held = holding(product, order.context, locked)
  const kept: Record<string, Selection[string]> = {}
  const lost: string[] = []
  for (const [id, value] of Object.entries(wishes)) {
    const selection = { ...ordered, ...kept, [id]: value }
    if (id in locked || !held.isBuildable({ context: order.context, selection })) lost.push(id)
    else kept[id] = value
  }
  const session = openDesign({
    product: held,
    keeper: { read: () => null, write() {} },
    context: [order.context],
    saved: {
      design: { context: order.context, selection: { ...ordered, ...kept }, texts: order.texts },
      current: true,
      unknown: [],
      nameless: 0,
    },
  })
  session.dismissNote()
  return { session, lost }
}
