/**
 * Boolean feature models of other tools -> rule files: every feature becomes an on/off option of its own, every constraint a
 * rule, so that the file allows exactly the same combinations. `dimacs.ts` and `uvl.ts` read, this writes.
 */
import { readable } from './reader.ts'
import type { Problem } from './model.ts'

/** A logical sentence over features, named as in their file. */
export type Sentence =
  | { readonly op: 'feature'; readonly name: string }
  | { readonly op: 'constant'; readonly value: boolean }
  | { readonly op: 'not'; readonly arg: Sentence }
  | { readonly op: 'and' | 'or'; readonly args: readonly Sentence[] }
  | { readonly op: 'implies' | 'iff'; readonly left: Sentence; readonly right: Sentence }

/** Weights of features add up within bounds (decimals as written). */
export interface WeightedSum {
  readonly op: 'sum'
  readonly weights: ReadonlyMap<string, string>
  readonly bounds: Readonly<Partial<Record<'atLeast' | 'atMost' | 'equals', string>>>
}

export interface FeatureModel {
  readonly name: string
  /** Names in file order, each once; `priceCents` where the file tells a price. */
  readonly features: readonly { readonly name: string; readonly priceCents?: number }[]
  readonly constraints: readonly {
    /** A short word the ids of its rules begin with. */
    readonly kind: string
    readonly says: Sentence | WeightedSum
    /** Where it stands in the source, for whoever looks a rule up. */
    readonly line: number
  }[]
  /** What the rule language has no place for, as sentences with their line. */
  readonly leftOut: readonly string[]
}

/** A file that can be read, or everything that is wrong with it. */
export type ReadModel =
  | { readonly ok: true; readonly model: FeatureModel }
  | { readonly ok: false; readonly problems: Problem[] }

/** Words that YAML or the grammar of expressions keeps for itself. */
const reserved = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void ' +
    'while size type int uint double string bytes bool list map timestamp duration dyn has all exists exists_one filter'
  ).split(' '),
)
/** Expressions longer than this are refused by the loader. */
const maxExpression = 19_000

/** `Kühl Gerät` -> `K_hl_Ger_t`: what may name an option, each name once. */
export function optionNames(names: readonly string[]): Map<string, string> {
  const given = new Map<string, string>()
  const taken = new Set<string>()
  for (const name of names) {
    const plain = name.replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d|$)/, '_')
    const base = reserved.has(plain.toLowerCase()) ? `${plain}_` : plain
    let id = base
    for (let n = 2; taken.has(id); n++) id = `${base}_${n}`
    taken.add(id)
    given.set(name, id)
  }
  return given
}

/** Literals of a sentence that is one clause; `undefined` for all others. */
function clauseOf(sentence: Sentence): { name: string; positive: boolean }[] | undefined {
  const literals: { name: string; positive: boolean }[] = []
  const open: { says: Sentence; positive: boolean }[] = [{ says: sentence, positive: true }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { says, positive } = next
    if (says.op === 'feature') literals.push({ name: says.name, positive })
    else if (says.op === 'not') open.push({ says: says.arg, positive: !positive })
    else if ((says.op === 'or' || says.op === 'and') && (says.op === 'or') === positive)
      open.push(...says.args.toReversed().map((arg) => ({ says: arg, positive })))
    else if (says.op === 'implies' && positive)
      open.push({ says: says.right, positive }, { says: says.left, positive: false })
    else return undefined
  }
  return literals
}

/** A sentence in the grammar of expressions. `undefined` when it grows beyond what one expression may hold. */
function expression(sentence: Sentence, ids: ReadonlyMap<string, string>): string | undefined {
  let tooLong = false
  const joined = (parts: readonly string[], operator: string): string => {
    const text = parts.length === 1 ? parts[0]! : `(${parts.join(` ${operator} `)})`
    if (text.length > maxExpression) tooLong = true
    return tooLong ? '' : text
  }
  const write = (says: Sentence, positive: boolean): string => {
    if (tooLong) return ''
    switch (says.op) {
      case 'feature':
        return `${positive ? '' : '!'}${ids.get(says.name)!}`
      case 'constant':
        return String(says.value === positive)
      case 'not':
        return write(says.arg, !positive)
      case 'and':
      case 'or':
        return joined(
          says.args.map((arg) => write(arg, positive)),
          (says.op === 'and') === positive ? '&&' : '||',
        )
      case 'implies':
        return joined([write(says.left, !positive), write(says.right, positive)], positive ? '||' : '&&')
      case 'iff': {
        const [left, notLeft] = [write(says.left, true), write(says.left, false)]
        const [right, notRight] = [write(says.right, positive), write(says.right, !positive)]
        return joined([joined([left, right], '&&'), joined([notLeft, notRight], '&&')], '||')
      }
    }
  }
  const text = write(sentence, true)
  return tooLong ? undefined : text.replace(/^\((?=[^()]*\)$)(.*)\)$/, '$1')
}

