/** The lazy rules of a machine, followed side by side: one small diagram each, all of them together one state, a *tuple* of nodes. */
import type { Diagram } from './diagram.ts'

export interface LazyRules {
  /** Tuple before the first value, per region of the machine: the rules over its variables. */
  readonly starts: () => readonly number[]
  /** Tuple after a variable has taken a value (counted from its first), -1: a rule is broken. */
  readonly step: (tuple: number, variable: number, value: number) => number
  /** Whether some rule asks for the variable next. */
  readonly tests: (tuple: number, variable: number) => boolean
  /** Forgets what was followed when there is too much of it; tuples known before are void. */
  readonly tidy: () => void
}

/** Steps remembered from question to question. */
const mostRemembered = 1_000_000

/** `tops`: per region the first nodes of its rules. Variables must come in the order in which the diagrams test them. */
export function createLazyRules(diagram: Diagram, tops: readonly (readonly number[])[]): LazyRules {
  const { firstValue, setStart, setMembers, kind, edgeStart, edgeSet, edgeChild } = diagram
  const values = firstValue.at(-1)!
  const memberOf = new Map<number, Set<number>>()
  const stepRule = (node: number, variable: number, value: number): number => {
    if (node === 0 || kind[node] !== variable) return node
    for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
      const set = edgeSet[e]!
      let members = memberOf.get(set)
      if (!members) {
        members = new Set(setMembers.subarray(setStart[set], setStart[set + 1]))
        memberOf.set(set, members)
      }
      if (members.has(firstValue[variable]! + value)) return edgeChild[e]!
    }
    return -1
  }
  const tuples: (readonly number[])[] = []
  const numbers = new Map<string, number>()
  const tupleOf = (nodes: readonly number[]) => {
    const key = nodes.join()
    let number = numbers.get(key)
    if (number === undefined) {
      number = tuples.push(nodes) - 1
      numbers.set(key, number)
    }
    return number
  }
  let starts = tops.map(tupleOf)
  const known = new Map<number, number>()
  const tests = (tuple: number, variable: number) =>
    tuples[tuple]!.some((node) => node !== 0 && kind[node] === variable)
  return {
    starts: () => starts,
    step: (tuple, variable, value) => {
      if (!tests(tuple, variable)) return tuple
      const key = tuple * values + firstValue[variable]! + value
      let next = known.get(key)
      if (next === undefined) {
        const nodes = tuples[tuple]!.map((node) => stepRule(node, variable, value))
        next = nodes.includes(-1) ? -1 : tupleOf(nodes)
        known.set(key, next)
      }
      return next
    },
    tests,
    tidy: () => {
      if (known.size < mostRemembered) return
      known.clear()
      numbers.clear()
      tuples.length = 0
      starts = tops.map(tupleOf)
    },
  }
}
