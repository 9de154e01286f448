/**
 * UVL (Universal Variability Language) -> feature model: the Boolean level with groups, group cardinalities and cross-tree
 * constraints. Of the levels above it sums of attributes become sums, prices become prices; whatever has no counterpart is
 * named with its line, never dropped in silence.
 *
 * Grammar: Benavides, Sundermann, Feichtinger, Galindo, Rabiser, Thüm, *UVL: Feature modelling with the Universal
 * Variability Language* (2024); indentation as in Python.
 */
import { parseRational, toNumber } from './rational.ts'
import type { FeatureModel, ReadModel } from './featureModel.ts'
import type { Problem } from './model.ts'
import { readConstraint } from './uvlConstraint.ts'
import type { Attributes } from './uvlConstraint.ts'
import { bare, tokensOf } from './uvlText.ts'
import type { Token } from './uvlText.ts'

interface Line {
  readonly number: number
  readonly indent: number
  readonly tokens: readonly Token[]
}

type Group = { readonly least: number; readonly most: number | undefined; readonly kind: string }

interface Open {
  readonly indent: number
  readonly line: Line
  /** A feature, or a group under the feature `of`. */
  readonly feature?: string
  readonly group?: Group
  readonly of?: string
  readonly members?: string[]
}

const valueTypes = new Set(['Boolean', 'Integer', 'Real', 'String'])
const groupWords: Readonly<Record<string, readonly [number, number | undefined]>> = {
  mandatory: [1, 1],
  optional: [0, 1],
  or: [1, undefined],
  alternative: [1, 1],
}

/** `[2]`, `[1..3]`, `[2..*]` */
function cardinality(tokens: readonly Token[]): readonly [number, number | undefined] | undefined {
  const found = /^\[(\d{1,9})(?:\.\.(\d{1,9}|\*))?\]$/.exec(tokens.map((token) => token.text).join(''))
  if (!found) return undefined
  const least = Number(found[1])
  if (found[2] === '*') return [least, undefined]
  return [least, found[2] === undefined ? least : Number(found[2])]
}

function groupOf(tokens: readonly Token[]): Group | undefined {
  const word = tokens[0]!
  const bounds =
    tokens.length === 1 && !word.quoted && Object.hasOwn(groupWords, word.text)
      ? groupWords[word.text]
      : word.text === '['
        ? cardinality(tokens)
        : undefined
  return bounds && { least: bounds[0], most: bounds[1], kind: word.text === '[' ? 'group' : word.text }
}

