/** Compiles clauses to the frozen diagram: the trace of the search, every option told on every way. */
import type { BooleanCase } from './booleanCase.ts'
import { trace } from './decisionDnnf.ts'
import type { Writer } from './decisionDnnf.ts'
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import type { Diagram } from './diagram.ts'
import { createFreezer } from './freeze.ts'
import { machineWeights } from './layout.ts'
import { createRegions } from './regions.ts'

/** What each rule and price term of the plan cost: clauses looked at, and places in the simplified clauses. */
export interface ClauseCosts {
  readonly name: string
  readonly steps: number
  readonly nodes: number
}

export interface BooleanMachine {
  readonly diagram: Diagram
  /** Variables of the plan, top first. */
  readonly order: readonly number[]
}

/**
 * Steps for the first try of each order: fewer nodes are worth this moment even where another order is through already. Each
 * further try may take so many times as many.
 */
const firstEffort = 1_500_000
const moreEffort = 8

/**
 * Compiles. `given`: variables of the plan, top first, to decide in this order; else the order that makes the fewest nodes.
 * Throws `budgetExceeded`; `onCosts` hears before how to ask what took the work. Deterministic.
 */
export function booleanMachine(
  asked: BooleanCase,
  given: readonly number[] | undefined,
  budget: Budget,
  onCosts: (costs: () => ClauseCosts[]) => void,
): BooleanMachine {
  const { simplified, plan } = asked
  if (!simplified.possible) return nothingBuildable(plan)
  const looked = new Float64Array(simplified.clauses.length)
  onCosts(() => costsOf(plan, simplified.origins, simplified.clauses, looked))
  if (given !== undefined) return searched(asked, given, budget, looked).finish()
  let best: ReturnType<typeof searched> | undefined
  let spent = 0
  for (let effort = firstEffort; best === undefined; effort *= moreEffort)
    for (const eliminated of asked.orders) {
      // It took more than that before.
      if (best !== undefined && effort > firstEffort) break
      const left = budget.steps - spent
      const steps = Math.min(left, effort, best?.steps ?? effort)
      try {
        const next = searched(asked, optionsTopFirst(asked, eliminated), { ...budget, steps }, looked)
        spent += next.steps
        if (best === undefined || next.nodes < best.nodes) best = next
      } catch (error) {
        if (error !== budgetExceeded || budget.expired?.() === true) throw error
        spent += steps
        if (best === undefined && spent >= budget.steps) throw error
      }
    }
  return best.finish()
}

/** Boolean variable -> the literals that speak for the same, its own first; variables that are set have none. */
function membersOf({ encoding, simplified: { value, follows } }: BooleanCase): Map<number, number[]> {
  const members = new Map<number, number[]>()
  for (let v = 0; v < encoding.optionOf.length; v++) {
    if (value[v] !== -1) continue
    let literal = 2 * v
    while (follows[literal >> 1] !== (literal & ~1)) literal = follows[literal >> 1]! ^ (literal & 1)
    const head = literal >> 1
    const own = members.get(head)
    if (own === undefined) members.set(head, head === v ? [2 * v] : [2 * head, (2 * v) ^ (literal & 1)])
    else if (head !== v) own.push((2 * v) ^ (literal & 1))
  }
  return members
}

/** Variables of the plan: those decided first, each followed by those that agree with it, then those already settled. */
function optionsTopFirst(asked: BooleanCase, eliminated: readonly number[]): number[] {
  const members = membersOf(asked)
  const order = new Set<number>()
  for (const v of eliminated.toReversed())
    for (const literal of members.get(v)!) order.add(asked.encoding.optionOf[literal >> 1]!)
  for (let variable = 0; variable < asked.plan.sizes.length; variable++) order.add(variable)
  return [...order]
}

