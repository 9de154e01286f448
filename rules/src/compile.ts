/**
 * Compiles a product model into its rule state machine (multi-valued decision diagrams after Amilhastre, Fargier, Marquis 2002
 * and Hadzic et al. 2004), and proves on the way what an engineer wants to know: that something can be built, that every price
 * term and every position of the bill of materials says exactly one thing about every buildable product.
 *
 * Deterministic: the same model and options give the same bytes on every machine, unless a deadline ends the work.
 */
import { booleanCase } from './booleanCase.ts'
import { byClauses } from './byClauses.ts'
import { byDiagrams } from './byDiagrams.ts'
import { budgetExceeded } from './diagramBuilder.ts'
import type { Budget } from './diagramBuilder.ts'
import { decodeDiagram } from './diagram.ts'
import type { Diagram } from './diagram.ts'
import { encodeDiagram } from './encodeDiagram.ts'
import { planOf } from './layout.ts'
import type { Built, Costs } from './layout.ts'
import type { Effective, PriceTerm, Problem, ProductModel, Rule, Value } from './model.ts'
import type { Counterexample } from './proofs.ts'
import { createLazyMachine, LazyRulesTooHard } from './lazyMachine.ts'
import { createMachine, packOf } from './ruleMachine.ts'
import type { Machine } from './ruleMachine.ts'
import { createRuleSolver } from './ruleSolver.ts'

export interface CompileOptions {
  /** Order date (ISO day) whose rules and prices are compiled; absent: the model's first day. */
  readonly at?: string
  /** Variable order of an earlier compile (`Compiled.order`); ignored unless it names exactly this model's variables. */
  readonly order?: readonly string[]
  /** Variable order of an earlier version of the rules: adapted to this one and taken, or where a thorough search starts. */
  readonly near?: readonly string[]
  /** Takes the time to look for the smallest machine (seconds for a scene); else an order that is good enough is quickly found. */
  readonly thorough?: boolean
  /** Ends the work with a report. Nodes and steps end it at the same point everywhere; milliseconds need `now`. */
  readonly budget?: { readonly nodes?: number; readonly steps?: number; readonly ms?: number }
  /** Which compiler must do it; absent: chosen by the model, the other one helps out. */
  readonly compiler?: 'clauses' | 'diagrams'
  /** A clock in milliseconds, for `compileMs` and the deadline. */
  readonly now?: () => number
}

export interface Compiled {
  readonly ok: true
  /** Which compiler made it: by clauses (feature models) or by joining diagrams. The machine is of one kind. */
  readonly compiler: 'clauses' | 'diagrams'
  /** Errors that forbid publishing: nothing buildable, prices or bill of materials not proved. */
  readonly problems: readonly Problem[]
  /** Order dates for which this machine decides. */
  readonly effective: Effective
  readonly diagram: Diagram
  /** The diagram's bytes. */
  readonly machine: Uint8Array<ArrayBuffer>
  /** Each rule in force as its own small diagram: its roots are in the order of `rules`. */
  readonly ruleDiagrams: Uint8Array<ArrayBuffer>
  /** In force, in file order. */
  readonly rules: readonly Rule[]
  /** In force and proved, in file order: the order of the diagram's terms. */
  readonly priceTerms: readonly PriceTerm[]
  /** Names of the variables, top first: give it back as `CompileOptions.order`. */
  readonly order: readonly string[]
  readonly configurations: bigint
  /** Lazy rules make the exact number too hard: it is the one without them. */
  readonly configurationsAtMost?: true
  readonly nodes: number
  readonly edges: number
  /** Cheapest gross total of all products; 0 when nothing can be built. */
  readonly fromPriceCents: number
  /** Values in no buildable product. */
  readonly dead: readonly { readonly option: string; readonly value: Value }[]
  /** Options with several values of which one is left. */
  readonly forced: readonly { readonly option: string; readonly value: Value }[]
  readonly counterexamples: readonly Counterexample[]
  readonly compileMs: number
}

/** The model is too big for the budget: the rules that took the most work to build and join, worst first. */
interface TooBig {
  readonly ok: false
  readonly problems: readonly Problem[]
  readonly culprits: readonly { readonly ruleId: string; readonly steps: number; readonly nodes: number }[]
  readonly compileMs: number
}

export type CompileResult = Compiled | TooBig

/** Measured on models that go beyond it: two to ten seconds of one core and about half a gigabyte. */
const defaultNodes = 4_000_000
const defaultSteps = 150_000_000

