/** Saved designs and open orders against an edit of the rules: which can no longer be built, and the cheapest way out. */
import type { ProductModel, Value } from './model.ts'
import type { Product, Question, Selection } from './product.ts'

/** A saved design or an open order, as it stands in its file. */
export interface SavedOrder {
  /** Line of the file, from 1. */
  readonly line: number
  readonly id?: string
  readonly productId?: string
  /** Order date (ISO day). */
  readonly at?: string
  readonly context: Selection
  readonly selection: Selection
}

/** What the shopper (or the planner) must be told. */
export interface BrokenOrder {
  readonly line: number
  readonly id?: string
  /** Options and values the new rules no longer have. */
  readonly gone: readonly { readonly option: string; readonly value: Value }[]
  /** Rules of one minimal conflict; empty when only values are gone. */
  readonly ruleIds: readonly string[]
  /** Fewest changes, then cheapest; `priceDeltaCents` against what the design cost before. `undefined`: there is none. */
  readonly repair?: { readonly change: Selection; readonly priceDeltaCents: number }
}

export interface JudgedOrders {
  readonly checked: number
  /** Of other products: not looked at. */
  readonly others: number
  /** Could not be built before the edit either. */
  readonly brokenBefore: number
  /** Still buildable, at another price. */
  readonly repriced: number
  readonly broken: readonly BrokenOrder[]
}

/** One side of the edit: its model, and its product on an order date. */
export interface OrderSide {
  readonly model: ProductModel
  readonly on: (day: string | undefined) => Product
}

type Asked = Question & { readonly gone: readonly { readonly option: string; readonly value: Value }[] }

/**
 * An order as a question: what the rules determine is not asked, what they do not know is gone. An option that the edit took
 * away is no loss to an order that has what the option was unless chosen.
 */
function askedOf({ context, selection }: SavedOrder, model: ProductModel, old: ProductModel): Asked {
  const known = { context: {} as Record<string, Value>, selection: {} as Record<string, Value> }
  const gone: { option: string; value: Value }[] = []
  for (const [option, value] of Object.entries({ ...selection, ...context })) {
    const own = model.options.find(({ id }) => id === option)
    if (own?.role === 'derived') continue
    const before = own ? undefined : old.options.find(({ id }) => id === option)
    if (before && (before.role === 'derived' || before.values[before.default ?? 0] === value)) continue
    if (!own?.values.includes(value)) gone.push({ option, value })
    else (own.role === 'context' ? known.context : known.selection)[option] = value
  }
  return { ...known, gone }
}

const centsOf = (product: Product, question: Question): number | undefined => {
  const design = product.complete(question)
  return design && product.price(design).totalCents
}

/** Judges every order against both sides of an edit. Pure apart from `on`. */
export function judgeOrders(orders: readonly SavedOrder[], old: OrderSide, next: OrderSide): JudgedOrders {
  let [others, brokenBefore, repriced] = [0, 0, 0]
  const broken: BrokenOrder[] = []
  for (const order of orders) {
    if (
      order.productId !== undefined &&
      order.productId !== next.model.id &&
      order.productId !== old.model.id
    ) {
      others++
      continue
    }
    const product = next.on(order.at)
    const before = askedOf(order, old.model, old.model)
    const beforeCents = before.gone.length > 0 ? undefined : centsOf(old.on(order.at), before)
    const asked = askedOf(order, next.model, old.model)
    const fits = product.isBuildable(asked)
    if (fits && asked.gone.length === 0) {
      if (beforeCents !== undefined && centsOf(product, asked) !== beforeCents) repriced++
      continue
    }
    if (beforeCents === undefined) {
      brokenBefore++
      continue
    }
    // An option that is gone altogether asks for no new value; a value that is gone does.
    const lostValues = asked.gone.filter(({ option }) => next.model.options.some(({ id }) => id === option))
    const change: Record<string, Value> = { ...(fits ? {} : product.repairs(asked, { limit: 1 })[0]?.change) }
    const kept: Question = { context: asked.context, selection: { ...asked.selection, ...change } }
    const cheapest = lostValues.length > 0 ? product.cheapest(kept) : undefined
    for (const { option } of lostValues) if (cheapest) change[option] = cheapest[option]!
    const cents = centsOf(product, { ...kept, selection: { ...kept.selection, ...change } })
    // A country that is no longer sold to is nothing a shopper can change.
    const isContextGone = lostValues.some(
      ({ option }) => next.model.options.find(({ id }) => id === option)!.role === 'context',
    )
    const { line, id } = order
    broken.push({
      line,
      ...(id !== undefined && { id }),
      gone: asked.gone,
      ruleIds: fits ? [] : (product.explain(asked, 1)[0]?.ruleIds ?? []),
      ...(cents !== undefined &&
        !isContextGone && { repair: { change, priceDeltaCents: cents - beforeCents } }),
    })
  }
  return { checked: orders.length - others, others, brokenBefore, repriced, broken }
}
