/**
 * A whole design in a link: `#r=RULES&p=PRICE&c.country=DE&width_mm=800&t.engraving=Mira`. Option and value ids stand in clear,
 * so a link survives a new version of the rules: what still exists is taken, what does not is named.
 */
import type { Design, OptionView, ProductPackage } from '@lot-one/rules'

/** How much of the rules hash goes into a link: enough to notice a change, which is all it is for. */
const hashLength = 12

export interface SharedDesign {
  readonly design: Design
  /** Whether the link was made under exactly these rules. */
  readonly current: boolean
  /** Gross total when the link was made. */
  readonly priceCents?: number
  /** `option=value` pairs these rules do not know. */
  readonly unknown: readonly string[]
}

/** Writes a design as a URL fragment without the `#`. */
export function writeLink(pkg: ProductPackage, design: Design, priceCents: number): string {
  const params = new URLSearchParams({ r: pkg.rulesHash.slice(0, hashLength), p: String(priceCents) })
  for (const [id, value] of Object.entries(design.context)) params.set(`c.${id}`, String(value))
  for (const [id, value] of Object.entries(design.selection)) params.set(id, String(value))
  for (const [id, text] of Object.entries(design.texts)) if (text) params.set(`t.${id}`, text)
  return params.toString()
}

/** Reads a fragment written by `writeLink`; `undefined` when it is not one. Unknown options and values are listed, never guessed. */
export function readLink(pkg: ProductPackage, fragment: string): SharedDesign | undefined {
  const params = new URLSearchParams(fragment.replace(/^#/, ''))
  const rules = params.get('r')
  if (rules === null) return undefined
  const context: Record<string, string | number | boolean> = {}
  const selection: Record<string, string | number | boolean> = {}
  const texts: Record<string, string> = {}
  const unknown: string[] = []
  for (const [key, text] of params) {
    if (key === 'r' || key === 'p') continue
    if (key.startsWith('t.')) {
      const id = key.slice(2)
      if (pkg.texts.some((t) => t.id === id)) texts[id] = text
      else unknown.push(`${id}=${text}`)
      continue
    }
    const role = key.startsWith('c.') ? 'context' : 'choice'
    const id = role === 'context' ? key.slice(2) : key
    const value = valueOf(
      pkg.options.find((o) => o.id === id && o.role === role),
      text,
    )
    if (value === undefined) unknown.push(`${id}=${text}`)
    else if (role === 'context') context[id] = value
    else selection[id] = value
  }
  const price = Number(params.get('p') ?? Number.NaN)
  return {
    design: { context, selection, texts },
    current: pkg.rulesHash.startsWith(rules) && rules.length === hashLength,
    ...(Number.isInteger(price) && { priceCents: price }),
    unknown,
  }
}

function valueOf(option: OptionView | undefined, text: string) {
  return option?.values.find((value) => String(value) === text)
}
