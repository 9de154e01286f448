/**
 * Placing one order so that it can neither be lost nor doubled: the order id is made before the first POST and the exact body is
 * kept until the bridge has answered it. While nobody knows whether it arrived, only the same body may be sent again.
 *
 * editing ──place──▶ sending ──201/200──▶ accepted
 *                      ├──refused (4xx)──▶ editing, with the problem      (not taken: the next attempt is a new order)
 *                      └──no answer──▶ unanswered ──retry, by itself or asked──▶ sending      (kept over a reload)
 *
 * A picture that the order names goes before it.
 */
import { BuildOrder, readPicture } from '@lot-one/rules'
import type { Problem } from '@lot-one/rules'
import type { Answer, Bridge, OrderKey } from '../bridge.ts'
import { readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'
import type { Pictures } from './pictures.ts'
import { uuidV7 } from './uuid.ts'

type CheckoutView =
  | { readonly state: 'editing'; readonly problem?: Problem }
  | { readonly state: 'sending'; readonly order: BuildOrder }
  | {
      readonly state: 'unanswered'
      readonly order: BuildOrder
      readonly reason: 'offline' | 'silent' | 'busy'
      /** When it is tried again by itself (Unix time, ms). */
      readonly retryAtMs: number
    }
  | { readonly state: 'accepted'; readonly key: OrderKey; readonly order: BuildOrder }

export interface Checkout {
  subscribe(listener: () => void): () => void
  getSnapshot(): CheckoutView
  /** Sends a new order. Offline it is kept, goes out with the next `retry`, and says so. */
  place(order: Omit<BuildOrder, 'orderId'>): Promise<void>
  /** Sends the unanswered order again, to the byte. Does nothing when there is none. */
  retry(): Promise<void>
  /** The page woke up or the network is back: an unanswered order goes out at once. */
  wake(): void
  /** Back to an empty desk after acceptance. */
  done(): void
}

const key = 'lot-one/unanswered-order'
const firstRetryMs = 2_000
const longestRetryMs = 60_000

/** Opens the checkout; an order that was unanswered before a reload still is. */
export function openCheckout(door: {
  readonly bridge: Pick<Bridge, 'place'>
  readonly pictures: () => Promise<Pick<Pictures, 'send'>>
  readonly keeper: Keeper
  readonly later: (act: () => void, ms: number) => () => void
  readonly isOnline: () => boolean
  readonly now: () => number
  readonly random: (bytes: Uint8Array<ArrayBuffer>) => unknown
}): Checkout {
  const { bridge, keeper } = door
  const listeners = new Set<() => void>()
  let view: CheckoutView = { state: 'editing' }
  let attempt = 0
  let cancelRetry = () => {}

  function show(next: CheckoutView): void {
    view = next
    for (const listener of listeners) listener()
  }

  /** Nobody knows whether it arrived: it is tried again, less and less often, for as long as the page is open. */
  function wait(order: BuildOrder, reason: 'offline' | 'silent' | 'busy'): void {
    const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** attempt++)
    cancelRetry = door.later(() => void retry(), ms)
    show({ state: 'unanswered', order, reason, retryAtMs: door.now() + ms })
  }

  /** Hands over the pictures the order names; gives the first answer that is no consent. */
  async function sendPictures({ texts = {} }: BuildOrder): Promise<Answer<unknown>> {
    const names = Object.values(texts).flatMap((text) => readPicture(text)?.sha256 ?? [])
    try {
      for (const name of names) {
        const answer = await (await door.pictures()).send(name)
        if (answer.kind !== 'ok') return answer
      }
      return { kind: 'ok', value: undefined }
    } catch {
      // what sends them could not be loaded
      return { kind: 'unanswered', reason: 'silent' }
    }
  }

  async function send(order: BuildOrder): Promise<void> {
    cancelRetry()
    keeper.write(key, JSON.stringify(order))
    // waiting for a network that is not there would only look like hope
    if (!door.isOnline()) return wait(order, 'offline')
    show({ state: 'sending', order })
    const sent = await sendPictures(order)
    const answer = sent.kind === 'ok' ? await bridge.place(order) : sent
    if (answer.kind === 'unanswered') return wait(order, answer.reason)
    keeper.write(key, undefined)
    attempt = 0
    if (answer.kind === 'refused') return show({ state: 'editing', problem: answer.problem })
    show({
      state: 'accepted',
      key: { orderId: answer.value.orderId, token: answer.value.trackingToken },
      order,
    })
  }

  async function retry(): Promise<void> {
    if (view.state === 'unanswered') await send(view.order)
  }

  const kept = readKept(keeper, key, BuildOrder)
  if (kept) wait(kept, 'silent')

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
    async place(order) {
      if (view.state !== 'editing') return
      await send({ orderId: uuidV7(door.now(), door.random), ...order })
    },
    retry,
    wake() {
      attempt = 0
      void retry()
    },
    done: () => show({ state: 'editing' }),
  }
}
