/**
 * What was acknowledged is on disk, whatever happens next: kill -9 in the middle of intake, a full disk.
 * INTAKE_CAMPAIGN=100 kills so often and prints what was found.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { replay } from '@lot-one/rules'
import Libsql from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildServers } from '../../scripts/build.mjs'
import { openJournal } from '../src/journalOpen.ts'
import { newOrder, temporaryFolder, workerFile } from './journals.ts'
import { send, startShop } from './shop.ts'

const bundles = fileURLToPath(new URL('../../dist/test', import.meta.url))
const now = () => new Date()
const warn = (message: string) => {
  throw new Error(message)
}

beforeAll(() => buildServers({ intakeChild: 'mes-bridge/test/intakeChild.ts' }, bundles))
afterAll(() => rmSync(bundles, { recursive: true, force: true }))

function startChild(folder: string) {
  const child = spawn(
    process.execPath,
    [join(bundles, 'intakeChild.mjs'), folder, fileURLToPath(workerFile)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  return {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    exited: once(child, 'exit'),
  }
}

const isCampaign = process.env['INTAKE_CAMPAIGN'] !== undefined
const kills = Number(process.env['INTAKE_CAMPAIGN'] ?? 20)
/** Journals that are killed side by side: while one process starts, the other is read. */
const side = 2

test(
  `after ${kills} kills in the middle of intake every acknowledged order and event is there, and replay gives the stored state`,
  { timeout: isCampaign ? 3_600_000 : 180_000 },
  async () => {
    const began = performance.now()
    const acknowledged = await Promise.all(
      Array.from({ length: side }, (_, n) => killAgainAndAgain(Math.ceil((kills - n) / side), n)),
    )
    const all = acknowledged.reduce((sum, each) => sum + each, 0)
    if (isCampaign)
      console.log(
        `${kills} kills, ${all} writes acknowledged, all there, ${Math.round((performance.now() - began) / 1_000)} s`,
      )
    expect(all).toBeGreaterThan(kills * 50)
  },
)

/** @returns how many writes were acknowledged, each of which was found after its kill. */
async function killAgainAndAgain(rounds: number, n: number): Promise<number> {
  const folder = temporaryFolder()
  try {
    let acknowledged = 0
    for (let round = 0; round < rounds; round++) {
      const { child, lines, exited } = startChild(folder.path)
      expect((await lines.next()).value).toBe('open')
      // killed somewhere else each time: from the first commit to well under way
      const acks: string[] = []
      for (let i = 0; i < 1 + ((side * round + n) % 20) * 8; i++)
        acks.push((await lines.next()).value as string)
      child.kill('SIGKILL')
      for (let line = await lines.next(); !line.done; line = await lines.next()) acks.push(line.value)
      await exited
      const journal = await openJournal({
        storage: { engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid },
        now,
        warn,
      })
      // the last line may be cut by the kill
      const whole = acks.flatMap((ack) => [/^(\S{36}) (\d)$/.exec(ack) ?? []]).filter((ack) => ack.length > 0)
      await Promise.all(
        whole.map(async ([, orderId = '', seq]) => {
          const [order, events, jobs] = await Promise.all([
            journal.order(orderId),
            journal.events(orderId, 0),
            journal.jobs(orderId),
          ])
          expect(events.map((e) => e.seq)).toEqual(Array.from({ length: events.length }, (_, i) => i + 1))
          expect(events.length).toBeGreaterThanOrEqual(Number(seq))
          expect(order?.lifecycle).toEqual(replay(events))
          // facts and job records are one transaction
          expect(jobs).toHaveLength(events.length >= 3 ? 2 : 0)
        }),
      )
      acknowledged += whole.length
      await journal.close()
    }
    return acknowledged
  } finally {
    folder.remove()
  }
}

test('a second process on the same folder is refused with the first one named, and gets in when that is gone', async () => {
  const folder = temporaryFolder()
  const { child, lines, exited } = startChild(folder.path)
  await lines.next()
  const open = () =>
    openJournal({
      storage: { engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid },
      now,
      warn,
    })
  await expect(open()).rejects.toThrow(`The data folder ${folder.path} is in use by process ${child.pid}`)
  child.kill('SIGKILL')
  await exited
  const journal = await open()
  await expect(open()).rejects.toThrow(`in use by process ${process.pid}`)
  await journal.close()
  folder.remove()
})