/** Whether something holds on an order date (ISO days compare as text); without a date everything dated later is left out. */
export function holdsAt(effective: Effective | undefined, at: string | undefined): boolean {
  if (effective === undefined) return true
  if (at === undefined) return effective.from === undefined
  return (
    (effective.from === undefined || effective.from <= at) &&
    (effective.until === undefined || at <= effective.until)
  )
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** The intervals of order dates in which the same rules and prices hold, ascending: one machine for each. */
export function effectiveIntervals(model: ProductModel): Effective[] {
  const starts = new Set<string>()
  for (const { effective } of [...model.rules, ...model.prices]) {
    if (effective?.from !== undefined) starts.add(effective.from)
    if (effective?.until !== undefined) starts.add(dayAfter(effective.until))
  }
  const { from, until } = model.effective
  const inside = [...starts]
    .filter((day) => (from === undefined || day > from) && (until === undefined || day <= until))
    .sort()
  return [from, ...inside].map((start, i) => {
    const end = i < inside.length ? dayBefore(inside[i]!) : until
    return { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { until: end }) }
  })
}

/** Compiles `model` for one order date. Pure but for `now`. See the file's head for what is promised. */
export function compile(model: ProductModel, options: CompileOptions = {}): CompileResult {
  const now = options.now
  const started = now?.() ?? 0
  const elapsed = () => (now === undefined ? 0 : now() - started)
  const at = options.at ?? model.effective.from
  const rules = model.rules.filter((rule) => holdsAt(rule.effective, at))
  const terms = model.prices.filter((term) => holdsAt(term.effective, at))
  const deadline = options.budget?.ms
  const budget: Budget = {
    nodes: options.budget?.nodes ?? defaultNodes,
    steps: options.budget?.steps ?? defaultSteps,
    ...(deadline === undefined || now === undefined ? {} : { expired: () => elapsed() > deadline }),
  }
  let costs: ReturnType<Costs> = []
  const run = (compiler: 'clauses' | 'diagrams', share: Budget): Built | undefined => {
    let ask: Costs = () => []
    try {
      return compiler === 'clauses'
        ? byClauses(clausal!, options.order, share, (next) => (ask = next))
        : byDiagrams(model, rules, terms, options, share, (next) => (ask = next))
    } catch (error) {
      if (error !== budgetExceeded) throw error
      // The compiler meant for the model tells what took the work.
      if (costs.length === 0) costs = ask()
      return undefined
    }
  }
  const clausal =
    options.compiler === 'diagrams' || rules.some((rule) => rule.lazy === true)
      ? undefined
      : booleanCase(planOf(model, rules, terms), options.compiler === 'clauses')
  const compilers =
    clausal === undefined
      ? (['diagrams'] as const)
      : options.compiler === 'clauses'
        ? (['clauses'] as const)
        : clausal.worthwhile
          ? (['clauses', 'diagrams'] as const)
          : (['diagrams', 'clauses'] as const)
  for (const compiler of compilers) {
    // Where there are two, each may take half.
    const built = run(compiler, { ...budget, steps: budget.steps / compilers.length })
    if (built === undefined) continue
    const measured = report(built)
    return {
      ...measured,
      compiler,
      problems: [
        ...(measured.configurations === 0n ? [nothingBuildable(model, measured)] : []),
        ...pricesTooWide(model, measured.diagram),
        ...built.problems,
      ],
      counterexamples: built.counterexamples,
      effective: effectiveIntervals(model).find((interval) => holdsAt(interval, at)) ?? model.effective,
      compileMs: elapsed(),
    }
  }
  return tooBig(model, costs, budget, elapsed())
}

/** Measures. */
function report({ plan, diagram, ruleBlock, order }: Built) {
  const { model, rules, terms } = plan
  const lazy = [...rules.keys()].filter((r) => rules[r]!.lazy === true)
  const machine = lazy.length === 0 ? createMachine(diagram) : createLazyMachine(diagram, ruleBlock, lazy)
  const pick = new Int32Array(diagram.firstValue.length - 1).fill(-1)
  const cost = machine.sweep(pick, new Uint8Array(pick.length))
  // A value that was not decided is not called dead or forced.
  const undecided = machine.unproved?.includes(1) === true
  const total = countOf(machine, pick)
  const dead: { option: string; value: Value }[] = []
  const forced: { option: string; value: Value }[] = []
  model.options.forEach((option, v) => {
    const left = option.values.filter(
      (_, i) => machine.changesOf(machine.best[diagram.firstValue[v]! + i]!) === 0,
    )
    for (const value of option.values) if (!left.includes(value)) dead.push({ option: option.id, value })
    if (left.length === 1 && !undecided && option.values.length > 1)
      forced.push({ option: option.id, value: left[0]! })
  })
  return {
    ok: true as const,
    diagram,
    machine: encodeDiagram(diagram),
    ruleDiagrams: encodeDiagram(ruleBlock),
    rules,
    priceTerms: terms,
    order,
    configurations: total.count,
    ...(total.isAtMost && { configurationsAtMost: true as const }),
    nodes: diagram.kind.length - 1,
    edges: diagram.edgeSet.length,
    fromPriceCents: machine.changesOf(cost) < 0 ? 0 : machine.centsOf(cost),
    dead,
    forced,
  }
}

