/**
 * How large a diagram becomes once it is frozen: its edges with independent parts side by side (`splitting.ts`) and skipped
 * places written out (`freeze.ts`), counted without freezing. Sifting asks this after every move.
 */

/** A diagram by places, top first; node 0 is false, node 1 true. */
export interface PlacedDiagram {
  /** Place -> its nodes. */
  readonly at: readonly (readonly number[])[]
  /** Node -> its place; the number of places for the two ends. */
  readonly place: readonly number[]
  /** Node -> its children by value. */
  readonly kids: readonly (readonly number[])[]
}

/** Least places of a part that stands on its own. */
export const splitSpan = 10

/** Numbers lists of integers, equal ones alike. */
function createNumbering() {
  let pool = new Int32Array(1 << 14)
  let poolEnd = 0
  let table = new Int32Array(1 << 12)
  let starts = new Int32Array(1 << 12)
  let count = 1
  const slotOf = (list: ArrayLike<number>, from: number, length: number) => {
    let h = length
    for (let i = 0; i < length; i++) h = Math.imul(h ^ list[from + i]!, 0x9e3779b1) ^ (h >>> 15)
    let slot = (h ^ (h >>> 13)) & (table.length - 1)
    for (; table[slot] !== 0; slot = (slot + 1) & (table.length - 1)) {
      const start = starts[table[slot]!]!
      if (pool[start] !== length) continue
      let i = 0
      while (i < length && pool[start + 1 + i] === list[from + i]) i++
      if (i === length) break
    }
    return slot
  }
  const grown = (array: Int32Array) => {
    const next = new Int32Array(array.length * 2)
    next.set(array)
    return next
  }
  return {
    clear: () => {
      poolEnd = 0
      count = 1
      table.fill(0)
    },
    /** The number of the first `length` entries, from 1 on; `isNew` hears whether they were met for the first time. */
    number: (list: ArrayLike<number>, length: number, isNew: () => void): number => {
      const slot = slotOf(list, 0, length)
      if (table[slot] !== 0) return table[slot]!
      isNew()
      while (poolEnd + length + 1 > pool.length) pool = grown(pool)
      if (count === starts.length) starts = grown(starts)
      starts[count] = poolEnd
      pool[poolEnd++] = length
      for (let i = 0; i < length; i++) pool[poolEnd++] = list[i]!
      table[slot] = count++
      if (count * 2 > table.length) {
        table = new Int32Array(table.length * 2)
        for (let each = 1; each < count; each++)
          table[slotOf(pool, starts[each]! + 1, pool[starts[each]!]!)] = each
      }
      return count - 1
    },
  }
}

/** Makes a counter, whose memory is used again at every count. */
export function createSplitSize(): (diagram: PlacedDiagram) => number {
  const numbering = createNumbering()
  let nearest = new Int32Array(0)
  let depth = new Int32Array(0)
  let isEnd = new Uint8Array(0)
  let end = new Int32Array(0)
  let frozen = new Int32Array(0)
  let edges = 0
  let added = 0
  const book = () => void (edges += added)
  const key: number[] = []
  const number = (length: number, own: number) => {
    added = own
    return numbering.number(key, length, book)
  }
  return ({ at, place, kids }) => {
    const places = at.length
    numbering.clear()
    edges = 0
    if (nearest.length < kids.length) {
      const room = kids.length * 2
      nearest = new Int32Array(room)
      depth = new Int32Array(room)
      isEnd = new Uint8Array(room)
      end = new Int32Array(room)
      frozen = new Int32Array(room)
    } else isEnd.fill(0)
    isEnd[1] = 1
    depth[1] = 0
    let root = 1
    for (let p = places - 1; p >= 0; p--)
      for (const node of at[p]!) {
        root = node
        let met = 0
        let several = false
        for (const kid of kids[node]!) {
          if (kid === 0 || kid === met) continue
          if (met === 0) {
            met = kid
            continue
          }
          several = true
          let other = kid
          while (met !== other)
            if (depth[met]! >= depth[other]!) met = nearest[met]!
            else other = nearest[other]!
        }
        nearest[node] = met
        depth[node] = depth[met]! + 1
        if (several && place[met]! - p >= splitSpan) isEnd[met] = 1
      }
    const lead = (below: number, to: number, from: number) => {
      let node = below
      for (let p = to - 1; p > from; p--) {
        key[0] = p
        key[1] = -2
        key[2] = node
        node = number(3, 1)
      }
      return node
    }
    const downTo = (stop: number, node: number, from: number) => {
      if (node === stop) return lead(0, place[stop]!, from)
      if (end[node] === stop) return lead(frozen[node]!, place[node]!, from)
      const regions = new Set<number>()
      for (let [part, above] = [node, from]; part !== stop; part = end[part]!) {
        regions.add(lead(frozen[part]!, place[part]!, above))
        above = place[end[part]!]! - 1
      }
      if (regions.size === 1) return [...regions][0]!
      key[0] = -1
      let length = 1
      for (const region of [...regions].sort((a, b) => a - b)) key[length++] = region
      return number(length, regions.size)
    }
    const children: number[] = []
    for (let p = places - 1; p >= 0; p--)
      for (const node of at[p]!) {
        const near = nearest[node]!
        end[node] = isEnd[near] === 1 ? near : end[near]!
        const own = kids[node]!
        let distinct = 0
        for (let value = 0; value < own.length; value++) {
          const first = own.indexOf(own[value]!)
          if (own[value] === 0) children[value] = -3
          else if (first < value) children[value] = children[first]!
          else {
            children[value] = downTo(end[node], own[value]!, p)
            distinct++
          }
        }
        key[0] = p
        for (let value = 0; value < own.length; value++) key[value + 1] = children[value]!
        frozen[node] = number(own.length + 1, distinct)
      }
    if (root !== 1) downTo(1, root, -1)
    return edges
  }
}
