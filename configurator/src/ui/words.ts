import type { Product, Selection, Value } from '@lot-one/rules'
import { createContext, use, useContext } from 'react'
import { laterMessages } from '../texts/index.ts'
import type { LaterMessages, Messages } from '../texts/index.ts'
import { measureIn, withMeasures } from './units.ts'

/** Everything a component needs to speak: messages, and numbers, money and times as the language writes them. */
export interface Words {
  readonly language: string
  readonly t: Messages
  /** Minor units to money; cents are shown only where there are any. */
  readonly money: (cents: number) => string
  /** The same in a currency of its own (ISO 4217). */
  readonly moneyOf: (cents: number, currency: string) => string
  /** A price difference with its sign; zero is a sentence. */
  readonly delta: (cents: number) => string
  readonly number: (n: number | bigint) => string
  /** A number as it is said: exact up to a million, above that three digits and the word ("115 billion"). */
  readonly roughly: (n: number | bigint) => string
  readonly percent: (n: number) => string
  readonly list: (items: readonly string[]) => string
  /** A value's name; measures in the units of the shopper's country. */
  readonly value: (product: Product, option: string, value: Value) => string
  /** A length given in millimetres, in the units of the shopper's country. */
  readonly length: (mm: number) => string
  /** A rule's sentence about these values; measures also in the units of the shopper's country. */
  readonly sentence: (product: Product, ruleId: string, values: Selection) => string
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
 * @param country where the product goes (ISO 3166-1): decides between metric and US customary units
 */
export function createWords(
  language: string,
  t: Messages,
  currency: string,
  { clock = language, country }: { readonly clock?: string; readonly country?: string | undefined } = {},
): Words {
  const locale = numberLocale(language)
  const cents = (options: Intl.NumberFormatOptions, of = currency) => {
    const format = (digits: number) =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: of,
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
  const plain = new Intl.NumberFormat(locale)
  const said = new Intl.NumberFormat(locale, {
    notation: 'compact',
    compactDisplay: 'long',
    maximumSignificantDigits: 3,
  })
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const timeLocale = numberLocale(clock)
  const times = new Intl.DateTimeFormat(timeLocale, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = new Intl.DateTimeFormat(timeLocale, { dateStyle: 'medium', timeStyle: 'short' })
  const lists = new Intl.ListFormat(language, { type: 'conjunction' })
  const unit = (name: string, n: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    }).format(n)
  return {
    language,
    t,
    money,
    moneyOf: (n, of) => (of === currency ? money : cents({}, of))(n),
    delta: (n) => (n === 0 ? t.samePrice : signed(n).replace('-', '−')),
    number: (n) => plain.format(n),
    roughly: (n) => (n < 1_000_000 ? plain : said).format(n),
    percent: (n) => share.format(n / 100),
    list: (items) => lists.format(items),
    value(product, option, value) {
      const of = product.package.options.find(({ id }) => id === option)
      const measure =
        typeof value === 'number' && of?.unit !== undefined && measureIn(locale, country, of.unit, value)
      return measure || product.valueLabel(option, value, language)
    },
    length: (mm) => measureIn(locale, country, 'mm', mm)!,
    sentence: (product, ruleId, values) =>
      withMeasures(locale, country, product.sentence(ruleId, language, values)),
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

/** Prices and sizes carry the digits that stand on the product's own papers, in Arabic too. */
const numberLocale = (language: string) => (language.startsWith('ar') ? `${language}-u-nu-latn` : language)

export const WordsContext = createContext<Words | undefined>(undefined)

/** Gives the words of the page's language. */
export function useWords(): Words {
  const words = useContext(WordsContext)
  if (!words) throw new Error('No words: render inside WordsContext')
  return words
}

/** The words of everything that is loaded later. */
export type LaterWords = Words & { readonly t: Messages & LaterMessages }

/** Gives the words with the messages of everything that is loaded later; waits for them where they are not there yet. */
export function useLaterWords(): LaterWords {
  const words = useWords()
  const later = use(laterMessages(words.language))
  return { ...words, t: { ...words.t, ...later } }
}
