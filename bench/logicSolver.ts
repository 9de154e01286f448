import type { Formula } from '@lot-one/rules'
import { noValues, nonNegative, released, restrictions, switchable, usersOfClasses } from './solvers.ts'
import type { Chosen, Domains, Rules, Solver } from './solvers.ts'

type Term = string | object
export interface Logic {
  TRUE: Term
  FALSE: Term
  not(f: Term): Term
  and(...f: (Term | Term[])[]): Term
  or(...f: (Term | Term[])[]): Term
  exactlyOne(...f: (Term | Term[])[]): Term
  weightedSum(f: Term[], weights: number[]): object
  sum(...f: (Term | Term[])[]): object
  constantBits(n: number): object
  lessThanOrEqual(a: object, b: object): Term
  Solver: new () => {
    require(...f: Term[]): void
    solve(): Model | null
    solveAssuming(f: Term): Model | null
    getVarNum(name: string): number
  }
}
interface Model {
  getTrueVars(): string[]
}

/** MiniSat compiled to JavaScript, with Boolean formulas and integer sums on top. */
export function logicSolver(Logic: Logic, rules: Rules): Solver {
  const { sizes, formulas } = rules
  const has = (option: number, value: number) => `${option}=${value}`
  const anyOf = (option: number, cell: readonly number[]) => Logic.or(cell.map((value) => has(option, value)))
  const bounded = (bits: object, atLeast: number | undefined, atMost: number | undefined): Term =>
    Logic.and(
      atLeast === undefined ? Logic.TRUE : Logic.lessThanOrEqual(Logic.constantBits(atLeast), bits),
      atMost === undefined
        ? Logic.TRUE
        : atMost < 0
          ? Logic.FALSE
          : Logic.lessThanOrEqual(bits, Logic.constantBits(atMost)),
    )
  const encode = (formula: Formula): Term => {
    switch (formula.op) {
      case 'true':
        return Logic.TRUE
      case 'false':
        return Logic.FALSE
      case 'not':
        return Logic.not(encode(formula.arg))
      case 'and':
        return Logic.and(formula.args.map(encode))
      case 'or':
        return Logic.or(formula.args.map(encode))
      case 'table':
        return Logic.or(
          formula.rows.map((row) =>
            Logic.and(restrictions(formula, row).map(([option, cell]) => anyOf(option, cell))),
          ),
        )
      case 'sum': {
        const { weights, atLeast, atMost } = nonNegative(formula)
        const terms = formula.of.flatMap((option, i) =>
          (weights[i] ?? []).flatMap((weight, value): [string, number][] =>
            weight === 0 ? [] : [[has(option, value), weight]],
          ),
        )
        return bounded(
          Logic.weightedSum(
            terms.map(([term]) => term),
            terms.map(([, weight]) => weight),
          ),
          atLeast,
          atMost,
        )
      }
      case 'distinct':
        return bounded(
          Logic.sum(usersOfClasses(formula).map((users) => Logic.or(users.map(([o, v]) => has(o, v))))),
          formula.atLeast,
          formula.atMost,
        )
    }
  }
  const build = () => {
    const solver = new Logic.Solver()
    sizes.forEach((size, option) => {
      const values = Array.from({ length: size }, (_, value) => has(option, value))
      // pairwise: what a unit propagates best
      solver.require(Logic.or(values))
      values.forEach((a, i) =>
        values.slice(i + 1).forEach((b) => solver.require(Logic.or(Logic.not(a), Logic.not(b)))),
      )
    })
    for (const formula of formulas) {
      solver.require(encode(formula))
      if (formula.op !== 'table') continue
      // support clauses, so that a value without a row is seen by unit propagation
      const rows = formula.rows.map((row) =>
        Logic.and(restrictions(formula, row).map(([option, cell]) => anyOf(option, cell))),
      )
      formula.of.forEach((option, i) => {
        for (let value = 0; value < (sizes[option] ?? 0); value++) {
          const supports = rows.filter((_, r) => formula.rows[r]?.[i]?.includes(value) ?? true)
          if (supports.length < rows.length)
            solver.require(Logic.or(Logic.not(has(option, value)), ...supports))
        }
      })
    }
    return solver
  }
  // every question leaves its assumption variables behind, so a solver is replaced before they weigh
  let solver = build()
  let questions = 0
  /**
   * Marks the values of some options that go with the choices, with as few solver calls as one can: ask for a model that
   * contains a value not yet seen, mark all values of the model, repeat until there is none.
   */
  const mark = (choices: readonly Term[], seen: boolean[][], among: readonly number[]) => {
    if (questions++ % 64 === 63) solver = build()
    for (;;) {
      const open = among.flatMap((o) => (seen[o] ?? []).flatMap((is, v) => (is ? [] : [has(o, v)])))
      const model = open.length > 0 ? solver.solveAssuming(Logic.and(...choices, Logic.or(open))) : null
      if (!model) return
      for (const name of model.getTrueVars()) {
        const [option, value] = name.split('=').map(Number) // other names give NaN
        const values = seen[option ?? -1]
        if (values && value !== undefined) values[value] = true
      }
    }
  }
  const options = sizes.map((_, option) => option)
  const firm = (chosen: Chosen): Term[] => [...chosen].map(([option, value]) => has(option, value))
  const possible = (chosen: Chosen): Domains => {
    const seen = noValues(sizes)
    mark(firm(chosen), seen, options)
    return seen
  }
  return {
    name: 'logic-solver',
    possible,
    takeable(chosen) {
      const seen = noValues(sizes)
      mark(
        firm(chosen),
        seen,
        options.filter((option) => !switchable(chosen, rules).includes(option)),
      )
      for (const option of switchable(chosen, rules)) {
        const own = noValues(sizes)
        mark(firm(released(chosen, option)), own, [option])
        seen[option] = own[option] ?? []
      }
      return seen
    },
    reach(chosen, givenUp) {
      const loose = switchable(chosen, rules)
      const choices = [...chosen].map(([option, value]) =>
        loose.includes(option) ? Logic.or(has(option, value), `gives up ${option}`) : has(option, value),
      )
      const count = Logic.sum(loose.map((option) => `gives up ${option}`))
      const seen = noValues(sizes)
      mark([...choices, Logic.lessThanOrEqual(count, Logic.constantBits(givenUp))], seen, options)
      return seen
    },
  }
}
