/** Rules that could be deleted without changing what can be built. */
import type { Compiled } from './compile.ts'
import { createFreezer, freezeInto } from './freeze.ts'
import { layOut, planOf, unlimited } from './layout.ts'
import type { ProductModel } from './model.ts'
import { createRuleSolver } from './ruleSolver.ts'

/** Narrowings spent on one model at most; the rules not reached by then are not reported. */
const wholeEffort = 5_000_000

/**
 * Ids of rules that the other rules in force already imply, in file order; of two equal rules both are named. A rule whose
 * question takes too much search is left out, so every id given is proved.
 */
export function redundantRules(model: ProductModel, compiled: Compiled): string[] {
  const plan = planOf(model, compiled.rules, compiled.priceTerms)
  const known = new Map(plan.names.map((name, variable) => [name, variable]))
  const order = compiled.order.map((name) => known.get(name)!)
  const layout = layOut(plan, order, unlimited)
  const { builder, node } = layout.bench
  const sizes = plan.sizes.slice(0, model.options.length)
  const freezer = createFreezer(
    sizes,
    Int32Array.from(plan.sizes, (_, variable) => order.indexOf(variable)),
  )
  const frozen = (root: number) =>
    freezeInto(freezer, builder, root, root === 0 ? [0] : builder.support(root), order)
  // The rules, then their opposites: a rule is implied when the others and its opposite exclude each other.
  const roots = layout.rules.map((handle) => frozen(node(handle)))
  roots.push(...layout.rules.map((handle) => frozen(builder.not(node(handle)))))
  const weights = new Float64Array(sizes.reduce((sum, size) => sum + size, 0))
  const solver = createRuleSolver(
    freezer.finish(roots, { options: model.options.length, weights, terms: [] }),
  )
  const pick = new Int32Array(model.options.length).fill(-1)
  const rules = compiled.rules
  const each = Math.floor(wholeEffort / Math.max(1, rules.length))
  return rules.flatMap((rule, r) => {
    const others = rules.map((_, other) => (other === r ? rules.length + r : other))
    return Array.isArray(solver.clash(others, pick, each)) ? [rule.id] : []
  })
}
