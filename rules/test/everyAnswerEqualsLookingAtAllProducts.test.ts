import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookAtAll, open, randomCase, runs } from './randomModels.ts'

test('count, domains, changes and cheapest totals', () => {
  fc.assert(
    fc.property(randomCase, ({ model, question }) => {
      const product = open(model)
      const oracle = lookAtAll(model)
      const given = { ...question.context, ...question.selection }
      expect(product.count(question)).toBe(BigInt(oracle.matching(given).length))
      expect(product.isBuildable(question)).toBe(oracle.matching(given).length > 0)
      const statuses = product.statuses(question).all()
      const inContext = oracle.matching(question.context)
      for (const [o, option] of model.options.entries()) {
        const fitting = option.values.filter((_, i) =>
          inContext.some(({ values }) => values[o] === i && missed(values, option.id) === 0),
        )
        for (const [i, value] of option.values.entries()) {
          const status = statuses[option.id]![String(value)]!
          let changes = Infinity
          let cents = Infinity
          for (const each of inContext) {
            if (each.values[o] !== i) continue
            const others = missed(each.values, option.id)
            if (others < changes || (others === changes && each.cents < cents))
              [changes, cents] = [others, each.cents]
          }
          if (changes === Infinity) {
            expect(status.changes).toBe(-1)
            expect(status.status).toBe(given[option.id] === value ? 'chosen' : 'conflict')
            continue
          }
          expect([status.changes, status.fromPriceCents]).toEqual([changes, cents])
          const expected =
            given[option.id] === value
              ? 'chosen'
              : changes > 0
                ? 'conflict'
                : given[option.id] === undefined && fitting.length === 1
                  ? 'forced'
                  : 'free'
          expect(status.status).toBe(expected)
        }
      }
      /** How many choices other than this option's a product goes against. */
      function missed(values: readonly number[], except: string): number {
        return model.options.filter(
          ({ id, values: own }, o) =>
            id !== except && id in question.selection && own[values[o]!] !== question.selection[id],
        ).length
      }
    }),
    runs(500),
  )
})

test('cheapest and defaulted completion, prices line by line, prices of every tap', () => {
  fc.assert(
    fc.property(randomCase, ({ model, question }) => {
      const product = open(model)
      const oracle = lookAtAll(model)
      const given = { ...question.context, ...question.selection }
      const left = oracle.matching(given)
      const cheapest = product.cheapest(question)
      const design = product.complete(question)
      if (left.length === 0) {
        expect(cheapest ?? design).toBeUndefined()
      } else {
        const priceOf = (configuration: NonNullable<typeof design>) => {
          const known = oracle.matching(configuration)
          expect(known).toHaveLength(1)
          const price = product.price(configuration)
          expect(price.totalCents).toBe(known[0]!.cents)
          expect(price.lines.reduce((sum, line) => sum + line.cents, 0)).toBe(price.totalCents)
          expect(product.verify({ ...configuration })).toEqual(configuration)
          return price.totalCents
        }
        expect(cheapest).toMatchObject(given)
        expect(design).toMatchObject(given)
        expect(priceOf(cheapest!)).toBe(Math.min(...left.map(({ cents }) => cents)))
        expect(priceOf(design!)).toBe(oracle.completedCents(given))
        expect(product.check(question).priceCents).toBe(oracle.completedCents(given))
      }
      const taps = product.designPrices(question)
      for (const option of model.options)
        for (const value of option.values) {
          const fixed = option.id in question.context && question.context[option.id] !== value
          const tapped = fixed ? undefined : oracle.completedCents({ ...given, [option.id]: value })
          expect(taps[option.id]![String(value)]).toBe(tapped)
        }
    }),
    runs(400),
  )
})

test('a complete order is accepted exactly when it is buildable', () => {
  fc.assert(
    fc.property(randomCase, ({ model, next }) => {
      const product = open(model)
      const oracle = lookAtAll(model)
      for (let i = 0; i < 10; i++) {
        const order = Object.fromEntries(
          model.options.map(({ id, values }) => [id, values[next(values.length)]!]),
        )
        expect(product.verify(order) !== undefined).toBe(oracle.matching(order).length === 1)
        expect(product.verify({ ...order, o99: 1 })).toBeUndefined()
        const { o0: _, ...missing } = order
        expect(product.verify(missing)).toBeUndefined()
      }
    }),
    runs(200),
  )
})
