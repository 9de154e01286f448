/**
 * A machine beside which lazy rules hold: too big to be in the diagram, they stay small diagrams of their own, and every question
 * is asked of both at once. The same answers as if the rules were in it, only slower.
 *
 * The machine without them answers first: no product that it allows costs less. Where its best product breaks a lazy rule, the
 * best one that keeps them all is searched (`lazySearch.ts`); what was found out on the way is kept. A question that would take too long ends with `LazyRulesTooHard`; in a sweep its values are marked.
 *
 * All rules are laid over one order of variables, and a machine with lazy rules is compiled with all variables of a lazy rule
 * in one region without *all* nodes: along every way both test the same variables in the same order.
 */
import type { Diagram } from './diagram.ts'
import { createLazyRules } from './lazyRules.ts'
import { createLazySearch } from './lazySearch.ts'
import type { Costs, Known, Memory } from './lazySearch.ts'
import { createMachine, packOf } from './ruleMachine.ts'
import type { Machine } from './ruleMachine.ts'

/** A question needs more search than allowed: what was asked is not known. */
export class LazyRulesTooHard extends Error {}

/** Pairs looked at for one question: about a second. */
const defaultEffort = 200_000

/** `lazy` are roots of `ruleDiagrams`. `effort` bounds each question. */
export function createLazyMachine(
  diagram: Diagram,
  ruleDiagrams: Diagram,
  lazy: readonly number[],
  effort = defaultEffort,
): Machine {
  const {
    firstValue,
    weights,
    terms,
    setStart,
    setMembers,
    setVariable,
    kind,
    edgeStart,
    edgeSet,
    edgeChild,
  } = diagram
  const variables = firstValue.length - 1
  const relaxed = createMachine(diagram)
  const { changesOf, centsOf } = relaxed
  const pack = packOf(diagram)
  const root = diagram.roots[0]!
  const regions =
    kind[root]! < 0 ? Array.from(edgeChild.subarray(edgeStart[root], edgeStart[root + 1])) : [root]

  const price = new Float64Array(weights)
  for (let v = 0; v < variables; v++) {
    const own = price.subarray(firstValue[v], firstValue[v + 1])
    const low = own.reduce((a, b) => Math.min(a, b))
    for (let i = 0; i < own.length; i++) own[i]! -= low
  }
  // Every way through a region tests the same variables in the same order: a node's height tells which are below it.
  const height = new Int32Array(kind.length)
  for (let node = 1; node < kind.length; node++)
    if (kind[node]! >= 0 && edgeStart[node]! < edgeStart[node + 1]!)
      height[node] = 1 + height[edgeChild[edgeStart[node]!]!]!
  const regionOf = new Int32Array(variables)
  const heightOf = new Int32Array(variables)
  regions.forEach((top, r) => {
    for (let node = top; node !== 0 && kind[node]! >= 0; node = edgeChild[edgeStart[node]!]!) {
      regionOf[kind[node]!] = r
      heightOf[kind[node]!] = height[node]!
      if (edgeStart[node] === edgeStart[node + 1]) break
    }
  })

  const lazyOf = regions.map((_, r) =>
    lazy
      .map((rule) => ruleDiagrams.roots[rule]!)
      .filter((top) => top !== 0 && regionOf[ruleDiagrams.kind[top]!] === r),
  )
  const rules = createLazyRules(ruleDiagrams, lazyOf)
  const { starts } = rules
  const step = (tuple: number, variable: number, flat: number) =>
    rules.step(tuple, variable, flat - firstValue[variable]!)

  const costsOf = (pick: Int32Array, fixed: Uint8Array, withPrice: boolean): Costs => {
    const value = withPrice ? price.slice() : new Float64Array(price.length)
    for (let v = 0; v < variables; v++) {
      if (pick[v]! < 0) continue
      for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++)
        if (i - firstValue[v]! !== pick[v]) value[i]! += fixed[v] === 1 ? Infinity : pack
    }
    return passDown(value)
  }
  const passDown = (value: Float64Array): Costs => {
    const set = new Float64Array(setVariable.length)
    for (let s = 0; s < set.length; s++) {
      let low = Infinity
      for (let m = setStart[s]!; m < setStart[s + 1]!; m++) low = Math.min(low, value[setMembers[m]!]!)
      set[s] = low
    }
    const down = new Float64Array(kind.length)
    for (let node = 1; node < kind.length; node++) {
      let cost = kind[node]! >= 0 ? Infinity : 0
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++)
        if (kind[node]! >= 0) cost = Math.min(cost, set[edgeSet[e]!]! + down[edgeChild[e]!]!)
        else cost += down[edgeChild[e]!]!
      down[node] = cost
    }
    return { value, set, down }
  }

  let spent = 0
  const begin = () => {
    spent = 0
    rules.tidy()
  }
  const spend = (pairs: number) => {
    spent += pairs
    if (spent > effort)
      throw new LazyRulesTooHard(
        `the lazy rules make this question too hard (more than ${effort} steps); choose more first, or make the rules coarser`,
      )
  }
  const { keyOf, ended, search, follow } = createLazySearch(diagram, rules, spend)
  const fresh = (): Memory => {
    const all = new Map<number, Known>()
    return () => all
  }
  /** The best product of all regions, Infinity when there is none. */
  const solve = (costs: Costs, memories: readonly Memory[], limit = Infinity) => {
    const product = new Int32Array(variables).fill(-1)
    let cost = 0
    const each = regions.map((top, r) => {
      const known = top === 0 ? ended : search(top, starts()[r]!, costs, limit, memories[r]!)
      if (known.isExact && known.cost < Infinity) follow(top, starts()[r]!, memories[r]!, product)
      cost += known.cost
      return known.cost
    })
    return { cost, each, product }
  }
  const memories = () => regions.map(fresh)
  const packed = (cost: number) => (cost === Infinity ? 2 ** 52 : cost)

  const best = new Float64Array(price.length)
  const unproved = new Uint8Array(price.length)
  const sweep: Machine['sweep'] = (pick, fixed) => {
    begin()
    unproved.fill(0)
    relaxed.sweep(pick, fixed)
    best.set(relaxed.best)
    const costs = costsOf(pick, fixed, true)
    const shared = memories()
    let whole: ReturnType<typeof solve>
    try {
      whole = solve(costs, shared)
    } catch (error) {
      if (!(error instanceof LazyRulesTooHard)) throw error
      unproved.fill(1)
      return packed(costs.down[root]!)
    }
    const reached = new Float64Array(price.length).fill(Infinity)
    const take = (r: number, product: Int32Array, cost: number) => {
      for (let v = 0; v < variables; v++)
        if (regionOf[v] === r && product[v]! >= 0)
          reached[firstValue[v]! + product[v]!] = Math.min(reached[firstValue[v]! + product[v]!]!, cost)
    }
    regions.forEach((_, r) => take(r, whole.product, whole.each[r]!))
    // What the lazy rules of other regions add to each region's costs.
    const extra = regions.map((top, r) => whole.each[r]! - costs.down[top]!)
    for (let v = 0; v < variables; v++) {
      const r = regionOf[v]!
      const top = regions[r]!
      const others =
        whole.cost === Infinity ? Infinity : extra.reduce((sum, each, at) => sum + (at === r ? 0 : each), 0)
      const elsewhere = costs.down[root]! - costs.down[top]!
      for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++) {
        if (whole.cost === Infinity || changesOf(relaxed.best[i]!) < 0) {
          best[i] = packed(Infinity)
          continue
        }
        let own = relaxed.best[i]! - elsewhere
        if (lazyOf[r]!.length > 0 && reached[i]! > own) {
          const only = costs.value.slice()
          for (let j = firstValue[v]!; j < firstValue[v + 1]!; j++) if (j !== i) only[j] = Infinity
          const here = passDown(only)
          const above = new Map<number, Known>()
          const memory: Memory = (node) => (height[node]! < heightOf[v]! ? shared[r]!(node) : above)
          try {
            const known = search(top, starts()[r]!, here, reached[i]!, memory)
            own = Math.min(known.cost, reached[i]!)
            if (known.isExact && known.cost < Infinity) {
              const product = new Int32Array(variables).fill(-1)
              follow(top, starts()[r]!, memory, product)
              take(r, product, known.cost)
            }
          } catch (error) {
            if (!(error instanceof LazyRulesTooHard)) throw error
            unproved[i] = 1
          }
        }
        best[i] = packed(own + elsewhere + others)
      }
    }
    return packed(whole.cost)
  }

  const fewestChanges: Machine['fewestChanges'] = (pick, fixed) => {
    begin()
    return changesOf(packed(solve(costsOf(pick, fixed, false), memories()).cost))
  }
  const keeps = (product: Int32Array) =>
    regions.every((top, r) => {
      let tuple = starts()[r]!
      for (const v of inOrder[r]!) if (tuple >= 0) tuple = step(tuple, v, firstValue[v]! + product[v]!)
      return top === 0 || tuple >= 0
    })
  const inOrder = regions.map((_, r) =>
    [...heightOf.keys()].filter((v) => regionOf[v] === r).sort((a, b) => heightOf[b]! - heightOf[a]!),
  )

  const designWithin: Machine['design'] = (pick, fixed, defaults) => {
    const easy = relaxed.design(pick, fixed, defaults)
    if (easy === undefined || keeps(easy)) return easy
    const taken = pick.slice()
    const hard = fixed.slice()
    const changes = () => solve(costsOf(taken, hard, false), memories())
    let last = changes()
    if (last.cost === Infinity) return undefined
    const least = last.cost
    for (let v = 0; v < defaults.length; v++) {
      if (defaults[v]! < 0 || pick[v]! >= 0) continue
      taken[v] = defaults[v]!
      hard[v] = 1
      if (last.product[v] === defaults[v]) continue
      const next = changes()
      if (next.cost === least) last = next
      else {
        taken[v] = -1
        hard[v] = 0
      }
    }
    return solve(costsOf(taken, hard, true), memories()).product
  }
  const base = terms.reduce((sum, { variable, amounts }) => sum + (variable < 0 ? amounts[0]! : 0), 0)
  const totalOf = (product: Int32Array) => {
    let cents = base
    for (let v = 0; v < variables; v++) cents += weights[firstValue[v]! + product[v]!]!
    return cents
  }

  const countFrom = (top: number, start: number, pick: Int32Array): bigint => {
    const counts = new Map<number, bigint>()
    const of = (node: number, tuple: number) => (node === 0 ? 1n : counts.get(keyOf(node, tuple)))
    const stack: [number, number][] = [[top, start]]
    while (stack.length > 0) {
      const [node, tuple] = stack.at(-1)!
      if (of(node, tuple) !== undefined) {
        stack.pop()
        continue
      }
      const variable = kind[node]!
      let sum = 0n
      let ready = true
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
        const values = new Map<number, number>()
        for (let m = setStart[edgeSet[e]!]!; m < setStart[edgeSet[e]! + 1]!; m++) {
          const value = setMembers[m]!
          if (pick[variable]! >= 0 && value - firstValue[variable]! !== pick[variable]) continue
          const next = step(tuple, variable, value)
          if (next >= 0) values.set(next, (values.get(next) ?? 0) + 1)
        }
        for (const [next, times] of values) {
          const below = of(edgeChild[e]!, next)
          if (below === undefined) {
            stack.push([edgeChild[e]!, next])
            ready = false
          } else sum += BigInt(times) * below
        }
      }
      if (!ready) continue
      spend(1)
      stack.pop()
      counts.set(keyOf(node, tuple), sum)
    }
    return of(top, start)!
  }

  return {
    diagram,
    sweep,
    best,
    unproved,
    fewestChanges,
    changesOf,
    centsOf,
    count: (pick) => {
      begin()
      return regions.reduce((all, top, r) => all * countFrom(top, starts()[r]!, pick), 1n)
    },
    countAtMost: relaxed.count,
    walk: (pick) => relaxed.walk(pick) && keeps(pick),
    design: (pick, fixed, defaults) => {
      begin()
      return designWithin(pick, fixed, defaults)
    },
    designCents: (pick, fixed, defaults) => {
      begin()
      const easy = relaxed.designCents(pick, fixed, defaults)
      const cents = new Float64Array(price.length).fill(NaN)
      const taken = pick.slice()
      const hard = fixed.slice()
      for (let v = 0; v < diagram.options; v++) {
        for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++) {
          if (Number.isNaN(easy[i]!)) continue
          taken[v] = i - firstValue[v]!
          hard[v] = 1
          try {
            const product = designWithin(taken, hard, defaults)
            const kept = product?.every(
              (value, at) => at >= diagram.options || taken[at]! < 0 || taken[at] === value,
            )
            if (product && kept === true) cents[i] = totalOf(product)
          } catch (error) {
            // Unknown is left out, like a value that needs another change.
            if (!(error instanceof LazyRulesTooHard)) throw error
          }
        }
        taken[v] = pick[v]!
        hard[v] = fixed[v]!
      }
      return cents
    },
  }
}
