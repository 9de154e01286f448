/**
 * Queries on a frozen rule state machine, by index. One pass down and up over its edges answers for every value at once.
 *
 * A *pick* says per variable which value is taken (-1: none). Where `fixed` is 1 the pick is hard (the shop's context):
 * nothing against it is possible. All other picks are soft: going against one costs one change. A pass minimises
 * (changes, price) in lexicographic order, packed into one double: changes · pack + price, exact below 2^51.
 */
import { createDesigner } from './designs.ts'
import type { Diagram } from './diagram.ts'

export interface Machine {
  readonly diagram: Diagram
  /**
   * Puts the cost of the best product with each flat value into `best` and gives the best cost of all; `changesOf` is -1
   * for a cost that the fixed picks rule out. The next query overwrites `best`.
   */
  readonly sweep: (pick: Int32Array, fixed: Uint8Array) => number
  readonly best: Float64Array
  /** After a sweep, only where rules are lazy: flat values whose cost is no more than a bound. */
  readonly unproved?: Uint8Array
  /** Fewest soft picks that must be given up, -1 when the fixed ones leave nothing. Half a sweep. */
  readonly fewestChanges: (pick: Int32Array, fixed: Uint8Array) => number
  /**
   * Up to 32 questions at once about parts of some picks. `asked` says per variable which questions hold its pick; the answer
   * has bit q when some product has all picks of question q. For questions asked right after each other: the next
   * `questions` ends those before. Missing where rules are lazy.
   */
  readonly questions?: (pick: Int32Array) => (asked: Int32Array) => number
  readonly changesOf: (cost: number) => number
  /** Gross total of a cost, minor units. */
  readonly centsOf: (cost: number) => number
  /** Exact number of products with all picks, fixed or not. */
  readonly count: (pick: Int32Array) => bigint
  /** Only where rules are lazy: the same without them. */
  readonly countAtMost?: (pick: Int32Array) => bigint
  /** Follows a pick that is complete for all options and fills in the determined variables. `false`: not buildable. */
  readonly walk: (pick: Int32Array) => boolean
  /** A whole product: fewest changes, then defaults (each only while still valid), then cheapest. `undefined`: none. */
  readonly design: (pick: Int32Array, fixed: Uint8Array, defaults: Int32Array) => Int32Array | undefined
  /** Gross total of that product with each flat value taken instead; NaN for values that need another change. */
  readonly designCents: (pick: Int32Array, fixed: Uint8Array, defaults: Int32Array) => Float64Array
}

/** More than any possible cost; two of them still add up exactly. */
const dead = 2 ** 52
/** Every possible cost is below this, every impossible one above. */
const alive = 2 ** 51

/** Least power of two above the sum of the variables' price differences: the unit in which changes are counted. */
export function packOf({ firstValue, weights }: Pick<Diagram, 'firstValue' | 'weights'>): number {
  let spread = 0
  for (let v = 0; v + 1 < firstValue.length; v++) {
    const own = weights.subarray(firstValue[v], firstValue[v + 1])
    spread += Math.max(...own) - Math.min(...own)
  }
  let pack = 1
  while (pack <= spread) pack *= 2
  return pack
}

