/** Compiles clauses to the frozen diagram: the trace of the search, every option told on every way. */
import type { BooleanCase } from './booleanCase.ts'
import { trace } from './decisionDnnf.ts'
import type { Writer } from './decisionDnnf.ts'
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
 * Compiles. `given`: variables of the plan, top first, to decide in this order instead. Throws `budgetExceeded`; `costs` then
 * tells what took the work. Deterministic.
 */
export function booleanMachine(
  { plan, encoding, simplified, order: eliminated }: BooleanCase,
  given: readonly number[] | undefined,
  budget: Budget,
  onCosts: (costs: () => ClauseCosts[]) => void,
): BooleanMachine {
  const { sizes, model } = plan
  const { value, follows } = simplified
  const { first, optionOf } = encoding
  const options = model.options.length
  const booleans = optionOf.length

  if (!simplified.possible) return nothingBuildable(plan)
  /** Boolean variable -> the literals that speak for the same, its own first; only options are asked before price terms. */
  const members = new Map<number, number[]>()
  for (let v = 0; v < booleans; v++) {
    if (value[v] !== -1) continue
    let literal = 2 * v
    while (follows[literal >> 1] !== (literal & ~1)) literal = follows[literal >> 1]! ^ (literal & 1)
    const own =
      members.get(literal >> 1) ?? members.set(literal >> 1, [2 * (literal >> 1)]).get(literal >> 1)!
    if (literal !== 2 * v) own.push((2 * v) ^ (literal & 1))
  }
  /** Variables of the plan, top first: those decided, each followed by those that agree with it, then those already settled. */
  const order: number[] = []
  const listed = new Uint8Array(sizes.length)
  const list = (variable: number) => {
    if (listed[variable] === 0) order.push(variable)
    listed[variable] = 1
  }
  if (given !== undefined) for (const variable of given) list(variable)
  for (const v of eliminated.toReversed())
    for (const literal of members.get(v)!) list(optionOf[literal >> 1]!)
  for (let variable = 0; variable < sizes.length; variable++) list(variable)
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
  const looked = new Float64Array(clauses.length)
  onCosts(() => costsOf(plan, simplified.origins, simplified.clauses, looked))

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
  const { root } = trace(
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
  if (root === undefined) return nothingBuildable(plan)
  // What was settled before the search began.
  const settled = sizes.flatMap((size, variable) => {
    if (size === 1) return [regions.choice(variable, [{ values: [0], child: 0 }])]
    for (let v = first[variable]!; v < first[variable + 1]!; v++)
      if (value[v] !== -1 && (size === 2 || value[v] === 1)) return [told(2 * v + 1 - value[v]!)]
    return []
  })
  const top = regions.all([root, ...settled])
  const freezer = createFreezer(sizes, position)
  return { diagram: freezer.finish([regions.freeze(top, freezer)], machineWeights(plan)), order }
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
