/** Two designs of one product side by side: what each would be, and only what differs. */
import type { Configuration, Product, Selection, Value } from '@lot-one/rules'
import { writtenTexts } from './designView.ts'
import type { SharedDesign } from './link.ts'

/** One side: a design as it can be built today, or the nearest thing to say of one that cannot. */
export interface Side {
  readonly design: SharedDesign['design']
  /** Every option with its value; of a design that cannot be built only what was chosen. */
  readonly choices: Selection
  /** Texts that can be made. */
  readonly texts: Readonly<Record<string, string>>
  /** Gross; absent when it cannot be built. */
  readonly cents: number | undefined
}

export interface Difference {
  readonly option: string
  /** Absent where a side that cannot be built leaves the option open. */
  readonly a: Value | undefined
  readonly b: Value | undefined
}

/** Completes a design for a comparison. Values the rules do not know are left out. */
export function sideOf(product: Product, design: SharedDesign['design']): Side {
  const known = (part: Selection): Selection => {
    const unknown = new Set(product.problems({ selection: part }).map(({ option }) => option))
    return Object.fromEntries(Object.entries(part).filter(([option]) => !unknown.has(option)))
  }
  const question = { context: known(design.context), selection: known(design.selection) }
  const configuration: Configuration | undefined = product.complete(question)
  const { texts, lines } = configuration
    ? writtenTexts(product.package, configuration, design.texts)
    : { texts: {}, lines: [] }
  return {
    design: { ...question, texts: design.texts },
    choices: configuration ?? { ...question.context, ...question.selection },
    texts,
    cents:
      configuration && lines.reduce((sum, { cents }) => sum + cents, product.price(configuration).totalCents),
  }
}

/** Gives the options, country included, in which two sides differ, in the order of the product, and how many are the same. */
export function compareSides(
  product: Product,
  a: Side,
  b: Side,
): { readonly differences: readonly Difference[]; readonly same: number } {
  const options = product.package.options.filter(({ role }) => role !== 'derived')
  const pairs = [
    ...options.map(({ id }) => ({ option: id, a: a.choices[id], b: b.choices[id] })),
    ...product.package.texts.map(({ id }) => ({ option: id, a: a.texts[id], b: b.texts[id] })),
  ]
  const differences = pairs.filter((pair) => pair.a !== pair.b)
  return { differences, same: pairs.length - differences.length }
}