/** Wraps a diagram for queries. Scratch arrays are shared between calls, which never overlap in one thread. */
export function createMachine(diagram: Diagram): Machine {
  const { options, firstValue, weights, terms, setStart, setMembers, setVariable } = diagram
  const { kind, edgeStart, edgeSet, edgeChild } = diagram
  const variables = firstValue.length - 1
  const nodes = kind.length
  const sets = setVariable.length
  const first = diagram.roots[0]!
  const pack = packOf(diagram)
  const perPack = 1 / pack

  // Prices count from each variable's cheapest value, so that no cost of a pass is below 0.
  const price = new Float64Array(weights)
  let base = 0
  for (const term of terms) if (term.variable < 0) base += term.amounts[0]!
  for (let v = 0; v < variables; v++) {
    const own = price.subarray(firstValue[v], firstValue[v + 1])
    const low = Math.min(...own)
    for (let i = 0; i < own.length; i++) own[i]! -= low
    base += low
  }
  const setPrice = new Float64Array(sets)
  // Sets are numbered by variable.
  const firstSet = new Int32Array(variables + 1)
  for (const v of setVariable) firstSet[v + 1]!++
  for (let v = 0; v < variables; v++) firstSet[v + 1]! += firstSet[v]!
  // Membership as one byte per value: no bit masks, so no value is the 32nd.
  const hasAt = new Int32Array(sets + 1)
  for (let s = 0; s < sets; s++)
    hasAt[s + 1] = hasAt[s]! + firstValue[setVariable[s]! + 1]! - firstValue[setVariable[s]!]!
  const has = new Uint8Array(hasAt[sets]!)
  const setOf = new Int32Array(setMembers.length)
  for (let s = 0; s < sets; s++) {
    let low = Infinity
    for (let m = setStart[s]!; m < setStart[s + 1]!; m++) {
      low = Math.min(low, price[setMembers[m]!]!)
      setOf[m] = s
      has[hasAt[s]! + setMembers[m]! - firstValue[setVariable[s]!]!] = 1
    }
    setPrice[s] = low
  }

  // The machine as the passes read it: sets are items, then what can be built anyway, then nodes. A node costs what the cheapest
  // of its alternatives does, an alternative the sum of its items; a node with but one alternative and one node above is
  // written into the one above. In one array: the number of alternatives, then of each how many items and which.
  const uses = new Int32Array(nodes)
  for (const child of edgeChild) uses[child]!++
  uses[first] = 0
  const isWrittenAbove = (node: number) => {
    const ways = edgeStart[node + 1]! - edgeStart[node]!
    return uses[node] === 1 && (ways === 1 || (kind[node]! < 0 && ways > 0))
  }
  const tape: number[] = []
  const startOf = new Int32Array(sets + nodes)
  const itemOf = new Int32Array(nodes).fill(sets)
  // Lowest node that tests a variable, and what was taken of it at the last pass: below that node nothing is new.
  const lowest = new Int32Array(variables).fill(sets + nodes)
  const before = new Int32Array(variables).fill(-9)
  let end = sets + 1
  for (let node = 1; node < nodes; node++) {
    if (isWrittenAbove(node)) continue
    const item = (itemOf[node] = end++)
    const header = (startOf[item] = tape.length)
    tape.push(0)
    for (let e = edgeStart[node]!; e < edgeStart[node + 1]!;) {
      tape[header]!++
      const items: number[] = []
      const open = [e++]
      if (kind[node]! < 0) while (e < edgeStart[node + 1]!) open.push(e++)
      for (const edge of open) {
        const set = edgeSet[edge]!
        const child = edgeChild[edge]!
        if (set >= 0) {
          items.push(set)
          lowest[setVariable[set]!] = Math.min(lowest[setVariable[set]!]!, item)
        }
        if (isWrittenAbove(child))
          for (let inner = edgeStart[child]!; inner < edgeStart[child + 1]!; inner++) open.push(inner)
        else if (child > 0) items.push(itemOf[child]!)
      }
      tape.push(items.length, ...items)
    }
  }
  const root = itemOf[first]!
  const steps = Int32Array.from(tape)

  const down = new Float64Array(end).fill(dead, sets + 1)
  const up = new Float64Array(end)
  /** Of each alternative, where it begins. */
  const costAt = new Float64Array(steps.length)
  const best = new Float64Array(weights.length)

  // The passes give the arrays of their loops names of their own: then the engine knows that no store can exchange them, which
  // makes the loops a third quicker.
  const passDown = (pick: Int32Array, fixed: Uint8Array) => {
    const tape = steps
    const below = down
    const begins = costAt
    let from = end
    for (let v = 0; v < variables; v++) {
      const taken = pick[v]!
      const state = 2 * taken + fixed[v]!
      if (state === before[v]) continue
      before[v] = state
      from = Math.min(from, lowest[v]!)
      for (let s = firstSet[v]!; s < firstSet[v + 1]!; s++)
        down[s] =
          taken < 0
            ? setPrice[s]!
            : has[hasAt[s]! + taken] === 1
              ? price[firstValue[v]! + taken]!
              : (fixed[v] === 1 ? dead : pack) + setPrice[s]!
    }
    for (let node = from, i = startOf[from]!; node < end; node++) {
      let cost = dead
      for (let left = tape[i++]!; left > 0; left--) {
        const start = i
        let c = 0
        for (let n = tape[i++]!; n > 0; n--) c += below[tape[i++]!]!
        begins[start] = c
        if (c < cost) cost = c
      }
      below[node] = cost
    }
    return down[root]!
  }
  const sweep = (pick: Int32Array, fixed: Uint8Array) => {
    const cost = passDown(pick, fixed)
    const tape = steps
    const below = down
    const through = up
    const begins = costAt
    up.fill(dead)
    // Through an item: what the best product with it costs. An alternative costs above itself all but what its node costs below.
    up[root] = cost
    for (let node = end - 1; node > sets; node--) {
      let i = startOf[node]!
      const above = through[node]! - below[node]!
      for (let left = tape[i++]!; left > 0; left--) {
        const cost = above + begins[i]!
        for (let n = tape[i++]!; n > 0; n--) {
          const item = tape[i++]!
          if (cost < through[item]!) through[item] = cost
        }
      }
    }
    best.fill(dead)
    for (let m = 0; m < setOf.length; m++) {
      const value = setMembers[m]!
      const c = up[setOf[m]!]! - down[setOf[m]!]! + price[value]!
      if (c < best[value]!) best[value] = c
    }
    for (let v = 0; v < variables; v++)
      if (pick[v]! >= 0)
        for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++)
          if (i - firstValue[v]! !== pick[v]) best[i]! += fixed[v] === 1 ? dead : pack
    return cost
  }
  // Where all picks together leave a way, any part of them does: only the other nodes and sets are looked at again.
  const fits = new Int32Array(end).fill(-1)
  const look = (node: number) => {
    let i = startOf[node]!
    let some = 0
    for (let left = steps[i++]!; left > 0; left--) {
      let every = -1
      for (let n = steps[i++]!; n > 0; n--) every &= fits[steps[i++]!]!
      some |= every
    }
    return (fits[node] = some)
  }
  const questions: Machine['questions'] = (pick) => {
    const out: number[] = []
    const shut: number[] = []
    for (let s = 0; s < sets; s++) {
      const taken = pick[setVariable[s]!]!
      fits[s] = taken < 0 || has[hasAt[s]! + taken] === 1 ? -1 : 0
      if (fits[s] === 0) out.push(s)
    }
    for (let node = sets + 1; node < end; node++) if (look(node) === 0) shut.push(node)
    return (asked) => {
      for (const s of out) fits[s] = ~asked[setVariable[s]!]!
      for (const node of shut) look(node)
      return fits[root]!
    }
  }
  const changesOf = (cost: number) => (cost < alive ? (cost * perPack) | 0 : -1)

  const counts = <N extends number | bigint>(pick: Int32Array, of: (n: number) => N): N => {
    const found: N[] = []
    for (let s = 0; s < sets; s++) {
      const taken = pick[setVariable[s]!]!
      found.push(of(taken < 0 ? setStart[s + 1]! - setStart[s]! : has[hasAt[s]! + taken]!))
    }
    found.push(of(1))
    for (let node = sets + 1; node < end; node++) {
      let i = startOf[node]!
      let sum = of(0) as number
      for (let left = steps[i++]!; left > 0; left--) {
        let product = of(1) as number
        for (let n = steps[i++]!; n > 0; n--) product *= found[steps[i++]!] as number
        sum += product
      }
      found.push(sum as N)
    }
    return found[root]!
  }

  const walkStack = new Int32Array(nodes)
  const walk = (pick: Int32Array) => {
    let depth = 0
    walkStack[depth++] = first
    while (depth > 0) {
      let node = walkStack[--depth]!
      while (node !== 0) {
        const v = kind[node]!
        let e = edgeStart[node]!
        const end = edgeStart[node + 1]!
        if (v < 0) {
          for (; e < end - 1; e++) walkStack[depth++] = edgeChild[e]!
        } else if (v >= options) {
          // The options above decide it: one edge with one value.
          if (e === end) return false
          pick[v] = setMembers[setStart[edgeSet[e]!]!]! - firstValue[v]!
        } else {
          const taken = pick[v]!
          if (taken < 0) return false
          while (e < end && has[hasAt[edgeSet[e]!]! + taken] === 0) e++
          if (e === end) return false
        }
        node = edgeChild[e]!
      }
    }
    return true
  }

  const { design, designCents } = createDesigner(diagram, price, base)
  return {
    diagram,
    sweep,
    best,
    fewestChanges: (pick, fixed) => changesOf(passDown(pick, fixed)),
    questions,
    changesOf,
    centsOf: (cost) => base + (cost - ((cost * perPack) | 0) * pack),
    count: (pick) => {
      // Whole numbers add and multiply exactly in doubles while the result is a safe integer; beyond that, slowly.
      const fast = counts(pick, (n) => n)
      return Number.isSafeInteger(fast) ? BigInt(fast) : counts(pick, BigInt)
    },
    walk,
    design,
    designCents,
  }
}
