/**
 * Where a diagram falls into independent parts. A node that every way from another one passes (a dominator towards the end;
 * Karplus 1988, Yang and Ciesielski 2002) separates what stands between them from what follows: the diagram is the
 * conjunction of both. Side by side under an *all* node they need not be written once for every way they are combined.
 */
import type { DiagramBuilder } from './diagramBuilder.ts'

export interface Parts {
  /** All nodes but the two ends, children before parents. */
  readonly upwards: readonly number[]
  /** Child -> the values that lead there, in order of value; values that lead nowhere are left out. */
  readonly childrenOf: (node: number) => ReadonlyMap<number, readonly number[]>
  /** The node at which the part that begins with `node` ends; 1 at the latest. */
  readonly endOf: (node: number) => number
}

/** Finds the parts of the diagram below `root` (neither of the ends) that span at least `span` places. */
export function partsOf(
  builder: DiagramBuilder,
  root: number,
  placeOf: (node: number) => number,
  span: number,
): Parts {
  const children = new Map<number, Map<number, number[]>>()
  const upwards: number[] = []
  const done = new Set([1])
  // Children before parents without recursion: a node is done when it is seen the second time.
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.at(-1)!
    const known = children.get(node)
    if (done.has(node)) stack.pop()
    else if (known !== undefined) {
      stack.pop()
      done.add(node)
      upwards.push(node)
    } else {
      const groups = new Map<number, number[]>()
      for (let value = 0; value < builder.sizes[builder.level(node)]!; value++) {
        const child = builder.child(node, value)
        if (child === 0) continue
        const group = groups.get(child)
        if (group === undefined) groups.set(child, [value])
        else group.push(value)
      }
      children.set(node, groups)
      for (const child of [...groups.keys()].reverse()) if (!done.has(child)) stack.push(child)
    }
  }

  // The nearest node that every way passes: where the chains of all children meet.
  const nearest = new Map<number, number>()
  const depth = new Map([[1, 0]])
  for (const node of upwards) {
    let met: number | undefined
    for (let other of children.get(node)!.keys()) {
      met ??= other
      while (met !== other)
        if (depth.get(met)! >= depth.get(other)!) met = nearest.get(met)!
        else other = nearest.get(other)!
    }
    nearest.set(node, met!)
    depth.set(node, depth.get(met!)! + 1)
  }
  // One set of ends for all nodes: a part that begins inside another one then never reaches beyond its end.
  const ends = new Set([1])
  for (const node of upwards) {
    const next = nearest.get(node)!
    if (children.get(node)!.size > 1 && placeOf(next) - placeOf(node) >= span) ends.add(next)
  }
  const end = new Map<number, number>()
  for (const node of upwards) {
    const next = nearest.get(node)!
    end.set(node, ends.has(next) ? next : end.get(next)!)
  }
  return {
    upwards,
    childrenOf: (node) => children.get(node)!,
    endOf: (node) => end.get(node)!,
  }
}
