/**
 * A page answers every click from the package it was given; the bridge decides with its own. Random clicks, also into conflicts and
 * through their repairs: the answers are the same, to the cent and the last design. PAGE_CLICKS=1000000 (PAGE_SEED: others) makes
 * the campaign; every hundredth click is asked over HTTP as well.
 */
import { openAnyProduct } from '@lot-one/rules'
import type { Product, Selection } from '@lot-one/rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../../bench/harness.ts'
import { send, startShop } from './shop.ts'
import type { Shop } from './shop.ts'

const clicks = Number(process.env['PAGE_CLICKS'] ?? 6000)
let shop: Shop

beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

/** As JSON carries it. */
const plain = (check: ReturnType<Product['check']>) => ({ ...check, count: String(check.count) })

test(
  `page and bridge agree on ${clicks} random clicks`,
  async () => {
    const random = seeded(Number(process.env['PAGE_SEED'] ?? 1))
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
    const pages = await Promise.all(
      shop.products.map(async ({ package: { id } }) =>
        openAnyProduct((await send(`${shop.url}/api/products/${id}`)).body),
      ),
    )
    let conflicts = 0
    for (let click = 0, walk = 0; click < clicks; walk++) {
      const which = walk % pages.length
      const page = pages[which]!
      const bridge = shop.products[which]!
      const { options } = page.package
      const contexts = options.filter(({ role }) => role === 'context')
      const choices = options.filter(({ role }) => role === 'choice')
      const context: Selection = Object.fromEntries(contexts.map(({ id, values }) => [id, pick(values)]))
      let selection: Selection = {}
      for (let step = 0; step < 25 && click < clicks; step++, click++) {
        const { id, values } = pick(choices)
        const { [id]: had, ...others } = selection
        selection = had !== undefined && random() < 0.2 ? others : { ...others, [id]: pick(values) }
        const question = { context, selection }
        const asked = page.check(question)
        const decided = bridge.check(question)
        // a mismatch is shown as a difference, a match costs no walk through thousands of values
        if (JSON.stringify(plain(asked)) !== JSON.stringify(plain(decided)))
          expect(plain(decided), JSON.stringify(question)).toEqual(plain(asked))
        // a connection of its own: between two of them this process is busy for longer than one is kept
        if (click % 100 === 0) {
          const url = `${shop.url}/api/products/${page.package.id}/check`
          const { status, body } = await send(url, { json: question, headers: { connection: 'close' } })
          expect(status).toBe(200)
          const { conflicts: told, ...rest } = body
          const { conflicts: own, ...answers } = plain(asked)
          expect(rest, JSON.stringify(question)).toEqual(JSON.parse(JSON.stringify(answers)))
          expect(told.map((each: { ruleId: string }) => each.ruleId)).toEqual(
            own.map(({ ruleIds }) => ruleIds[0]),
          )
        }
        if (asked.buildable) continue
        conflicts++
        if (random() < 0.5 && asked.repairs.length > 0)
          selection = { ...selection, ...pick(asked.repairs).change }
      }
    }
    // walks that never clash would compare little
    expect(conflicts).toBeGreaterThan(clicks / 50)
  },
  60_000 + clicks * 10,
)
