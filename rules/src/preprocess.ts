/**
 * Makes clauses fewer and shorter without changing what they allow: values that follow are set, variables that always agree
 * (or always differ) become one, clauses that others say are dropped. Every variable keeps its exact answers: it is open,
 * has one value, or follows another variable.
 *
 * Equivalent literals are strongly connected in the graph of implications (Aspvall, Plass, Tarjan 1979); a literal fails when
 * propagating it ends in a contradiction (Freeman 1995); subsumption goes back to Davis and Putnam (1960) and Robinson (1965).
 */
import { createPropagator } from './propagation.ts'

export interface Clausal {
  readonly variables: number
  /** Clauses as lists of literals (see `propagation.ts`), and for each the rule it came from. */
  readonly clauses: readonly (readonly number[])[]
  readonly origins: readonly number[]
  /** 1: never made one with another variable (it stands for one of several values). */
  readonly single: Uint8Array
  /** Of variables that are one, the one with the least rank speaks for all. */
  readonly rank: Uint8Array
}

export interface Simplified {
  /** `false`: the clauses contradict each other, and the rest says nothing. */
  readonly possible: boolean
  /** Variable -> 1 true, 0 false, -1 open. */
  readonly value: Int8Array
  /** Variable -> the literal of the variable it follows; its own where it speaks for itself. */
  readonly follows: Int32Array
  /** Over open variables that speak for themselves, at least two literals each, ascending. */
  readonly clauses: readonly (readonly number[])[]
  readonly origins: readonly number[]
}

/** Rounds of everything; a gain after that is small. */
const mostRounds = 12
/** Places looked at by one round of failed literals, and of looking for implied clauses. */
const probingSteps = 3_000_000
const impliedSteps = 3_000_000
/** Clauses longer than this are not compared with others. */
const longest = 64

interface Work {
  readonly variables: number
  readonly value: Int8Array
  readonly follows: Int32Array
  clauses: number[][]
  origins: number[]
}

/** Simplifies. Pure and deterministic. */
export function simplify({ variables, clauses, origins, single, rank }: Clausal): Simplified {
  const work: Work = {
    variables,
    value: new Int8Array(variables).fill(-1),
    follows: Int32Array.from({ length: variables }, (_, v) => 2 * v),
    clauses: clauses.map((clause) => [...clause]),
    origins: [...origins],
  }
  let possible = settle(work)
  for (let round = 0; possible && round < mostRounds; round++) {
    const before = sizeOf(work)
    possible = mergeEquivalent(work, single, rank) && settle(work)
    if (possible) possible = probe(work) && settle(work)
    if (possible) {
      subsume(work)
      possible = settle(work)
    }
    if (sizeOf(work) === before) break
  }
  if (!possible) return { possible, value: work.value, follows: work.follows, clauses: [], origins: [] }
  dropImplied(work)
  return { possible, ...work }
}

/** Changes whenever a round did something. */
function sizeOf({ value, follows, clauses }: Work): string {
  let open = 0
  for (let v = 0; v < value.length; v++) if (value[v] === -1 && follows[v] === 2 * v) open++
  return `${open} ${clauses.length} ${clauses.reduce((sum, clause) => sum + clause.length, 0)}`
}

/** The literal that speaks for this one, with its sign. */
function speaker({ follows }: Work, literal: number): number {
  let here = literal
  while (follows[here >> 1] !== (here & ~1)) here = follows[here >> 1]! ^ (here & 1)
  return here
}

/** Sets units and rewrites clauses to what is open, each literal once and ascending. `false`: an empty clause. */
function settle(work: Work): boolean {
  const { value, follows } = work
  for (;;) {
    const clauses: number[][] = []
    const origins: number[] = []
    let again = false
    for (const [c, clause] of work.clauses.entries()) {
      let settled = clause.length > 1
      for (let i = 0; settled && i < clause.length; i++) {
        const v = clause[i]! >> 1
        settled = value[v] === -1 && follows[v] === 2 * v && (i === 0 || clause[i - 1]! >> 1 < v)
      }
      const left = settled ? clause : openOf(work, clause)
      if (left === undefined) continue
      if (left.length === 0) return false
      if (left.length === 1) {
        value[left[0]! >> 1] = 1 - (left[0]! & 1)
        again = true
        continue
      }
      clauses.push(left)
      origins.push(work.origins[c]!)
    }
    work.clauses = clauses
    work.origins = origins
    if (!again) break
  }
  // Followers of a variable that is set are set.
  for (let v = 0; v < work.variables; v++) {
    const literal = speaker(work, 2 * v)
    const value = work.value[literal >> 1]!
    if (value >= 0) work.value[v] = value ^ (literal & 1)
  }
  return true
}

