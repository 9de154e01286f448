/**
 * One order's events for everyone who watches it: what the journal has after the last one seen, then what becomes durable,
 * without a gap and without a repeat. What arrives while the past is being read waits; whatever is missing in between (an event
 * of another bridge that came late) is read from the journal.
 */
import type { OrderEvent } from '@lot-one/rules'
import type { ServerResponse } from 'node:http'
import { frame } from './eventStream.ts'
import type { Follower, Streams } from './eventStream.ts'
import type { Journal } from './journal.ts'

interface Watcher {
  readonly follower: Follower
  /** Sequence of the last event sent. */
  lastSeq: number
  /** Reading the journal: live events are in there, or bring it to be read again. */
  catchingUp: boolean
  behind: boolean
  gone: boolean
}

export interface OrderStream {
  /** Streams the events of an order after `afterSeq` to a response until one of the two ends. */
  watch(orderId: string, afterSeq: number, response: ServerResponse): void
  close(): void
}

/** Starts following the journal. `onTrouble` hears why a watcher was let go (she comes back by herself). */
export function createOrderStream(
  journal: Journal,
  streams: Streams,
  onTrouble: (error: unknown) => void,
): OrderStream {
  const watchers = new Map<string, Set<Watcher>>()

  const stop = journal.follow((event) => {
    const ofOrder = watchers.get(event.orderId)
    if (ofOrder === undefined) return
    const text = frame(event, event.seq)
    for (const watcher of ofOrder) {
      if (event.seq <= watcher.lastSeq) continue
      if (watcher.catchingUp) watcher.behind = true
      else if (event.seq === watcher.lastSeq + 1) {
        watcher.lastSeq = event.seq
        watcher.follower.send(text)
      } else catchUp(event.orderId, watcher)
    }
  })

  function catchUp(orderId: string, watcher: Watcher): void {
    watcher.catchingUp = true
    readPast(orderId, watcher).catch((error: unknown) => {
      onTrouble(error)
      watcher.follower.end()
    })
  }

  async function readPast(orderId: string, watcher: Watcher): Promise<void> {
    do {
      watcher.behind = false
      const missed = await journal.events(orderId, watcher.lastSeq)
      if (watcher.gone) return
      for (const event of missed) send(watcher, event)
    } while (watcher.behind)
    watcher.catchingUp = false
  }

  function send(watcher: Watcher, event: OrderEvent): void {
    watcher.lastSeq = event.seq
    watcher.follower.send(frame(event, event.seq))
  }

  return {
    watch(orderId, afterSeq, response) {
      const ofOrder = watchers.get(orderId) ?? new Set<Watcher>()
      watchers.set(orderId, ofOrder)
      const follower = streams.open(response, () => {
        watcher.gone = true
        ofOrder.delete(watcher)
        if (ofOrder.size === 0 && watchers.get(orderId) === ofOrder) watchers.delete(orderId)
      })
      const watcher: Watcher = { follower, lastSeq: afterSeq, catchingUp: false, behind: false, gone: false }
      ofOrder.add(watcher)
      catchUp(orderId, watcher)
    },
    close: stop,
  }
}