const quoted = (text: string): string => JSON.stringify(text)

/** What a constraint says, as keys of a rule; `undefined` when it always holds. Several when it falls into parts. */
function rulesOf(
  says: Sentence | WeightedSum,
  ids: ReadonlyMap<string, string>,
): readonly string[] | { readonly tooLong: true } {
  if (says.op === 'sum') {
    const terms = [...says.weights].map(([name, weight]) => `${ids.get(name)!}: ${weight}`)
    const bounds = Object.entries(says.bounds).map(([key, bound]) => `${key}: ${bound}`)
    return [`sum: { ${terms.join(', ')} }, ${bounds.join(', ')}`]
  }
  if (says.op === 'and') {
    const parts = says.args.map((arg) => rulesOf(arg, ids))
    return parts.some((part) => 'tooLong' in part) ? { tooLong: true } : (parts as string[][]).flat()
  }
  const clause = clauseOf(says)
  if (clause) {
    const words = [
      ...new Set(clause.map(({ name, positive }) => `${ids.get(name)!}${positive ? '' : '=false'}`)),
    ]
    if (words.some((word) => words.includes(`${word}=false`))) return []
    return words.length === 0 ? [`check: 'false'`] : [`of: [${words.join(', ')}], atLeast: 1`]
  }
  const parts = says.op === 'implies' || says.op === 'iff' ? [says.left, says.right] : [says]
  const written = parts.map((part) => expression(part, ids))
  if (written.includes(undefined)) return { tooLong: true }
  const [left, right] = written as string[]
  if (says.op === 'implies') return [`if: '${left}', then: '${right}'`]
  return says.op === 'iff' ? [`iff: ['${left}', '${right}']`] : [`check: '${left}'`]
}

/** `Bücher 2.0` -> `b-cher-2-0`. */
const familyName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'imported'

/**
 * Writes a feature model as a rule file: the same combinations, one on/off option per feature, labels as in the source.
 * What was left out stands in comments at its head. Pure.
 */
export function writeRuleFile(model: FeatureModel, source: string): ReadModel | { ok: true; yaml: string } {
  const ids = optionNames(model.features.map(({ name }) => name))
  const problems: Problem[] = []
  const lines = [
    `# Imported from ${source.replaceAll(/\s+/g, ' ')}: ${model.features.length} features, ${model.constraints.length} constraints.`,
    ...model.leftOut.map((each) => `# Left out: ${each.replaceAll(/\s+/g, ' ')}`),
    'rules: 1',
    `family: ${familyName(model.name)}`,
    `title: ${quoted(model.name.trim().slice(0, 2000) || 'Imported')}`,
    'version: 1.0.0',
    'currency: EUR',
    'options:',
  ]
  for (const { name, priceCents } of model.features) {
    const id = ids.get(name)!
    const label = name.trim() && readable(id) !== name ? `, label: ${quoted(name.slice(0, 2000))}` : ''
    lines.push(`  ${id}: { type: bool${priceCents === undefined ? '' : `, price: ${priceCents}`}${label} }`)
  }
  const used = new Map<string, number>()
  const rules: string[] = []
  for (const { kind, says, line } of model.constraints) {
    const written = rulesOf(says, ids)
    if ('tooLong' in written) {
      const message = `this constraint makes an expression of more than ${maxExpression} characters: split it into several`
      problems.push({ file: source, line, column: 1, message })
      continue
    }
    for (const text of written) {
      const number = (used.get(kind) ?? 0) + 1
      used.set(kind, number)
      rules.push(`  - { id: ${kind}-${number}, ${text}, origin: line ${line} }`)
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  if (rules.length > 0) lines.push('constraints:', ...rules)
  return { ok: true, yaml: `${lines.join('\n')}\n` }
}
