/**
 * What a click can do to every value of every option. One pass decides all of it, into columns of numbers; names and objects are
 * made only for what is read, because of the thousands of values of a large family a page shows a few dozen.
 */
import type { Clash } from './explain.ts'
import type { Value } from './model.ts'
import type { OptionView, Statuses, ValueStatus } from './product.ts'
import type { Machine } from './ruleMachine.ts'

/** What a product knows of its options by name. */
export interface Names {
  readonly options: readonly OptionView[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly valueIndex: readonly ReadonlyMap<Value, number>[]
  /** The values of each option as keys of records. */
  readonly keys: readonly (readonly string[])[]
  /** A record that is quick with every option as a key. */
  readonly withAllKeys: <T>() => Record<string, T>
  /** The same for the values of an option with many; `undefined` for one with few. */
  readonly withValueKeys: (option: number) => Record<string, never> | undefined
}

/** The answer, and what it says of the whole: the cost of the best product, and whether no choice is open any more. */
export interface Decided {
  readonly cost: number
  readonly complete: boolean
  readonly statuses: Statuses
}

/** Makes the question for one product. */
export function createStatuses(machine: Machine, names: Names): (clash: Clash) => Decided {
  const { options, indexOf, valueIndex, keys, withAllKeys, withValueKeys } = names
  const { firstValue } = machine.diagram
  const values = firstValue[options.length]!
  const isChoice = Uint8Array.from(options, ({ role }) => (role === 'choice' ? 1 : 0))

  return ({ pick, fixed }) => {
    const cost = machine.sweep(pick, fixed)
    const { best } = machine
    const changes = new Int32Array(values)
    const cents = new Float64Array(values)
    /** How many values of an option can be taken now. */
    const fitting = new Int32Array(options.length)
    let complete = true
    for (let v = 0; v < options.length; v++) {
      const taken = pick[v]!
      const end = firstValue[v + 1]!
      const chosen = taken < 0 ? -1 : firstValue[v]! + taken
      // Another value of a chosen option takes this choice's place; that is no change of another one.
      const own = taken >= 0 && fixed[v] === 0 ? 1 : 0
      let fits = 0
      for (let i = firstValue[v]!; i < end; i++) {
        const total = machine.changesOf(best[i]!)
        const needed = total < 0 ? -1 : i === chosen ? total : total - own
        changes[i] = needed
        if (total >= 0) cents[i] = machine.centsOf(best[i]!)
        if (needed === 0) fits++
      }
      fitting[v] = fits
      if (taken < 0 && fits !== 1 && isChoice[v] === 1) complete = false
    }
    const unproved = machine.unproved?.slice()

    const statusOf = (v: number, i: number): ValueStatus => {
      const at = firstValue[v]! + i
      const needed = changes[at]!
      const status =
        i === pick[v]
          ? 'chosen'
          : needed !== 0
            ? 'conflict'
            : pick[v]! < 0 && fitting[v] === 1
              ? 'forced'
              : 'free'
      const said = { status, changes: needed, fromPriceCents: cents[at]! } as const
      return unproved?.[at] === 1 ? { ...said, unproved: true } : said
    }
    const statuses: Statuses = {
      of(option, value) {
        const v = indexOf.get(option)
        const i = v === undefined ? undefined : valueIndex[v]!.get(value)
        return i === undefined ? undefined : statusOf(v!, i)
      },
      all() {
        const result = withAllKeys<Record<string, ValueStatus>>()
        for (let v = 0; v < options.length; v++) {
          const ofOption: Record<string, ValueStatus> = { ...withValueKeys(v) }
          for (let i = 0; i < keys[v]!.length; i++) ofOption[keys[v]![i]!] = statusOf(v, i)
          result[options[v]!.id] = ofOption
        }
        return result
      },
    }
    return { cost, complete, statuses }
  }
}