/** Reads the text of a UVL file. Pure. */
export function readUvl(text: string, file: string, fileName: string): ReadModel {
  const problems: Problem[] = []
  const leftOut: string[] = []
  const fail = (line: number, column: number, message: string): undefined =>
    void (problems.length < 20 && problems.push({ file, line, column, message }))
  const features: { name: string; priceCents?: number }[] = []
  const known = new Map<string, number>()
  const attributes: Attributes = new Map()
  const tree: FeatureModel['constraints'][number][] = []
  const cross: FeatureModel['constraints'][number][] = []
  const crossLines: Line[] = []
  let name = fileName
  let section = ''
  let root: string | undefined
  const stack: Open[] = []

  const feature = (of: string) => ({ op: 'feature' as const, name: of })
  /** What a finished group says: how many of its members there are when their parent is, and none when it is not. */
  const close = ({ group, of, members, line }: Open) => {
    if (!group || of === undefined || !members) return
    const { kind, least, most = members.length } = group
    const tell = (says: FeatureModel['constraints'][number]['says']) =>
      tree.push({ kind, says, line: line.number })
    if (members.length === 0) return fail(line.number, line.indent + 1, `the group ${kind} of ${of} is empty`)
    if (least > most || least > members.length)
      return fail(
        line.number,
        line.indent + 1,
        `the group of ${of} wants ${least} to ${most} of ${members.length} features: it can never hold`,
      )
    if (kind === 'mandatory' || kind === 'optional') {
      for (const each of members)
        tell(
          kind === 'mandatory'
            ? { op: 'iff', left: feature(each), right: feature(of) }
            : { op: 'implies', left: feature(each), right: feature(of) },
        )
      return undefined
    }
    const sum = (factor: number, bound: 'atLeast' | 'atMost' | 'equals') =>
      tell({
        op: 'sum',
        weights: new Map([...members.map((each) => [each, '1'] as const), [of, String(-factor)]]),
        bounds: { [bound]: '0' },
      })
    if (least === most) sum(least, 'equals')
    else if (most >= members.length) {
      for (const each of members) tell({ op: 'implies', left: feature(each), right: feature(of) })
      if (least === 1)
        tell({ op: 'implies', left: feature(of), right: { op: 'or', args: members.map(feature) } })
      else if (least > 1) sum(least, 'atLeast')
    } else {
      sum(most, 'atMost')
      if (least > 0) sum(least, 'atLeast')
    }
    return undefined
  }

  /** `{abstract, price 12.5, colour 'red', limits {max 3}}` */
  const readAttributes = (of: string, tokens: readonly Token[], line: Line): number | undefined => {
    let priceCents: number | undefined
    const own = new Map<string, string>()
    let at = 1
    while (at < tokens.length && tokens[at]!.text !== '}') {
      const key = tokens[at]!
      const value: Token[] = []
      let depth = 0
      for (at++; at < tokens.length; at++) {
        const { text: word, quoted } = tokens[at]!
        if (!quoted && depth === 0 && (word === ',' || word === '}')) break
        if (!quoted && (word === '{' || word === '[' || word === '(')) depth++
        if (!quoted && (word === '}' || word === ']' || word === ')')) depth--
        value.push(tokens[at]!)
      }
      if (tokens[at]?.text === ',') at++
      const written = value.map((token) => token.text).join('')
      if (key.text === 'constraint' || key.text === 'constraints') {
        const lists = key.text === 'constraints' ? splitAtCommas(value.slice(1, -1)) : [value]
        for (const each of lists) if (each.length > 0) crossLines.push({ ...line, tokens: each })
        continue
      }
      if (key.text === 'abstract' && (written === '' || written === 'true')) continue
      const number = value[0]?.quoted ? undefined : parseRational(written)
      if (number) own.set(key.text, written)
      const cents = number && { n: number.n * 100n, d: number.d }
      if (cents && /^price$/i.test(key.text) && cents.n % cents.d === 0n)
        priceCents = toNumber({ n: cents.n / cents.d, d: 1n })
      else if (!number)
        leftOut.push(
          `line ${line.number}: attribute ${key.text} of ${of} (options have labels and prices, no other attributes)`,
        )
    }
    if (tokens[at]?.text !== '}')
      fail(line.number, tokens[0]!.column, `the attributes of ${of} are not closed: "}" is missing`)
    attributes.set(of, own)
    return priceCents
  }

  const readFeature = (line: Line) => {
    let tokens = line.tokens
    if (tokens.length > 1 && !tokens[0]!.quoted && valueTypes.has(tokens[0]!.text) && isName(tokens[1])) {
      if (tokens[0]!.text !== 'Boolean')
        leftOut.push(
          `line ${line.number}: the value of ${tokens[0]!.text} feature ${bare(tokens[1])} (UVL gives it no range; the feature is on or off)`,
        )
      tokens = tokens.slice(1)
    }
    const first = tokens[0]!
    const at = first.column
    if (!isName(first))
      return fail(
        line.number,
        at,
        `"${line.tokens[0]!.text}" cannot name a feature (put names with other signs in quotes)`,
      )
    const own = bare(first)
    if (known.has(own))
      return fail(line.number, at, `feature ${own} stands twice, first in line ${known.get(own)}`)
    known.set(own, line.number)
    let rest = tokens.slice(1)
    if (rest[0]?.text === 'cardinality') {
      const end = rest.findIndex((token) => token.text === ']')
      const bounds = cardinality(rest.slice(1, end + 1))
      if (!bounds) return fail(line.number, rest[0].column, 'expected cardinality [n..m]')
      if (bounds[0] !== 1 || bounds[1] !== 1)
        leftOut.push(
          `line ${line.number}: copies of ${own} (feature cardinality; the feature is there once or not at all)`,
        )
      rest = rest.slice(end + 1)
    }
    let priceCents: number | undefined
    if (rest[0]?.text === '{') priceCents = readAttributes(own, rest, line)
    else if (rest[0])
      return fail(line.number, rest[0].column, `"${rest[0].text}" is not expected after feature ${own}`)
    features.push({ name: own, ...(priceCents !== undefined && { priceCents }) })
    return own
  }

  const inTree = (line: Line) => {
    while (stack.length > 0 && stack.at(-1)!.indent >= line.indent) close(stack.pop()!)
    const parent = stack.at(-1)
    const group = parent?.feature === undefined ? undefined : groupOf(line.tokens)
    if (parent?.feature !== undefined) {
      if (group) stack.push({ indent: line.indent, line, group, of: parent.feature, members: [] })
      else
        fail(
          line.number,
          line.indent + 1,
          `below feature ${parent.feature} a group is expected: mandatory, optional, or, alternative or [n..m]`,
        )
      return
    }
    const own = readFeature(line)
    if (own === undefined) {
      // What hangs below it would only be follow-up errors.
      stack.push({ indent: line.indent, line, feature: '' })
      return
    }
    if (parent?.members) parent.members.push(own)
    else if (root === undefined) {
      root = own
      tree.push({ kind: 'root', says: feature(own), line: line.number })
    } else fail(line.number, line.indent + 1, `${own} is a second root beside ${root}: a tree has one`)
    stack.push({ indent: line.indent, line, feature: own })
  }

  const imported: string[] = []
  const { lines, broken } = linesOf(text)
  for (const each of broken) fail(each.line, each.column, each.message)
  for (const line of lines) {
    const head = line.tokens[0]!
    if (
      line.indent === 0 &&
      !head.quoted &&
      /^(features|constraints|imports|include|namespace)$/.test(head.text)
    ) {
      section = head.text
      if (section === 'namespace') {
        if (line.tokens[1]) name = line.tokens.slice(1).map(bare).join('')
        section = ''
      }
      continue
    }
    if (section === 'features') inTree(line)
    else if (section === 'constraints') crossLines.push(line)
    else if (section === 'imports') {
      imported.push(`${bare(line.tokens.at(-1)!)}.`)
      leftOut.push(
        `line ${line.number}: import of ${line.tokens.map(bare).join(' ')} (import it by itself and combine both in a scene)`,
      )
    } else if (section !== 'include')
      fail(line.number, line.indent + 1, `"${head.text}" stands outside of features and constraints`)
    if (problems.length >= 20) break
  }
  while (stack.length > 0) close(stack.pop()!)
  if (root === undefined && problems.length === 0)
    fail(1, 1, 'there is no feature: expected features and a tree below it')
  for (const { number, tokens } of crossLines) {
    const elsewhere = tokens.find(
      ({ text: word }) => !known.has(word) && imported.some((prefix) => word.startsWith(prefix)),
    )
    if (elsewhere) {
      const words = tokens.map(bare).join(' ')
      leftOut.push(`line ${number}: ${words} (${elsewhere.text} is a feature of an import)`)
      continue
    }
    const read = readConstraint(tokens, attributes, (each) => known.has(each), [...known.keys()])
    if ('leftOut' in read)
      leftOut.push(
        `line ${number}: ${tokens.map((token) => (token.quoted ? `"${token.text}"` : token.text)).join(' ')} (${read.leftOut})`,
      )
    else if ('problem' in read) fail(number, read.column, read.problem)
    else cross.push({ kind: 'rule', says: read.says, line: number })
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, model: { name, features, constraints: [...tree, ...cross], leftOut } }
}

