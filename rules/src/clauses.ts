/**
 * Formulas as clauses. An option of two values is one Boolean variable (true: its second value), an option of more values has
 * one for each value, of which exactly one is true. What would take too many clauses is no case for them.
 */
import { budgetExceeded, createDiagramBuilder } from './diagramBuilder.ts'
import type { DiagramBuilder } from './diagramBuilder.ts'
import { formulaDiagram, optionsOf } from './formulaDiagram.ts'
import type { Formula } from './model.ts'

/** Literals: see `propagation.ts`. */
export type Clause = readonly number[]

/** Which Boolean variables speak of which option. */
export interface Encoding {
  /** Values per option. */
  readonly sizes: readonly number[]
  /** Option -> its first Boolean variable; one entry more at the end. Options of one value have none. */
  readonly first: readonly number[]
  /** Boolean variable -> option. */
  readonly optionOf: Int32Array
}

export function encodingOf(sizes: readonly number[]): Encoding {
  const first = [0]
  for (const size of sizes) first.push(first.at(-1)! + (size < 2 ? 0 : size === 2 ? 1 : size))
  const optionOf = new Int32Array(first.at(-1)!)
  sizes.forEach((_, option) => optionOf.fill(option, first[option], first[option + 1]))
  return { sizes, first, optionOf }
}

/** Exactly one value of each option of more than two. */
export function oneValueEach({ sizes, first }: Encoding): Clause[] {
  return sizes.flatMap((size, option) => {
    if (size < 3) return []
    const own = Array.from({ length: size }, (_, value) => 2 * (first[option]! + value))
    return [own, ...own.flatMap((a, i) => own.slice(0, i).map((b) => [b + 1, a + 1]))]
  })
}

/** Literals one of which is true exactly when the option has one of the values; `true` when it always has. */
function among({ sizes, first }: Encoding, option: number, values: ReadonlySet<number>): Clause | true {
  const size = sizes[option]!
  if (values.size >= size) return true
  if (values.size === 0) return []
  if (size === 2) return [2 * first[option]! + (values.has(1) ? 0 : 1)]
  if (values.size === size - 1)
    for (let value = 0; value < size; value++)
      if (!values.has(value)) return [2 * (first[option]! + value) + 1]
  return [...values].sort((a, b) => a - b).map((value) => 2 * (first[option]! + value))
}

/** Clauses that one rule may become, and steps that one of its sums or tables may take on the way. */
const mostClauses = 2_000
const mostSteps = 200_000

/** Thrown inside this file: a rule that is no case for clauses. */
const tooMany = Symbol('too many clauses')

/** The clauses of a formula (or of its opposite); `undefined` when they are too many. Pure. */
export function clausesOf(encoding: Encoding, formula: Formula, holds = true): Clause[] | undefined {
  try {
    return tidied(written(encoding, formula, holds))
  } catch (error) {
    if (error !== tooMany) throw error
    return undefined
  }
}

/** Each literal once; what is always true is left out. */
const tidied = (clauses: readonly Clause[]): Clause[] =>
  clauses
    .map((clause) => [...new Set(clause)])
    .filter((clause) => !clause.some((literal) => (literal & 1) === 0 && clause.includes(literal + 1)))

function written(encoding: Encoding, formula: Formula, holds: boolean): Clause[] {
  switch (formula.op) {
    case 'true':
      return holds ? [] : [[]]
    case 'false':
      return holds ? [[]] : []
    case 'not':
      return written(encoding, formula.arg, !holds)
    case 'and':
    case 'or': {
      const parts = formula.args.map((arg) => written(encoding, arg, holds))
      if ((formula.op === 'and') === holds) {
        const all = parts.flat()
        if (all.length > mostClauses) throw tooMany
        return all
      }
      // One of them holds: each combination of their clauses is one clause.
      return parts.reduce<Clause[]>(
        (sofar, part) => {
          if (sofar.length * part.length > mostClauses) throw tooMany
          return sofar.flatMap((left) => part.map((right) => [...left, ...right]))
        },
        [[]],
      )
    }
    case 'table':
      return tableClauses(encoding, formula, holds)
    case 'sum': {
      const literals = counted(encoding, formula)
      if (literals === undefined) return clausesOfDiagram(encoding, formula, holds)
      const { of, atLeast, atMost } = literals
      if (holds)
        return [
          ...anyOf(of, of.length - atLeast + 1),
          ...anyOf(
            of.map((l) => l ^ 1),
            atMost + 1,
          ),
        ]
      if (atLeast <= 0) return anyOf(of, of.length - atMost)
      if (atMost >= of.length)
        return anyOf(
          of.map((l) => l ^ 1),
          atLeast,
        )
      return clausesOfDiagram(encoding, formula, holds)
    }
    case 'distinct':
      return clausesOfDiagram(encoding, formula, holds)
  }
}

type Of<Op extends Formula['op']> = Extract<Formula, { op: Op }>

