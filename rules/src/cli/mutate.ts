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
  /** Slips that there was no time for; the others are spread evenly over the rules. */
  readonly untried: number
}

export interface MutationOptions {
  readonly at?: string
  /** 5: each fifth slip. */
  readonly every?: number
  /** Whether to stop before the next slip. */
  readonly enough?: () => boolean
  readonly onProgress?: (done: number, of: number) => void
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

/** `0 … count - 1`, each once, in an order whose beginning is spread evenly over all of it. */
function* spread(count: number): Generator<number> {
  const bits = Math.ceil(Math.log2(Math.max(2, count)))
  for (let n = 0; n < 2 ** bits; n++) {
    let mirrored = 0
    for (let bit = 0; bit < bits; bit++) mirrored += ((n >> bit) & 1) * 2 ** (bits - 1 - bit)
    if (mirrored < count) yield mirrored
  }
}

/** Runs the tests of a model against every slip. */
export function mutationScore(
  model: ProductModel,
  file: string,
  { at, every = 1, enough, onProgress }: MutationOptions = {},
): MutationScore {
  // Rules that a slot brings along (`fridge/ice-water`) are a matter of that family's own tests.
  const own = { ...model, rules: model.rules.filter(({ id }) => !id.includes('/')) }
  const slips = mutantsOf(own).filter((_, number) => number % every === 0)
  // The first day always: a family without tests notices nothing.
  const days = [...new Set([at, ...model.tests.map((test) => test.at ?? at)])]
  const originals = new Map(days.map((day) => [day, compileOrFail(model, file, day)]))
  const survivors: (Survivor & { readonly number: number })[] = []
  let [noticed, refused, done] = [0, 0, 0]
  for (const number of spread(slips.length)) {
    const mutant = slips[number]!
    if (enough?.()) break
    onProgress?.(done, slips.length)
    done++
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
        survivors.push({ number, file: where.file, line: where.line, ruleId: id, change: mutant.change })
      }
    }
  }
  const mutants = noticed + survivors.length
  return {
    mutants,
    noticed,
    refused,
    score: mutants === 0 ? 1 : noticed / mutants,
    survivors: survivors
      .toSorted((a, b) => a.number - b.number)
      .map(({ file: where, line, ruleId, change }) => ({ file: where, line, ruleId, change })),
    untried: slips.length - done,
  }
}
