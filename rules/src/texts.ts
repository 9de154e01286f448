/** The shopper's own texts (an engraving): outside the machine, checked and priced the same way in page and bridge. */
import type { ProductPackage, Selection, TextOptionView } from './product.ts'

/** Why a text cannot be taken. */
export interface TextProblem {
  readonly option: string
  /** `unknown`: no such text · `notOffered`: the design does not have it · `tooLong` · `characters`: some cannot be made. */
  readonly reason: 'unknown' | 'notOffered' | 'tooLong' | 'characters'
  /** English, complete sentence part: "may have 20 characters, this has 24". */
  readonly message: string
}

/** Says whether a text may be given with this complete design. */
export function textOffered(option: TextOptionView, design: Selection): boolean {
  return option.when.some((row) => Object.entries(row).every(([id, values]) => values.includes(design[id]!)))
}

/**
 * Checks texts against a complete design and gives what they cost. An empty text is none. Length counts characters, not
 * UTF-16 units.
 */
export function checkTexts(
  { texts: options }: Pick<ProductPackage, 'texts'>,
  design: Selection,
  texts: Readonly<Record<string, string>>,
): {
  readonly problems: readonly TextProblem[]
  readonly priceCents: number
  readonly texts: Readonly<Record<string, string>>
} {
  const problems: TextProblem[] = []
  const taken: Record<string, string> = {}
  let priceCents = 0
  for (const [id, text] of Object.entries(texts)) {
    const option = options.find((each) => each.id === id)
    if (option === undefined) {
      problems.push({ option: id, reason: 'unknown', message: `is no text of this product` })
      continue
    }
    if (text === '') continue
    const length = [...text].length
    if (!textOffered(option, design))
      problems.push({ option: id, reason: 'notOffered', message: 'does not go with this design' })
    else if (length > option.maxLength) {
      problems.push({
        option: id,
        reason: 'tooLong',
        message: `may have ${option.maxLength} characters, this has ${length}`,
      })
    } else if (!new RegExp(`^(?:${option.pattern})$`, 'u').test(text)) {
      problems.push({ option: id, reason: 'characters', message: 'has characters that cannot be made' })
    } else {
      taken[id] = text
      priceCents += option.priceCents
    }
  }
  return { problems, priceCents, texts: taken }
}
