/**
 * The checked form of one product's rules: what the loader (`productModel.ts`) makes of a YAML file and what the compiler
 * (`compile.ts`), the deriver (`derive.ts`) and the tools read. Plain frozen JSON; no functions, no classes.
 *
 * Options are referred to by their index in `ProductModel.options`, values by their index in `Option.values`.
 */

/** A value as it stands in files, selections and orders. Numbers are exact integers or decimals of the file's grid. */
export type Value = string | number | boolean

/** Language tag (`en`, `de`, `zh`) -> text. `en` is always there. */
export type Texts = Readonly<Record<string, string>>

/** Where something stands in a rule file; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One problem of a rule file, ready to print as `file:line:column message`. */
export interface Problem extends Place {
  readonly message: string
  readonly ruleId?: string
}

export interface Option {
  readonly id: string
  /** `context` is set by the shop (country), `derived` is determined by the rules and never asked. */
  readonly role: 'context' | 'choice' | 'derived'
  readonly type: 'enum' | 'number' | 'bool'
  readonly unit?: string
  readonly values: readonly Value[]
  /** Index into `values`; a suggestion applied after all choices. */
  readonly default?: number
  readonly label: Texts
  /** One entry per value. */
  readonly valueLabels: readonly Texts[]
  /** Gross price of each value in minor units; one entry per value. */
  readonly priceCents: readonly number[]
  readonly where: Place
}

/**
 * A truth function over a few options.
 *
 * - `table`: at least one row fits; a cell lists the allowed value indexes of its option, `null` means any.
 * - `sum`: the weights of the chosen values add up to a total within the bounds (inclusive, integers).
 * - `distinct`: the number of different classes among the chosen values lies within the bounds; class -1 is ignored.
 */
export type Formula =
  | { readonly op: 'true' }
  | { readonly op: 'false' }
  | { readonly op: 'not'; readonly arg: Formula }
  | { readonly op: 'and' | 'or'; readonly args: readonly Formula[] }
  | { readonly op: 'table'; readonly of: readonly number[]; readonly rows: readonly (readonly Cell[])[] }
  | {
      readonly op: 'sum'
      readonly of: readonly number[]
      readonly weights: readonly (readonly number[])[]
      readonly atLeast?: number
      readonly atMost?: number
    }
  | {
      readonly op: 'distinct'
      readonly of: readonly number[]
      readonly classes: readonly (readonly number[])[]
      readonly atLeast?: number
      readonly atMost?: number
    }

/** Allowed value indexes, ascending; `null` = any value. */
export type Cell = readonly number[] | null

export interface Effective {
  /** First order date (ISO day) on which this holds, inclusive. */
  readonly from?: string
  /** Last order date (ISO day) on which this holds, inclusive. */
  readonly until?: string
}

export interface Rule {
  readonly id: string
  readonly formula: Formula
  /** The sentence shoppers see; `{option}` placeholders take the label of the option's value. */
  readonly message?: Texts
  readonly owner?: string
  readonly origin?: string
  readonly effective?: Effective
  /** Left out of the compiled diagram and checked beside it (for rules that blow a diagram up). */
  readonly lazy?: boolean
  readonly where: Place
}

/**
 * One line of the price: exactly one alternative holds for every buildable product (the compiler proves it),
 * and its amount is added.
 */
export interface PriceTerm {
  readonly id: string
  readonly label?: Texts
  readonly alternatives: readonly { readonly amountCents: number; readonly when: Formula }[]
  readonly effective?: Effective
  readonly where: Place
}

/** Arithmetic over options, evaluated when an order is derived; the source text stays for error messages. */
export type Expr =
  | { readonly op: 'const'; readonly value: Value }
  | { readonly op: 'option'; readonly option: number }
  | { readonly op: 'neg' | 'not'; readonly arg: Expr }
  | {
      readonly op: '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||'
      readonly left: Expr
      readonly right: Expr
    }
  | { readonly op: 'in'; readonly left: Expr; readonly list: readonly Expr[] }
  | { readonly op: 'if'; readonly test: Expr; readonly then: Expr; readonly else: Expr }

export interface BomPosition {
  readonly position: string
  /** `false`: exactly one line for every buildable product; `true`: at most one. The compiler proves it. */
  readonly optional: boolean
  /** While this holds there is no such position: the appliance of an optional slot is not there. */
  readonly unless?: Formula
  /** The operation that consumes the part. */
  readonly op: number
  readonly lines: readonly {
    readonly part: string
    readonly quantity: number
    readonly when: Formula
    readonly where: Place
  }[]
  readonly where: Place
}

export interface RoutingOperation {
  readonly op: number
  /** Name of the station; also the id of the work master it must be able to do. */
  readonly station: string
  readonly label: Texts
  readonly when: Formula
  /** Planned time on the station, seconds of line time. */
  readonly plannedSeconds: Expr
  readonly parameters: readonly { readonly id: string; readonly value: Expr; readonly where: Place }[]
  /** Options whose choice this operation's parameters, parts or presence depend on: they freeze when it starts. */
  readonly consumes: readonly number[]
  readonly where: Place
}

export interface Step {
  readonly id: string
  readonly label: Texts
  readonly options: readonly number[]
}

export interface RuleTest {
  readonly name: string
  /** Order date; absent: the first day of the family. */
  readonly at?: string
  readonly given: Readonly<Record<string, Value>>
  readonly expect: {
    readonly buildable?: boolean
    readonly because?: readonly string[]
    readonly minPrice?: number
    readonly domain?: Readonly<Record<string, readonly Value[]>>
    readonly count?: string
  }
  readonly where: Place
}

/** Free text the shopper enters (an engraving): outside the machine, checked by length and character set. */
export interface TextOption {
  readonly id: string
  /** The text names a picture of the shopper's (`PictureChoice`); absent: words. */
  readonly kind?: 'picture'
  readonly label: Texts
  readonly maxLength: number
  /** Regular expression source the whole text must match. */
  readonly pattern: string
  /** The text may only be given while this holds. */
  readonly when: Formula
  readonly priceCents: number
  /** The operation that needs the text. */
  readonly op?: number
  readonly where: Place
}

export interface ProductModel {
  readonly id: string
  readonly title: Texts
  readonly version: string
  /** ISO 4217. */
  readonly currency: string
  readonly effective: Effective
  /** VAT contained in gross prices, percent by country; absent country: none is shown. */
  readonly vatPercent: Readonly<Record<string, number>>
  readonly options: readonly Option[]
  readonly rules: readonly Rule[]
  readonly prices: readonly PriceTerm[]
  readonly bom: readonly BomPosition[]
  readonly routing: readonly RoutingOperation[]
  readonly steps: readonly Step[]
  readonly texts: readonly TextOption[]
  readonly tests: readonly RuleTest[]
}
