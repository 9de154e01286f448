/**
 * Finds an order for a model that is too big over any order chosen beforehand: rules are joined one by one, and whenever the
 * diagram gets out of hand it is sifted before the next ones join (dynamic reordering, Rudell 1993).
 */
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import type { Workbench } from './joining.ts'
import { layOut } from './layout.ts'
import type { Plan } from './layout.ts'
import { sift } from './sifting.ts'
import type { Sifted } from './sifting.ts'

/** Nodes above which a diagram is sifted before the next rule joins; later twice what sifting left. */
const roomy = 10_000
/** Steps for one more rule before the order is doubted. */
const firstPatience = 500_000
/** Steps for one round of sifting on the way, and for the last one. */
const siftSteps = 12_000_000
const lastSiftSteps = 40_000_000

/** The plan with only some of its rules and terms. */
function partOf(plan: Plan, left: ReadonlySet<string>): Plan {
  const terms = plan.terms.flatMap((term, t) => (left.has(`price ${term.id}`) ? [t] : []))
  return {
    ...plan,
    rules: plan.rules.filter(({ id }) => left.has(`rule ${id}`)),
    terms: terms.map((t) => plan.terms[t]!),
    termOptions: terms.map((t) => plan.termOptions[t]!),
    termPlans: terms.map((t) => plan.termPlans[t]!),
  }
}

/** The deepest level of a diagram: rules join from the top, each once all its variables are there. */
const depthOf = ({ builder, node }: Workbench, handle: number) => builder.support(node(handle)).at(-1) ?? -1

/** How many rules join over an order before the diagram is crowded: the more, the more promising it is. */
function promise(plan: Plan, order: readonly number[], budget: Budget): { joined: number; steps: number } {
  const limits = { ...budget, steps: Math.min(budget.steps, firstPatience * 4) }
  let bench: Workbench | undefined
  let joined = 0
  try {
    const layout = layOut(plan, order, limits, (next) => (bench = next))
    const { join, drop, keep, builder, node } = layout.bench
    let all = keep('', () => 1)
    for (const handle of layout.joined.toSorted(
      (a, b) => depthOf(layout.bench, a) - depthOf(layout.bench, b),
    )) {
      const next = join([all, handle])
      drop(all)
      all = next
      if (builder.nodes() > 2 * roomy && builder.size(node(all)) > 2 * roomy) break
      joined++
    }
  } catch (error) {
    if (error !== budgetExceeded || budget.expired?.() === true) throw error
  }
  return { joined, steps: bench?.builder.steps() ?? 0 }
}

/** Starts from the most promising order and gives one over which all rules and terms fit into the budget. Throws `budgetExceeded`; deterministic. */
export function growOrder(
  plan: Plan,
  starts: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
  budget: Budget,
  onBench: (bench: Workbench) => void,
): { readonly order: number[]; readonly nodes: number; readonly steps: number } {
  let order: readonly number[] = starts[0]!
  let spent = 0
  let most = -1
  for (const start of starts) {
    const { joined, steps } = promise(plan, start, { ...budget, steps: budget.steps - spent })
    spent += steps
    if (joined <= most) continue
    most = joined
    order = start
  }
  const levels = [...order.keys()]
  const left = new Set([
    ...plan.rules.flatMap(({ id, lazy }) => (lazy === true ? [] : [`rule ${id}`])),
    ...plan.terms.flatMap(({ id }, t) => (plan.termPlans[t]!.kind === 'variable' ? [`price ${id}`] : [])),
  ])
  let grown: Sifted | undefined
  let room = roomy
  let patience = firstPatience
  for (;;) {
    const limits = { ...budget, steps: budget.steps - spent }
    const part = partOf(plan, left)
    const layout = layOut(part, order, limits, onBench)
    const { bench } = layout
    const names = [
      ...part.rules.map(({ id }) => `rule ${id}`),
      ...part.terms.flatMap(({ id }, t) => (part.termPlans[t]!.kind === 'variable' ? [`price ${id}`] : [])),
    ]
    let all = bench.keep('', () => grown?.rebuild(bench.builder) ?? 1)
    const waiting = [...layout.rules, ...layout.terms]
      .map((handle, i) => ({ handle, name: names[i]!, depth: depthOf(bench, handle) }))
      .toSorted((a, b) => a.depth - b.depth)
    let joinedAny = false
    let crowded = false
    for (const { handle, name } of waiting) {
      limits.steps = Math.min(budget.steps - spent, bench.builder.steps() + patience)
      try {
        const joined = bench.join([all, handle])
        bench.drop(all)
        bench.drop(handle)
        all = joined
      } catch (error) {
        const isOver = error !== budgetExceeded || limits.steps >= budget.steps - spent
        if (isOver || budget.expired?.() === true) throw error
        crowded = true
        break
      }
      left.delete(name)
      joinedAny = true
      if (left.size > 0 && bench.builder.nodes() > room && bench.builder.size(bench.node(all)) > room) break
    }
    spent += bench.builder.steps()
    if (left.size > 0 && crowded && !joinedAny && grown !== undefined) patience *= 4
    const isLast = left.size === 0
    const effort = Math.min(isLast ? lastSiftSteps : siftSteps, budget.steps - spent)
    grown = sift(bench.builder, bench.node(all), levels, order, after, effort)
    spent += grown.steps
    if (isLast) return { order: grown.order, nodes: grown.nodes, steps: spent }
    order = grown.order
    room = Math.max(roomy, grown.nodes * 2)
  }
}
