import { useEffect, useState, useSyncExternalStore } from 'react'
import type { World } from '../bridge.ts'
import { Board } from './Board.tsx'
import { openDesk } from './desk.ts'
import { Locked } from './Locked.tsx'
import { deskLanguages, DeskWordsContext, loadDeskWords } from './words.ts'
import type { DeskWords } from './words.ts'

const tokenKey = 'lot-one/staff-token'

/** The page of the people who run the lines. It shares nothing with the shop but its language and its look. */
export default function LinesPage({
  world,
  language,
  clockOf,
  onSpeak,
}: {
  readonly world: World
  readonly language: string
  /** Gives a language's locale for times of day. */
  readonly clockOf: (language: string) => string
  /** Keeps the language for the next visit. */
  readonly onSpeak: (language: string) => void
}) {
  const [desk] = useState(() =>
    openDesk(world, {
      read: () => sessionStorage.getItem(tokenKey),
      write: (token) =>
        token === null ? sessionStorage.removeItem(tokenKey) : sessionStorage.setItem(tokenKey, token),
    }),
  )
  const [words, setWords] = useState<DeskWords>()
  useEffect(() => void loadDeskWords(language, clockOf(language)).then(setWords), [language, clockOf])
  useEffect(() => {
    if (!words) return
    document.documentElement.lang = words.language
    document.title = `${words.t.title} · ${words.t.brand}`
  }, [words])
  useEffect(() => {
    const wake = () => desk.wake()
    const look = () => document.visibilityState === 'visible' && desk.wake()
    addEventListener('online', wake)
    addEventListener('pageshow', wake)
    document.addEventListener('visibilitychange', look)
    return () => {
      removeEventListener('online', wake)
      removeEventListener('pageshow', wake)
      document.removeEventListener('visibilitychange', look)
    }
  }, [desk])
  const view = useSyncExternalStore(desk.subscribe, desk.getSnapshot)
  if (!words) return <main className="desk" aria-busy="true" />
  const { t } = words
  const speak = (next: string) => {
    onSpeak(next)
    void loadDeskWords(next, clockOf(next)).then(setWords)
  }
  return (
    <DeskWordsContext value={words}>
      <a className="skip" href="#lines">
        {t.skip}
      </a>
      <header className="desk-bar">
        <a className="brand" href="/">
          {t.brand}
        </a>
        <span className="desk-name">{t.title}</span>
        <div className="desk-bar-end">
          <label className="desk-language">
            <span className="sr-only">{t.language}</span>
            <select value={words.language} onChange={(event) => speak(event.target.value)}>
              {deskLanguages.map(({ id, name }) => (
                <option key={id} value={id} lang={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {view.phase === 'open' && (
            <button type="button" className="button quiet small" onClick={() => desk.lock()}>
              {t.lock}
            </button>
          )}
        </div>
      </header>
      <main className="desk" id="lines" tabIndex={-1}>
        {view.phase === 'open' ? <Board desk={desk} view={view} /> : <Locked desk={desk} view={view} />}
      </main>
    </DeskWordsContext>
  )
}
