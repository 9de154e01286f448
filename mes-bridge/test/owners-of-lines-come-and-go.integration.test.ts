/**
 * Several bridges on one database while owners of lines are killed and stopped: every order is built exactly once, whichever
 * bridge took it and whichever was watched.
 *
 * BRIDGES_CAMPAIGN=40 makes 40 rounds of kills and pauses instead of one of each and prints the times of the take-overs.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresMissing } from './postgresServer.ts'
import { startSite } from './site.ts'
import type { Site, SiteBridge } from './site.ts'

const rounds = Number(process.env['BRIDGES_CAMPAIGN'] ?? 0)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(postgresMissing)(`on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let site: Site
  beforeAll(async () => {
    site = await startSite({ lines: 2, bridges: rounds > 0 ? 3 : 2, speed: rounds > 0 ? 40 : 100 })
  }, 300_000)
  afterAll(async () => {
    await site?.stop()
  })

  /** Who works a line; one that is just being handed on is waited for. */
  async function ownerOf(lineId: string): Promise<SiteBridge> {
    for (;;) {
      const up = site.bridges.filter(({ isUp }) => isUp)
      const line = (await up[0]!.lines()).find(({ id }) => id === lineId)
      const owner = site.bridges.find(({ pid }) => line?.bridge?.includes(`/${pid}/`))
      if (owner) return owner
      await pause(50)
    }
  }

  test('lines are spread over the bridges, and every bridge shows them all', async () => {
    await site.settled(site.bridges)
    const spread = async () => {
      const owners = await Promise.all(['line-1', 'line-2'].map(ownerOf))
      return new Set(owners.map(({ pid }) => pid)).size
    }
    while ((await spread()) < 2) await pause(100)
  })

  test('hold, change, cancel and resume are carried out by the owner, whichever bridge is asked', async () => {
    const [here, there] = site.bridges as [SiteBridge, SiteBridge]
    const isHeld = async (bridge: SiteBridge) => (await bridge.lines()).map(({ held }) => held)
    // each line at the bridge that shows it from afar, and at its own
    for (const id of ['line-1', 'line-2'])
      expect((await site.ask(here, 'POST', `/api/lines/${id}/hold`)).body).toMatchObject({ id, held: true })
    while (!(await isHeld(there)).every(Boolean)) await pause(50)
    // nobody may find a line for them: one of the two bridges has them in hand, and not the other
    const wishes = await Promise.all(
      [here, there].flatMap((bridge) =>
        [true, false].map(async (isCancel) => {
          const shopper = await site.place()
          const path = `/api/orders/${shopper.order.orderId}`
          if (isCancel) return [shopper, await site.ask(bridge, 'POST', `${path}/cancel`, shopper)] as const
          shopper.changed = site.change(shopper.order)
          const body = { selection: shopper.changed }
          return [shopper, await site.ask(bridge, 'PATCH', path, shopper, body)] as const
        }),
      ),
    )
    const resumed = await Promise.all(
      ['line-1', 'line-2'].map((id) => site.ask(there, 'POST', `/api/lines/${id}/resume`)),
    )
    expect(wishes.flatMap(([, { status, body }]) => (status === 200 ? [] : [body]))).toEqual([])
    for (const [shopper, { body }] of wishes)
      if (shopper.changed) expect(body.order.selection).toMatchObject(shopper.changed)
    expect(resumed.map(({ body }) => body.held)).toEqual([false, false])
    await Promise.all(site.shoppers.map((shopper) => site.follow(shopper)))
    expect(wishes.map(([{ state }]) => state)).toEqual(['cancelled', 'completed', 'cancelled', 'completed'])
    expectAllBuiltOnce()
  })

  /** Every order that was taken is built once, as ordered, and every stream was whole. */
  function expectAllBuiltOnce(): void {
    const { lost, doubled, wrong, built, ordered } = site.verdict()
    expect({ lost, doubled, wrong }).toEqual({ lost: [], doubled: [], wrong: [] })
    expect(built).toBe(ordered)
    expect(site.shoppers.flatMap(({ wrongs }) => wrongs)).toEqual([])
    expect(site.bridges.flatMap(({ unexpected }) => unexpected)).toEqual([])
    expect(site.shoppers.every(({ state }) => state === 'completed' || state === 'cancelled')).toBe(true)
  }

  test(
    'owners are killed and stopped in the middle of orders: each is built once, each stream is whole',
    async () => {
      const owned: number[] = []
      const online: number[] = []
      const shopping: Promise<unknown>[] = []
      for (let round = 0; round < (rounds || 2); round++) {
        for (let n = 0; n < 4; n++) shopping.push(site.shop())
        await pause(300 + ((round * 137) % 900))
        const victim = await ownerOf(`line-${1 + (round % 2)}`)
        const others = site.bridges.filter((bridge) => bridge !== victim && bridge.isUp)
        expect(site.bridges.flatMap(({ unexpected }) => unexpected)).toEqual([])
        const isKill = round % 2 === 1
        if (isKill) await victim.kill()
        else victim.pause()
        for (let n = 0; n < 2; n++) shopping.push(site.shop())
        const { ownedMs, onlineMs } = await site.settled(others)
        owned.push(Math.round(ownedMs))
        online.push(Math.round(onlineMs))
        // the last one that is killed stays away: the others do without it
        if (isKill && rounds > 0) await victim.start()
        else if (!isKill) {
          // it wakes up long after its leases have ended, with calls and writes under way
          await pause(1_000)
          victim.resume()
        }
        if (rounds > 0)
          console.log(`round ${round + 1}: owned after ${owned.at(-1)} ms, online after ${online.at(-1)} ms`)
      }
      await Promise.all(shopping)
      expectAllBuiltOnce()
      if (rounds > 0)
        console.log({ rounds, orders: site.shoppers.length, owned: spread(owned), online: spread(online) })
      expect(Math.max(...owned)).toBeLessThan(10_000)
    },
    Math.max(180_000, rounds * 60_000),
  )

  test.skipIf(process.env['TEST_DATABASE_URL'] !== undefined)(
    'the database crashes while orders come in and are built: each is built once',
    async () => {
      const crashes = rounds > 0 ? Math.max(6, Math.round(rounds / 4)) : 1
      const shopping: Promise<unknown>[] = []
      for (let n = 0; n < crashes; n++) {
        for (let i = 0; i < 6; i++) shopping.push(site.shop())
        // in the middle of intake, of hand-over, of production
        await pause(20 + ((n * 311) % 1_500))
        await site.postgres.crash()
        for (let i = 0; i < 2; i++) shopping.push(site.shop())
        await pause((n % 3) * 1_500)
        await site.postgres.restart()
      }
      await Promise.all(shopping)
      expectAllBuiltOnce()
      if (rounds > 0) console.log({ crashes, orders: site.shoppers.length })
    },
    Math.max(180_000, rounds * 30_000),
  )

  test('a bridge that ends in order gives its lines back before it is gone', async () => {
    const leaving = await ownerOf('line-1')
    const { pid } = leaving
    expect(await site.leasesOf(pid)).toBeGreaterThan(0)
    expect(await leaving.end()).toBe(0)
    expect(await site.leasesOf(pid)).toBe(0)
  })
})

function spread(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}
