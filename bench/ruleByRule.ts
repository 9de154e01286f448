/**
 * The usual way shops check a design: every rule on its own, as soon as the choices so far decide it (json-rules-engine).
 *
 * It never says no too early and never overlooks a broken rule; what it cannot see is that several rules together leave
 * nothing. Counting how often a shopper walks into that is the point.
 */
import type { Formula } from '@lot-one/rules'
import { restrictions, usersOfClasses } from './solvers.ts'
import type { Chosen } from './solvers.ts'

type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { fact: string; operator: string; value: unknown }
interface Almanac {
  factValue(name: string): Promise<unknown>
}
export interface JsonRulesEngine {
  Engine: new (
    rules: unknown[],
    options: { allowUndefinedFacts: boolean },
  ) => {
    addRule(rule: { name: string; conditions: Condition; event: { type: string } }): void
    addFact(name: string, value: unknown): void
    run(facts: Record<string, number>): Promise<{ events: { type: string }[] }>
  }
}

/** Gives the ids of the rules that the choices so far break for certain. */
export function ruleByRule(
  { Engine }: JsonRulesEngine,
  sizes: readonly number[],
  rules: readonly { readonly id: string; readonly formula: Formula }[],
): (chosen: Chosen) => Promise<string[]> {
  const engine = new Engine([], { allowUndefinedFacts: true })
  const never: Condition = { fact: 'always', operator: 'equal', value: 0 }
  const ever: Condition = { fact: 'always', operator: 'equal', value: 1 }
  engine.addFact('always', 1)
  const any = (of: Condition[]): Condition => (of.length === 0 ? never : { any: of })
  const all = (of: Condition[]): Condition => (of.length === 0 ? ever : { all: of })
  const oneOf = (option: number, values: readonly number[]): Condition => ({
    fact: `o${option}`,
    operator: 'in',
    value: values,
  })
  const others = (option: number, values: readonly number[]) =>
    Array.from({ length: sizes[option] ?? 0 }, (_, value) => value).filter((value) => !values.includes(value))
  let facts = 0
  /** Least and greatest value a number can still take, as facts that look at the choices made. */
  const range = (
    of: readonly number[],
    estimate: (chosen: (number | undefined)[]) => [number, number],
  ): [string, string] => {
    const names: [string, string] = [`low${facts}`, `high${facts++}`]
    names.forEach((name, end) =>
      engine.addFact(name, async (_: unknown, almanac: Almanac) => {
        const chosen = await Promise.all(
          of.map((option) => almanac.factValue(`o${option}`) as Promise<number | undefined>),
        )
        return estimate(chosen)[end]
      }),
    )
    return names
  }
  const compare = (
    fact: string,
    operator: 'lessThan' | 'lessThanInclusive' | 'greaterThan' | 'greaterThanInclusive',
    value: number,
  ): Condition => ({ fact, operator, value })
  /** Certainly true / certainly false, given what is chosen. */
  const holds = (formula: Formula): Condition => {
    switch (formula.op) {
      case 'true':
        return ever
      case 'false':
        return never
      case 'not':
        return fails(formula.arg)
      case 'and':
        return all(formula.args.map(holds))
      case 'or':
        return any(formula.args.map(holds))
      case 'table':
        return any(
          formula.rows.map((row) => all(restrictions(formula, row).map(([o, cell]) => oneOf(o, cell)))),
        )
      default:
        return bounded(formula, true)
    }
  }
  const fails = (formula: Formula): Condition => {
    switch (formula.op) {
      case 'true':
        return never
      case 'false':
        return ever
      case 'not':
        return holds(formula.arg)
      case 'and':
        return any(formula.args.map(fails))
      case 'or':
        return all(formula.args.map(fails))
      case 'table':
        return all(
          formula.rows.map((row) =>
            any(restrictions(formula, row).map(([o, cell]) => oneOf(o, others(o, cell)))),
          ),
        )
      default:
        return bounded(formula, false)
    }
  }
  const bounded = (formula: Formula & { op: 'sum' | 'distinct' }, holding: boolean): Condition => {
    const [low, high] = range(formula.of, formula.op === 'sum' ? sumRange(formula) : distinctRange(formula))
    const { atLeast = -Infinity, atMost = Infinity } = formula
    const sides = [
      ...(atLeast === -Infinity
        ? []
        : [holding ? compare(low, 'greaterThanInclusive', atLeast) : compare(high, 'lessThan', atLeast)]),
      ...(atMost === Infinity
        ? []
        : [holding ? compare(high, 'lessThanInclusive', atMost) : compare(low, 'greaterThan', atMost)]),
    ]
    return holding ? all(sides) : any(sides)
  }
  for (const { id, formula } of rules) {
    const broken = fails(formula)
    engine.addRule({
      name: id,
      conditions: 'fact' in broken ? { all: [broken] } : broken,
      event: { type: id },
    })
  }
  return async (chosen) => {
    const { events } = await engine.run(
      Object.fromEntries([...chosen].map(([option, value]) => [`o${option}`, value])),
    )
    return events.map(({ type }) => type)
  }
}

function sumRange(sum: Formula & { op: 'sum' }) {
  return (chosen: (number | undefined)[]): [number, number] => {
    let low = 0
    let high = 0
    chosen.forEach((value, i) => {
      const weights = sum.weights[i] ?? []
      low += value === undefined ? Math.min(...weights) : (weights[value] ?? 0)
      high += value === undefined ? Math.max(...weights) : (weights[value] ?? 0)
    })
    return [low, high]
  }
}

function distinctRange(distinct: Formula & { op: 'distinct' }) {
  const users = usersOfClasses(distinct)
  return (chosen: (number | undefined)[]): [number, number] => {
    const used = users.filter((pairs) =>
      pairs.some(([option, value]) => chosen[distinct.of.indexOf(option)] === value),
    ).length
    return [used, used + chosen.filter((value) => value === undefined).length]
  }
}
