/** Finds a good variable order for a plan: lays it out over several, sifts each and keeps the one with the smallest machine. */
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import { optionsOf } from './formulaDiagram.ts'
import { growOrder } from './growOrder.ts'
import { connected } from './joining.ts'
import type { Workbench } from './joining.ts'
import { layOut } from './layout.ts'
import type { Layout, Plan } from './layout.ts'
import { sift } from './sifting.ts'
import type { Sifted } from './sifting.ts'
import { createSplitSize } from './splitSize.ts'
import type { PlacedDiagram } from './splitSize.ts'
import { candidateOrders } from './variableOrder.ts'
import type { OrderTask } from './variableOrder.ts'

/** Variables that rules or price terms connect, by group. */
export function groupsOf(layout: Layout): Int32Array {
  return connected(layout.order.length, edgesOf(layout))
}

/** The variables of every rule (as far as it really depends on them) and price term. */
function edgesOf(layout: Layout): number[][] {
  return [...layout.rules, ...layout.terms].map((handle) => layout.support(layout.bench.node(handle)))
}

/** No further orders are tried after this many steps, or this many per node of the best so far: a small gain is not worth them. */
const searchSteps = 2_000_000
const searchStepsPerNode = 400
/** Steps for sifting one group of variables. */
const siftSteps = 4_000_000

/** Steps after which an order chosen beforehand is given up. */
const mostTried = 200_000

/** A thorough search tries so much further. */
const thoroughTries = 12_000_000
/** Steps for sifting by the size of the frozen machine, and nodes up to which that is worth it. */
const thoroughSteps = 45_000_000
const mostNodes = 50_000

/** What a search may start from and spend. */
export interface Search {
  /** An order that an earlier version of the rules had, in these variables: see `adapted`. */
  readonly near?: Adapted
  /** Look for the smallest machine, however long it takes within the budget; else an order that is known to be near is taken. */
  readonly thorough?: boolean
}

