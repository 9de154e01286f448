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
   * several such sets it is one of those among the rules that the first search met; of them, rules named later are left out
   * first. What cannot be searched in reasonable time is not minimal.
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

  const active = new Uint8Array(roots.length)
  const queued = new Uint8Array(roots.length)
  /** Rules that take values away even where nothing is picked; all others may wait until one of their options changes. */
  const alone: number[] = []
  allowed.fill(1)
  for (let v = 0; v < variables; v++) left[v] = firstValue[v + 1]! - firstValue[v]!
  for (let rule = 0; rule < roots.length; rule++) {
    if (!narrow(rule, () => undefined) || trailValue.length > 0) alone.push(rule)
    undoTo(0)
  }

  const clash: RuleSolver['clash'] = (rules, pick, effort = defaultEffort) => {
    active.fill(0)
    for (const rule of rules) active[rule] = 1
    allowed.fill(1)
    trailValue.length = trailRule.length = trailVariable.length = 0
    const first: number[] = []
    const ask = (rule: number) => {
      if (queued[rule] === 1) return
      queued[rule] = 1
      first.push(rule)
    }
    queued.fill(0)
    for (const rule of alone) if (active[rule] === 1) ask(rule)
    for (let v = 0; v < variables; v++) {
      left[v] = firstValue[v + 1]! - firstValue[v]!
      if (pick[v]! < 0) continue
      let asked = false
      for (const rule of watchers[v]!)
        if (active[rule] === 1) {
          ask(rule)
          asked = true
        }
      if (asked) keepOnly(v, firstValue[v]! + pick[v]!)
    }
    const guilty = new Set<number>()
    const blame = (failed: number) => {
      const needed = new Uint8Array(variables)
      guilty.add(failed)
      for (const variable of scopes[failed]!) needed[variable] = 1
      for (let t = trailValue.length - 1; t >= 0; t--) {
        const rule = trailRule[t]!
        if (rule < 0 || needed[trailVariable[t]!] === 0) continue
        guilty.add(rule)
        for (const variable of scopes[rule]!) needed[variable] = 1
      }
    }
    let spent = 0
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
    /** The smallest open option: of a rule about what was narrowed last, if there is one, else of all. */
    const nextSplit = (): number => {
      for (let t = trailValue.length - 1; t >= 0; t--) {
        let variable = -1
        for (const rule of watchers[trailVariable[t]!]!)
          if (active[rule] === 1)
            for (const v of scopes[rule]!)
              if (left[v]! > 1 && (variable < 0 || left[v]! < left[variable]!)) variable = v
        if (variable >= 0) return variable
      }
      let variable = -1
      for (const rule of rules)
        for (const v of scopes[rule]!)
          if (left[v]! > 1 && (variable < 0 || left[v]! < left[variable]!)) variable = v
      return variable
    }
    // One entry per split: the variable, the value tried and how long the trail was before.
    const splits: { variable: number; value: number; trail: number }[] = []
    let fits = settle(first)
    for (;;) {
      if (spent > effort) return 'unknown'
      if (fits) {
        const variable = nextSplit()
        if (variable < 0) return undefined
        splits.push({ variable, value: firstValue[variable]! - 1, trail: trailValue.length })
      }
      // The next value of the deepest split that has one.
      for (;;) {
        const split = splits.at(-1)
        if (split === undefined) return [...guilty].sort((a, b) => a - b)
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
      const place = new Int32Array(roots.length)
      rules.forEach((rule, at) => (place[rule] = at))
      const inOrder = (some: readonly number[]) => some.toSorted((a, b) => place[a]! - place[b]!)
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
