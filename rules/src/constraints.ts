/** The `tables` and `constraints` sections -> rules. */
import { constraintShapes, tableShape } from './fileShape.ts'
import { holds, optionsOfFormula } from './evaluate.ts'
import { always, and, never, not, or, sumFormula } from './formula.ts'
import type { Cell, Formula, Option, Place, Rule } from './model.ts'
import { notAValue, suggestion } from './nearest.ts'
import { add, multiply, parseRational, rational } from './rational.ts'
import type { Rational } from './rational.ts'
import type { Reader } from './reader.ts'
import { cellReader, readCsvTable, valueIndex } from './tables.ts'
import { child } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

/** Reads a file named inside another one, relative to it; `undefined`: there is none. */
export type ReadBeside = (
  name: string,
  from: string,
) => { readonly file: string; readonly text: string } | undefined

const ruleHead = (reader: Reader, id: string, node: YamlNode, where: Place): Omit<Rule, 'formula'> => {
  const message = reader.message(child(node, 'message'))
  reader.wantTexts(message, where, `rule ${id}`)
  const effective = reader.effective(child(node, 'effective'))
  const owner = child(node, 'owner')?.text
  const origin = child(node, 'origin')?.text
  return {
    id,
    ...(message && { message }),
    ...(owner && { owner }),
    ...(origin && { origin }),
    ...(effective && { effective }),
    ...(child(node, 'lazy')?.value === true && { lazy: true }),
    where,
  }
}

const columnsOf = (reader: Reader, node: YamlNode) => {
  const seen = new Set<string>()
  return node.items.map((item) => {
    const found = reader.option(item.text, item.where)
    if (found && seen.has(item.text)) return reader.fail(item.where, `${item.text} stands twice in "of"`)
    seen.add(item.text)
    return found
  })
}

function tableFormula(
  reader: Reader,
  id: string,
  node: YamlNode,
  readBeside: ReadBeside,
): Formula | undefined {
  const [of, rowsNode, csv] = [child(node, 'of'), child(node, 'rows'), child(node, 'csv')]
  if (csv) {
    if (rowsNode) return reader.fail(rowsNode.where, `table ${id} has rows and csv: keep one of them`)
    const file = readBeside(csv.text, reader.file)
    if (!file)
      return reader.fail(csv.where, `the file ${csv.text} is not there (looked beside ${reader.file})`)
    const seen = new Set<string>()
    const find = (option: string, where: Place) => {
      if (seen.has(option)) return reader.fail(where, `${option} names two columns`)
      seen.add(option)
      if (of && !of.items.some((item) => item.text === option))
        return reader.fail(where, `column ${option} is not listed in "of" of table ${id}`)
      return reader.option(option, where)
    }
    const table = readCsvTable(file.text, file.file, find, reader.problems)
    const missing = of?.items.find((item) => !seen.has(item.text))
    if (missing) return reader.fail(missing.where, `${csv.text} has no column ${missing.text}`)
    return table && (table.rows.length === 0 ? never : { op: 'table', ...table })
  }
  if (!of || !rowsNode) return reader.fail(node.where, `table ${id} needs "of" and "rows", or "csv"`)
  const columns = columnsOf(reader, of)
  const readers = columns.map((column) => column && cellReader(column.option))
  const rows: Cell[][] = []
  let sound = columns.every(Boolean)
  for (const row of rowsNode.items) {
    if (row.items.length !== of.items.length) {
      sound = Boolean(
        reader.fail(
          row.where,
          `this row has ${row.items.length} cells, but "of" names ${of.items.length} options`,
        ),
      )
      continue
    }
    const cells: Cell[] = []
    for (const [i, item] of row.items.entries()) {
      const cell = readers[i]?.(item.text)
      if (cell === undefined) continue
      if (cell !== null && 'problem' in cell) sound = Boolean(reader.fail(item.where, cell.problem))
      else cells.push(cell)
    }
    rows.push(cells)
  }
  if (!sound) return undefined
  return rows.length === 0 ? never : { op: 'table', of: columns.map((column) => column!.index), rows }
}

/** `screen=s7` or an on/off option: the values that count. */
function flag(
  reader: Reader,
  text: string,
  where: Place,
): { index: number; option: Option; values: number[] } | undefined {
  const split = text.indexOf('=')
  const id = (split < 0 ? text : text.slice(0, split)).trim()
  const found = reader.option(id, where)
  if (!found) return undefined
  if (split < 0) {
    if (found.option.type === 'bool') return { ...found, values: [1] }
    return reader.fail(where, `${id} is not an on/off option: write "${id}=VALUE"`)
  }
  const value = text.slice(split + 1).trim()
  const at = valueIndex(found.option, value)
  return at >= 0 ? { ...found, values: [at] } : reader.fail(where, notAValue(found.option, value))
}

