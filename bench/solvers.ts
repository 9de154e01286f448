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
