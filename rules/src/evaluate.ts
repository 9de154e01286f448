/** Evaluates arithmetic and formulas for one assignment of the options: exact, no floats in between. */
import {
  add,
  compare,
  divide,
  multiply,
  negate,
  rational,
  remainder,
  subtract,
  toNumber,
} from './rational.ts'
import type { Rational } from './rational.ts'
import type { Expr, Formula, Value } from './model.ts'

/** A value while calculating: numbers are exact fractions. */
export type Exact = string | boolean | Rational

export const exact = (value: Value): Exact => (typeof value === 'number' ? rational(value) : value)

const same = (a: Exact, b: Exact): boolean =>
  typeof a === 'object' && typeof b === 'object' ? compare(a, b) === 0 : a === b

/**
 * The value of an expression. `valueOf` gives an option's value by index. Pure.
 * @throws Error on a type mismatch or a division by zero: both are refused when the file is loaded.
 */
export function evaluate(expr: Expr, valueOf: (option: number) => Exact): Exact {
  const number = (part: Expr): Rational => {
    const value = evaluate(part, valueOf)
    if (typeof value !== 'object') throw new Error(`expected a number, found ${String(value)}`)
    return value
  }
  switch (expr.op) {
    case 'const':
      return exact(expr.value)
    case 'option':
      return valueOf(expr.option)
    case 'neg':
      return negate(number(expr.arg))
    case 'not':
      return evaluate(expr.arg, valueOf) !== true
    case 'if':
      return evaluate(expr.test, valueOf) === true
        ? evaluate(expr.then, valueOf)
        : evaluate(expr.else, valueOf)
    case 'in': {
      const left = evaluate(expr.left, valueOf)
      return expr.list.some((each) => same(left, evaluate(each, valueOf)))
    }
    case '&&':
      return evaluate(expr.left, valueOf) === true && evaluate(expr.right, valueOf) === true
    case '||':
      return evaluate(expr.left, valueOf) === true || evaluate(expr.right, valueOf) === true
    case '==':
      return same(evaluate(expr.left, valueOf), evaluate(expr.right, valueOf))
    case '!=':
      return !same(evaluate(expr.left, valueOf), evaluate(expr.right, valueOf))
    case '+': {
      const left = evaluate(expr.left, valueOf)
      const right = evaluate(expr.right, valueOf)
      if (typeof left === 'string' && typeof right === 'string') return left + right
      if (typeof left === 'object' && typeof right === 'object') return add(left, right)
      throw new Error('"+" takes two numbers or two texts')
    }
    case '-':
      return subtract(number(expr.left), number(expr.right))
    case '*':
      return multiply(number(expr.left), number(expr.right))
    case '/':
      return divide(number(expr.left), number(expr.right))
    case '%':
      return remainder(number(expr.left), number(expr.right))
    case '<':
      return compare(number(expr.left), number(expr.right)) < 0
    case '<=':
      return compare(number(expr.left), number(expr.right)) <= 0
    case '>':
      return compare(number(expr.left), number(expr.right)) > 0
    case '>=':
      return compare(number(expr.left), number(expr.right)) >= 0
  }
}

/** Like {@link evaluate}, as a plain value: numbers become the nearest JavaScript number. */
export function evaluateToValue(expr: Expr, valueOf: (option: number) => Exact): Value {
  const value = evaluate(expr, valueOf)
  return typeof value === 'object' ? toNumber(value) : value
}

const within = (total: number, atLeast = -Infinity, atMost = Infinity): boolean =>
  total >= atLeast && total <= atMost

/** Whether a formula holds when option `i` has its value number `chosen(i)`. Pure. */
export function holds(formula: Formula, chosen: (option: number) => number): boolean {
  switch (formula.op) {
    case 'true':
      return true
    case 'false':
      return false
    case 'not':
      return !holds(formula.arg, chosen)
    case 'and':
      return formula.args.every((part) => holds(part, chosen))
    case 'or':
      return formula.args.some((part) => holds(part, chosen))
    case 'table':
      return formula.rows.some((row) =>
        row.every((cell, column) => cell === null || cell.includes(chosen(formula.of[column]!))),
      )
    case 'sum': {
      const total = formula.of.reduce((sum, option, i) => sum + formula.weights[i]![chosen(option)]!, 0)
      return within(total, formula.atLeast, formula.atMost)
    }
    case 'distinct': {
      const classes = new Set(formula.of.map((option, i) => formula.classes[i]![chosen(option)]!))
      classes.delete(-1)
      return within(classes.size, formula.atLeast, formula.atMost)
    }
  }
}

/** Adds every option an expression reads to `into`. */
export function optionsOfExpr(expr: Expr, into: Set<number> = new Set()): Set<number> {
  switch (expr.op) {
    case 'const':
      break
    case 'option':
      into.add(expr.option)
      break
    case 'neg':
    case 'not':
      optionsOfExpr(expr.arg, into)
      break
    case 'if':
      optionsOfExpr(expr.test, into)
      optionsOfExpr(expr.then, into)
      optionsOfExpr(expr.else, into)
      break
    case 'in':
      optionsOfExpr(expr.left, into)
      for (const each of expr.list) optionsOfExpr(each, into)
      break
    default:
      optionsOfExpr(expr.left, into)
      optionsOfExpr(expr.right, into)
  }
  return into
}

/** Adds every option a formula mentions to `into`. */
export function optionsOfFormula(formula: Formula, into: Set<number> = new Set()): Set<number> {
  if (formula.op === 'not') optionsOfFormula(formula.arg, into)
  else if ('args' in formula) for (const part of formula.args) optionsOfFormula(part, into)
  else if ('of' in formula) for (const option of formula.of) into.add(option)
  return into
}
