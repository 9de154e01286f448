import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../src/compile.ts'
import { decodeDiagram, fromBase64 } from '../src/diagram.ts'
import { encodeDiagram, toBase64 } from '../src/encodeDiagram.ts'
import { randomCase, runs } from './randomModels.ts'
import { fixture, loadPath, modelOf } from './ruleFiles.ts'

test('writing and reading a machine gives the same machine, and compiling again the same bytes', () => {
  fc.assert(
    fc.property(randomCase, ({ model }) => {
      const compiled = compile(model)
      if (!compiled.ok) throw new Error('beyond the budget')
      expect(decodeDiagram(compiled.machine)).toEqual(compiled.diagram)
      expect(encodeDiagram(decodeDiagram(compiled.machine))).toEqual(compiled.machine)
      const rules = decodeDiagram(compiled.ruleDiagrams)
      expect(rules.roots).toHaveLength(compiled.rules.length)
      expect(encodeDiagram(rules)).toEqual(compiled.ruleDiagrams)
      // Neither a copy of the model nor the order found the first time makes a difference.
      const again = compile(structuredClone(model), { order: compiled.order })
      expect(again.ok && [again.machine, again.ruleDiagrams]).toEqual([
        compiled.machine,
        compiled.ruleDiagrams,
      ])
      expect(compile(structuredClone(model))).toEqual({ ...compiled, compileMs: 0 })
    }),
    runs(60),
  )
})

test('every variable is tested exactly once on every way, values of one node never twice', () => {
  const compiled = compile(modelOf(loadPath(fixture('example-kitchen.yaml'))))
  if (!compiled.ok) throw new Error('beyond the budget')
  const { kind, edgeStart, edgeChild, edgeSet, setStart, setMembers, setVariable, roots, firstValue } =
    compiled.diagram
  const below: Set<number>[] = [new Set()]
  for (let node = 1; node < kind.length; node++) {
    const edges = Array.from(
      { length: edgeStart[node + 1]! - edgeStart[node]! },
      (_, i) => edgeStart[node]! + i,
    )
    const children = edges.map((e) => below[edgeChild[e]!]!)
    for (const e of edges) expect(edgeChild[e]).toBeLessThan(node)
    if (kind[node]! < 0) {
      const union = new Set(children.flatMap((child) => [...child]))
      expect(union.size).toBe(children.reduce((sum, child) => sum + child.size, 0))
      below.push(union)
      continue
    }
    for (const child of children) expect(child).toEqual(children[0])
    expect(children[0]!.has(kind[node]!)).toBe(false)
    below.push(new Set([...children[0]!, kind[node]!]))
    const values = edges.flatMap((e) => {
      expect(setVariable[edgeSet[e]!]).toBe(kind[node])
      return [...setMembers.subarray(setStart[edgeSet[e]!], setStart[edgeSet[e]! + 1])]
    })
    expect(new Set(values).size).toBe(values.length)
  }
  expect(below[roots[0]!]!.size).toBe(firstValue.length - 1)
})

test('an order that is of another model or puts a price above its options is not used', () => {
  const model = modelOf(loadPath(fixture('example-fridge.yaml')))
  const compiled = compile(model)
  if (!compiled.ok) throw new Error('beyond the budget')
  const { order, machine } = compiled
  for (const wrong of [
    [],
    order.slice(1),
    [...order.slice(1), order[1]!],
    order.toReversed(),
    [...order, 'x'],
  ]) {
    const again = compile(model, { order: wrong })
    expect(again.ok && again.machine).toEqual(machine)
  }
  // Two unconnected neighbours swapped are another, usable order.
  const swapped = order.with(0, order[1]!).with(1, order[0]!)
  const other = compile(model, { order: swapped })
  expect(other.ok && [other.order, other.configurations]).toEqual([swapped, compiled.configurations])
})

test('base64 is that of RFC 4648', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes))
    }),
  )
})

test('bytes cut short or of another format are refused with a sentence', () => {
  const compiled = compile(modelOf(loadPath(fixture('example-fridge.yaml'))))
  if (!compiled.ok) throw new Error('beyond the budget')
  expect(() => decodeDiagram(compiled.machine.subarray(0, 100))).toThrow('ends after 100 bytes')
  expect(() => decodeDiagram(Uint8Array.from([99, ...compiled.machine]))).toThrow('format 99')
})
