/** What each rule does to a model: products it alone forbids and what it adds to the machine. */
import { compile } from './compile.ts'
import type { CompileResult } from './compile.ts'
import type { ProductModel, Rule } from './model.ts'

export interface Blame {
  readonly rule: Rule
  /** Products and nodes of the machine without this rule. `undefined`: without it the machine is too big, or time ran out. */
  readonly without?: { readonly configurations: bigint; readonly nodes: number }
}

interface Blamed {
  readonly ok: true
  readonly configurations: bigint
  readonly nodes: number
  /** Rules in force, in file order. */
  readonly rules: readonly Blame[]
}

/**
 * Compiles a model once with all rules in force on an order date and once without each of them, always over the same order of
 * options, so that nodes compare. Prices and parts are left aside: a rule less may leave them unproved, which is no size.
 * `enough` ends the work early; rules not reached then have no figures. Too big with all rules: the compiler's report.
 */
export function blame(
  model: ProductModel,
  at: string | undefined,
  enough: () => boolean,
): Blamed | Extract<CompileResult, { readonly ok: false }> {
  const bare: ProductModel = { ...model, prices: [], bom: [] }
  const day = at === undefined ? {} : { at }
  const whole = compile(bare, day)
  if (!whole.ok) return whole
  const { configurations, nodes, order } = whole
  const rules = whole.rules.map((rule): Blame => {
    if (enough()) return { rule }
    const without = compile({ ...bare, rules: bare.rules.filter((each) => each !== rule) }, { ...day, order })
    return without.ok
      ? { rule, without: { configurations: without.configurations, nodes: without.nodes } }
      : { rule }
  })
  return { ok: true, configurations, nodes, rules }
}
