/** Orders as a page posts them, for the sections that need many. */
import { randomUUID } from 'node:crypto'
import type { BuildOrder, Product, Selection, Value } from '@lot-one/rules'

const designs = 200

/**
 * Makes a function that gives one new order after the other: random complete designs, all buildable, the same in every run but
 * for their ids. Designs repeat after two hundred, so that making them costs the measurement nothing.
 */
export function orderMaker(product: Product, random: () => number): () => BuildOrder {
  const { id, rulesHash, currency, options, texts } = product.package
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const design = () => {
    const context: Record<string, Value> = {}
    for (const option of options) if (option.role === 'context') context[option.id] = pick(option.values)
    let selection: Selection = {}
    for (let n = 0; n < 6; n++) {
      const option = pick(options.filter(({ role }) => role === 'choice'))
      const next = { ...selection, [option.id]: pick(option.values) }
      if (product.isBuildable({ context, selection: next })) selection = next
    }
    const complete = product.complete({ context, selection })
    if (!complete) throw new Error(`no design for ${JSON.stringify({ context, selection })}`)
    const chosen = options.flatMap((option) =>
      option.role === 'choice' ? [[option.id, complete[option.id]!] as const] : [],
    )
    return {
      productId: id,
      rulesHash,
      context,
      selection: Object.fromEntries(chosen),
      ...(texts.length > 0 && { texts: {} }),
      customer: {
        name: 'Ada Example',
        email: 'ada@example.org',
        address: { street: '1 Example Street', postcode: '12345', city: 'Example', country: 'DE' },
      },
      expectedPriceCents: product.price(complete).totalCents,
      currency,
    }
  }
  const ready = Array.from({ length: designs }, design)
  let count = 0
  return () => ({ orderId: randomUUID(), ...ready[count++ % designs]! })
}

/** Makes a function that gives another buildable value for one option of an order's design, or undefined when it finds none. */
export function changeMaker(
  product: Product,
  random: () => number,
): (order: BuildOrder) => BuildOrder['selection'] | undefined {
  const choices = product.package.options.filter(({ role }) => role === 'choice')
  return ({ context, selection }) => {
    for (let tries = 0; tries < 20; tries++) {
      const option = choices[Math.floor(random() * choices.length)]
      const value = option?.values[Math.floor(random() * option.values.length)]
      if (!option || value === undefined || selection[option.id] === value) continue
      const next = { ...selection, [option.id]: value }
      if (product.isBuildable({ context, selection: next })) return { [option.id]: value }
    }
    return undefined
  }
}
