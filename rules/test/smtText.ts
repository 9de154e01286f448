/** A product model in SMT-LIB 2.6, for a solver that shares no line with ours (z3). */
import type { Formula, ProductModel } from '../src/model.ts'

const number = (value: number) => (value < 0 ? `(- ${-value})` : `${value}`)
const all = (op: 'and' | 'or' | '+', terms: readonly string[], none: string) =>
  terms.length === 0 ? none : terms.length === 1 ? terms[0]! : `(${op} ${terms.join(' ')})`
const oneOf = (option: number, values: readonly number[]) =>
  all(
    'or',
    values.map((value) => `(= x${option} ${value})`),
    'false',
  )

function between(term: string, { atLeast, atMost }: { readonly atLeast?: number; readonly atMost?: number }) {
  const bounds = [
    ...(atLeast === undefined ? [] : [`(<= ${number(atLeast)} ${term})`]),
    ...(atMost === undefined ? [] : [`(<= ${term} ${number(atMost)})`]),
  ]
  return all('and', bounds, 'true')
}

/** The formula over the values' indexes `x0`, `x1`, ... */
function smtFormula(formula: Formula): string {
  switch (formula.op) {
    case 'true':
    case 'false':
      return formula.op
    case 'not':
      return `(not ${smtFormula(formula.arg)})`
    case 'and':
    case 'or':
      return all(formula.op, formula.args.map(smtFormula), String(formula.op === 'and'))
    case 'table': {
      const rows = formula.rows.map((row) =>
        all(
          'and',
          row.flatMap((cell, c) => (cell === null ? [] : [oneOf(formula.of[c]!, cell)])),
          'true',
        ),
      )
      return all('or', rows, 'false')
    }
    case 'sum': {
      const terms = formula.of.flatMap((option, i) =>
        formula.weights[i]!.map((weight, value) => `(ite (= x${option} ${value}) ${number(weight)} 0)`),
      )
      return between(all('+', terms, '0'), formula)
    }
    case 'distinct': {
      const users = new Map<number, string[]>()
      for (const [i, option] of formula.of.entries())
        for (const [value, group] of formula.classes[i]!.entries())
          if (group >= 0) users.set(group, [...(users.get(group) ?? []), `(= x${option} ${value})`])
      const used = [...users.values()].map((who) => `(ite ${all('or', who, 'false')} 1 0)`)
      return between(all('+', used, '0'), formula)
    }
  }
}

/** What holds of `x0`, `x1`, ...: their values and every rule. */
export function smtRules(model: ProductModel): string[] {
  return [
    ...model.options.map(({ values }, o) => `(<= 0 x${o} ${values.length - 1})`),
    ...model.rules.map((rule) => smtFormula(rule.formula)),
  ]
}

/** The total in cents. */
export function smtPrice(model: ProductModel): string {
  const amounts = [
    ...model.options.flatMap(({ priceCents }, o) =>
      priceCents.map((cents, value) => `(ite (= x${o} ${value}) ${number(cents)} 0)`),
    ),
    ...model.prices.flatMap(({ alternatives }) =>
      alternatives.map(({ amountCents, when }) => `(ite ${smtFormula(when)} ${number(amountCents)} 0)`),
    ),
  ]
  return all('+', amounts, '0')
}
