/**
 * Formulas as decision diagrams. Tables are built from classes of equal row ends, sums and numbers of distinct values as
 * counting automata: the states of one level are found top-down, the nodes made bottom-up. Nothing is enumerated.
 */
import type { DiagramBuilder } from './diagramBuilder.ts'
import type { Formula } from './model.ts'
import { plainColumns, rowsDiagram } from './rowsDiagram.ts'

/** Steps booked per state of an automaton: it is an object, not a number in an array, so a runaway sum ends before memory does. */
const statePrice = 50

type Of<Op extends Formula['op']> = Extract<Formula, { op: Op }>

/** Sorted by level, with the position each column had in the formula. */
function columns(of: readonly number[], levelOf: ArrayLike<number>): { level: number; at: number }[] {
  return of
    .map((option, at) => ({ level: levelOf[option]!, at }))
    .sort((a, b) => a.level - b.level || a.at - b.at)
}

/**
 * Builds the nodes of a finite automaton that reads one value per level. `next(i, state, value)` gives the state after
 * the i-th level, `true` or `false` when everything after it is decided; states are equal when their keys are.
 */
function automaton<State>(
  builder: DiagramBuilder,
  levels: readonly number[],
  start: State,
  keyOf: (state: State) => string | number,
  next: (at: number, state: State, value: number) => State | boolean,
): number {
  // Per level: the states, and for each state its successor per value (a state's number + 2, or 0 and 1).
  const found: { states: State[]; successors: Int32Array }[] = []
  let states: State[] = [start]
  for (let at = 0; at < levels.length; at++) {
    const size = builder.sizes[levels[at]!]!
    const successors = new Int32Array(states.length * size)
    const index = new Map<string | number, number>()
    const after: State[] = []
    for (let s = 0; s < states.length; s++) {
      builder.spend(statePrice)
      for (let value = 0; value < size; value++) {
        const to = next(at, states[s]!, value)
        if (typeof to === 'boolean') {
          successors[s * size + value] = to ? 1 : 0
          continue
        }
        const key = keyOf(to)
        let number = index.get(key)
        if (number === undefined) {
          number = after.length
          index.set(key, number)
          after.push(to)
        }
        successors[s * size + value] = number + 2
      }
    }
    found.push({ states, successors })
    states = after
  }
  let below: number[] = []
  for (let at = levels.length - 1; at >= 0; at--) {
    const { states: here, successors } = found[at]!
    const size = builder.sizes[levels[at]!]!
    const kids = new Int32Array(size)
    const nodes: number[] = []
    for (let s = 0; s < here.length; s++) {
      for (let value = 0; value < size; value++) {
        const to = successors[s * size + value]!
        kids[value] = to < 2 ? to : below[to - 2]!
      }
      nodes.push(builder.make(levels[at]!, kids, 0))
    }
    below = nodes
  }
  return below[0]!
}

function tableDiagram(builder: DiagramBuilder, formula: Of<'table'>, levelOf: ArrayLike<number>): number {
  const order = columns(formula.of, levelOf)
  if (order.length === 0) return formula.rows.length > 0 ? 1 : 0
  // An option named twice is one column whose cell is what both allow.
  const merged: { level: number; from: number[] }[] = []
  for (const { level, at } of order) {
    const last = merged.at(-1)
    if (last?.level === level) last.from.push(at)
    else merged.push({ level, from: [at] })
  }
  const levels = merged.map((column) => column.level)
  if (merged.length === order.length && formula.rows.length > 0) {
    const plain = plainColumns(
      formula.rows,
      order.map(({ at }) => at),
    )
    if (plain !== undefined) return rowsDiagram(builder, levels, plain)
  }
  // Cells are numbered per column (0 = any value), row ends per column, so that rows with equal ends become one.
  const cells: (Uint8Array | undefined)[][] = merged.map(() => [undefined])
  const numbers: Map<string, number>[] = merged.map(() => new Map())
  const cellOf = (row: Of<'table'>['rows'][number], c: number): number => {
    const { level, from } = merged[c]!
    const first = row[from[0]!]!
    let key: string
    if (from.length === 1) {
      if (first === null) return 0
      key = first.join(',')
    } else {
      const lists = from.map((at) => row[at]!).filter((list) => list !== null)
      if (lists.length === 0) return 0
      key = lists[0]!.filter((value) => lists.every((list) => list.includes(value))).join(',')
    }
    let number = numbers[c]!.get(key)
    if (number === undefined) {
      const allowed = new Uint8Array(builder.sizes[level]!)
      if (key !== '') for (const value of key.split(',')) allowed[Number(value)] = 1
      number = cells[c]!.length
      cells[c]!.push(allowed)
      numbers[c]!.set(key, number)
    }
    return number
  }
  const endCells: number[][] = merged.map(() => [])
  const endNext: number[][] = merged.map(() => [])
  const ends: Map<number, number>[] = merged.map(() => new Map())
  const firsts = new Set<number>()
  for (const row of formula.rows) {
    let next = 0
    for (let c = merged.length - 1; c >= 0; c--) {
      const cell = cellOf(row, c)
      const key = cell * (formula.rows.length + 1) + next
      let end = ends[c]!.get(key)
      if (end === undefined) {
        end = endCells[c]!.length
        ends[c]!.set(key, end)
        endCells[c]!.push(cell)
        endNext[c]!.push(next)
      }
      next = end
    }
    firsts.add(next)
  }
  // A state is the ascending list of row ends that are still possible.
  return automaton<readonly number[]>(
    builder,
    levels,
    [...firsts].sort((a, b) => a - b),
    (state) => state.join(','),
    (at, state, value) => {
      const next = new Set<number>()
      let any = false
      for (const end of state) {
        const allowed = cells[at]![endCells[at]![end]!]
        if (allowed !== undefined && allowed[value] === 0) continue
        any = true
        next.add(endNext[at]![end]!)
      }
      if (!any) return false
      if (at === levels.length - 1) return true
      return [...next].sort((a, b) => a - b)
    },
  )
}

