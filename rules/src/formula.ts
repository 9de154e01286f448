/**
 * Typed expression -> formula: `&&`, `||`, `!` and `?:` become logic, every other comparison is enumerated over its own
 * few options into a table, and a comparison of sums over many options becomes a counting formula.
 */
import { evaluate, exact, holds, optionsOfExpr, optionsOfFormula } from './evaluate.ts'
import type { Exact } from './evaluate.ts'
import type { Cell, Expr, Formula, Option } from './model.ts'
import { add, ceil, commonDenominator, floor, isWhole, multiply, negate, rational } from './rational.ts'
import type { Rational } from './rational.ts'

/** Assignments a single comparison may be enumerated over before it must be a sum. */
const comfortable = 4_096
const maxEnumerated = 200_000

export const always: Formula = { op: 'true' }
export const never: Formula = { op: 'false' }

/** Conjunction, simplified. */
export function and(args: readonly Formula[]): Formula {
  const open = args.filter((arg) => arg.op !== 'true')
  if (open.some((arg) => arg.op === 'false')) return never
  return open.length === 0 ? always : open.length === 1 ? open[0]! : { op: 'and', args: open }
}

/** Disjunction, simplified. */
export function or(args: readonly Formula[]): Formula {
  const open = args.filter((arg) => arg.op !== 'false')
  if (open.some((arg) => arg.op === 'true')) return always
  return open.length === 0 ? never : open.length === 1 ? open[0]! : { op: 'or', args: open }
}

/** Negation, simplified. */
export function not(arg: Formula): Formula {
  if (arg.op === 'true') return never
  if (arg.op === 'false') return always
  return arg.op === 'not' ? arg.arg : { op: 'not', arg }
}

/** The option has one of these values. */
export const valueIn = (option: number, values: readonly number[]): Formula => ({
  op: 'table',
  of: [option],
  rows: [[values]],
})

const combinations = (options: readonly Option[], of: readonly number[]): number =>
  of.reduce((product, option) => product * options[option]!.values.length, 1)

/**
 * Groups every assignment of `of` by what `classify` says about it: one table per answer.
 * `undefined` when there are too many assignments. Pure.
 */
export function partition(
  options: readonly Option[],
  of: readonly number[],
  classify: (valueOf: (option: number) => Exact, indexOf: (option: number) => number) => string,
): Map<string, Formula> | undefined {
  if (combinations(options, of) > maxEnumerated) return undefined
  const assigned = new Map<number, number>()
  const indexOf = (option: number) => assigned.get(option)!
  const valueOf = (option: number) => domains[of.indexOf(option)]![indexOf(option)]!
  const domains = of.map((option) => options[option]!.values.map(exact))
  /** Rows of the remaining columns for every answer, and a name under which equal ones meet. */
  const visit = (at: number): Map<string, { rows: Cell[][]; name: string }> => {
    if (at === of.length) return new Map([[classify(valueOf, indexOf), { rows: [[]], name: '' }]])
    const groups = new Map<string, Map<string, { rows: Cell[][]; name: string; values: number[] }>>()
    for (const index of domains[at]!.keys()) {
      assigned.set(of[at]!, index)
      for (const [answer, { rows, name }] of visit(at + 1)) {
        const byName =
          groups.get(answer) ?? new Map<string, { rows: Cell[][]; name: string; values: number[] }>()
        groups.set(answer, byName)
        const known = byName.get(name)
        if (known) known.values.push(index)
        else byName.set(name, { rows, name, values: [index] })
      }
    }
    const merged = new Map<string, { rows: Cell[][]; name: string }>()
    for (const [answer, byName] of groups) {
      const rows: Cell[][] = []
      let name = ''
      for (const group of byName.values()) {
        const cell: Cell = group.values.length === domains[at]!.length ? null : group.values
        for (const rest of group.rows) rows.push([cell, ...rest])
        name += `${cell ? cell.join(',') : '*'}(${group.name})`
      }
      merged.set(answer, { rows, name })
    }
    return merged
  }
  const tables = new Map<string, Formula>()
  for (const [answer, { rows }] of visit(0)) {
    const isEverything = rows.length === 1 && rows[0]!.every((cell) => cell === null)
    tables.set(answer, isEverything ? always : { op: 'table', of, rows })
  }
  return tables
}

