/** Proofs over all buildable products: that exactly one of several conditions holds, or at most one; else a counterexample. */
import { optionsOf } from './formulaDiagram.ts'
import type { Layout } from './layout.ts'
import type { Formula, PriceTerm, Problem, ProductModel, Value } from './model.ts'

type Product = Readonly<Record<string, Value>>

export interface Prover {
  /** `undefined`: proved. Otherwise a buildable product for which none (`nothing`) or more than one (`several`) holds. */
  readonly exactlyOne: (
    conditions: readonly Formula[],
    optional: boolean,
  ) => { readonly says: 'nothing' | 'several'; readonly product: Product } | undefined
}

/** `groups`: the joined rules, price variables and lazy rules left out; `lazy`: handles of the latter. Joining anything else afterwards voids the prover. */
export function createProver(
  layout: Layout,
  groups: ReadonlyMap<number, number>,
  groupOf: Int32Array,
  lazy: readonly number[] = [],
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
    // Lazy rules only where there would be a counterexample without them: with all of them the diagram may be too big.
    for (const handle of lazy) {
      if (node === 0) return undefined
      for (const option of support(bench.node(handle))) {
        const group = groupOf[option]!
        if (!involved.has(group)) node = builder.and(node, groupNodes.get(group)!)
        involved.add(group)
      }
      node = builder.and(node, bench.node(handle))
    }
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

/** A price term or position that does not say exactly one thing about this buildable product. */
export interface Counterexample {
  readonly kind: 'price' | 'bom'
  /** Id of the price term or name of the position. */
  readonly id: string
  readonly says: 'nothing' | 'several'
  readonly product: Readonly<Record<string, Value>>
}

export interface Proofs {
  readonly problems: readonly Problem[]
  readonly counterexamples: readonly Counterexample[]
  /** The price terms that say exactly one amount, in their order. */
  readonly proved: readonly PriceTerm[]
}

/** Proves price terms and positions of the bill of materials over all buildable products. Pure. */
export function proveAll(model: ProductModel, terms: readonly PriceTerm[], prover: Prover): Proofs {
  const problems: Problem[] = []
  const counterexamples: Counterexample[] = []
  const described = (conditions: readonly Formula[], product: Product) => {
    const used = new Set(conditions.flatMap(optionsOf))
    const named = model.options.filter((_, o) => used.has(o))
    return named.map(({ id }) => `${id} = ${product[id]}`).join(', ')
  }
  const proved = terms.filter((term) => {
    const conditions = term.alternatives.map(({ when }) => when)
    const gap = prover.exactlyOne(conditions, false)
    if (gap === undefined) return true
    const fault = gap.says === 'nothing' ? 'gives no amount' : 'gives several amounts'
    counterexamples.push({ kind: 'price', id: term.id, ...gap })
    problems.push({
      ...term.where,
      ruleId: term.id,
      message: `price "${term.id}" ${fault} for a buildable product: ${described(conditions, gap.product)}`,
    })
    return false
  })
  for (const position of model.bom) {
    const conditions = position.lines.map(({ when }) => when)
    const gap = prover.exactlyOne(
      position.unless ? [...conditions, position.unless] : conditions,
      position.optional,
    )
    if (gap === undefined) continue
    const fault = gap.says === 'nothing' ? 'has no line' : 'has several lines'
    counterexamples.push({ kind: 'bom', id: position.position, ...gap })
    problems.push({
      ...position.where,
      ruleId: position.position,
      message: `position "${position.position}" ${fault} for a buildable product: ${described(conditions, gap.product)}`,
    })
  }
  return { problems, counterexamples, proved }
}
