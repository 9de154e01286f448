/**
 * Orders the variables of clauses for a search that splits into independent parts: variables are eliminated from the graph of
 * those that share a clause, least neighbours first, and decided in the opposite order. What is decided first then separates
 * the most (bucket elimination, Dechter 1999; decomposition trees, Darwiche 2001).
 */

/**
 * The variables `of` in the order of elimination, each next to what hangs below it (post order of the elimination tree): next
 * goes what has the fewest neighbours, or whose neighbours are best connected already. Ties go to what hangs lowest, which
 * keeps the tree flat. Deterministic. Memory is a bit for every pair of variables.
 */
export function eliminate(
  of: readonly number[],
  clauses: readonly (readonly number[])[],
  by: 'neighbours' | 'fill' = 'neighbours',
): number[] {
  const n = of.length
  const words = (n + 31) >> 5
  const index = new Map(of.map((variable, at) => [variable, at]))
  const near = new Int32Array(n * words)
  const connect = (a: number, b: number) => {
    near[a * words + (b >> 5)]! |= 1 << (b & 31)
  }
  for (const clause of clauses) {
    const own = clause.map((literal) => index.get(literal >> 1)!)
    for (const a of own) for (const b of own) if (a !== b) connect(a, b)
  }
  const degree = new Int32Array(n)
  const height = new Int32Array(n)
  for (let v = 0; v < n; v++) for (let w = 0; w < words; w++) degree[v]! += ones(near[v * words + w]!)
  const parent = new Int32Array(n).fill(-1)
  const place = new Int32Array(n).fill(-1)
  /** Neighbours that would become connected, twice; up to date for those next to what went last. */
  const fill = new Float64Array(n)
  const fillOf = (v: number) => {
    let missing = 0
    for (let w = 0; w < words; w++) {
      let bits = near[v * words + w]!
      while (bits !== 0) {
        const low = bits & -bits
        const u = w * 32 + 31 - Math.clz32(low)
        bits ^= low
        for (let x = 0; x < words; x++) missing += ones(near[v * words + x]! & ~near[u * words + x]!)
        missing--
      }
    }
    return missing
  }
  const ways =
    by === 'fill' ? (v: number) => fill[v]! * 4096 + degree[v]! : (v: number) => Math.max(2, degree[v]!)
  if (by === 'fill') for (let v = 0; v < n; v++) fill[v] = fillOf(v)
  // Waiting by number of neighbours; an entry that is out of date is skipped when it comes up.
  const less = (a: number, b: number) => ways(a) - ways(b) || height[a]! - height[b]! || a - b
  const waiting = createHeap(n, less)
  for (let v = 0; v < n; v++) waiting.add(v)
  const neighbours: number[] = []
  const bags: number[][] = []
  for (let step = 0; step < n; step++) {
    const v = waiting.take()
    place[v] = step
    neighbours.length = 0
    for (let w = 0; w < words; w++) {
      let bits = near[v * words + w]!
      while (bits !== 0) {
        const low = bits & -bits
        neighbours.push(w * 32 + 31 - Math.clz32(low))
        bits ^= low
      }
    }
    bags.push([...neighbours])
    for (const u of neighbours) {
      let count = 0
      for (let w = 0; w < words; w++) {
        near[u * words + w]! |= near[v * words + w]!
        if (w === u >> 5) near[u * words + w]! &= ~(1 << (u & 31))
        if (w === v >> 5) near[u * words + w]! &= ~(1 << (v & 31))
        count += ones(near[u * words + w]!)
      }
      degree[u] = count
      if (height[u]! <= height[v]!) height[u] = height[v]! + 1
    }
    for (const u of neighbours) {
      if (by === 'fill') fill[u] = fillOf(u)
      waiting.moved(u)
    }
    near.fill(0, v * words, (v + 1) * words)
    bags[step]!.push(v)
  }
  // The parent is the neighbour that goes next.
  for (const bag of bags) {
    const v = bag.pop()!
    let next = -1
    for (const u of bag) if (next < 0 || place[u]! < place[next]!) next = u
    parent[v] = next
  }
  return postOrder(parent, place).map((v) => of[v]!)
}

/** Children before parents, each subtree in one piece; children in the order in which they were eliminated. */
function postOrder(parent: Int32Array, place: Int32Array): number[] {
  const n = parent.length
  const children: number[][] = Array.from({ length: n }, () => [])
  const roots: number[] = []
  const byPlace = Array.from({ length: n }, (_, v) => v).sort((a, b) => place[a]! - place[b]!)
  for (const v of byPlace) (parent[v]! < 0 ? roots : children[parent[v]!]!).push(v)
  const order: number[] = []
  const stack = roots.toReversed()
  const opened = new Uint8Array(n)
  while (stack.length > 0) {
    const v = stack.at(-1)!
    if (opened[v] === 1) {
      order.push(v)
      stack.pop()
      continue
    }
    opened[v] = 1
    for (const child of children[v]!.toReversed()) stack.push(child)
  }
  return order
}

function ones(bits: number): number {
  let b = bits - ((bits >>> 1) & 0x55555555)
  b = (b & 0x33333333) + ((b >>> 2) & 0x33333333)
  return Math.imul((b + (b >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** A heap over 0 … n-1 whose entries may change their rank. */
function createHeap(n: number, less: (a: number, b: number) => number) {
  const heap = new Int32Array(n)
  const at = new Int32Array(n).fill(-1)
  let size = 0
  const put = (place: number, v: number) => {
    heap[place] = v
    at[v] = place
  }
  const rise = (v: number) => {
    let place = at[v]!
    while (place > 0) {
      const above = (place - 1) >> 1
      if (less(v, heap[above]!) >= 0) break
      put(place, heap[above]!)
      place = above
    }
    put(place, v)
  }
  const sink = (v: number) => {
    let place = at[v]!
    for (;;) {
      let below = 2 * place + 1
      if (below >= size) break
      if (below + 1 < size && less(heap[below + 1]!, heap[below]!) < 0) below++
      if (less(v, heap[below]!) <= 0) break
      put(place, heap[below]!)
      place = below
    }
    put(place, v)
  }
  return {
    add: (v: number) => {
      put(size++, v)
      rise(v)
    },
    moved: (v: number) => {
      rise(v)
      sink(v)
    },
    take: (): number => {
      const first = heap[0]!
      const last = heap[--size]!
      at[first] = -1
      if (size > 0) {
        put(0, last)
        sink(last)
      }
      return first
    },
  }
}
