/** Proofs over all buildable products: that exactly one of several conditions holds, or at most one; else a counterexample. */
import type { Layout } from './layout.ts'
import type { Formula, Value } from './model.ts'

export type Product = Readonly<Record<string, Value>>

export interface Prover {
  /** `undefined`: proved. Otherwise a buildable product for which none (`nothing`) or more than one (`several`) holds. */
  readonly exactlyOne: (
    conditions: readonly Formula[],
    optional: boolean,
  ) => { readonly says: 'nothing' | 'several'; readonly product: Product } | undefined
}

/** `groups`: the joined rules, price variables left out. Joining anything else afterwards voids the prover. */
export function createProver(
  layout: Layout,
  groups: ReadonlyMap<number, number>,
  groupOf: Int32Array,
): Prover {
  const { bench, order, plan, diagram, support } = layout
  const { builder } = bench
  const options = plan.model.options
  const groupNodes = new Map([...groups].map(([group, handle]) => [group, bench.node(handle)]))
  const buildable = [...groupNodes.values()].every((node) => node !== 0)

  /** A product of a diagram that is not false: defaults where they fit, else the first value. */
  const take = (root: number, product: Map<number, number>) => {
    let node = root
    while (node > 1) {
      const level = builder.level(node)
      const option = order[level]!
      let value = options[option]!.default ?? 0
      if (builder.child(node, value) === 0) for (value = 0; builder.child(node, value) === 0;) value++
      product.set(option, value)
      node = builder.child(node, value)
    }
  }
  const productWith = (condition: number): Product | undefined => {
    if (condition === 0 || !buildable) return undefined
    let node = condition
    const involved = new Set(support(condition).map((option) => groupOf[option]!))
    for (const group of involved) node = builder.and(node, groupNodes.get(group)!)
    if (node === 0) return undefined
    const taken = new Map<number, number>()
    take(node, taken)
    for (const [group, rules] of groupNodes) if (!involved.has(group)) take(rules, taken)
    return Object.fromEntries(
      options.map((option, o) => [option.id, option.values[taken.get(o) ?? option.default ?? 0]!]),
    )
  }
  return {
    exactlyOne: (conditions, optional) => {
      let any = 0
      for (const condition of conditions) {
        const node = diagram(condition)
        const product = productWith(builder.and(any, node))
        if (product !== undefined) return { says: 'several', product }
        any = builder.or(any, node)
      }
      const product = optional ? undefined : productWith(builder.not(any))
      return product === undefined ? undefined : { says: 'nothing', product }
    },
  }
}
