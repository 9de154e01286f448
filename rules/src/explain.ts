/**
 * Why choices do not fit, and the ways out. The rule machine is the oracle: whether sets of choices fit is half a pass, for 32
 * of them at once.
 *
 * A conflict is minimal: leave out any choice (the one QuickXplain prefers, Junker 2004) or any rule and the rest fits. A
 * repair is a minimal set of choices to change: such sets hit every conflict (Reiter 1987), and are found in order of size
 * because the machine also tells how many changes are still missing.
 */
import type { Machine } from './ruleMachine.ts'

/** Choices by variable; `fixed` ones (context, a value just tapped) are never given up. */
export interface Clash {
  readonly machine: Machine
  readonly pick: Int32Array
  readonly fixed: Uint8Array
}

export interface RepairFound {
  /** Variable -> new value. */
  readonly change: ReadonlyMap<number, number>
  /** Gross total of the completed design after it. */
  readonly cents: number
}

const softOf = ({ pick, fixed }: Clash) => [...pick.keys()].filter((v) => pick[v]! >= 0 && fixed[v] === 0)

/** The clash with only these soft picks. */
function withOnly({ machine, pick, fixed }: Clash, soft: readonly number[]): Clash {
  const left = pick.map((value, v) => (fixed[v] === 1 ? value : -1))
  for (const v of soft) left[v] = pick[v]!
  return { machine, pick: left, fixed }
}

const missing = ({ machine, pick, fixed }: Clash) => machine.fewestChanges(pick, fixed)

/** Answers for each length whether the fixed picks, `kept` and so many of `open` fit together, as bits. */
type Asking = {
  readonly atOnce: number
  readonly ask: (kept: readonly number[], open: readonly number[], lengths: readonly number[]) => number
}

/** About the picks of a clash and parts of them; the next one ends those before. */
function askingAbout(clash: Clash): Asking {
  const { machine, pick, fixed } = clash
  const answers = machine.questions?.(pick)
  if (answers === undefined)
    return {
      atOnce: 1,
      ask: (kept, open, [length]) =>
        missing(withOnly(clash, [...kept, ...open.slice(0, length)])) === 0 ? 1 : 0,
    }
  const asked = new Int32Array(pick.length)
  return {
    atOnce: 32,
    ask: (kept, open, lengths) => {
      for (let v = 0; v < asked.length; v++) asked[v] = -fixed[v]!
      for (const v of kept) asked[v] = -1
      open.forEach((v, at) => lengths.forEach((length, q) => (asked[v]! |= at < length ? 1 << q : 0)))
      return answers(asked)
    },
  }
}

/**
 * A minimal set of soft picks that does not fit, `undefined` when all do; empty when the fixed ones do not fit alone. The pick
 * with which the first ones stop fitting belongs to it; given that one, the same is asked of those before it.
 */
function minimalChoices({ ask, atOnce }: Asking, soft: readonly number[]): number[] | undefined {
  const conflict: number[] = []
  let open = soft
  for (;;) {
    // So many of the open ones fit, and so many do not; as many lengths between are tried as can be asked at once.
    let fits = -1
    let clashes = open.length + (conflict.length > 0 ? 0 : 1)
    while (clashes - fits > 1) {
      const count = Math.min(clashes - fits - 1, atOnce)
      const step = (clashes - fits) / (count + 1)
      const from = fits
      const lengths = Array.from({ length: count }, (_, q) => from + Math.round((q + 1) * step))
      const answers = ask(conflict, open, lengths)
      let q = 0
      while (q < count && (answers & (1 << q)) !== 0) fits = lengths[q++]!
      if (q < count) clashes = lengths[q]!
    }
    if (clashes > open.length) return undefined
    if (clashes === 0) return conflict.sort((a, b) => a - b)
    conflict.push(open[clashes - 1]!)
    open = open.slice(0, clashes - 1)
  }
}

