/** Runs something when the page has nothing better to do, two seconds from now at the latest; gives back its cancellation. */
export function whenIdle(act: () => void): () => void {
  if ('requestIdleCallback' in globalThis) {
    const id = requestIdleCallback(act, { timeout: 2_000 })
    return () => cancelIdleCallback(id)
  }
  const id = setTimeout(act, 300)
  return () => clearTimeout(id)
}
