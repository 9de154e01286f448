/** Freezes the workbench's diagrams into the format of `diagram.ts`: equal nodes once, skipped variables written out. */
import type { Diagram } from './diagram.ts'
import type { DiagramBuilder } from './diagramBuilder.ts'
import { partEnds, shapeOf } from './splitting.ts'
import type { Shape } from './splitting.ts'

/** Collects *choice* and *all* nodes, each distinct one once; children must be made before their parents. */
export interface Freezer {
  /** A choice over a variable; each edge takes some of its values to a node. Edges into nothing are left out. */
  readonly choice: (
    variable: number,
    edges: readonly { readonly values: readonly number[]; readonly child: number }[],
  ) => number
  /** A choice with one edge that takes every value. */
  readonly any: (variable: number, child: number) => number
  /** Independent regions side by side; the end is dropped, a single region stands for itself. */
  readonly all: (children: readonly number[]) => number
  readonly finish: (roots: readonly number[], rest: Pick<Diagram, 'options' | 'weights' | 'terms'>) => Diagram
}

/** Ranks between a variable and the next one above it, for *all* nodes that hold others. */
const room = 64

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
      const rank = kind < 0 ? below + 1 : room * (sizes.length - position[kind]!)
      if (rank <= below) ranked = false
      ranks.push(rank)
    }
    return number
  }
  const setOf = (variable: number, values: readonly number[]) => {
    const key = `${variable}|${values.join()}`
    let set = setNumbers.get(key)
    if (set === undefined) {
      set = sets.length
      setNumbers.set(key, set)
      sets.push({ variable, values })
    }
    return set
  }
  const every = sizes.map((size) => Array.from({ length: size }, (_, value) => value))
  return {
    choice: (variable, edges) =>
      node(
        variable,
        edges
          .toSorted((a, b) => a.values[0]! - b.values[0]!)
          .map(({ values, child }) => ({ set: setOf(variable, values), child })),
      ),
    any: (variable, child) => node(variable, [{ set: setOf(variable, every[variable]!), child }]),
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
      const newSet = new Map(setOrder.map((old, number) => [old, number]))
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
          edgeSet.push(kinds[old]! < 0 ? -1 : newSet.get(edge.set)!)
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
 * Adds one diagram to a freezer and gives its node. `variables` stand at the shape's places and every way through it must test
 * them; those it skips are written as a choice with one edge that takes every value. Parts of at least `span` places that
 * every way leaves through one and the same node stand beside what follows (`splitting.ts`).
 */
export function freezeInto(
  freezer: Freezer,
  shape: Shape,
  variables: readonly number[],
  span: number = unsplit,
): number {
  const { place, edgeStart, edgeChild, edgeValues } = shape
  const nodes = place.length
  const ends = partEnds(shape, span)
  const chains = variables.map(() => new Map<number, number>())
  /** The frozen node, led to from just below place `from` … through every skipped variable in between. */
  const lead = (below: number, to: number, from: number): number => {
    let node = below
    for (let at = to - 1; at > from; at--) {
      let above = chains[at]!.get(node)
      if (above === undefined) {
        above = freezer.any(variables[at]!, node)
        chains[at]!.set(node, above)
      }
      node = above
    }
    return node
  }
  const frozen = new Int32Array(nodes)
  /** Everything from a node seen from place `at` down to `end`: its parts side by side. */
  const downTo = (end: number, node: number, at: number): number => {
    if (node === end) return lead(0, place[end]!, at)
    if (ends[node] === end) return lead(frozen[node]!, place[node]!, at)
    const regions: number[] = []
    for (let [part, above] = [node, at]; part !== end; part = ends[part]!) {
      regions.push(lead(frozen[part]!, place[part]!, above))
      // What a part skips at its end is written by its own edges.
      above = place[ends[part]!]! - 1
    }
    return freezer.all(regions)
  }
  for (let node = 1; node < nodes; node++) {
    const at = place[node]!
    const edges: { values: readonly number[]; child: number }[] = []
    for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++)
      edges.push({ values: edgeValues[e]!, child: downTo(ends[node]!, edgeChild[e]!, at) })
    frozen[node] = freezer.choice(variables[at]!, edges)
  }
  return downTo(0, nodes - 1, -1)
}

/** Adds one rule of a workbench to a freezer; it tests exactly the variables it depends on. `order`: variable of each level. */
export function freezeRule(
  freezer: Freezer,
  builder: DiagramBuilder,
  root: number,
  order: readonly number[],
): number {
  const levels = root === 0 ? [0] : builder.support(root)
  return freezeInto(
    freezer,
    shapeOf(builder, root, levels),
    levels.map((level) => order[level]!),
  )
}
