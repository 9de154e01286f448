/** How often choices that break no single rule leave nothing that can be built. */
import { join } from 'node:path'
import { openProduct } from '@lot-one/rules'
import type { Product, ProductModel, Selection } from '@lot-one/rules'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { loadProductModel } from '../rules/src/productModel.ts'
import { carRange } from './carRange.ts'
import { seeded } from './harness.ts'
import type { Bench, Figure } from './harness.ts'
import { ruleByRule } from './ruleByRule.ts'
import type { JsonRulesEngine } from './ruleByRule.ts'
import type { Chosen, Rules } from './solvers.ts'

const at = '2026-06-01'
/** A rule-by-rule checker looks at every row of every table again and again: of a whole car range it would take hours. */
const smallRange = { versions: 10, equipment: 8, packs: 2, codes: 0, cluster: 4, rows: 0 }

/** Dead ends of the scene of three families and of a small car range. */
export async function deadEndsElsewhere(bench: Bench): Promise<Figure[]> {
  const file = join(bench.root, 'rules/scenes/kitchen.yaml')
  const kitchen = loadFile(file)?.model
  if (!kitchen) throw new Error(`${file} has problems. Run: npm run rules -- check ${file}`)
  const { yaml, csv, rows } = carRange(1, smallRange)
  const range = loadProductModel(yaml, 'car.yaml', (name) => csv.get(name)).model
  if (!range) throw new Error('the car range has problems; the generator is wrong')
  const figures: Figure[] = []
  for (const { name, model, sessions, order } of [
    { name: 'kitchen', model: kitchen, sessions: 200, order: knownOrder(kitchen, file, at).order },
    { name: `car range of ${rows} rows`, model: range, sessions: 30, order: undefined },
  ]) {
    const compiled = compile(model, { at, ...(order && { order }) })
    if (!compiled.ok) throw new Error(`${name} is too big to compile`)
    const rules: Rules = {
      sizes: model.options.map(({ values }) => values.length),
      formulas: compiled.rules.map(({ formula }) => formula),
      context: model.options.flatMap(({ role }, option) => (role === 'context' ? [option] : [])),
    }
    const product = openProduct(packageOf(model, compiled))
    const found = await deadEnds(bench, model, product, rules, bench.quick ? 3 : sessions)
    figures.push(...found.map((figure) => ({ ...figure, name: `${name}: ${figure.name}` })))
  }
  return figures
}

/** Counts random sessions that a rule-by-rule checker lets run into a dead end; the rule machine is the judge. */
export async function deadEnds(
  bench: Bench,
  model: ProductModel,
  product: Product,
  rules: Rules,
  sessions: number,
): Promise<Figure[]> {
  const broken = ruleByRule(
    bench.peer('json-rules-engine') as JsonRulesEngine,
    rules.sizes,
    rules.formulas.map((formula, i) => ({ id: `rule ${i}`, formula })),
  )
  const random = seeded(5)
  const below = (count: number) => Math.floor(random() * count)
  const isContext = (option: number) => rules.context.includes(option)
  const named = (chosen: Chosen, wanted: (option: number) => boolean): Selection =>
    Object.fromEntries(
      [...chosen]
        .filter(([o]) => wanted(o))
        .map(([o, v]) => [model.options[o]!.id, model.options[o]!.values[v]!]),
    )
  const isBuildable = (chosen: Chosen) =>
    product.isBuildable({
      context: named(chosen, isContext),
      selection: named(chosen, (option) => model.options[option]?.role === 'choice'),
    })

  // a checker that overlooked a rule or saw ghosts would prove nothing
  for (let n = 0; n < Math.min(200, sessions); n++) {
    const design = new Map(rules.sizes.map((size, option) => [option, below(size)]))
    const complete = n % 2 === 0 ? design : buildableDesign(model, product, design)
    const whole = named(complete, () => true)
    if ((await broken(complete)).length > 0 === (product.verify(whole) !== undefined))
      throw new Error(`the rule-by-rule checker and the rule machine differ on ${JSON.stringify(whole)}`)
  }

  const after = [5, 10]
  const dead = after.map(() => 0)
  for (let session = 0; session < sessions; session++) {
    const chosen = new Map<number, number>()
    /** Takes a random value that breaks no rule; none when every value does. */
    const take = async (option: number) => {
      const values = [...(model.options[option]?.values.keys() ?? [])]
      while (values.length > 0) {
        const [value = 0] = values.splice(below(values.length), 1)
        if ((await broken(new Map(chosen).set(option, value))).length > 0) continue
        chosen.set(option, value)
        return true
      }
      return false
    }
    for (const option of rules.context) await take(option)
    const choices = model.options.flatMap(({ role }, option) => (role === 'choice' ? [option] : []))
    let isStuck = false
    for (let n = 1; n <= Math.max(...after); n++) {
      const [option = 0] = choices.splice(below(choices.length), 1)
      isStuck = !(await take(option)) || isStuck
      const at = after.indexOf(n)
      if (at >= 0 && (isStuck || !isBuildable(chosen))) dead[at]!++
    }
  }
  return after.map((choices, i) => ({
    name: `sessions a rule-by-rule checker leads into a dead end within ${choices} choices`,
    value: Math.round((1000 * dead[i]!) / sessions) / 10,
    unit: '%',
    note: `json-rules-engine with all ${rules.formulas.length} rules, random choices none of which broke a rule, ${sessions} sessions; with the rule machine 0 by construction`,
  }))
}

function buildableDesign(model: ProductModel, product: Product, near: Chosen): Chosen {
  const context = Object.fromEntries(
    model.options.flatMap((option, o) =>
      option.role === 'context' ? [[option.id, option.values[near.get(o) ?? 0]!] as const] : [],
    ),
  )
  const design = product.cheapest({ context, selection: {} })
  if (!design) throw new Error(`nothing can be built for ${JSON.stringify(context)}`)
  return new Map(model.options.map((option, o) => [o, option.values.indexOf(design[option.id]!)]))
}
