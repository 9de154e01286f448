/**
 * A feature model of the size and kind car makers have: a tree of features with mandatory and optional ones, or-groups and
 * alternatives, and many implications, exclusions and longer clauses, most of them inside some subtrees. Grown from a seed.
 *
 * A few products are drawn along with the tree and every constraint must allow them all, so that hardly any feature is dead.
 */

export interface FeatureModelShape {
  readonly features: number
  /** Clauses, those of the tree included. */
  readonly clauses: number
  /** Subtrees that the constraints across the tree keep to, and their size. */
  readonly subtrees: number
  readonly subtreeFeatures: number
}

/** 2,513 features and 10,275 clauses. */
export const automotiveShape: FeatureModelShape = {
  features: 2_513,
  clauses: 10_275,
  subtrees: 25,
  subtreeFeatures: 120,
}

/** Products every constraint allows. */
const witnesses = 24

/** The model as DIMACS. The same seed and shape give the same text. */
export function featureModelDimacs(seed: number, shape: FeatureModelShape = automotiveShape): string {
  let state = seed >>> 0
  const next = (bound: number): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) % bound
  }
  const pick = <T>(of: readonly T[]): T => of[next(of.length)]!
  const clauses: number[][] = [[1]]
  const children: number[][] = [[], []]
  /** Per product, whether it has each feature. */
  const products = Array.from({ length: witnesses }, () => [false, true])
  let features = 1
  const open = [1]
  while (features < shape.features) {
    const parent = open.splice(next(Math.min(open.length, 40)), 1)[0]!
    const room = shape.features - features
    const kind = next(10)
    const size = Math.min(room, kind < 5 ? 1 + next(6) : 2 + next(kind > 7 ? 16 : 5))
    const own = Array.from({ length: size }, () => ++features)
    children[parent]!.push(...own)
    for (const feature of own) {
      children[feature] = []
      clauses.push([-feature, parent])
    }
    open.push(...own)
    // Every parent may have a second group; the root has as many as it takes.
    if (parent === 1 || next(3) === 0 || open.length === 0) open.push(parent)
    const mandatory = own.filter(() => kind < 5 && next(3) === 0)
    for (const feature of mandatory) clauses.push([-parent, feature])
    if (kind >= 5) clauses.push([-parent, ...own])
    if (kind >= 8) for (const [i, a] of own.entries()) for (const b of own.slice(0, i)) clauses.push([-a, -b])
    for (const product of products) {
      const first = pick(own)
      for (const feature of own)
        product[feature] =
          product[parent] === true &&
          (mandatory.includes(feature) || (kind >= 5 && feature === first) || (kind < 8 && next(5) < 3))
    }
  }
  const below = (root: number): number[] => {
    const found = [root]
    for (const feature of found) found.push(...children[feature]!)
    return found
  }
  const sizes = Array.from({ length: features }, (_, i) => i + 1).filter((feature) => {
    const { length } = below(feature)
    return length > 12 && length <= shape.subtreeFeatures
  })
  // What none of the products has would soon be in none at all.
  const seen = (feature: number) => products.some((product) => product[feature])
  const subtrees = Array.from({ length: shape.subtrees }, () => below(pick(sizes)).filter(seen)).filter(
    (subtree) => subtree.length > 5,
  )
  const holds = (clause: readonly number[], product: readonly boolean[]) =>
    clause.some((literal) => product[Math.abs(literal)] === literal > 0)
  // Most constraints of a subtree are about the same few features of it.
  const hubs = subtrees.map((subtree) => Array.from({ length: 3 }, () => pick(subtree)))
  while (clauses.length < shape.clauses) {
    const at = next(subtrees.length)
    const to = next(30) === 0 ? next(subtrees.length) : at
    const there = next(5) === 0 ? subtrees[to]! : hubs[to]!
    const kind = next(10)
    const more = Array.from({ length: kind < 8 ? 0 : 1 + next(kind === 9 ? 4 : 2) }, () => pick(hubs[to]!))
    const clause = [-pick(subtrees[at]!), kind < 5 || kind > 7 ? pick(there) : -pick(there), ...more]
    if (new Set(clause.map(Math.abs)).size < clause.length) continue
    if (products.every((product) => holds(clause, product))) clauses.push(clause)
  }
  return `p cnf ${features} ${clauses.length}\n${clauses.map((clause) => `${clause.join(' ')} 0`).join('\n')}\n`
}