/** Weights or classes of one option, added up when the formula names it more than once. */
function sumDiagram(builder: DiagramBuilder, formula: Of<'sum'>, levelOf: ArrayLike<number>): number {
  const levels: number[] = []
  const weights: number[][] = []
  for (const { level, at } of columns(formula.of, levelOf)) {
    const own = formula.weights[at]!
    if (levels.at(-1) === level) weights.push(weights.pop()!.map((weight, value) => weight + own[value]!))
    else {
      levels.push(level)
      weights.push([...own])
    }
  }
  const atLeast = formula.atLeast ?? -Infinity
  const atMost = formula.atMost ?? Infinity
  if (levels.length === 0) return atLeast <= 0 && atMost >= 0 ? 1 : 0
  // The least and most that the levels from `at` on can still add.
  const least = [0]
  const most = [0]
  for (let at = levels.length - 1; at >= 0; at--) {
    least.unshift(least[0]! + weights[at]!.reduce((a, b) => Math.min(a, b)))
    most.unshift(most[0]! + weights[at]!.reduce((a, b) => Math.max(a, b)))
  }
  const decided = (at: number, total: number): boolean | undefined => {
    if (total + most[at]! < atLeast || total + least[at]! > atMost) return false
    return total + least[at]! >= atLeast && total + most[at]! <= atMost ? true : undefined
  }
  return (
    toTerminal(decided(0, 0)) ??
    automaton<number>(
      builder,
      levels,
      0,
      (total) => total,
      (at, total, value) => {
        const after = total + weights[at]![value]!
        return decided(at + 1, after) ?? after
      },
    )
  )
}

const toTerminal = (decided: boolean | undefined) => (decided === undefined ? undefined : decided ? 1 : 0)

function distinctDiagram(
  builder: DiagramBuilder,
  formula: Of<'distinct'>,
  levelOf: ArrayLike<number>,
): number {
  const order = columns(formula.of, levelOf)
  const atLeast = formula.atLeast ?? 0
  const atMost = formula.atMost ?? Infinity
  if (order.length === 0) return atLeast <= 0 && atMost >= 0 ? 1 : 0
  const levels: number[] = []
  const classes: (readonly number[])[][] = []
  for (const { level, at } of order) {
    if (levels.at(-1) === level) classes.at(-1)!.push(formula.classes[at]!)
    else {
      levels.push(level)
      classes.push([formula.classes[at]!])
    }
  }
  // Classes that the levels from `at` on can still bring; one that cannot come again is only counted.
  const coming: Set<number>[] = [new Set()]
  for (let at = levels.length - 1; at >= 0; at--) {
    const set = new Set(coming[0])
    for (const column of classes[at]!) for (const one of column) if (one >= 0) set.add(one)
    coming.unshift(set)
  }
  interface State {
    readonly count: number
    /** Classes seen that may come again, ascending. */
    readonly open: readonly number[]
  }
  return automaton<State>(
    builder,
    levels,
    { count: 0, open: [] },
    (state) => `${state.count}:${state.open.join(',')}`,
    (at, state, value) => {
      const seen = new Set(state.open)
      let count = state.count
      for (const column of classes[at]!) {
        const one = column[value]!
        if (one < 0 || seen.has(one)) continue
        seen.add(one)
        count++
      }
      if (count > atMost) return false
      const left = coming[at + 1]!
      const open = [...seen].filter((one) => left.has(one)).sort((a, b) => a - b)
      const more = Math.min(
        left.size - open.length,
        classes.slice(at + 1).reduce((n, columns) => n + columns.length, 0),
      )
      if (count + more < atLeast) return false
      if (count >= atLeast && count + more <= atMost) return true
      return { count, open }
    },
  )
}

/** Builds a formula's diagram; `levelOf` maps an option's index to its level. Recursion follows the formula's nesting only. */
export function formulaDiagram(
  builder: DiagramBuilder,
  formula: Formula,
  levelOf: ArrayLike<number>,
): number {
  switch (formula.op) {
    case 'true':
      return 1
    case 'false':
      return 0
    case 'not':
      return builder.not(formulaDiagram(builder, formula.arg, levelOf))
    case 'and':
    case 'or': {
      const join = formula.op === 'and' ? builder.and : builder.or
      const parts = formula.args.map((arg) => formulaDiagram(builder, arg, levelOf))
      // The deepest part first: what is joined to it only adds levels above.
      parts.sort((a, b) => builder.level(b) - builder.level(a))
      return parts.reduce((all, part) => join(all, part), formula.op === 'and' ? 1 : 0)
    }
    case 'table':
      return tableDiagram(builder, formula, levelOf)
    case 'sum':
      return sumDiagram(builder, formula, levelOf)
    case 'distinct':
      return distinctDiagram(builder, formula, levelOf)
  }
}

/** Options a formula names, ascending. */
export function optionsOf(formula: Formula): number[] {
  const found = new Set<number>()
  const stack: Formula[] = [formula]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.op === 'not') stack.push(next.arg)
    else if (next.op === 'and' || next.op === 'or') stack.push(...next.args)
    else if ('of' in next) for (const option of next.of) found.add(option)
  }
  return [...found].sort((a, b) => a - b)
}
