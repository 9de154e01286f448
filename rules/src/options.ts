/** The `context` and `options` sections: what can be chosen, with which values, names and prices. */
import { boolOptionShape, gridOptionShape, namePattern, valuesOptionShape } from './fileShape.ts'
import type { Option, Texts, Value } from './model.ts'
import {
  add,
  compare,
  isExactNumber,
  multiply,
  parseRational,
  rational,
  subtract,
  divide,
  isWhole,
  toNumber,
  floor,
} from './rational.ts'
import { readable } from './reader.ts'
import type { Reader } from './reader.ts'
import { valueIndex } from './tables.ts'
import { child } from './yamlText.ts'
import type { YamlEntry, YamlNode } from './yamlText.ts'

/** Values one option may have at most; a finer grid is a text, not a choice. */
const maxValues = 4_096
const valueName = /^[\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,99}$/u

/** What shoppers read for off and on. */
export const onOff: readonly Texts[] = [
  { en: 'no', de: 'nein', zh: '否', ar: 'لا' },
  { en: 'yes', de: 'ja', zh: '是', ar: 'نعم' },
]

const numberLabel = (value: number, unit: string | undefined): Texts => {
  const suffix = unit ? ` ${unit}` : ''
  const text = `${value}${suffix}`
  return Number.isInteger(value) ? { en: text } : { en: text, de: text.replace('.', ',') }
}

interface ValueRow {
  readonly value: Value
  readonly texts?: Texts
  readonly cents: number
}

/** Numbers from `min` to `max` in steps, exact; reports a grid that does not fit. */
function grid(reader: Reader, node: YamlNode): readonly number[] | undefined {
  const [minNode, maxNode, stepNode] = ['min', 'max', 'step'].map((key) => child(node, key)!) as [
    YamlNode,
    YamlNode,
    YamlNode,
  ]
  const [min, max, step] = [minNode, maxNode, stepNode].map((each) => parseRational(each.text))
  if (!min || !max || !step) {
    const wrong = [minNode, maxNode, stepNode].find((each) => !parseRational(each.text))!
    return reader.fail(wrong.where, `${wrong.text} is not a number rules can hold (a decimal such as 12.5)`)
  }
  const zero = rational(0)
  if (compare(step, zero) <= 0)
    return reader.fail(stepNode.where, `step is ${stepNode.text}: it must be more than 0`)
  if (compare(max, min) < 0)
    return reader.fail(
      maxNode.where,
      `max ${maxNode.text} is less than min ${minNode.text}: no value is left`,
    )
  const steps = divide(subtract(max, min), step)
  const count = floor(steps) + 1n
  if (count > BigInt(maxValues))
    return reader.fail(stepNode.where, `the grid has more than ${maxValues} values: make step larger`)
  if (!isWhole(steps)) {
    const last = toNumber(add(min, multiply(step, { n: count - 1n, d: 1n })))
    return reader.fail(
      maxNode.where,
      `the grid does not fit: from ${minNode.text} in steps of ${stepNode.text} it ends at ${last}, not at ${maxNode.text}`,
    )
  }
  const values: number[] = []
  for (let i = 0n; i < count; i++) {
    const value = add(min, multiply(step, { n: i, d: 1n }))
    if (!isExactNumber(value))
      return reader.fail(stepNode.where, 'the grid has values with more digits than numbers can hold (15)')
    values.push(toNumber(value))
  }
  return values
}

/** One listed value as the option's type wants it. */
function listedValue(
  reader: Reader,
  text: string,
  node: { where: YamlNode['where'] },
  isNumber: boolean,
  id: string,
): Value | undefined {
  if (isNumber) {
    const exactly = parseRational(text)
    if (!exactly || !isExactNumber(exactly))
      return reader.fail(node.where, `"${text}" is not a number, but ${id} has type: number`)
    return toNumber(exactly)
  }
  if (!valueName.test(text) || text.includes('..'))
    return reader.fail(
      node.where,
      `"${text}" cannot be a value: letters, digits, "_", "-", "+" and single dots, not starting with a sign`,
    )
  return text
}

function listedValues(
  reader: Reader,
  id: string,
  node: YamlNode,
  type: 'number' | 'enum' | undefined,
): ValueRow[] | undefined {
  const list = child(node, 'values')!
  const written =
    list.kind === 'list' ? list.items.map((item) => item.text) : list.entries.map((each) => each.key)
  if (written.length === 0)
    return reader.fail(list.where, `${id} has no values: every option needs at least one`)
  if (written.length > maxValues)
    return reader.fail(list.where, `${id} has ${written.length} values, at most ${maxValues} are possible`)
  if (!type && list.kind === 'list' && list.items.some((item) => typeof item.value === 'boolean'))
    return reader.fail(
      list.where,
      `true and false are not values of a list: write type: bool, or put them in quotes`,
    )
  const plainNumbers =
    list.kind === 'list'
      ? list.items.every((item) => typeof item.value === 'number')
      : written.every((text) => parseRational(text))
  if (!type && plainNumbers)
    return reader.fail(
      list.where,
      `the values of ${id} look like numbers: write type: number, or type: enum for names such as part numbers`,
    )

  const rows: ValueRow[] = []
  const seen = new Set<Value>()
  let sound = true
  const take = (text: string, where: YamlNode, cents: number, texts?: Texts) => {
    const value = listedValue(reader, text, where, type === 'number', id)
    if (value === undefined) sound = false
    else if (seen.has(value))
      sound = Boolean(reader.fail(where.where, `"${text}" stands twice among the values of ${id}`))
    else {
      seen.add(value)
      rows.push({ value, cents, ...(texts && { texts }) })
    }
  }
  if (list.kind === 'list') for (const item of list.items) take(item.text, item, 0)
  else
    for (const { key, keyWhere, node: each } of list.entries) {
      const at = { ...each, where: keyWhere }
      if (each.kind === 'scalar') take(key, at, Number(each.value))
      else {
        const price = child(each, 'price')
        const names = each.entries.filter((language) => language.key !== 'price')
        const value = Object.fromEntries(names.map((language) => [language.key, language.node.value]))
        const texts = names.length > 0 ? reader.texts({ ...each, entries: names, value }) : undefined
        if (names.length > 0 && !texts) sound = false
        take(key, at, price ? Number(price.value) : 0, texts)
      }
    }
  return sound ? rows : undefined
}

