/**
 * Which rules clash? Compilation erases the rules' identity, so each rule is kept as its own small diagram, and a handful of
 * them is tried by search: every rule narrows the values of its options until nothing changes (generalised arc consistency
 * on the diagram), then an option is split. Reasons are read back from the trail, so only rules that took part are tried.
 */
import type { Diagram } from './diagram.ts'

export interface RuleSolver {
  /** Variables of each rule, ascending. */
  readonly scopes: readonly Int32Array[]
  /**
   * Tries the given rules under hard picks. `undefined`: they hold together. Otherwise rules among them (not yet a minimal set)
   * that do not; `'unknown'` when that took more than `effort` narrowings.
   */
  readonly clash: (
    rules: readonly number[],
    pick: Int32Array,
    effort?: number,
  ) => number[] | 'unknown' | undefined
  /**
   * A minimal set of rules that no product satisfies under the picks, `undefined` when all hold together. Where there are
   * several such sets, rules named later are left out first. What cannot be searched in reasonable time is not minimal.
   */
  readonly minimalClash: (rules: readonly number[], pick: Int32Array) => number[] | undefined
}

/** Narrowings for one question about a subset of rules, and for the first one about all of them. */
const defaultEffort = 20_000
const wholeEffort = 400_000

/** `diagram` holds one root per rule, without *all* nodes. */
export function createRuleSolver(diagram: Diagram): RuleSolver {
  const { firstValue, setStart, setMembers, kind, edgeStart, edgeSet, edgeChild, roots } = diagram
  const variables = firstValue.length - 1
  /** Per rule: its nodes, parents first. */
  const nodesOf: Int32Array[] = []
  const scopes: Int32Array[] = []
  const watchers: number[][] = Array.from({ length: variables }, () => [])
  roots.forEach((root, rule) => {
    const seen = new Set<number>()
    const stack = [root]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node === 0 || seen.has(node)) continue
      seen.add(node)
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) stack.push(edgeChild[e]!)
    }
    const nodes = Int32Array.from(seen).sort().reverse()
    const scope = Int32Array.from(new Set(Array.from(nodes, (node) => kind[node]!))).sort()
    nodesOf.push(nodes)
    scopes.push(scope)
    for (const variable of scope) watchers[variable]!.push(rule)
  })

  const allowed = new Uint8Array(firstValue[variables]!)
  const left = new Int32Array(variables)
  const open = new Uint8Array(kind.length)
  const reached = new Uint8Array(kind.length)
  const supported = new Uint8Array(firstValue[variables]!)
  // The trail: values taken away, by which rule (-1: by a split or a pick).
  const trailValue: number[] = []
  const trailRule: number[] = []
  const trailVariable: number[] = []

  const remove = (variable: number, value: number, rule: number) => {
    allowed[value] = 0
    left[variable]!--
    trailValue.push(value)
    trailRule.push(rule)
    trailVariable.push(variable)
  }
  const keepOnly = (variable: number, kept: number) => {
    for (let value = firstValue[variable]!; value < firstValue[variable + 1]!; value++)
      if (value !== kept && allowed[value] === 1) remove(variable, value, -1)
  }
  const undoTo = (length: number) => {
    while (trailValue.length > length) {
      allowed[trailValue.pop()!] = 1
      left[trailVariable.pop()!]!++
      trailRule.pop()
    }
  }
  const anyAllowed = (set: number) => {
    for (let m = setStart[set]!; m < setStart[set + 1]!; m++) if (allowed[setMembers[m]!] === 1) return true
    return false
  }
  /** Takes away what the rule no longer supports, telling the changed variables; `false` when nothing is left of it. */
  const narrow = (rule: number, changed: (variable: number) => void): boolean => {
    const nodes = nodesOf[rule]!
    const root = roots[rule]!
    if (root === 0) return true
    open[0] = 1
    for (let n = nodes.length - 1; n >= 0; n--) {
      const node = nodes[n]!
      let fits = 0
      for (let e = edgeStart[node]!; fits === 0 && e < edgeStart[node + 1]!; e++)
        if (open[edgeChild[e]!] === 1 && anyAllowed(edgeSet[e]!)) fits = 1
      open[node] = fits
      reached[node] = 0
    }
    if (open[root] === 0) return false
    for (const variable of scopes[rule]!) supported.fill(0, firstValue[variable], firstValue[variable + 1])
    reached[root] = 1
    for (const node of nodes) {
      if (reached[node] === 0 || open[node] === 0) continue
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
        if (open[edgeChild[e]!] === 0) continue
        for (let m = setStart[edgeSet[e]!]!; m < setStart[edgeSet[e]! + 1]!; m++) {
          const value = setMembers[m]!
          if (allowed[value] === 0) continue
          supported[value] = 1
          reached[edgeChild[e]!] = 1
        }
      }
    }
    for (const variable of scopes[rule]!) {
      let less = false
      for (let value = firstValue[variable]!; value < firstValue[variable + 1]!; value++)
        if (allowed[value] === 1 && supported[value] === 0) {
          remove(variable, value, rule)
          less = true
        }
      if (less) changed(variable)
    }
    return true
  }

  const clash: RuleSolver['clash'] = (rules, pick, effort = defaultEffort) => {
    const active = new Uint8Array(roots.length)
    for (const rule of rules) active[rule] = 1
    const inScope = new Uint8Array(variables)
    for (const rule of rules) for (const variable of scopes[rule]!) inScope[variable] = 1
    allowed.fill(1)
    trailValue.length = trailRule.length = trailVariable.length = 0
    for (let v = 0; v < variables; v++) {
      left[v] = firstValue[v + 1]! - firstValue[v]!
      if (inScope[v] === 1 && pick[v]! >= 0) keepOnly(v, firstValue[v]! + pick[v]!)
    }
    const guilty = new Uint8Array(roots.length)
    const blame = (failed: number) => {
      const needed = new Uint8Array(variables)
      guilty[failed] = 1
      for (const variable of scopes[failed]!) needed[variable] = 1
      for (let t = trailValue.length - 1; t >= 0; t--) {
        const rule = trailRule[t]!
        if (rule < 0 || needed[trailVariable[t]!] === 0) continue
        guilty[rule] = 1
        for (const variable of scopes[rule]!) needed[variable] = 1
      }
    }
    let spent = 0
    const queued = new Uint8Array(roots.length)
    /** Narrows until nothing changes; `false` after noting who made it fail. */
    const settle = (queue: number[]): boolean => {
      for (const rule of queue) queued[rule] = 1
      for (let next = 0; next < queue.length; next++) {
        const rule = queue[next]!
        queued[rule] = 0
        spent++
        const fits = narrow(rule, (variable) => {
          for (const other of watchers[variable]!)
            if (other !== rule && active[other] === 1 && queued[other] === 0) {
              queued[other] = 1
              queue.push(other)
            }
        })
        if (fits) continue
        blame(rule)
        for (const waiting of queue) queued[waiting] = 0
        return false
      }
      return true
    }
    // One entry per split: the variable, the value tried and how long the trail was before.
    const splits: { variable: number; value: number; trail: number }[] = []
    let fits = settle([...rules])
    for (;;) {
      if (spent > effort) return 'unknown'
      if (fits) {
        let variable = -1
        for (let v = 0; v < variables; v++)
          if (inScope[v] === 1 && left[v]! > 1 && (variable < 0 || left[v]! < left[variable]!)) variable = v
        if (variable < 0) return undefined
        splits.push({ variable, value: firstValue[variable]! - 1, trail: trailValue.length })
      }
      // The next value of the deepest split that has one.
      for (;;) {
        const split = splits.at(-1)
        if (split === undefined) return [...guilty.keys()].filter((rule) => guilty[rule] === 1)
        undoTo(split.trail)
        do split.value++
        while (split.value < firstValue[split.variable + 1]! && allowed[split.value] === 0)
        if (split.value < firstValue[split.variable + 1]!) {
          keepOnly(split.variable, split.value)
          fits = settle(watchers[split.variable]!.filter((rule) => active[rule] === 1))
          break
        }
        splits.pop()
      }
    }
  }

  return {
    scopes,
    clash,
    minimalClash: (rules, pick) => {
      const first = clash(rules, pick, wholeEffort)
      if (first === undefined) return undefined
      // Too hard to search: the rules about what was picked, not made minimal.
      if (first === 'unknown') {
        const about = rules.filter((rule) => scopes[rule]!.some((v) => pick[v]! >= 0))
        return about.length > 0 ? about : [...rules]
      }
      // Leave out one after the other, the last one first; whatever then still clashes is tried on alone.
      const place = new Map(rules.map((rule, at) => [rule, at]))
      const inOrder = (some: readonly number[]) => some.toSorted((a, b) => place.get(a)! - place.get(b)!)
      let candidates = inOrder(first)
      const needed = new Set<number>()
      for (;;) {
        const rule = candidates.findLast((each) => !needed.has(each))
        if (rule === undefined) return candidates
        const still = clash(
          candidates.filter((each) => each !== rule),
          pick,
        )
        if (still === undefined || still === 'unknown') needed.add(rule)
        else candidates = inOrder(still)
      }
    },
  }
}
