/**
 * Slips an engineer could make in a rule: a row or a literal missing, a literal turned round, a bound one value off. Tests
 * that are worth their name notice them.
 */
import { and, not, or } from './formula.ts'
import type { Cell, Formula, Option, ProductModel, Rule } from './model.ts'

export interface Mutant {
  readonly rule: Rule
  /** What was done to the rule. */
  readonly change: string
  /** The rule as it is then; `undefined`: it is gone. */
  readonly formula?: Formula
}

/** Slips made in one table at most, spread over all its rows: a table of thousands would take all the time. */
const mostPerTable = 40

const described = ({ id, type, values }: Option, cell: Cell): string => {
  if (cell === null) return `${id} = *`
  const [first, last] = [cell[0]!, cell.at(-1)!]
  const isRange = type === 'number' && cell.length > 2 && last - first === cell.length - 1
  const named = isRange ? `${values[first]}..${values[last]}` : cell.map((index) => values[index]!).join('|')
  return `${id} = ${named}`
}

/** Cells one slip away: number bounds one value further or nearer, names one fewer. */
function cellSlips(option: Option, cell: Cell): { cell: Cell; change: string }[] {
  if (cell === null) return []
  const all = option.values.length
  const slips: { cell: Cell; change: string }[] = []
  const take = (next: readonly number[]) => {
    if (next.length === 0) return
    slips.push({
      cell: next.length === all ? null : next,
      change: `${described(option, cell)} became ${described(option, next.length === all ? null : next)}`,
    })
  }
  if (option.type === 'number') {
    const [first, last] = [cell[0]!, cell.at(-1)!]
    if (first > 0) take([first - 1, ...cell])
    if (last + 1 < all) take([...cell, last + 1])
    if (first > 0 && cell.length > 1) take(cell.slice(1))
    if (last + 1 < all && cell.length > 1) take(cell.slice(0, -1))
  } else if (cell.length > 1) for (const gone of cell) take(cell.filter((index) => index !== gone))
  return slips
}

type Slip = { readonly formula: Formula; readonly change: string }

function tableSlips(formula: Extract<Formula, { op: 'table' }>, options: readonly Option[]): Slip[] {
  const { of, rows } = formula
  const slips: Slip[] = []
  const nameRow = (row: readonly Cell[]) =>
    row.map((cell, column) => described(options[of[column]!]!, cell)).join(', ')
  if (of.length === 1 && rows.length === 1) {
    const option = options[of[0]!]!
    const cell = rows[0]![0]!
    slips.push({ formula: not(formula), change: `${described(option, cell)} turned round` })
    for (const { cell: next, change } of cellSlips(option, cell))
      slips.push({ formula: next === null ? { op: 'true' } : { ...formula, rows: [[next]] }, change })
    return slips
  }
  // Each slip is a table of its own: only those that are kept are made.
  const possible: (() => Slip)[] = []
  for (const [at, row] of rows.entries()) {
    possible.push(() => {
      const rest = rows.filter((_, other) => other !== at)
      return {
        formula: rest.length === 0 ? { op: 'false' } : { ...formula, rows: rest },
        change: `row ${nameRow(row)} missing`,
      }
    })
    for (const [column, cell] of row.entries())
      for (const { cell: next, change } of cellSlips(options[of[column]!]!, cell))
        possible.push(() => ({
          formula: { ...formula, rows: rows.with(at, row.with(column, next)) },
          change: `in row ${nameRow(row)}: ${change}`,
        }))
  }
  const step = Math.max(1, Math.ceil(possible.length / mostPerTable))
  return possible.filter((_, at) => at % step === 0).map((make) => make())
}

function sumSlips(formula: Extract<Formula, { op: 'sum' }>, options: readonly Option[]): Slip[] {
  const { of, weights, atLeast, atMost } = formula
  const gaps = weights.flatMap((own) => {
    const sorted = [...new Set(own)].toSorted((a, b) => a - b)
    return sorted.slice(1).map((weight, i) => weight - sorted[i]!)
  })
  const step = Math.min(...gaps)
  const bound = (key: 'atLeast' | 'atMost', value: number | undefined): Slip[] =>
    value === undefined || gaps.length === 0
      ? []
      : [-step, step].map((by) => ({
          formula: { ...formula, [key]: value + by },
          change: `${key} ${by < 0 ? 'lower' : 'higher'} by the smallest weight`,
        }))
  return [
    ...of.map((option, column) => ({
      formula: {
        ...formula,
        weights: weights.with(
          column,
          weights[column]!.map(() => 0),
        ),
      },
      change: `${options[option]!.id} not counted`,
    })),
    ...bound('atLeast', atLeast),
    ...bound('atMost', atMost),
  ]
}

function slipsOf(formula: Formula, options: readonly Option[]): Slip[] {
  switch (formula.op) {
    case 'true':
    case 'false':
      return []
    case 'not':
      return slipsOf(formula.arg, options).map(({ formula: arg, change }) => ({ formula: not(arg), change }))
    case 'and':
    case 'or': {
      const join = formula.op === 'and' ? and : or
      const parts = formula.args
      return parts.flatMap((part, at) => [
        {
          formula: join(parts.filter((_, other) => other !== at)),
          change: `part ${at + 1} of ${parts.length} missing`,
        },
        ...slipsOf(part, options).map((slip) => ({ ...slip, formula: join(parts.with(at, slip.formula)) })),
      ])
    }
    case 'table':
      return tableSlips(formula, options)
    case 'sum':
      return sumSlips(formula, options)
    case 'distinct':
      return [-1, 1].flatMap((by) => [
        ...(formula.atMost === undefined
          ? []
          : [
              {
                formula: { ...formula, atMost: formula.atMost + by },
                change: `at most ${formula.atMost + by} different`,
              },
            ]),
        ...(formula.atLeast === undefined
          ? []
          : [
              {
                formula: { ...formula, atLeast: formula.atLeast + by },
                change: `at least ${formula.atLeast + by} different`,
              },
            ]),
      ])
  }
}

/** Every slip in every rule, in file order: first the rule gone, then its parts. Pure. */
export function mutantsOf(model: ProductModel): Mutant[] {
  return model.rules.flatMap((rule) => [
    { rule, change: 'rule missing' },
    ...slipsOf(rule.formula, model.options).map(({ formula, change }) => ({ rule, change, formula })),
  ])
}

/** The model with that slip in it. */
export function mutated(model: ProductModel, { rule, formula }: Mutant): ProductModel {
  const rules = model.rules.flatMap((each) =>
    each === rule ? (formula ? [{ ...rule, formula }] : []) : [each],
  )
  return { ...model, rules }
}