/** Weights of a `sum` or `linear` by option: `option=value` and on/off options count once, numbers times their value. */
function weightTerms(reader: Reader, node: YamlNode): Map<number, Rational[]> | undefined {
  const terms = new Map<number, Rational[]>()
  let sound = true
  for (const { key, keyWhere, node: each } of node.entries) {
    const weight = parseRational(each.text)
    if (!weight) {
      sound = Boolean(reader.fail(each.where, `${each.text} is not a number rules can hold`))
      continue
    }
    const plain = reader.find(key.trim())
    let index: number
    let gains: (Rational | undefined)[]
    if (plain && plain !== 'broken' && plain.option.type === 'number') {
      index = plain.index
      gains = plain.option.values.map((value) => multiply(weight, rational(value as number)))
    } else {
      const counted = flag(reader, key, keyWhere)
      if (!counted) {
        sound = false
        continue
      }
      index = counted.index
      gains = counted.option.values.map((_, i) => (counted.values.includes(i) ? weight : undefined))
    }
    const before = terms.get(index)
    terms.set(
      index,
      gains.map((gain, i) => {
        const sum = before?.[i] ?? rational(0)
        return gain ? add(sum, gain) : sum
      }),
    )
  }
  if (sound && terms.size === 0) return reader.fail(node.where, 'the sum has no terms')
  return sound ? terms : undefined
}

function sumOf(reader: Reader, id: string, node: YamlNode, key: 'sum' | 'linear'): Formula | undefined {
  const weights = child(node, key)!
  const terms = weightTerms(reader, weights)
  const bound = (name: string) => child(node, name)
  const given = ['atLeast', 'atMost', 'equals'].filter((name) => bound(name))
  if (given.length === 0)
    return reader.fail(node.where, `${key} of ${id} needs a bound: atMost, atLeast or equals`)
  if (given.length > 1 && bound('equals'))
    return reader.fail(bound('equals')!.where, `${id}: equals stands alone, without atLeast or atMost`)
  const number = (name: string): Rational | undefined => {
    const each = bound(name)
    if (!each) return undefined
    return parseRational(each.text) ?? reader.fail(each.where, `${each.text} is not a number rules can hold`)
  }
  const [atLeast, atMost, equals] = [number('atLeast'), number('atMost'), number('equals')]
  if (!terms || given.some((name) => !parseRational(bound(name)!.text))) return undefined
  return (
    sumFormula(terms, equals ?? atLeast, equals ?? atMost) ??
    reader.fail(weights.where, 'the weights are too large or too fine to be added exactly (2^53)')
  )
}

/** "At most n different" over options of one kind; class -1 is not counted. */
export function distinctClasses(
  reader: Reader,
  of: YamlNode,
  ignoring: YamlNode | undefined,
): { readonly of: number[]; readonly classes: number[][] } | undefined {
  const columns = columnsOf(reader, of)
  if (!columns.every((column) => column !== undefined)) return undefined
  const names = new Map<string, number>()
  const ignored = ignoring && ignoring.text
  if (ignoring && !columns.some((column) => valueIndex(column.option, ignoring.text) >= 0))
    return reader.fail(
      ignoring.where,
      `"${ignoring.text}" is not a value of ${columns.map((column) => column.option.id).join(', ')}${suggestion(
        ignoring.text,
        columns.flatMap((column) => column.option.values.map(String)),
      )}`,
    )
  const classes = columns.map(({ option }) =>
    option.values.map((value) => {
      const text = String(value)
      if (text === ignored) return -1
      if (!names.has(text)) names.set(text, names.size)
      return names.get(text)!
    }),
  )
  return { of: columns.map((column) => column.index), classes }
}

/** Conditions over several options that one `of` may count: each doubles what is built of it. */
const mostWide = 8

/** What one item of an `of` counts: some values of one option, or a condition over several. */
function counted(
  reader: Reader,
  item: YamlNode,
):
  | { readonly index: number; readonly option: Option; readonly values: readonly number[] }
  | Formula
  | undefined {
  const isPlain = /^\s*[A-Za-z_][\w.]*\s*(=(?!=)|$)/.test(item.text)
  if (isPlain || item.kind !== 'scalar') return flag(reader, item.text, item.where)
  const formula = reader.formula(item)
  const [index, ...others] = formula ? optionsOfFormula(formula) : []
  if (index === undefined || others.length > 0) return formula
  const option = reader.options[index]!
  return { index, option, values: [...option.values.keys()].filter((value) => holds(formula!, () => value)) }
}

