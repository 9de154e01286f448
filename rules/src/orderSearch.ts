/** Finds a good variable order for a plan: lays it out over several, sifts each and keeps the smallest. */
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import { optionsOf } from './formulaDiagram.ts'
import { growOrder } from './growOrder.ts'
import { connected } from './joining.ts'
import type { Workbench } from './joining.ts'
import { layOut } from './layout.ts'
import type { Layout, Plan } from './layout.ts'
import { sift } from './sifting.ts'
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

/** Compiles over several good orders with growing effort, sifts each and gives the one with the fewest nodes. */
export function findOrder(plan: Plan, budget: Budget, onBench: (bench: Workbench) => void): number[] {
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
  const candidates = candidateOrders(task, 10).map((order) =>
    order.toSorted((a, b) => groupOf[a]! - groupOf[b]!),
  )
  let best: { order: number[]; nodes: number; steps: number } | undefined
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
        const groups = layout.join(layout.joined, groupOf)
        const sifted = [...groups].map(([group, handle]) => {
          const levels = [...order.keys()].filter((level) => groupOf[order[level]!] === group)
          const variables = levels.map((level) => order[level]!)
          return sift(layout.bench.builder, layout.bench.node(handle), levels, variables, after, siftSteps)
        })
        const nodes = sifted.reduce((sum, each) => sum + each.nodes, 0)
        spent += sifted.reduce((sum, each) => sum + each.steps, 0)
        if (best === undefined || nodes < best.nodes)
          best = { order: sifted.flatMap((each) => each.order), nodes, steps: layout.bench.builder.steps() }
      } catch (error) {
        if (error !== budgetExceeded || budget.expired?.() === true) throw error
      }
      spent += bench!.builder.steps()
      const enough =
        best === undefined ? budget.steps : Math.min(searchSteps, searchStepsPerNode * best.nodes)
      if (spent >= enough) break
    }
    if (best === undefined && spent >= budget.steps) throw budgetExceeded
  }
  return best.order
}
