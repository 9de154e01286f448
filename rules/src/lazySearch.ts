/**
 * Branch and bound over a product of diagrams that is never built: the cheapest way through a region of the machine that keeps its
 * lazy rules, through pairs of a node and a tuple of the rules' nodes, best first, cut off by the machine's own costs.
 */
import type { Diagram } from './diagram.ts'
import type { LazyRules } from './lazyRules.ts'

/** What is known about the cheapest way on from a pair; `child` and `value` lead along it. */
export interface Known {
  readonly cost: number
  /** Otherwise the cost is at least that. */
  readonly isExact: boolean
  readonly value: number
  readonly child: number
  readonly tuple: number
}

interface Way {
  /** Of the step itself. */
  readonly cost: number
  readonly value: number
  readonly child: number
  readonly tuple: number
}

interface Frame {
  readonly node: number
  readonly tuple: number
  /** Ways that are not cheaper than this are of no use. */
  readonly limit: number
  readonly ways: readonly Way[]
  at: number
  best: Way | undefined
  cost: number
  /** Of all ways that were cut off. */
  low: number
}

/** Costs of a pass: per value, per set of values, per node without the lazy rules. */
export interface Costs {
  readonly value: Float64Array
  readonly set: Float64Array
  readonly down: Float64Array
}

/** What was found out about pairs, by the node's place. */
export type Memory = (node: number) => Map<number, Known>

export interface LazySearch {
  /** Names a pair. */
  readonly keyOf: (node: number, tuple: number) => number
  /** What is known behind the last node. */
  readonly ended: Known
  /** The cheapest way from a region's top that costs less than `limit`; otherwise a bound that is not below it. */
  readonly search: (top: number, start: number, costs: Costs, limit: number, memory: Memory) => Known
  /** Values along the cheapest way that a search found exactly. */
  readonly follow: (top: number, start: number, memory: Memory, product: Int32Array) => void
}

/** `spend` hears how many pairs were looked at, and throws when that is enough. */
export function createLazySearch(
  diagram: Diagram,
  { step: stepBy, tests }: LazyRules,
  spend: (pairs: number) => void,
): LazySearch {
  const { firstValue, setStart, setMembers, kind, edgeStart, edgeSet, edgeChild } = diagram
  const step = (tuple: number, variable: number, flat: number) =>
    stepBy(tuple, variable, flat - firstValue[variable]!)
  /** The member of a set that a pass without lazy rules takes. */
  const cheapest = (set: number, { value, set: ofSet }: Costs) => {
    let m = setStart[set]!
    while (value[setMembers[m]!] !== ofSet[set]) m++
    return setMembers[m]!
  }
  const waysFrom = (node: number, tuple: number, costs: Costs): Way[] => {
    const variable = kind[node]!
    const ways: Way[] = []
    const free = !tests(tuple, variable)
    for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
      const child = edgeChild[e]!
      const set = edgeSet[e]!
      if (!Number.isFinite(costs.set[set]! + costs.down[child]!)) continue
      if (free) {
        ways.push({ cost: costs.set[set]!, value: cheapest(set, costs), child, tuple })
        continue
      }
      // Values that leave the lazy rules in the same state: only the cheapest matters.
      const byTuple = new Map<number, Way>()
      for (let m = setStart[set]!; m < setStart[set + 1]!; m++) {
        const value = setMembers[m]!
        const cost = costs.value[value]!
        const next = step(tuple, variable, value)
        if (next >= 0 && cost < (byTuple.get(next)?.cost ?? Infinity))
          byTuple.set(next, { cost, value, child, tuple: next })
      }
      ways.push(...byTuple.values())
    }
    return ways
  }

  const keyOf = (node: number, tuple: number) => tuple * kind.length + node
  const ended: Known = { cost: 0, isExact: true, value: -1, child: 0, tuple: 0 }
  /** The cheapest way from a region's top that costs less than `limit`; otherwise a bound that is not below it. */
  const search = (top: number, start: number, costs: Costs, limit: number, memory: Memory): Known => {
    const known = (node: number, tuple: number): Known | undefined =>
      node === 0 ? ended : memory(node).get(keyOf(node, tuple))
    const bound = (node: number, tuple: number) => known(node, tuple)?.cost ?? costs.down[node]!
    const frames: Frame[] = []
    const enter = (node: number, tuple: number, below: number) => {
      const ways = waysFrom(node, tuple, costs)
      spend(1 + (ways.length >> 2))
      const order = ways
        .map((way) => ({ way, low: way.cost + bound(way.child, way.tuple) }))
        .sort((a, b) => a.low - b.low)
      frames.push({
        node,
        tuple,
        limit: below,
        ways: order.map(({ way }) => way),
        at: 0,
        best: undefined,
        cost: Infinity,
        low: Infinity,
      })
    }
    const before = known(top, start)
    if (before && (before.isExact || before.cost >= limit)) return before
    enter(top, start, limit)
    for (;;) {
      const frame = frames.at(-1)!
      const way = frame.ways[frame.at]
      if (way) {
        const found = known(way.child, way.tuple)
        const low = way.cost + bound(way.child, way.tuple)
        const useful = Math.min(frame.cost, frame.limit)
        if (low >= useful) frame.low = Math.min(frame.low, low)
        else if (found?.isExact) {
          frame.best = way
          frame.cost = low
        } else {
          enter(way.child, way.tuple, useful - way.cost)
          continue
        }
        frame.at++
        continue
      }
      frames.pop()
      const result: Known = frame.best
        ? { ...frame.best, cost: frame.cost, isExact: true }
        : { cost: frame.low, isExact: frame.low === Infinity, value: -1, child: 0, tuple: 0 }
      memory(frame.node).set(keyOf(frame.node, frame.tuple), result)
      if (frames.length === 0) return result
    }
  }
  /** Values along the cheapest way that a search found exactly. */
  const follow = (top: number, start: number, memory: Memory, product: Int32Array) => {
    let [node, tuple] = [top, start]
    while (node !== 0) {
      const { value, child, tuple: next } = memory(node).get(keyOf(node, tuple))!
      product[kind[node]!] = value - firstValue[kind[node]!]!
      ;[node, tuple] = [child, next]
    }
  }
  return { keyOf, ended, search, follow }
}
