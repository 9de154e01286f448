/**
 * Improves a variable order on the finished diagram: sifting (Rudell 1993), for many values per variable. Each variable is
 * moved through all levels by swapping neighbours in place and left where the diagram was smallest. A table-heavy model
 * shrinks by factors that no order chosen beforehand reaches.
 */
import type { DiagramBuilder } from './diagramBuilder.ts'
import type { PlacedDiagram } from './splitSize.ts'

export interface Sifted {
  /** Variables, top first. */
  readonly order: number[]
  readonly nodes: number
  /** What another measure says about the diagram. */
  readonly sizeBy: (measure: (diagram: PlacedDiagram) => number) => number
  /** Nodes looked at. */
  readonly steps: number
  /** Builds the diagram again on a workbench whose levels, from `levels[0]` on, are the variables of `order`; gives its node. */
  readonly rebuild: (builder: DiagramBuilder) => number
}

/** A direction is given up when the diagram has grown by this factor over the best so far. */
const growth = 1.2
/** A direction is given up when a diagram that is measured otherwise has grown by this factor in nodes since the move began. */
const mostGrowth = 1.6
/** So many moves without a gain end a round: what follows are narrower levels still. */
const idleMoves = 40

/**
 * Sifts one diagram of a workbench. `variables` name its levels (ascending `levels`), `after[v]` are variables that must stay
 * above `v`. What shrinks is the number of nodes, or what `measure` says;
 * `only` these variables are moved, else all. Ends when a round gains less than a hundredth or after
 * about `effort` steps. Deterministic; throws `budgetExceeded` when the workbench's deadline is over.
 */
