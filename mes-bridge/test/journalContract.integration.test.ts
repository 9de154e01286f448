import { randomUUID } from 'node:crypto'
import { replay } from '@lot-one/rules'
import type { OrderEvent } from '@lot-one/rules'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Journal } from '../src/journal.ts'
import { openJournal } from '../src/journalOpen.ts'
import type { JournalStart } from '../src/journalOpen.ts'
import { assigned, job, newOrder, seen, temporaryFolder, workerFile } from './journals.ts'
import { postgresMissing, startPostgres } from './postgresServer.ts'
import type { TestPostgres } from './postgresServer.ts'

const now = () => new Date('2026-03-01T10:00:00.000Z')

/** One promise for both databases: the suite is the same, only where the journal lies differs. */
function keepsItsPromises(storage: () => Promise<JournalStart['storage']>, cleanUp: () => Promise<void>) {
  let start: JournalStart
  let journal: Journal
  const warnings: string[] = []

  beforeAll(async () => {
    start = { storage: await storage(), now, warn: (message) => warnings.push(message) }
    journal = await openJournal(start)
  })
  afterAll(async () => {
    await journal.close()
    await cleanUp()
    expect(warnings).toEqual([])
  })

  test('a write under a lease that has changed hands is refused whole', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await journal.accept(order)
    const first = await journal.bridges.claim('a', 'fenced', 50)
    if (first.outcome !== 'claimed') throw new Error(first.outcome)
    const write = (fence: typeof first.fence, afterSeq: number) =>
      journal.record(orderId, [{ kind: 'cancelRequested' }], [job(orderId, 10)], {
        fences: [fence],
        afterSeq,
      })
    expect(await write(first.fence, 7)).toEqual({ outcome: 'overtaken' })
    expect((await write(first.fence, 1)).outcome).toBe('recorded')
    let second = await journal.bridges.claim('b', 'fenced', 50)
    while (second.outcome === 'taken') second = await journal.bridges.claim('b', 'fenced', 50)
    if (second.outcome !== 'claimed') throw new Error(second.outcome)
    expect(second.fence.epoch).toBe(first.fence.epoch + 1)
    expect(await write(first.fence, 2)).toEqual({ outcome: 'fenced' })
    expect(await journal.events(orderId, 2)).toEqual([])
    expect((await write(second.fence, 2)).outcome).toBe('recorded')
    await journal.bridges.release([second.fence])
    expect(await write(second.fence, 3)).toEqual({ outcome: 'fenced' })
  })

  test('leases are renewed by their owner alone, and what is asked reaches it', async () => {
    const { bridges } = journal
    const claimed = await bridges.claim('a', 'line-7', 60_000)
    if (claimed.outcome !== 'claimed') throw new Error(claimed.outcome)
    const { fence } = claimed
    await bridges.report(fence, 'a', '"all is well"')
    await bridges.report({ ...fence, epoch: fence.epoch - 1 }, 'b', '"a word from the past"')
    await bridges.ask({ askId: 'b/1', lease: 'line-7', body: '{}' }, 60_000)
    await bridges.ask({ askId: 'b/2', lease: 'another', body: '{}' }, 60_000)
    const beat = await bridges.beat({ bridge: 'a', lines: ['line-7'] }, [fence], 60_000)
    if ('outcome' in beat) throw new Error(beat.reason)
    expect(beat.renewed).toEqual([fence])
    expect(beat.bridges).toContainEqual({ bridge: 'a', lines: ['line-7'] })
    expect(beat.asks).toEqual([{ askId: 'b/1', lease: 'line-7', body: '{}' }])
    const seenLease = beat.leases.find(({ lease }) => lease === 'line-7')
    expect(seenLease).toMatchObject({ owner: 'a', epoch: fence.epoch })
    expect(seenLease?.leftMs).toBeGreaterThan(50_000)
    expect(await bridges.reports(['line-7'])).toEqual([
      { lineId: 'line-7', bridge: 'a', version: beat.reports.get('line-7'), report: '"all is well"' },
    ])
    await bridges.answer('b/1', '{"outcome":"done"}')
    await bridges.answer('b/1', '{"outcome":"done twice"}')
    expect(await bridges.answerTo('b/1')).toEqual({ answer: '{"outcome":"done"}' })
    expect(await bridges.answerTo('b/2')).toEqual({ answer: undefined })
    await bridges.trust('line-7', 'ab12')
    await bridges.trust('line-7', 'ab12')
    expect(await bridges.isTrusted('line-7', 'ab12')).toEqual({ trusted: true })
    expect(await bridges.isTrusted('line-8', 'ab12')).toEqual({ trusted: false })
    await bridges.release([fence])
    const after = await bridges.beat({ bridge: 'a', lines: [] }, [fence], 60_000)
    expect(after).toMatchObject({ renewed: [], asks: [] })
    await bridges.leave('a')
  })

  test('whoever finds lines reads the orders that are on none, an owner those on its line', async () => {
    const waiting = newOrder()
    const placed = newOrder()
    const refused = newOrder()
    for (const order of [waiting, placed, refused]) await journal.accept(order)
    const ids = [waiting, placed, refused].map(({ snapshot }) => snapshot.orderId)
    const on = (orderId: string, handOver: 'planned' | 'refused') =>
      journal.record(orderId, [assigned(orderId)], [job(orderId, 10, { lineId: 'line-9', handOver })])
    await on(ids[1]!, 'planned')
    await on(ids[2]!, 'refused')
    const read = async (of: Parameters<Journal['openOrders']>[0]) =>
      (await journal.openOrders(of)).map(({ snapshot }) => snapshot.orderId).filter((id) => ids.includes(id))
    expect(new Set(await read({ onNoneOf: ['line-9'] }))).toEqual(new Set([ids[0], ids[2]]))
    expect(await read({ lineId: 'line-9' })).toEqual([ids[1]])
    expect(new Set(await read({ onNoneOf: ['line-8'] }))).toEqual(new Set(ids))
  })

  test('an accepted order can be read back with its event', async () => {
    const order = newOrder()
    const answer = await journal.accept(order)
    expect(answer).toMatchObject({ outcome: 'accepted', order: { trackingToken: order.trackingToken } })
    const stored = await journal.order(order.snapshot.orderId)
    expect(stored).toEqual('order' in answer ? answer.order : undefined)
    expect(stored?.snapshot).toEqual(order.snapshot)
    expect(stored?.view).toMatchObject({ state: 'accepted', seq: 1, operations: [] })
    expect(await journal.events(order.snapshot.orderId, 0)).toEqual([
      {
        orderId: order.snapshot.orderId,
        seq: 1,
        at: now().toISOString(),
        state: 'accepted',
        kind: 'accepted',
      },
    ])
  })

  test('the same body again is the same order with the first token; another body is refused', async () => {
    const order = newOrder()
    await journal.accept(order)
    const again = await journal.accept({ ...order, trackingToken: 'another' })
    expect(again).toMatchObject({
      outcome: 'known',
      order: { trackingToken: order.trackingToken, snapshot: order.snapshot },
    })
    expect(await journal.accept({ ...order, bodyDigest: 'another' })).toEqual({ outcome: 'reused' })
    expect(await journal.events(order.snapshot.orderId, 0)).toHaveLength(1)
  })

  test('the same order posted many times at once is accepted once', async () => {
    const order = newOrder()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => journal.accept({ ...order, trackingToken: `token ${i}` })),
    )
    expect(answers.filter((a) => a.outcome === 'accepted')).toHaveLength(1)
    expect(answers.filter((a) => a.outcome === 'known')).toHaveLength(19)
    expect(new Set(answers.map((a) => ('order' in a ? a.order.trackingToken : a.outcome))).size).toBe(1)
  })

  test('an order that is there already keeps out none of those that are posted with it', async () => {
    const [before, ...fresh] = Array.from({ length: 40 }, () => newOrder())
    await journal.accept(before!)
    const reported = newOrder()
    const { orderId } = reported.snapshot
    await journal.accept(reported)
    const followed: OrderEvent[] = []
    const stop = journal.follow((event) => followed.push(event))
    const [again, reused, recorded, ...accepted] = await Promise.all([
      journal.accept({ ...before!, trackingToken: 'another' }),
      journal.accept({ ...before!, bodyDigest: 'another' }),
      journal.record(orderId, [assigned(orderId)], [job(orderId, 10)]),
      ...fresh.map((order) => journal.accept(order)),
    ])
    stop()
    expect(again).toMatchObject({ outcome: 'known', order: { trackingToken: before!.trackingToken } })
    expect(reused).toEqual({ outcome: 'reused' })
    expect(recorded.outcome).toBe('recorded')
    expect(new Set(accepted.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']))
    const told = followed.map((event) => `${event.orderId} ${event.seq}`)
    expect(told.sort()).toEqual(
      [...fresh.map(({ snapshot }) => `${snapshot.orderId} 1`), `${orderId} 2`].sort(),
    )
    for (const { snapshot } of [before!, ...fresh])
      expect(await journal.events(snapshot.orderId, 0)).toHaveLength(1)
    expect(await journal.events(orderId, 0)).toHaveLength(2)
  })

  test('an unknown order is undefined, its events and jobs are empty', async () => {
    expect(await journal.order(randomUUID())).toBeUndefined()
    expect(await journal.events(randomUUID(), 0)).toEqual([])
    expect(await journal.jobs(randomUUID())).toEqual([])
  })

  test('facts are numbered, judged and folded; replaying them gives the stored lifecycle', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await journal.accept(order)
    await journal.record(orderId, [assigned(orderId)], [job(orderId, 10), job(orderId, 20)])
    await journal.record(orderId, [seen(10, 'Running')])
    const last = await journal.record(orderId, [seen(10, 'Ended'), seen(20, 'Running')])
    expect(last).toMatchObject({
      outcome: 'recorded',
      events: [{ seq: 4 }, { seq: 5, state: 'inProduction' }],
    })
    const events = await journal.events(orderId, 0)
    expect(events.map((e) => [e.seq, e.kind, e.state])).toEqual([
      [1, 'accepted', 'accepted'],
      [2, 'assigned', 'released'],
      [3, 'job', 'inProduction'],
      [4, 'job', 'inProduction'],
      [5, 'job', 'inProduction'],
    ])
    expect(await journal.events(orderId, 3)).toEqual(events.slice(3))
    const stored = await journal.order(orderId)
    expect(stored?.lifecycle).toEqual(replay(events))
    expect(stored?.view).toMatchObject({
      seq: 5,
      lineId: 'line-1',
      operations: [{ jobState: 'Ended' }, { jobState: 'Running' }],
    })
  })

  test('records of one order made at once are numbered without a gap', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await journal.accept(order)
    await journal.record(orderId, [assigned(orderId)])
    await Promise.all(Array.from({ length: 50 }, () => journal.record(orderId, [seen(10, 'Running')])))
    expect((await journal.events(orderId, 0)).map((e) => e.seq)).toEqual(
      Array.from({ length: 52 }, (_, i) => i + 1),
    )
  })

  test('a job record is kept as it was last written', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await journal.accept(order)
    const first = job(orderId, 10)
    const second = job(orderId, 20, { handOver: 'sending', attempt: 1 })
    await journal.record(orderId, [], [second, first])
    expect(await journal.jobs(orderId)).toEqual([first, second])
    const confirmed = job(orderId, 20, {
      handOver: 'confirmed',
      attempt: 1,
      jobState: 'Running',
      cleared: true,
      detail: 'seen',
    })
    await journal.record(orderId, [], [confirmed])
    expect(await journal.jobs(orderId)).toEqual([first, confirmed])
  })

  test('facts about an unknown order are a bug, and spoil nothing that is written with them', async () => {
    const good = newOrder()
    const [bad, fine] = await Promise.allSettled([
      journal.record(randomUUID(), [seen(10, 'Running')]),
      journal.accept(good),
    ])
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('No order') },
    })
    expect(fine).toMatchObject({ value: { outcome: 'accepted' } })
    expect(await journal.order(good.snapshot.orderId)).toBeDefined()
  })

  test('open orders are those not finished, and finished ones with a job to clear', async () => {
    const [open, cleared, toClear, cancelled] = [newOrder(), newOrder(), newOrder(), newOrder()]
    for (const order of [open, cleared, toClear, cancelled]) {
      const { orderId } = order.snapshot
      await journal.accept(order)
      await journal.record(orderId, [assigned(orderId)])
    }
    for (const [order, isCleared] of [
      [cleared, true],
      [toClear, false],
    ] as const) {
      const { orderId } = order.snapshot
      await journal.record(
        orderId,
        [seen(10, 'Ended'), seen(20, 'Ended')],
        [10, 20].map((op) =>
          job(orderId, op, { handOver: 'confirmed', jobState: 'Ended', cleared: isCleared }),
        ),
      )
    }
    await journal.record(
      cancelled.snapshot.orderId,
      [{ kind: 'cancelRequested' }, { kind: 'cancelled' }],
      [job(cancelled.snapshot.orderId, 10)],
    )
    const ids = (await journal.openOrders()).map((o) => o.snapshot.orderId)
    expect(ids).toContain(open.snapshot.orderId)
    expect(ids).toContain(toClear.snapshot.orderId)
    expect(ids).not.toContain(cleared.snapshot.orderId)
    expect(ids).not.toContain(cancelled.snapshot.orderId)
    const found = (await journal.openOrders()).find((o) => o.snapshot.orderId === toClear.snapshot.orderId)
    expect(found?.jobs.map((j) => j.jobOrder.op)).toEqual([10, 20])
    expect(found?.lifecycle.state).toBe('completed')
  })

  test('a follower hears every event once, in order, and only after it can be read', async () => {
    const heard: OrderEvent[] = []
    const readable: Promise<boolean>[] = []
    const stop = journal.follow((event) => {
      heard.push(event)
      readable.push(
        journal.events(event.orderId, event.seq - 1).then((events) => events[0]?.seq === event.seq),
      )
    })
    const orders = Array.from({ length: 10 }, () => newOrder())
    await Promise.all(orders.map((order) => journal.accept(order)))
    await Promise.all(
      orders.map(({ snapshot: { orderId } }) =>
        journal.record(orderId, [assigned(orderId), seen(10, 'Running')]),
      ),
    )
    stop()
    await journal.accept(newOrder())
    for (const { snapshot } of orders) {
      expect(heard.filter((e) => e.orderId === snapshot.orderId).map((e) => e.seq)).toEqual([1, 2, 3])
    }
    expect(heard).toHaveLength(30)
    expect(await Promise.all(readable)).toEqual(heard.map(() => true))
  })

  test('rules, held lines and the audit are kept', async () => {
    await journal.keepRules('hash-1', '{"a":1}')
    await journal.keepRules('hash-1', '{"a":2}')
    expect(await journal.rules('hash-1')).toBe('{"a":1}')
    expect(await journal.rules('hash-2')).toBeUndefined()
    await journal.holdLine('line-1', true)
    await journal.holdLine('line-2', true)
    await journal.holdLine('line-2', false)
    expect(await journal.heldLines()).toEqual(['line-1'])
    const entry = { lineId: 'line-1', method: 'Store', user: 'bridge', thumbprint: 'AB', result: 'Good' }
    expect(await journal.audit(entry)).toEqual({ outcome: 'recorded' })
    expect(await journal.probe()).toEqual({ outcome: 'ready' })
  })

  test('everything is still there after closing and opening again', async () => {
    const order = newOrder()
    const { orderId } = order.snapshot
    await journal.accept(order)
    await journal.record(orderId, [assigned(orderId)], [job(orderId, 10)])
    const before = await journal.order(orderId)
    await journal.close()
    journal = await openJournal(start)
    expect(await journal.order(orderId)).toEqual(before)
    expect(await journal.jobs(orderId)).toEqual([job(orderId, 10)])
    expect(await journal.accept(order)).toMatchObject({ outcome: 'known' })
    await journal.record(orderId, [seen(10, 'Running')])
    expect((await journal.events(orderId, 0)).map((e) => e.seq)).toEqual([1, 2, 3])
  })

  test('a picture is kept a day, and for good once an order names it; a claim without its order keeps nothing', async () => {
    let at = now()
    await journal.close()
    journal = await openJournal({ ...start, now: () => at })
    const { pictures } = journal
    const [ordered, claimed, unwanted, late] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)) as [
      string,
      string,
      string,
      string,
    ]
    const picture = (sha256: string) => ({ sha256, type: 'image/png', bytes: Buffer.from(sha256) })
    for (const sha256 of [ordered, claimed, unwanted])
      expect(await pictures.keep(picture(sha256))).toEqual({ outcome: 'kept' })
    const order = newOrder()
    expect(await pictures.claim(order.snapshot.orderId, [ordered, late])).toEqual({
      outcome: 'claimed',
      missing: [late],
    })
    expect(await pictures.ordered(ordered)).toBeUndefined()
    await journal.accept(order)
    // killed between the claim and its order
    await pictures.claim(newOrder().snapshot.orderId, [claimed])
    expect(await pictures.tidy()).toEqual({ outcome: 'tidied', removed: 0 })

    await journal.close()
    at = new Date(at.getTime() + 25 * 3_600_000)
    journal = await openJournal({ ...start, now: () => at })
    await journal.pictures.keep(picture(late))
    expect(await journal.pictures.tidy()).toEqual({ outcome: 'tidied', removed: 2 })
    expect(await journal.pictures.ordered(ordered)).toEqual(picture(ordered))
    expect(await journal.pictures.claim('later', [ordered, claimed, unwanted, late])).toEqual({
      outcome: 'claimed',
      missing: [claimed, unwanted],
    })
    await journal.close()
    journal = await openJournal(start)
  })

  test('thousands of orders at once share commits and are all there', async () => {
    const orders = Array.from({ length: 3000 }, () => newOrder())
    const answers = await Promise.all(orders.map((order) => journal.accept(order)))
    expect(answers.every((a) => a.outcome === 'accepted')).toBe(true)
    const open = new Set((await journal.openOrders()).map((o) => o.snapshot.orderId))
    const missing = orders.filter((order) => !open.has(order.snapshot.orderId))
    expect(missing).toHaveLength(0)
  })
}

describe('the journal on SQLite', () => {
  const folder = temporaryFolder()
  keepsItsPromises(
    async () => ({ engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid }),
    async () => folder.remove(),
  )
})

describe.skipIf(postgresMissing)(
  `the journal on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    let server: TestPostgres
    keepsItsPromises(
      async () => {
        server = await startPostgres()
        return { engine: 'postgres', url: await server.database() }
      },
      async () => server.stop(),
    )
  },
)
