import { createContext, useContext } from 'react'
import type { Messages } from '../texts/index.ts'

/** Everything a component needs to speak: messages, and numbers, money and times as the language writes them. */
export interface Words {
  readonly language: string
  readonly t: Messages
  /** Minor units to money; cents are shown only where there are any. */
  readonly money: (cents: number) => string
  /** A price difference with its sign; zero is a sentence. */
  readonly delta: (cents: number) => string
  readonly number: (n: number | bigint) => string
  readonly percent: (n: number) => string
  readonly list: (items: readonly string[]) => string
  /** Time of day of an ISO instant. */
  readonly time: (instant: string) => string
  /** Day and time of an ISO instant. */
  readonly moment: (instant: string) => string
  /** Seconds as a short duration. */
  readonly duration: (seconds: number) => string
}

/**
 * Makes the words of a language for a currency (ISO 4217).
 * @param clock locale for times of day: the browser's own where it speaks the language, for its 12 or 24 hours
 */
export function createWords(language: string, t: Messages, currency: string, clock = language): Words {
  const cents = (options: Intl.NumberFormatOptions) => {
    const format = (digits: number) =>
      new Intl.NumberFormat(language, {
        style: 'currency',
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        ...options,
      })
    const whole = format(0)
    const exact = format(2)
    return (n: number) => (n % 100 === 0 ? whole : exact).format(n / 100)
  }
  const money = cents({})
  const signed = cents({ signDisplay: 'exceptZero' })
  const plain = new Intl.NumberFormat(language)
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const times = new Intl.DateTimeFormat(clock, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = new Intl.DateTimeFormat(clock, { dateStyle: 'medium', timeStyle: 'short' })
  const lists = new Intl.ListFormat(language, { type: 'conjunction' })
  const unit = (name: string, n: number) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    }).format(n)
  return {
    language,
    t,
    money,
    delta: (n) => (n === 0 ? t.samePrice : signed(n).replace('-', '−')),
    number: (n) => plain.format(n),
    percent: (n) => share.format(n / 100),
    list: (items) => lists.format(items),
    time: (instant) => times.format(new Date(instant)),
    moment: (instant) => day.format(new Date(instant)),
    duration: (seconds) =>
      seconds < 60
        ? unit('second', Math.round(seconds))
        : seconds < 3600
          ? `${unit('minute', Math.floor(seconds / 60))}${seconds % 60 >= 1 ? ` ${unit('second', Math.round(seconds % 60))}` : ''}`
          : `${unit('hour', Math.floor(seconds / 3600))} ${unit('minute', Math.round((seconds % 3600) / 60))}`,
  }
}

export const WordsContext = createContext<Words | undefined>(undefined)

/** Gives the words of the page's language. */
export function useWords(): Words {
  const words = useContext(WordsContext)
  if (!words) throw new Error('No words: render inside WordsContext')
  return words
}
