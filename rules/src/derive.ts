/**
 * Checked design -> what it costs, what it is made of and how it is made. From here on the words are ISA-95's: operation,
 * job order, material requirement (IEC 62264-4; OPC 10031-4 §6.3.1).
 */
import { holdsAt } from './compile.ts'
import { evaluateToValue, exact, holds } from './evaluate.ts'
import type { Exact } from './evaluate.ts'
import type { Formula, Option, ProductModel, Texts, Value } from './model.ts'
import type { Configuration } from './product.ts'
import { canonicalJson, sha256 } from './sha256.ts'
import { normalizeTexts } from './textOptions.ts'

/** What an order adds to its design. */
export interface OrderFacts {
  readonly orderId: string
  /** Order date (ISO day): decides which price terms are in effect. */
  readonly at: string
  /** Texts the shopper gave, already checked (`textProblems`). */
  readonly texts?: Readonly<Record<string, string>>
}

/** One line of the price; never zero. `option`: the price of that option's value. */
export interface PriceLine {
  readonly id: string
  readonly option?: string
  readonly label: Texts
  readonly cents: number
}

/** One part for one unit, needed at an operation. */
export interface MaterialRequirement {
  readonly position: string
  readonly part: string
  readonly quantity: number
  readonly op: number
}

/** One operation of this unit: the content of one job order. */
export interface DerivedOperation {
  readonly op: number
  /** `ORDERID/OP`: stable across retries, restarts and lines. */
  readonly jobOrderId: string
  readonly station: string
  /** Id of the work master the station must be able to do. */
  readonly workMasterId: string
  readonly label: Texts
  /** Seconds of line time. */
  readonly plannedSeconds: number
  readonly parameters: readonly {
    readonly id: string
    readonly type: 'text' | 'number' | 'boolean'
    readonly value: Value
  }[]
  readonly materialRequirements: readonly Omit<MaterialRequirement, 'op'>[]
  /** Ids of options that can no longer change once this operation has started. */
  readonly consumes: readonly string[]
}

/** All that follows from a design. */
export interface Derived {
  /** Same product and same design, same hash: sha256 over product id, every option's value and the texts. */
  readonly designHash: string
  readonly currency: string
  readonly totalCents: number
  readonly priceLines: readonly PriceLine[]
  readonly materials: readonly MaterialRequirement[]
  readonly operations: readonly DerivedOperation[]
}

/** Names a design: product id, the value of every option and the texts, whatever the order of the keys. Pure. */
export function designHash(
  productId: string,
  configuration: Configuration,
  texts: Readonly<Record<string, string>> = {},
): string {
  return sha256(canonicalJson({ productId, configuration, texts: normalizeTexts(texts) }))
}

/** "Wi-Fi" for an option that is on or off, "Finish: Brushed steel" for others. */
function lineLabel(option: Option, value: number): Texts {
  const texts = option.valueLabels[value]!
  if (option.type === 'bool') return option.label
  return Object.fromEntries(
    Object.keys(option.label).map((language) => [
      language,
      `${option.label[language]}${language === 'zh' ? '：' : ': '}${texts[language] ?? texts['en']}`,
    ]),
  )
}

/**
 * Derives price, material and operations of a checked design. Pure: the same design, facts and model give equal results.
 * @throws Error when an option is missing or a value is none of its own: a `Configuration` never lacks one.
 */
export function derive(model: ProductModel, configuration: Configuration, facts: OrderFacts): Derived {
  const chosen = model.options.map((option) => {
    const value = configuration[option.id]
    const index = value === undefined ? -1 : option.values.indexOf(value)
    if (index < 0) throw new Error(`design of ${model.id}: ${option.id} has no value ${String(value)}`)
    return index
  })
  const exactly: Exact[] = model.options.map((option, i) => exact(option.values[chosen[i]!]!))
  const isTrue = (formula: Formula) => holds(formula, (option) => chosen[option]!)
  const valueOf = (option: number) => exactly[option]!
  const texts = normalizeTexts(facts.texts ?? {})

  const priceLines: PriceLine[] = []
  for (const term of model.prices) {
    if (!holdsAt(term.effective, facts.at)) continue
    const cents = term.alternatives.find((alternative) => isTrue(alternative.when))?.amountCents ?? 0
    if (cents !== 0) priceLines.push({ id: term.id, label: term.label ?? { en: term.id }, cents })
  }
  for (const [i, option] of model.options.entries()) {
    const cents = option.priceCents[chosen[i]!]!
    if (cents !== 0)
      priceLines.push({ id: option.id, option: option.id, label: lineLabel(option, chosen[i]!), cents })
  }
  for (const text of model.texts)
    if (texts[text.id] !== undefined && text.priceCents !== 0)
      priceLines.push({ id: text.id, label: text.label, cents: text.priceCents })

  const materials: MaterialRequirement[] = []
  for (const { position, op, lines } of model.bom) {
    const line = lines.find((each) => isTrue(each.when))
    if (line) materials.push({ position, part: line.part, quantity: line.quantity, op })
  }

  const operations = model.routing
    .filter((operation) => isTrue(operation.when))
    .map(({ op, station, label, plannedSeconds, parameters, consumes }): DerivedOperation => {
      const values = parameters.map(({ id, value }) => ({ id, value: evaluateToValue(value, valueOf) }))
      for (const text of model.texts)
        if (text.op === op && texts[text.id] !== undefined)
          values.push({ id: text.id, value: texts[text.id]! })
      return {
        op,
        jobOrderId: `${facts.orderId}/${op}`,
        station,
        workMasterId: station,
        label,
        plannedSeconds: Number(evaluateToValue(plannedSeconds, valueOf)),
        parameters: values.map(({ id, value }) => ({
          id,
          type: typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean',
          value,
        })),
        materialRequirements: materials
          .filter((material) => material.op === op)
          .map(({ position, part, quantity }) => ({ position, part, quantity })),
        consumes: consumes.map((option) => model.options[option]!.id),
      }
    })

  return {
    designHash: designHash(model.id, configuration, texts),
    currency: model.currency,
    totalCents: priceLines.reduce((sum, line) => sum + line.cents, 0),
    priceLines,
    materials,
    operations,
  }
}
