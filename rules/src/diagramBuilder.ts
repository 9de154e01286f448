/**
 * The compiler's workbench: reduced ordered multi-valued decision diagrams in flat integer arrays, hash-consed, with AND, OR
 * and NOT by explicit stacks (Bryant 1986, generalised to many values; Amilhastre, Fargier, Marquis 2002).
 *
 * A node is a number: 0 is false, 1 is true, every other node tests the variable of its level and has one child per value.
 * A node whose children are all the same does not exist, so a level may be skipped: then every value of it fits.
 */

/** Thrown by a workbench that may not grow further; `compile` catches it and names the costly rules. */
export const budgetExceeded = Symbol('budget exceeded')

export interface DiagramBuilder {
  /** Values per level, top first. */
  readonly sizes: readonly number[]
  /** Nodes alive or not yet collected. */
  readonly nodes: () => number
  /** Level of a node; true and false lie below all levels. */
  readonly level: (node: number) => number
  readonly child: (node: number, value: number) => number
  /** The node of `level` with the children `kids[at] … kids[at + size - 1]`. */
  readonly make: (level: number, kids: ArrayLike<number>, at: number) => number
  readonly and: (a: number, b: number) => number
  readonly or: (a: number, b: number) => number
  readonly not: (a: number) => number
  /** Elementary operations so far. */
  readonly steps: () => number
  /** Books operations done elsewhere. */
  readonly spend: (operations: number) => void
  /** Throws `budgetExceeded` when the deadline is over: for work that is not booked. */
  readonly look: () => void
  /** Nodes that the root reaches. */
  readonly size: (root: number) => number
  /** Edges of the diagrams of all roots together: what a pass over them would touch. */
  readonly edges: (roots: readonly number[]) => number
  /** Levels that the node depends on, ascending. */
  readonly support: (node: number) => number[]
  /** Drops every node that the roots do not reach; gives the roots' new numbers. Old numbers are void. */
  readonly collect: (roots: readonly number[]) => number[]
}

/** How far a workbench may go. `steps` counts nodes and states worked on: the same budget ends at the same point everywhere. */
export interface Budget {
  readonly nodes: number
  readonly steps: number
  /** Looked at every few thousand steps; `true` ends the work (a deadline). */
  readonly expired?: () => boolean
}

const opAnd = 0
const opOr = 1
const opNot = 2

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(Math.max(length, array.length * 2))
  next.set(array)
  return next
}

