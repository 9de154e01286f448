/**
 * What three published solvers have in common when they are asked a configurator's question: which values can be taken now?
 *
 * Every one gets the encoding its manual recommends and stays loaded between questions. Booleans "option has value" with
 * exactly one per option are common to all; sums and distinct counts use each solver's own arithmetic. None of them says how
 * many choices would have to change or what a value would cost, so only the values are compared.
 */
import type { Cell, Formula } from '@lot-one/rules'

/** One click's state: option index -> value index of what is chosen. */
export type Chosen = ReadonlyMap<number, number>

/** Option -> value -> still possible. */
export type Domains = readonly (readonly boolean[])[]

export interface Rules {
  /** Number of values of each option. */
  readonly sizes: readonly number[]
  readonly formulas: readonly Formula[]
  /** Options the shop sets; they are never switched. */
  readonly context: readonly number[]
}

export interface Solver {
  readonly name: string
  /** Values of every option that are possible together with all choices. */
  readonly possible: (chosen: Chosen) => Domains | Promise<Domains>
  /** The same, but a chosen option shows what it could be switched to while all other choices stay: what a page has to mark. */
  readonly takeable: (chosen: Chosen) => Domains | Promise<Domains>
  /** Values that are possible when at most so many choices are given up; the context never is. */
  readonly reach: (chosen: Chosen, givenUp: number) => Domains | Promise<Domains>
  readonly close?: () => unknown
}

/** Gives the weights of a sum shifted so that none is negative, with the bounds moved along. */
export function nonNegative(sum: Formula & { op: 'sum' }) {
  const lowest = sum.weights.map((weights) => Math.min(...weights))
  const shift = lowest.reduce((a, b) => a + b, 0)
  return {
    weights: sum.weights.map((weights, i) => weights.map((weight) => weight - (lowest[i] ?? 0))),
    atLeast: sum.atLeast === undefined ? undefined : Math.max(0, sum.atLeast - shift),
    atMost: sum.atMost === undefined ? undefined : sum.atMost - shift,
  }
}

/** Class -> the (option, value) pairs that use it; class -1 is ignored. */
export function usersOfClasses(distinct: Formula & { op: 'distinct' }): [number, number][][] {
  const users = new Map<number, [number, number][]>()
  distinct.of.forEach((option, i) =>
    distinct.classes[i]?.forEach((cls, value) => {
      if (cls !== -1) users.set(cls, [...(users.get(cls) ?? []), [option, value]])
    }),
  )
  return [...users.values()]
}

/** The cells of a row that restrict anything, with their option. */
export function restrictions(
  table: Formula & { op: 'table' },
  row: readonly Cell[],
): [number, readonly number[]][] {
  return table.of.flatMap((option, i): [number, readonly number[]][] => {
    const cell = row[i]
    return cell ? [[option, cell]] : []
  })
}

/** All values of all options false. */
export function noValues(sizes: readonly number[]): boolean[][] {
  return sizes.map((size) => Array.from({ length: size }, () => false))
}

/** Chosen options that may be switched. */
export function switchable(chosen: Chosen, { context }: Rules): number[] {
  return [...chosen.keys()].filter((option) => !context.includes(option))
}

/** The choices without one option's. */
export function released(chosen: Chosen, option: number): Chosen {
  const others = new Map(chosen)
  others.delete(option)
  return others
}

/**
 * Asks a solver for the whole status: option -> value -> how many other choices must change for it, at least; -1 when the
 * context rules it out. What is possible in a context at all is asked once and kept.
 */
export function changesBy(
  solver: Solver,
  rules: Rules,
): (chosen: Chosen) => Promise<readonly (readonly number[])[]> {
  const alone = new Map<string, Domains>()
  return async (chosen) => {
    const context = new Map([...chosen].filter(([option]) => rules.context.includes(option)))
    const key = JSON.stringify([...context])
    const all = alone.get(key) ?? (await solver.possible(context))
    alone.set(key, all)
    const free = await solver.takeable(chosen)
    const changes = free.map((values) => values.map((is): number => (is ? 0 : -1)))
    const isOpen = () => all.some((values, o) => values.some((is, v) => is && changes[o]?.[v] === -1))
    for (let givenUp = 1; isOpen(); givenUp++) {
      const reached = await solver.reach(chosen, givenUp)
      reached.forEach((values, o) => {
        // a chosen option's other value gives up that choice itself, which is no other choice
        const others = chosen.has(o) ? givenUp - 1 : givenUp
        values.forEach((is, v) => {
          if (is && changes[o]?.[v] === -1) changes[o][v] = others
        })
      })
    }
    return changes
  }
}
