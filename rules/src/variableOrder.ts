/**
 * Orders variables for decision diagrams: FORCE (Aloul, Markov, Sakallah 2003) pulls the variables of each constraint
 * together until the spans stop shrinking.
 */

export interface OrderTask {
  readonly variables: number
  /** Each constraint's variables. */
  readonly edges: readonly (readonly number[])[]
  /** Per variable: those that must stand above it (a price follows from its options); empty for all others. */
  readonly after: readonly (readonly number[])[]
}

/** Sum over all constraints of the distance between their first and last variable. */
function totalSpan(task: OrderTask, order: readonly number[]): number {
  const position = positions(order)
  let sum = 0
  for (const edge of task.edges) {
    let low = Infinity
    let high = -Infinity
    for (const variable of edge) {
      low = Math.min(low, position[variable]!)
      high = Math.max(high, position[variable]!)
    }
    if (edge.length > 0) sum += high - low
  }
  return sum
}

function positions(order: readonly number[]): Float64Array {
  const position = new Float64Array(order.length)
  order.forEach((variable, at) => (position[variable] = at))
  return position
}

/** Moves every determined variable to just below the last of those that determine it. */
function withDeterminedBelow(task: OrderTask, order: readonly number[]): number[] {
  const result: number[] = order.filter((variable) => task.after[variable]!.length === 0)
  const determined = order.filter((variable) => task.after[variable]!.length > 0)
  const place = new Map(result.map((variable, at) => [variable, at]))
  const following = new Map<number, number[]>()
  for (const variable of determined) {
    const last = Math.max(...task.after[variable]!.map((above) => place.get(above)!))
    const key = result[last]!
    following.set(key, [...(following.get(key) ?? []), variable])
  }
  return result.flatMap((variable) => [variable, ...(following.get(variable) ?? [])])
}

/** One run of FORCE from a start order. Deterministic: ties keep their place. */
function force(task: OrderTask, start: readonly number[]): number[] {
  const of: number[][] = Array.from({ length: task.variables }, () => [])
  task.edges.forEach((edge, at) => edge.forEach((variable) => of[variable]!.push(at)))
  let order = [...start]
  let best = order
  let bestSpan = totalSpan(task, order)
  const rounds = Math.min(200, 20 + 10 * (32 - Math.clz32(task.variables)))
  for (let round = 0, idle = 0; round < rounds && idle < 10; round++) {
    const position = positions(order)
    const centre = task.edges.map(
      (edge) => edge.reduce((sum, v) => sum + position[v]!, 0) / Math.max(1, edge.length),
    )
    const pulled = new Float64Array(task.variables)
    for (let v = 0; v < task.variables; v++)
      pulled[v] =
        of[v]!.length === 0
          ? position[v]!
          : of[v]!.reduce((sum, edge) => sum + centre[edge]!, 0) / of[v]!.length
    order = order.toSorted((a, b) => pulled[a]! - pulled[b]! || position[a]! - position[b]!)
    const span = totalSpan(task, order)
    if (span < bestSpan) {
      best = order
      bestSpan = span
      idle = 0
    } else idle++
  }
  return best
}

/** Good orders to try, best span first: FORCE from the file's order, from its reverse and from seeded shuffles. */
export function candidateOrders(task: OrderTask, shuffles: number): number[][] {
  const natural = Array.from({ length: task.variables }, (_, v) => v)
  const starts = [natural, natural.toReversed()]
  let seed = 0x2545f491
  for (let s = 0; s < shuffles; s++) {
    const shuffled = [...natural]
    for (let i = shuffled.length - 1; i > 0; i--) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      const j = Math.floor((seed / 4294967296) * (i + 1))
      const kept = shuffled[i]!
      shuffled[i] = shuffled[j]!
      shuffled[j] = kept
    }
    starts.push(shuffled)
  }
  const seen = new Set<string>()
  return starts
    .map((start) => withDeterminedBelow(task, force(task, start)))
    .filter((order) => {
      const key = order.join()
      return seen.has(key) ? false : (seen.add(key), true)
    })
    .map((order) => ({ order, span: totalSpan(task, order) }))
    .sort((a, b) => a.span - b.span)
    .map(({ order }) => order)
}
