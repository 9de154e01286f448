/**
 * CEL text -> typed expression. The grammar is CEL's; the types, the numbers and the checks are ours (`expressionTypes.ts`), and every
 * mistake is reported where it stands in the file.
 */
import { parse } from '@marcbachmann/cel-js'
import type { ASTNode } from '@marcbachmann/cel-js'
import { boolKind, kindNames, numberKind, typeOf } from './expressionTypes.ts'
import type { Kind, Scope, Typed } from './expressionTypes.ts'
import type { Place, Problem } from './model.ts'
import type { YamlNode } from './yamlText.ts'

const maxCharacters = 20_000
const maxAstDepth = 4_000

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
    const kind = typeof value === 'boolean' ? boolKind : numberKind
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
  const typed = typeOf(ast, node, scope, problems)
  if (typed && expected && typed.kind.is !== expected)
    return fail(node.placeAt(ast.start), `expected ${kindNames[expected]}, found ${kindNames[typed.kind.is]}`)
  return typed
}