/** Compiles over several good orders with growing effort, sifts each and gives the one with the smallest machine. */
export function findOrder(
  plan: Plan,
  budget: Budget,
  onBench: (bench: Workbench) => void,
  { near, thorough = false }: Search = {},
): number[] {
  const after: number[][] = plan.sizes.map(() => [])
  plan.termPlans.forEach((own, t) => {
    if (own.kind === 'variable') after[own.variable] = [...plan.termOptions[t]!]
  })
  const rough: OrderTask = {
    variables: plan.sizes.length,
    edges: [
      ...plan.rules.map((rule) => optionsOf(rule.formula)),
      ...plan.termPlans.map((own, t) => [
        ...plan.termOptions[t]!,
        ...(own.kind === 'variable' ? [own.variable] : []),
      ]),
    ],
    after,
  }
  const first = layOut(plan, candidateOrders(rough, 0)[0]!, budget, onBench)
  const task: OrderTask = { ...rough, edges: edgesOf(first) }
  const groupOf = groupsOf(first)
  // Groups stand one below the other, so that a proof over several of them stays small.
  const candidates = [...(near ? [near.order] : []), ...candidateOrders(task, 10)].map((order) =>
    order.toSorted((a, b) => groupOf[a]! - groupOf[b]!),
  )
  // Lazy rules keep the machine unsplit.
  const splitSize = plan.rules.some((rule) => rule.lazy === true) ? undefined : createSplitSize()
  const sifted = (
    layout: Layout,
    effort: number,
    measure?: (diagram: PlacedDiagram) => number,
    only?: readonly number[],
  ) =>
    [...layout.join(layout.joined, groupOf)].map(([group, handle]) => {
      const levels = [...layout.order.keys()].filter((level) => groupOf[layout.order[level]!] === group)
      const variables = levels.map((level) => layout.order[level]!)
      const root = layout.bench.node(handle)
      const moved = only?.filter((variable) => groupOf[variable] === group)
      return sift(layout.bench.builder, root, levels, variables, after, effort, measure, moved)
    })
  let best: { order: number[]; size: number; nodes: number; steps: number } | undefined
  let spent = 0
  // Building the rules alone costs the same over any order.
  const building = first.bench.builder.steps()
  for (let effort = 20_000; best === undefined; effort *= 8) {
    if (effort > mostTried) {
      const left = { ...budget, steps: budget.steps - spent }
      return growOrder(plan, candidates, after, left, onBench).order
    }
    for (const order of candidates) {
      const steps = Math.min(best === undefined ? building + effort : 2 * best.steps, budget.steps - spent)
      let bench: Workbench | undefined
      try {
        const layout = layOut(plan, order, { ...budget, steps }, (next) => onBench((bench = next)))
        if (near !== undefined && !thorough) {
          return sifted(layout, siftSteps, splitSize, near.added).flatMap((each) => each.order)
        }
        const groups = sifted(layout, siftSteps)
        const sum = (of: (each: Sifted) => number) => groups.reduce((total, each) => total + of(each), 0)
        const nodes = sum((each) => each.nodes)
        const size = splitSize === undefined ? nodes : sum((each) => each.sizeBy(splitSize))
        spent += sum((each) => each.steps)
        if (best === undefined || size < best.size)
          best = {
            order: groups.flatMap((each) => each.order),
            size,
            nodes,
            steps: layout.bench.builder.steps(),
          }
      } catch (error) {
        if (error !== budgetExceeded || budget.expired?.() === true) throw error
      }
      spent += bench!.builder.steps()
      const enough =
        best === undefined
          ? budget.steps
          : thorough
            ? thoroughTries
            : Math.min(searchSteps, searchStepsPerNode * best.nodes)
      if (spent >= enough) break
    }
    if (best === undefined && spent >= budget.steps) throw budgetExceeded
  }
  if (!thorough || splitSize === undefined || best.nodes > mostNodes) return best.order
  const effort = Math.min(thoroughSteps, budget.steps - spent)
  return sifted(layOut(plan, best.order, budget, onBench), effort, splitSize).flatMap((each) => each.order)
}

/** An order for a plan, and its variables that the order for an earlier version of the rules did not have. */
interface Adapted {
  readonly order: readonly number[]
  readonly added: readonly number[]
}

/**
 * An order for these variables from one for an earlier version of the rules: those that are gone are left out, each new one
 * stands among those that its smallest rule or price connects it with, or else where the file has it.
 */
export function adapted(plan: Plan, names: readonly string[]): Adapted {
  const known = new Map(plan.names.map((name, variable) => [name, variable]))
  const order = [...new Set(names.flatMap((name) => known.get(name) ?? []))]
  const placed = new Set(order)
  const added = [...plan.sizes.keys()].filter((variable) => !placed.has(variable))
  const edges = [...plan.rules.map((rule) => optionsOf(rule.formula)), ...plan.termOptions]
  for (let variable = 0; variable < plan.model.options.length; variable++) {
    if (placed.has(variable)) continue
    // Small rules say more than large ones about where it belongs: the middle of their other variables.
    const places = edges
      .filter((edge) => edge.includes(variable))
      .toSorted((a, b) => a.length - b.length)[0]
      ?.flatMap((other) => (placed.has(other) ? order.indexOf(other) : []))
      .toSorted((a, b) => a - b)
    const middle = places?.[places.length >> 1] ?? order.indexOf(variable - 1)
    order.splice(middle + 1, 0, variable)
    placed.add(variable)
  }
  // A price stands below the options it follows from.
  plan.termPlans.forEach((own, t) => {
    if (own.kind !== 'variable') return
    if (placed.has(own.variable)) order.splice(order.indexOf(own.variable), 1)
    const last = order.findLastIndex((other) => plan.termOptions[t]!.includes(other))
    order.splice(last + 1, 0, own.variable)
  })
  return { order, added }
}
