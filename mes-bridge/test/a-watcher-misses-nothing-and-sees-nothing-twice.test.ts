import type { OrderEvent } from '@lot-one/rules'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { Streams } from '../src/eventStream.ts'
import { JournalUnavailable } from '../src/journal.ts'
import type { Journal } from '../src/journal.ts'
import { createOrderStream } from '../src/orderStream.ts'

const orderId = '0190a000-0000-7000-8000-000000000001'
const event = (seq: number): OrderEvent => ({
  orderId,
  seq,
  at: '2026-03-01T10:00:00.000Z',
  state: 'accepted',
  kind: 'accepted',
})

/** A journal whose reads wait until the test answers them, and one watcher who writes down the ids she gets. */
function staged(afterSeq = 0) {
  let tell: (event: OrderEvent) => void = () => {}
  const reads: { after: number; answer(events: OrderEvent[]): void; fail(error: Error): void }[] = []
  const journal = {
    follow(listener: (event: OrderEvent) => void) {
      tell = listener
      return () => {}
    },
    events: (_orderId: string, after: number) =>
      new Promise<readonly OrderEvent[]>((answer, fail) => reads.push({ after, answer, fail })),
  } as unknown as Journal
  const got: number[] = []
  let ended = false
  let goAway = () => {}
  const streams: Streams = {
    size: 1,
    open(_response, onGone) {
      goAway = onGone
      return { send: (text) => got.push(Number(/^id: (\d+)/.exec(text)?.[1])), end: () => (ended = true) }
    },
    close() {},
  }
  const troubles: unknown[] = []
  const stream = createOrderStream(journal, streams, (error) => troubles.push(error))
  stream.watch(orderId, afterSeq, {} as ServerResponse)
  return {
    live: (seq: number) => tell(event(seq)),
    /** Answers the oldest open read. */
    async answer(...seqs: number[]) {
      reads.shift()!.answer(seqs.map(event))
      await new Promise((resolve) => setImmediate(resolve))
    },
    async fail(error: Error) {
      reads.shift()!.fail(error)
      await new Promise((resolve) => setImmediate(resolve))
    },
    reads,
    got,
    troubles,
    leave: () => goAway(),
    hasEnded: () => ended,
  }
}

test('what becomes durable while the past is being read is read right after it', async () => {
  const { live, answer, reads, got } = staged()
  live(3)
  expect(got).toEqual([])
  await answer(1, 2)
  expect(reads.map((read) => read.after)).toEqual([2])
  await answer(3)
  live(4)
  expect(got).toEqual([1, 2, 3, 4])
})

test('a live event that was already read is not sent again', async () => {
  const { live, answer, got } = staged()
  live(2)
  await answer(1, 2)
  await answer()
  live(2)
  live(3)
  expect(got).toEqual([1, 2, 3])
})

test('an event missing in between, written by another bridge, is read from the journal', async () => {
  const { live, answer, reads, got } = staged(1)
  await answer()
  live(4)
  expect(reads.map((read) => read.after)).toEqual([1])
  await answer(2, 3, 4)
  live(5)
  expect(got).toEqual([2, 3, 4, 5])
})

test('a watcher who left gets nothing more; one whose journal is away is let go and comes back by herself', async () => {
  const gone = staged()
  gone.leave()
  await gone.answer(1)
  gone.live(2)
  expect(gone.got).toEqual([])
  const away = staged()
  await away.fail(new JournalUnavailable('the database is away'))
  expect(away.hasEnded()).toBe(true)
  expect(away.troubles).toHaveLength(1)
})
