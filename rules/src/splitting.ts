/**
 * Where a diagram falls into independent parts. A node that every way from another one passes (a dominator towards the end;
 * Karplus 1988, Yang and Ciesielski 2002) separates what stands between them from what follows: the diagram is the
 * conjunction of both. Side by side under an *all* node they need not be written once for every way they are combined.
 */
import type { DiagramBuilder } from './diagramBuilder.ts'

/**
 * The nodes of one diagram, numbered from 0 (the end *true*), children before parents; the root is the last one. A diagram
 * that is *false* is one node without edges.
 */
export interface Shape {
  /** Number -> place of its level; the number of places for the end. */
  readonly place: Int32Array
  /** Number -> its first edge; one entry more at the end. Edges into *false* are left out. */
  readonly edgeStart: readonly number[]
  readonly edgeChild: readonly number[]
  /** Edge -> the values that lead there, ascending. */
  readonly edgeValues: readonly (readonly number[])[]
}

/** The shape of a diagram of a workbench; its places are the given levels, ascending, among them all it depends on. */
export function shapeOf(builder: DiagramBuilder, root: number, levels: readonly number[]): Shape {
  if (root === 0)
    return { place: Int32Array.of(levels.length, 0), edgeStart: [0, 0, 0], edgeChild: [], edgeValues: [] }
  const places = new Map(levels.map((level, at) => [level, at]))
  const numbers = new Map<number, number>([[1, 0]])
  const upwards = [1]
  const edgeStart = [0, 0]
  const edgeChild: number[] = []
  const edgeValues: number[][] = []
  // Children before parents without recursion: a node is done when it is seen the second time.
  const children = new Map<number, Map<number, number[]>>()
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.at(-1)!
    if (numbers.has(node)) {
      stack.pop()
      continue
    }
    const known = children.get(node)
    if (known === undefined) {
      const groups = new Map<number, number[]>()
      for (let value = 0; value < builder.sizes[builder.level(node)]!; value++) {
        const child = builder.child(node, value)
        if (child === 0) continue
        const group = groups.get(child)
        if (group === undefined) groups.set(child, [value])
        else group.push(value)
      }
      children.set(node, groups)
      for (const child of [...groups.keys()].reverse()) if (!numbers.has(child)) stack.push(child)
      continue
    }
    stack.pop()
    numbers.set(node, upwards.push(node) - 1)
    for (const [child, values] of known) {
      edgeChild.push(numbers.get(child)!)
      edgeValues.push(values)
    }
    edgeStart.push(edgeChild.length)
    children.delete(node)
  }
  const place = Int32Array.from(upwards, (node) => places.get(builder.level(node)) ?? levels.length)
  return { place, edgeStart, edgeChild, edgeValues }
}

/** Number of each node -> number of the node at which its part ends, if parts span at least `span` places; 0 at the latest. */
export function partEnds({ place, edgeStart, edgeChild }: Shape, span: number): Int32Array {
  const nodes = place.length
  if (span === Infinity) return new Int32Array(nodes)
  // The nearest node that every way passes: where the chains of all children meet.
  const nearest = new Int32Array(nodes)
  const depth = new Int32Array(nodes)
  // One set of ends for all nodes: a part that begins inside another one then never reaches beyond its end.
  const isEnd = new Uint8Array(nodes)
  isEnd[0] = 1
  for (let node = 1; node < nodes; node++) {
    const first = edgeStart[node]!
    const last = edgeStart[node + 1]!
    let met = edgeChild[first] ?? 0
    for (let e = first + 1; e < last; e++) {
      let other = edgeChild[e]!
      while (met !== other)
        if (depth[met]! >= depth[other]!) met = nearest[met]!
        else other = nearest[other]!
    }
    nearest[node] = met
    depth[node] = depth[met]! + 1
    if (last - first > 1 && place[met]! - place[node]! >= span) isEnd[met] = 1
  }
  const end = new Int32Array(nodes)
  for (let node = 1; node < nodes; node++)
    end[node] = isEnd[nearest[node]!] === 1 ? nearest[node]! : end[nearest[node]!]!
  return end
}