/** At least / at most / exactly so many of these hold. */
function cardinality(reader: Reader, id: string, node: YamlNode): Formula | undefined {
  const of = child(node, 'of')!
  const bound = (name: string): number | undefined => child(node, name)?.value as number | undefined
  const [atLeast, atMost, exactly] = [bound('atLeast'), bound('atMost'), bound('exactly')]
  if (atLeast === undefined && atMost === undefined && exactly === undefined)
    return reader.fail(node.where, `${id} needs atLeast, atMost or exactly`)
  if (exactly !== undefined && (atLeast !== undefined || atMost !== undefined))
    return reader.fail(node.where, `${id}: exactly stands alone, without atLeast or atMost`)
  const items = of.items.map((item) => counted(reader, item))
  if (!items.every((each) => each !== undefined)) return undefined
  const terms = new Map<number, Rational[]>()
  const wide: Formula[] = []
  for (const each of items) {
    if ('op' in each) {
      wide.push(each)
      continue
    }
    const { index, option, values } = each
    const weights = terms.get(index) ?? option.values.map(() => rational(0))
    terms.set(
      index,
      weights.map((weight, i) => (values.includes(i) ? { n: weight.n + 1n, d: 1n } : weight)),
    )
  }
  if (wide.length > mostWide)
    return reader.fail(
      of.where,
      `"of" counts ${wide.length} conditions over several options, at most ${mostWide} are possible: make on/off options of some (iff)`,
    )
  const low = exactly ?? atLeast
  const high = exactly ?? atMost
  /** The bounds of what is left to count when so many wide conditions hold. */
  const beside = (held: number): Formula => {
    const left = (wanted: number | undefined) => (wanted === undefined ? undefined : rational(wanted - held))
    if (terms.size > 0) return sumFormula(terms, left(low), left(high))!
    return (low ?? 0) <= held && held <= (high ?? held) ? always : never
  }
  return and(
    Array.from({ length: 2 ** wide.length }, (_, mask) => {
      const isHeld = wide.map((__, i) => ((mask >> i) & 1) === 1)
      return or([
        ...wide.map((each, i) => (isHeld[i] ? not(each) : each)),
        beside(isHeld.filter(Boolean).length),
      ])
    }),
  )
}

type Kind = keyof typeof constraintShapes

function constraintFormula(reader: Reader, id: string, node: YamlNode, kind: Kind): Formula | undefined {
  switch (kind) {
    case 'if': {
      const condition = reader.formula(child(node, 'if'))
      const consequence = reader.formula(child(node, 'then'))
      return condition && consequence && or([not(condition), consequence])
    }
    case 'check':
      return reader.formula(child(node, 'check'))
    case 'iff': {
      const parts = child(node, 'iff')!.items.map((item) => reader.formula(item))
      if (!parts.every((part) => part !== undefined)) return undefined
      return or([and(parts), and(parts.map(not))])
    }
    case 'sum':
    case 'linear':
      return sumOf(reader, id, node, kind)
    case 'atMostDistinct':
    case 'atLeastDistinct': {
      const parts = distinctClasses(reader, child(node, 'of')!, child(node, 'ignoring'))
      const limit = child(node, kind)!.value as number
      return (
        parts && {
          op: 'distinct',
          ...parts,
          ...(kind === 'atMostDistinct' ? { atMost: limit } : { atLeast: limit }),
        }
      )
    }
    case 'of':
      return cardinality(reader, id, node)
  }
}

/** Reads both sections; tables come first. Ids are unique across both. */
export function readRules(
  reader: Reader,
  tables: YamlNode | undefined,
  constraints: YamlNode | undefined,
  readBeside: ReadBeside,
): { rules: Rule[]; ids: Set<string> } {
  const rules: Rule[] = []
  const ids = new Set<string>()
  const take = (id: string, node: YamlNode, where: Place, formula: Formula | undefined) => {
    if (ids.has(id)) return reader.fail(where, `two rules are called ${id}: each needs an id of its own`)
    ids.add(id)
    const head = ruleHead(reader, id, node, where)
    if (formula) rules.push({ ...head, formula })
  }
  if (tables && tables.kind !== 'map') reader.fail(tables.where, 'tables: expected a map of tables')
  for (const { key: id, keyWhere, node } of tables?.entries ?? [])
    reader.inRule(id, () => {
      if (reader.fits(tableShape, node, `table ${id}`))
        take(id, node, keyWhere, tableFormula(reader, id, node, readBeside))
      else ids.add(id)
    })

  if (constraints && constraints.kind !== 'list')
    reader.fail(constraints.where, 'constraints: expected a list of rules')
  for (const node of constraints?.items ?? []) {
    if (node.kind !== 'map') {
      reader.fail(node.where, 'expected a rule such as { id: x, if: …, then: … }')
      continue
    }
    const known = Object.keys(constraintShapes) as Kind[]
    const kind = known.find((key) => child(node, key))
    const idNode = child(node, 'id')
    const id = typeof idNode?.value === 'string' ? idNode.value : undefined
    const work = () => {
      if (!kind) {
        const wrong = node.entries.find(
          (each) => !['id', 'message', 'owner', 'origin', 'effective', 'lazy'].includes(each.key),
        )
        reader.fail(
          wrong?.keyWhere ?? node.where,
          `${id ?? 'this rule'} says nothing: it needs one of ${known.join(', ')}${wrong ? `, found "${wrong.key}"${suggestion(wrong.key, known)}` : ''}`,
        )
        if (id) ids.add(id)
        return
      }
      if (reader.fits(constraintShapes[kind] as never, node, id ? `rule ${id}` : 'this rule'))
        take(id!, node, node.where, constraintFormula(reader, id!, node, kind))
      else if (id) ids.add(id)
    }
    if (id) reader.inRule(id, work)
    else work()
  }
  return { rules, ids }
}
