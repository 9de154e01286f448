/**
 * The frozen rule state machine: a decision diagram in typed arrays that accepts exactly the buildable products, and its bytes.
 *
 * Two kinds of node. *Choice* tests one variable; its edges carry disjoint sets of values (a state with one event per value).
 * *All* holds independent regions side by side (a parallel state). No variable is ever skipped: on every way from a root to
 * the end, each variable of that root is tested exactly once, so a set of values that is empty cannot be overlooked.
 * Node 0 is the end; children have smaller numbers than their parents. A choice without edges accepts nothing.
 *
 * Variables 0 … options-1 are the options in file order; those after them are determined amounts of price terms.
 */

export interface Diagram {
  /** How many of the variables are options. */
  readonly options: number
  /** Variable -> index of its first value in the flat list of all values; one entry more at the end. */
  readonly firstValue: Int32Array
  /** Flat value -> gross minor units it adds. */
  readonly weights: Float64Array
  /** Where the amounts of each price term stand: variable (-1: a constant) and one amount per value. */
  readonly terms: readonly { readonly variable: number; readonly amounts: readonly number[] }[]
  /** Value set -> its first member in `setMembers`; one entry more at the end. */
  readonly setStart: Int32Array
  /** Flat values of all sets, ascending inside a set. */
  readonly setMembers: Int32Array
  /** Value set -> variable. */
  readonly setVariable: Int32Array
  /** Node -> variable it tests, or -1 for an *all* node. */
  readonly kind: Int32Array
  /** Node -> its first edge; one entry more at the end. */
  readonly edgeStart: Int32Array
  /** Edge -> value set; -1 in *all* nodes. */
  readonly edgeSet: Int32Array
  /** Edge -> node. */
  readonly edgeChild: Int32Array
  readonly roots: Int32Array
}

/** First number of the bytes. */
export const formatVersion = 1

/** Reads what `encodeDiagram` wrote. @throws on bytes of another format or cut short: page and server would disagree. */
export function decodeDiagram(bytes: Uint8Array): Diagram {
  let at = 0
  const get = () => {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++]
      if (byte === undefined)
        throw new Error(`The rule machine ends after ${bytes.length} bytes; load it again.`)
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
  }
  const getSigned = () => {
    const value = get()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  const version = get()
  if (version !== formatVersion)
    throw new Error(
      `The rule machine has format ${version}, this program reads ${formatVersion}; reload the page.`,
    )
  const options = get()
  const variables = get()
  const firstValue = new Int32Array(variables + 1)
  for (let v = 0; v < variables; v++) firstValue[v + 1] = firstValue[v]! + get()
  const weights = new Float64Array(firstValue[variables]!).map(getSigned)
  const terms = Array.from({ length: get() }, () => {
    const variable = get() - 1
    const length = variable < 0 ? 1 : firstValue[variable + 1]! - firstValue[variable]!
    return { variable, amounts: Array.from({ length }, getSigned) }
  })
  const firstSet = new Int32Array(variables + 1)
  for (let v = 0; v < variables; v++) firstSet[v + 1] = firstSet[v]! + get()
  const sets = firstSet[variables]!
  const setVariable = new Int32Array(sets)
  const setStart = new Int32Array(sets + 1)
  const members: number[] = []
  for (let v = 0; v < variables; v++)
    for (let s = firstSet[v]!; s < firstSet[v + 1]!; s++) {
      setVariable[s] = v
      const size = firstValue[v + 1]! - firstValue[v]!
      for (let value = 0; value < size; value++)
        if (((bytes[at + (value >> 3)]! >> (value & 7)) & 1) === 1) members.push(firstValue[v]! + value)
      at += (size + 7) >> 3
      setStart[s + 1] = members.length
    }
  const nodes = get()
  const kind = new Int32Array(nodes)
  for (let node = 1; node < nodes;) {
    const variable = get() - 1
    for (let left = get(); left > 0; left--) kind[node++] = variable
  }
  const edgeStart = new Int32Array(nodes + 1)
  for (let node = 1; node < nodes; node++) edgeStart[node + 1] = edgeStart[node]! + get()
  const edges = edgeStart[nodes]!
  const edgeSet = new Int32Array(edges).fill(-1)
  const edgeChild = new Int32Array(edges)
  for (let node = 1; node < nodes; node++)
    if (kind[node]! >= 0)
      for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++)
        edgeSet[e] = firstSet[kind[node]!]! + get()
  for (let node = 1; node < nodes; node++)
    for (let e = edgeStart[node]!; e < edgeStart[node + 1]!; e++) {
      const back = get()
      edgeChild[e] = back === 0 ? 0 : node - back
    }
  const roots = new Int32Array(get()).map(get)
  return {
    options,
    firstValue,
    weights,
    terms,
    setStart,
    setMembers: Int32Array.from(members),
    setVariable,
    kind,
    edgeStart,
    edgeSet,
    edgeChild,
    roots,
  }
}

/** In browsers, workers and Node alike. */
declare const atob: (text: string) => string

/** Reads base64 (RFC 4648 §4). */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (digit) => digit.charCodeAt(0))
