/**
 * Top-down compiler for clauses: decide a variable, propagate, split what is left into parts that share no clause, and look
 * each part up among those already done. The trace of that search is a decision-DNNF (Darwiche, *Decomposable negation normal
 * form*, 2001, and *New advances in compiling CNF*, 2004); the parts are those of Bayardo and Pehoushek (*Counting models
 * using connected components*, 2000), the store of done parts that of Sang, Bacchus, Beame, Kautz, Pitassi (2004), but exact:
 * a part is compared as a whole, never by its hash.
 *
 * One explicit stack, no recursion: chains of implications may be as long as they like.
 */
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import { createPartStore } from './partStore.ts'
import { createPropagator } from './propagation.ts'

/** Where the search writes what it finds. Nodes are numbers that the writer hands out. */
export interface Writer {
  /** A literal that follows; -1 when there is nothing to write. */
  readonly literal: (literal: number) => number
  /** A variable that no clause says anything about. */
  readonly free: (variable: number) => number
  /** The variable decided: what follows each of its literals. At least one. */
  readonly choice: (
    edges: readonly { readonly literal: number; readonly items: readonly number[] }[],
  ) => number
  /** Parts side by side. */
  readonly all: (items: readonly number[]) => number
  readonly nodes: () => number
}

export interface Search {
  readonly variables: number
  /** Over all variables, at least two literals each. The highest open variable of a part is decided first. */
  readonly clauses: readonly (readonly number[])[]
  /** 1: may be decided. The others follow once all those are. */
  readonly decidable: Uint8Array
  /** Literals of which exactly one is true and that are decided together; variable -> its literals, `undefined`: just itself. */
  readonly together: (variable: number) => readonly number[] | undefined
}

export interface Trace {
  /** `undefined`: the clauses exclude each other. */
  readonly root: number | undefined
  readonly steps: number
}

/** Frames of the search: a part whose variable is being decided. */
interface Frame {
  readonly key: Int32Array
  readonly branches: readonly number[]
  next: number
  readonly edges: { literal: number; items: number[] }[]
  /** Of the branch now open: the trail before it, what it holds so far, and the parts still to do. */
  trail: number
  items: number[]
  waiting: Part[]
  /** A branch is open. */
  open: boolean
}

interface Part {
  /** How many variables, and all about it. */
  readonly size: number
  readonly key: Int32Array
}

/**
 * Runs the search. Throws `budgetExceeded`; `looked[c]` then tells how often clause c was looked at in a part. Deterministic.
 */
