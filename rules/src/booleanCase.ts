/**
 * A plan as clauses, if it is a case for them: nearly all options have two values and no rule becomes many clauses. That is
 * what feature models are like; product families with sums, grids and long tables are compiled as diagrams instead.
 */
import { clausesOf, encodingOf, oneValueEach } from './clauses.ts'
import type { Encoding } from './clauses.ts'
import { eliminate } from './eliminationOrder.ts'
import { valueIn } from './formula.ts'
import { optionsOf } from './formulaDiagram.ts'
import type { Plan } from './layout.ts'
import { simplify } from './preprocess.ts'
import type { Simplified } from './preprocess.ts'

export interface BooleanCase {
  readonly plan: Plan
  readonly encoding: Encoding
  readonly simplified: Simplified
  /** Orders to try of the Boolean variables that are still to be decided, those decided last first. */
  readonly orders: readonly (readonly number[])[]
  /** Whether clauses suit the model better than diagrams. */
  readonly worthwhile: boolean
}

/** Up to so many options sifting diagrams makes the smaller machine and takes no time. */
const fewOptions = 40
/** Up to so many options diagrams are worth a try when rules grow more than so many times as clauses. */
const someOptions = 300
const grownMuch = 8

/** Share of the options with a choice that must have two values. */
const mostlyBoolean = 0.9
/** Values of the others. */
const fewValues = 64
/** Literals in all clauses, for every option and every rule. */
const literalsEach = 200
/** Open variables: the order of elimination takes a bit for each pair of them. */
const mostOpen = 30_000

/** `undefined`: no case for clauses. `insist`: whatever its options are. Pure and deterministic. */
export function booleanCase(plan: Plan, insist = false): BooleanCase | undefined {
  const options = plan.model.options.length
  const sizes = plan.sizes
  const open = sizes.slice(0, options).filter((size) => size > 1)
  const boolean = open.filter((size) => size === 2).length
  if (!insist && (boolean < mostlyBoolean * open.length || sizes.some((size) => size > fewValues)))
    return undefined
  const encoding = encodingOf(sizes)
  const clauses = oneValueEach(encoding)
  const origins = clauses.map(() => -1)
  let literals = 0
  const most = literalsEach * (options + plan.rules.length)
  const take = (own: readonly (readonly number[])[] | undefined, origin: number): boolean => {
    if (own === undefined) return false
    for (const clause of own) {
      literals += clause.length
      clauses.push([...clause])
      origins.push(origin)
    }
    return literals <= most
  }
  for (const [r, rule] of plan.rules.entries())
    if (!take(clausesOf(encoding, rule.formula), r)) return undefined
  for (const [t, term] of plan.terms.entries()) {
    const own = plan.termPlans[t]!
    if (own.kind !== 'variable') continue
    // The amounts are proved to exclude each other and to leave nothing out, so one direction says it all.
    for (const { when, amountCents } of term.alternatives) {
      const amount = valueIn(own.variable, [own.amounts.indexOf(amountCents)])
      const says = clausesOf(encoding, { op: 'or', args: [{ op: 'not', arg: when }, amount] })
      if (!take(says, plan.rules.length + t)) return undefined
    }
  }
  const variables = encoding.optionOf.length
  const simplified = simplify({
    variables,
    clauses,
    origins,
    single: Uint8Array.from(encoding.optionOf, (option) => (sizes[option]! > 2 ? 1 : 0)),
    rank: Uint8Array.from(encoding.optionOf, (option) => (option < options ? 0 : 1)),
  })
  const left = Array.from({ length: simplified.possible ? variables : 0 }, (_, v) => v).filter(
    (v) => simplified.value[v] === -1 && simplified.follows[v] === 2 * v,
  )
  if (left.length > mostOpen) return undefined
  const written = plan.rules.reduce((sum, { formula }) => sum + optionsOf(formula).length, 0)
  const worthwhile = open.length > (literals > grownMuch * written ? someOptions : fewOptions)
  const orders = (['fill', 'neighbours'] as const).map((by) => eliminate(left, simplified.clauses, by))
  return { plan, encoding, simplified, worthwhile, orders }
}
