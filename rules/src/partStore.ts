/** Exact store of search results under lists of numbers: a hash finds the candidates, the whole list decides. */

export interface PartStore {
  readonly find: (key: Int32Array) => number | undefined
  /** Stores a result under a key that is not there yet. */
  readonly add: (key: Int32Array, result: number) => void
  /** Numbers kept in all keys together. */
  readonly size: () => number
}

export function createPartStore(): PartStore {
  let keys = new Int32Array(1 << 12)
  let keysEnd = 0
  let starts = new Int32Array(1 << 10)
  let results = new Int32Array(1 << 10)
  let count = 0
  let table = new Int32Array(1 << 11)
  const hashOf = (key: Int32Array, from: number, to: number) => {
    let hash = to - from
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ key[i]!, 0x9e3779b1) ^ (hash >>> 15)
    return (hash ^ (hash >>> 13)) & 0x7fffffff
  }
  /** The slot of a key, or the empty one where it belongs. */
  const slotOf = (key: Int32Array): number => {
    let slot = hashOf(key, 0, key.length) & (table.length - 1)
    for (;;) {
      const entry = table[slot]!
      if (entry === 0) return slot
      const start = starts[entry - 1]!
      if (starts[entry]! - start === key.length) {
        let i = 0
        while (i < key.length && keys[start + i] === key[i]) i++
        if (i === key.length) return slot
      }
      slot = (slot + 1) & (table.length - 1)
    }
  }
  const grown = (array: Int32Array, length: number): Int32Array<ArrayBuffer> => {
    const next = new Int32Array(Math.max(length, array.length * 2))
    next.set(array)
    return next
  }
  return {
    find: (key) => {
      const entry = table[slotOf(key)]!
      return entry === 0 ? undefined : results[entry - 1]!
    },
    add: (key, result) => {
      if (keysEnd + key.length > keys.length) keys = grown(keys, keysEnd + key.length)
      if (count + 2 > starts.length) {
        starts = grown(starts, count + 2)
        results = grown(results, count + 2)
      }
      table[slotOf(key)] = count + 1
      keys.set(key, keysEnd)
      keysEnd += key.length
      results[count++] = result
      starts[count] = keysEnd
      if (count * 2 < table.length) return
      table = new Int32Array(table.length * 2)
      for (let entry = 0; entry < count; entry++) {
        let slot = hashOfStored(entry) & (table.length - 1)
        while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1)
        table[slot] = entry + 1
      }
    },
    size: () => keysEnd,
  }
  function hashOfStored(entry: number): number {
    return hashOf(keys, starts[entry]!, starts[entry + 1]!)
  }
}
