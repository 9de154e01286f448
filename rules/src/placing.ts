/**
 * A family placed into a slot of a scene: its options, rules, prices, parts and operations under the slot's name. In a slot
 * that may stay empty every option has one more way to be: `none`, 0 or off, as long as the appliance is not there.
 */
import { and, never, not, or, valueIn } from './formula.ts'
import { joint } from './sentences.ts'
import type { Cell, Expr, Formula, Option, Place, ProductModel, Rule, Texts } from './model.ts'

/** What slots bring into a scene; option indexes are the scene's. */
export type Brought = Pick<
  ProductModel,
  'rules' | 'prices' | 'bom' | 'routing' | 'steps' | 'texts' | 'vatPercent'
>

/** Where a family goes. */
export interface Slot {
  readonly name: string
  readonly label: Texts
  /** Where the scene names it. */
  readonly where: Place
  /** Scene index of every option of the family. */
  readonly to: readonly number[]
  /** Per option: 1 where a value for "not there" was put before its own ones. */
  readonly added: readonly number[]
  /** Per option: the value it has while the appliance is not there. */
  readonly absent: readonly number[]
  /** Scene index of the on/off option that tells whether the appliance is there; absent: it always is. */
  readonly presence?: number
  /** Added to every operation number. */
  readonly shift: number
}

const nothing: Texts = { en: 'None', de: 'Nicht dabei', zh: '无', ar: 'بدون' }

/** Options of a family as an optional slot has them; `costly`: id of one whose own "not there" has a price. */
export function withAbsence(options: readonly Option[]): {
  readonly options: readonly Option[]
  readonly added: readonly number[]
  readonly absent: readonly number[]
  readonly costly: string | undefined
} {
  const added: number[] = []
  const absent: number[] = []
  let costly: string | undefined
  const made = options.map((option) => {
    const value = option.type === 'bool' ? false : option.type === 'number' ? 0 : 'none'
    const own = option.role === 'context' ? 0 : option.values.indexOf(value)
    added.push(own < 0 ? 1 : 0)
    absent.push(Math.max(own, 0))
    if (own >= 0) {
      if (option.role !== 'context' && option.priceCents[own] !== 0) costly ??= option.id
      return option
    }
    return {
      ...option,
      values: [value, ...option.values],
      valueLabels: [nothing, ...option.valueLabels],
      priceCents: [0, ...option.priceCents],
      ...(option.default !== undefined && { default: option.default + 1 }),
    }
  })
  return { options: made, added, absent, costly }
}

/** "Oven" and "Width" -> "Oven · Width", in every language of either. */
export function under(slot: Texts, own: Texts): Texts {
  const languages = new Set([...Object.keys(slot), ...Object.keys(own)])
  return Object.fromEntries(
    [...languages].map((each) => [each, `${slot[each] ?? slot['en']}${joint}${own[each] ?? own['en']}`]),
  )
}

