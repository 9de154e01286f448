/**
 * Random walks of taps through every family, ways out taken: wherever a shopper is, each value that is sold in her country is one tap
 * and at most one accepted repair away. WALKS=10000 (WALK_SEED: others) makes the campaign.
 */
import { openProduct } from '@lot-one/rules'
import type { Product, Value } from '@lot-one/rules'
import { expect, test } from 'vitest'
import fridge from '../../rules/products/fridge.yaml?raw'
import oven from '../../rules/products/oven.yaml?raw'
import washer from '../../rules/products/washer.yaml?raw'
import { openDesign } from '../src/session/design.ts'
import { memory, packageFrom } from './fridge.ts'

const walks = Number(import.meta.env['WALKS'] ?? 60)
let state = Number(import.meta.env['WALK_SEED'] ?? 5)
/** Marsaglia's xorshift32 (2003). */
const random = () => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) / 2 ** 32
}
const taps = 10

test.each([
  ['fridge', fridge],
  ['washing machine', washer],
  ['oven', oven],
])(
  `${walks} walks through the %s`,
  (_, yaml) => {
    const product = openProduct(packageFrom(yaml))
    const { options } = product.package
    const choices = options.filter(({ role }) => role === 'choice')
    const contexts = options.filter(({ role }) => role === 'context')
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
    const sold = new Map<string, ReadonlySet<string>>()
    let repaired = 0
    for (let walk = 0; walk < walks; walk++) {
      const context = Object.fromEntries(contexts.map(({ id, values }) => [id, pick(values)]))
      const session = openDesign({ product, keeper: memory(), context: [context] })
      for (let tap = 0; tap < taps; tap++) {
        const { statuses, design } = session.getSnapshot()
        const here = JSON.stringify(design.context)
        const of = sold.get(here) ?? valuesSold(product, design.context)
        sold.set(here, of)
        for (const { id, values } of choices)
          for (const value of values)
            if (statuses.of(id, value)!.changes >= 0 !== of.has(name(id, value)))
              expect.fail(
                `${name(id, value)} after ${JSON.stringify(design)}: sold is ${of.has(name(id, value))}`,
              )

        const { id, values } = pick(choices)
        const value = pick(values)
        if (!of.has(name(id, value))) continue
        const { changes } = statuses.of(id, value)!
        session.choose(id, value)
        const { conflict } = session.getSnapshot()
        expect(conflict !== undefined, `${name(id, value)} after ${JSON.stringify(design)}`).toBe(changes > 0)
        if (conflict) {
          repaired++
          session.takeRepair(pick(conflict.repairs).repair)
        }
        const after = session.getSnapshot()
        expect(after.conflict).toBeUndefined()
        expect(after.configuration[id]).toBe(value)
        expect(product.verify({ ...after.configuration })).toBeDefined()
      }
      session.close()
    }
    expect(repaired).toBeGreaterThan(walks / 4)
  },
  60_000 + walks * 300,
)

const name = (option: string, value: Value) => `${option} = ${value}`

/** Every value in some product of this context. */
function valuesSold(product: Product, context: Readonly<Record<string, Value>>): ReadonlySet<string> {
  return new Set(
    product.package.options.flatMap(({ id, values }) =>
      values
        .filter((value) => product.count({ context, selection: { [id]: value } }) > 0n)
        .map((value) => name(id, value)),
    ),
  )
}
