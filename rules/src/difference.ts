/**
 * What an edit of the rules changes: exact numbers of products lost and gained, with examples, and the prices that moved.
 *
 * Both models are put over the union of their options and values. An option that only one of them has is taken to have its
 * default (or first value) in the other, so adding an option loses nothing. Then |new| = |old| - lost + gained.
 */
import { compile, holdsAt } from './compile.ts'
import type { Compiled } from './compile.ts'
import { decodeDiagram } from './diagram.ts'
import { not, valueIn } from './formula.ts'
import { createLazyMachine } from './lazyMachine.ts'
import type { Formula, Option, ProductModel, Rule, Value } from './model.ts'
import { productWith } from './machineProofs.ts'
import { openProduct } from './openProduct.ts'
import { packageOf } from './package.ts'
import type { Selection } from './product.ts'
import { createMachine } from './ruleMachine.ts'
import type { Machine } from './ruleMachine.ts'
import { canonicalJson } from './sha256.ts'

/** A price that moved: of one value, or of a price term (its possible amounts). */
type PriceChange =
  | { readonly option: string; readonly value: Value; readonly oldCents: number; readonly newCents: number }
  | { readonly term: string; readonly oldCents: readonly number[]; readonly newCents: readonly number[] }

/** A product on one side only, and the rule (or missing value) that keeps it off the other. */
export interface Example {
  readonly product: Selection
  readonly because: string
}

export interface Difference {
  readonly lost: bigint
  readonly gained: bigint
  readonly lostExample?: Example
  readonly gainedExample?: Example
  readonly pricesChanged: readonly PriceChange[]
}

interface Side {
  readonly model: ProductModel
  /** Index of each of its options, and of each of its values, in the union. */
  readonly optionAt: readonly number[]
  readonly valueAt: readonly (readonly number[])[]
  /** Its rules over the union by what they say; values and options it does not know are rules too. */
  readonly parts: ReadonlyMap<string, Rule>
}

/** The rules of either side are too big to compile, or lazy ones too hard to count with; the message names them. */
export class TooBigToCompare extends Error {}

function uniteOptions(old: ProductModel, next: ProductModel): Option[] {
  const united: Option[] = []
  for (const option of [...old.options, ...next.options]) {
    const at = united.findIndex((each) => each.id === option.id)
    if (at < 0) {
      united.push(option)
      continue
    }
    const before = united[at]!
    const added = option.values.flatMap((value, i) => (before.values.includes(value) ? [] : [i]))
    united[at] = {
      ...before,
      values: [...before.values, ...added.map((i) => option.values[i]!)],
      valueLabels: [...before.valueLabels, ...added.map((i) => option.valueLabels[i]!)],
      priceCents: [...before.priceCents, ...added.map((i) => option.priceCents[i]!)],
    }
  }
  return united
}

/** A formula of one side over the union. Values the side does not know never get that far: its own parts exclude them. */
function moved(
  formula: Formula,
  { optionAt, valueAt }: Pick<Side, 'optionAt' | 'valueAt'>,
  united: readonly Option[],
): Formula {
  if ('args' in formula)
    return { ...formula, args: formula.args.map((arg) => moved(arg, { optionAt, valueAt }, united)) }
  if ('arg' in formula) return { ...formula, arg: moved(formula.arg, { optionAt, valueAt }, united) }
  if (!('of' in formula)) return formula
  const of = formula.of.map((option) => optionAt[option]!)
  const spread = (perValue: readonly number[], column: number, unknown: number): number[] => {
    const all = united[of[column]!]!.values.map(() => unknown)
    for (const [i, at] of valueAt[formula.of[column]!]!.entries()) all[at] = perValue[i]!
    return all
  }
  switch (formula.op) {
    case 'table':
      return {
        op: 'table',
        of,
        rows: formula.rows.map((row) =>
          row.map(
            (cell, column) =>
              cell && cell.map((i) => valueAt[formula.of[column]!]![i]!).toSorted((a, b) => a - b),
          ),
        ),
      }
    case 'sum':
      return { ...formula, of, weights: formula.weights.map((each, column) => spread(each, column, 0)) }
    case 'distinct':
      return { ...formula, of, classes: formula.classes.map((each, column) => spread(each, column, -1)) }
  }
}

function sideOf(model: ProductModel, united: readonly Option[], at: string | undefined): Side {
  const optionAt = model.options.map((option) => united.findIndex((each) => each.id === option.id))
  const valueAt = model.options.map((option, i) =>
    option.values.map((value) => united[optionAt[i]!]!.values.indexOf(value)),
  )
  const day = at ?? model.effective.from
  const where = { file: model.id, line: 1, column: 1 }
  const parts: Rule[] = model.rules
    .filter((rule) => holdsAt(rule.effective, day))
    .map(({ id, formula, lazy, where: place }) => ({
      id,
      formula: moved(formula, { optionAt, valueAt }, united),
      ...(lazy && { lazy }),
      where: place,
    }))
  for (const [index, option] of united.entries()) {
    const own = optionAt.indexOf(index)
    const values = own < 0 ? [option.default ?? 0] : valueAt[own]!.toSorted((a, b) => a - b)
    if (values.length < option.values.length)
      parts.push({ id: `values of ${option.id}`, formula: valueIn(index, values), where })
  }
  const says = ({ formula, lazy }: Rule) => JSON.stringify([formula, lazy])
  return { model, optionAt, valueAt, parts: new Map(parts.map((part) => [says(part), part])) }
}

