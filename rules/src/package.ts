/** Model and compiled machine -> the package that page and bridge hold of a product. */
import type { Compiled } from './compile.ts'
import { toBase64 } from './encodeDiagram.ts'
import { formulaTable } from './formula.ts'
import type { Option, ProductModel, TextOption } from './model.ts'
import type { OptionView, ProductPackage, TextOptionView } from './product.ts'
import { canonicalJson, sha256 } from './sha256.ts'

const optionView = (option: Option): OptionView => ({
  id: option.id,
  role: option.role,
  type: option.type,
  ...(option.unit !== undefined && { unit: option.unit }),
  values: option.values,
  ...(option.default !== undefined && { default: option.values[option.default]! }),
  label: option.label,
  valueLabels: option.valueLabels,
  priceCents: option.priceCents,
})

function textView(text: TextOption, options: readonly Option[]): TextOptionView {
  const table = formulaTable(text.when, options)
  if (!table) throw new Error(`text ${text.id}: its condition was not checked at load`)
  const when = table.rows.map((row) =>
    Object.fromEntries(
      row.flatMap((cell, column) => {
        const option = options[table.of[column]!]!
        return cell ? [[option.id, cell.map((index) => option.values[index]!)]] : []
      }),
    ),
  )
  const { id, kind, label, maxLength, pattern, priceCents } = text
  return { id, ...(kind && { kind }), label, maxLength, pattern, priceCents, when }
}

/** Everything without its place in the file: moving or commenting lines changes nothing. */
const withoutPlaces = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (key === 'where' ? [] : [[key, withoutPlaces(member)]])),
  )
}

/**
 * Names what decides in a model: options, rules, prices, parts, routing and texts; not comments, line numbers or tests.
 * Equal models give equal names on every machine. Pure.
 */
export function modelHash(model: ProductModel): string {
  // Loaded models never change, and a table-heavy one takes a second to read.
  const known = hashes.get(model)
  if (known !== undefined) return known
  const { tests: _, ...decides } = model
  const hash = sha256(canonicalJson(withoutPlaces(decides)))
  hashes.set(model, hash)
  return hash
}
const hashes = new WeakMap<ProductModel, string>()

/** The package without its own name. */
export type PackageContent = Omit<ProductPackage, 'rulesHash'>

/** Names a package: the machine, the texts and everything of the model that decides. Pure. */
export const rulesHashOf = (model: ProductModel, content: PackageContent): string =>
  sha256(`${modelHash(model)} ${canonicalJson(content)}`)

/** Puts the package together; `rulesHash` covers the machine and everything of the model that decides. Pure. */
export function packageOf(model: ProductModel, compiled: Compiled): ProductPackage {
  const content: PackageContent = {
    id: model.id,
    version: model.version,
    title: model.title,
    currency: model.currency,
    languages: Object.keys(model.title),
    effective: compiled.effective,
    vatPercent: model.vatPercent,
    fromPriceCents: compiled.fromPriceCents,
    options: model.options.map(optionView),
    steps: model.steps.map((step) => ({
      id: step.id,
      label: step.label,
      options: step.options.map((option) => model.options[option]!.id),
    })),
    rules: compiled.rules.map(({ id, message, lazy }) => ({
      id,
      ...(message && { message }),
      ...(lazy === true && { lazy }),
    })),
    priceTerms: compiled.priceTerms.map(({ id, label }) => ({ id, label: label ?? { en: id } })),
    texts: model.texts.map((text) => textView(text, model.options)),
    machine: toBase64(compiled.machine),
    ruleDiagrams: toBase64(compiled.ruleDiagrams),
  }
  return { ...content, rulesHash: rulesHashOf(model, content) }
}