/** The number of products; where lazy rules make that too hard, the number without them. */
function countOf(machine: Machine, pick: Int32Array): { count: bigint; isAtMost: boolean } {
  try {
    return { count: machine.count(pick), isAtMost: false }
  } catch (error) {
    if (!(error instanceof LazyRulesTooHard)) throw error
    return { count: machine.countAtMost!(pick), isAtMost: true }
  }
}

/** Changes and prices share the 51 bits of one exact number. */
function pricesTooWide(model: ProductModel, diagram: Diagram): Problem[] {
  const pack = packOf(diagram)
  const most = 2 ** 51 / (model.options.length + 1)
  if (pack <= most) return []
  const widest = model.options.toSorted((a, b) => spreadOf(b.priceCents) - spreadOf(a.priceCents))[0]!
  const message =
    `the prices of all values and price terms may differ by ${Math.floor(most / 2)} cents in total, these differ by up to ${pack}; ` +
    `the widest is ${widest.id}`
  return [{ ...widest.where, message }]
}
const spreadOf = (cents: readonly number[]) => Math.max(...cents) - Math.min(...cents)

function nothingBuildable(
  model: ProductModel,
  { ruleDiagrams, rules }: Pick<Compiled, 'ruleDiagrams' | 'rules'>,
): Problem {
  const solver = createRuleSolver(decodeDiagram(ruleDiagrams))
  const pick = new Int32Array(model.options.length).fill(-1)
  const clash = solver.minimalClash([...rules.keys()], pick)!.map((rule) => rules[rule]!)
  const names = clash.map(({ id }) => id).join(', ')
  const message =
    clash.length === 1
      ? `nothing can be built: no product satisfies the rule ${names}`
      : `nothing can be built: the rules ${names} exclude each other`
  return { ...clash[0]!.where, ruleId: clash[0]!.id, message }
}

/** Whether a rule is too big even without the others: then it is so beside the machine too. */
function isTooBigAlone(model: ProductModel, ruleId: string, { nodes, steps }: Budget): boolean {
  const rules = model.rules.filter(({ id }) => id === ruleId)
  if (rules.length === 0 || model.rules.length === 1) return rules.length === 1
  return !compile({ ...model, rules, prices: [], bom: [] }, { budget: { nodes, steps } }).ok
}

/** `4,000,000` */
const digits = (count: number): string => count.toString().replaceAll(/\B(?=(\d{3})+$)/g, ',')

function tooBig(model: ProductModel, costs: ReturnType<Costs>, budget: Budget, compileMs: number): TooBig {
  const culprits = costs.slice(0, 5).map(({ name, ...cost }) => ({ ruleId: name, ...cost }))
  const placeOf = (ruleId: string | undefined) =>
    ([...model.rules, ...model.prices].find(({ id }) => id === ruleId) ?? model.options[0]!).where
  const [worst, ...others] = culprits
  const isAlone =
    worst !== undefined && worst.steps > budget.steps / 2 && isTooBigAlone(model, worst.ruleId, budget)
  const work =
    worst === undefined ? '' : `Most work went into ${worst.ruleId} (${digits(worst.steps)} steps). `
  const wayOut = isAlone
    ? 'It is too big by itself, so lazy: true would not help: round its weights, make the grids of its options coarser or split it into smaller rules'
    : 'Make the grids of its options coarser, split it into smaller rules, or mark it lazy: true'
  const problems: Problem[] = [
    {
      ...placeOf(worst?.ruleId),
      ...(worst && { ruleId: worst.ruleId }),
      message: `the rules are too big to compile: joined they need more than ${digits(budget.nodes)} nodes or ${digits(budget.steps)} steps of work${budget.expired ? ', or more time than there was' : ''}. ${work}${wayOut}`,
    },
    ...(isAlone ? [] : others).map(({ ruleId, steps, nodes }) => ({
      ...placeOf(ruleId),
      ruleId,
      message: `${ruleId} is also expensive (${digits(steps)} steps, ${digits(nodes)} nodes); it can be marked lazy: true instead`,
    })),
  ]
  return { ok: false, problems, culprits, compileMs }
}
