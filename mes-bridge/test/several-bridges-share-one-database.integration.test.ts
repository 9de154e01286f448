import type { OrderEvent } from '@lot-one/rules'
import { Kysely } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Journal } from '../src/journal.ts'
import { openJournal } from '../src/journalOpen.ts'
import { followPostgres, openPostgres } from '../src/journalPostgres.ts'
import type { Tables } from '../src/journalTables.ts'
import { assigned, newOrder, seen } from './journals.ts'
import { postgresMissing, startPostgres } from './postgresServer.ts'
import type { TestPostgres } from './postgresServer.ts'

describe.skipIf(postgresMissing)(`on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres
  let url: string
  const warnings: string[] = []
  const open = () =>
    openJournal({
      storage: { engine: 'postgres', url },
      now: () => new Date(),
      warn: (message) => warnings.push(message),
    })
  let here: Journal
  let there: Journal

  beforeAll(async () => {
    server = await startPostgres()
    url = await server.database()
    // both bring the tables up to date at the same time
    ;[here, there] = await Promise.all([open(), open()])
  })
  afterAll(async () => {
    await Promise.all([here.close(), there.close()])
    await server.stop()
  })

  test('each hears what the other wrote, every event once', async () => {
    const heard: OrderEvent[] = []
    const orders = Array.from({ length: 40 }, () => newOrder())
    const all = new Promise<void>((resolve) => {
      const stop = there.follow((event) => {
        heard.push(event)
        if (heard.length < 120) return
        stop()
        resolve()
      })
    })
    await Promise.all(
      orders.map(async (order, i) => {
        const { orderId } = order.snapshot
        await here.accept(order)
        // every second order goes on where it is heard, so that both write
        await (i % 2 ? here : there).record(orderId, [assigned(orderId)])
        await (i % 2 ? there : here).record(orderId, [seen(10, 'Running')])
      }),
    )
    await all
    const seqs = new Map<string, number[]>()
    for (const { orderId, seq } of heard) seqs.set(orderId, [...(seqs.get(orderId) ?? []), seq])
    expect(seqs.size).toBe(40)
    for (const each of seqs.values()) expect(new Set(each)).toEqual(new Set([1, 2, 3]))
    expect(heard).toHaveLength(120)
  })

  test('the same order posted to both at once is accepted once; another body is refused by whoever is later', async () => {
    for (let i = 0; i < 20; i++) {
      const order = newOrder()
      const same = await Promise.all([here.accept(order), there.accept({ ...order, trackingToken: 'other' })])
      expect(same.map((a) => a.outcome).toSorted()).toEqual(['accepted', 'known'])
      expect(new Set(same.map((a) => ('order' in a ? a.order.trackingToken : undefined))).size).toBe(1)
      const other = newOrder()
      const clash = await Promise.all([here.accept(other), there.accept({ ...other, bodyDigest: 'other' })])
      expect(clash.map((a) => a.outcome).toSorted()).toEqual(['accepted', 'reused'])
    }
  })

  test('records of one order made by both are numbered without a gap', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await here.accept(order)
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        (i % 2 ? here : there).record(orderId, [{ kind: 'waiting', reason: 'noLine' }]),
      ),
    )
    const events = await here.events(orderId, 0)
    expect(events.map((e) => e.seq)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
  })

  test.skipIf(process.env['TEST_DATABASE_URL'] !== undefined)(
    'a database that crashes is honest trouble: nothing acknowledged is lost, intake and following go on by themselves',
    async () => {
      const before = newOrder()
      await here.accept(before)
      await server.crash()
      const during = newOrder()
      expect(await here.accept(during)).toEqual({
        outcome: 'unavailable',
        reason: expect.stringContaining('the database is away'),
      })
      expect((await here.probe()).outcome).toBe('unavailable')
      await expect(here.order(before.snapshot.orderId)).rejects.toThrow('the database is away')
      await server.restart()

      // the order from before the crash may come late as well
      const heard = new Promise<OrderEvent>((resolve) => {
        const stop = there.follow((event) => {
          if (event.orderId !== during.snapshot.orderId) return
          stop()
          resolve(event)
        })
      })
      // the first use may still meet a dead connection
      let again = await here.accept(during)
      while (again.outcome === 'unavailable') again = await here.accept(during)
      expect(again.outcome).toBe('accepted')
      expect((await here.order(before.snapshot.orderId))?.snapshot).toEqual(before.snapshot)
      expect((await heard).seq).toBe(1)
      expect(warnings.length).toBeGreaterThan(0)
    },
  )

  test.skipIf(process.env['TEST_DATABASE_URL'] !== undefined)(
    'what is written with the transaction ids that a crash made free again is followed too',
    async () => {
      const statement = async (...texts: string[]) => {
        const client = new pg.Client({ connectionString: url })
        await client.connect()
        for (const text of texts) await client.query(text)
        await client.end()
      }
      // what was rolled back does not reach the disk before the crash
      await statement(`alter system set wal_writer_delay = '10s'`, 'select pg_reload_conf()')
      const { dialect, close } = openPostgres(url, () => {})
      let onQuery = () => {}
      const db = new Kysely<Tables>({ dialect, log: () => onQuery() })
      let deliver: (events: readonly OrderEvent[]) => void = () => {}
      const following = await followPostgres({
        url,
        db,
        deliver: (events) => deliver(events),
        onNews: () => {},
        warn: () => {},
        pollMs: 20,
      })
      const heard = new Promise<OrderEvent>((resolve) => {
        deliver = (events) =>
          events.forEach((event) => void (event.orderId === 'told-to-nobody' && resolve(event)))
      })
      await statement(...Array(50).fill('begin; select pg_current_xact_id(); rollback'))
      // two rounds of two queries: the second began after all of them
      await new Promise<void>((resolve) => {
        let left = 4
        onQuery = () => void (--left === 0 && resolve())
      })
      await server.crash()
      await server.restart()
      const event = JSON.stringify({ orderId: 'told-to-nobody', seq: 1 })
      await statement(
        `insert into events (order_id, seq, kind, at, event) values ('told-to-nobody', 1, 'accepted', '', '${event}')`,
      )
      expect((await heard).seq).toBe(1)
      await following.close()
      await db.destroy()
      await close()
    },
  )
})
