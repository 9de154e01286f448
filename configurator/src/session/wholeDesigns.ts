/** Whole designs that the shop proposes: one of all at random, and the cheapest one that keeps what the shopper chose. */
import type { Configuration, Product, Question, Selection, Value } from '@lot-one/rules'

/**
 * Draws a buildable design of a context: options in random order, each gets one of its values that still fit, all equally likely.
 * That shows more of a product than drawing evenly among all designs would, where a value that forbids much hardly ever comes up.
 * @param random gives a number from 0 up to, not including, 1
 */
export function surpriseDesign(product: Product, context: Selection, random: () => number): Selection {
  const selection: Record<string, Value> = {}
  const options = product.package.options.filter(({ role }) => role === 'choice')
  for (const option of shuffled(options, random)) {
    for (const value of shuffled(option.values, random)) {
      selection[option.id] = value
      if (product.isBuildable({ context, selection })) break
      delete selection[option.id]
    }
  }
  const configuration = product.complete({ context, selection })
  if (!configuration) throw new Error(`${product.package.id} has no design for ${JSON.stringify(context)}`)
  return fewestChoices(product, { context, selection: {} }, configuration)
}

/** What the cheapest design with the same choices costs, and the choices that give it; `undefined` when the design is it already. */
export function cheapestDesign(
  product: Product,
  question: Question,
):
  | { readonly selection: Selection; readonly configuration: Configuration; readonly cents: number }
  | undefined {
  const now = product.complete(question)
  const cheapest = product.cheapest(question)
  if (!now || !cheapest) return undefined
  const { totalCents: cents } = product.price(cheapest)
  if (cents >= product.price(now).totalCents) return undefined
  return { selection: fewestChoices(product, question, cheapest), configuration: cheapest, cents }
}

/** Adds to the choices of a question only those without which its completion would differ from `wanted`. */
function fewestChoices(
  product: Product,
  { context, selection: start }: Question,
  wanted: Configuration,
): Selection {
  const selection: Record<string, Value> = { ...start }
  for (;;) {
    const completed = product.complete({ context, selection })
    const other = product.package.options.find(
      ({ id, role }) => role === 'choice' && completed?.[id] !== wanted[id],
    )
    if (!other) return selection
    selection[other.id] = wanted[other.id]!
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}
