import type { Formula } from '@lot-one/rules'
import { noValues, nonNegative, released, restrictions, switchable, usersOfClasses } from './solvers.ts'
import type { Chosen, Rules, Solver } from './solvers.ts'

interface Bool {
  id(): number
}
interface Consequence {
  arg(i: number): { id(): number }
}
interface Z3Context {
  Solver: new () => {
    add(...f: Bool[]): void
    getConsequences(assumptions: Bool[], variables: readonly Bool[]): Promise<[string, Iterable<Consequence>]>
  }
  Bool: { const(name: string): Bool; val(value: boolean): Bool }
  And(...f: Bool[]): Bool
  Or(...f: Bool[]): Bool
  Not(f: Bool): Bool
  PbLe(f: Bool[], weights: number[], k: number): Bool
  PbGe(f: Bool[], weights: number[], k: number): Bool
  PbEq(f: Bool[], weights: number[], k: number): Bool
}
export interface Z3Module {
  init(): Promise<{ Context: new (name: string) => Z3Context; em: unknown }>
  killThreads(em: unknown): Promise<void>
}

/** Z3's default solver (its finite-domain one leaves consequences out); `getConsequences` under assumptions names every value that cannot be. */
export async function z3(module: Z3Module, rules: Rules): Promise<Solver> {
  const { sizes, formulas } = rules
  const { Context, em } = await module.init()
  const c = new Context('bench')
  const has = sizes.map((size, option) =>
    Array.from({ length: size }, (_, value) => c.Bool.const(`x${option}_${value}`)),
  )
  const literal = (option: number, value: number): Bool => has[option]?.[value] ?? c.Bool.val(false)
  const any = (of: readonly Bool[]): Bool => (of.length === 1 && of[0] ? of[0] : c.Or(...of))
  const bounded = (
    of: Bool[],
    weights: number[],
    atLeast: number | undefined,
    atMost: number | undefined,
  ): Bool =>
    c.And(
      ...(atLeast === undefined ? [] : [c.PbGe(of, weights, atLeast)]),
      ...(atMost === undefined ? [] : [c.PbLe(of, weights, atMost)]),
    )
  const encode = (formula: Formula): Bool => {
    switch (formula.op) {
      case 'true':
      case 'false':
        return c.Bool.val(formula.op === 'true')
      case 'not':
        return c.Not(encode(formula.arg))
      case 'and':
        return c.And(...formula.args.map(encode))
      case 'or':
        return c.Or(...formula.args.map(encode))
      case 'table':
        return c.Or(
          ...formula.rows.map((row) =>
            c.And(
              ...restrictions(formula, row).map(([option, cell]) =>
                any(cell.map((value) => literal(option, value))),
              ),
            ),
          ),
        )
      case 'sum': {
        const { weights, atLeast, atMost } = nonNegative(formula)
        const terms = formula.of.flatMap((option, i) =>
          (weights[i] ?? []).flatMap((weight, value): [Bool, number][] =>
            weight === 0 ? [] : [[literal(option, value), weight]],
          ),
        )
        return bounded(
          terms.map(([term]) => term),
          terms.map(([, weight]) => weight),
          atLeast,
          atMost,
        )
      }
      case 'distinct': {
        const used = usersOfClasses(formula).map((users) => any(users.map(([o, v]) => literal(o, v))))
        return bounded(
          used,
          used.map(() => 1),
          formula.atLeast,
          formula.atMost,
        )
      }
    }
  }
  const solver = new c.Solver()
  for (const values of has) {
    solver.add(any(values))
    values.forEach((a, i) => values.slice(i + 1).forEach((b) => solver.add(c.Or(c.Not(a), c.Not(b)))))
  }
  for (const formula of formulas) solver.add(encode(formula))
  const all = has.flat()
  // kept, so that the ids stay theirs
  const denials = has.flatMap((values, option) =>
    values.map((x, value) => ({ x, not: c.Not(x), option, value })),
  )
  const denied = new Map(denials.map((denial) => [denial.not.id(), denial]))
  const named = new Map(denials.map((denial) => [denial.x.id(), denial]))
  /** Takes the values away that cannot go with the choices. */
  const consequences = async (assumed: Bool[], of: readonly Bool[], values: boolean[][]) => {
    const [status, implied] = await solver.getConsequences(assumed, of)
    if (status !== 'sat') return
    for (const name of of) {
      const { option, value } = named.get(name.id()) ?? { option: -1, value: -1 }
      const own = values[option]
      if (own) own[value] = true
    }
    for (const consequence of implied) {
      // (=> assumptions literal)
      const { option, value } = denied.get(consequence.arg(1).id()) ?? { option: -1, value: -1 }
      const own = values[option]
      if (own) own[value] = false
    }
  }
  const firm = (chosen: Chosen) => [...chosen].map(([option, value]) => literal(option, value))
  // assumptions that hold a choice only as long as its option is not given up, and that bound how many are
  const givesUp = sizes.map((_, option) => c.Bool.const(`up${option}`))
  const loosely = has.map((values, option) =>
    values.map((x, value) => {
      const name = c.Bool.const(`loose${option}_${value}`)
      solver.add(c.Or(c.Not(name), x, givesUp[option]!))
      return name
    }),
  )
  const bounds: Bool[] = []
  const atMost = (count: number): Bool => {
    let bound = bounds[count]
    if (!bound) {
      bound = c.Bool.const(`most${count}`)
      solver.add(
        c.Or(
          c.Not(bound),
          c.PbLe(
            givesUp,
            givesUp.map(() => 1),
            count,
          ),
        ),
      )
      bounds[count] = bound
    }
    return bound
  }
  return {
    name: 'z3-solver',
    async possible(chosen) {
      const values = noValues(sizes)
      await consequences(firm(chosen), all, values)
      return values
    },
    async takeable(chosen) {
      const values = noValues(sizes)
      const open = switchable(chosen, rules)
      await consequences(
        firm(chosen),
        has.flatMap((own, option) => (open.includes(option) ? [] : own)),
        values,
      )
      for (const option of open) await consequences(firm(released(chosen, option)), has[option] ?? [], values)
      return values
    },
    async reach(chosen, givenUp) {
      const loose = switchable(chosen, rules)
      const values = noValues(sizes)
      const assumed = [...chosen].map(([option, value]) =>
        loose.includes(option) ? loosely[option]![value]! : literal(option, value),
      )
      await consequences([...assumed, atMost(givenUp)], all, values)
      return values
    },
    close: () => module.killThreads(em),
  }
}
