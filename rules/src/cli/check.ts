/** `rules check`: everything that is wrong or doubtful about a rule file, before anybody orders by it. */
import { gzipSync } from 'node:zlib'
import { compile, effectiveIntervals } from '../compile.ts'
import type { Compiled, CompileResult } from '../compile.ts'
import { knownOrder, lockFileOf, lockText, unfitOrder } from '../lock.ts'
import type { Problem, ProductModel } from '../model.ts'
import { conditionsNeverMet, neverInEffect } from '../neverApplied.ts'
import { redundantRules } from '../redundant.ts'
import { describeProblem, load, onlyFile } from './call.ts'
import type { Answer, Call, Progress } from './call.ts'
import {
  bad,
  careful,
  enumerated,
  faint,
  first,
  good,
  grouped,
  money,
  plural,
  strong,
  table,
} from './paint.ts'

const now = () => performance.now()

/** Compiles for any order date, each set of rules over the order its lock knows, else over one found for it; once each. */
function createCompiler(model: ProductModel, file: string, noLock: boolean, progress: Progress) {
  const warnings: Problem[] = []
  const results = new Map<string | undefined, CompileResult>()
  const starts = effectiveIntervals(model)
  const on = (at: string | undefined): CompileResult => {
    const day = at ?? starts[0]?.from
    const done = results.get(day)
    if (done) return done
    const known = noLock ? {} : knownOrder(model, file, day)
    // What was found for another day is near enough for this one.
    const other = [...results.values()].findLast((each) => each.ok)?.order
    const near = other ?? known.near
    if (!noLock && known.order === undefined)
      progress(`looking for the smallest machine, once: its order is kept in ${lockFileOf(file)}`)
    const result = compile(model, {
      now,
      ...(day !== undefined && { at: day }),
      ...(known.order && { order: known.order }),
      ...(near && { near }),
      thorough: !noLock && other === undefined,
    })
    const unfit = result.ok && known.order !== undefined && known.order.join() !== result.order.join()
    const warning = unfit ? unfitOrder(file) : known.warning
    if (warning && !warnings.some(({ message }) => message === warning.message)) warnings.push(warning)
    results.set(day, result)
    return result
  }
  return { on, warnings }
}

/** Problems of the other intervals between change dates: not wrong today, but on their first day. */
function laterProblems(
  model: ProductModel,
  compiled: Compiled,
  on: (day: string | undefined) => CompileResult,
): Problem[] {
  const found: Problem[] = []
  for (const interval of effectiveIntervals(model)) {
    if (interval.from === compiled.effective.from) continue
    const other = on(interval.from ?? interval.until)
    const when = interval.from ? `from ${interval.from}` : `until ${interval.until}`
    found.push(...other.problems.map((problem) => ({ ...problem, message: `${when}: ${problem.message}` })))
  }
  return found
}

/** Of each kind of warning people get the first few. */
const shown = 20
const shownTexts = 5
const shownErrors = 100
const isText = ({ message }: Problem) => message.includes(' has no text ')

