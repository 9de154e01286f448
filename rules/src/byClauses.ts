/** The compiler for feature models: rules become clauses, and a search over them leaves its trace as the machine. */
import { booleanCase } from './booleanCase.ts'
import type { BooleanCase } from './booleanCase.ts'
import { booleanMachine } from './booleanMachine.ts'
import type { Budget } from './diagramBuilder.ts'
import { freezeRules, layOut, machineWeights, planOf, unlimited } from './layout.ts'
import type { Built, Costs, Plan } from './layout.ts'
import { createMachineProver } from './machineProofs.ts'
import type { Formula } from './model.ts'
import { proveAll } from './proofs.ts'
import { createMachine } from './ruleMachine.ts'

/** Compiles a case. Throws `budgetExceeded`; `onCosts` hears before how to ask what took the work. */
export function byClauses(
  whole: BooleanCase,
  given: readonly string[] | undefined,
  budget: Budget,
  onCosts: (costs: Costs) => void,
): Built {
  const { model, rules, terms } = whole.plan
  const bare = planOf(model, rules, [])
  const bareCase =
    whole.plan.sizes.length === bare.sizes.length ? { ...whole, plan: bare } : booleanCase(bare, true)!
  const built = booleanMachine(bareCase, orderOf(bare, given), budget, onCosts)
  const provable = terms.length > 0 || model.bom.length > 0
  const machine = provable ? createMachine(built.diagram) : undefined
  const { proved, ...proofs } = machine
    ? proveAll(model, terms, createMachineProver(machine, model, anyProduct))
    : { proved: terms, problems: [], counterexamples: [] }
  /** Whether a condition too wide for trying its values holds for some product: it is compiled as one more rule. */
  function anyProduct(condition: Formula): Int32Array | undefined {
    const where = { file: '', line: 1, column: 1 }
    const asked = booleanCase(planOf(model, [...rules, { id: 'proof', formula: condition, where }], []), true)
    if (asked === undefined) return undefined
    const { diagram } = booleanMachine(asked, undefined, budget, () => undefined)
    const none = new Int32Array(model.options.length).fill(-1)
    return createMachine(diagram).design(none, new Uint8Array(none.length), none)
  }
  // A price term that is not proved would remove products: it is left out of the machine and reported.
  const plan = proved.length === terms.length ? whole.plan : planOf(model, rules, proved)
  const final =
    plan.sizes.length === bare.sizes.length
      ? { ...built, diagram: { ...built.diagram, ...machineWeights(plan) } }
      : booleanMachine(
          plan === whole.plan ? whole : booleanCase(plan, true)!,
          orderOf(plan, given),
          budget,
          onCosts,
        )
  const layout = layOut(bare, built.order, unlimited)
  return {
    plan,
    ...proofs,
    ruleBlock: freezeRules(layout),
    diagram: final.diagram,
    order: final.order.map((variable) => plan.names[variable]!),
  }
}

/** The variables of a plan in an order given by name; `undefined` unless it names exactly them. */
function orderOf({ names }: Plan, given: readonly string[] | undefined): number[] | undefined {
  if (given === undefined) return undefined
  const known = new Map(names.map((name, variable) => [name, variable]))
  const order = given.flatMap((name) => known.get(name) ?? [])
  return order.length === names.length && new Set(order).size === names.length ? order : undefined
}
