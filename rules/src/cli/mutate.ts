/** `rules test --mutate`: how many slips in its rules a family's own tests would notice. */
import { compile } from '../compile.ts'
import type { Compiled } from '../compile.ts'
import { mutantsOf, mutated } from '../mutants.ts'
import type { Mutant } from '../mutants.ts'
import type { ProductModel } from '../model.ts'
import { createLazyMachine } from '../lazyMachine.ts'
import { openProduct } from '../openProduct.ts'
import { packageOf } from '../package.ts'
import { compileOrFail } from './call.ts'
import { failuresOf } from './familyTests.ts'

export interface Survivor {
  readonly file: string
  readonly line: number
  readonly ruleId: string
  readonly change: string
}

/** Slips that change nothing are not counted; those the compiler refuses are neither, for nobody could publish them. */
export interface MutationScore {
  readonly mutants: number
  readonly noticed: number
  readonly refused: number
  /** Noticed of those that could be published, 0 to 1. */
  readonly score: number
  readonly survivors: readonly Survivor[]
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

/** Whether the slip changes nothing on that day: the products with and without it are those of both together. */
function isHarmless(
  model: ProductModel,
  { rule, formula }: Mutant,
  original: Compiled,
  slipped: Compiled,
): boolean {
  if (slipped.configurations !== original.configurations) return false
  if (!formula || sameBytes(original.machine, slipped.machine)) return true
  const both = {
    ...model,
    prices: [],
    bom: [],
    rules: [...model.rules, { ...rule, id: `${rule.id} slipped`, formula }],
  }
  const { from } = original.effective
  const joined = compile(both, { order: original.order, ...(from !== undefined && { at: from }) })
  return joined.ok && joined.configurations === original.configurations
}

/** Runs the tests of a model against every slip (`every` 5: each fifth one). */
export function mutationScore(model: ProductModel, file: string, at?: string, every = 1): MutationScore {
  // The first day always: a family without tests notices nothing.
  const days = [...new Set([at, ...model.tests.map((test) => test.at ?? at)])]
  const originals = new Map(days.map((day) => [day, compileOrFail(model, file, day)]))
  const survivors: Survivor[] = []
  let [noticed, refused] = [0, 0]
  // Rules that a slot brings along (`fridge/ice-water`) are a matter of that family's own tests.
  const own = { ...model, rules: model.rules.filter(({ id }) => !id.includes('/')) }
  for (const [number, mutant] of mutantsOf(own).entries()) {
    if (number % every !== 0) continue
    const slipped = mutated(model, mutant)
    const compiled = new Map<string | undefined, Compiled>()
    let [isRefused, isSame] = [false, true]
    for (const [day, original] of originals) {
      const result = compile(slipped, { order: original.order, ...(day !== undefined && { at: day }) })
      if (!result.ok || result.problems.length > 0) {
        isRefused = true
        break
      }
      compiled.set(day, result)
      isSame &&= sameBytes(result.machine, original.machine)
    }
    if (isRefused) refused++
    else if (!isSame) {
      const products = new Map<string | undefined, ReturnType<typeof openProduct>>()
      const on = (day: string | undefined) => {
        const known = products.get(day)
        if (known) return known
        const product = openProduct(packageOf(slipped, compiled.get(day)!), createLazyMachine)
        products.set(day, product)
        return product
      }
      if (failuresOf(slipped, (day) => on(day ?? at), 1).length > 0) noticed++
      else if (
        ![...originals].every(([day, original]) => isHarmless(model, mutant, original, compiled.get(day)!))
      ) {
        const { where, id } = mutant.rule
        survivors.push({ file: where.file, line: where.line, ruleId: id, change: mutant.change })
      }
    }
  }
  const mutants = noticed + survivors.length
  return { mutants, noticed, refused, score: mutants === 0 ? 1 : noticed / mutants, survivors }
}
