/**
 * PostgreSQL's connection dies while a commit is under way: the journal finds out what became of the transaction instead of
 * guessing. A proxy in front of the server cuts before the commit gets there, or before its answer gets back, or lets the whole
 * server crash with the commit on its way.
 */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import type { OrderEvent } from '@lot-one/rules'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Journal } from '../src/journal.ts'
import { openJournal } from '../src/journalOpen.ts'
import { assigned, newOrder } from './journals.ts'
import { postgresMissing, startPostgres } from './postgresServer.ts'
import type { TestPostgres } from './postgresServer.ts'

/** The simple query `commit` of the frontend protocol (PostgreSQL 55.7): type, length, text. */
const commitMessage = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1')
type Cut = 'before the commit arrives' | 'before its answer comes back' | 'by a crash of the server'

/** A server that comes up again. */
const waiting = { timeout: 20_000, interval: 50 }

describe.skipIf(postgresMissing)(`on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: TestPostgres
  let direct: string
  let proxy: Server
  let journal: Journal
  let cut: Cut | undefined
  let cuts = 0
  let crashing: Promise<void> | undefined
  const heard: OrderEvent[] = []

  beforeAll(async () => {
    server = await startPostgres()
    const url = new URL(await server.database())
    direct = url.href
    proxy = createServer((client) => {
      const upstream = connect(Number(url.port), url.hostname)
      let isAnswerCut = false
      const end = () => {
        client.destroy()
        upstream.destroy()
      }
      for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
      // nobody gets in before the others have written
      if (crashing) return end()
      client.on('data', (data) => {
        if (cut !== undefined && data.includes(commitMessage)) {
          cuts++
          isAnswerCut = cut === 'before its answer comes back'
          if (cut === 'by a crash of the server') crashing = crash().finally(() => (crashing = undefined))
          cut = undefined
          if (!isAnswerCut) return end()
        }
        upstream.write(data)
      })
      upstream.on('data', (data) => {
        if (isAnswerCut) end()
        else client.write(data)
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const via = new URL(url)
    via.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
    journal = await openJournal({
      storage: { engine: 'postgres', url: via.href },
      now: () => new Date(),
      warn: () => {},
    })
    journal.follow((event) => heard.push(event))
  })
  afterAll(async () => {
    await journal.close()
    proxy.close()
    await server.stop()
  })

  test('an order that is in is accepted, and told to followers once', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    cut = 'before its answer comes back'
    expect(await journal.accept(order)).toMatchObject({
      outcome: 'accepted',
      order: { trackingToken: order.trackingToken },
    })
    expect(cuts).toBe(1)
    cut = 'before its answer comes back'
    expect(await journal.record(orderId, [assigned(orderId)])).toMatchObject({
      outcome: 'recorded',
      events: [{ seq: 2 }],
    })
    expect(cuts).toBe(2)
    expect((await journal.events(orderId, 0)).map(({ seq }) => seq)).toEqual([1, 2])
    expect(heard.filter((event) => event.orderId === orderId).map(({ seq }) => seq)).toEqual([1, 2])
  })

  test('an order that is not in is said to be unavailable, and the next try takes it', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    cut = 'before the commit arrives'
    expect(await journal.accept(order)).toMatchObject({ outcome: 'unavailable' })
    expect(await journal.order(orderId)).toBeUndefined()
    expect(heard.some((event) => event.orderId === orderId)).toBe(false)
    expect((await journal.accept(order)).outcome).toBe('accepted')
    cut = 'before the commit arrives'
    expect(await journal.record(orderId, [assigned(orderId)])).toMatchObject({ outcome: 'unavailable' })
    expect(await journal.events(orderId, 1)).toEqual([])
  })

  /** Down, up, and others write at once: they get the transaction ids that had not reached the disk. */
  async function crash(): Promise<void> {
    await server.crash()
    await server.restart()
    const other = new pg.Client({ connectionString: direct })
    await other.connect()
    for (let i = 0; i < 20; i++) await other.query('begin; select pg_current_xact_id(); commit')
    await other.end()
  }

  const notOurs = process.env['TEST_DATABASE_URL'] !== undefined
  test.skipIf(notOurs)(
    'what a crash took is not taken for written by the transaction id of others',
    async () => {
      const order = newOrder()
      const { orderId } = order.snapshot
      cut = 'by a crash of the server'
      expect(await journal.accept(order)).toMatchObject({ outcome: 'unavailable' })
      await vi.waitFor(async () => expect(await journal.probe()).toEqual({ outcome: 'ready' }), waiting)
      expect(await journal.order(orderId)).toBeUndefined()
      expect((await journal.accept(order)).outcome).toBe('accepted')
      cut = 'by a crash of the server'
      expect(await journal.record(orderId, [assigned(orderId)])).toMatchObject({ outcome: 'unavailable' })
      await vi.waitFor(
        async () =>
          expect(await journal.record(orderId, [assigned(orderId)])).toMatchObject({
            outcome: 'recorded',
            events: [{ seq: 2 }],
          }),
        waiting,
      )
      expect((await journal.events(orderId, 0)).map(({ seq }) => seq)).toEqual([1, 2])
    },
  )

  test('a lease that was given is ours, whoever lost the answer', async () => {
    cut = 'before its answer comes back'
    const claimed = await journal.bridges.claim('here', 'line-1', 3_000)
    expect(claimed).toEqual({ outcome: 'claimed', fence: { lease: 'line-1', epoch: 1 } })
  })
})
