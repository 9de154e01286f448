/** The writing side of the frozen format: only compilers need it, no page. */
import { formatVersion } from './diagram.ts'
import type { Diagram } from './diagram.ts'

/** Writes a diagram as bytes: columns of variable-length integers, made to be gzipped. The same diagram gives the same bytes. */
export function encodeDiagram(diagram: Diagram): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  const put = (value: number) => {
    let rest = value
    while (rest >= 128) {
      bytes.push((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  const putSigned = (value: number) => put(value < 0 ? -2 * value - 1 : 2 * value)
  const variables = diagram.firstValue.length - 1
  const size = (variable: number) => diagram.firstValue[variable + 1]! - diagram.firstValue[variable]!
  const nodes = diagram.kind.length
  put(formatVersion)
  put(diagram.options)
  put(variables)
  for (let v = 0; v < variables; v++) put(size(v))
  for (const weight of diagram.weights) putSigned(weight)
  put(diagram.terms.length)
  for (const term of diagram.terms) {
    put(term.variable + 1)
    for (const amount of term.amounts) putSigned(amount)
  }
  // Sets are numbered by variable, so a count per variable says whose they are; a set is a string of bits.
  const sets = diagram.setStart.length - 1
  const perVariable = new Int32Array(variables)
  for (let s = 0; s < sets; s++) perVariable[diagram.setVariable[s]!]!++
  for (const count of perVariable) put(count)
  for (let s = 0; s < sets; s++) {
    const variable = diagram.setVariable[s]!
    const bits = new Uint8Array((size(variable) + 7) >> 3)
    for (let m = diagram.setStart[s]!; m < diagram.setStart[s + 1]!; m++) {
      const value = diagram.setMembers[m]! - diagram.firstValue[variable]!
      bits[value >> 3]! |= 1 << (value & 7)
    }
    bytes.push(...bits)
  }
  const firstSet = new Int32Array(variables + 1)
  for (let v = 0; v < variables; v++) firstSet[v + 1] = firstSet[v]! + perVariable[v]!
  put(nodes)
  for (let node = 1; node < nodes;) {
    let end = node
    while (end < nodes && diagram.kind[end] === diagram.kind[node]) end++
    put(diagram.kind[node]! + 1)
    put(end - node)
    node = end
  }
  for (let node = 1; node < nodes; node++) put(diagram.edgeStart[node + 1]! - diagram.edgeStart[node]!)
  for (let node = 1; node < nodes; node++)
    if (diagram.kind[node]! >= 0)
      for (let e = diagram.edgeStart[node]!; e < diagram.edgeStart[node + 1]!; e++)
        put(diagram.edgeSet[e]! - firstSet[diagram.kind[node]!]!)
  for (let node = 1; node < nodes; node++)
    for (let e = diagram.edgeStart[node]!; e < diagram.edgeStart[node + 1]!; e++) {
      const child = diagram.edgeChild[e]!
      put(child === 0 ? 0 : node - child)
    }
  put(diagram.roots.length)
  for (const root of diagram.roots) put(root)
  return new Uint8Array(bytes)
}

/** The digits of base64 (RFC 4648 §4). */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes as base64 (RFC 4648 §4); the same in page and server. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let digit = 0; digit < 4; digit++)
      text += i + digit > bytes.length ? '=' : alphabet[(group >> (18 - 6 * digit)) & 63]!
  }
  return text
}
