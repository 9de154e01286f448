/**
 * One model's rules and price terms laid over one variable order: as diagrams on a workbench, joined by group of connected
 * variables, frozen. `compile` lays a model out over several orders and keeps the best.
 */
import type { Budget } from './diagramBuilder.ts'
import type { Diagram } from './diagram.ts'
import { holds } from './evaluate.ts'
import { factorsOf } from './factoring.ts'
import { formulaDiagram, optionsOf } from './formulaDiagram.ts'
import { createFreezer, freezeInto, freezeRule, unsplit } from './freeze.ts'
import { createWorkbench } from './joining.ts'
import type { Workbench } from './joining.ts'
import type { Formula, PriceTerm, ProductModel, Rule } from './model.ts'
import type { Proofs } from './proofs.ts'
import { createRegions } from './regions.ts'
import { splitSpan } from './splitSize.ts'
import { shapeOf } from './splitting.ts'

/** For work that is known to be small. */
export const unlimited: Budget = { nodes: Infinity, steps: Infinity }

/** How a price term enters the machine. */
type TermPlan =
  | { readonly kind: 'constant'; readonly cents: number }
  /** It depends on one option: added to that option's value prices. */
  | { readonly kind: 'option'; readonly option: number }
  /** It depends on several: a variable of its own, determined by them, whose values are the amounts. */
  | { readonly kind: 'variable'; readonly variable: number; readonly amounts: readonly number[] }

/** What is compiled: the rules and price terms in force, and the variables they need. */
export interface Plan {
  readonly model: ProductModel
  readonly rules: readonly Rule[]
  readonly terms: readonly PriceTerm[]
  /** Values per variable: the options, then the price terms' variables. */
  readonly sizes: readonly number[]
  readonly names: readonly string[]
  /** Per term: the options it reads. */
  readonly termOptions: readonly (readonly number[])[]
  readonly termPlans: readonly TermPlan[]
}

export function planOf(model: ProductModel, rules: readonly Rule[], terms: readonly PriceTerm[]): Plan {
  const sizes = model.options.map((option) => option.values.length)
  const names = model.options.map((option) => option.id)
  const termOptions = terms.map(({ alternatives }) =>
    [...new Set(alternatives.flatMap(({ when }) => optionsOf(when)))].sort((a, b) => a - b),
  )
  const termPlans = terms.map((term, t): TermPlan => {
    const used = termOptions[t]!
    const amounts = [...new Set(term.alternatives.map(({ amountCents }) => amountCents))].sort(
      (a, b) => a - b,
    )
    if (used.length === 0 || amounts.length < 2) return { kind: 'constant', cents: amounts[0] ?? 0 }
    if (used.length === 1) return { kind: 'option', option: used[0]! }
    names.push(`price ${term.id}`)
    return { kind: 'variable', variable: sizes.push(amounts.length) - 1, amounts }
  })
  return { model, rules, terms, sizes, names, termOptions, termPlans }
}

/** What a compiler makes of a plan. */
export interface Built {
  /** With the price terms that are proved. */
  readonly plan: Plan
  readonly diagram: Diagram
  /** Each rule on its own: see `freezeRules`. */
  readonly ruleBlock: Diagram
  /** Names of the variables, top first. */
  readonly order: readonly string[]
  readonly problems: Proofs['problems']
  readonly counterexamples: Proofs['counterexamples']
}

/** Tells what each rule or price term cost so far, most steps first. */
export type Costs = () => readonly { readonly name: string; readonly steps: number; readonly nodes: number }[]

export interface Layout {
  readonly plan: Plan
  /** Variables, top first. */
  readonly order: readonly number[]
  readonly bench: Workbench
  /** Handles on the workbench, one per rule of the plan. */
  readonly rules: readonly number[]
  /** Handles of what makes the machine: all rules that are not lazy, and the terms. */
  readonly joined: readonly number[]
  /** Handles of the terms that are variables. */
  readonly terms: readonly number[]
  /** Builds one more diagram; gives its node, which is void after the next join. */
  readonly diagram: (formula: Formula) => number
  /** Variables a node depends on. */
  readonly support: (node: number) => number[]
  /** Joins the diagrams of each group; `groupOf` says each variable's group. */
  readonly join: (handles: readonly number[], groupOf: Int32Array) => Map<number, number>
}