test('a full disk is answered 503 with Retry-After, and what was accepted and what is on sale can still be read', async () => {
  // SQLite meets the end of the disk at this many pages of 4 KiB: the rules of all products and some orders
  const shop = await startShop({ storage: { maxPages: 300 } })
  const accepted: string[] = []
  let reply = await send(`${shop.url}/api/orders`, { json: shop.order() })
  while (reply.status === 201) {
    accepted.push(`${reply.body.orderId}?token=${reply.body.trackingToken}`)
    reply = await send(`${shop.url}/api/orders`, { json: shop.order() })
  }
  const unavailable = {
    status: 503,
    body: { type: '/problems/unavailable', detail: expect.stringContaining('the disk is full') },
  }
  expect(reply).toMatchObject(unavailable)
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await send(`${shop.url}/readyz`)).toMatchObject(unavailable)
  expect((await send(`${shop.url}/healthz`)).status).toBe(200)
  expect(accepted.length).toBeGreaterThan(5)
  for (const order of accepted) expect((await send(`${shop.url}/api/orders/${order}`)).status).toBe(200)
  expect((await send(`${shop.url}/api/products`)).status).toBe(200)
  await shop.close()
})

test('a disk that fills up in the middle of a batch of orders takes none of them', async () => {
  const folder = temporaryFolder()
  const journal = await openJournal({
    storage: { engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid, maxPages: 160 },
    now,
    warn,
  })
  // one batch, written piece by piece: room for the first pieces, not for all
  const orders = Array.from({ length: 200 }, () => newOrder({ customer: { note: 'x'.repeat(4_000) } }))
  const answers = await Promise.all(orders.map((order) => journal.accept(order)))
  expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['unavailable']))
  for (const { snapshot } of orders) expect(await journal.order(snapshot.orderId)).toBeUndefined()
  // the next batch is one of its own, and so is one that fits
  expect((await journal.accept(orders[0]!)).outcome).toBe('accepted')
  const few = await Promise.all(orders.slice(0, 40).map((order) => journal.accept(order)))
  expect(few.map(({ outcome }) => outcome).sort()).toEqual(
    ['known', ...few.slice(1).map(() => 'accepted')].sort(),
  )
  await journal.close()
  folder.remove()
})

test('a write that met a full disk leaves nothing behind, and intake goes on by itself when there is room again', async () => {
  const folder = temporaryFolder()
  const journal = await openJournal({
    storage: { engine: 'sqlite', folder: folder.path, workerFile, pid: process.pid, maxPages: 160 },
    now,
    warn,
  })
  await journal.keepRules('something large', ' '.repeat(100_000))
  // large ones: room for a small order may be left when one of them no longer fits
  const orders = Array.from({ length: 20 }, () => newOrder({ customer: { note: 'x'.repeat(40_000) } }))
  const answers: string[] = []
  for (const order of orders) answers.push((await journal.accept(order)).outcome)
  const refused = orders[answers.indexOf('unavailable')]!
  expect(answers.indexOf('unavailable')).toBeGreaterThan(3)
  expect(await journal.order(refused.snapshot.orderId)).toBeUndefined()
  expect(await journal.probe()).toEqual({ outcome: 'unavailable', reason: 'the disk is full' })

  // somebody makes room
  const outside = new Libsql(join(folder.path, 'journal.db'))
  outside.exec("delete from rules where rules_hash = 'something large'")
  outside.close()
  expect(await journal.probe()).toEqual({ outcome: 'ready' })
  expect((await journal.accept(refused)).outcome).toBe('accepted')
  for (const [i, answer] of answers.entries()) {
    if (answer === 'accepted')
      expect((await journal.order(orders[i]!.snapshot.orderId))?.view.state).toBe('accepted')
  }
  await journal.close()
  folder.remove()
})
