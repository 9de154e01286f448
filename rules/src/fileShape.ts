/**
 * The shape of a rule file: which keys may stand where and what kind of value each takes. One description serves the
 * loader (entry by entry, so that every problem is found at once) and the JSON Schema editors complete from.
 */
import * as z from 'zod'

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'letters, digits, "-" and "_" only')
const optionId = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and "_" only, no digit first')
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, 'a language such as en, de or zh')
const text = z.string().trim().min(1, 'an empty text').max(2000)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const cents = z.int().describe('integer minor units (cents)')
const expression = z.union([z.string(), z.boolean(), z.number()]).describe('a CEL expression over options')
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-10-01')
  .describe('ISO day')

/** A text in several languages, or one English text. */
export const textsShape = z
  .union([text, z.record(language, text)])
  .describe('text per language (en is required), or one English text')

export const effectiveShape = z
  .strictObject({ from: day.optional(), until: day.optional() })
  .describe('order dates for which this holds, both inclusive')

const valueTexts = z.record(z.string(), textsShape).describe('value -> what shoppers read')
const optionCommon = {
  label: textsShape.optional(),
  labels: valueTexts.optional(),
  derived: z.boolean().optional().describe('determined by the rules, never asked'),
}
/** One value of a map: its price alone, or price and names side by side. */
const valueEntry = z.union([
  cents,
  z.looseObject({ price: cents.optional() }).describe('price and a name per language'),
])

/** An option that is on or off. */
export const boolOptionShape = z.strictObject({
  ...optionCommon,
  type: z.literal('bool'),
  price: cents.optional(),
  default: z.boolean().optional(),
})
/** A number on a grid. */
export const gridOptionShape = z.strictObject({
  ...optionCommon,
  type: z.literal('number').optional(),
  unit: z.string().max(20).optional(),
  min: z.number(),
  max: z.number(),
  step: z.number(),
  default: z.number().optional(),
})
/** An option with listed values. */
export const valuesOptionShape = z.strictObject({
  ...optionCommon,
  type: z.enum(['number', 'enum']).optional(),
  unit: z.string().max(20).optional(),
  values: z.union([z.array(scalar), z.record(z.string(), valueEntry)]),
  default: scalar.optional(),
})

const ruleCommon = {
  id: id.optional(),
  message: textsShape.optional(),
  owner: z.string().optional(),
  origin: z.string().optional(),
  effective: effectiveShape.optional(),
  lazy: z.boolean().optional(),
}
const constraintCommon = { ...ruleCommon, id }

/** A table of all allowed combinations, inline or from a CSV file beside this one. */
export const tableShape = z.strictObject({
  ...ruleCommon,
  of: z.array(z.string()).min(1).optional().describe('options, one per column'),
  rows: z.array(z.array(scalar)).optional().describe('cells: value, "*", "a|b", "!a", 600..750'),
  csv: z.string().optional().describe('file beside this one; its first line names the options'),
})

const bounds = {
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  equals: z.number().optional(),
}
const weights = z
  .record(z.string(), z.number())
  .describe('number option, on/off option or "option=value" -> weight')

/** Kinds of constraint by the key that tells them apart, in the order they are looked for. */
export const constraintShapes = {
  if: z.strictObject({ ...constraintCommon, if: expression, then: expression }),
  check: z.strictObject({ ...constraintCommon, check: expression }),
  iff: z.strictObject({ ...constraintCommon, iff: z.array(expression).min(2) }),
  sum: z.strictObject({ ...constraintCommon, sum: weights, ...bounds }),
  linear: z.strictObject({ ...constraintCommon, linear: weights, ...bounds }),
  atMostDistinct: z.strictObject({
    ...constraintCommon,
    atMostDistinct: z.int().min(0),
    of: z.array(z.string()).min(1),
    ignoring: scalar.optional(),
  }),
  atLeastDistinct: z.strictObject({
    ...constraintCommon,
    atLeastDistinct: z.int().min(0),
    of: z.array(z.string()).min(1),
    ignoring: scalar.optional(),
  }),
  of: z.strictObject({
    ...constraintCommon,
    of: z.array(z.string()).min(1).describe('on/off options, "option=value" or conditions, counted'),
    atLeast: z.int().min(0).optional(),
    atMost: z.int().min(0).optional(),
    exactly: z.int().min(0).optional(),
  }),
} as const

const priceCommon = { id, label: textsShape.optional(), effective: effectiveShape.optional() }
/** Kinds of price term by the key that tells them apart. */
export const priceShapes = {
  distinct: z.strictObject({
    ...priceCommon,
    distinct: z.array(z.string()).min(1),
    ignoring: scalar.optional(),
    amounts: z.record(z.string(), cents),
  }),
  per: z.strictObject({ ...priceCommon, per: expression, rate: cents, when: expression.optional() }),
  amount: z.strictObject({ ...priceCommon, amount: cents, when: expression.optional() }),
} as const

