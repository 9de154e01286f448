import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, killThreads, Z3_error_code, Z3_lbool } from 'z3-solver'
import { compile, holdsAt } from '../src/compile.ts'
import type { ProductModel } from '../src/model.ts'
import { openProduct } from '../src/openProduct.ts'
import { packageOf } from '../src/package.ts'
import type { Product, Question } from '../src/product.ts'
import { numbers, open, randomCase, runs } from './randomModels.ts'
import { loadPath, modelOf, product as productFile } from './ruleFiles.ts'
import { smtPrice, smtRules } from './smtText.ts'

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
  const given = Object.entries(context).map(([id, value]) => is(id, value))
  const names = [...model.options.map((_, o) => `x${o}`), 'cents', 'changes']
  const solver = Z3.mk_solver(z)
  Z3.solver_inc_ref(z, solver)
  // (eval_smtlib2_string would be read by another thread while its text is already given back)
  const tell = (text: string) => {
    Z3.solver_from_string(z, solver, text)
    expect(Z3.get_error_code(z), text).toBe(Z3_error_code.Z3_OK)
  }
  const assume = (...formulas: readonly string[]) =>
    tell(formulas.map((each) => `(assert ${each})`).join('\n'))
  const isPossible = async (formula: string) => {
    Z3.solver_push(z, solver)
    assume(formula)
    const answer = await Z3.solver_check(z, solver)
    Z3.solver_pop(z, solver, 1)
    return answer === Z3_lbool.Z3_L_TRUE ? 'sat' : answer === Z3_lbool.Z3_L_FALSE ? 'unsat' : 'unknown'
  }
  tell(names.map((name) => `(declare-const ${name} Int)`).join('\n'))
  assume(...smtRules(model), ...given, `(= cents ${smtPrice(model)})`)
  const statuses = product.statuses(question).all()
  const found: string[] = []
  for (const [o, { id, values }] of model.options.entries()) {
    const others = Object.entries(selection).filter(([of]) => of !== id)
    const missed = others.map(([of, value]) => `(ite ${is(of, value)} 0 1)`)
    for (const [i, value] of values.entries()) {
      if ((o + i) % share > 0) continue
      const { changes, fromPriceCents } = statuses[id]![String(value)]!
      const asWeSay = `(and (= changes ${changes}) (= cents ${fromPriceCents}))`
      const better = `(or (< changes ${changes}) (and (= changes ${changes}) (< cents ${fromPriceCents})))`
      Z3.solver_push(z, solver)
      assume(`(= x${o} ${i})`, `(= changes (+ 0 0 ${missed.join(' ')}))`)
      const said =
        changes < 0 ? [await isPossible('true')] : [await isPossible(asWeSay), await isPossible(better)]
      Z3.solver_pop(z, solver, 1)
      if (said.join() !== (changes < 0 ? 'unsat' : 'sat,unsat'))
        found.push(`${id} = ${value}: ${changes} changes, ${fromPriceCents} cents: ${said.join()}`)
    }
  }
  Z3.solver_dec_ref(z, solver)
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
