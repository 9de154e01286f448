/** Rules that could be deleted without changing what can be built. */
import { clausesOf, encodingOf, oneValueEach } from './clauses.ts'
import type { Compiled } from './compile.ts'
import { createFreezer, freezeRule } from './freeze.ts'
import { layOut, planOf, unlimited } from './layout.ts'
import type { ProductModel, Rule } from './model.ts'
import { createRuleSolver } from './ruleSolver.ts'

/** Narrowings spent on one model at most; the rules not reached by then are not reported. */
const wholeEffort = 5_000_000

/**
 * Ids of rules that the other rules in force already imply, in file order; of two equal rules both are named. A rule whose
 * question takes too much search is left out, so every id given is proved: of feature models those are named that propagating
 * the others alone implies.
 */
export function redundantRules(model: ProductModel, compiled: Compiled): string[] {
  if (compiled.compiler === 'clauses') return redundantClauses(model, compiled.rules)
  const plan = planOf(model, compiled.rules, compiled.priceTerms)
  const known = new Map(plan.names.map((name, variable) => [name, variable]))
  const order = compiled.order.map((name) => known.get(name)!)
  const layout = layOut(plan, order, unlimited)
  const { builder, node } = layout.bench
  const sizes = plan.sizes.slice(0, model.options.length)
  const freezer = createFreezer(
    sizes,
    Int32Array.from(plan.sizes, (_, variable) => order.indexOf(variable)),
  )
  const frozen = (root: number) => freezeRule(freezer, builder, root, order)
  // The rules, then their opposites: a rule is implied when the others and its opposite exclude each other.
  const roots = layout.rules.map((handle) => frozen(node(handle)))
  roots.push(...layout.rules.map((handle) => frozen(builder.not(node(handle)))))
  const weights = new Float64Array(sizes.reduce((sum, size) => sum + size, 0))
  const solver = createRuleSolver(
    freezer.finish(roots, { options: model.options.length, weights, terms: [] }),
  )
  const pick = new Int32Array(model.options.length).fill(-1)
  const rules = compiled.rules
  const each = Math.floor(wholeEffort / Math.max(1, rules.length))
  return rules.flatMap((rule, r) => {
    const others = rules.map((_, other) => (other === r ? rules.length + r : other))
    return Array.isArray(solver.clash(others, pick, each)) ? [rule.id] : []
  })
}

/** Clauses looked at on one model at most, while its rules are propagated one by one. */
const wholeSteps = 60_000_000

/** The same for models of thousands of rules that are clauses: by propagating the others alone, without search. */
function redundantClauses(model: ProductModel, rules: readonly Rule[]): string[] {
  const encoding = encodingOf(model.options.map(({ values }) => values.length))
  const clauses = oneValueEach(encoding)
  const of = clauses.map(() => -1)
  const own = rules.map((rule, r) => {
    const made = clausesOf(encoding, rule.formula)
    for (const clause of made ?? []) of[clauses.push(clause) - 1] = r
    return made
  })
  const watching: number[][] = Array.from({ length: 2 * encoding.optionOf.length }, () => [])
  const units: number[] = []
  clauses.forEach((clause, c) => {
    if (clause.length === 1) units.push(c)
    for (const literal of clause) watching[literal]!.push(c)
  })
  const stamp = new Int32Array(watching.length)
  let now = 0
  let steps = 0
  /** Whether the clauses of all rules but one, with every literal given, contradict each other. */
  const contradicted = (given: readonly number[], without: number): boolean => {
    now++
    const queue: number[] = []
    const holds = (literal: number) => {
      if (stamp[literal] === now) return
      stamp[literal] = now
      queue.push(literal)
    }
    given.forEach(holds)
    for (const c of units) if (of[c] !== without) holds(clauses[c]![0]!)
    for (let next = 0; next < queue.length; next++) {
      if (stamp[queue[next]! ^ 1] === now) return true
      for (const c of watching[queue[next]! ^ 1]!) {
        if (of[c] === without) continue
        steps++
        let unit = -1
        let open = 0
        for (const literal of clauses[c]!) {
          if (stamp[literal] === now) open = 2
          if (open > 1) break
          if (stamp[literal ^ 1] === now) continue
          unit = literal
          open++
        }
        if (open === 0) return true
        if (open === 1) holds(unit)
      }
    }
    return false
  }
  return rules.flatMap((rule, r) => {
    if (own[r] === undefined || steps > wholeSteps) return []
    const implied = own[r].every((clause) =>
      contradicted(
        clause.map((literal) => literal ^ 1),
        r,
      ),
    )
    return implied ? [rule.id] : []
  })
}
