/**
 * What page and bridge hold of one product: texts plus the compiled machine, and the questions both ask of it.
 * `openProduct` turns the JSON of `GET /api/products/{id}` into answers; the same bytes decide in both places.
 */
import type { Step, Texts, Value } from './model.ts'

/** Option id -> value; unchecked or partly chosen. */
export type Selection = Readonly<Record<string, Value>>

declare const checked: unique symbol
/** A complete, buildable assignment (every option, context and derived ones included). Only the machine makes one. */
export type Configuration = Selection & { readonly [checked]: true }

/** What the shop knows (country) and what the shopper chose; `context` is never asked back or repaired. */
export interface Question {
  readonly context: Selection
  readonly selection: Selection
}

/** JSON-able, cacheable by `rulesHash`; one per product and effectivity interval. */
export interface ProductPackage {
  readonly id: string
  readonly version: string
  readonly title: Texts
  /** sha256 over everything that decides: machine, prices, bill of materials, routing, texts. */
  readonly rulesHash: string
  readonly currency: string
  readonly languages: readonly string[]
  /** Order dates for which this compiled machine decides. */
  readonly effective: { readonly from?: string; readonly until?: string }
  readonly vatPercent: Readonly<Record<string, number>>
  readonly fromPriceCents: number
  readonly options: readonly OptionView[]
  /** `options` of a step are ids here. */
  readonly steps: readonly (Omit<Step, 'options'> & { readonly options: readonly string[] })[]
  readonly rules: readonly {
    readonly id: string
    readonly message?: Texts
    /** Not in the machine: asked beside it. */
    readonly lazy?: boolean
  }[]
  readonly priceTerms: readonly { readonly id: string; readonly label: Texts }[]
  readonly texts: readonly TextOptionView[]
  /** The frozen decision diagram, base64. */
  readonly machine: string
  /** One small diagram per rule (compilation erases rule identity), base64. */
  readonly ruleDiagrams: string
}

export interface OptionView {
  readonly id: string
  readonly role: 'context' | 'choice' | 'derived'
  readonly type: 'enum' | 'number' | 'bool'
  readonly unit?: string
  readonly values: readonly Value[]
  readonly default?: Value
  readonly label: Texts
  readonly valueLabels: readonly Texts[]
  readonly priceCents: readonly number[]
}

export interface TextOptionView {
  readonly id: string
  /** The text names a picture (`readPicture`); absent: words. */
  readonly kind?: 'picture'
  readonly label: Texts
  readonly maxLength: number
  readonly pattern: string
  readonly priceCents: number
  /** The text may be given while one of these rows fits: option id -> allowed values. */
  readonly when: readonly Readonly<Record<string, readonly Value[]>>[]
}

export interface ValueStatus {
  /** `free`: can be taken now · `chosen` · `forced`: the only value left · `conflict`: takes `changes` other choices with it. */
  readonly status: 'free' | 'chosen' | 'forced' | 'conflict'
  /**
   * How many other choices must change, at least. 0 where it can be taken now; above 0 also for a chosen value while the
   * selection clashes; -1 where nothing in this context has the value, whatever else is given up.
   */
  readonly changes: number
  /** Cheapest gross total with this value after those fewest changes; 0 where `changes` is -1. */
  readonly fromPriceCents: number
  /** Lazy rules made this too hard to prove: `changes` and `fromPriceCents` are at least that. */
  readonly unproved?: true
}

/** Decided for every value at once; named where it is read. Stays as it is while other questions are asked. */
export interface Statuses {
  /** Of one value; `undefined` where there is no such option or value. */
  of(option: string, value: Value): ValueStatus | undefined
  /** Of every value of every option: option -> value key -> status. */
  all(): Readonly<Record<string, Readonly<Record<string, ValueStatus>>>>
}

/** Choices and rules that cannot all hold: both sets are minimal (leave any one out and the rest fits). */
export interface Conflict {
  readonly ruleIds: readonly string[]
  readonly choices: Selection
}

/**
 * A minimal set of choices to change, with the new values that make the completed design cheapest, and what that design costs
 * against the one before the clash: the completed design of the choices without what is kept, or, where nothing is kept, of the
 * choices in their order, each only while it fits.
 */
export interface Repair {
  readonly change: Selection
  readonly priceDeltaCents: number
}

/** The answer of `POST /api/products/{id}/check`, before texts are put in. */
export interface Check {
  readonly buildable: boolean
  /** Every choice option is chosen or forced. */
  readonly complete: boolean
  readonly count: bigint
  /** Lazy rules make the exact count too hard: it is the one without them. */
  readonly countAtMost?: true
  /** Gross total of the design completed by defaults; of the cheapest repair's design when not buildable. */
  readonly priceCents: number
  readonly fromPriceCents: number
  readonly conflicts: readonly Conflict[]
  readonly repairs: readonly Repair[]
  readonly options: Readonly<Record<string, Readonly<Record<string, ValueStatus>>>>
}

export interface PriceBreakdown {
  readonly totalCents: number
  /** Non-zero lines: an option's value price (`option` set) or a price term; sums exactly to the total. */
  readonly lines: readonly { readonly id: string; readonly option?: string; readonly cents: number }[]
}

/** Everything that can be asked of one product. All pure; answers are new values and never change. */
export interface Product {
  readonly package: ProductPackage
  /** Options with an unknown id or value, with the nearest known name. Empty: the question can be asked. */
  problems(question: {
    readonly context?: unknown
    readonly selection?: unknown
  }): readonly { readonly option: string; readonly value: unknown; readonly message: string }[]
  /** Everything about a selection; conflicts and repairs only when it is not buildable. */
  check(question: Question): Check
  /** Status of every value of every option in one linear pass. */
  statuses(question: Question): Statuses
  /** Gross total of the completed design if this value were tapped, for every value that needs no other change: option -> value key -> cents. */
  designPrices(question: Question): Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Exact number of buildable products left. */
  count(question: Question): bigint
  isBuildable(question: Question): boolean
  /** The shopper's design: defaults applied after all choices, in file order, each only while still valid; then the cheapest. */
  complete(question: Question): Configuration | undefined
  cheapest(question: Question): Configuration | undefined
  price(configuration: Configuration): PriceBreakdown
  /**
   * Walks the machine once and gives the selection itself, now known to be a product; `undefined` when any option is missing,
   * unknown or the whole is not buildable.
   */
  verify(selection: Selection): Configuration | undefined
  /** Why these choices do not fit, by choices and by rules; empty when they do. At most `limit` conflicts. */
  explain(question: Question, limit?: number): readonly Conflict[]
  /**
   * Ways out ordered by number of changes, then price; `keep` (a value just tapped) is never given up. Ask with the selection
   * as it was before the tap (`keep` need not be in it): then prices compare with the design that was on screen.
   */
  repairs(
    question: Question,
    options?: { readonly keep?: Selection; readonly limit?: number },
  ): readonly Repair[]
  /** The rule's sentence in a language (falls back to `en`, then to a generated one), placeholders filled from `values`. */
  sentence(ruleId: string, language: string, values: Selection): string
  label(option: string, language: string): string
  valueLabel(option: string, value: Value, language: string): string
}
