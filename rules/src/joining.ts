/** Joins constraints into one diagram per group of connected variables, and remembers what each constraint cost. */
import { budgetExceeded, createDiagramBuilder } from './diagramBuilder.ts'
import type { Budget, DiagramBuilder } from './diagramBuilder.ts'

/** A workbench whose diagrams have handles that stay good when it throws unused nodes away. */
export interface Workbench {
  readonly builder: DiagramBuilder
  readonly node: (handle: number) => number
  /** Runs `make`, keeps its node and books the nodes it made on `name`. */
  readonly keep: (name: string, make: () => number) => number
  /** Gives up a diagram; its handle is void. */
  readonly drop: (handle: number) => void
  /**
   * The conjunction of diagrams, deepest first: those with the same variable on top with each other, then with what is there, to
   * which they only add levels on top (buckets as in Dechter 1999). Where that goes too far, one by one, deepest first or from the top.
   */
  readonly join: (handles: readonly number[]) => number
  /** Steps spent and nodes made for each name, most steps first. */
  readonly costs: () => { name: string; steps: number; nodes: number }[]
}

/** Steps for joining one way before it is tried another way, then three times as many, and so on. */
const firstPatience = 2_000_000

/** Nodes above which a workbench looks for unused ones. */
const roomy = 1 << 18

export function createWorkbench(sizes: readonly number[], budget: Budget): Workbench {
  const limits = { ...budget }
  const builder = createDiagramBuilder(sizes, limits)
  let live: number[] = []
  const names: string[] = []
  const booked = new Map<string, { steps: number; nodes: number }>()
  let limit = roomy
  const book = (name: string, make: () => number) => {
    const before = { steps: builder.steps(), nodes: builder.nodes() }
    try {
      return make()
    } finally {
      const { steps, nodes } = booked.get(name) ?? { steps: 0, nodes: 0 }
      booked.set(name, {
        steps: steps + builder.steps() - before.steps,
        nodes: nodes + builder.nodes() - before.nodes,
      })
    }
  }
  const keep = (name: string, make: () => number) => {
    names.push(name)
    return live.push(book(name, make)) - 1
  }
  return {
    builder,
    node: (handle) => live[handle]!,
    keep,
    drop: (handle) => void (live[handle] = 0),
    join: (handles) => {
      const all = keep('', () => 1)
      const part = keep('', () => 0)
      const depths = new Map(handles.map((handle) => [handle, builder.support(live[handle]!).at(-1) ?? -1]))
      const deepestFirst = handles.toSorted(
        (a, b) => builder.level(live[b]!) - builder.level(live[a]!) || a - b,
      )
      const topFirst = handles.toSorted((a, b) => depths.get(a)! - depths.get(b)! || a - b)
      const join = (to: number, name: string, other: number) => {
        live[to] = book(name, () => builder.and(live[to]!, other))
        if (builder.nodes() < limit) return
        live = builder.collect(live)
        limit = Math.max(roomy, builder.nodes() * 2)
      }
      const oneByOne = (order: readonly number[]) => () => {
        for (const handle of order) join(all, names[handle]!, live[handle]!)
      }
      const levelOf = (at: number) => builder.level(live[deepestFirst[at]!]!)
      const byTop = () => {
        for (let at = 0; at < deepestFirst.length;) {
          const level = levelOf(at)
          live[part] = 1
          for (; at < deepestFirst.length && levelOf(at) === level; at++)
            join(part, names[deepestFirst[at]!]!, live[deepestFirst[at]!]!)
          join(all, names[deepestFirst[at - 1]!]!, live[part])
        }
      }
      const ways = [byTop, oneByOne(deepestFirst), oneByOne(topFirst)]
      for (let attempt = 0; ; attempt++) {
        limits.steps = Math.min(budget.steps, builder.steps() + firstPatience * 3 ** attempt)
        let joined = true
        try {
          ways[attempt % ways.length]!()
        } catch (error) {
          const isLast = limits.steps >= budget.steps || budget.expired?.() === true
          if (error !== budgetExceeded || isLast) throw error
          // Started over another way: which one stays small depends on where the tight rules are.
          live[all] = 1
          joined = false
        }
        live[part] = 0
        if (joined) {
          limits.steps = budget.steps
          return all
        }
        live = builder.collect(live)
      }
    },
    costs: () =>
      [...booked]
        .filter(([name]) => name !== '')
        .map(([name, cost]) => ({ name, ...cost }))
        .sort((a, b) => b.steps - a.steps),
  }
}

/** Groups `count` things that share members of `edges`; gives each thing the smallest number of its group. */
export function connected(count: number, edges: Iterable<readonly number[]>): Int32Array {
  const parent = Int32Array.from({ length: count }, (_, i) => i)
  const find = (i: number) => {
    let root = i
    while (parent[root] !== root) root = parent[root]!
    for (let next = i; parent[next] !== root;) {
      const after = parent[next]!
      parent[next] = root
      next = after
    }
    return root
  }
  for (const edge of edges)
    for (const member of edge) {
      const a = find(edge[0]!)
      const b = find(member)
      parent[Math.max(a, b)] = Math.min(a, b)
    }
  return parent.map((_, i) => find(i))
}
