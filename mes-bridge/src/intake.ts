/** Decides whether a posted order or change is taken: the same compiled rules as in the page, asked again. Pure. */
import { normalizeTexts, readPicture, textProblems } from '@lot-one/rules'
import type {
  BuildOrder,
  Conflict,
  OrderSnapshot,
  OrderView,
  Product,
  Question,
  Repair,
  Selection,
} from '@lot-one/rules'
import { shown } from './problems.ts'
import type { FieldError } from './problems.ts'

/** A conflict as shoppers read it. */
export interface ToldConflict {
  /** The rule whose sentence is told; all of them are in `ruleIds`. */
  readonly ruleId: string
  readonly ruleIds: readonly string[]
  readonly because: string
  readonly choices: Selection
}

export type Refusal =
  | { readonly outcome: 'malformed'; readonly errors: readonly FieldError[] }
  | {
      readonly outcome: 'notBuildable'
      readonly conflicts: readonly ToldConflict[]
      readonly repairs: readonly Repair[]
    }
  | {
      readonly outcome: 'incomplete'
      readonly open: readonly { readonly option: string; readonly values: readonly unknown[] }[]
    }
  | { readonly outcome: 'priceChanged'; readonly priceCents: number; readonly currency: string }
  | { readonly outcome: 'rulesChanged'; readonly rulesHash: string }

/** Judges a posted order under the product's rules in force; `fits` carries what will be stored. */
export function judgeOrder(
  product: Product,
  order: BuildOrder,
  language: string,
  now: Date,
): { readonly outcome: 'fits'; readonly snapshot: OrderSnapshot } | Refusal {
  const { rulesHash, currency, id, version, title } = product.package
  if (order.rulesHash !== rulesHash) return { outcome: 'rulesChanged', rulesHash }
  const design = judgeDesign(product, order, language)
  if (design.outcome !== 'fits') return design
  const texts = normalizeTexts(order.texts ?? {})
  const wrong = textProblems(product.package.texts, design.selection, texts)
  if (wrong.length > 0) {
    const errors = wrong.map(({ text, message }) => ({
      path: `texts.${text}`,
      message,
      value: shown(texts[text]),
    }))
    return { outcome: 'malformed', errors }
  }
  const priceCents = design.priceCents + textsPriceCents(product, texts)
  if (priceCents !== order.expectedPriceCents || currency !== order.currency)
    return { outcome: 'priceChanged', priceCents, currency }
  return {
    outcome: 'fits',
    snapshot: {
      orderId: order.orderId,
      productId: id,
      productVersion: version,
      rulesHash,
      title: { ...title },
      context: order.context,
      selection: { ...design.selection },
      chosen: order.selection,
      texts,
      priceCents,
      currency,
      orderedAt: now.toISOString(),
    },
  }
}

/** Judges a change of an order under the rules it was placed with: the new choices over those it has. */
export function judgeChange(
  product: Product,
  { order }: OrderView,
  changes: Selection,
  language: string,
): { readonly outcome: 'fits'; readonly selection: Selection; readonly priceCents: number } | Refusal {
  const choices = product.package.options
    .filter((option) => option.role === 'choice')
    .map((option) => option.id)
  const before = Object.fromEntries(
    choices.flatMap((id) => (order.selection[id] === undefined ? [] : [[id, order.selection[id]]])),
  )
  const design = judgeDesign(
    product,
    { context: order.context, selection: { ...before, ...changes } },
    language,
  )
  if (design.outcome !== 'fits') return design
  const wrong = textProblems(product.package.texts, design.selection, order.texts)
  if (wrong.length > 0) {
    return {
      outcome: 'malformed',
      errors: wrong.map(({ message }) => ({ path: 'selection', message: `of this order: ${message}` })),
    }
  }
  return {
    outcome: 'fits',
    selection: design.selection,
    priceCents: design.priceCents + textsPriceCents(product, order.texts),
  }
}

