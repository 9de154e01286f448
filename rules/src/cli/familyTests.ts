/** The tests a rule file brings along, asked of its machine. */
import type { ProductModel, RuleTest, Value } from '../model.ts'
import { createLazyMachine } from '../lazyMachine.ts'
import { openProduct } from '../openProduct.ts'
import { packageOf } from '../package.ts'
import type { Product } from '../product.ts'
import { compileOrFail, domains, question } from './call.ts'
import { money } from './paint.ts'

export interface Failure {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly message: string
}

const words = (values: readonly Value[]): string => `[${values.map(String).join(', ')}]`

/** Everything a test expected that is not so, as sentences. Pure. */
function broken(model: ProductModel, product: Product, { given, expect }: RuleTest): string[] {
  const asked = question(
    model,
    Object.entries(given).map(([option, value]) => `${option}=${String(value)}`),
  )
  const buildable = product.isBuildable(asked)
  const found: string[] = []
  if (expect.buildable !== undefined && expect.buildable !== buildable)
    found.push(
      buildable
        ? 'it can be built, but must not'
        : `it must be buildable, but is forbidden by ${product.explain(asked, 1)[0]?.ruleIds.join(', ') ?? 'the rules'}`,
    )
  if (expect.because) {
    const reasons = product.explain(asked, 50).map((conflict) => conflict.ruleIds)
    if (!reasons.some((ruleIds) => expect.because!.every((id) => ruleIds.includes(id))))
      found.push(
        `the reason is ${reasons.map((ids) => ids.join(' + ')).join(' or ') || 'none: it can be built'}, not ${expect.because.join(' + ')}`,
      )
  }
  if (expect.minPrice !== undefined) {
    const { fromPriceCents } = product.check(asked)
    if (!buildable) found.push('it cannot be built, so it has no price')
    else if (fromPriceCents !== expect.minPrice)
      found.push(
        `it costs at least ${money(fromPriceCents, model.currency)} (${fromPriceCents}), not ${expect.minPrice}`,
      )
  }
  if (expect.count !== undefined) {
    const count = buildable ? product.count(asked) : 0n
    if (count !== BigInt(expect.count)) found.push(`${count} products are left, not ${expect.count}`)
  }
  const left = expect.domain && domains(model, product, asked)
  for (const [option, wanted] of Object.entries(expect.domain ?? {})) {
    const values = left![option]!
    if (values.length !== wanted.length || values.some((value) => !wanted.includes(value)))
      found.push(`${option} can be ${words(values)}, not ${words(wanted)}`)
  }
  return found
}

/** Tests of a model that fail, each asked of the product of its order date; stops after `most` of them. */
export function failuresOf(
  model: ProductModel,
  on: (day: string | undefined) => Product,
  most = Infinity,
): Failure[] {
  const failures: Failure[] = []
  for (const test of model.tests) {
    const wrong = broken(model, on(test.at), test)
    if (wrong.length === 0) continue
    const { file, line } = test.where
    failures.push({ name: test.name, file, line, message: wrong.join('; ') })
    if (failures.length >= most) break
  }
  return failures
}

/** Runs every test of a model; each on its order date, or on `at` where it names none. */
export function runTests(
  model: ProductModel,
  file: string,
  at?: string,
): { passed: number; failures: Failure[] } {
  const opened = new Map<string | undefined, Product>()
  const on = (day: string | undefined): Product => {
    const known = opened.get(day)
    if (known) return known
    const product = openProduct(packageOf(model, compileOrFail(model, file, day)), createLazyMachine)
    opened.set(day, product)
    return product
  }
  const failures = failuresOf(model, (day) => on(day ?? at))
  return { passed: model.tests.length - failures.length, failures }
}