function tableClauses(encoding: Encoding, formula: Of<'table'>, holds: boolean): Clause[] {
  const cells = (row: Of<'table'>['rows'][number], inside: boolean) =>
    row.map((cell, column): Clause | true => {
      if (cell === null) return inside ? true : []
      const option = formula.of[column]!
      const values = new Set<number>()
      for (let value = 0; value < encoding.sizes[option]!; value++)
        if (cell.includes(value) === inside) values.add(value)
      return among(encoding, option, values)
    })
  if (!holds) {
    if (formula.rows.length > mostClauses) throw tooMany
    return formula.rows.flatMap((row) => {
      const parts = cells(row, false)
      return parts.includes(true) ? [] : [(parts as Clause[]).flat()]
    })
  }
  if (formula.rows.length === 1) return cells(formula.rows[0]!, true).filter((part) => part !== true)
  if (formula.of.length === 1) {
    const every = Array.from({ length: encoding.sizes[formula.of[0]!]! }, (_, value) => value)
    const values = new Set(formula.rows.flatMap(([cell]) => cell ?? every))
    const part = among(encoding, formula.of[0]!, values)
    return part === true ? [] : [part]
  }
  return clausesOfDiagram(encoding, formula, true)
}

/** A sum that only counts how many of some literals are true. */
function counted(
  { sizes, first }: Encoding,
  { of, weights, atLeast, atMost }: Of<'sum'>,
): { of: number[]; atLeast: number; atMost: number } | undefined {
  if (new Set(of).size < of.length) return undefined
  let unit = 0
  let base = 0
  const literals: number[] = []
  for (const [at, option] of of.entries()) {
    const own = weights[at]!
    const low = own.reduce((a, b) => Math.min(a, b))
    const high = own.reduce((a, b) => Math.max(a, b))
    base += low
    if (low === high) continue
    if (sizes[option] !== 2 || (unit !== 0 && high - low !== unit)) return undefined
    unit = high - low
    literals.push(2 * first[option]! + (own[1] === high ? 0 : 1))
  }
  unit ||= 1
  return {
    of: literals,
    atLeast: atLeast === undefined ? 0 : Math.ceil((atLeast - base) / unit),
    atMost: atMost === undefined ? literals.length : Math.floor((atMost - base) / unit),
  }
}

/** One clause for every choice of `size` of the literals: all but `size - 1` of them may fail, no more. */
function anyOf(literals: readonly number[], size: number): Clause[] {
  const n = literals.length
  if (size > n) return []
  if (size <= 0) return [[]]
  let count = 1
  for (let i = 0; i < Math.min(size, n - size); i++) count = (count * (n - i)) / (i + 1)
  if (count * size > 4 * mostClauses) throw tooMany
  const clauses: Clause[] = []
  const at = Array.from({ length: size }, (_, i) => i)
  for (;;) {
    clauses.push(at.map((i) => literals[i]!))
    let move = size - 1
    while (move >= 0 && at[move] === n - size + move) move--
    if (move < 0) return clauses
    at[move]!++
    for (let i = move + 1; i < size; i++) at[i] = at[i - 1]! + 1
  }
}

/** Any formula by its own small diagram: each way that ends in nothing is a clause, shortened as far as it still follows. */
function clausesOfDiagram(encoding: Encoding, formula: Formula, holds: boolean): Clause[] {
  const of = optionsOf(formula)
  const levelOf: number[] = []
  of.forEach((option, level) => (levelOf[option] = level))
  let builder: DiagramBuilder
  let root: number
  try {
    builder = createDiagramBuilder(
      of.map((option) => encoding.sizes[option]!),
      { nodes: mostSteps, steps: mostSteps },
    )
    root = formulaDiagram(builder, formula, levelOf)
  } catch (error) {
    throw error === budgetExceeded ? tooMany : error
  }
  const wrong = holds ? 0 : 1
  if (root === wrong) return [[]]
  const found: (readonly (readonly number[])[])[] = []
  /** Per level the values that lead to a contradiction, all values where the level does not matter. */
  const every = of.map((option) => Array.from({ length: encoding.sizes[option]! }, (_, value) => value))
  const stack: { node: number; taken: readonly (readonly number[])[] }[] = [{ node: root, taken: every }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, taken } = next
    if (node === wrong) found.push(taken)
    if (found.length + stack.length > mostClauses) throw tooMany
    if (node <= 1) continue
    const level = builder.level(node)
    const groups = new Map<number, number[]>()
    for (const value of every[level]!) {
      const child = builder.child(node, value)
      groups.set(child, [...(groups.get(child) ?? []), value])
    }
    for (const [child, values] of groups) stack.push({ node: child, taken: taken.with(level, values) })
  }
  /** Whether every product with these values per level breaks the formula. */
  const breaks = (taken: readonly (readonly number[])[]): boolean => {
    const seen = new Set<number>()
    const open = [root]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === 1 - wrong) return false
      if (node <= 1 || seen.has(node)) continue
      seen.add(node)
      builder.spend(1)
      for (const value of taken[builder.level(node)]!) open.push(builder.child(node, value))
    }
    return true
  }
  const clauses = new Map<string, Clause>()
  try {
    for (const each of found) {
      let taken = each
      for (const [level, values] of each.entries()) {
        if (values.length === every[level]!.length) continue
        const wider = taken.with(level, every[level]!)
        if (breaks(wider)) taken = wider
      }
      const clause = taken.flatMap((values, level): Clause => {
        const others = new Set(every[level]!.filter((value) => !values.includes(value)))
        return others.size === 0 ? [] : (among(encoding, of[level]!, others) as Clause)
      })
      clauses.set(clause.join(), clause)
    }
  } catch (error) {
    throw error === budgetExceeded ? tooMany : error
  }
  return [...clauses.values()]
}
