/**
 * CEL text -> typed expression. The grammar is CEL's; the types, the numbers and the checks are ours: enums know their
 * values, numbers are exact, and every mistake is reported where it stands in the file.
 */
import { parse } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'
import { evaluate, exact, optionsOfExpr } from './evaluate.ts'
import type { Expr, Option, Place, Problem, Value } from './model.ts'
import { suggestion } from './nearest.ts'
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

const maxCharacters = 20_000
const maxAstDepth = 4_000
/** Assignments tried when a divisor is proved to be non-zero. */
const maxTried = 50_000

const kindNames = { bool: 'yes/no', number: 'a number', text: 'a text' } as const
const bool: Kind = { is: 'bool' }
const number: Kind = { is: 'number' }

/** Depth of the tree, without recursion; stops counting beyond the limit. */
function isTooDeep(root: ASTNode): boolean {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxAstDepth) return true
    const next: unknown[] = []
    for (const each of level) {
      if (Array.isArray(each)) next.push(...(each as unknown[]))
      else if (each && typeof each === 'object' && 'op' in each && 'args' in each) next.push(each.args)
    }
    level = next
  }
  return false
}

/**
 * Reads one expression of the file. Returns `undefined` after reporting at least one problem, except when an option it
 * names was itself broken (reported there). Never throws.
 */
export function parseExpression(
  node: YamlNode,
  scope: Scope,
  problems: Problem[],
  expected?: Kind['is'],
): Typed | undefined {
  const fail = (where: Place, message: string): undefined => {
    problems.push({ ...where, message })
    return undefined
  }
  if (typeof node.value === 'boolean' || typeof node.value === 'number') {
    const value = node.value
    const kind = typeof value === 'boolean' ? bool : number
    if (typeof value === 'number' && !Number.isFinite(value))
      return fail(node.where, `${node.text} is not a number rules can hold`)
    if (expected && kind.is !== expected)
      return fail(node.where, `expected ${kindNames[expected]}, found ${kindNames[kind.is]} (${node.text})`)
    return { expr: { op: 'const', value }, kind }
  }
  if (typeof node.value !== 'string')
    return fail(node.where, 'expected an expression such as \'doors == "two_door"\'')
  const source = node.value
  if (source.trim() === '') return fail(node.where, 'the expression is empty')
  if (source.length > maxCharacters)
    return fail(
      node.where,
      `the expression has ${source.length} characters; at most ${maxCharacters} are read`,
    )

  let ast: ASTNode
  try {
    ast = parse(source).ast
  } catch (error) {
    if (error instanceof RangeError) return fail(node.where, 'the expression is nested too deeply')
    const { summary, range } = error as { summary?: string; range?: { start: number } }
    const hint = /[^=!<>]=[^=]/.test(source)
      ? ' (equality is written "==")'
      : /\b(and|or|not)\b/.test(source)
        ? ' (write "&&", "||", "!")'
        : ''
    return fail(node.placeAt(range?.start ?? 0), `not an expression: ${summary ?? String(error)}${hint}`)
  }
  if (isTooDeep(ast)) return fail(node.where, 'the expression is nested too deeply')
  const typed = new Checker(node, scope, problems).check(ast)
  if (typed && expected && typed.kind.is !== expected)
    return fail(node.placeAt(ast.start), `expected ${kindNames[expected]}, found ${kindNames[typed.kind.is]}`)
  return typed
}

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
          ? { expr: { op: 'not', arg: arg.expr }, kind: bool }
          : undefined
      }
      case '-_': {
        const arg = this.check(ast.args)
        return this.#wants(ast.args, arg, 'number', '-')
          ? { expr: { op: 'neg', arg: arg.expr }, kind: number }
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
    if (typeof value === 'boolean') return { expr: { op: 'const', value }, kind: bool }
    if (typeof value === 'string')
      return { expr: { op: 'const', value }, kind: { is: 'text', values: new Set([value]) } }
    if (typeof value === 'bigint' || typeof value === 'number') {
      const plain = Number(value)
      if (!Number.isFinite(plain) || Math.abs(plain) > Number.MAX_SAFE_INTEGER)
        return this.#fail(ast, `${this.#quote(ast)} is too large (at most 2^53)`)
      return { expr: { op: 'const', value: plain }, kind: number }
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
    if (option.type !== 'enum') return { expr, kind: option.type === 'bool' ? bool : number }
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
    return sound && expr ? { expr, kind: bool } : undefined
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
    return { expr: { op: operator, left: left.expr, right: right.expr }, kind: bool }
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
      operator === '<' || operator === '<=' || operator === '>' || operator === '>=' ? bool : number
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
    return leftFits && rightFits ? { expr, kind: number } : undefined
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
    return sound && left ? { expr: { op: 'in', left: left.expr, list }, kind: bool } : undefined
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

/** `"v220_61" is not a value of supply (did you mean "v220_60"?)` */
export function notAValue(option: Option, text: string): string {
  const shown = option.type === 'enum' ? `"${text}"` : text
  if (option.type === 'number') {
    const wanted = Number(text)
    const near = (option.values as readonly number[])
      .toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
      .slice(0, 2)
      .toSorted((a, b) => a - b)
    return `${shown} is not a value of ${option.id} (nearest: ${near.join(', ')})`
  }
  return `${shown} is not a value of ${option.id}${suggestion(text, option.values.map(String))}`
}
