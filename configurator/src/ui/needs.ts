import type { Product, TextOptionView } from '@lot-one/rules'
import type { Words } from './words.ts'

/** What a text needs before it can be had, in words: "Finish: Matte lacquer / Coloured glass". */
export const needsOf = (words: Words, product: Product, { when }: TextOptionView): string[] => [
  ...new Set(
    when.flatMap((row) =>
      Object.entries(row).map(
        ([option, values]) =>
          `${product.label(option, words.language)}: ${values.map((value) => words.value(product, option, value)).join(' / ')}`,
      ),
    ),
  ),
]
