/** One cross-tree constraint of a UVL file. */
import type { Sentence, WeightedSum } from './featureModel.ts'
import { suggestion } from './nearest.ts'
import { parseRational } from './rational.ts'
import type { Token } from './uvlText.ts'

/** Feature -> numeric attribute -> number as written. */
export type Attributes = Map<string, ReadonlyMap<string, string>>

export type ReadConstraint =
  | { readonly says: Sentence | WeightedSum }
  | { readonly leftOut: string }
  | { readonly problem: string; readonly column: number }

const maxDepth = 1_000
const comparisons = new Set(['==', '!=', '<', '>', '<=', '>='])
const arithmetic = new Set(['+', '-', '*', '/'])

class Broken extends Error {
  readonly column: number
  constructor(message: string, column: number) {
    super(message)
    this.column = column
  }
}

const decimals = (number: string): number => /\.(\d*)$/.exec(number)?.[1]?.length ?? 0

/** `sum(price) <= 120` or `120 >= sum(price)`: a sum over every feature with the attribute. */
function readSum(tokens: readonly Token[], attributes: Attributes): WeightedSum | undefined {
  const at = tokens.findIndex((token) => comparisons.has(token.text) && !token.quoted)
  if (at < 0) return undefined
  const [left, right] = [tokens.slice(0, at), tokens.slice(at + 1)]
  const isSum = (side: readonly Token[]) =>
    side.length === 4 && side[0]!.text === 'sum' && side[1]!.text === '('
  const [sum, number, turned] = isSum(left) ? [left, right, false] : [right, left, true]
  const bound = number.map((token) => token.text).join('')
  if (!isSum(sum) || !parseRational(bound)) return undefined
  const attribute = sum[2]!.text
  const weights = new Map<string, string>()
  for (const [feature, own] of attributes) {
    const weight = own.get(attribute)
    if (weight !== undefined) weights.set(feature, weight)
  }
  if (weights.size === 0) return undefined
  // Strictly less is at most one unit of the last decimal less.
  const places = Math.max(decimals(bound), ...[...weights.values()].map(decimals))
  const unit = 10n ** BigInt(places)
  const exact = parseRational(bound)!
  const shifted = (by: bigint): string => {
    const units = (exact.n * unit) / exact.d + by
    const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
    const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
    return units < 0n ? `-${text}` : text
  }
  const mirrored: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }
  const written = tokens[at]!.text
  switch (turned ? (mirrored[written] ?? written) : written) {
    case '<':
      return { op: 'sum', weights, bounds: { atMost: shifted(-1n) } }
    case '>':
      return { op: 'sum', weights, bounds: { atLeast: shifted(1n) } }
    case '<=':
      return { op: 'sum', weights, bounds: { atMost: bound } }
    case '>=':
      return { op: 'sum', weights, bounds: { atLeast: bound } }
    case '==':
      return { op: 'sum', weights, bounds: { equals: bound } }
    default:
      return undefined
  }
}

/** Reads one constraint: logic over features, or one bounded sum of an attribute. Pure. */
export function readConstraint(
  tokens: readonly Token[],
  attributes: Attributes,
  isFeature: (name: string) => boolean,
  names: readonly string[],
): ReadConstraint {
  const isPlain = (text: string) => (token: Token) => !token.quoted && token.text === text
  if (tokens.some((token) => !token.quoted && (comparisons.has(token.text) || arithmetic.has(token.text)))) {
    const says = readSum(tokens, attributes)
    if (says) return { says }
    return { leftOut: 'of arithmetic only sum(attribute) compared with a number has a counterpart' }
  }
  let at = 0
  let depth = 0
  const peek = (text: string) => tokens[at] !== undefined && isPlain(text)(tokens[at]!)
  const last = tokens.at(-1)!
  // From loosest to tightest: <=>, =>, |, &, !; a row of the same leans to the left, as in the grammar UVL publishes.
  const iff = (): Sentence => {
    let left = implies()
    while (peek('<=>')) {
      at++
      left = { op: 'iff', left, right: implies() }
    }
    return left
  }
  const implies = (): Sentence => {
    let left = many('|')
    while (peek('=>')) {
      at++
      left = { op: 'implies', left, right: many('|') }
    }
    return left
  }
  const many = (operator: '|' | '&'): Sentence => {
    const part = () => (operator === '|' ? many('&') : unary())
    const args = [part()]
    while (peek(operator)) {
      at++
      args.push(part())
    }
    return args.length === 1 ? args[0]! : { op: operator === '|' ? 'or' : 'and', args }
  }
  const deeper = (read: () => Sentence): Sentence => {
    if (++depth > maxDepth) throw new Broken('this constraint is nested too deeply', tokens[at]?.column ?? 1)
    const says = read()
    depth--
    return says
  }
  const unary = (): Sentence => {
    const token = tokens[at]
    if (!token) throw new Broken('the constraint ends here: a feature is missing', last.column)
    at++
    if (isPlain('!')(token)) return { op: 'not', arg: deeper(unary) }
    if (isPlain('(')(token)) {
      const says = deeper(iff)
      if (!peek(')')) throw new Broken('")" is missing', tokens[at]?.column ?? last.column)
      at++
      return says
    }
    // Parts of a qualified name may be quoted one by one: shop."Pay now".
    if (isFeature(token.text)) return { op: 'feature', name: token.text }
    if (!token.quoted && (token.text === 'true' || token.text === 'false'))
      return { op: 'constant', value: token.text === 'true' }
    throw new Broken(`there is no feature "${token.text}"${suggestion(token.text, names)}`, token.column)
  }
  try {
    const says = iff()
    if (at < tokens.length) throw new Broken(`"${tokens[at]!.text}" is not expected here`, tokens[at]!.column)
    return { says }
  } catch (error) {
    if (error instanceof Broken) return { problem: error.message, column: error.column }
    throw error
  }
}
