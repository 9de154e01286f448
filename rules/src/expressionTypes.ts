/** The kinds of a parsed CEL expression and everything below it: enums know their values, numbers are exact. */
import type { ASTNode } from '@marcbachmann/cel-js'
import { evaluate, exact, optionsOfExpr } from './evaluate.ts'
import type { Expr, Option, Problem, Value } from './model.ts'
import { notAValue, suggestion } from './nearest.ts'
import { compare, rational } from './rational.ts'
import type { YamlNode } from './yamlText.ts'

/** What an expression yields. `values`: the only texts it can be (an enum option, a literal). */
export type Kind =
  | { readonly is: 'bool' }
  | { readonly is: 'number' }
  | { readonly is: 'text'; readonly values?: ReadonlySet<string>; readonly option?: string }

export interface Typed {
  readonly expr: Expr
  readonly kind: Kind
}

/** The options an expression may name. */
export interface Scope {
  /** `'broken'`: declared but not usable, already reported; `undefined`: no such option. */
  find(id: string): { readonly index: number; readonly option: Option } | 'broken' | undefined
  readonly names: readonly string[]
  readonly options: readonly Option[]
}

/** Assignments tried when a divisor is proved to be non-zero. */
const maxTried = 50_000

/** How problems name the kinds. */
export const kindNames = { bool: 'yes/no', number: 'a number', text: 'a text' } as const
export const boolKind: Kind = { is: 'bool' }
export const numberKind: Kind = { is: 'number' }

/** Types a parsed expression of `node`; `undefined` after a problem, here or where an option it names was declared. Never throws. */
export const typeOf = (ast: ASTNode, node: YamlNode, scope: Scope, problems: Problem[]): Typed | undefined =>
  new Checker(node, scope, problems).check(ast)

/** A path such as `fridge.width_mm` as one option id. */
function dotted(ast: ASTNode): string | undefined {
  const parts: string[] = []
  let here = ast
  while (here.op === '.') {
    parts.unshift(here.args[1])
    here = here.args[0]
  }
  return here.op === 'id' ? [here.args, ...parts].join('.') : undefined
}

class Checker {
  readonly #node: YamlNode
  readonly #scope: Scope
  readonly #problems: Problem[]

  constructor(node: YamlNode, scope: Scope, problems: Problem[]) {
    this.#node = node
    this.#scope = scope
    this.#problems = problems
  }

