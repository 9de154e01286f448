/** Freezes the workbench's diagrams into the format of `diagram.ts`: equal nodes once, skipped variables written out. */
import type { Diagram } from './diagram.ts'
import type { DiagramBuilder } from './diagramBuilder.ts'
import { partsOf } from './splitting.ts'

/** Collects *choice* and *all* nodes, each distinct one once; children must be made before their parents. */
export interface Freezer {
  /** A choice over a variable; each edge takes some of its values to a node. Edges into nothing are left out. */
  readonly choice: (
    variable: number,
    edges: readonly { readonly values: readonly number[]; readonly child: number }[],
  ) => number
  /** Independent regions side by side; the end is dropped, a single region stands for itself. */
  readonly all: (children: readonly number[]) => number
  readonly finish: (roots: readonly number[], rest: Pick<Diagram, 'options' | 'weights' | 'terms'>) => Diagram
}

/** `sizes`: values per variable. `position`: place of each variable in the order, for a tidy numbering. */
export function createFreezer(sizes: readonly number[], position: ArrayLike<number>): Freezer {
  const firstValue = new Int32Array(sizes.length + 1)
  sizes.forEach((size, v) => (firstValue[v + 1] = firstValue[v]! + size))
  const kinds: number[] = [0]
  const edgesOf: { set: number; child: number }[][] = [[]]
  const ranks: number[] = [0]
  let ranked = true
  const sets: { variable: number; values: readonly number[] }[] = []
  const setNumbers = new Map<string, number>()
  const nodeNumbers = new Map<string, number>()

  const node = (kind: number, edges: { set: number; child: number }[]) => {
    const key = `${kind}|${edges.map((edge) => `${edge.set}:${edge.child}`).join()}`
    let number = nodeNumbers.get(key)
    if (number === undefined) {
      number = kinds.length
      nodeNumbers.set(key, number)
      kinds.push(kind)
      edgesOf.push(edges)
      const below = edges.reduce((most, edge) => Math.max(most, ranks[edge.child]!), 0)
      const rank = kind < 0 ? below + (below % 2 === 0 ? 1 : 2) : 2 * (sizes.length - position[kind]!)
      if (rank <= below) ranked = false
      ranks.push(rank)
    }
    return number
  }
  return {
    choice: (variable, edges) =>
      node(
        variable,
        edges
          .map(({ values, child }) => {
            const key = `${variable}|${values.join()}`
            let set = setNumbers.get(key)
            if (set === undefined) {
              set = sets.length
              setNumbers.set(key, set)
              sets.push({ variable, values })
            }
            return { set, child, first: values[0]! }
          })
          .sort((a, b) => a.first - b.first)
          .map(({ set, child }) => ({ set, child })),
      ),
    all: (children) => {
      const regions = [...new Set(children)].filter((child) => child !== 0).sort((a, b) => a - b)
      if (regions.length === 0) return 0
      return regions.length === 1
        ? regions[0]!
        : node(
            -1,
            regions.map((child) => ({ set: 0, child })),
          )
    },
    finish: (roots, rest) => {
      // Only what the roots reach; grouped by variable where the order allows it.
      const used = new Uint8Array(kinds.length)
      const stack = [...roots]
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        if (used[next] === 1) continue
        used[next] = 1
        for (const edge of edgesOf[next]!) stack.push(edge.child)
      }
      used[0] = 1
      const kept = kinds.map((_, number) => number).filter((number) => used[number] === 1)
      if (ranked) kept.sort((a, b) => ranks[a]! - ranks[b]! || a - b)
      const numberOf = new Int32Array(kinds.length)
      kept.forEach((old, number) => (numberOf[old] = number))
      const usedSets = new Set(
        kept.flatMap((old) => (kinds[old]! < 0 ? [] : edgesOf[old]!.map((edge) => edge.set))),
      )
      const setOrder = [...usedSets].sort((a, b) => sets[a]!.variable - sets[b]!.variable)
      const setOf = new Map(setOrder.map((old, number) => [old, number]))
      const setStart = new Int32Array(setOrder.length + 1)
      const setMembers: number[] = []
      setOrder.forEach((old, number) => {
        for (const value of sets[old]!.values) setMembers.push(firstValue[sets[old]!.variable]! + value)
        setStart[number + 1] = setMembers.length
      })
      const edgeStart = new Int32Array(kept.length + 1)
      const edgeSet: number[] = []
      const edgeChild: number[] = []
      kept.forEach((old, number) => {
        for (const edge of edgesOf[old]!) {
          edgeSet.push(kinds[old]! < 0 ? 0 : setOf.get(edge.set)!)
          edgeChild.push(numberOf[edge.child]!)
        }
        edgeStart[number + 1] = edgeSet.length
      })
      return {
        ...rest,
        firstValue,
        setStart,
        setMembers: Int32Array.from(setMembers),
        setVariable: Int32Array.from(setOrder, (old) => sets[old]!.variable),
        kind: Int32Array.from(kept, (old) => kinds[old]!),
        edgeStart,
        edgeSet: Int32Array.from(edgeSet),
        edgeChild: Int32Array.from(edgeChild),
        roots: Int32Array.from(roots, (root) => numberOf[root]!),
      }
    },
  }
}

/** No place is split: as every single rule is frozen. */
export const unsplit = Infinity

/**
 * Adds one diagram of the workbench to a freezer and gives its node. `levels` (ascending) are the variables that every way
 * through it must test; those it skips are written as a choice with one edge that takes every value. Parts of at least
 * `span` levels that every way leaves through one and the same node stand beside what follows (`splitting.ts`).
 */
export function freezeInto(
  freezer: Freezer,
  builder: DiagramBuilder,
  root: number,
  levels: readonly number[],
  variableOf: ArrayLike<number>,
  span: number = unsplit,
): number {
  const place = new Map(levels.map((level, at) => [level, at]))
  const placeOf = (node: number) => place.get(builder.level(node)) ?? levels.length
  const every = levels.map((level) => Array.from({ length: builder.sizes[level]! }, (_, value) => value))
  const chains = new Map<string, number>()
  /** The frozen node, led to from just below place `from` … through every skipped variable in between. */
  const lead = (frozen: number, to: number, from: number): number => {
    let node = frozen
    for (let at = to - 1; at > from; at--) {
      const key = `${at}:${node}`
      let above = chains.get(key)
      if (above === undefined) {
        above = freezer.choice(variableOf[levels[at]!]!, [{ values: every[at]!, child: node }])
        chains.set(key, above)
      }
      node = above
    }
    return node
  }
  if (root === 0) return freezer.choice(variableOf[levels[0]!]!, [])
  const parts = partsOf(builder, root, placeOf, span)
  const frozen = new Map<number, number>([[1, 0]])
  /** Everything from a node seen from place `at` down to `end`: its parts side by side. */
  const downTo = (end: number, node: number, at: number): number => {
    if (node === end) return lead(0, placeOf(end), at)
    const regions: number[] = []
    for (let [part, above] = [node, at]; part !== end; part = parts.endOf(part)) {
      regions.push(lead(frozen.get(part)!, placeOf(part), above))
      // What a part skips at its end is written by its own edges.
      above = placeOf(parts.endOf(part)) - 1
    }
    return freezer.all(regions)
  }
  for (const node of parts.upwards) {
    const at = placeOf(node)
    const edges = [...parts.childrenOf(node)].map(([child, values]) => ({
      values,
      child: downTo(parts.endOf(node), child, at),
    }))
    frozen.set(node, freezer.choice(variableOf[levels[at]!]!, edges))
  }
  return downTo(1, root, -1)
}
