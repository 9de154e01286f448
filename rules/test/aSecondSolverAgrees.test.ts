import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, killThreads } from 'z3-solver'
import { compile, holdsAt } from '../src/compile.ts'
import type { ProductModel } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Product, Question } from '../src/product.ts'
import { numbers, open, randomCase, runs } from './randomModels.ts'
import { loadPath, modelOf, product as productFile } from './ruleFiles.ts'
import { smtModel, smtPrice } from './smtText.ts'

let z3: Awaited<ReturnType<typeof init>>
beforeAll(async () => {
  z3 = await init()
})
// its threads would keep the process alive
afterAll(() => killThreads(z3.em))

/**
 * Asks about every value of every option: z3 finds a product with as few other choices given up and as cheap as we say, and none
 * with fewer, nor with so few a cheaper one. Gives the values where it does not agree. `share`: every how-manieth value is asked.
 */
async function disagreements(
  product: Product,
  model: ProductModel,
  question: Question,
  share = 1,
): Promise<string[]> {
  const { context, selection } = question
  const { Z3 } = z3
  const config = Z3.mk_config()
  const z = Z3.mk_context(config)
  Z3.del_config(config)
  const is = (id: string, value: unknown) => {
    const o = model.options.findIndex((option) => option.id === id)
    return `(= x${o} ${model.options[o]!.values.indexOf(value as never)})`
  }
  const given = Object.entries(context).map(([id, value]) => `(assert ${is(id, value)})`)
  const totals = `(declare-const cents Int) (assert (= cents ${smtPrice(model)})) (declare-const changes Int)`
  await Z3.eval_smtlib2_string(z, [smtModel(model), ...given, totals].join('\n'))
  const statuses = product.statuses(question)
  const found: string[] = []
  for (const [o, { id, values }] of model.options.entries()) {
    const others = Object.entries(selection).filter(([of]) => of !== id)
    const missed = others.map(([of, value]) => `(ite ${is(of, value)} 0 1)`)
    for (const [i, value] of values.entries()) {
      if ((o + i) % share > 0) continue
      const { changes, fromPriceCents } = statuses[id]![String(value)]!
      const asWeSay = `(and (= changes ${changes}) (= cents ${fromPriceCents}))`
      const better = `(or (< changes ${changes}) (and (= changes ${changes}) (< cents ${fromPriceCents})))`
      const said = await Z3.eval_smtlib2_string(
        z,
        `(push) (assert (= x${o} ${i})) (assert (= changes (+ 0 0 ${missed.join(' ')})))
         ${changes < 0 ? '(check-sat)' : `(push) (assert ${asWeSay}) (check-sat) (pop) (assert ${better}) (check-sat)`} (pop)`,
      )
      if (said.trim().split(/\s+/).join() !== (changes < 0 ? 'unsat' : 'sat,unsat'))
        found.push(`${id} = ${value}: ${changes} changes, ${fromPriceCents} cents: ${said.trim()}`)
    }
  }
  Z3.del_context(z)
  return found
}

test('z3 finds the same changes and cheapest totals for every value of random models', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase, async ({ model, question }) => {
      expect(await disagreements(open(model), model, question)).toEqual([])
    }),
    runs(8),
  )
})

test('z3 finds the same changes and cheapest totals for values of a fridge', async () => {
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
  const next = numbers(11)
  const choices = model.options.filter(({ role }) => role === 'choice')
  const selection = Object.fromEntries(
    Array.from({ length: 4 }, () => {
      const { id, values } = choices[next(choices.length)]!
      return [id, values[next(values.length)]!]
    }),
  )
  const question = { context: { country: 'DE' }, selection }
  const share = process.env['RULES_CAMPAIGN'] === undefined ? 8 : 1
  expect(await disagreements(product, model, question, share)).toEqual([])
})
