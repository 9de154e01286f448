import type { OrderView } from '@lot-one/rules'
import { useEffect, useState } from 'react'
import type { Keeper, Watch } from '../../session.ts'
import { Icon } from '../icons.tsx'
import type { LaterWords } from '../words.ts'

/** `asked`: she wants to be told · `denied`, `unsupported`: this browser will not. */
type Wish = 'none' | 'asked' | 'denied' | 'unsupported'

const over: ReadonlySet<string> = new Set(['completed', 'cancelled'])

/**
 * Tells the shopper when her unit is done, also while the page is in the background. The browser is asked for permission at her tap
 * and never before; what tells is the line's event, late if the phone slept.
 */
export function TellMe({
  words,
  watch,
  order,
  keeper,
}: {
  readonly words: LaterWords
  readonly watch: Watch
  readonly order: OrderView
  readonly keeper: Keeper
}) {
  const t = words.t.tellMe
  const key = `lot-one/tell/${order.order.orderId}`
  const [wish, setWish] = useState<Wish>(() =>
    !canNotify() ? 'unsupported' : keeper.read(key) !== null && isGranted() ? 'asked' : 'none',
  )
  const title = order.order.title[words.language] ?? order.order.title['en'] ?? ''
  const done = words.t.headline.completed
  useEffect(() => {
    if (wish !== 'asked') return
    const look = () => {
      const state = watch.getSnapshot().order?.state
      if (state === undefined || !over.has(state) || keeper.read(key) === null) return
      keeper.write(key, undefined)
      if (state === 'completed') void notify(`${title}: ${done}`, t.body, key)
    }
    look()
    return watch.subscribe(look)
  }, [wish, watch, keeper, key, title, done, t])

  if (over.has(order.state)) return null
  const ask = async () => {
    const answer = await Notification.requestPermission()
    if (answer !== 'granted') return setWish('denied')
    keeper.write(key, '1')
    setWish('asked')
  }
  return (
    <div className="tell-me" data-testid="tell-me" data-wish={wish}>
      {wish === 'none' ? (
        <button type="button" className="button quiet small" onClick={() => void ask()}>
          <Icon name="bell" size={16} /> {t.ask}
        </button>
      ) : (
        <output className="hint">
          <Icon name={wish === 'asked' ? 'check' : 'alert'} size={16} />{' '}
          {wish === 'asked' ? t.willTell : wish === 'denied' ? t.denied : t.unsupported}
        </output>
      )}
    </div>
  )
}

const canNotify = () => 'Notification' in globalThis && isSecureContext
const isGranted = () => Notification.permission === 'granted'

/** Shows a notification; phones allow it only through the page's service worker, where there is one. */
async function notify(title: string, body: string, tag: string): Promise<void> {
  const options = {
    body,
    tag,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir as 'ltr',
  }
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  try {
    if (worker?.active) return await worker.showNotification(title, options)
    const shown = new Notification(title, options)
    shown.addEventListener('click', () => {
      focus()
      shown.close()
    })
  } catch {
    // the browser has changed its mind since it was asked: the page itself says it
  }
}
