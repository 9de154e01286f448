/** A product model as an answer set program, for a solver that shares no line with ours (clingo). */
import type { Formula, ProductModel } from '../src/model.ts'

/** One `o(option,value)` per option; `cost(term,cents)` per price term. */
export function answerSetProgram(model: ProductModel): string {
  const lines: string[] = []
  let formulas = 0
  const define = (formula: Formula): string => {
    const name = `f(${formulas++})`
    const value = (option: number, cell: readonly number[] | null) =>
      cell === null ? `o(${option},_)` : `o(${option},(${cell.join(';') || -1}))`
    const bounds = (
      { atLeast, atMost }: { readonly atLeast?: number; readonly atMost?: number },
      set: string,
    ) =>
      `${atLeast === undefined ? '' : `${atLeast} <= `}${set}${atMost === undefined ? '' : ` <= ${atMost}`}`
    switch (formula.op) {
      case 'true':
        lines.push(`${name}.`)
        break
      case 'false':
        break
      case 'not':
        lines.push(`${name} :- not ${define(formula.arg)}.`)
        break
      case 'and':
        lines.push(`${name} :- ${[...formula.args.map(define), '1 = 1'].join(', ')}.`)
        break
      case 'or':
        for (const arg of formula.args) lines.push(`${name} :- ${define(arg)}.`)
        break
      case 'table':
        for (const row of formula.rows)
          lines.push(
            `${name} :- ${[...row.map((cell, c) => value(formula.of[c]!, cell)), '1 = 1'].join(', ')}.`,
          )
        break
      case 'sum':
      case 'distinct': {
        const members = formula.of.flatMap((option, i) => {
          const numbers = formula.op === 'sum' ? formula.weights[i]! : formula.classes[i]!
          return numbers.flatMap((number, v) => {
            if (formula.op === 'distinct' && number < 0) return []
            return [`${number}${formula.op === 'sum' ? `,${i},${v}` : ''} : o(${option},${v})`]
          })
        })
        const set = `${formula.op === 'sum' ? '#sum' : '#count'} { ${members.join('; ')} }`
        const open = formula.atLeast === undefined && formula.atMost === undefined
        lines.push(open ? `${name}.` : `${name} :- ${bounds(formula, set)}.`)
        break
      }
    }
    return name
  }
  model.options.forEach(({ values }, o) => lines.push(`1 { o(${o},0..${values.length - 1}) } 1.`))
  for (const rule of model.rules) lines.push(`:- not ${define(rule.formula)}.`)
  model.prices.forEach((term, t) => {
    for (const { amountCents, when } of term.alternatives)
      lines.push(`cost(${t},${amountCents}) :- ${define(when)}.`)
  })
  lines.push('#show o/2.')
  return lines.join('\n')
}

/** What makes the solver look for the cheapest product. */
export function cheapestFirst(model: ProductModel): string {
  const prices = model.options.flatMap(({ priceCents }, o) =>
    priceCents.map((cents, v) => `${cents},o,${o} : o(${o},${v})`),
  )
  return `#minimize { ${[...prices, 'Cents,t,Term : cost(Term,Cents)'].join('; ')} }.`
}
