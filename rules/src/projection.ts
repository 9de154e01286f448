/**
 * What can be built, projected on a few options: a small state machine an engineer can look at, step through and make tests
 * from. Choosing is a state with one event per value; options that do not depend on each other are regions side by side.
 */
import type { Value } from './model.ts'
import type { Product, Question } from './product.ts'

export interface ChoiceState {
  /** Unique in the whole graph; letters, digits and "_". */
  readonly id: string
  /** The option chosen here; `undefined` in the last state of a region. */
  readonly option?: string
  readonly moves: readonly { readonly values: readonly Value[]; readonly to: string }[]
}

/** States of options that depend on each other, first state first, last state last. */
export interface Region {
  readonly options: readonly string[]
  readonly states: readonly ChoiceState[]
}

export interface Projection {
  readonly id: string
  readonly regions: readonly Region[]
  /** Combinations of the projected options that some buildable product has. */
  readonly combinations: number
}

/** Combinations a picture may come from; more are no picture any more. */
export const mostCombinations = 20_000

/** All combinations of values that some buildable product has, as value indexes; `undefined`: too many. */
function combinationsOf(product: Product, on: readonly string[], asked: Question): number[][] | undefined {
  const views = on.map((id) => product.package.options.find((option) => option.id === id)!)
  let rows: { taken: number[]; selection: Record<string, Value> }[] = [{ taken: [], selection: {} }]
  for (const { id, values, role } of views) {
    const next: typeof rows = []
    for (const { taken, selection } of rows) {
      const question = {
        context: asked.context,
        selection: { ...asked.selection, ...selection },
      }
      const wanted = role === 'context' ? asked.context[id] : question.selection[id]
      const statuses = product.statuses(question)
      for (const [index, value] of values.entries()) {
        if (wanted !== undefined && wanted !== value) continue
        if (statuses.of(id, value)!.changes !== 0) continue
        next.push({ taken: [...taken, index], selection: { ...selection, [id]: value } })
      }
      if (next.length > mostCombinations) return undefined
    }
    rows = next
  }
  return rows.map(({ taken }) => taken)
}

const project = (rows: readonly (readonly number[])[], columns: readonly number[]): string[] => [
  ...new Set(rows.map((row) => columns.map((column) => row[column]!).join(','))),
]

/** Columns in groups that do not depend on each other: the rows are exactly the product of the groups' rows. */
function independent(rows: readonly (readonly number[])[], columns: readonly number[]): number[][] {
  const whole = project(rows, columns).length
  // Smallest groups first, so that no group falls apart any further. At most 2^5 of them.
  const others = columns.slice(1)
  const subsets = Array.from({ length: 2 ** others.length }, (_, bits) =>
    others.filter((_, at) => (bits >> at) % 2 === 1),
  ).toSorted((a, b) => a.length - b.length)
  for (const subset of subsets) {
    const group = [columns[0]!, ...subset]
    const rest = columns.filter((column) => !group.includes(column))
    if (rest.length === 0) break
    if (project(rows, group).length * project(rows, rest).length === whole)
      return [group, ...independent(rows, rest)]
  }
  return [[...columns]]
}

/** The smallest machine of some columns: states in which the same can follow are one. */
function regionOf(
  product: Product,
  on: readonly string[],
  columns: readonly number[],
  rows: readonly (readonly number[])[],
  name: (option: string) => string,
): Region {
  interface Draft {
    readonly option: string
    readonly column: number
    readonly moves: { values: number[]; to: number }[]
  }
  const drafts: Draft[] = []
  const known = new Map<string, number>()
  const done = -1
  const build = (level: number, suffixes: readonly (readonly number[])[]): number => {
    if (level === columns.length) return done
    const byValue = new Map<number, number[][]>()
    for (const [value, ...rest] of suffixes as number[][]) {
      const own = byValue.get(value!) ?? []
      byValue.set(value!, own)
      own.push(rest)
    }
    const moves: { values: number[]; to: number }[] = []
    for (const [value, rest] of [...byValue].toSorted((a, b) => a[0] - b[0])) {
      const to = build(level + 1, rest)
      const same = moves.find((move) => move.to === to)
      if (same) same.values.push(value)
      else moves.push({ values: [value], to })
    }
    const key = `${level}|${moves.map((move) => `${move.values.join()}>${move.to}`).join('|')}`
    const before = known.get(key)
    if (before !== undefined) return before
    known.set(key, drafts.length)
    drafts.push({ option: on[columns[level]!]!, column: columns[level]!, moves })
    return drafts.length - 1
  }
  build(
    0,
    project(rows, columns).map((row) => row.split(',').map(Number)),
  )
  // Built from the end, told from the start.
  const order = drafts
    .map((_, at) => at)
    .toSorted((a, b) => {
      const level = columns.indexOf(drafts[a]!.column) - columns.indexOf(drafts[b]!.column)
      return level === 0 ? a - b : level
    })
  const ids = new Map<number, string>()
  for (const at of order) ids.set(at, name(drafts[at]!.option))
  ids.set(done, name('done'))
  const valuesOf = (option: string) => product.package.options.find(({ id }) => id === option)!.values
  return {
    options: columns.map((column) => on[column]!),
    states: [
      ...order.map((at) => ({
        id: ids.get(at)!,
        option: drafts[at]!.option,
        moves: drafts[at]!.moves.map(({ values, to }) => ({
          values: values.map((value) => valuesOf(drafts[at]!.option)[value]!),
          to: ids.get(to)!,
        })),
      })),
      { id: ids.get(done)!, moves: [] },
    ],
  }
}

/**
 * Projects a product on 1 to 6 options, asked in this order, with what is already chosen. Pure. `'too many'` combinations for
 * a picture; `'none'` when the choices clash.
 */
export function projectOn(
  product: Product,
  on: readonly string[],
  asked: Question,
): Projection | 'too many' | 'none' {
  if (!product.isBuildable(asked)) return 'none'
  const rows = combinationsOf(product, on, asked)
  if (!rows) return 'too many'
  const numbers = new Map<string, number>()
  const name = (word: string) => {
    const plain = word.replaceAll(/\W/g, '_')
    const number = (numbers.get(plain) ?? 0) + 1
    numbers.set(plain, number)
    return `${plain}_${number}`
  }
  const groups = independent(
    rows,
    on.map((_, column) => column),
  )
  return {
    id: product.package.id,
    regions: groups.map((columns) => regionOf(product, on, columns, rows, name)),
    combinations: rows.length,
  }
}
