/** What a page sees of a design: the answers to everything it shows, and what a wish that does not fit would take. */
import { normalizeTexts, textProblems } from '@lot-one/rules'
import type {
  Configuration,
  Conflict,
  Design,
  PriceBreakdown,
  Product,
  ProductPackage,
  Repair,
  Selection,
  TextProblem,
  Value,
  Statuses,
} from '@lot-one/rules'

/** One option that got another value. */
export interface Change {
  readonly option: string
  readonly from: Value
  readonly to: Value
}

/** A wish that does not fit, ready to be shown where it was made. */
export interface ConflictView {
  /** `choice`: a value was tapped · `context`: another country · `restored`: a kept or shared design under these rules. */
  readonly about: 'choice' | 'context' | 'restored'
  readonly option?: string
  readonly value?: Value
  readonly reasons: readonly Conflict[]
  readonly repairs: readonly { readonly repair: Repair; readonly changes: readonly Change[] }[]
  /** Every value in play, for the placeholders of a rule's sentence. */
  readonly values: Selection
  /** Contexts (a country) in which the tapped value can be had although here it cannot. */
  readonly elsewhere: readonly Selection[]
}

/** Something the shop did that the shopper should know of; gone with her next step. `about`: the option it happened at. */
export type Note =
  /** She took a way out. */
  | {
      readonly kind: 'repaired'
      readonly about: string | undefined
      readonly changes: readonly Change[]
      readonly deltaCents: number
    }
  /** Values she had not chosen moved along with her choice. */
  | {
      readonly kind: 'followed'
      readonly about: string | undefined
      readonly changes: readonly Change[]
      readonly deltaCents: number
    }
  /** A link or an older visit brought this design. */
  | {
      readonly kind: 'opened'
      readonly unknown: readonly string[]
      /** How many more of its choices are no longer known, without their names. */
      readonly nameless: number
      readonly oldPriceCents?: number
    }
  /** A whole design was taken at once. */
  | { readonly kind: 'taken'; readonly from: Exclude<Origin, 'link'>; readonly deltaCents: number }

/** Where a whole design comes from. */
export type Origin = 'link' | 'saved' | 'surprise' | 'cheapest'

export interface DesignView {
  readonly design: Design
  /** Every option with its value: what would be built. */
  readonly configuration: Configuration
  /** Gross, texts included. */
  readonly price: PriceBreakdown
  /** Gross without texts: what `prices` and `statuses` are compared with. */
  readonly designCents: number
  /** Texts that go with this design and can be made, and what is wrong with the others. */
  readonly texts: Readonly<Record<string, string>>
  readonly textProblems: readonly TextProblem[]
  /** Exact number of buildable products that contain all choices made so far. */
  readonly count: bigint
  readonly statuses: Statuses
  /** Gross total after tapping a value; absent where other choices would have to change. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly conflict: ConflictView | undefined
  readonly note: Note | undefined
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly step: string
  /** An order with this design is under way: nothing can be chosen until it is answered. */
  readonly submitted: boolean
}

/** How many ways out are offered, and how many reasons are named. */
const repairLimit = 3
const reasonLimit = 3

/** Works out why a wish does not fit and what the ways out change; `before` is the design without it. */
export function conflictView(
  product: Product,
  about: ConflictView['about'],
  before: Configuration,
  wish: { readonly design: Design; readonly keep: Selection },
): ConflictView {
  const repairs = product.repairs(wish.design, { keep: wish.keep, limit: repairLimit })
  const [tapped] = Object.entries(wish.keep)
  const elsewhere = tapped && repairs.length === 0 ? contextsFor(product, wish.design.context, wish.keep) : []
  return {
    about,
    ...(tapped && { option: tapped[0], value: tapped[1] }),
    reasons: product.explain(wish.design, reasonLimit),
    repairs: repairs.map((repair) => ({
      repair,
      changes: Object.entries(repair.change).map(([option, to]) => ({
        option,
        from: wish.design.selection[option] ?? before[option] ?? to,
        to,
      })),
    })),
    values: { ...before, ...wish.design.context, ...wish.design.selection },
    elsewhere,
  }
}

/** Other contexts in which these choices can be built. */
function contextsFor(product: Product, context: Selection, keep: Selection): Selection[] {
  return product.package.options
    .filter((option) => option.role === 'context')
    .flatMap((option) =>
      option.values
        .filter((other) => other !== context[option.id])
        .map((other) => ({ [option.id]: other }))
        .filter((other) => product.isBuildable({ context: { ...context, ...other }, selection: keep })),
    )
}

/** Gives the choices with another value after than before, those in `except` left out. */
export function changesBetween(
  product: Product,
  before: Configuration,
  after: Configuration,
  except: Selection,
): Change[] {
  return product.package.options
    .filter((o) => o.role === 'choice' && !(o.id in except) && before[o.id] !== after[o.id])
    .map((o) => ({ option: o.id, from: before[o.id]!, to: after[o.id]! }))
}

/** What of a design's texts can be made, what is wrong with the others, and what the good ones cost. Pure. */
export function writtenTexts(
  { texts: options }: Pick<ProductPackage, 'texts'>,
  configuration: Configuration,
  given: Design['texts'],
): {
  readonly texts: Readonly<Record<string, string>>
  readonly problems: readonly TextProblem[]
  readonly lines: readonly { readonly id: string; readonly cents: number }[]
} {
  const problems = textProblems(options, configuration, given)
  const texts = Object.fromEntries(
    Object.entries(normalizeTexts(given)).filter(([id]) => !problems.some(({ text }) => text === id)),
  )
  const lines = options
    .filter(({ id, priceCents }) => id in texts && priceCents !== 0)
    .map(({ id, priceCents }) => ({ id, cents: priceCents }))
  return { texts, problems, lines }
}
