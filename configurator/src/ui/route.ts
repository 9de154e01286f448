import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly page: 'shop'; readonly product?: string }
  | { readonly page: 'order' }
  | { readonly page: 'orders' }
  | { readonly page: 'saved' }
  | { readonly page: 'compare'; readonly product: string; readonly hash: string }
  | { readonly page: 'track'; readonly orderId: string; readonly token: string }
  | { readonly page: 'unknown' }

/** Reads an address of the page; one that is cut in the middle of a character names nothing. */
function routeOf(path: string, hash: string): Route {
  let parts: string[]
  try {
    parts = path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return { page: 'unknown' }
  }
  const [first, second, ...more] = parts
  if (more.length > 0) return { page: 'unknown' }
  if (first === undefined) return { page: 'shop' }
  if (first === 'shop' && second !== undefined) return { page: 'shop', product: second }
  if (first === 'order' && second === undefined) return { page: 'order' }
  if (first === 'orders' && second === undefined) return { page: 'orders' }
  if (first === 'saved' && second === undefined) return { page: 'saved' }
  if (first === 'compare' && second !== undefined)
    return { page: 'compare', product: second, hash: hash.replace(/^#/, '') }
  if (first === 'track' && second !== undefined)
    return { page: 'track', orderId: second, token: hash.replace(/^#/, '') }
  return { page: 'unknown' }
}

const listeners = new Set<() => void>()
const here = () => location.pathname + location.hash

/** Goes to another address of the page without loading it again. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === here()) return
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to)
  if (how === 'push') scrollTo(0, 0)
  for (const listener of listeners) listener()
}

/** Gives the present route; the component renders again when it changes. */
export function useRoute(): Route {
  useSyncExternalStore(subscribe, here)
  return routeOf(location.pathname, location.hash)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  addEventListener('hashchange', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
    removeEventListener('hashchange', listener)
  }
}
