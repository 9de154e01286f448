/**
 * A whole design in a link: `#d=RULES.PRICE.CHOICES&t.engraving=Mira`. Every choice is three characters, a hash of `option=value`:
 * short enough for a QR code, and still readable under other rules, because what still exists keeps its hash. What no longer exists
 * can then only be counted. A pair whose hash another value of the product shares stands in clear: `&width_mm=800`.
 *
 * Links of before (`#r=RULES&p=PRICE&c.country=DE&width_mm=800`) hold everything in clear and are still read.
 */
import type { Design, OptionView, ProductPackage, Value } from '@lot-one/rules'

/** Six bits a character, safe in a URL as they are (RFC 4648 §5). */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const choiceLength = 3
/** Characters of the rules hash in a link, 36 bits: enough to notice a change, which is all it is for. */
const hashLength = 6
/** As hexadecimal digits in links of before. */
const clearHashLength = 12

export interface SharedDesign {
  readonly design: Design
  /** Whether the link was made under exactly these rules. */
  readonly current: boolean
  /** Gross total when the link was made. */
  readonly priceCents?: number
  /** `option=value` pairs these rules do not know. */
  readonly unknown: readonly string[]
  /** How many more choices these rules do not know; a short link does not say which. */
  readonly nameless: number
}

type Pairs = Record<string, Value>

/** Writes a design as a URL fragment without the `#`. */
export function writeLink(pkg: ProductPackage, design: Design, priceCents: number): string {
  const codes = codesOf(pkg)
  const clear = new URLSearchParams()
  let choices = ''
  for (const [role, pairs] of [
    ['context', design.context],
    ['choice', design.selection],
  ] as const) {
    for (const [id, value] of Object.entries(pairs)) {
      const code = codeOf(id, value)
      if (codes.get(code)?.length === 1) choices += code
      else clear.set(role === 'context' ? `c.${id}` : id, String(value))
    }
  }
  for (const [id, text] of Object.entries(design.texts)) if (text) clear.set(`t.${id}`, text)
  const rest = clear.size > 0 ? `&${clear.toString()}` : ''
  return `d=${rulesCode(pkg)}.${numeral(priceCents, 1)}.${choices}${rest}`
}

/** Reads a fragment written by `writeLink`; `undefined` when it is not one. Unknown options and values are told, never guessed. */
export function readLink(pkg: ProductPackage, fragment: string): SharedDesign | undefined {
  const params = new URLSearchParams(fragment.replace(/^#/, ''))
  const short = /^([\w-]*)\.([\w-]*)\.([\w-]*)$/.exec(params.get('d') ?? '')
  const clearHash = params.get('r')
  if (!short && clearHash === null) return undefined
  const context: Pairs = {}
  const selection: Pairs = {}
  const texts: Record<string, string> = {}
  const unknown: string[] = []
  let nameless = 0
  const take = (option: OptionView, value: Value) => {
    ;(option.role === 'context' ? context : selection)[option.id] = value
  }

  if (short) {
    const codes = codesOf(pkg)
    const choices = short[3]!
    for (let at = 0; at < choices.length; at += choiceLength) {
      const [pair, ...others] = codes.get(choices.slice(at, at + choiceLength)) ?? []
      if (pair && others.length === 0) take(pair.option, pair.value)
      else nameless++
    }
  }
  for (const [key, text] of params) {
    if (key === 'd' || key === 'r' || key === 'p') continue
    if (`${key}${text}`.includes('\uFFFD')) {
      // cut in the middle of a character: nobody can read what it was
      nameless++
      continue
    }
    if (key.startsWith('t.')) {
      const id = key.slice(2)
      if (pkg.texts.some((t) => t.id === id)) texts[id] = text
      else unknown.push(`${id}=${text}`)
      continue
    }
    const role = key.startsWith('c.') ? 'context' : 'choice'
    const id = role === 'context' ? key.slice(2) : key
    const option = pkg.options.find((o) => o.id === id && o.role === role)
    const value = option?.values.find((each) => String(each) === text)
    if (!option || value === undefined) unknown.push(`${id}=${text}`)
    else take(option, value)
  }
  const price = short ? numberOf(short[2]!) : Number(params.get('p') ?? Number.NaN)
  return {
    design: { context, selection, texts },
    current: short
      ? short[1] === rulesCode(pkg)
      : clearHash!.length === clearHashLength && pkg.rulesHash.startsWith(clearHash!),
    ...(Number.isInteger(price) && { priceCents: price }),
    unknown,
    nameless,
  }
}

type Codes = Map<string, { option: OptionView; value: Value }[]>
const made = new WeakMap<ProductPackage, Codes>()

/** Every code of a product with the pairs it stands for: one, or it is of no use. */
function codesOf(pkg: ProductPackage): Codes {
  const known = made.get(pkg)
  if (known) return known
  const codes: Codes = new Map()
  made.set(pkg, codes)
  for (const option of pkg.options) {
    if (option.role === 'derived') continue
    for (const value of option.values) {
      const code = codeOf(option.id, value)
      codes.set(code, [...(codes.get(code) ?? []), { option, value }])
    }
  }
  return codes
}

/** FNV-1a of the pair, folded to the 18 bits of three characters. */
function codeOf(option: string, value: Value): string {
  let hash = 0x811c9dc5
  for (const char of `${option}=${String(value)}`)
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0
  return numeral((hash ^ (hash >>> 18)) & 0x3ffff, choiceLength)
}

const rulesCode = (pkg: ProductPackage) =>
  numeral(Number.parseInt(pkg.rulesHash.slice(0, (hashLength * 6) / 4), 16), hashLength)

/** A number in base 64, most significant digit first. */
function numeral(n: number, minLength: number): string {
  let text = ''
  for (let rest = n; rest > 0; rest = Math.floor(rest / 64)) text = digits[rest % 64]! + text
  return text.padStart(minLength, digits[0])
}

function numberOf(text: string): number {
  let sum = text === '' ? Number.NaN : 0
  for (const char of text) sum = sum * 64 + digits.indexOf(char)
  return sum
}
