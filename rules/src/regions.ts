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

export function createRegions(): Regions {
  const made: (Choice | readonly number[])[] = [[]]
  const known = new Map<string, number>()
  const once = (key: string, node: Choice | readonly number[]): number => {
    const before = known.get(key)
    if (before !== undefined) return before
    known.set(key, made.length)
    return made.push(node) - 1
  }
  return {
    choice: (variable, edges) =>
      once(`${variable}|${edges.map(({ values, child }) => `${values.join()}:${child}`).join('|')}`, {
        variable,
        edges,
      }),
    all: (children) => {
      const own = [...new Set(children)].filter((child) => child !== 0).sort((a, b) => a - b)
      return own.length < 2 ? (own[0] ?? 0) : once(own.join(), own)
    },
    nodes: () => made.length,
    freeze: (root, freezer) => {
      const frozen = new Int32Array(made.length).fill(-1)
      const used = new Uint8Array(made.length)
      used[root] = 1
      for (let node = root; node > 0; node--) {
        if (used[node] === 0) continue
        const own = made[node]!
        if ('variable' in own) for (const { child } of own.edges) used[child] = 1
        else for (const child of own) used[child] = 1
      }
      frozen[0] = 0
      for (let node = 1; node <= root; node++) {
        if (used[node] === 0) continue
        const own = made[node]!
        frozen[node] =
          'variable' in own
            ? freezer.choice(
                own.variable,
                own.edges.map(({ values, child }) => ({ values, child: frozen[child]! })),
              )
            : freezer.all(own.map((child) => frozen[child]!))
      }
      return frozen[root]!
    },
  }
}