const isName = (token: Token | undefined): token is Token =>
  token !== undefined && (token.quoted || /^[\p{L}\p{N}_$#][\p{L}\p{N}_.$#§%?\\'´`-]*$/u.test(token.text))

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.text === '(' && !token.quoted) depth++
    if (token.text === ')' && !token.quoted) depth--
    if (token.text === ',' && !token.quoted && depth === 0) parts.push([])
    else parts.at(-1)!.push(token)
  }
  return parts
}

/** Logical lines: comments gone, indentation counted (a tab is four), lines with open brackets joined. */
function linesOf(text: string): {
  lines: Line[]
  broken: { line: number; column: number; message: string }[]
} {
  const lines: Line[] = []
  const tokens = tokensOf(text)
  let here: Token[] = []
  let depth = 0
  let indent = 0
  const end = () => {
    if (here.length > 0) lines.push({ number: here[0]!.line, indent, tokens: here })
    here = []
  }
  for (const token of tokens.tokens) {
    if (here.length === 0 || (depth === 0 && token.line !== here.at(-1)!.line)) {
      end()
      indent = token.indent
      depth = 0
    }
    here.push(token)
    if (!token.quoted && /^[({[]$/.test(token.text)) depth++
    if (!token.quoted && /^[)}\]]$/.test(token.text)) depth = Math.max(0, depth - 1)
  }
  end()
  return { lines, broken: tokens.broken }
}