function valueLabels(
  reader: Reader,
  option: Omit<Option, 'valueLabels'>,
  rows: readonly ValueRow[],
  labels: YamlNode | undefined,
): Texts[] {
  const given = new Map<number, Texts>()
  for (const { key, keyWhere, node } of labels?.entries ?? []) {
    const index = valueIndex(option as Option, key)
    const texts = reader.texts(node)
    if (index < 0)
      reader.value({ ...option, valueLabels: [] }, { ...node, kind: 'scalar', text: key, where: keyWhere })
    else if (rows[index]?.texts) reader.fail(keyWhere, `"${key}" already has its texts beside the value`)
    else if (texts) given.set(index, texts)
  }
  return option.values.map((value, index) => {
    const own = rows[index]?.texts ?? given.get(index)
    if (own) {
      reader.wantTexts(own, option.where, `value ${value} of ${option.id}`)
      return own
    }
    if (option.type === 'bool') return onOff[index]!
    if (option.type === 'number') return numberLabel(value as number, option.unit)
    reader.wantTexts(undefined, option.where, `value ${value} of ${option.id}`)
    return { en: readable(String(value)) }
  })
}

function readOption(
  reader: Reader,
  { key: id, keyWhere, node }: YamlEntry,
  role: 'context' | 'choice',
): Option | undefined {
  if (!namePattern.option.safeParse(id).success)
    return reader.fail(
      keyWhere,
      `"${id}" cannot name an option: letters, digits and "_" only, no digit first`,
    )
  if (node.kind !== 'map')
    return reader.fail(node.where, `option ${id}: expected a map such as { values: [a, b] }`)

  const isBool = child(node, 'type')?.value === 'bool'
  const isGrid = !isBool && !child(node, 'values') && ['min', 'max', 'step'].some((key) => child(node, key))
  const shape = isBool ? boolOptionShape : isGrid ? gridOptionShape : valuesOptionShape
  const what = `option ${id}`
  const head = reader.fits<{
    type?: string | undefined
    unit?: string | undefined
    derived?: boolean | undefined
    price?: number | undefined
  }>(shape as never, node, what)
  if (!head) return undefined

  let rows: readonly ValueRow[] | undefined
  if (isBool)
    rows = [
      { value: false, cents: 0 },
      { value: true, cents: head.price ?? 0 },
    ]
  else if (isGrid) rows = grid(reader, node)?.map((value) => ({ value, cents: 0 }))
  else rows = listedValues(reader, id, node, head.type as 'number' | 'enum' | undefined)
  if (!rows) return undefined

  const label = reader.texts(child(node, 'label'))
  const isDerived = head.derived === true
  if (isDerived && role === 'context')
    return reader.fail(keyWhere, `${id} cannot be derived: the shop sets the context`)
  const base = {
    id,
    role: isDerived ? ('derived' as const) : role,
    type: isBool
      ? ('bool' as const)
      : isGrid || head.type === 'number'
        ? ('number' as const)
        : ('enum' as const),
    ...(head.unit !== undefined && { unit: head.unit }),
    values: rows.map((row) => row.value),
    label: label ?? { en: readable(id) },
    priceCents: rows.map((row) => row.cents),
    where: keyWhere,
  }
  reader.wantTexts(label, keyWhere, what)
  const option = { ...base, valueLabels: valueLabels(reader, base, rows, child(node, 'labels')) }

  const wanted = child(node, 'default')
  if (!wanted) return isBool && !isDerived ? { ...option, default: 0 } : option
  // A wrong default is reported, but the option itself is usable: expressions over it are still checked.
  if (isDerived) {
    reader.fail(wanted.where, `${id} is derived: it is determined by the rules and has no default`)
    return option
  }
  const value = reader.value(option, wanted)
  return value === undefined ? option : { ...option, default: option.values.indexOf(value) }
}

/** Reads a section of options into the reader, broken ones by name only. */
export function readOptions(reader: Reader, section: YamlNode | undefined, role: 'context' | 'choice'): void {
  if (!section) return
  const name = role === 'context' ? 'context' : 'options'
  if (section.kind !== 'map') {
    reader.fail(section.where, `${name}: expected a map of options`)
    return
  }
  if (role === 'choice' && section.entries.length === 0)
    reader.fail(section.where, 'options: a family needs at least one option')
  for (const each of section.entries) {
    if (reader.find(each.key) !== undefined) {
      reader.fail(each.keyWhere, `option ${each.key} is declared twice (in context and options)`)
      continue
    }
    reader.declare(each.key, readOption(reader, each, role))
  }
}
