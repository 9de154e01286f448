import { createRequire } from 'node:module'
import type { ClingoResult } from 'clingo-wasm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, holdsAt } from '../src/compile.ts'
import type { ProductModel } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Question } from '../src/product.ts'
import { answerSetProgram, cheapestFirst } from './answerSet.ts'
import { numbers, open, randomCase, runs } from './randomModels.ts'
import { loadPath, modelOf, product as productFile } from './ruleFiles.ts'

// A CommonJS bundle whose names ES imports do not see in every runner.
const clingo = createRequire(import.meta.url)('clingo-wasm') as typeof import('clingo-wasm')

async function solve(program: string, models: number, ...options: string[]): Promise<ClingoResult> {
  const result = await clingo.run(program, models, options)
  if (result.Result === 'ERROR') throw new Error(result.Error)
  return result
}

function given(model: ProductModel, { context, selection }: Question): string {
  return Object.entries({ ...selection, ...context })
    .map(([id, value]) => {
      const o = model.options.findIndex((option) => option.id === id)
      return `:- not o(${o},${model.options[o]!.values.indexOf(value)}).`
    })
    .join('\n')
}

/** Values in some product, as `option,value` indexes: the union of all answers. */
async function possible(model: ProductModel, question: Question): Promise<string[]> {
  const result = await solve(`${answerSetProgram(model)}\n${given(model, question)}`, 0, '--enum-mode=brave')
  if (result.Result === 'UNSATISFIABLE') return []
  return result.Call[0]!.Witnesses.at(-1)!
    .Value.map((atom) => atom.slice(2, -1))
    .sort()
}

async function cheapest(model: ProductModel, question: Question): Promise<number> {
  const program = [answerSetProgram(model), cheapestFirst(model), given(model, question)].join('\n')
  return (await solve(program, 0)).Call[0]!.Witnesses.at(-1)!.Costs![0]!
}

test('clingo finds the same counts, domains and cheapest totals on random models', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase, async ({ model, question }) => {
      const product = open(model)
      const count = product.count(question)
      fc.pre(count < 400n)
      const all = await solve(`${answerSetProgram(model)}\n${given(model, question)}`, 0)
      expect(BigInt(all.Models.Number)).toBe(count)
      if (count === 0n) return
      const fitting = model.options.flatMap(({ values }, o) =>
        values.flatMap((value, v) =>
          product.count({
            context: question.context,
            selection: { ...question.selection, [model.options[o]!.id]: value },
          }) > 0n && ({ ...question.selection, ...question.context }[model.options[o]!.id] ?? value) === value
            ? [`${o},${v}`]
            : [],
        ),
      )
      expect(await possible(model, question)).toEqual(fitting.sort())
      expect(product.price(product.cheapest(question)!).totalCents).toBe(await cheapest(model, question))
    }),
    runs(25),
  )
})

test('clingo gives the same domains and cheapest totals on the fridge, click by click', async () => {
  const whole = modelOf(loadPath(productFile('fridge.yaml')))
  const at = whole.effective.from
  const compiled = compile(whole)
  if (!compiled.ok) throw new Error('beyond the budget')
  const product = openProduct(packageOf(whole, compiled))
  const model = {
    ...whole,
    rules: whole.rules.filter((rule) => holdsAt(rule.effective, at)),
    prices: whole.prices.filter((term) => holdsAt(term.effective, at)),
  }
  const next = numbers(7)
  for (const country of ['DE', 'US', 'AE']) {
    let selection: Question['selection'] = {}
    for (let click = 0; click < 3; click++) {
      const question = { context: { country }, selection }
      const statuses = product.statuses(question).all()
      const fitting = model.options.flatMap(({ id, values }, o) =>
        values.flatMap((value, v) => {
          const { status, changes } = statuses[id]![String(value)]!
          return changes === 0 &&
            ((selection[id] ?? question.context[id as 'country']) === undefined || status === 'chosen')
            ? [`${o},${v}`]
            : []
        }),
      )
      expect(fitting.sort()).toEqual(await possible(model, question))
      expect(product.check(question).fromPriceCents).toBe(await cheapest(model, question))
      const open = fitting.filter((each) => model.options[Number(each.split(',')[0])]!.role === 'choice')
      const [o, v] = open[next(open.length)]!.split(',').map(Number)
      selection = { ...selection, [model.options[o!]!.id]: model.options[o!]!.values[v!]! }
    }
  }
})
