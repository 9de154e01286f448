/** Rules that never have a say: out of effect on every order date of their family, or with a condition no product meets. */
import { compile } from './compile.ts'
import type { Compiled } from './compile.ts'
import { not } from './formula.ts'
import { productWith } from './machineProofs.ts'
import type { ProductModel, Rule } from './model.ts'
import { createMachine } from './ruleMachine.ts'

/** Conditions looked at in one model at most: a wide one takes a compile. */
const mostLookedAt = 25

/** Ids of rules that are in effect on no order date of the family, in file order. Pure. */
export function neverInEffect({ effective, rules }: ProductModel): string[] {
  return rules.flatMap(({ id, effective: own }) => {
    const isLate = own?.from !== undefined && effective.until !== undefined && own.from > effective.until
    const isEarly = own?.until !== undefined && effective.from !== undefined && own.until < effective.from
    return isLate || isEarly ? [id] : []
  })
}

/**
 * Of rules that change nothing, those whose condition no product meets (`if` … `then`, or the left side of one `||`): the
 * other reason is that other rules say the same. Pure.
 */
export function conditionsNeverMet(
  model: ProductModel,
  compiled: Compiled,
  redundant: readonly string[],
): string[] {
  const conditional = compiled.rules.flatMap((rule): Rule[] =>
    redundant.includes(rule.id) && rule.formula.op === 'or' && rule.formula.args.length === 2
      ? [{ ...rule, id: `${rule.id} applies`, formula: not(rule.formula.args[0]!) }]
      : [],
  )
  const { from } = compiled.effective
  const machine = createMachine(compiled.diagram)
  return conditional.slice(0, mostLookedAt).flatMap((condition) => {
    const found = productWith(machine, model, condition.formula)
    if (found !== 'too wide') return found ? [] : [condition.id.replace(/ applies$/, '')]
    const met = compile(
      { ...model, prices: [], bom: [], rules: [...model.rules, condition] },
      { order: compiled.order, ...(from !== undefined && { at: from }) },
    )
    return met.ok && met.configurations === 0n ? [condition.id.replace(/ applies$/, '')] : []
  })
}
