/**
 * The whole memory of one open page: the product on show with its design, the order being placed, the orders being watched.
 * One of these is made at start; everything the pages show comes from it.
 */
import { openAnyProduct } from '@lot-one/rules'
import type { Selection } from '@lot-one/rules'
import type { Bridge, OrderKey, ProductEntry } from '../bridge.ts'
import { openCheckout } from './checkout.ts'
import type { Checkout } from './checkout.ts'
import { openDesign } from './design.ts'
import type { DesignSession } from './design.ts'
import type { SharedDesign } from './link.ts'
import type { Keeper } from './keeper.ts'
import { knownOrders, rememberOrder } from './orders.ts'
import type { KnownOrder } from './orders.ts'
import type { Pictures } from './pictures.ts'
import type { SavedDesign } from './saved.ts'
import { uuidV7 } from './uuid.ts'
import { watchOrder } from './watch.ts'
import type { Watch } from './watch.ts'

export type ShopView =
  | { readonly state: 'loading' }
  /** No answer yet; another attempt follows by itself. */
  | { readonly state: 'unreachable'; readonly offline: boolean }
  | { readonly state: 'empty' }
  /** Several products are on sale and none was asked for, or one that is not among them. */
  | { readonly state: 'choosing'; readonly products: readonly ProductEntry[] }
  | { readonly state: 'ready'; readonly products: readonly ProductEntry[]; readonly design: DesignSession }

export interface Session {
  subscribe(listener: () => void): () => void
  getSnapshot(): ShopView
  /**
   * Shows a product. Without an id the product on show stays, else the only one on sale is shown. Else, and when it is not on sale,
   * the shopper chooses. Showing it already changes nothing.
   */
  show(id?: string): void
  /** The product this browser designed last, if it did. */
  lastProduct(): string | undefined
  /** Opens a saved design with its product; under other rules it moves over with an explanation. */
  open(saved: SavedDesign): void
  /** Asks the bridge for the product's present rules; the design moves over with an explanation. */
  refresh(): Promise<void>
  readonly checkout: Checkout
  /** The shopper's own pictures; they come when something asks for them. */
  pictures(): Promise<Pictures>
  readonly keeper: Keeper
  /** Unix time, milliseconds. */
  readonly now: () => number
  /** A number from 0 up to, not including, 1. */
  random(): number
  /** An id nobody else has. */
  newId(): string
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
  /** Loads what keeps and sends pictures. */
  readonly pictures: () => Promise<Pictures>
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
const lastKey = 'lot-one/product'

/** Opens the page's memory. Nothing is asked of the bridge before `show`. */
export function openSession(door: Door): Session {
  const { bridge, keeper } = door
  const listeners = new Set<() => void>()
  const watches = new Map<string, Watch>()
  let view: ShopView = { state: 'loading' }
  let wanted: string | undefined
  let fragment = door.fragment
  let saved:
    | { readonly productId: string; readonly rulesHash: string; readonly design: SharedDesign }
    | undefined
  let products: readonly ProductEntry[] = []
  let shown: DesignSession | undefined
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
    const [first] = products
    if (!first) return tell({ state: 'empty' })
    if (wanted === undefined && products.length > 1 && !fragment) return tell({ state: 'choosing', products })
    const entry = wanted === undefined ? first : products.find((product) => product.id === wanted)
    if (!entry) {
      // a design of it is a design of nothing else
      fragment = ''
      return tell({ state: 'choosing', products })
    }
    const answer = await bridge.product(entry.id)
    if (answer.kind !== 'ok') return again()
    const product = await openAnyProduct(answer.value)
    // while the answer was under way the shopper asked for another
    if (wanted !== undefined && wanted !== entry.id && products.some(({ id }) => id === wanted))
      return attempt()
    const design = openDesign({
      product,
      keeper,
      context: door.context,
      fragment,
      ...(saved?.productId === entry.id && {
        saved: { ...saved.design, current: saved.rulesHash === product.package.rulesHash },
      }),
    })
    // the address and the shelf speak once; after that the kept design does
    fragment = ''
    saved = undefined
    shown?.close()
    shown = design
    keeper.write(lastKey, entry.id)
    tell({ state: 'ready', products, design })
  }

  function again(): void {
    // A product that is already on show stays: choosing needs no bridge. One that is not cannot come before it answers.
    const isShown =
      view.state === 'ready' && (wanted === undefined || wanted === view.design.product.package.id)
    if (!isShown) tell({ state: 'unreachable', offline: !door.isOnline() })
    cancelRetry = door.later(() => void load(), retryMs)
  }

  function show(id?: string): void {
    if (view.state === 'ready' && (id === undefined || view.design.product.package.id === id)) return
    if (loading && wanted === id) return
    wanted = id
    void load()
  }

  const checkout = openCheckout(door)
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
    show,
    lastProduct: () => keeper.read(lastKey) ?? undefined,
    open({ productId, rulesHash, priceCents, design }) {
      const arriving: SharedDesign = { design, current: true, priceCents, unknown: [], nameless: 0 }
      const product = view.state === 'ready' ? view.design.product.package : undefined
      if (view.state === 'ready' && product?.id === productId)
        return view.design.take({ ...arriving, current: product.rulesHash === rulesHash }, 'saved')
      saved = { productId, rulesHash, design: arriving }
      show(productId)
    },
    refresh: () => load(),
    checkout,
    pictures: door.pictures,
    keeper,
    now: door.now,
    random() {
      const word = new Uint8Array(4)
      door.random(word)
      return word.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
    },
    newId: () => uuidV7(door.now(), door.random),
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
      if (door.isOnline()) checkout.wake()
    },
  }
}