/** One search over the variables of the plan in an order, top first. */
function searched(
  asked: BooleanCase,
  order: readonly number[],
  budget: Budget,
  looked: Float64Array,
): { readonly nodes: number; readonly steps: number; readonly finish: () => BooleanMachine } {
  const { plan, encoding, simplified } = asked
  const { sizes, model } = plan
  const { value } = simplified
  const { first, optionOf } = encoding
  const options = model.options.length
  const booleans = optionOf.length

  const members = membersOf(asked)
  const position = new Int32Array(sizes.length)
  order.forEach((variable, at) => (position[variable] = at))

  // Renumbered for the search: what is decided first has the highest number.
  const speakers = [...members.keys()].sort(
    (a, b) => position[optionOf[b]!]! - position[optionOf[a]!]! || b - a,
  )
  const numberOf = new Int32Array(booleans).fill(-1)
  speakers.forEach((v, number) => (numberOf[v] = number))
  const clauses = simplified.clauses.map((clause) =>
    clause.map((literal) => 2 * numberOf[literal >> 1]! + (literal & 1)),
  )
  const regions = createRegions()
  /** A value of an option, as node: nothing else can be. */
  const told = (literal: number): number => {
    const option = optionOf[literal >> 1]!
    if (sizes[option] === 2) return regions.choice(option, [{ values: [1 - (literal & 1)], child: 0 }])
    return (literal & 1) === 1
      ? -1
      : regions.choice(option, [{ values: [(literal >> 1) - first[option]!], child: 0 }])
  }
  const some = (nodes: readonly number[]) => nodes.filter((node) => node >= 0)
  const opened = (literal: number) => speakers[literal >> 1]! * 2 + (literal & 1)
  const whole = new Map<number, number>()
  const rest = new Map<number, number>()
  const remembered = (known: Map<number, number>, literal: number, skip: number): number => {
    let node = known.get(literal)
    if (node === undefined) {
      const sign = literal & 1
      const nodes = some(
        members
          .get(literal >> 1)!
          .slice(skip)
          .map((member) => told(member ^ sign)),
      )
      node = nodes.length === 0 ? -1 : regions.all(nodes)
      known.set(literal, node)
    }
    return node
  }
  const choice: Writer['choice'] = (edges) => {
    const option = optionOf[opened(edges[0]!.literal) >> 1]!
    const byChild = new Map<number, number[]>()
    for (const { literal, items } of edges) {
      const own = opened(literal)
      const child = regions.all(some([remembered(rest, own, 1), ...items]))
      const taken = sizes[option] === 2 ? 1 - (own & 1) : (own >> 1) - first[option]!
      const values = byChild.get(child)
      if (values === undefined) byChild.set(child, [taken])
      else values.push(taken)
    }
    return regions.choice(
      option,
      [...byChild].map(([child, values]) => ({ values: values.sort((a, b) => a - b), child })),
    )
  }
  const writer: Writer = {
    literal: (literal) => remembered(whole, opened(literal), 0),
    free: (v) =>
      choice([
        { literal: 2 * v, items: [] },
        { literal: 2 * v + 1, items: [] },
      ]),
    choice,
    all: regions.all,
    nodes: regions.nodes,
  }
  const groups = new Map<number, number[]>()
  speakers.forEach((v, number) => {
    const option = optionOf[v]!
    if (sizes[option]! < 3) return
    const own = groups.get(option)
    if (own === undefined) groups.set(option, [2 * number])
    else own.push(2 * number)
  })
  const { root, steps } = trace(
    {
      variables: speakers.length,
      clauses,
      decidable: Uint8Array.from(speakers, (v) => (optionOf[v]! < options ? 1 : 0)),
      together: (number) => groups.get(optionOf[speakers[number]!]!),
    },
    writer,
    budget,
    looked,
  )
  if (root === undefined) return { nodes: 0, steps, finish: () => nothingBuildable(plan) }
  // What was settled before the search began.
  const settled = sizes.flatMap((size, variable) => {
    if (size === 1) return [regions.choice(variable, [{ values: [0], child: 0 }])]
    for (let v = first[variable]!; v < first[variable + 1]!; v++)
      if (value[v] !== -1 && (size === 2 || value[v] === 1)) return [told(2 * v + 1 - value[v]!)]
    return []
  })
  const finish = () => {
    const freezer = createFreezer(sizes, position)
    const top = regions.freeze(regions.all([root, ...settled]), freezer)
    return { diagram: freezer.finish([top], machineWeights(plan)), order }
  }
  return { nodes: regions.nodes(), steps, finish }
}

/** A machine that accepts nothing. */
function nothingBuildable(plan: BooleanCase['plan']): BooleanMachine {
  const order = plan.sizes.map((_, variable) => variable)
  const freezer = createFreezer(plan.sizes, order)
  return { diagram: freezer.finish([freezer.choice(0, [])], machineWeights(plan)), order }
}

function costsOf(
  { rules, terms }: BooleanCase['plan'],
  origins: readonly number[],
  clauses: readonly (readonly number[])[],
  looked: Float64Array,
): ClauseCosts[] {
  const steps = new Float64Array(rules.length + terms.length)
  const nodes = new Float64Array(rules.length + terms.length)
  for (const [c, origin] of origins.entries()) {
    if (origin < 0) continue
    steps[origin]! += looked[c]!
    nodes[origin]! += clauses[c]!.length
  }
  return [...rules, ...terms]
    .map(({ id }, at) => ({ name: id, steps: steps[at]!, nodes: nodes[at]! }))
    .sort((a, b) => b.steps - a.steps)
}
