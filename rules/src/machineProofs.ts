/** Proofs by asking a finished machine: whether any of its products meets a condition. */
import { budgetExceeded, createDiagramBuilder } from './diagramBuilder.ts'
import { formulaDiagram, optionsOf } from './formulaDiagram.ts'
import { not } from './formula.ts'
import type { Formula, ProductModel } from './model.ts'
import type { Prover } from './proofs.ts'
import type { Machine } from './ruleMachine.ts'

/** Combinations of values a condition is tried with; wider ones go to `anyProduct`. */
const mostTried = 2_000
/** Steps for the diagram of one condition. */
const mostSteps = 500_000

/**
 * A product of the machine that meets a condition, by option; `undefined`: there is none; `'too wide'`: the condition has too
 * many combinations of values to be tried.
 */
export function productWith(
  machine: Machine,
  model: ProductModel,
  condition: Formula,
): Int32Array | 'too wide' | undefined {
  const { firstValue } = machine.diagram
  const of = optionsOf(condition)
  const levelOf: number[] = []
  of.forEach((option, level) => (levelOf[option] = level))
  const builder = createDiagramBuilder(
    of.map((option) => model.options[option]!.values.length),
    { nodes: mostSteps, steps: mostSteps },
  )
  let root: number
  try {
    root = formulaDiagram(builder, condition, levelOf)
  } catch (error) {
    if (error !== budgetExceeded) throw error
    return 'too wide'
  }
  const pick = new Int32Array(firstValue.length - 1).fill(-1)
  const fixed = new Uint8Array(pick.length)
  const defaults = Int32Array.from(model.options, (option) => option.default ?? -1)
  let tried = 0
  // Depth first over the condition's diagram; the machine says which values are left on the way.
  const open: { readonly node: number; readonly taken: readonly (readonly [number, number])[] }[] = [
    { node: root, taken: [] },
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, taken } = next
    if (node === 0) continue
    if (++tried > mostTried) return 'too wide'
    for (const [option, value] of taken) {
      pick[option] = value
      fixed[option] = 1
    }
    if (node === 1) {
      if (machine.fewestChanges(pick, fixed) === 0)
        return machine.design(pick, fixed, defaults)!.subarray(0, model.options.length)
    } else {
      const option = of[builder.level(node)]!
      machine.sweep(pick, fixed)
      for (let value = model.options[option]!.values.length - 1; value >= 0; value--)
        if (machine.changesOf(machine.best[firstValue[option]! + value]!) === 0)
          open.push({ node: builder.child(node, value), taken: [...taken, [option, value]] })
    }
    for (const [option] of taken) {
      pick[option] = -1
      fixed[option] = 0
    }
  }
  return undefined
}

/** Proves over a finished machine. `anyProduct` answers for conditions too wide to be tried. */
export function createMachineProver(
  machine: Machine,
  model: ProductModel,
  anyProduct: (condition: Formula) => Int32Array | undefined,
): Prover {
  const find = (condition: Formula) => {
    const found = productWith(machine, model, condition)
    const values = found === 'too wide' ? anyProduct(condition) : found
    return (
      values && Object.fromEntries(model.options.map((option, o) => [option.id, option.values[values[o]!]!]))
    )
  }
  return {
    exactlyOne: (conditions, optional) => {
      for (const [at, condition] of conditions.entries()) {
        if (at === 0) continue
        const before: Formula = { op: 'or', args: conditions.slice(0, at) }
        const product = find({ op: 'and', args: [condition, before] })
        if (product !== undefined) return { says: 'several', product }
      }
      const product = optional ? undefined : find(not({ op: 'or', args: conditions }))
      return product === undefined ? undefined : { says: 'nothing', product }
    },
  }
}