/** Several different minimal conflicts, at most `limit`: one more behind each choice left out. None when all fits. */
export function conflictsOf(clash: Clash, limit: number): number[][] {
  const found: number[][] = []
  const soft = softOf(clash)
  const asking = askingAbout(clash)
  const seen = new Set<string>()
  const queue: number[][] = [[]]
  for (let next = 0; next < queue.length && found.length < limit; next++) {
    const out = queue[next]!
    const left = soft.filter((v) => !out.includes(v))
    const conflict =
      found.find((known) => !known.some((v) => out.includes(v))) ?? minimalChoices(asking, left)
    if (conflict === undefined) continue
    if (!found.includes(conflict)) found.push(conflict)
    for (const v of conflict) {
      const more = [...out, v].sort((a, b) => a - b)
      if (!seen.has(more.join())) queue.push(more)
      seen.add(more.join())
    }
  }
  return found
}

/** Searches no further for more repairs after this many sets of choices, once one is found. */
const enough = 2_000

/** Every minimal set of soft picks to give up, smallest first, until `limit` are found and all of that size. */
export function smallestRepairs(clash: Clash, limit: number): number[][] {
  const soft = softOf(clash)
  const asking = askingAbout(clash)
  const found: number[][] = []
  const conflicts: number[][] = []
  const seen = new Set<string>()
  // By size of the smallest repair that contains the set: sets of one size are all looked at before any larger.
  const waiting: { out: number[]; rest: Clash; left: number }[][] = []
  const wait = (out: number[]) => {
    const rest = withOnly(
      clash,
      soft.filter((v) => !out.includes(v)),
    )
    const left = missing(rest)
    if (left >= 0) (waiting[out.length + left] ??= []).push({ out, rest, left })
  }
  wait([])
  let looked = 0
  for (let size = 0; size < waiting.length && found.length < limit; size++) {
    const now = waiting[size] ?? []
    for (let next = 0; next < now.length; next++) {
      const { out, rest, left } = now[next]!
      if (found.length > 0 && ++looked > enough) return found
      if (found.some((smaller) => smaller.every((v) => out.includes(v)))) continue
      if (left === 0) {
        found.push(out)
        continue
      }
      let conflict = conflicts.find((known) => !known.some((v) => out.includes(v)))
      if (conflict === undefined) conflicts.push((conflict = minimalChoices(asking, softOf(rest))!))
      for (const v of conflict) {
        const more = [...out, v].sort((a, b) => a - b)
        if (!seen.has(more.join())) wait(more)
        seen.add(more.join())
      }
    }
  }
  return found
}

/** Passes for the new values of one repair: plenty for a few options, and an end for a dozen. */
const passes = 1_000

/**
 * The new values for the picks given up that make the completed design cheapest: all combinations, cheapest product first,
 * cut off where even that would cost more. Among equals the first found. Where a dozen picks must go at once the search ends
 * with the best of the first thousand passes.
 */
export function cheapestChange(
  clash: Clash,
  out: readonly number[],
  defaults: Int32Array,
): RepairFound | undefined {
  const { machine } = clash
  const { firstValue } = machine.diagram
  const pick = clash.pick.slice()
  const hard = Uint8Array.from(pick, (value) => (value >= 0 ? 1 : 0))
  for (const v of out) {
    pick[v] = -1
    hard[v] = 0
  }
  let best: RepairFound | undefined
  let spent = 0
  const last = out.length - 1
  const search = (depth: number) => {
    spent++
    const v = out[depth]!
    const size = firstValue[v + 1]! - firstValue[v]!
    const from = firstValue[v]!
    if (depth === last) {
      const cents = machine.designCents(pick, hard, defaults)
      for (let value = 0; value < size; value++)
        if (cents[from + value]! < (best?.cents ?? Infinity)) {
          const change = new Map(out.map((each) => [each, each === v ? value : pick[each]!]))
          best = { change, cents: cents[from + value]! }
        }
      return
    }
    machine.sweep(pick, hard)
    const bounds = Array.from({ length: size }, (_, value) => machine.best[from + value]!)
    const order = [...bounds.keys()]
      .filter((value) => machine.changesOf(bounds[value]!) === 0)
      .sort((a, b) => bounds[a]! - bounds[b]! || a - b)
    hard[v] = 1
    for (const value of order) {
      if (best !== undefined && (spent > passes || machine.centsOf(bounds[value]!) >= best.cents)) break
      pick[v] = value
      search(depth + 1)
    }
    pick[v] = -1
    hard[v] = 0
  }
  search(0)
  return best
}