/** Runs the command. */
export function check(call: Call, progress: Progress): Answer {
  const file = onlyFile(call)
  const { model, problems, warnings } = load(file)
  const errors: Problem[] = [...problems]
  let compiled: Compiled | undefined
  const compiler = model && createCompiler(model, file, call.noLock, progress)
  if (model && compiler) {
    const result = compiler.on(call.at)
    errors.push(...result.problems)
    if (result.ok) compiled = result
  }
  const redundant = model && compiled && compiled.configurations > 0n ? redundantRules(model, compiled) : []
  const general = warnings.filter((warning) => !isText(warning))
  general.push(...(compiled ? laterProblems(model!, compiled, compiler!.on) : []))
  general.push(...(compiler?.warnings ?? []))
  const rules = new Map(model?.rules.map((rule) => [rule.id, rule]))
  const doubtful = (id: string, message: string): Problem => ({
    ...rules.get(id)!.where,
    ruleId: id,
    message,
  })
  const unmet = new Set(model && compiled ? conditionsNeverMet(model, compiled, redundant) : [])
  const idle = redundant.map((id) =>
    doubtful(
      id,
      unmet.has(id)
        ? `rule ${id} never applies: no buildable product meets its condition`
        : `rule ${id} changes nothing: the other rules already say it`,
    ),
  )
  for (const id of model ? neverInEffect(model) : [])
    idle.push(doubtful(id, `rule ${id} never applies: it is in effect on no order date of ${model!.id}`))
  const places = new Map(model?.options.map(({ id, where }) => [id, where]))
  const dead = (compiled?.dead ?? []).map(({ option, value }): Problem => ({
    ...places.get(option)!,
    message: `value ${String(value)} of ${option} is in no buildable product`,
  }))
  if (compiled?.configurationsAtMost) {
    const lazy = compiled.rules.filter((rule) => rule.lazy === true)
    const message = `the number of products is the one without the lazy rules (${lazy.map(({ id }) => id).join(', ')}): counting with them takes too long`
    general.push({ ...lazy[0]!.where, message })
  }
  const texts = warnings.filter(isText)
  const doubts = [...general, ...idle, ...dead, ...texts]
  const gzipBytes = compiled ? gzipSync(compiled.machine, { level: 9 }).length : 0
  const json = {
    ok: errors.length === 0,
    errors: errors.map(plain),
    warnings: doubts.map(plain),
    configurations: String(compiled?.configurations ?? 0),
    nodes: compiled?.nodes ?? 0,
    gzipBytes,
    compileMs: Math.round((compiled?.compileMs ?? 0) * 10) / 10,
    dead: compiled?.dead ?? [],
    forced: compiled?.forced ?? [],
    redundant,
  }
  const lines: string[] = []
  if (errors.length > 0) {
    lines.push(bad(strong(`${file} has ${plural(errors.length, 'problem')}.`)))
    const told = (error: Problem) =>
      `  ${describeProblem(error)}${error.ruleId ? faint(` [${error.ruleId}]`) : ''}`
    lines.push(...first(shownErrors, errors.map(told), 'problems'))
  } else if (model && compiled) {
    lines.push(
      good(
        strong(
          `${model.id} is sound: ${compiled.configurationsAtMost ? 'at most ' : ''}${grouped(compiled.configurations)} products can be built.`,
        ),
      ),
    )
    lines.push(
      table([
        [
          'options',
          `${model.options.length} with ${model.options.reduce((sum, option) => sum + option.values.length, 0)} values`,
        ],
        [
          'rules',
          `${compiled.rules.length} in force${compiled.effective.from ? ` from ${compiled.effective.from}` : ''}${compiled.effective.until ? ` until ${compiled.effective.until}` : ''}`,
        ],
        ['cheapest', money(compiled.fromPriceCents, model.currency)],
        [
          'prices',
          compiled.priceTerms.length === 0
            ? 'of the values alone'
            : `${plural(compiled.priceTerms.length, 'term')}, each proved to say one amount for every product`,
        ],
        [
          'parts',
          model.bom.length === 0
            ? 'none'
            : `${plural(model.bom.length, 'position')}, each proved to resolve for every product`,
        ],
        ['operations', String(model.routing.length || 'none')],
        [
          'machine',
          `${grouped(compiled.nodes)} nodes, ${grouped(gzipBytes)} bytes gzip, compiled in ${compiled.compileMs.toFixed(0)} ms`,
        ],
        ...(compiled.forced.length > 0
          ? [
              [
                'forced',
                enumerated(compiled.forced.map(({ option, value }) => `${option} = ${String(value)}`)),
              ],
            ]
          : []),
      ]),
    )
  }
  if (doubts.length > 0) {
    const told = (of: readonly Problem[]) => of.map((doubt) => `  ${describeProblem(doubt)}`)
    lines.push(
      careful(`${plural(doubts.length, 'warning')}:`),
      ...first(shown, told(general), 'warnings'),
      ...first(shown, told(idle), 'rules without effect'),
      ...first(shown, told(dead), 'values in no product'),
      ...first(shownTexts, told(texts), 'missing texts'),
    )
  }
  const lock =
    model && compiler && !call.noLock && errors.length === 0
      ? lockText(model, (day) => {
          const result = compiler.on(day)
          return result.ok ? result.order : undefined
        })
      : undefined
  return {
    code: errors.length === 0 ? 0 : 1,
    json,
    text: lines.join('\n'),
    ...(lock !== undefined && { lock: { file, text: lock } }),
  }
}

const plain = ({ file, line, column, message, ruleId }: Problem) => ({
  file,
  line,
  column,
  message,
  ...(ruleId !== undefined && { ruleId }),
})
