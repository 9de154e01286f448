/** What each rule does to a model: products it alone forbids and what it adds to the machine. */
import { compile } from './compile.ts'
import type { CompileResult } from './compile.ts'
import type { ProductModel, Rule } from './model.ts'

export interface Blame {
  readonly rule: Rule
  /** Products and nodes of the machine without this rule. `undefined`: without it the machine is too big, or time ran out. */
  readonly without?: { readonly configurations: bigint; readonly nodes: number }
}

interface Blamed {
  readonly ok: true
  readonly configurations: bigint
  readonly nodes: number
  /** Rules in force, in file order. */
  readonly rules: readonly Blame[]
}

export interface BlameOptions {
  /** Order date (ISO day); absent: the model's first day. */
  readonly at?: string
  /** Order of variables that is known for the model, as of its lock. */
  readonly order?: readonly string[]
  /** Ids of the rules asked about; absent: all in force. */
  readonly only?: readonly string[]
  /** A clock in milliseconds, and how long the rules may take together. */
  readonly now: () => number
  readonly ms: number
  /** Hears before each rule how many are done, of how many. */
  readonly onProgress?: (done: number, of: number) => void
}

/**
 * Compiles a model once with all rules in force on an order date and once without each of them, always over the same order of
 * options, so that nodes compare. Prices and parts are left aside: a rule less may leave them unproved, which is no size.
 * Rules not reached in time have no figures. Too big with all rules: the compiler's report.
 */
export function blame(
  model: ProductModel,
  { at, order: known, only, now, ms, onProgress }: BlameOptions,
): Blamed | Extract<CompileResult, { readonly ok: false }> {
  const bare: ProductModel = { ...model, prices: [], bom: [] }
  const options = new Set(model.options.map(({ id }) => id))
  const near = known?.filter((name) => options.has(name))
  const day = at === undefined ? {} : { at }
  const whole = compile(bare, { ...day, ...(near && { order: near, near }) })
  if (!whole.ok) return whole
  const { configurations, nodes, order } = whole
  const started = now()
  const asked = whole.rules.filter(({ id }) => only === undefined || only.includes(id))
  const rules = asked.map((rule, done): Blame => {
    const left = ms - (now() - started)
    if (left <= 0) return { rule }
    onProgress?.(done, asked.length)
    const others = { ...bare, rules: bare.rules.filter((each) => each !== rule) }
    const without = compile(others, { ...day, order, now, budget: { ms: left } })
    return without.ok
      ? { rule, without: { configurations: without.configurations, nodes: without.nodes } }
      : { rule }
  })
  return { ok: true, configurations, nodes, rules }
}
