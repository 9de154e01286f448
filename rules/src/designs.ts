/**
 * Completes a selection to the design a shopper sees: fewest changes, then the suggested values in file order, each only while
 * still valid, then the cheapest. One pass for all of it: costs are compared lane after lane (changes and suggestions as
 * bits, most important first; price last), so no default is tried by hand and none locks another.
 */
import type { Diagram } from './diagram.ts'
import type { Machine } from './ruleMachine.ts'

/** More than any possible cost of a lane. */
const dead = 2 ** 52
/** A lane holds 36 suggestions as bits; the first also changes · 2^36, exact for 32,767 changes. */
const laneBits = 36
const change = 2 ** laneBits

/** `price` per flat value from its variable's cheapest upwards, `base` what every product costs besides. */
export function createDesigner(
  diagram: Diagram,
  price: Float64Array,
  base: number,
): Pick<Machine, 'design' | 'designCents'> {
  const { options, firstValue, setStart, setMembers, setVariable, kind, edgeStart, edgeSet, edgeChild } =
    diagram
  const variables = firstValue.length - 1
  const nodes = kind.length
  const sets = setVariable.length
  const root = diagram.roots[0]!
  let lanes = 0
  let down = new Float64Array(0)
  let up = down
  let via = down
  let setCost = down
  let cost = down
  let best = down

  /** Puts a + b - c where it is less than what is there. */
  const lower = (
    to: Float64Array,
    at: number,
    a: Float64Array,
    i: number,
    b: Float64Array,
    j: number,
    c = down,
    k = 0,
  ) => {
    let less = false
    for (let lane = 0; lane < lanes; lane++) {
      const total = a[i + lane]! + b[j + lane]! - c[k + lane]!
      if (!less) {
        if (total > to[at + lane]!) return
        if (total === to[at + lane]!) continue
        less = true
      }
      to[at + lane] = total
    }
  }
  const kill = (array: Float64Array, from: number) => {
    array.fill(0, from)
    for (let i = from; i < array.length; i += lanes) array[i] = dead
  }

  const passDown = (pick: Int32Array, fixed: Uint8Array, defaults: Int32Array) => {
    const open = (v: number) => v < options && defaults[v]! >= 0 && pick[v]! < 0
    let suggested = 0
    for (let v = 0; v < options; v++) if (open(v)) suggested++
    const needed = Math.max(1, Math.ceil(suggested / laneBits)) + 1
    if (needed !== lanes) {
      lanes = needed
      down = new Float64Array(lanes * nodes)
      up = new Float64Array(lanes * nodes)
      via = new Float64Array(lanes * sets)
      setCost = new Float64Array(lanes * sets)
      cost = new Float64Array(lanes * price.length)
      best = new Float64Array(lanes * price.length)
    }
    cost.fill(0)
    let rank = 0
    for (let v = 0; v < variables; v++) {
      const bit = open(v) ? rank++ : -1
      const first = firstValue[v]!
      for (let i = first; i < firstValue[v + 1]!; i++) {
        cost[i * lanes + lanes - 1] = price[i]!
        if (bit >= 0 && i - first !== defaults[v])
          cost[i * lanes + Math.floor(bit / laneBits)]! += 2 ** (laneBits - 1 - (bit % laneBits))
        if (pick[v]! >= 0 && i - first !== pick[v]) cost[i * lanes]! += fixed[v] === 1 ? dead : change
      }
    }
    // Node 0, the end, costs nothing: it also serves as the zero of all lanes.
    kill(down, lanes)
    kill(setCost, 0)
    for (let s = 0; s < sets; s++)
      for (let m = setStart[s]!; m < setStart[s + 1]!; m++)
        lower(setCost, s * lanes, cost, setMembers[m]! * lanes, down, 0)
    for (let node = 1; node < nodes; node++) {
      const at = node * lanes
      if (kind[node]! < 0) down[at] = 0
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
        const child = edgeChild[e]! * lanes
        if (kind[node]! >= 0) lower(down, at, setCost, edgeSet[e]! * lanes, down, child)
        else for (let lane = 0; lane < lanes; lane++) down[at + lane]! += down[child + lane]!
      }
    }
    return down[root * lanes]! < dead / 2
  }
  const same = (at: number, a: Float64Array, i: number, j: number) => {
    for (let lane = 0; lane < lanes; lane++)
      if (down[at + lane] !== a[i + lane]! + down[j + lane]!) return false
    return true
  }

  const design: Machine['design'] = (pick, fixed, defaults) => {
    if (!passDown(pick, fixed, defaults)) return undefined
    const taken = new Int32Array(variables)
    const stack = [root]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node === 0) continue
      let e = edgeStart[node]!
      if (kind[node]! < 0) {
        for (; e < edgeStart[node + 1]!; e++) stack.push(edgeChild[e]!)
        continue
      }
      while (!same(node * lanes, setCost, edgeSet[e]! * lanes, edgeChild[e]! * lanes)) e++
      const set = edgeSet[e]!
      let m = setStart[set]!
      const costs = (value: number) => {
        for (let lane = 0; lane < lanes; lane++)
          if (cost[value * lanes + lane] !== setCost[set * lanes + lane]) return false
        return true
      }
      while (!costs(setMembers[m]!)) m++
      taken[kind[node]!] = setMembers[m]! - firstValue[kind[node]!]!
      stack.push(edgeChild[e]!)
    }
    return taken
  }

  const designCents: Machine['designCents'] = (pick, fixed, defaults) => {
    const cents = new Float64Array(price.length).fill(NaN)
    if (!passDown(pick, fixed, defaults)) return cents
    kill(up, 0)
    kill(via, 0)
    kill(best, 0)
    up[root * lanes] = 0
    for (let node = nodes - 1; node > 0; node--) {
      const at = node * lanes
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
        const child = edgeChild[e]! * lanes
        if (kind[node]! >= 0) {
          lower(via, edgeSet[e]! * lanes, up, at, down, child)
          lower(up, child, up, at, setCost, edgeSet[e]! * lanes)
        } else lower(up, child, up, at, down, at, down, child)
      }
    }
    for (let s = 0; s < sets; s++)
      for (let m = setStart[s]!; m < setStart[s + 1]!; m++)
        lower(best, setMembers[m]! * lanes, via, s * lanes, cost, setMembers[m]! * lanes)
    for (let v = 0; v < options; v++)
      for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++) {
        // Its own change of a pick is the tap itself.
        const own = pick[v]! >= 0 && i - firstValue[v]! !== pick[v] && fixed[v] === 0 ? change : 0
        if (best[i * lanes]! - own < change) cents[i] = base + best[i * lanes + lanes - 1]!
      }
    return cents
  }
  return { design, designCents }
}
