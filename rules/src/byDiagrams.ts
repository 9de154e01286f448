/** The compiler for any model: rules become diagrams over a good variable order, and the diagrams are joined. */
import type { Budget } from './diagramBuilder.ts'
import type { Workbench } from './joining.ts'
import { freezeGroups, freezeRules, layOut, planOf } from './layout.ts'
import type { Built, Costs, Plan } from './layout.ts'
import type { PriceTerm, ProductModel, Rule } from './model.ts'
import { adapted, findOrder, groupsOf } from './orderSearch.ts'
import { createProver, proveAll } from './proofs.ts'

/** What is known about the order of variables: see `CompileOptions`. */
export interface Given {
  readonly order?: readonly string[]
  readonly near?: readonly string[]
  readonly thorough?: boolean
}

/** Compiles. Throws `budgetExceeded`; `onCosts` hears before how to ask what took the work. */
export function byDiagrams(
  model: ProductModel,
  rules: readonly Rule[],
  terms: readonly PriceTerm[],
  given: Given,
  budget: Budget,
  onCosts: (costs: Costs) => void,
): Built {
  // For the report of a failure: the workbench that got furthest.
  let furthest: Workbench | undefined
  let latest: Workbench | undefined
  const onBench = (bench: Workbench) => {
    if (latest !== undefined && latest.builder.steps() > (furthest?.builder.steps() ?? -1)) furthest = latest
    latest = bench
  }
  onCosts(
    () =>
      (latest !== undefined && latest.builder.steps() > (furthest?.builder.steps() ?? -1)
        ? latest
        : furthest
      )?.costs() ?? [],
  )
  const plan = planOf(model, rules, terms)
  const { layout, groupOf } = lay(plan, given, budget, onBench)
  const isLazy = (r: number) => rules[r]!.lazy === true
  const beside = layout.rules.filter((_, r) => isLazy(r))
  const hard = layout.join(
    layout.rules.filter((_, r) => !isLazy(r)),
    groupOf,
  )
  const prover = createProver(layout, hard, groupOf, beside)
  const { proved, ...proofs } = proveAll(model, terms, prover)
  // A price term that is not proved would remove products: it is left out of the machine and reported.
  const kept = proved.length === terms.length ? plan : planOf(model, rules, proved)
  const final = kept === plan ? { layout, groupOf } : lay(kept, given, budget, onBench)
  // Before the groups are joined: that voids the rules' own diagrams.
  const ruleBlock = freezeRules(final.layout)
  const isProved = final.layout === layout && layout.terms.length === 0
  const groups = isProved ? hard : final.layout.join(final.layout.joined, final.groupOf)
  return {
    plan: kept,
    ...proofs,
    ruleBlock,
    diagram: freezeGroups(final.layout, groups, final.groupOf),
    order: final.layout.order.map((variable) => kept.names[variable]!),
  }
}

/** Lays the plan over the given order, or over the best of several. */
function lay(
  plan: Plan,
  { order: names, near, thorough }: Given,
  budget: Budget,
  onBench: (bench: Workbench) => void,
) {
  const known = new Map(plan.names.map((name, variable) => [name, variable]))
  const order = names?.map((name) => known.get(name) ?? -1) ?? []
  const place = new Map(order.map((variable, at) => [variable, at]))
  // A price must stand below the options it follows from: whoever walks the machine reads it off there.
  const determined = plan.termPlans.every(
    (own, t) =>
      own.kind !== 'variable' ||
      plan.termOptions[t]!.every((option) => place.get(option)! < place.get(own.variable)!),
  )
  const usable = order.length === known.size && place.size === known.size && !place.has(-1) && determined
  const chosen = usable
    ? order
    : findOrder(plan, budget, onBench, {
        ...(near && { near: adapted(plan, near) }),
        ...(thorough !== undefined && { thorough }),
      })
  const layout = layOut(plan, chosen, budget, onBench)
  return { layout, groupOf: groupsOf(layout) }
}