export function sift(
  builder: DiagramBuilder,
  root: number,
  levels: readonly number[],
  variables: readonly number[],
  after: readonly (readonly number[])[],
  effort: number,
  measure?: (diagram: PlacedDiagram) => number,
  only?: readonly number[],
): Sifted {
  const order = [...variables]
  const size = variables.map((_, at) => builder.sizes[levels[at]!]!)
  const kids: number[][] = [[], []]
  const refs: number[] = [1, 1]
  const place: number[] = [levels.length, levels.length]
  const at: number[][] = levels.map(() => [])
  const free: number[] = []
  let nodes = 0
  let steps = 0

  // Copy what the root reaches, children first.
  const placeOf = new Map(levels.map((level, i) => [level, i]))
  const copied = new Map<number, number>([
    [0, 0],
    [1, 1],
  ])
  const stack = [root]
  while (stack.length > 0) {
    const node = stack.at(-1)!
    if (copied.has(node)) {
      stack.pop()
      continue
    }
    const here = placeOf.get(builder.level(node))!
    const own = Array.from({ length: size[here]! }, (_, value) => builder.child(node, value))
    const missing = own.filter((child) => !copied.has(child))
    if (missing.length > 0) {
      stack.push(...missing)
      continue
    }
    stack.pop()
    const number = kids.length
    copied.set(node, number)
    kids.push(own.map((child) => copied.get(child)!))
    for (const child of kids[number]!) refs[child]!++
    refs.push(0)
    place.push(here)
    at[here]!.push(number)
    nodes++
  }
  const top = copied.get(root)!
  refs[top]!++

  // Nodes of the lower level by their children, rebuilt for every swap.
  let table = new Int32Array(64)
  const slotOf = (own: readonly number[]) => {
    let h = 0
    for (let i = 0; i < own.length; i++) h = Math.imul(h ^ own[i]!, 0x9e3779b1) ^ (h >>> 15)
    let slot = (h ^ (h >>> 13)) & (table.length - 1)
    for (;;) {
      const node = table[slot]!
      if (node === 0) return slot
      const other = kids[node]!
      let i = 0
      while (i < own.length && other[i] === own[i]) i++
      if (i === own.length) return slot
      slot = (slot + 1) & (table.length - 1)
    }
  }
  /** Swaps the variables at places i and i + 1. */
  const swap = (i: number) => {
    const upper = at[i]!
    const lower = at[i + 1]!
    const high = size[i]!
    const low = size[i + 1]!
    steps += upper.length + lower.length
    let length = 64
    while (length < upper.length * low * 2 + 64) length *= 2
    if (table.length < length || table.length > length * 8) table = new Int32Array(length)
    else table.fill(0)
    const sunk: number[] = []
    const mixed: number[] = []
    for (const node of upper) {
      const own = kids[node]!
      let meets = false
      for (let v = 0; v < high && !meets; v++) meets = place[own[v]!] === i + 1
      if (meets) mixed.push(node)
      else {
        sunk.push(node)
        table[slotOf(own)] = node
      }
    }
    // A swap of two wide variables is as much work as many of narrow ones.
    steps += Math.floor((mixed.length * high * low) / 16)
    for (const node of mixed) {
      const own = kids[node]!
      const next: number[] = []
      for (let w = 0; w < low; w++) {
        const cofactor: number[] = []
        let same = true
        for (let v = 0; v < high; v++) {
          const child = own[v]!
          const to = place[child] === i + 1 ? kids[child]![w]! : child
          cofactor.push(to)
          same = same && to === cofactor[0]
        }
        if (same) next.push(cofactor[0]!)
        else {
          const slot = slotOf(cofactor)
          let made = table[slot]!
          if (made === 0) {
            made = free.pop() ?? kids.length
            kids[made] = cofactor
            refs[made] = 0
            // Not yet at its level: the loop still asks which children are on the old lower level.
            place[made] = -1
            for (const child of cofactor) refs[child]!++
            table[slot] = made
            sunk.push(made)
            nodes++
          }
          next.push(made)
        }
        refs[next[w]!]!++
      }
      for (const child of own) refs[child]!--
      kids[node] = next
    }
    const risen = mixed
    for (const node of lower) {
      if (refs[node]! > 0) risen.push(node)
      else {
        // What it led to is held by the nodes made above.
        for (const child of kids[node]!) refs[child]!--
        kids[node] = []
        free.push(node)
        nodes--
      }
    }
    for (const node of risen) place[node] = i
    for (const node of sunk) place[node] = i + 1
    at[i] = risen
    at[i + 1] = sunk
    ;[order[i], order[i + 1]] = [order[i + 1]!, order[i]!]
    ;[size[i], size[i + 1]] = [low, high]
  }

  let nextLook = 4096
  const tired = () => steps >= effort
  const sizeNow = () => {
    if (measure === undefined) return nodes
    steps += nodes
    return measure({ at, place, kids })
  }
  const move = (variable: number) => {
    const from = order.indexOf(variable)
    // A determined variable stays below all that determine it.
    let highest = 0
    let lowest = order.length - 1
    order.forEach((other, p) => {
      if (after[variable]!.includes(other)) highest = Math.max(highest, p + 1)
      if (after[other]!.includes(variable)) lowest = Math.min(lowest, p - 1)
    })
    let best = sizeNow()
    let bestAt = from
    let p = from
    const most = measure === undefined ? Infinity : nodes * mostGrowth
    let now = best
    const walk = (end: number, step: 1 | -1) => {
      while (p !== end && now <= best * growth && nodes <= most && !tired()) {
        swap(step > 0 ? p : p - 1)
        p += step
        now = sizeNow()
        if (steps >= nextLook) {
          nextLook = steps + 4096
          builder.look()
        }
        if (now < best) {
          best = now
          bestAt = p
        }
      }
    }
    const back = (to: number) => {
      for (; p < to; p++) swap(p)
      for (; p > to; p--) swap(p - 1)
    }
    const isLow = lowest - from < from - highest
    walk(isLow ? lowest : highest, isLow ? 1 : -1)
    if (measure !== undefined) {
      back(from)
      now = best
    }
    walk(isLow ? highest : lowest, isLow ? -1 : 1)
    back(bestAt)
    return best
  }
  let reached = sizeNow()
  for (let before = Infinity; reached < before * 0.99 && !tired();) {
    before = reached
    // The widest levels first.
    const widths = new Map(order.map((variable, p) => [variable, at[p]!.length]))
    let idle = 0
    for (const variable of (only ?? order).toSorted((a, b) => widths.get(b)! - widths.get(a)! || a - b)) {
      if (tired() || idle >= idleMoves) break
      const held = reached
      reached = move(variable)
      idle = reached < held * 0.999 ? 0 : idle + 1
    }
  }
  const rebuild = (other: DiagramBuilder) => {
    const made = new Map([
      [0, 0],
      [1, 1],
    ])
    for (let p = levels.length - 1; p >= 0; p--)
      for (const node of at[p]!)
        made.set(
          node,
          other.make(
            levels[p]!,
            kids[node]!.map((child) => made.get(child)!),
            0,
          ),
        )
    return made.get(top)!
  }
  return { order, nodes, sizeBy: (other) => other({ at, place, kids }), steps, rebuild }
}