/** One 150 % position: exactly one of its lines fits every buildable product. */
export const positionShape = z.strictObject({
  position: id,
  optional: z.boolean().optional().describe('true: at most one line instead of exactly one'),
  op: z.int().optional().describe('the operation that consumes it; the first one when absent'),
  lines: z
    .array(
      z.strictObject({ part: scalar, qty: z.number().positive().optional(), when: expression.optional() }),
    )
    .min(1),
})

/** One operation, done by one station as one job. */
export const operationShape = z.strictObject({
  op: z.int().min(0),
  station: id,
  label: textsShape.optional(),
  when: expression.optional(),
  params: z.record(z.string(), expression).optional(),
  duration: expression.optional().describe('planned seconds of line time; 60 when absent'),
  job: z
    .strictObject({
      method: z.enum(['StoreAndStart', 'Store']).optional(),
      params: z.record(z.string(), expression).optional(),
    })
    .optional(),
})

export const stepShape = z.strictObject({ id, label: textsShape.optional(), options: z.array(z.string()) })

/** Free text the shopper may give. */
export const textOptionShape = z.strictObject({
  label: textsShape.optional(),
  maxLength: z.int().min(1).max(500),
  pattern: z.string().max(300).optional().describe('regular expression the whole text must match'),
  when: expression.optional(),
  price: cents.optional(),
  op: z.int().optional().describe('the operation that needs the text'),
})

/** A picture of the shopper's: she chooses a file, the text says which one and which part of it. */
export const pictureOptionShape = z.strictObject({
  kind: z.literal('picture').describe('a picture of the shopper’s instead of words'),
  label: textsShape.optional(),
  when: expression.optional(),
  price: cents.optional(),
  op: z.int().optional().describe('the operation that needs the picture'),
})

export const testShape = z.strictObject({
  name: z.string().min(1),
  at: day.optional(),
  given: z.record(z.string(), scalar).optional(),
  expect: z.strictObject({
    buildable: z.boolean().optional(),
    because: z.array(z.string()).optional(),
    minPrice: z.int().optional(),
    domain: z.record(z.string(), z.array(scalar)).optional(),
    count: z.union([z.int(), z.string()]).optional(),
  }),
})

/** A family of a scene, its options prefixed with the slot's name. */
export const slotShape = z.strictObject({
  use: z.string().min(1).describe('family file beside this one'),
  label: textsShape.optional().describe('what shoppers call it; the title of the family when absent'),
  optional: z.boolean().optional().describe("may be left out: an on/off option of the slot's name"),
  default: z.boolean().optional().describe('optional: whether it is there unless the shopper says otherwise'),
  copies: z.int().min(1).max(20).optional().describe('so many appliances, called NAME_1, NAME_2 …'),
})

const options = z.record(optionId, z.union([boolOptionShape, gridOptionShape, valuesOptionShape]))
const common = {
  rules: z.literal(1).describe('version of the rule language'),
  title: textsShape,
  version: scalar.describe('version of this family, for example 2026.1.0'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR'),
  effective: effectiveShape.optional(),
  vat: z
    .record(z.string(), z.number().min(0).max(100))
    .optional()
    .describe('percent contained in the prices, by country'),
  context: options.optional().describe('set by the shop, never by the shopper'),
  options: options.optional(),
  tables: z.record(id, tableShape).optional(),
  constraints: z.array(z.union(Object.values(constraintShapes))).optional(),
  prices: z.array(z.union(Object.values(priceShapes))).optional(),
  bom: z.array(positionShape).optional(),
  routing: z.array(operationShape).optional(),
  steps: z.array(stepShape).optional(),
  texts: z.record(optionId, z.union([textOptionShape, pictureOptionShape])).optional(),
  tests: z.array(testShape).optional(),
}
const productName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and "-" only')

/** One product family. */
export const familyShape = z.strictObject({ ...common, family: productName, options })
/** Several families in one room, with rules across them. */
export const sceneShape = z.strictObject({
  ...common,
  scene: productName,
  slots: z.record(optionId, slotShape),
})

/** What the top level itself promises; sections are checked entry by entry. */
export const headShape = z.looseObject({
  rules: common.rules,
  title: textsShape,
  version: common.version,
  currency: common.currency,
  effective: effectiveShape.optional(),
})
export const namePattern = { option: optionId }

/** JSON Schema (draft 2020-12) of rule files, for completion and checks in editors. Pure. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(z.union([familyShape, sceneShape]), { io: 'input', reused: 'ref' })
  return { ...schema, title: 'Lot One rule file', description: 'See docs/rules-language.md' }
}
