/**
 * The whole memory of one open page: the product on show with its design, the order being placed, the orders being watched.
 * One of these is made at start; everything the pages show comes from it.
 */
import { openProduct } from '@lot-one/rules'
import type { Selection } from '@lot-one/rules'
import type { Bridge, OrderKey, ProductEntry } from '../bridge.ts'
import { openCheckout } from './checkout.ts'
import type { Checkout } from './checkout.ts'
import { openDesign } from './design.ts'
import type { DesignSession } from './design.ts'
import type { Keeper } from './keeper.ts'
import { knownOrders, rememberOrder } from './orders.ts'
import type { KnownOrder } from './orders.ts'
import { watchOrder } from './watch.ts'
import type { Watch } from './watch.ts'

export type ShopView =
  | { readonly state: 'loading' }
  /** No answer yet; another attempt follows by itself. */
  | { readonly state: 'unreachable'; readonly offline: boolean }
  | { readonly state: 'empty' }
  | { readonly state: 'ready'; readonly products: readonly ProductEntry[]; readonly design: DesignSession }

export interface Session {
  subscribe(listener: () => void): () => void
  getSnapshot(): ShopView
  /** Shows a product, the first on sale when `id` is absent or unknown. Showing it already changes nothing. */
  show(id?: string): void
  /** Asks the bridge for the product's present rules; the design moves over with an explanation. */
  refresh(): Promise<void>
  readonly checkout: Checkout
  readonly keeper: Keeper
  orders(): readonly KnownOrder[]
  remember(order: KnownOrder): void
  /** Follows an order; asked again before it is closed, gives the same. */
  watch(key: OrderKey): Watch
  /** The page woke up or the network is back: try at once whatever waits. */
  wake(): void
}

/** What a session needs from the world. */
export interface Door {
  readonly bridge: Bridge
  readonly keeper: Keeper
  readonly isOnline: () => boolean
  readonly now: () => number
  readonly random: (bytes: Uint8Array<ArrayBuffer>) => unknown
  readonly later: (act: () => void, ms: number) => () => void
  /** Where the shopper probably is, best guess first. */
  readonly context: readonly Selection[]
  /** A design in the address the page was opened with, without the `#`. */
  readonly fragment: string
}

const retryMs = 3_000

/** Opens the page's memory. Nothing is asked of the bridge before `show`. */
export function openSession(door: Door): Session {
  const { bridge, keeper } = door
  const listeners = new Set<() => void>()
  const watches = new Map<string, Watch>()
  let view: ShopView = { state: 'loading' }
  let wanted: string | undefined
  let fragment = door.fragment
  let products: readonly ProductEntry[] = []
  let cancelRetry = () => {}
  let loading: Promise<void> | undefined

  function tell(next: ShopView): void {
    view = next
    for (const listener of listeners) listener()
  }

  function load(): Promise<void> {
    cancelRetry()
    return (loading ??= attempt().finally(() => {
      loading = undefined
    }))
  }

  async function attempt(): Promise<void> {
    const list = await bridge.products()
    if (list.kind !== 'ok') return again()
    products = list.value
    const entry = products.find((product) => product.id === wanted) ?? products[0]
    if (!entry) return tell({ state: 'empty' })
    const answer = await bridge.product(entry.id)
    if (answer.kind !== 'ok') return again()
    const before = view.state === 'ready' ? view.design : undefined
    const design = openDesign({ product: openProduct(answer.value), keeper, context: door.context, fragment })
    // the address speaks once; after that the kept design does
    fragment = ''
    before?.close()
    tell({ state: 'ready', products, design })
  }

  function again(): void {
    // A product that is already on show stays: choosing needs no bridge.
    if (view.state !== 'ready') tell({ state: 'unreachable', offline: !door.isOnline() })
    cancelRetry = door.later(() => void load(), retryMs)
  }

  const checkout = openCheckout(door)
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
    show(id) {
      if (view.state === 'ready' && (id === undefined || view.design.product.package.id === id)) return
      if (loading && wanted === id) return
      wanted = id
      void load()
    },
    refresh: () => load(),
    checkout,
    keeper,
    orders: () => knownOrders(keeper),
    remember: (order) => rememberOrder(keeper, order),
    watch(key) {
      const id = `${key.orderId}#${key.token}`
      const open = watches.get(id)
      if (open) return open
      const following = watchOrder(key, door)
      const watch: Watch = {
        ...following,
        close() {
          watches.delete(id)
          following.close()
        },
      }
      watches.set(id, watch)
      return watch
    },
    wake() {
      for (const watch of watches.values()) watch.wake()
      if (view.state === 'unreachable') void load()
      if (checkout.getSnapshot().state === 'unanswered' && door.isOnline()) void checkout.retry()
    },
  }
}