/** Makes an empty workbench over levels with the given numbers of values. Deterministic; throws `budgetExceeded`. */
export function createDiagramBuilder(sizes: readonly number[], budget: Budget): DiagramBuilder {
  const bottom = sizes.length
  let count = 2
  let levels = new Int32Array(1024)
  let starts = new Int32Array(1024)
  let kids = new Int32Array(4096)
  let kidsEnd = 0
  levels[0] = bottom
  levels[1] = bottom

  let table = new Int32Array(4096)
  let tableMask = table.length - 1
  let cacheA = new Int32Array(1 << 12)
  let cacheB = new Int32Array(1 << 12)
  let cacheResult = new Int32Array(1 << 12)
  let cacheMask = cacheA.length - 1
  let steps = 0

  let nextLook = 4096
  const look = () => {
    if (budget.expired?.() === true) throw budgetExceeded
  }
  const spend = (operations: number) => {
    steps += operations
    if (steps > budget.steps) throw budgetExceeded
    if (steps < nextLook) return
    nextLook = steps + 4096
    look()
  }

  const hashOf = (level: number, from: ArrayLike<number>, at: number, size: number) => {
    let h = level + 1
    for (let i = 0; i < size; i++) h = Math.imul(h ^ from[at + i]!, 0x9e3779b1) ^ (h >>> 15)
    return (h ^ (h >>> 13)) & 0x7fffffff
  }
  const rehash = (length: number) => {
    table = new Int32Array(length)
    tableMask = length - 1
    for (let node = 2; node < count; node++) {
      let slot = hashOf(levels[node]!, kids, starts[node]!, sizes[levels[node]!]!) & tableMask
      while (table[slot] !== 0) slot = (slot + 1) & tableMask
      table[slot] = node
    }
  }

  const make = (level: number, from: ArrayLike<number>, at: number): number => {
    const size = sizes[level]!
    const first = from[at]!
    let same = true
    for (let i = 1; i < size && same; i++) same = from[at + i] === first
    if (same) return first
    let slot = hashOf(level, from, at, size) & tableMask
    for (;;) {
      const node = table[slot]!
      if (node === 0) break
      if (levels[node] === level) {
        const start = starts[node]!
        let i = 0
        while (i < size && kids[start + i] === from[at + i]) i++
        if (i === size) return node
      }
      slot = (slot + 1) & tableMask
    }
    if (count >= budget.nodes) throw budgetExceeded
    if (count >= levels.length) {
      levels = grown(levels, count + 1)
      starts = grown(starts, count + 1)
    }
    if (kidsEnd + size > kids.length) kids = grown(kids, kidsEnd + size)
    levels[count] = level
    starts[count] = kidsEnd
    for (let i = 0; i < size; i++) kids[kidsEnd++] = from[at + i]!
    table[slot] = count++
    if (count * 2 > table.length) {
      rehash(table.length * 2)
      if (cacheA.length < 1 << 21) {
        cacheA = new Int32Array(table.length)
        cacheB = new Int32Array(table.length)
        cacheResult = new Int32Array(table.length)
        cacheMask = table.length - 1
      }
    }
    return count - 1
  }

  const cacheSlot = (op: number, a: number, b: number) => {
    const h = Math.imul(a ^ Math.imul(b + op, 0x85ebca6b), 0x9e3779b1)
    return (h ^ (h >>> 15)) & cacheMask
  }
  /** The result if it is known without work, else -1. */
  const known = (op: number, a: number, b: number): number => {
    if (op === opAnd) {
      if (a === 0 || b === 0) return 0
      if (a === 1 || a === b) return b
      if (b === 1) return a
    } else if (op === opOr) {
      if (a === 1 || b === 1) return 1
      if (a === 0 || a === b) return b
      if (b === 0) return a
    } else if (a <= 1) return 1 - a
    const low = op === opNot || a < b ? a : b
    const high = (op === opNot || a < b ? b : a) * 4 + op
    const slot = cacheSlot(op, low, high)
    return cacheA[slot] === low && cacheB[slot] === high ? cacheResult[slot]! : -1
  }

  let frames = new Int32Array(1024)
  let values = new Int32Array(4096)
  const apply = (op: number, first: number, second: number): number => {
    const ready = known(op, first, second)
    if (ready >= 0) return ready
    frames[0] = first
    frames[1] = second
    frames[2] = 0
    let depth = 1
    let top = 0
    for (;;) {
      const frame = (depth - 1) * 3
      const a = frames[frame]!
      const b = frames[frame + 1]!
      const levelA = levels[a]!
      const levelB = levels[b]!
      const level = levelA < levelB ? levelA : levelB
      const size = sizes[level]!
      if (top + size > values.length) values = grown(values, top + size)
      let value = frames[frame + 2]!
      let descended = false
      for (; value < size; value++) {
        const kidA = levelA === level ? kids[starts[a]! + value]! : a
        const kidB = levelB === level ? kids[starts[b]! + value]! : b
        const result = known(op, kidA, kidB)
        if (result < 0) {
          frames[frame + 2] = value
          if (frame + 6 > frames.length) frames = grown(frames, frame + 6)
          frames[frame + 3] = kidA
          frames[frame + 4] = kidB
          frames[frame + 5] = 0
          depth++
          descended = true
          break
        }
        values[top++] = result
      }
      if (descended) continue
      if (++steps > budget.steps || ((steps & 4095) === 0 && budget.expired?.() === true))
        throw budgetExceeded
      top -= size
      const node = make(level, values, top)
      const low = op === opNot || a < b ? a : b
      const high = (op === opNot || a < b ? b : a) * 4 + op
      const slot = cacheSlot(op, low, high)
      cacheA[slot] = low
      cacheB[slot] = high
      cacheResult[slot] = node
      if (--depth === 0) return node
      values[top++] = node
      frames[(depth - 1) * 3 + 2]!++
    }
  }

  // The look in which a node was seen last: many small diagrams are looked at, none may cost the whole workbench.
  let seen = new Int32Array(1024)
  let looks = 0
  /** Every node that the roots reach, true and false left out, children before parents. */
  const reached = (roots: readonly number[]): number[] => {
    if (seen.length < count) seen = new Int32Array(Math.max(count, 2 * seen.length))
    looks++
    const stack = [...roots]
    const found: number[] = []
    while (stack.length > 0) {
      const node = stack.pop()!
      if (node <= 1 || seen[node] === looks) continue
      seen[node] = looks
      found.push(node)
      const start = starts[node]!
      for (let i = sizes[levels[node]!]! - 1; i >= 0; i--) stack.push(kids[start + i]!)
    }
    // A child is always older than its parent, so numbers are a topological order.
    return found.sort((a, b) => a - b)
  }

  return {
    sizes,
    nodes: () => count - 2,
    level: (node) => levels[node]!,
    child: (node, value) => kids[starts[node]! + value]!,
    make,
    and: (a, b) => apply(opAnd, a, b),
    or: (a, b) => apply(opOr, a, b),
    not: (a) => apply(opNot, a, 1),
    steps: () => steps,
    spend,
    look,
    size: (root) => reached([root]).length,
    edges: (roots) => {
      let edges = 0
      for (const node of reached(roots)) {
        const start = starts[node]!
        const size = sizes[levels[node]!]!
        for (let i = 0; i < size; i++) {
          const child = kids[start + i]!
          let first = child !== 0
          for (let j = 0; first && j < i; j++) first = kids[start + j] !== child
          if (first) edges++
        }
      }
      return edges
    },
    support: (node) => {
      const used = new Set<number>()
      for (const each of reached([node])) used.add(levels[each]!)
      return [...used].sort((a, b) => a - b)
    },
    collect: (roots) => {
      const alive = reached(roots)
      const moved = new Int32Array(count)
      moved[1] = 1
      const oldLevels = levels
      const oldStarts = starts
      const oldKids = kids
      kids = new Int32Array(Math.max(4096, oldKids.length >> 1))
      levels = new Int32Array(alive.length + 1024)
      starts = new Int32Array(alive.length + 1024)
      levels[0] = bottom
      levels[1] = bottom
      count = 2
      kidsEnd = 0
      for (const node of alive) {
        const level = oldLevels[node]!
        const size = sizes[level]!
        if (kidsEnd + size > kids.length) kids = grown(kids, kidsEnd + size)
        levels[count] = level
        starts[count] = kidsEnd
        for (let i = 0; i < size; i++) kids[kidsEnd++] = moved[oldKids[oldStarts[node]! + i]!]!
        moved[node] = count++
      }
      let length = 4096
      while (length < count * 4) length *= 2
      rehash(length)
      cacheA.fill(0)
      return roots.map((root) => moved[root]!)
    },
  }
}
