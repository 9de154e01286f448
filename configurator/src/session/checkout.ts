/**
 * Placing one order so that it can neither be lost nor doubled: the order id is made before the first POST and the exact body is
 * kept until the bridge has answered it. While nobody knows whether it arrived, only the same body may be sent again.
 *
 * editing ──place──▶ sending ──201/200──▶ accepted
 *                      ├──refused (4xx)──▶ editing, with the problem      (not taken: the next attempt is a new order)
 *                      └──no answer──▶ unanswered ──retry──▶ sending      (kept over a reload)
 */
import { BuildOrder } from '@lot-one/rules'
import type { Problem } from '@lot-one/rules'
import type { Bridge, OrderKey } from '../bridge.ts'
import { readKept } from './keeper.ts'
import type { Keeper } from './keeper.ts'
import { uuidV7 } from './uuid.ts'

type CheckoutView =
  | { readonly state: 'editing'; readonly problem?: Problem }
  | { readonly state: 'sending'; readonly order: BuildOrder }
  | {
      readonly state: 'unanswered'
      readonly order: BuildOrder
      readonly reason: 'offline' | 'silent' | 'busy'
    }
  | { readonly state: 'accepted'; readonly key: OrderKey; readonly order: BuildOrder }

export interface Checkout {
  subscribe(listener: () => void): () => void
  getSnapshot(): CheckoutView
  /** Sends a new order. Offline it is kept, goes out with the next `retry`, and says so. */
  place(order: Omit<BuildOrder, 'orderId'>): Promise<void>
  /** Sends the unanswered order again, to the byte. Does nothing when there is none. */
  retry(): Promise<void>
  /** Back to an empty desk after acceptance. */
  done(): void
}

const key = 'lot-one/unanswered-order'

/** Opens the checkout; an order that was unanswered before a reload still is. */
export function openCheckout(door: {
  readonly bridge: Pick<Bridge, 'place'>
  readonly keeper: Keeper
  readonly isOnline: () => boolean
  readonly now: () => number
  readonly random: (bytes: Uint8Array<ArrayBuffer>) => unknown
}): Checkout {
  const { bridge, keeper } = door
  const listeners = new Set<() => void>()
  const kept = readKept(keeper, key, BuildOrder)
  let view: CheckoutView = kept
    ? { state: 'unanswered', order: kept, reason: 'silent' }
    : { state: 'editing' }

  function show(next: CheckoutView): void {
    view = next
    for (const listener of listeners) listener()
  }

  async function send(order: BuildOrder): Promise<void> {
    keeper.write(key, JSON.stringify(order))
    // waiting for a network that is not there would only look like hope
    if (!door.isOnline()) return show({ state: 'unanswered', order, reason: 'offline' })
    show({ state: 'sending', order })
    const answer = await bridge.place(order)
    if (answer.kind === 'unanswered') return show({ state: 'unanswered', order, reason: answer.reason })
    keeper.write(key, undefined)
    if (answer.kind === 'refused') return show({ state: 'editing', problem: answer.problem })
    show({
      state: 'accepted',
      key: { orderId: answer.value.orderId, token: answer.value.trackingToken },
      order,
    })
  }

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
    async retry() {
      if (view.state === 'unanswered') await send(view.order)
    },
    done: () => show({ state: 'editing' }),
  }
}
