/** What this shopper has chosen and watches: the page's memory, free of React and of the DOM. */
export { openSession } from './session/shop.ts'
export type { Session, ShopView } from './session/shop.ts'
export type { DesignSession } from './session/design.ts'
export type { Change, ConflictView, DesignView, Note } from './session/designView.ts'
export type { Watch, WatchView } from './session/watch.ts'
export { trackingPath } from './session/orders.ts'
export { savedKey, storageKeeper } from './session/keeper.ts'
export type { ProductEntry } from './bridge.ts'