  #fail(ast: ASTNode, message: string): undefined {
    this.#problems.push({ ...this.#node.placeAt(ast.start), message })
    return undefined
  }

  #wants(ast: ASTNode, typed: Typed | undefined, is: Kind['is'], operator: string): typed is Typed {
    if (!typed) return false
    if (typed.kind.is === is) return true
    this.#fail(
      ast,
      `"${operator}" takes ${kindNames[is]}, but ${this.#quote(ast)} is ${kindNames[typed.kind.is]}`,
    )
    return false
  }

  #quote(ast: ASTNode): string {
    const text = ast.input.slice(ast.start, ast.end)
    return text.length > 40 ? `${text.slice(0, 37)}…` : text
  }

  check(ast: ASTNode): Typed | undefined {
    switch (ast.op) {
      case 'value':
        return this.#literal(ast, ast.args)
      case 'id':
      case '.':
        return this.#option(ast)
      case '!_': {
        const arg = this.check(ast.args)
        return this.#wants(ast.args, arg, 'bool', '!')
          ? { expr: { op: 'not', arg: arg.expr }, kind: boolKind }
          : undefined
      }
      case '-_': {
        const arg = this.check(ast.args)
        return this.#wants(ast.args, arg, 'number', '-')
          ? { expr: { op: 'neg', arg: arg.expr }, kind: numberKind }
          : undefined
      }
      case '&&':
      case '||':
        return this.#logic(ast, ast.op)
      case '==':
      case '!=':
        return this.#equality(ast, ast.op, ast.args)
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '-':
      case '*':
      case '/':
      case '%':
        return this.#arithmetic(ast, ast.op, ast.args)
      case '+':
        return this.#plus(ast.args)
      case 'in':
        return this.#membership(ast.args)
      case '?:':
        return this.#choice(ast.args)
      case 'list':
        return this.#fail(ast, 'a list may only stand to the right of "in"')
      case 'call':
      case 'rcall':
        return this.#fail(
          ast,
          `there is no function "${ast.args[0]}" here (use + - * / % == != < <= > >= in && || ! ?:)`,
        )
      default:
        return this.#fail(ast, `${this.#quote(ast)} is not supported in rules`)
    }
  }

  #literal(ast: ASTNode, value: unknown): Typed | undefined {
    if (typeof value === 'boolean') return { expr: { op: 'const', value }, kind: boolKind }
    if (typeof value === 'string')
      return { expr: { op: 'const', value }, kind: { is: 'text', values: new Set([value]) } }
    if (typeof value === 'bigint' || typeof value === 'number') {
      const plain = Number(value)
      if (!Number.isFinite(plain) || Math.abs(plain) > Number.MAX_SAFE_INTEGER)
        return this.#fail(ast, `${this.#quote(ast)} is too large (at most 2^53)`)
      return { expr: { op: 'const', value: plain }, kind: numberKind }
    }
    return this.#fail(ast, `${this.#quote(ast)} is not a value rules know (texts, numbers, true, false)`)
  }

  #option(ast: ASTNode): Typed | undefined {
    const id = dotted(ast)
    if (id === undefined) return this.#fail(ast, `${this.#quote(ast)} is not an option`)
    const found = this.#scope.find(id)
    if (found === 'broken') return undefined
    if (!found) {
      const owner = this.#scope.options.find((option) => option.type === 'enum' && option.values.includes(id))
      const whole = id.split('.', 1)[0]!
      if (whole !== id && this.#scope.find(whole))
        return this.#fail(ast, `${whole} is an option and has no part ".${id.slice(whole.length + 1)}"`)
      const hint = owner
        ? ` (the value of ${owner.id} is written "${id}" in quotes)`
        : suggestion(id, this.#scope.names)
      const place = { ...this.#node.placeAt(this.#start(ast)) }
      this.#problems.push({ ...place, message: `unknown option ${id}${hint}` })
      return undefined
    }
    const { index, option } = found
    const expr: Expr = { op: 'option', option: index }
    if (option.type !== 'enum') return { expr, kind: option.type === 'bool' ? boolKind : numberKind }
    return {
      expr,
      kind: { is: 'text', values: new Set(option.values as readonly string[]), option: option.id },
    }
  }

  #start(ast: ASTNode): number {
    let here = ast
    while (here.op === '.') here = here.args[0]
    return here.start
  }

  /** A chain of the same operator is walked in a loop: imported rules have hundreds of terms. */
  #logic(ast: ASTNode, operator: '&&' | '||'): Typed | undefined {
    const terms: ASTNode[] = []
    let here = ast
    while (here.op === operator) {
      terms.push(here.args[1])
      here = here.args[0]
    }
    terms.push(here)
    terms.reverse()
    let expr: Expr | undefined
    let sound = true
    for (const term of terms) {
      const typed = this.check(term)
      if (!this.#wants(term, typed, 'bool', operator)) sound = false
      else expr = expr ? { op: operator, left: expr, right: typed.expr } : typed.expr
    }
    return sound && expr ? { expr, kind: boolKind } : undefined
  }

  #equality(ast: ASTNode, operator: '==' | '!=', [leftAst, rightAst]: [ASTNode, ASTNode]): Typed | undefined {
    const left = this.check(leftAst)
    const right = this.check(rightAst)
    if (!left || !right) return undefined
    if (left.kind.is !== right.kind.is)
      return this.#fail(
        ast,
        `cannot compare ${this.#quote(leftAst)} (${kindNames[left.kind.is]}) with ${this.#quote(rightAst)} (${kindNames[right.kind.is]})`,
      )
    if (!this.#canEqual(leftAst, left, rightAst, right)) return undefined
    return { expr: { op: operator, left: left.expr, right: right.expr }, kind: boolKind }
  }

  /** A comparison with a value outside the option's domain is a mistake, not merely always false. */
  #canEqual(leftAst: ASTNode, left: Typed, rightAst: ASTNode, right: Typed): boolean {
    for (const [option, constant, ast] of [
      [left, right, rightAst],
      [right, left, leftAst],
    ] as const) {
      if (option.expr.op !== 'option' || constant.expr.op !== 'const') continue
      const declared = this.#scope.options[option.expr.option]!
      if (hasValue(declared, constant.expr.value)) continue
      this.#fail(ast, notAValue(declared, String(constant.expr.value)))
      return false
    }
    if (left.kind.is === 'text' && right.kind.is === 'text' && left.kind.option && right.kind.option) {
      const { values } = right.kind
      if (![...(left.kind.values ?? [])].some((value) => values?.has(value))) {
        this.#fail(leftAst, `${left.kind.option} and ${right.kind.option} have no value in common`)
        return false
      }
    }
    return true
  }

  #arithmetic(
    ast: ASTNode,
    operator: '<' | '<=' | '>' | '>=' | '-' | '*' | '/' | '%',
    [leftAst, rightAst]: [ASTNode, ASTNode],
  ): Typed | undefined {
    const left = this.check(leftAst)
    const right = this.check(rightAst)
    const leftFits = this.#wants(leftAst, left, 'number', operator)
    const rightFits = this.#wants(rightAst, right, 'number', operator)
    if (!leftFits || !rightFits) return undefined
    if ((operator === '/' || operator === '%') && !this.#isNeverZero(rightAst, right.expr)) return undefined
    const kind =
      operator === '<' || operator === '<=' || operator === '>' || operator === '>=' ? boolKind : numberKind
    return { expr: { op: operator, left: left.expr, right: right.expr }, kind }
  }

  #isNeverZero(ast: ASTNode, divisor: Expr): boolean {
    const zero = rational(0)
    let tried = 0
    const options = [...optionsOfExpr(divisor)]
    const assigned = new Map<number, Value>()
    const visit = (at: number): boolean => {
      if (at === options.length) {
        if (++tried > maxTried) {
          this.#fail(ast, `${this.#quote(ast)} has too many combinations to prove that it is never 0`)
          return false
        }
        const value = evaluate(divisor, (option) => exact(assigned.get(option)!))
        if (typeof value !== 'object' || compare(value, zero) !== 0) return true
        const when = options
          .map((option) => `${this.#scope.options[option]!.id} = ${assigned.get(option)}`)
          .join(', ')
        this.#fail(ast, `division by zero${when ? ` when ${when}` : ''}`)
        return false
      }
      const option = options[at]!
      return this.#scope.options[option]!.values.every((value) => {
        assigned.set(option, value)
        return visit(at + 1)
      })
    }
    return visit(0)
  }

  #plus([leftAst, rightAst]: [ASTNode, ASTNode]): Typed | undefined {
    const left = this.check(leftAst)
    const right = this.check(rightAst)
    if (!left || !right) return undefined
    const expr: Expr = { op: '+', left: left.expr, right: right.expr }
    if (left.kind.is === 'text' && right.kind.is === 'text') return { expr, kind: { is: 'text' } }
    const leftFits = this.#wants(leftAst, left, 'number', '+')
    const rightFits = this.#wants(rightAst, right, 'number', '+')
    return leftFits && rightFits ? { expr, kind: numberKind } : undefined
  }

  #membership([leftAst, rightAst]: [ASTNode, ASTNode]): Typed | undefined {
    const left = this.check(leftAst)
    if (rightAst.op !== 'list') return this.#fail(rightAst, '"in" takes a list such as ["DE", "FR"]')
    const list: Expr[] = []
    let sound = left !== undefined
    for (const each of rightAst.args) {
      const item = this.check(each)
      if (!item || !left) sound = false
      else if (item.expr.op !== 'const') sound = Boolean(this.#fail(each, 'a list holds plain values only'))
      else if (item.kind.is !== left.kind.is)
        sound = Boolean(
          this.#fail(
            each,
            `${this.#quote(each)} is ${kindNames[item.kind.is]}, but ${this.#quote(leftAst)} is ${kindNames[left.kind.is]}`,
          ),
        )
      else if (!this.#canEqual(leftAst, left, each, item)) sound = false
      else list.push(item.expr)
    }
    return sound && left ? { expr: { op: 'in', left: left.expr, list }, kind: boolKind } : undefined
  }

  #choice([testAst, thenAst, elseAst]: [ASTNode, ASTNode, ASTNode]): Typed | undefined {
    const test = this.check(testAst)
    const yes = this.check(thenAst)
    const no = this.check(elseAst)
    if (!this.#wants(testAst, test, 'bool', '?') || !yes || !no) return undefined
    if (yes.kind.is !== no.kind.is)
      return this.#fail(
        elseAst,
        `both sides of ":" must be of one kind: ${kindNames[yes.kind.is]} and ${kindNames[no.kind.is]} here`,
      )
    return {
      expr: { op: 'if', test: test.expr, then: yes.expr, else: no.expr },
      kind: yes.kind.is === 'text' ? { is: 'text' } : yes.kind,
    }
  }
}

/** Whether a value is one of the option's. */
const hasValue = (option: Option, value: Value): boolean => option.values.includes(value)
