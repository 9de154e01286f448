/**
 * Unit propagation over clauses, with a trail that can be taken back. Long clauses count their true and their not yet false
 * literals, so that the search knows without looking which clauses still say something.
 *
 * A literal is a number: 2 · variable when it must be true, 2 · variable + 1 when it must be false.
 */

export interface Propagator {
  /** Literal -> 1 true, -1 false, 0 open. */
  readonly truth: Int8Array
  /** Literals made true so far, oldest first; only the first `assigned()` count. */
  readonly trail: Int32Array
  readonly assigned: () => number
  /** Makes a literal true and draws all consequences. `false`: they contradict each other; `undo` then as ever. */
  readonly assume: (literal: number) => boolean
  /** Takes back everything after the first `length` entries of the trail. */
  readonly undo: (length: number) => void
  /** Literal -> its places in `binary`: each is a literal that follows from it. */
  readonly binaryStart: Int32Array
  readonly binary: Int32Array
  /** The clause behind each place in `binary`. */
  readonly binaryClause: Int32Array
  /** Clause (index of the list given) -> its places in `literals`; clauses of two literals have none. */
  readonly literalStart: Int32Array
  readonly literals: Int32Array
  /** Literal -> its places in `clauseOf`: the long clauses that contain it. */
  readonly clauseStart: Int32Array
  readonly clauseOf: Int32Array
  /** Long clause -> how many of its literals are true. */
  readonly satisfied: Int32Array
  /** Places looked at so far. */
  readonly steps: () => number
}

/** Clauses of at least two different literals, none with its opposite. */
export function createPropagator(variables: number, clauses: readonly (readonly number[])[]): Propagator {
  const count = 2 * variables
  const truth = new Int8Array(count)
  const trail = new Int32Array(variables + 1)
  const binaryStart = new Int32Array(count + 1)
  const clauseStart = new Int32Array(count + 1)
  const literalStart = new Int32Array(clauses.length + 1)
  for (const [c, clause] of clauses.entries()) {
    const long = clause.length > 2
    literalStart[c + 1] = literalStart[c]! + (long ? clause.length : 0)
    for (const literal of clause)
      if (long) clauseStart[literal + 1]!++
      else binaryStart[(literal ^ 1) + 1]!++
  }
  for (let literal = 0; literal < count; literal++) {
    binaryStart[literal + 1]! += binaryStart[literal]!
    clauseStart[literal + 1]! += clauseStart[literal]!
  }
  const binary = new Int32Array(binaryStart[count]!)
  const binaryClause = new Int32Array(binary.length)
  const clauseOf = new Int32Array(clauseStart[count]!)
  const literals = new Int32Array(clauseOf.length)
  const satisfied = new Int32Array(clauses.length)
  const notFalse = new Int32Array(clauses.length)
  const binaryEnd = binaryStart.slice()
  const clauseEnd = clauseStart.slice()
  for (const [c, clause] of clauses.entries()) {
    notFalse[c] = clause.length
    if (clause.length > 2) {
      literals.set(clause, literalStart[c])
      for (const literal of clause) clauseOf[clauseEnd[literal]!++] = c
      continue
    }
    for (const [at, literal] of clause.entries()) {
      const place = binaryEnd[literal ^ 1]!++
      binary[place] = clause[1 - at]!
      binaryClause[place] = c
    }
  }

  let length = 0
  /** Entries of the trail whose clauses have been counted. */
  let counted = 0
  let steps = 0

  /** Makes a literal true unless it is; `false` when it is false. */
  const set = (literal: number): boolean => {
    if (truth[literal] !== 0) return truth[literal] === 1
    truth[literal] = 1
    truth[literal ^ 1] = -1
    trail[length++] = literal
    return true
  }
  const assume = (literal: number): boolean => {
    let fits = set(literal)
    while (fits && counted < length) {
      const now = trail[counted++]!
      for (let place = binaryStart[now]!; fits && place < binaryStart[now + 1]!; place++) {
        steps++
        fits = set(binary[place]!)
      }
      for (let place = clauseStart[now]!; place < clauseStart[now + 1]!; place++) {
        steps++
        satisfied[clauseOf[place]!]!++
      }
      const gone = now ^ 1
      for (let place = clauseStart[gone]!; place < clauseStart[gone + 1]!; place++) {
        steps++
        const c = clauseOf[place]!
        const left = --notFalse[c]!
        if (left > 1 || satisfied[c] !== 0 || !fits) continue
        if (left === 0) fits = false
        else {
          let at = literalStart[c]!
          while (truth[literals[at]!] === -1) at++
          fits = set(literals[at]!)
        }
      }
    }
    return fits
  }
  const undo = (to: number) => {
    while (length > to) {
      const literal = trail[--length]!
      truth[literal] = truth[literal ^ 1] = 0
      if (length >= counted) continue
      counted = length
      for (let place = clauseStart[literal]!; place < clauseStart[literal + 1]!; place++)
        satisfied[clauseOf[place]!]!--
      const gone = literal ^ 1
      for (let place = clauseStart[gone]!; place < clauseStart[gone + 1]!; place++)
        notFalse[clauseOf[place]!]!++
    }
  }
  return {
    truth,
    trail,
    assigned: () => length,
    assume,
    undo,
    binaryStart,
    binary,
    binaryClause,
    literalStart,
    literals,
    clauseStart,
    clauseOf,
    satisfied,
    steps: () => steps,
  }
}
