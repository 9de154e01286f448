/**
 * The page's languages. English comes with the page; the others, and in every language what is said only later, are loaded when
 * they are wanted.
 */
import { en } from './en.ts'
import type { Messages } from './en.ts'
import type { LaterMessages } from './later/en.ts'

export type { Messages } from './en.ts'
export type { LaterMessages } from './later/en.ts'

interface Language {
  readonly id: string
  /** What it calls itself. */
  readonly name: string
  readonly direction: 'ltr' | 'rtl'
  readonly first: () => Promise<Messages>
  readonly later: () => Promise<LaterMessages>
  /** Brings the letters the page's own typeface does not have. */
  readonly letters?: () => Promise<string>
}

/** In the order of the menu. */
export const languages: readonly Language[] = [
  {
    id: 'en',
    name: 'English',
    direction: 'ltr',
    first: () => Promise.resolve(en),
    later: () => import('./later/en.ts').then((m) => m.later),
  },
  {
    id: 'de',
    name: 'Deutsch',
    direction: 'ltr',
    first: () => import('./de.ts').then((m) => m.de),
    later: () => import('./later/de.ts').then((m) => m.later),
  },
  {
    id: 'zh',
    name: '简体中文',
    direction: 'ltr',
    first: () => import('./zh.ts').then((m) => m.zh),
    later: () => import('./later/zh.ts').then((m) => m.later),
    letters: () => import('./letters/zh.ts').then((m) => m.styleSheet),
  },
  {
    id: 'ar',
    name: 'العربية',
    direction: 'rtl',
    first: () => import('./ar.ts').then((m) => m.ar),
    later: () => import('./later/ar.ts').then((m) => m.later),
    letters: () => import('./letters/ar.ts').then((m) => m.styleSheet),
  },
]

const languageOf = (id: string) => languages.find((language) => language.id === id) ?? languages[0]!

/** Gives the first offered language among those wanted (`navigator.languages`), English if there is none. */
export function pickLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0]!
    if (languages.some(({ id }) => id === base)) return base
  }
  return 'en'
}

/** Which way the lines of a language run. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return languageOf(language).direction
}

/** Loads a language's messages. A language that cannot be loaded (offline) is answered in English. */
export async function loadMessages(language: string): Promise<Messages> {
  try {
    return await languageOf(language).first()
  } catch {
    return en
  }
}

const later = new Map<string, Promise<LaterMessages>>()

/** Loads what a language says only later, in English where it cannot be loaded; the same promise until neither could. */
export function laterMessages(language: string): Promise<LaterMessages> {
  const known = later.get(language)
  if (known) return known
  const loading = languageOf(language)
    .later()
    .catch(() => languages[0]!.later())
  later.set(language, loading)
  loading.catch(() => later.delete(language))
  return loading
}

/** Address of the style sheet with a language's letters; `undefined` where the page's typeface has them. */
export async function lettersOf(language: string): Promise<string | undefined> {
  try {
    return await languageOf(language).letters?.()
  } catch {
    // offline: the device's own letters do
    return undefined
  }
}