/** The same formula over the scene's options and values. */
function moveFormula(formula: Formula, slot: Pick<Slot, 'to' | 'added'>): Formula {
  const { to, added } = slot
  const before = <T>(option: number, list: readonly T[], value: T): readonly T[] =>
    added[option] === 1 ? [value, ...list] : list
  switch (formula.op) {
    case 'true':
    case 'false':
      return formula
    case 'not':
      return { op: 'not', arg: moveFormula(formula.arg, slot) }
    case 'and':
    case 'or':
      return { ...formula, args: formula.args.map((arg) => moveFormula(arg, slot)) }
    case 'table': {
      const cellOf = (cell: Cell, option: number): Cell =>
        cell === null || added[option] === 0 ? cell : cell.map((value) => value + 1)
      return {
        ...formula,
        of: formula.of.map((option) => to[option]!),
        rows: formula.rows.map((row) => row.map((cell, column) => cellOf(cell, formula.of[column]!))),
      }
    }
    case 'sum':
      return {
        ...formula,
        of: formula.of.map((option) => to[option]!),
        weights: formula.weights.map((own, column) => before(formula.of[column]!, own, 0)),
      }
    case 'distinct':
      return {
        ...formula,
        of: formula.of.map((option) => to[option]!),
        classes: formula.classes.map((own, column) => before(formula.of[column]!, own, -1)),
      }
  }
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
const movePlaceholders = (texts: Texts, rename: ReadonlyMap<string, string>): Texts =>
  Object.fromEntries(
    Object.entries(texts).map(([language, text]) => [
      language,
      text.replaceAll(/\{([^{}]*)\}/g, (all, id: string) => `{${rename.get(id.trim()) ?? id}}`),
    ]),
  )

/** An appliance that is not there has nothing of its own, one that is there only what its family knows. */
function presenceRule({ name, where, to, added, absent, presence }: Slot, model: ProductModel): Rule {
  const there = valueIn(presence!, [1])
  const own = model.options.flatMap((option, at) => {
    if (option.role === 'context') return []
    const missing = valueIn(to[at]!, [absent[at]!])
    return added[at] === 1
      ? [or([and([there, not(missing)]), and([not(there), missing])])]
      : [or([there, missing])]
  })
  return {
    id: `${name}/there`,
    formula: and(own),
    message: {
      en: 'its options can only be chosen together with it. Add it, or leave them out.',
      de: 'Einzelheiten gibt es nur zusammen mit dem Gerät. Bitte dazunehmen oder weglassen.',
      zh: '其配置须与该电器一同选择。请添加该电器，或取消这些配置。',
      ar: 'لا تُختار التفاصيل إلا مع الجهاز. أضف الجهاز، أو استغنِ عن تفاصيله.',
    },
    where,
  }
}

/** All that a family brings into its slot. Pure. */
export function placed(model: ProductModel, slot: Slot): Brought {
  const { name, to, shift, presence } = slot
  const rename = new Map(
    model.options
      .filter((option) => option.role !== 'context')
      .map((option) => [option.id, `${name}.${option.id}`]),
  )
  const there = presence === undefined ? undefined : valueIn(presence, [1])
  const move = (formula: Formula) => moveFormula(formula, slot)
  const onlyThere = (formula: Formula) => (there ? and([there, move(formula)]) : move(formula))
  const rules = model.rules.map((rule) => ({
    ...rule,
    id: `${name}/${rule.id}`,
    formula: there ? or([not(there), move(rule.formula)]) : move(rule.formula),
    ...(rule.message && { message: movePlaceholders(rule.message, rename) }),
  }))
  return {
    rules: there ? [presenceRule(slot, model), ...rules] : rules,
    prices: model.prices.map((term) => ({
      ...term,
      id: `${name}/${term.id}`,
      ...(term.label && { label: under(slot.label, term.label) }),
      alternatives: [
        ...term.alternatives.map((each) => ({ ...each, when: onlyThere(each.when) })),
        ...(there ? [{ amountCents: 0, when: not(there) }] : []),
      ],
    })),
    bom: model.bom.map((position) => ({
      ...position,
      position: `${name}/${position.position}`,
      op: position.op + shift,
      lines: position.lines.map((line) => ({ ...line, when: onlyThere(line.when) })),
      ...((there || position.unless) && {
        unless: or([there ? not(there) : never, position.unless ? move(position.unless) : never]),
      }),
    })),
    routing: model.routing.map((operation) => ({
      ...operation,
      op: operation.op + shift,
      when: onlyThere(operation.when),
      plannedSeconds: moveExpr(operation.plannedSeconds, to),
      parameters: operation.parameters.map((each) => ({ ...each, value: moveExpr(each.value, to) })),
      consumes: [
        ...(presence === undefined ? [] : [presence]),
        ...operation.consumes.map((option) => to[option]!),
      ],
    })),
    steps: model.steps.map((step) => ({
      id: `${name}/${step.id}`,
      label: under(slot.label, step.label),
      options: step.options.map((option) => to[option]!),
    })),
    texts: model.texts.map((text) => ({
      ...text,
      id: `${name}.${text.id}`,
      label: under(slot.label, text.label),
      when: onlyThere(text.when),
      ...(text.op !== undefined && { op: text.op + shift }),
    })),
    vatPercent: model.vatPercent,
  }
}