/** What is open of a clause; `undefined` when it holds anyway. */
function openOf(work: Work, clause: readonly number[]): number[] | undefined {
  const left: number[] = []
  for (const each of clause) {
    const literal = speaker(work, each)
    const value = work.value[literal >> 1]!
    if (value < 0) left.push(literal)
    else if (value !== (literal & 1)) return undefined
  }
  left.sort((a, b) => a - b)
  let length = 0
  for (const literal of left) {
    if (length > 0 && left[length - 1] === literal) continue
    if (length > 0 && left[length - 1] === (literal ^ 1)) return undefined
    left[length++] = literal
  }
  left.length = length
  return left
}

/** Literals that imply each other become one. `false`: one implies its own opposite and the other way round. */
function mergeEquivalent(work: Work, single: Uint8Array, rank: Uint8Array): boolean {
  const count = 2 * work.variables
  const binaries = work.clauses.filter((clause) => clause.length === 2)
  const { binaryStart, binary } = createPropagator(work.variables, binaries)
  const index = new Int32Array(count)
  const low = new Int32Array(count)
  const component = new Int32Array(count).fill(-1)
  const place = new Int32Array(count)
  const path: number[] = []
  const open: number[] = []
  const members: number[][] = []
  let next = 0
  for (let start = 0; start < count; start++) {
    if (index[start] !== 0) continue
    path.push(start)
    while (path.length > 0) {
      const literal = path.at(-1)!
      if (index[literal] === 0) {
        index[literal] = low[literal] = ++next
        place[literal] = binaryStart[literal]!
        open.push(literal)
      }
      let deeper = false
      for (; place[literal]! < binaryStart[literal + 1]!; place[literal]!++) {
        const to = binary[place[literal]!]!
        if (index[to] === 0) {
          path.push(to)
          deeper = true
          break
        }
        if (component[to] === -1 && low[to]! < low[literal]!) low[literal] = low[to]!
      }
      if (deeper) continue
      path.pop()
      const above = path.at(-1)
      if (above !== undefined && low[literal]! < low[above]!) low[above] = low[literal]!
      if (low[literal] !== index[literal]) continue
      const own: number[] = []
      let member: number
      do {
        member = open.pop()!
        component[member] = members.length
        own.push(member)
      } while (member !== literal)
      members.push(own)
    }
  }
  for (const own of members) {
    if (own.length < 2) continue
    if (own.some((literal) => component[literal ^ 1] === component[literal])) return false
    const merged = own.filter((literal) => single[literal >> 1] === 0)
    if (merged.length < 2) continue
    merged.sort((a, b) => rank[a >> 1]! - rank[b >> 1]! || (a >> 1) - (b >> 1))
    const head = merged[0]!
    // The component of the opposites says the same.
    if ((head & 1) === 1) continue
    for (const literal of merged.slice(1)) work.follows[literal >> 1] = head ^ (literal & 1)
  }
  return true
}

/** Tries literals: what a failed one forbids is set, and so is what follows from both a literal and its opposite. */
function probe(work: Work): boolean {
  const propagator = createPropagator(work.variables, work.clauses)
  const { truth, trail, assume, undo, binaryStart } = propagator
  const reached = new Int32Array(2 * work.variables).fill(-1)
  const settled = (v: number) => work.value[v] !== -1 || work.follows[v] !== 2 * v || truth[2 * v] !== 0
  const follow: [number, number][] = []
  const fixed: number[] = []
  const fix = (literal: number) => {
    fixed.push(literal)
    return assume(literal)
  }
  for (let v = 0; v < work.variables; v++) {
    if (settled(v) || propagator.steps() > probingSteps) continue
    // Whatever has no consequence in pairs of literals is worth no trial.
    const yes = binaryStart[2 * v + 1]! - binaryStart[2 * v]!
    const no = binaryStart[2 * v + 2]! - binaryStart[2 * v + 1]!
    if (yes + no === 0) continue
    const start = propagator.assigned()
    if (!assume(2 * v)) {
      undo(start)
      if (!fix(2 * v + 1)) return false
      continue
    }
    for (let t = start + 1; t < propagator.assigned(); t++) reached[trail[t]!] = v
    undo(start)
    if (!assume(2 * v + 1)) {
      undo(start)
      if (!fix(2 * v)) return false
      continue
    }
    const both: number[] = []
    for (let t = start + 1; t < propagator.assigned(); t++) {
      const literal = trail[t]!
      if (reached[literal] === v) both.push(literal)
      else if (reached[literal ^ 1] === v) follow.push([2 * v, literal ^ 1])
    }
    undo(start)
    for (const literal of both) if (!fix(literal)) return false
  }
  for (const literal of fixed) {
    work.clauses.push([literal])
    work.origins.push(-1)
  }
  // The pair of implications makes them one in the next round.
  for (const [a, b] of follow) {
    work.clauses.push([a ^ 1, b], [a, b ^ 1])
    work.origins.push(-1, -1)
  }
  return true
}

