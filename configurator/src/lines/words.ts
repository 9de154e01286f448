/** How the line desk speaks: messages, and times and numbers as the language writes them. */
import { createContext, useContext } from 'react'
import { en } from './texts/en.ts'
import type { LineMessages } from './texts/en.ts'

export interface DeskWords {
  readonly language: string
  readonly t: LineMessages
  readonly number: (n: number) => string
  readonly time: (instant: string | number) => string
  readonly moment: (instant: string) => string
  readonly day: (instant: string) => string
  /** A length of time in its largest unit, as in "4 min". */
  readonly span: (ms: number) => string
}

const loaders: Record<string, () => Promise<LineMessages>> = {
  en: () => Promise.resolve(en),
  de: () => import('./texts/de.ts').then((m) => m.de),
  zh: () => import('./texts/zh.ts').then((m) => m.zh),
}

/** Languages of the desk with their own names. */
export const deskLanguages = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'zh', name: '简体中文' },
] as const

/** Loads a language; English where the desk does not speak it or it cannot be loaded. */
export async function loadDeskWords(language: string, clock = language): Promise<DeskWords> {
  const known = Object.hasOwn(loaders, language) ? language : 'en'
  const t = await loaders[known]!().catch(() => en)
  return createDeskWords(known, t, clock)
}

/** @param clock locale for times of day. */
export function createDeskWords(language: string, t: LineMessages, clock = language): DeskWords {
  const plain = new Intl.NumberFormat(language)
  const times = new Intl.DateTimeFormat(clock, { timeStyle: 'medium' })
  const moments = new Intl.DateTimeFormat(clock, { dateStyle: 'short', timeStyle: 'medium' })
  const days = new Intl.DateTimeFormat(clock, { dateStyle: 'medium' })
  const unit = (name: string, n: number): string =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: n < 10 && name === 'second' ? 1 : 0,
    }).format(n)
  return {
    language,
    t,
    number: (n) => plain.format(n),
    time: (instant) => times.format(new Date(instant)),
    moment: (instant) => moments.format(new Date(instant)),
    day: (instant) => days.format(new Date(instant)),
    span(ms) {
      const s = ms / 1000
      if (s < 60) return unit('second', s)
      if (s < 3600) return unit('minute', Math.floor(s / 60))
      return s < 86_400 ? unit('hour', Math.floor(s / 3600)) : unit('day', Math.floor(s / 86_400))
    },
  }
}

export const DeskWordsContext = createContext<DeskWords | undefined>(undefined)

export function useDeskWords(): DeskWords {
  const words = useContext(DeskWordsContext)
  if (!words) throw new Error('No words: render inside DeskWordsContext')
  return words
}