export function trace(search: Search, writer: Writer, budget: Budget, looked: Float64Array): Trace {
  const { variables, decidable, together } = search
  const propagator = createPropagator(variables, search.clauses)
  const { truth, trail, assume, undo, assigned, satisfied } = propagator
  const { binaryStart, binary, binaryClause, clauseStart, clauseOf, literalStart, literals } = propagator
  const store = createPartStore()
  const seenVariable = new Int32Array(variables)
  const seenClause = new Int32Array(search.clauses.length)
  const found = new Int32Array(variables)
  const clauses = new Int32Array(search.clauses.length)
  let stamp = 0
  let steps = 0
  let nextLook = 1 << 14
  const spend = () => {
    const all = steps + propagator.steps()
    if (all > budget.steps || writer.nodes() > budget.nodes || store.size() > budget.nodes * 16)
      throw budgetExceeded
    if (all < nextLook) return
    nextLook = all + (1 << 14)
    if (budget.expired?.() === true) throw budgetExceeded
  }

  const among = new Int32Array(variables)
  const scratch = new Int32Array(2 * variables + 2 * search.clauses.length + 1)
  /** Parts of the open ones among the first variables in `among`; what is free goes into `items`. */
  const split = (count: number, items: number[]): Part[] => {
    const parts: Part[] = []
    stamp++
    for (let i = 0; i < count; i++) {
      const start = among[i]!
      if (truth[2 * start] !== 0 || seenVariable[start] === stamp) continue
      let end = 0
      let clausesEnd = 0
      let connected = false
      found[end++] = start
      seenVariable[start] = stamp
      for (let next = 0; next < end; next++) {
        const v = found[next]!
        for (let literal = 2 * v; literal <= 2 * v + 1; literal++) {
          for (let place = binaryStart[literal]!; place < binaryStart[literal + 1]!; place++) {
            const other = binary[place]! >> 1
            steps++
            if (truth[2 * other] !== 0) continue
            connected = true
            looked[binaryClause[place]!]!++
            if (seenVariable[other] === stamp) continue
            seenVariable[other] = stamp
            found[end++] = other
          }
          for (let place = clauseStart[literal]!; place < clauseStart[literal + 1]!; place++) {
            const c = clauseOf[place]!
            steps++
            if (satisfied[c] !== 0 || seenClause[c] === stamp) continue
            seenClause[c] = stamp
            connected = true
            clauses[clausesEnd++] = c
            looked[c]!++
            for (let at = literalStart[c]!; at < literalStart[c + 1]!; at++) {
              const other = literals[at]! >> 1
              steps++
              if (truth[2 * other] !== 0 || seenVariable[other] === stamp) continue
              seenVariable[other] = stamp
              found[end++] = other
            }
          }
        }
      }
      if (!connected) {
        const node = writer.free(start)
        if (node >= 0) items.push(node)
        continue
      }
      parts.push({
        size: end,
        key: keyOf(found.subarray(0, end).sort(), clauses.subarray(0, clausesEnd).sort(), scratch),
      })
    }
    return parts
  }

  const frames: Frame[] = []
  /** Result of the part just finished: a node, or -1 when it excludes itself. `undefined`: none waits to be taken. */
  let result: number | undefined
  const enter = ({ key }: Part) => {
    spend()
    result = store.find(key)
    if (result !== undefined) return
    const variable = lastOf(key, decidable)
    if (variable < 0) throw new Error('a part of the rules has no option left to decide')
    const group = together(variable)
    const branches =
      group === undefined ? [2 * variable, 2 * variable + 1] : group.filter((literal) => truth[literal] === 0)
    frames.push({ key, branches, next: 0, edges: [], trail: 0, items: [], waiting: [], open: false })
  }

  const top: number[] = []
  for (let v = 0; v < variables; v++) among[v] = v
  const first = split(variables, top)
  for (const part of first) {
    enter(part)
    while (frames.length > 0) {
      const frame = frames.at(-1)!
      if (frame.open) {
        if (result !== undefined) {
          if (result < 0) {
            undo(frame.trail)
            frame.open = false
          } else frame.items.push(result)
          result = undefined
          if (!frame.open) continue
        }
        const next = frame.waiting.pop()
        if (next !== undefined) {
          enter(next)
          continue
        }
        frame.edges.push({ literal: frame.branches[frame.next - 1]!, items: frame.items })
        undo(frame.trail)
        frame.open = false
        continue
      }
      if (frame.next < frame.branches.length) {
        const literal = frame.branches[frame.next++]!
        frame.trail = assigned()
        if (!assume(literal)) {
          undo(frame.trail)
          continue
        }
        frame.open = true
        frame.items = []
        for (let t = frame.trail + 1; t < assigned(); t++) {
          const node = writer.literal(trail[t]!)
          if (node >= 0) frame.items.push(node)
        }
        // Small parts first: they are last in the list.
        frame.waiting = split(variablesOf(frame.key, among), frame.items).sort((a, b) => b.size - a.size)
        continue
      }
      result = frame.edges.length === 0 ? -1 : writer.choice(frame.edges)
      store.add(frame.key, result)
      frames.pop()
    }
    if (result === undefined || result < 0) return { root: undefined, steps: steps + propagator.steps() }
    top.push(result)
    result = undefined
  }
  return { root: writer.all(top), steps: steps + propagator.steps() }
}

/**
 * A part by its open variables and its long clauses (those of two literals follow from the variables), as runs of numbers.
 * `into` is overwritten and long enough.
 */
function keyOf(vars: Int32Array, clauses: Int32Array, into: Int32Array): Int32Array {
  let end = 1
  const runs = (of: Int32Array) => {
    for (let i = 0; i < of.length;) {
      const start = i++
      while (i < of.length && of[i] === of[i - 1]! + 1) i++
      into[end++] = of[start]!
      into[end++] = i - start
    }
  }
  runs(vars)
  into[0] = end
  runs(clauses)
  return into.slice(0, end)
}

/** Puts the variables of a key into `into`, ascending, and says how many. A deep stack of parts keeps only their keys. */
function variablesOf(key: Int32Array, into: Int32Array): number {
  let count = 0
  for (let at = 1; at < key[0]!; at += 2)
    for (let v = key[at]!; v < key[at]! + key[at + 1]!; v++) into[count++] = v
  return count
}

/** The highest variable of a key that is `decidable`, -1: none. */
function lastOf(key: Int32Array, decidable: Uint8Array): number {
  for (let at = key[0]! - 2; at > 0; at -= 2)
    for (let v = key[at]! + key[at + 1]! - 1; v >= key[at]!; v--) if (decidable[v] === 1) return v
  return -1
}