/** Builds every rule and term as a diagram. Throws `budgetExceeded`; `onBench` sees the workbench before that can happen. */
export function layOut(
  plan: Plan,
  order: readonly number[],
  budget: Budget,
  onBench?: (bench: Workbench) => void,
): Layout {
  const levelOf = new Int32Array(order.length)
  order.forEach((variable, level) => (levelOf[variable] = level))
  const bench = createWorkbench(
    order.map((variable) => plan.sizes[variable]!),
    budget,
  )
  onBench?.(bench)
  const { builder, node } = bench
  const diagram = (formula: Formula) => formulaDiagram(builder, formula, levelOf)
  const rules = plan.rules.map((rule) => bench.keep(rule.id, () => diagram(rule.formula)))
  const terms = plan.terms.flatMap((term, t) => {
    const own = plan.termPlans[t]!
    if (own.kind !== 'variable') return []
    const says: Formula = {
      op: 'or',
      args: term.alternatives.map(({ when, amountCents }) => ({
        op: 'and',
        args: [when, { op: 'table', of: [own.variable], rows: [[[own.amounts.indexOf(amountCents)]]] }],
      })),
    }
    return [bench.keep(term.id, () => diagram(says))]
  })
  return {
    plan,
    order,
    bench,
    rules,
    joined: [...rules.filter((_, r) => plan.rules[r]!.lazy !== true), ...terms],
    terms,
    diagram,
    support: (root) => builder.support(root).map((level) => order[level]!),
    join: (handles, groupOf) => {
      const members = new Map<number, number[]>()
      for (const group of groupOf) if (!members.has(group)) members.set(group, [])
      for (const handle of handles) {
        const level = builder.level(node(handle))
        if (level < order.length) members.get(groupOf[order[level]!]!)!.push(handle)
        // A rule that nothing satisfies belongs to every group.
        else if (node(handle) === 0) for (const list of members.values()) list.push(handle)
      }
      return new Map([...members].map(([group, list]) => [group, bench.join(list)]))
    },
  }
}

/** Freezes the joined groups into the machine's diagram, with all prices. */
export function freezeGroups(
  layout: Layout,
  groups: ReadonlyMap<number, number>,
  groupOf: Int32Array,
): Diagram {
  const { plan, order, bench } = layout
  const shapes = [...groups].map(([group, handle]) => {
    const levels = [...order.keys()].filter((level) => groupOf[order[level]!] === group)
    return {
      shape: shapeOf(bench.builder, bench.node(handle), levels),
      variables: levels.map((level) => order[level]!),
    }
  })
  const position = positionsOf(order)
  const frozen = (span: number) => {
    const freezer = createFreezer(plan.sizes, position)
    const regions = shapes.map(({ shape, variables }) => freezeInto(freezer, shape, variables, span))
    return freezer.finish([freezer.all(regions)], machineWeights(plan))
  }
  const factored = () => {
    const regions = createRegions(position)
    const factors = shapes.flatMap(({ shape, variables }) => factorsOf(regions, shape, variables, plan.sizes))
    const freezer = createFreezer(plan.sizes, position)
    return freezer.finish([regions.freeze(regions.all(factors), freezer)], machineWeights(plan))
  }
  // Lazy rules are asked beside the machine, variable by variable in the one order.
  if (plan.rules.some((rule) => rule.lazy === true)) return frozen(unsplit)
  // What gains nothing stays plain.
  const ways = [frozen(unsplit), frozen(splitSpan), factored()]
  return ways.reduce((best, way) => (way.edgeSet.length < best.edgeSet.length ? way : best))
}

/** The rest of the machine's diagram: what each value adds to the price, and where the amounts of the terms stand. */
export function machineWeights(plan: Plan): Pick<Diagram, 'options' | 'weights' | 'terms'> {
  const { sizes, model } = plan
  const firstValue = [0]
  for (const size of sizes) firstValue.push(firstValue.at(-1)! + size)
  const weights = new Float64Array(firstValue.at(-1)!)
  model.options.forEach((option, v) =>
    option.priceCents.forEach((cents, i) => (weights[firstValue[v]! + i] = cents)),
  )
  const terms = plan.termPlans.map((own, t) => {
    if (own.kind === 'constant') return { variable: -1, amounts: [own.cents] }
    if (own.kind === 'variable') return { variable: own.variable, amounts: own.amounts }
    const amounts = Array.from({ length: sizes[own.option]! }, () => 0)
    for (const { amountCents, when } of plan.terms[t]!.alternatives)
      for (let value = 0; value < amounts.length; value++)
        if (holds(when, () => value)) amounts[value] = amountCents
    return { variable: own.option, amounts }
  })
  for (const { variable, amounts } of terms)
    if (variable >= 0) amounts.forEach((cents, i) => (weights[firstValue[variable]! + i]! += cents))
  return { options: model.options.length, weights, terms }
}

/** Freezes each rule on its own, one root per rule in the plan's order; each tests exactly the options it depends on. */
export function freezeRules(layout: Layout): Diagram {
  const { plan, order, bench } = layout
  const options = plan.model.options.length
  const sizes = plan.sizes.slice(0, options)
  const freezer = createFreezer(sizes, positionsOf(order))
  const roots = layout.rules.map((handle) => freezeRule(freezer, bench.builder, bench.node(handle), order))
  const weights = new Float64Array(sizes.reduce((sum, size) => sum + size, 0))
  return freezer.finish(roots, { options, weights, terms: [] })
}

function positionsOf(order: readonly number[]): Int32Array {
  const position = new Int32Array(order.length)
  order.forEach((variable, at) => (position[variable] = at))
  return position
}
