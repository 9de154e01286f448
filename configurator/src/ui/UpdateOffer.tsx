import { useEffect, useState } from 'react'
import type { Word } from '../offline/worker.ts'
import { useLaterWords } from './words.ts'

const tell = (worker: ServiceWorker | null, word: Word) => worker?.postMessage(word)

/**
 * Has the shop kept for times without a network, and offers the next build once it is there whole. It comes only when she asks: a
 * page never changes under her hands, and no tab ever shows parts of two builds.
 */
export default function UpdateOffer() {
  const { t } = useLaterWords()
  const [next, setNext] = useState<ServiceWorker>()
  useEffect(() => {
    const { serviceWorker: container } = navigator
    let isGone = false
    let look = () => {}
    void container.register('/sw.js').then(
      (registration) => {
        const offer = () => {
          if (!isGone && registration.waiting && container.controller) setNext(registration.waiting)
        }
        offer()
        registration.addEventListener('updatefound', () =>
          registration.installing?.addEventListener('statechange', offer),
        )
        look = () => {
          if (document.visibilityState === 'visible') registration.update().catch(() => {})
        }
        document.addEventListener('visibilitychange', look)
        if (isGone) document.removeEventListener('visibilitychange', look)
      },
      // storage is forbidden or full: the shop works as long as the network does
      () => {},
    )
    void container.ready.then(({ active }) =>
      tell(active, { keep: performance.getEntriesByType('resource').map(({ name }) => name) }),
    )
    return () => {
      isGone = true
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  if (!next) return null
  return (
    <div className="update" data-testid="update">
      <output>{t.newVersion}</output>
      <button
        type="button"
        className="button small primary"
        onClick={() => {
          navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
            once: true,
          })
          tell(next, 'take over')
        }}
      >
        {t.reloadNow}
      </button>
    </div>
  )
}
