/**
 * Writes a diagram as independent regions side by side. A function that is a product of factors over different variables is
 * held as the list of these factors; where every way on from a choice has a factor in common, that factor stands beside the
 * choice instead of below each of its edges (an AND of several nodes, as Karplus 1988 and Yang and Ciesielski 2002 look for).
 * Each factor is then written once, however many combinations of the others it meets: what is left of a table-heavy range is
 * a third of its diagram.
 */
import type { Regions } from './regions.ts'
import type { Shape } from './splitting.ts'

/**
 * Adds one diagram to `regions` and gives its factors, ascending. `variables` stand at the shape's places, `sizes` are the numbers of
 * values of all variables. What a way skips becomes a factor of its own, so that nothing is skipped.
 */
export function factorsOf(
  regions: Regions,
  shape: Shape,
  variables: readonly number[],
  sizes: readonly number[],
): readonly number[] {
  const { place, edgeStart, edgeChild, edgeValues } = shape
  const nodes = place.length
  const anyOf = variables.map((variable) => {
    const values = Array.from({ length: sizes[variable]! }, (_, value) => value)
    return regions.choice(variable, [{ values, child: 0 }])
  })
  // A list is let go once all that lead to its node have taken it over.
  const waiting = new Int32Array(nodes)
  for (const child of edgeChild) waiting[child]!++
  const lists: (readonly number[] | undefined)[] = [[]]
  const listBelow = (node: number, from: number): number[] => {
    const list = [...lists[node]!]
    for (let at = place[node]! - 1; at > from; at--) list.push(anyOf[at]!)
    return list
  }
  let uses = new Int32Array(1024)
  for (let node = 1; node < nodes; node++) {
    const at = place[node]!
    const [first, last] = [edgeStart[node]!, edgeStart[node + 1]!]
    const below: number[][] = []
    for (let e = first; e < last; e++) {
      const child = edgeChild[e]!
      below.push(listBelow(child, at))
      if (child !== 0 && --waiting[child]! === 0) lists[child] = undefined
    }
    if (uses.length <= regions.nodes()) uses = new Int32Array(regions.nodes() * 2)
    for (const list of below) for (const factor of list) uses[factor]!++
    const shared = (below[0] ?? []).filter((factor) => uses[factor] === below.length)
    const edges = below.map((list, i) => ({
      values: edgeValues[first + i]!,
      child: regions.all(list.filter((factor) => uses[factor]! < below.length)),
    }))
    for (const list of below) for (const factor of list) uses[factor] = 0
    lists[node] = [...shared, regions.choice(variables[at]!, edges)]
  }
  return listBelow(nodes - 1, -1)
}
