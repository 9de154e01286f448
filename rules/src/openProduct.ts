/** Turns a product package into answers: names and values on the outside, indexes and one pass over the machine inside. */
import { decodeDiagram, fromBase64 } from './diagram.ts'
import { cheapestChange, conflictsOf, smallestRepairs } from './explain.ts'
import type { Clash } from './explain.ts'
import type { createLazyMachine } from './lazyMachine.ts'
import type { Texts, Value } from './model.ts'
import type {
  Check,
  Configuration,
  Conflict,
  Product,
  ProductPackage,
  Question,
  Repair,
  Selection,
} from './product.ts'
import { createMachine } from './ruleMachine.ts'
import type { Machine } from './ruleMachine.ts'
import { createRuleSolver } from './ruleSolver.ts'
import { sentenceOf, textIn } from './sentences.ts'
import { createStatuses } from './statuses.ts'
import { suggestion } from './nearest.ts'

/** Objects with more keys are copied, with fewer they grow faster. */
const manyKeys = 20

/** Conflicts and repairs that `check` gives at most. */
const shown = 5

function machineOf(
  pkg: ProductPackage,
  lazy: readonly number[],
  lazily: typeof createLazyMachine | undefined,
): Machine {
  const diagram = decodeDiagram(fromBase64(pkg.machine))
  if (lazy.length === 0) return createMachine(diagram)
  if (lazily === undefined) throw new Error(`${pkg.id} has lazy rules; open it with openAnyProduct().`)
  return lazily(diagram, decodeDiagram(fromBase64(pkg.ruleDiagrams)), lazy)
}

/** Where lazy rules make counting too hard: the number without them. */
function countOf(machine: Machine, pick: Int32Array): Pick<Check, 'count' | 'countAtMost'> {
  try {
    return { count: machine.count(pick) }
  } catch (error) {
    if (machine.countAtMost === undefined) throw error
    return { count: machine.countAtMost(pick), countAtMost: true }
  }
}

/**
 * Opens a package for questions. Pure: the same package gives the same answers in page and server. Keeps scratch memory of
 * the machine's size, so open a product once. Options and values in a question must be known (`problems` tells):
 * @throws on unknown ones, which is a caller's mistake.
 * `lazily` is needed for packages with lazy rules only (`openAnyProduct` fetches it); their questions may end with an error that
 * says so when they are too hard.
 */