/** Drops clauses that contain another one; where all but one literal does, the opposite of that one is taken out. */
function subsume(work: Work): void {
  const { clauses } = work
  const of: number[][] = Array.from({ length: 2 * work.variables }, () => [])
  const bits = (clause: readonly number[]) =>
    clause.reduce((all, literal) => all | (1 << ((literal >> 1) % 31)), 0)
  const signature = clauses.map(bits)
  const dropped = new Uint8Array(clauses.length)
  for (const [c, clause] of clauses.entries()) for (const literal of clause) of[literal]!.push(c)
  const mark = new Int32Array(2 * work.variables).fill(-1)
  const order = [...clauses.keys()].sort((a, b) => clauses[a]!.length - clauses[b]!.length || a - b)
  const queue = [...order]
  for (let next = 0; next < queue.length; next++) {
    const c = queue[next]!
    const clause = clauses[c]!
    if (dropped[c] === 1 || clause.length > longest) continue
    // All clauses that hold every variable of this one hold its rarest.
    const frequency = (literal: number) => of[literal]!.length + of[literal ^ 1]!.length
    const rarest = clause.reduce((a, b) => (frequency(b) < frequency(a) ? b : a))
    for (const candidates of [of[rarest]!, of[rarest ^ 1]!])
      for (const other of candidates) {
        const longer = clauses[other]!
        if (other === c || dropped[other] === 1 || longer.length < clause.length) continue
        if ((signature[c]! & ~signature[other]!) !== 0) continue
        for (const literal of longer) mark[literal] = other
        let turned = -1
        let fits = true
        for (const literal of clause) {
          if (mark[literal] === other) continue
          fits = mark[literal ^ 1] === other && turned < 0
          if (!fits) break
          turned = literal ^ 1
        }
        for (const literal of longer) mark[literal] = -1
        if (!fits) continue
        if (turned < 0) dropped[other] = 1
        else {
          const shorter = longer.filter((literal) => literal !== turned)
          clauses[other] = shorter
          signature[other] = bits(shorter)
          queue.push(other)
        }
      }
  }
  work.clauses = clauses.filter((_, c) => dropped[c] === 0)
  work.origins = work.origins.filter((_, c) => dropped[c] === 0)
}

/**
 * Drops clauses that propagation over the others draws from any of their literals (transitive implications above all, Aho,
 * Garey, Ullman 1972): fewer connections make smaller parts, and nothing is propagated later or less.
 */
function dropImplied(work: Work): void {
  // Longest first: a short clause says more.
  const { clauses } = work
  const order = [...clauses.keys()].sort((a, b) => clauses[b]!.length - clauses[a]!.length || b - a)
  const kept = impliedFrom(work.variables, clauses, order)
  work.clauses = clauses.filter((_, c) => kept[c] === 1)
  work.origins = work.origins.filter((_, c) => kept[c] === 1)
}

function impliedFrom(
  variables: number,
  clauses: readonly (readonly number[])[],
  order: readonly number[],
): Uint8Array {
  const kept = new Uint8Array(clauses.length).fill(1)
  const of: number[][] = Array.from({ length: 2 * variables }, () => [])
  for (const [c, clause] of clauses.entries()) for (const literal of clause) of[literal]!.push(c)
  const stamp = new Int32Array(2 * variables)
  let now = 0
  let steps = 0
  /** Whether the clauses other than `without` make `goal` true once the literals given are. */
  const draws = (given: readonly number[], goal: number, without: number): boolean => {
    now++
    const queue = [...given]
    for (const literal of queue) stamp[literal] = now
    for (let next = 0; next < queue.length; next++)
      for (const c of of[queue[next]! ^ 1]!) {
        if (c === without || kept[c] === 0) continue
        steps++
        let unit = -1
        for (const literal of clauses[c]!) {
          if (stamp[literal ^ 1] === now) continue
          if (stamp[literal] === now || unit >= 0) {
            unit = -2
            break
          }
          unit = literal
        }
        // A contradiction is no implication: it would only be found later.
        if (unit < 0) continue
        if (unit === goal) return true
        stamp[unit] = now
        queue.push(unit)
      }
    return false
  }
  for (const c of order) {
    if (steps > impliedSteps) break
    const clause = clauses[c]!
    const opposite = clause.map((literal) => literal ^ 1)
    if (clause.every((goal, at) => draws(opposite.toSpliced(at, 1), goal, c))) kept[c] = 0
  }
  return kept
}