/** Rules alone, without prices. */
function bareModel(united: readonly Option[], rules: readonly Rule[]): ProductModel {
  return {
    id: 'difference',
    title: { en: 'difference' },
    version: '1',
    currency: 'EUR',
    effective: {},
    vatPercent: {},
    options: united.map((option) => ({ ...option, priceCents: option.priceCents.map(() => 0) })),
    rules,
    prices: [],
    bom: [],
    routing: [],
    steps: [],
    texts: [],
    tests: [],
  }
}

/** A machine of rules alone, over an order as far as it fits. @throws TooBigToCompare */
function machineOf(
  united: readonly Option[],
  rules: readonly Rule[],
  order?: readonly string[],
): { model: ProductModel; compiled: Compiled } {
  const model = bareModel(united, rules)
  const compiled = compile(model, order && { order, near: order })
  if (!compiled.ok) throw new TooBigToCompare(compiled.problems[0]!.message)
  if (compiled.configurationsAtMost) {
    const lazy = compiled.rules.filter((rule) => rule.lazy === true).map(({ id }) => id)
    throw new TooBigToCompare(`counting with the lazy rules (${lazy.join(', ')}) takes too long`)
  }
  return { model, compiled }
}

/** The machine of a compile, its lazy rules beside it. */
function askable({ diagram, ruleDiagrams, rules }: Compiled): Machine {
  const lazy = [...rules.keys()].filter((r) => rules[r]!.lazy === true)
  return lazy.length === 0
    ? createMachine(diagram)
    : createLazyMachine(diagram, decodeDiagram(ruleDiagrams), lazy)
}

/** Rules of one side that the other one does not have. */
const only = (here: Side, there: Side): Rule[] =>
  [...here.parts].flatMap(([says, part]) => (there.parts.has(says) ? [] : [part]))

/** A product of `here` that `there` forbids: one that breaks the first of its rules that can be broken. */
function exampleOf(united: readonly Option[], here: Side, there: Side, whole: Compiled): Example | undefined {
  const model = bareModel(united, [])
  const machine = askable(whole)
  const known = new Set(here.model.options.map((option) => option.id))
  for (const rule of only(there, here)) {
    const broken: Rule = { ...rule, id: `not ${rule.id}`, formula: not(rule.formula) }
    const found = productWith(machine, model, broken.formula)
    if (found === undefined) continue
    let product: Selection | undefined
    if (found === 'too wide') {
      const beside = machineOf(united, [...here.parts.values(), broken], whole.order)
      if (beside.compiled.configurations === 0n) continue
      product = openProduct(packageOf(beside.model, beside.compiled), createLazyMachine).complete({
        context: {},
        selection: {},
      })
    } else product = Object.fromEntries(united.map((option, o) => [option.id, option.values[found[o]!]!]))
    if (!product) throw new Error(`${rule.id} can be broken, but no product breaks it`)
    return {
      product: Object.fromEntries(Object.entries(product).filter(([id]) => known.has(id))),
      because: rule.id,
    }
  }
  return undefined
}

function priceChanges(old: Side, next: Side, united: readonly Option[]): PriceChange[] {
  const changes: PriceChange[] = []
  for (const option of next.model.options) {
    const before = old.model.options.find((each) => each.id === option.id)
    for (const [i, value] of option.values.entries()) {
      const at = before?.values.indexOf(value) ?? -1
      if (at < 0 || before!.priceCents[at] === option.priceCents[i]) continue
      changes.push({
        option: option.id,
        value,
        oldCents: before!.priceCents[at]!,
        newCents: option.priceCents[i]!,
      })
    }
  }
  const terms = (side: Side) =>
    new Map(
      side.model.prices.map((term) => {
        const alternatives = term.alternatives.map((each) => ({
          cents: each.amountCents,
          when: moved(each.when, side, united),
        }))
        const cents = [...new Set(alternatives.map((each) => each.cents))].toSorted((a, b) => a - b)
        return [term.id, { cents, says: canonicalJson([alternatives, term.effective]) }] as const
      }),
    )
  const [before, after] = [terms(old), terms(next)]
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(id)?.says === after.get(id)?.says) continue
    changes.push({ term: id, oldCents: before.get(id)?.cents ?? [], newCents: after.get(id)?.cents ?? [] })
  }
  return changes
}

/**
 * Compares two models on an order date (each on its own first day when none is given). `order` of variables, as of the lock of
 * either, saves searching for one. Pure. @throws TooBigToCompare
 */
export function difference(
  old: ProductModel,
  next: ProductModel,
  at?: string,
  order?: readonly string[],
): Difference {
  const united = uniteOptions(old, next)
  const [before, after] = [sideOf(old, united, at), sideOf(next, united, at)]
  const pricesChanged = priceChanges(before, after, united)
  const [removed, added] = [only(before, after), only(after, before)]
  if (removed.length === 0 && added.length === 0) return { lost: 0n, gained: 0n, pricesChanged }
  const options = new Set(united.map(({ id }) => id))
  const known = order?.filter((name) => options.has(name))
  const both = machineOf(united, [...before.parts.values(), ...added], known).compiled
  // Where one side only has more rules than the other, it is both of them.
  const whole = added.length === 0 ? both : machineOf(united, [...before.parts.values()], both.order).compiled
  const wholeNext =
    removed.length === 0 ? both : machineOf(united, [...after.parts.values()], both.order).compiled
  const lost = whole.configurations - both.configurations
  const gained = wholeNext.configurations - both.configurations
  const lostExample = lost > 0n ? exampleOf(united, before, after, whole) : undefined
  const gainedExample = gained > 0n ? exampleOf(united, after, before, wholeNext) : undefined
  return {
    lost,
    gained,
    ...(lostExample && { lostExample }),
    ...(gainedExample && { gainedExample }),
    pricesChanged,
  }
}
