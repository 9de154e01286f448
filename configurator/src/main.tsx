/** Composition root of the shop: the only place that touches the browser's clock, storage, network and address. */
import { lazy, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { asking, createBridge } from './bridge.ts'
import type { World } from './bridge.ts'
import { openSession, storageKeeper } from './session.ts'
import type { Pictures } from './session/pictures.ts'
import { loadMessages, pickLanguage } from './texts/index.ts'
import { App, clockLocale, keptLanguage, languageKey } from './ui/App.tsx'
import { Boundary } from './ui/Boundary.tsx'
import '@fontsource-variable/inter/wght.css'
import './styles/index.css'

const later = (act: () => void, ms: number) => {
  const id = setTimeout(act, ms)
  return () => clearTimeout(id)
}
const isOnline = () => navigator.onLine
const now = () => Date.now()
const world: World = { fetch: (input, init) => fetch(input, init), isOnline, now, later }

const keeper = storageKeeper(() => localStorage)
const language = keptLanguage({ keeper }) ?? pickLanguage(navigator.languages)

// a design in the shop's address is taken once; the fragments of other pages are theirs and stay
const shopPath = /^\/(?:shop\/([^/]+))?\/?$/.exec(location.pathname)
const isShop = shopPath !== null
const fragment = isShop ? location.hash.slice(1) : ''
if (fragment) history.replaceState(null, '', location.pathname + location.search)

let pictures: Promise<Pictures> | undefined
const loadPictures = () =>
  (pictures ??= import('./session/pictures.ts').then(
    ({ openPictures, pictureShelf }) =>
      openPictures({ ask: asking(world), fetch: world.fetch, shelf: pictureShelf(indexedDB, now) }),
    (error: unknown) => {
      // the network was away: the next to ask tries again
      pictures = undefined
      throw error
    },
  ))

const session = openSession({
  bridge: createBridge(world),
  pictures: loadPictures,
  keeper,
  isOnline,
  now,
  later,
  random: (bytes) => crypto.getRandomValues(bytes),
  context: countriesOf(navigator.languages).map((country) => ({ country })),
  fragment,
})
// asked for before anything is drawn; other pages know themselves what they need
if (isShop) session.show(shopPath[1] && decodeURIComponent(shopPath[1]))

addEventListener('online', () => session.wake())
addEventListener('pageshow', () => session.wake())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') session.wake()
})

const messages = await loadMessages(language)
// the page of the people who run the lines is no part of the shop: it comes only when it is asked for
const isDesk = /^\/lines\/?$/.test(location.pathname)
const LinesPage = lazy(() => import('./lines/LinesPage.tsx'))
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <Boundary
    fallback={
      <main className="plain">
        <h1>{messages.broken}</h1>
        <p className="lead">{messages.brokenLead}</p>
        <p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            {messages.reloadPage}
          </button>
        </p>
      </main>
    }
  >
    {isDesk ? (
      <Suspense fallback={<main className="desk" aria-busy="true" />}>
        <LinesPage
          world={world}
          language={language}
          clockOf={clockLocale}
          onSpeak={(next) => keeper.write(languageKey, next)}
        />
      </Suspense>
    ) : (
      <App session={session} language={language} messages={messages} />
    )}
  </Boundary>,
)

/**
 * Where a shopper with these language tags probably is, best guess first: the regions they name ("de-AT" → AT), then the region
 * each language is at home in ("de" → DE). Tags a browser should not have are skipped.
 */
function countriesOf(tags: readonly string[]): string[] {
  const locales = tags.flatMap((tag) => {
    try {
      return new Intl.Locale(tag)
    } catch {
      return []
    }
  })
  return [...locales, ...locales.map((locale) => new Intl.Locale(locale.language).maximize())].flatMap(
    ({ region }) => region ?? [],
  )
}