/** The rows of a formula over its own few options; `undefined` when there are too many combinations. No row: it never holds. */
export function formulaTable(
  formula: Formula,
  options: readonly Option[],
): { readonly of: readonly number[]; readonly rows: readonly (readonly Cell[])[] } | undefined {
  const of = [...optionsOfFormula(formula)].toSorted((a, b) => a - b)
  const tables = partition(options, of, (_, indexOf) => String(holds(formula, indexOf)))
  if (!tables) return undefined
  const table = tables.get('true') ?? never
  if (table.op === 'table') return table
  return { of: [], rows: table.op === 'true' ? [[]] : [] }
}

/** A sum of terms that each depend on one option alone, or `undefined` when the expression is not one. */
function separate(
  expr: Expr,
  options: readonly Option[],
): { terms: Map<number, Rational[]>; constant: Rational } | undefined {
  const combine = (a: Expr, b: Expr, sign: 1 | -1) => {
    const left = separate(a, options)
    const right = separate(b, options)
    if (!left || !right) return undefined
    const factor = rational(sign)
    const terms = new Map(left.terms)
    for (const [option, weights] of right.terms) {
      const before = terms.get(option)
      terms.set(
        option,
        weights.map((weight, i) => add(before?.[i] ?? rational(0), multiply(weight, factor))),
      )
    }
    return { terms, constant: add(left.constant, multiply(right.constant, factor)) }
  }
  const of = [...optionsOfExpr(expr)]
  if (of.length <= 1) {
    const valuesOf = (value?: Exact) => evaluate(expr, () => value!) as Rational
    if (of.length === 0) return { terms: new Map(), constant: valuesOf() }
    return {
      terms: new Map([[of[0]!, options[of[0]!]!.values.map((value) => valuesOf(exact(value)))]]),
      constant: rational(0),
    }
  }
  if (expr.op === '+') return combine(expr.left, expr.right, 1)
  if (expr.op === '-') return combine(expr.left, expr.right, -1)
  if (expr.op === 'neg') return combine({ op: 'const', value: 0 }, expr.arg, -1)
  if (expr.op !== '*' && expr.op !== '/') return undefined
  const [sum, factorExpr] =
    optionsOfExpr(expr.right).size === 0
      ? [expr.left, expr.right]
      : expr.op === '*' && optionsOfExpr(expr.left).size === 0
        ? [expr.right, expr.left]
        : []
  if (!sum || !factorExpr) return undefined
  const parts = separate(sum, options)
  if (!parts) return undefined
  const given = evaluate(factorExpr, () => false) as Rational
  const factor =
    expr.op === '*' ? given : { n: given.n < 0n ? -given.d : given.d, d: given.n < 0n ? -given.n : given.n }
  const terms = new Map(
    [...parts.terms].map(([option, weights]) => [option, weights.map((weight) => multiply(weight, factor))]),
  )
  return { terms, constant: multiply(parts.constant, factor) }
}

/**
 * `atLeast <= sum of the chosen weights <= atMost` with exact weights, as whole numbers.
 * `undefined` when they do not fit into 2^53 after bringing them to one denominator.
 */
export function sumFormula(
  terms: ReadonlyMap<number, readonly Rational[]>,
  atLeast?: Rational,
  atMost?: Rational,
): Formula | undefined {
  const scale = commonDenominator([...terms.values()].flat())
  const factor: Rational = { n: scale, d: 1n }
  const of = [...terms.keys()].toSorted((a, b) => a - b)
  const weights = of.map((option) => terms.get(option)!.map((weight) => Number(multiply(weight, factor).n)))
  const low = atLeast && Number(ceil(multiply(atLeast, factor)))
  const high = atMost && Number(floor(multiply(atMost, factor)))
  const reach = weights.reduce(
    (sum, each) => sum + Math.max(...each.map(Math.abs)),
    Math.abs(low ?? 0) + Math.abs(high ?? 0),
  )
  if (reach > Number.MAX_SAFE_INTEGER) return undefined
  if (low !== undefined && high !== undefined && low > high) return never
  return {
    op: 'sum',
    of,
    weights,
    ...(low !== undefined && { atLeast: low }),
    ...(high !== undefined && { atMost: high }),
  }
}