/** The pictures that the texts of a judged order name, by SHA-256, each once. */
export function picturesOf(product: Product, texts: Readonly<Record<string, string>>): readonly string[] {
  const names = product.package.texts
    .filter(({ kind }) => kind === 'picture')
    .flatMap(({ id }) => readPicture(texts[id])?.sha256 ?? [])
  return [...new Set(names)]
}

function textsPriceCents(product: Product, texts: Readonly<Record<string, string>>): number {
  return product.package.texts.reduce((sum, option) => sum + (option.id in texts ? option.priceCents : 0), 0)
}

function judgeDesign(
  product: Product,
  asked: Question,
  language: string,
): { readonly outcome: 'fits'; readonly selection: Selection; readonly priceCents: number } | Refusal {
  const { question, errors } = readQuestion(product, asked)
  const missing = product.package.options
    .filter((option) => option.role === 'context' && asked.context[option.id] === undefined)
    .map((option) => ({
      path: `context.${option.id}`,
      message: `is needed: one of ${option.values.join(', ')}`,
      value: 'nothing',
    }))
  if (errors.length + missing.length > 0) return { outcome: 'malformed', errors: [...errors, ...missing] }
  if (!product.isBuildable(question)) {
    return {
      outcome: 'notBuildable',
      conflicts: product.explain(question).map((conflict) => tell(product, conflict, question, language)),
      repairs: product.repairs(question),
    }
  }
  const open = openOptions(product, question)
  if (open.length > 0) return { outcome: 'incomplete', open }
  const configuration = product.complete(question)
  if (configuration === undefined)
    throw new Error(
      `Buildable but without a design under rules ${product.package.rulesHash}: ${JSON.stringify(question)}`,
    )
  return { outcome: 'fits', selection: configuration, priceCents: product.price(configuration).totalCents }
}

/**
 * Reads a question as a page may send it: a completed design names the context's options too. Gives what is wrong with it,
 * field by field.
 */
export function readQuestion(
  product: Product,
  asked: Question,
): { readonly question: Question; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = []
  const contextIds = new Set(
    product.package.options.filter((option) => option.role === 'context').map((option) => option.id),
  )
  const selection: Record<string, Selection[string]> = {}
  for (const [option, value] of Object.entries(asked.selection)) {
    if (!contextIds.has(option)) selection[option] = value
    else if (asked.context[option] !== value) {
      const message = `is set by the shop: the context says ${shown(asked.context[option])}`
      errors.push({ path: `selection.${option}`, message, value: shown(value) })
    }
  }
  const question = { context: asked.context, selection }
  for (const { option, value, message } of product.problems(question)) {
    const where = Object.hasOwn(asked.selection, option) ? 'selection' : 'context'
    errors.push({ path: `${where}.${option}`, message, value: shown(value) })
  }
  return { question, errors }
}

function openOptions(product: Product, question: Question): { option: string; values: readonly unknown[] }[] {
  const unchosen = product.package.options.filter(
    (o) => o.role === 'choice' && question.selection[o.id] === undefined,
  )
  if (unchosen.length === 0) return []
  const statuses = product.statuses(question)
  return unchosen.flatMap((option) => {
    const values = option.values.filter((value) => statuses.of(option.id, value)?.status !== 'conflict')
    return values.length > 1 ? [{ option: option.id, values }] : []
  })
}

/** Puts a conflict into words: the first of its rules that has a sentence speaks. */
export function tell(
  product: Product,
  { ruleIds, choices }: Conflict,
  question: Question,
  language: string,
): ToldConflict {
  const spoken = new Set(
    product.package.rules.filter((rule) => rule.message !== undefined).map((rule) => rule.id),
  )
  const ruleId = ruleIds.find((id) => spoken.has(id)) ?? ruleIds[0] ?? ''
  return {
    ruleId,
    ruleIds,
    because: product.sentence(ruleId, language, { ...question.context, ...question.selection }),
    choices,
  }
}
