/** Finding options and values by what people call them: names in the shopper's language, in the other languages, ids and numbers. */
import type { OptionView, Product, Value } from '@lot-one/rules'

/** One thing that can be found: an option, or one of its values. */
export interface Finding {
  readonly option: OptionView
  readonly value?: Value
  readonly step: string
}

interface Entry {
  readonly finding: Finding
  /** Words it is called by in the shopper's language, folded. */
  readonly names: readonly string[]
  /** Words it is called by elsewhere: other languages, ids, the option's name for a value. */
  readonly others: readonly string[]
}

/** Letters without case, accents, Arabic vowel signs and stretching, so that "kuhl" finds "Kühl". */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\u0640]/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[أإآ]/gu, 'ا')
}

const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/**
 * Makes the index of a product; options no step names belong to the last one, as on the page.
 * @param nameOf a value's name as the page shows it, with the units of the country
 */
export function indexOf(
  product: Product,
  language: string,
  nameOf: (option: string, value: Value) => string,
): (query: string) => readonly Finding[] {
  const { options, steps } = product.package
  const entries: Entry[] = options
    .filter(({ role }) => role === 'choice')
    .flatMap((option) => {
      const step = (steps.find((each) => each.options.includes(option.id)) ?? steps.at(-1))?.id ?? 'all'
      const name = wordsOf(product.label(option.id, language))
      const elsewhere = [...Object.values(option.label), option.id].flatMap(wordsOf)
      const whole: Entry = { finding: { option, step }, names: name, others: elsewhere }
      // a switch is found as itself: its yes and no say nothing of their own
      if (option.type === 'bool') return [whole]
      const values = option.values.map((value, i): Entry => ({
        finding: { option, value, step },
        names: wordsOf(nameOf(option.id, value)),
        others: [
          ...Object.values(option.valueLabels[i] ?? {}).flatMap(wordsOf),
          ...wordsOf(String(value)),
          ...elsewhere,
        ],
      }))
      return [whole, ...values]
    })

  return (query) => {
    const wanted = wordsOf(query)
    if (wanted.length === 0) return []
    return entries
      .map((entry, order) => ({ entry, order, score: scoreOf(entry, wanted) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.order - b.order)
      .map(({ entry }) => entry.finding)
  }
}

/** Every word must be found, and one of them in the thing's own name; the start of a word counts more than its middle. */
function scoreOf({ names, others, finding }: Entry, wanted: readonly string[]): number {
  let sum = 0
  let own = finding.value === undefined
  for (const word of wanted) {
    const inName = best(names, word)
    const elsewhere = best(others, word)
    if (inName === 0 && elsewhere === 0) return 0
    if (inName > 0) own = true
    sum += Math.max(inName * 2, elsewhere)
  }
  // "ice" alone lists the option and what has ice in its name, not every value of the ice maker
  if (!own && !matchesOwnValue(finding, wanted)) return 0
  return sum / wanted.length
}

const best = (names: readonly string[], word: string): number =>
  names.reduce(
    (most, name) =>
      Math.max(most, name === word ? 3 : name.startsWith(word) ? 2 : name.includes(word) ? 1 : 0),
    0,
  )

/** Whether a word is the value itself in an id or another language, rather than only its option's name. */
function matchesOwnValue({ option, value }: Finding, wanted: readonly string[]): boolean {
  const i = value === undefined ? -1 : option.values.indexOf(value)
  const own = [...Object.values(option.valueLabels[i] ?? {}), String(value)].flatMap(wordsOf)
  return wanted.some((word) => best(own, word) > 0)
}
