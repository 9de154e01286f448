/** Pulls whole families into a scene: options, rules, prices, parts and operations under the slot's name. */
import { slotShape } from './fileShape.ts'
import type { Expr, Formula, Option, ProductModel } from './model.ts'
import type { Reader } from './reader.ts'
import { child } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

/** Numbers of operations of the second, third … family start at the next multiple of this. */
const operationBlock = 1_000

/** What the slots bring into a scene; option indexes are the scene's. */
export type Brought = Pick<
  ProductModel,
  'rules' | 'prices' | 'bom' | 'routing' | 'steps' | 'texts' | 'vatPercent'
>

/** The same formula over options at other indexes. */
function moveFormula(formula: Formula, to: readonly number[]): Formula {
  if ('of' in formula) return { ...formula, of: formula.of.map((option) => to[option]!) }
  if ('args' in formula) return { ...formula, args: formula.args.map((arg) => moveFormula(arg, to)) }
  return 'arg' in formula ? { ...formula, arg: moveFormula(formula.arg, to) } : formula
}

function moveExpr(expr: Expr, to: readonly number[]): Expr {
  const move = (part: Expr) => moveExpr(part, to)
  switch (expr.op) {
    case 'const':
      return expr
    case 'option':
      return { op: 'option', option: to[expr.option]! }
    case 'neg':
    case 'not':
      return { ...expr, arg: move(expr.arg) }
    case 'if':
      return { op: 'if', test: move(expr.test), then: move(expr.then), else: move(expr.else) }
    case 'in':
      return { op: 'in', left: move(expr.left), list: expr.list.map(move) }
    default:
      return { ...expr, left: move(expr.left), right: move(expr.right) }
  }
}

/** `{width_mm}` in a family's sentence becomes `{fridge.width_mm}`, unless it is shared context. */
const movePlaceholders = (texts: Readonly<Record<string, string>>, rename: ReadonlyMap<string, string>) =>
  Object.fromEntries(
    Object.entries(texts).map(([language, text]) => [
      language,
      text.replaceAll(/\{([^{}]*)\}/g, (all, id: string) => `{${rename.get(id.trim()) ?? id}}`),
    ]),
  )

/** Context is one for the whole scene: a slot's country is the scene's country. */
function shareContext(reader: Reader, option: Option, node: YamlNode): number | undefined {
  const known = reader.find(option.id)
  if (known === 'broken') return undefined
  if (!known) {
    reader.declare(option.id, option)
    return reader.options.length - 1
  }
  const same =
    known.option.role === 'context' &&
    known.option.values.length === option.values.length &&
    option.values.every((value, i) => known.option.values[i] === value)
  return same
    ? known.index
    : reader.fail(
        node.where,
        `the context ${option.id} has other values here than in ${option.where.file}: ${option.values.join(', ')}`,
      )
}

/**
 * Reads `slots`. `load` gives the model of a family file, or `undefined` after reporting why not. The scene's own context is
 * already declared; options of the slots are declared here, before the scene's own.
 */
export function readSlots(
  reader: Reader,
  section: YamlNode,
  currency: string | undefined,
  load: (name: string, node: YamlNode) => ProductModel | undefined,
): Brought {
  const brought = { rules: [], prices: [], bom: [], routing: [], steps: [], texts: [], vatPercent: {} } as {
    -readonly [Key in keyof Brought]: Brought[Key] extends readonly (infer Each)[] ? Each[] : Brought[Key]
  }
  if (section.kind !== 'map' || section.entries.length === 0) {
    reader.fail(section.where, 'slots: expected a map such as { fridge: { use: fridge.yaml } }')
    return brought
  }
  for (const { key: slot, keyWhere, node } of section.entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(slot))
      reader.fail(keyWhere, `"${slot}" cannot name a slot: letters, digits and "_" only, no digit first`)
    if (!reader.fits(slotShape, node, `slot ${slot}`)) continue
    const use = child(node, 'use')!
    const model = load(use.text, use)
    if (!model) continue
    if (currency !== undefined && model.currency !== currency)
      reader.fail(use.where, `${use.text} is priced in ${model.currency}, the scene in ${currency}`)
    const rename = new Map<string, string>()
    const to = model.options.map((option) => {
      if (option.role === 'context') return shareContext(reader, option, use) ?? -1
      const id = `${slot}.${option.id}`
      rename.set(option.id, id)
      reader.declare(id, { ...option, id })
      return reader.options.length - 1
    })
    if (to.includes(-1)) continue
    const first = model.routing[0]?.op ?? 0
    const highest = Math.max(-1, ...brought.routing.map((operation) => operation.op))
    const shift = highest < first ? 0 : Math.ceil((highest + 1) / operationBlock) * operationBlock
    const move = (formula: Formula) => moveFormula(formula, to)
    brought.rules.push(
      ...model.rules.map((rule) => ({
        ...rule,
        id: `${slot}/${rule.id}`,
        formula: move(rule.formula),
        ...(rule.message && { message: movePlaceholders(rule.message, rename) }),
      })),
    )
    brought.prices.push(
      ...model.prices.map((term) => ({
        ...term,
        id: `${slot}/${term.id}`,
        alternatives: term.alternatives.map((each) => ({ ...each, when: move(each.when) })),
      })),
    )
    brought.bom.push(
      ...model.bom.map((position) => ({
        ...position,
        position: `${slot}/${position.position}`,
        op: position.op + shift,
        lines: position.lines.map((line) => ({ ...line, when: move(line.when) })),
      })),
    )
    brought.routing.push(
      ...model.routing.map((operation) => ({
        ...operation,
        op: operation.op + shift,
        when: move(operation.when),
        plannedSeconds: moveExpr(operation.plannedSeconds, to),
        parameters: operation.parameters.map((each) => ({ ...each, value: moveExpr(each.value, to) })),
        consumes: operation.consumes.map((option) => to[option]!),
      })),
    )
    brought.steps.push(
      ...model.steps.map((step) => ({
        ...step,
        id: `${slot}/${step.id}`,
        options: step.options.map((option) => to[option]!),
      })),
    )
    brought.texts.push(
      ...model.texts.map((text) => ({
        ...text,
        id: `${slot}.${text.id}`,
        when: move(text.when),
        ...(text.op !== undefined && { op: text.op + shift }),
      })),
    )
    brought.vatPercent = { ...model.vatPercent, ...brought.vatPercent }
  }
  return brought
}