function comparisonAsSum(expr: Expr, options: readonly Option[]): Formula | undefined {
  if (!('left' in expr) || !('right' in expr)) return undefined
  const parts = separate({ op: '-', left: expr.left, right: expr.right }, options)
  if (!parts) return undefined
  const bound = negate(parts.constant)
  const scale: Rational = { n: commonDenominator([bound, ...[...parts.terms.values()].flat()]), d: 1n }
  const terms = new Map(
    [...parts.terms].map(([option, weights]) => [option, weights.map((weight) => multiply(weight, scale))]),
  )
  const limit = multiply(bound, scale)
  const one = rational(1)
  if (!isWhole(limit)) return undefined
  switch (expr.op) {
    case '<=':
      return sumFormula(terms, undefined, limit)
    case '<':
      return sumFormula(terms, undefined, add(limit, negate(one)))
    case '>=':
      return sumFormula(terms, limit)
    case '>':
      return sumFormula(terms, add(limit, one))
    case '==':
      return sumFormula(terms, limit, limit)
    case '!=': {
      const equal = sumFormula(terms, limit, limit)
      return equal && not(equal)
    }
    default:
      return undefined
  }
}

const isNumeric = (expr: Expr, options: readonly Option[]): boolean => {
  switch (expr.op) {
    case 'const':
      return typeof expr.value === 'number'
    case 'option':
      return options[expr.option]!.type === 'number'
    case 'neg':
    case '-':
    case '*':
    case '/':
    case '%':
      return true
    case '+':
      return isNumeric(expr.left, options)
    case 'if':
      return isNumeric(expr.then, options)
    default:
      return false
  }
}

function comparison(expr: Expr, options: readonly Option[]): Formula | { readonly tooMany: number } {
  const of = [...optionsOfExpr(expr)].toSorted((a, b) => a - b)
  if (of.length === 0) return evaluate(expr, () => false) === true ? always : never
  const count = combinations(options, of)
  if (of.length > 1 && count > comfortable && 'left' in expr && isNumeric(expr.left, options)) {
    const sum = comparisonAsSum(expr, options)
    if (sum) return sum
  }
  const tables = partition(options, of, (valueOf) => (evaluate(expr, valueOf) === true ? 'true' : 'false'))
  return tables ? (tables.get('true') ?? never) : { tooMany: count }
}

/**
 * The formula of a yes/no expression; `{tooMany}` with the number of combinations when a single comparison depends on so
 * many options that it cannot be enumerated and is no sum. Pure.
 */
export function toFormula(expr: Expr, options: readonly Option[]): Formula | { readonly tooMany: number } {
  const logic = (operator: '&&' | '||', join: (args: readonly Formula[]) => Formula) => {
    const args: Formula[] = []
    let here = expr
    const parts: Expr[] = []
    while (here.op === operator) {
      parts.push(here.right)
      here = here.left
    }
    for (const part of [here, ...parts.toReversed()]) {
      const made = toFormula(part, options)
      if ('tooMany' in made) return made
      args.push(made)
    }
    return join(args)
  }
  switch (expr.op) {
    case '&&':
      return logic('&&', and)
    case '||':
      return logic('||', or)
    case 'not': {
      const arg = toFormula(expr.arg, options)
      return 'tooMany' in arg ? arg : not(arg)
    }
    case 'if': {
      const test = toFormula(expr.test, options)
      const yes = toFormula(expr.then, options)
      const no = toFormula(expr.else, options)
      for (const part of [test, yes, no]) if ('tooMany' in part) return part
      const [t, y, n] = [test, yes, no] as Formula[]
      return or([and([t!, y!]), and([not(t!), n!])])
    }
    default:
      return comparison(expr, options)
  }
}
