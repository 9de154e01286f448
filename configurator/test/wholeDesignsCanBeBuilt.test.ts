import { expect, test } from 'vitest'
import { openDesign } from '../src/session/design.ts'
import { cheapestDesign, surpriseDesign } from '../src/session/wholeDesigns.ts'
import { fridge, memory } from './fridge.ts'

/** Numbers in 0..1 that are the same in every run (a linear congruence, Numerical Recipes' constants). */
function dice(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

const context = { country: 'DE' }
const { options } = fridge.package

test('a surprise can be built, and within a hundred of them nearly every value of every option comes up', () => {
  const random = dice(7)
  const seen = new Set<string>()
  for (let i = 0; i < 100; i++) {
    const selection = surpriseDesign(fridge, context, random)
    expect(fridge.isBuildable({ context, selection })).toBe(true)
    const configuration = fridge.complete({ context, selection })!
    for (const [id, value] of Object.entries(configuration)) seen.add(`${id}=${String(value)}`)
  }
  const statuses = fridge.statuses({ context, selection: {} }).all()
  const possible = options
    .filter(({ role }) => role === 'choice')
    .flatMap(({ id, values }) =>
      values
        .filter((value) => statuses[id]![String(value)]!.changes >= 0)
        .map((value) => `${id}=${String(value)}`),
    )
  const missed = possible.filter((pair) => !seen.has(pair))
  expect(missed.length / possible.length, missed.join(', ')).toBeLessThan(0.05)
})

test('a surprise is one step: undo brings back what was there', () => {
  const session = openDesign({ product: fridge, keeper: memory(), context: [context] })
  session.choose('width_mm', 800)
  const { design } = session.getSnapshot()
  const selection = surpriseDesign(fridge, design.context, dice(1))
  session.take({ design: { ...design, selection }, current: true, unknown: [], nameless: 0 }, 'surprise')
  expect(session.getSnapshot().note).toMatchObject({ kind: 'taken', from: 'surprise' })
  session.undo()
  expect(session.getSnapshot().design).toEqual(design)
})

test('the cheapest design keeps every choice, costs what the machine says it costs at least, and is not offered twice', () => {
  const session = openDesign({ product: fridge, keeper: memory(), context: [context] })
  session.choose('finish', 'glass')
  session.choose('width_mm', 800)
  const { design, price } = session.getSnapshot()
  const cheapest = cheapestDesign(fridge, design)!
  expect(cheapest.selection).toMatchObject({ finish: 'glass', width_mm: 800 })
  expect(cheapest.cents).toBe(fridge.check(design).fromPriceCents)
  expect(cheapest.cents).toBeLessThan(price.totalCents)
  const taken = { ...design, selection: cheapest.selection }
  expect(fridge.complete(taken)).toEqual(cheapest.configuration)
  expect(cheapestDesign(fridge, taken)).toBeUndefined()
})
