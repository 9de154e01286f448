/**
 * Following one order: reads its view once, then folds every streamed event into it. What was seen last is kept, so a reload
 * without a network still shows it; a phone that slept resumes after the last sequence it knows.
 */
import { OrderView, fold } from '@lot-one/rules'
import type { OrderEvent, Problem, ProductPackage, Selection } from '@lot-one/rules'
import type { Answer, Bridge, Following, LinkState, OrderKey } from '../bridge.ts'
import { readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'

export interface WatchView {
  /** The order as last seen; absent until the first answer. */
  readonly order: OrderView | undefined
  readonly link: LinkState
  /** When this page heard of the order's latest event, Unix ms. */
  readonly heardAtMs: number
  readonly cancelling: boolean
  readonly problem: Problem | 'unanswered' | undefined
}

export interface Watch {
  subscribe(listener: () => void): () => void
  getSnapshot(): WatchView
  cancel(): Promise<void>
  /** Asks for other values; options not named keep theirs. What came of it is the answer, and on show when it was taken. */
  change(selection: Selection): Promise<Answer<OrderView>>
  /** The product under the rules the order was placed with. */
  rules(): Promise<Answer<ProductPackage>>
  /** Gives every event of the order from its first on, then those that follow, until stopped. */
  replay(onEvent: (event: OrderEvent) => void): () => void
  /** Tries to reconnect at once. */
  wake(): void
  close(): void
}

const firstRetryMs = 1_000
const longestRetryMs = 20_000
/** States after which nothing comes any more. */
const ended = new Set(['completed', 'cancelled'])

/** Starts following. `later` runs something after a delay and gives back its cancellation. */
export function watchOrder(
  key: OrderKey,
  door: {
    readonly bridge: Pick<Bridge, 'order' | 'follow' | 'cancel' | 'change' | 'product'>
    readonly keeper: Keeper
    readonly now: () => number
    readonly later: (act: () => void, ms: number) => () => void
  },
): Watch {
  const keptAs = `lot-one/order/${key.orderId}`
  const listeners = new Set<() => void>()
  let following: Following | undefined
  let closed = false
  let retryMs = firstRetryMs
  let cancelRetry = () => {}
  let loading = false
  let view: WatchView = {
    order: readKept(door.keeper, keptAs, OrderView),
    link: { state: 'connecting' },
    heardAtMs: door.now(),
    cancelling: false,
    problem: undefined,
  }

  function show(change: Partial<WatchView>): void {
    if (closed) return
    view = { ...view, ...change }
    for (const listener of listeners) listener()
  }

  function see(order: OrderView): void {
    door.keeper.write(keptAs, JSON.stringify(order))
    show({ order, heardAtMs: door.now() })
  }

  async function load(): Promise<void> {
    cancelRetry()
    if (loading || closed) return
    loading = true
    show({ link: { state: 'connecting' } })
    const answer = await door.bridge.order(key)
    loading = false
    if (closed) return
    if (answer.kind === 'refused') {
      door.keeper.write(keptAs, undefined)
      return show({ order: undefined, link: { state: 'gone' } })
    }
    if (answer.kind === 'unanswered') {
      show({ link: { state: 'waiting', retryAtMs: door.now() + retryMs } })
      cancelRetry = door.later(() => void load(), retryMs)
      retryMs = Math.min(longestRetryMs, retryMs * 2)
      return
    }
    see(answer.value)
    if (ended.has(answer.value.state)) return show({ link: { state: 'live' } })
    following = door.bridge.follow(key, () => view.order?.seq ?? 0, {
      event(event) {
        if (!view.order) return
        const next = fold(view.order, event)
        if (next === view.order) return
        see(next)
        if (ended.has(next.state)) following?.stop()
      },
      link: (link) => show({ link }),
    })
  }

  void load()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
    async cancel() {
      show({ cancelling: true, problem: undefined })
      const answer = await door.bridge.cancel(key)
      show({
        cancelling: false,
        problem: answer.kind === 'ok' ? undefined : answer.kind === 'refused' ? answer.problem : 'unanswered',
      })
      if (answer.kind === 'ok' && answer.value.seq > (view.order?.seq ?? 0)) see(answer.value)
    },
    async change(selection) {
      const answer = await door.bridge.change(key, selection)
      if (answer.kind === 'ok' && answer.value.seq > (view.order?.seq ?? 0)) see(answer.value)
      return answer
    },
    async rules() {
      if (!view.order) return { kind: 'unanswered', reason: 'silent' }
      return door.bridge.product(view.order.order.productId, view.order.order.rulesHash)
    },
    replay(onEvent) {
      let seq = 0
      const replaying = door.bridge.follow(key, () => seq, {
        event(event) {
          if (event.seq <= seq) return
          seq = event.seq
          onEvent(event)
          if (ended.has(event.state)) replaying.stop()
        },
        link() {},
      })
      return () => replaying.stop()
    },
    wake() {
      if (following) following.wake()
      else if (view.link.state === 'waiting') void load()
    },
    close() {
      closed = true
      cancelRetry()
      following?.stop()
      listeners.clear()
    },
  }
}
