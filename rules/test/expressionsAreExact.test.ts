import { createHash } from 'node:crypto'
import { evaluate as celEvaluate } from '@marcbachmann/cel-js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate, evaluateToValue, exact, holds } from '../src/evaluate.ts'
import type { ProductModel } from '../src/model.ts'
import { parseRational, rational, toNumber } from '../src/rational.ts'
import { sha256 } from '../src/sha256.ts'
import { loadFamily, modelOf } from './ruleFiles.ts'

const options = `options:
  x: { type: number, min: -3, max: 3, step: 1 }
  y: { type: number, min: 0, max: 4, step: 2 }
  c: { values: [red, green, blue] }
  p: { type: bool }
  q: { type: bool }
`
/** Every assignment of a model, as value indexes. */
function* assignments(model: ProductModel): Generator<number[]> {
  const sizes = model.options.map((option) => option.values.length)
  const total = sizes.reduce((product, size) => product * size, 1)
  for (let n = 0; n < total; n++) {
    let rest = n
    yield sizes.map((size) => {
      const index = rest % size
      rest = Math.floor(rest / size)
      return index
    })
  }
}

const number = fc.letrec<{ number: string; bool: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'e' },
    fc.constantFrom('x', 'y', '0', '1', '2', '7'),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('number').map((a) => `(-${a})`),
    fc.tuple(tie('bool'), tie('number'), tie('number')).map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
  ),
  bool: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'e' },
    fc.constantFrom(
      'p',
      'q',
      'c == "red"',
      'c != "blue"',
      'c in ["red", "green"]',
      'x in [1, 2]',
      'true',
      'p == q',
    ),
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>='), tie('number'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('bool').map((a) => `!(${a})`),
    fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
  ),
}))

describe('an independent CEL evaluator agrees', () => {
  test('on the formulas of whole-number expressions, for every assignment', () => {
    fc.assert(
      fc.property(number.bool, (text) => {
        const model = modelOf(
          loadFamily(`${options}constraints: [{ id: r, check: ${JSON.stringify(text)} }]\n`),
        )
        for (const chosen of assignments(model)) {
          const context = Object.fromEntries(
            model.options.map((option, i) => {
              const value = option.values[chosen[i]!]!
              return [option.id, typeof value === 'number' ? BigInt(value) : value]
            }),
          )
          if (holds(model.rules[0]!.formula, (option) => chosen[option]!) !== celEvaluate(text, context))
            throw new Error(`${text} differs for ${JSON.stringify(chosen)}`)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('on the values of routing parameters', () => {
    fc.assert(
      fc.property(number.number, fc.nat(), (text, at) => {
        const model = modelOf(
          loadFamily(`${options}routing: [{ op: 1, station: s, params: { V: ${JSON.stringify(text)} } }]\n`),
        )
        const all = [...assignments(model)]
        const chosen = all[at % all.length]!
        const values = model.options.map((option, i) => option.values[chosen[i]!]!)
        const context = Object.fromEntries(
          model.options.map((option, i) => [
            option.id,
            typeof values[i] === 'number' ? BigInt(values[i]) : values[i],
          ]),
        )
        const ours = evaluateToValue(model.routing[0]!.parameters[0]!.value, (option) =>
          exact(values[option]!),
        )
        expect(BigInt(ours as number)).toBe(celEvaluate(text, context))
      }),
      { numRuns: 60 },
    )
  })
})

test('sums over many options mean the same as the expression', () => {
  // 4 options of 9 values are more than one table holds: this becomes a counting formula.
  const many = `options: { ${['a', 'b', 'd', 'e'].map((id) => `${id}: { type: number, min: -2, max: 2, step: 0.5 }`).join(', ')} }\n`
  for (const text of [
    'a + 2 * b - d / 2 < e + 0.25',
    'a + b + d + e == 1.5',
    '-(a + b) != d - 3 * e',
    '(a + b) * -2 >= d + e + 0.1',
    'a - b > d + e',
  ]) {
    const model = modelOf(
      loadFamily(
        `${many}constraints: [{ id: r, check: '${text}' }]\nrouting: [{ op: 1, station: s, params: { V: '${text}' } }]\n`,
      ),
    )
    expect(JSON.stringify(model.rules[0]!.formula)).toContain('"sum"')
    const expression = model.routing[0]!.parameters[0]!.value
    const values = model.options.map((option) => option.values.map(exact))
    for (const chosen of assignments(model))
      if (
        holds(model.rules[0]!.formula, (option) => chosen[option]!) !==
        evaluate(expression, (option) => values[option]![chosen[option]!]!)
      )
        throw new Error(`${text} differs for ${chosen.join(' ')}`)
  }
})

test('decimals are exact: a tenth and two tenths are three tenths', () => {
  const body = 'options: { a: { type: number, min: 0, max: 0.3, step: 0.1 } }\n'
  const model = modelOf(
    loadFamily(
      `${body}constraints: [{ id: r, check: 'a == 0.1 + 0.2' }, { id: h, check: 'a * 10 / 3 == 1' }]\n`,
    ),
  )
  expect(model.options[0]!.values).toEqual([0, 0.1, 0.2, 0.3])
  expect(model.rules.map((rule) => rule.formula)).toEqual([
    { op: 'table', of: [0], rows: [[[3]]] },
    { op: 'table', of: [0], rows: [[[3]]] },
  ])
})

test('every finite number survives being read as a fraction', () => {
  fc.assert(
    fc.property(
      fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
        .filter((value) => value === 0 || Math.abs(value) > 1e-15),
      (value) => {
        expect(toNumber(rational(value))).toBe(value === 0 ? 0 : value)
      },
    ),
  )
  expect(parseRational('12,5')).toBeUndefined()
  expect(parseRational('1e1000')).toBeUndefined()
})

test('SHA-256 is the standard’s', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
    }),
  )
})