export function openProduct(pkg: ProductPackage, lazily?: typeof createLazyMachine): Product {
  const lazy = [...pkg.rules.keys()].filter((rule) => pkg.rules[rule]!.lazy === true)
  const machine = machineOf(pkg, lazy, lazily)
  const { firstValue, terms } = machine.diagram
  const variables = firstValue.length - 1
  const { options } = pkg
  const indexOf = new Map(options.map((option, v) => [option.id, v]))
  const valueIndex = options.map((option) => new Map(option.values.map((value, i) => [value, i])))
  const keys = options.map((option) => option.values.map(String))
  const defaults = Int32Array.from(options, (option, v) =>
    option.default === undefined ? -1 : valueIndex[v]!.get(option.default)!,
  )
  const isContext = Uint8Array.from(options, (option) => (option.role === 'context' ? 1 : 0))
  // Only explanations need the single rules.
  let opened: ReturnType<typeof createRuleSolver> | undefined
  const solver = () => (opened ??= createRuleSolver(decodeDiagram(fromBase64(pkg.ruleDiagrams))))

  const take = (pick: Int32Array, selection: Selection, fixed?: Uint8Array) => {
    for (const id in selection) {
      const v = indexOf.get(id)
      if (v === undefined)
        throw new Error(`${pkg.id} has no option "${id}"; ask problems() before other questions.`)
      const value = valueIndex[v]!.get(selection[id]!)
      if (value === undefined)
        throw new Error(
          `${id} has no value ${JSON.stringify(selection[id])}; ask problems() before other questions.`,
        )
      pick[v] = value
      if (fixed !== undefined) fixed[v] = 1
    }
  }
  /** Context picks are fixed: those of the context and, wherever they come from, those of context options. */
  const clashOf = ({ context, selection }: Question, keep?: Selection): Clash => {
    const pick = new Int32Array(variables).fill(-1)
    const fixed = new Uint8Array(variables)
    take(pick, selection)
    for (let v = 0; v < options.length; v++) if (isContext[v] === 1 && pick[v]! >= 0) fixed[v] = 1
    take(pick, context, fixed)
    if (keep !== undefined) take(pick, keep, fixed)
    return { machine, pick, fixed }
  }
  // An object that grows key by key becomes a hash table, and so does what JSON or a table makes of many keys; a copy of a
  // copy of it with all its keys is quickly made and stays fast to read.
  const withKeys = (own: readonly string[]): Record<string, never> => ({
    ...JSON.parse(JSON.stringify(Object.fromEntries(own.map((id) => [id, 0])))),
  })
  const blank = withKeys(options.map(({ id }) => id))
  // Beyond a thousand keys it is one anyway, and a copy costs more than growing a bare one.
  const withAllKeys = <T>(): Record<string, T> =>
    options.length < 500 ? { ...blank } : (Object.create(null) as Record<string, T>)
  const blanks = keys.map((own) => (own.length > manyKeys ? withKeys(own) : undefined))
  const configurationOf = (pick: ArrayLike<number>) => {
    const result = withAllKeys<Value>()
    for (let v = 0; v < options.length; v++) result[options[v]!.id] = options[v]!.values[pick[v]!]!
    return result as Configuration
  }
  const named = (pick: ArrayLike<number>, of: readonly number[]): Record<string, Value> => {
    const result: Record<string, Value> = {}
    for (const v of of) result[options[v]!.id] = options[v]!.values[pick[v]!]!
    return result
  }
  const hard = (pick: Int32Array) => Uint8Array.from(pick, (value) => (value >= 0 ? 1 : 0))
  const suggested = defaults
  const none = new Int32Array(options.length).fill(-1)
  const completed = ({ pick }: Clash, wishes: Int32Array) => {
    const taken = machine.design(pick, hard(pick), wishes)
    return taken === undefined ? undefined : configurationOf(taken)
  }
  const centsOf = (taken: ArrayLike<number>) => {
    let cents = 0
    for (const { variable, amounts } of terms) if (variable < 0) cents += amounts[0]!
    for (let v = 0; v < variables; v++) cents += machine.diagram.weights[firstValue[v]! + taken[v]!]!
    return cents
  }

  const decide = createStatuses(machine, {
    options,
    indexOf,
    valueIndex,
    keys,
    withAllKeys,
    withValueKeys: (v) => blanks[v],
  })

  const rulesWithTextFirst = pkg.rules
    .map((rule, index) => ({ index, silent: rule.message === undefined ? 1 : 0 }))
    .sort((a, b) => a.silent - b.silent || a.index - b.index)
    .map(({ index }) => index)
  const explainClash = (clash: Clash, limit: number): Conflict[] =>
    conflictsOf(clash, limit).map((choices) => {
      const pick = clash.pick.map((value, v) => (clash.fixed[v] === 1 || choices.includes(v) ? value : -1))
      const rules = solver().minimalClash(rulesWithTextFirst, pick) ?? []
      return {
        ruleIds: rules.toSorted((a, b) => a - b).map((rule) => pkg.rules[rule]!.id),
        choices: named(clash.pick, choices),
      }
    })

  /** The choices in their order, each only while it still fits: the design before whatever clashes. */
  const beforeClash = ({ pick, fixed }: Clash, selection: Selection): Int32Array | undefined => {
    const fitting = pick.map((value, v) => (fixed[v] === 1 ? value : -1))
    if (machine.fewestChanges(pick, fixed) === 0) fitting.set(pick)
    else
      for (const id of Object.keys(selection)) {
        const v = indexOf.get(id)!
        if (fixed[v] === 1) continue
        fitting[v] = pick[v]!
        if (machine.fewestChanges(fitting, hard(fitting)) !== 0) fitting[v] = -1
      }
    return machine.design(fitting, hard(fitting), suggested)
  }
  const repairsOf = (
    question: Question,
    keep: Selection,
    limit: number,
  ): { repair: Repair; cents: number }[] => {
    const clash = clashOf(question, keep)
    if (machine.fewestChanges(clash.pick, clash.fixed) <= 0) return []
    const earlier: Record<string, Value> = { ...question.selection }
    for (const id in keep) if (earlier[id] === keep[id]) delete earlier[id]
    const before = beforeClash(clashOf({ context: question.context, selection: earlier }), earlier)!
    const centsBefore = centsOf(before)
    return smallestRepairs(clash, limit)
      .map((out) => ({ out, ...cheapestChange(clash, out, suggested)! }))
      .sort((a, b) => a.out.length - b.out.length || a.cents - b.cents)
      .slice(0, limit)
      .map(({ change, cents }) => ({
        cents,
        repair: {
          change: Object.fromEntries(
            [...change].map(([v, value]) => [options[v]!.id, options[v]!.values[value]!]),
          ),
          priceDeltaCents: cents - centsBefore,
        },
      }))
  }

  const optionNamed = (id: string) => options[indexOf.get(id) ?? -1]
  /** What the shop's context alone decides (a country's mains supply): nobody chose it, yet a sentence may name it. */
  const forcedByContext = (id: string, values: Selection): Value | undefined => {
    const v = indexOf.get(id)
    if (v === undefined || options[v]!.role === 'choice') return undefined
    const context = Object.fromEntries(
      Object.entries(values).filter(([each]) => optionNamed(each)?.role === 'context'),
    )
    const { pick, fixed } = clashOf({ context, selection: {} })
    machine.sweep(pick, fixed)
    const left = options[v]!.values.filter(
      (_, i) => machine.changesOf(machine.best[firstValue[v]! + i]!) === 0,
    )
    return left.length === 1 ? left[0] : undefined
  }

  /** The only value that a rule by itself leaves an option beside the values given; its appliance is taken to be there. */
  const forcedByRule = (rule: number, slot: string | undefined, id: string, values: Selection) => {
    const v = indexOf.get(id)
    if (v === undefined || rule < 0) return undefined
    const pick = Int32Array.from(options, (option, o) => valueIndex[o]!.get(values[option.id]!) ?? -1)
    const there = slot === undefined ? undefined : indexOf.get(slot)
    if (there !== undefined && pick[there]! < 0) pick[there] = 1
    const left = options[v]!.values.filter((_, i) => {
      pick[v] = i
      return solver().clash([rule], pick) === undefined
    })
    return left.length === 1 ? left[0] : undefined
  }

  const ids = options.map(({ id }) => id)
  // One for all orders: an array of its own for each costs more than the whole check.
  const ordered = new Int32Array(variables)
  const verify = (selection: Selection): Configuration | undefined => {
    let n = 0
    for (const id in selection) {
      // Most orders name the options in their order.
      const v = ids[n] === id ? n : (indexOf.get(id) ?? -1)
      const value = valueIndex[v]?.get(selection[id]!)
      if (value === undefined) return undefined
      ordered[v] = value
      n++
    }
    return n === ids.length && machine.walk(ordered) ? (selection as Configuration) : undefined
  }
  const label = (id: string, language: string) =>
    textIn((optionNamed(id) ?? pkg.texts.find((text) => text.id === id))?.label, language) ?? id
  const valueLabel = (id: string, value: Value, language: string) => {
    const v = indexOf.get(id)
    const i = v === undefined ? undefined : valueIndex[v]!.get(value)
    return textIn(i === undefined ? undefined : options[v!]!.valueLabels[i], language) ?? String(value)
  }

  return {
    package: pkg,
    problems: (question) => {
      const found: { option: string; value: unknown; message: string }[] = []
      for (const part of [question.context, question.selection]) {
        if (part === undefined) continue
        if (typeof part !== 'object' || part === null || Array.isArray(part)) {
          found.push({
            option: '',
            value: part,
            message: `${JSON.stringify(part)} is not an object of option: value`,
          })
          continue
        }
        for (const [option, value] of Object.entries(part)) {
          const v = indexOf.get(option)
          if (v === undefined) {
            found.push({
              option,
              value,
              message: `${pkg.id} has no option "${option}"${suggestion(option, indexOf.keys())}`,
            })
          } else if (!valueIndex[v]!.has(value as Value)) {
            const text = JSON.stringify(value) ?? String(value)
            const typo = options[v]!.values[keys[v]!.indexOf(String(value))]
            const hint =
              typo === undefined
                ? suggestion(String(value), keys[v]!)
                : ` (did you mean the ${typeof typo} ${typo}?)`
            found.push({ option, value, message: `${text} is not a value of ${option}${hint}` })
          }
        }
      }
      return found
    },
    check: (question) => {
      const clash = clashOf(question)
      const { cost, complete, statuses } = decide(clash)
      // What a sweep could not prove is asked once more on its own: that proves it, or says that it is too hard.
      const buildable =
        (machine.unproved?.includes(1) === true
          ? machine.fewestChanges(clash.pick, clash.fixed)
          : machine.changesOf(cost)) === 0
      const repairs = buildable ? [] : repairsOf(question, {}, shown)
      const design = buildable ? machine.design(clash.pick, hard(clash.pick), suggested) : undefined
      return {
        buildable,
        complete: buildable && complete,
        ...(buildable ? countOf(machine, clash.pick) : { count: 0n }),
        priceCents: design === undefined ? (repairs[0]?.cents ?? 0) : centsOf(design),
        fromPriceCents: machine.changesOf(cost) < 0 ? 0 : machine.centsOf(cost),
        conflicts: buildable ? [] : explainClash(clash, shown),
        repairs: repairs.map(({ repair }) => repair),
        options: statuses.all(),
      }
    },
    statuses: (question) => decide(clashOf(question)).statuses,
    designPrices: (question) => {
      const { pick, fixed } = clashOf(question)
      const cents = machine.designCents(pick, fixed, suggested)
      const result = withAllKeys<Record<string, number>>()
      for (let v = 0; v < options.length; v++) {
        const ofOption: Record<string, number> = {}
        for (let i = firstValue[v]!; i < firstValue[v + 1]!; i++)
          if (!Number.isNaN(cents[i]!)) ofOption[keys[v]![i - firstValue[v]!]!] = cents[i]!
        result[options[v]!.id] = ofOption
      }
      return result
    },
    count: (question) => machine.count(clashOf(question).pick),
    isBuildable: (question) => {
      const { pick, fixed } = clashOf(question)
      return machine.fewestChanges(pick, fixed) === 0
    },
    complete: (question) => completed(clashOf(question), suggested),
    cheapest: (question) => completed(clashOf(question), none),
    price: (configuration) => {
      const pick = new Int32Array(variables)
      take(pick, configuration)
      if (!machine.walk(pick))
        throw new Error(`${pkg.id}: this is no buildable product; make it with verify().`)
      const lines: { id: string; option?: string; cents: number }[] = []
      options.forEach((option, v) => {
        const cents = option.priceCents[pick[v]!]!
        if (cents !== 0) lines.push({ id: option.id, option: option.id, cents })
      })
      terms.forEach(({ variable, amounts }, t) => {
        const cents = variable < 0 ? amounts[0]! : amounts[pick[variable]!]!
        if (cents !== 0) lines.push({ id: pkg.priceTerms[t]!.id, cents })
      })
      return { totalCents: lines.reduce((sum, line) => sum + line.cents, 0), lines }
    },
    verify,
    explain: (question, limit = shown) => explainClash(clashOf(question), limit),
    repairs: (question, { keep = {}, limit = shown } = {}) =>
      repairsOf(question, keep, limit).map(({ repair }) => repair),
    sentence: (ruleId, language, values) => {
      const rule = pkg.rules.findIndex(({ id }) => id === ruleId)
      const scope = rule < 0 ? Object.keys(values) : Array.from(solver().scopes[rule]!, (v) => options[v]!.id)
      const message: Texts | undefined = pkg.rules[rule]?.message
      const slot = ruleId.includes('/') ? ruleId.slice(0, ruleId.indexOf('/')) : undefined
      const nameOf = (id: string) => label(id, language)
      const valueOf = (id: string) => {
        const value =
          values[id] ??
          forcedByContext(id, values) ??
          (message === undefined ? undefined : forcedByRule(rule, slot, id, values))
        return value === undefined ? undefined : valueLabel(id, value, language)
      }
      const known = (id: string) => indexOf.has(id)
      return sentenceOf({
        message,
        language,
        scope,
        nameOf,
        valueOf,
        known,
        ...(slot !== undefined && { slot }),
      })
    },
    label,
    valueLabel,
  }
}
