/**
 * Nodes of a decision-DNNF on their way into the frozen diagram: equal ones once, and what many *all* nodes hold in common
 * becomes an *all* node of its own.
 */
import type { Freezer } from './freeze.ts'

export interface Regions {
  /** Edges take disjoint values; children are made before. */
  readonly choice: (
    variable: number,
    edges: readonly { readonly values: readonly number[]; readonly child: number }[],
  ) => number
  /** 0, the end, for no children; a single child for itself. */
  readonly all: (children: readonly number[]) => number
  readonly nodes: () => number
  /** Writes everything below `root` and gives its node there. */
  readonly freeze: (root: number, freezer: Freezer) => number
}

interface Choice {
  readonly variable: number
  readonly edges: readonly { readonly values: readonly number[]; readonly child: number }[]
}

/**
 * With `position`, the place of each variable in the order, members stand in that order, so that what lists have in common stands
 * together; and a member on top of all others that says one thing leads on to them, which needs one edge less.
 */
export function createRegions(position?: ArrayLike<number>): Regions {
  const made: (Choice | readonly number[])[] = [[]]
  const known = new Map<string, number>()
  const once = (key: string, node: Choice | readonly number[]): number => {
    const before = known.get(key)
    if (before !== undefined) return before
    known.set(key, made.length)
    return made.push(node) - 1
  }
  const placeOf = (node: number) => {
    const own = made[node]!
    return position !== undefined && 'variable' in own ? position[own.variable]! : 0
  }
  const choice: Regions['choice'] = (variable, edges) =>
    once(`${variable}|${edges.map(({ values, child }) => `${values.join()}:${child}`).join('|')}`, {
      variable,
      edges,
    })
  return {
    choice,
    all: (children) => {
      const own = [...new Set(children)]
        .filter((child) => child !== 0)
        .sort((a, b) => placeOf(a) - placeOf(b) || a - b)
      let from = 0
      const above: Choice[] = []
      for (; position !== undefined && from + 1 < own.length; from++) {
        const member = made[own[from]!]!
        if (!('variable' in member) || member.edges.length !== 1 || member.edges[0]!.child !== 0) break
        above.push(member)
      }
      const rest = own.slice(from)
      return above.reduceRight(
        (child, { variable, edges }) => choice(variable, [{ values: edges[0]!.values, child }]),
        rest.length < 2 ? (rest[0] ?? 0) : once(rest.join(), rest),
      )
    },
    nodes: () => made.length,
    freeze: (root, freezer) => {
      const used = new Uint8Array(made.length)
      used[root] = 1
      const lists: (readonly number[])[] = []
      for (let node = root; node > 0; node--) {
        if (used[node] === 0) continue
        const own = made[node]!
        if ('variable' in own) for (const { child } of own.edges) used[child] = 1
        else for (const child of own) used[child] = 1
        if (!('variable' in own)) lists[node] = own
      }
      const { listOf } = shareRuns(lists, made.length)
      const frozen = new Map<number, number>([[0, 0]])
      const stack = [root]
      while (stack.length > 0) {
        const node = stack.at(-1)!
        const own = listOf(node) ?? (made[node] as Choice)
        const children = 'variable' in own ? own.edges.map(({ child }) => child) : own
        const missing = children.filter((child) => !frozen.has(child))
        if (missing.length > 0) {
          stack.push(...missing.reverse())
          continue
        }
        stack.pop()
        if (frozen.has(node)) continue
        frozen.set(
          node,
          'variable' in own
            ? freezer.choice(
                own.variable,
                own.edges.map(({ values, child }) => ({ values, child: frozen.get(child)! })),
              )
            : freezer.all(own.map((child) => frozen.get(child)!)),
        )
      }
      return frozen.get(root)!
    },
  }
}

/** A pair of neighbours must stand in so many lists to become a node: fewer gain nothing. */
const leastUses = 3
/** Rounds of pairing; each at most halves what can still be gained. */
const mostRounds = 16

/**
 * Replaces runs that many lists have in common by lists of their own, most frequent pairs first (grammar compression
 * as in Larsson and Moffat, *Off-line dictionary-based compression*, 2000). `lists[node]`: the members of an *all* node.
 * Gives the list of every node, old or new (from `first` on).
 */
function shareRuns(
  lists: readonly (readonly number[] | undefined)[],
  first: number,
): { readonly listOf: (node: number) => readonly number[] | undefined } {
  const work = new Map<number, number[]>()
  lists.forEach((list, node) => list && work.set(node, [...list]))
  const pairs: [number, number][] = []
  for (let round = 0; round < mostRounds; round++) {
    const space = first + pairs.length + 1
    const counts = new Map<number, number>()
    for (const list of work.values())
      for (let i = 1; i < list.length; i++) {
        const key = list[i - 1]! * space + list[i]!
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    const names = new Map<number, number>()
    for (const list of work.values()) {
      let end = 0
      for (let i = 0; i < list.length; i++) {
        const key = i + 1 < list.length ? list[i]! * space + list[i + 1]! : -1
        const uses = counts.get(key) ?? 0
        const after = i + 2 < list.length ? counts.get(list[i + 1]! * space + list[i + 2]!)! : 0
        if (uses < leastUses || after > uses) {
          list[end++] = list[i]!
          continue
        }
        let name = names.get(key)
        if (name === undefined) {
          name = first + pairs.length
          pairs.push([list[i]!, list[i + 1]!])
          names.set(key, name)
        }
        list[end++] = name
        i++
      }
      list.length = end
    }
    if (names.size === 0) break
  }
  // A pair that ended up in one place only is written out there.
  const uses = new Int32Array(pairs.length)
  const use = (member: number) => {
    if (member >= first) uses[member - first]!++
  }
  for (const list of work.values()) list.forEach(use)
  for (const pair of pairs) pair.forEach(use)
  const written = (list: readonly number[]): number[] => {
    const out: number[] = []
    const open = list.toReversed()
    for (let next = open.pop(); next !== undefined; next = open.pop())
      if (next >= first && uses[next - first]! < 2)
        open.push(pairs[next - first]![1], pairs[next - first]![0])
      else out.push(next)
    return out
  }
  return {
    listOf: (node) => {
      const list = node >= first ? pairs[node - first] : work.get(node)
      return list && written(list)
    },
  }
}
