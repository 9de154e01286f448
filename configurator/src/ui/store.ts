import { useSyncExternalStore } from 'react'

/** Anything of the session that can be listened to. */
export interface Store<T> {
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => T
}

/** Renders a component again whenever a store has something new. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot)
}
