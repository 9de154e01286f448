/** `rules check`: everything that is wrong or doubtful about a rule file, before anybody orders by it. */
import { gzipSync } from 'node:zlib'
import { compile, effectiveIntervals } from '../compile.ts'
import type { Compiled, CompileResult } from '../compile.ts'
import { knownOrder, lockText, unfitOrder } from '../lock.ts'
import type { Problem, ProductModel } from '../model.ts'
import { conditionsNeverMet, neverInEffect } from '../neverApplied.ts'
import { redundantRules } from '../redundant.ts'
import { describeProblem, load, onlyFile } from './call.ts'
import type { Answer, Call } from './call.ts'
import { bad, careful, faint, good, grouped, money, plural, strong, table } from './paint.ts'

const now = () => performance.now()

/** Compiles for any order date, each set of rules over the order its lock knows, else over one found for it; once each. */
function createCompiler(model: ProductModel, file: string, noLock: boolean) {
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

/** Missing texts come by the dozen: people get the first few of them. */
const shownTexts = 5

/** Runs the command. */
export function check(call: Call): Answer {
  const file = onlyFile(call)
  const { model, problems, warnings } = load(file)
  const errors: Problem[] = [...problems]
  let compiled: Compiled | undefined
  const compiler = model && createCompiler(model, file, call.noLock)
  if (model && compiler) {
    const result = compiler.on(call.at)
    errors.push(...result.problems)
    if (result.ok) compiled = result
  }
  const redundant = model && compiled && compiled.configurations > 0n ? redundantRules(model, compiled) : []
  const doubts: Problem[] = [...warnings, ...(compiled ? laterProblems(model!, compiled, compiler!.on) : [])]
  doubts.push(...(compiler?.warnings ?? []))
  const doubtful = (id: string, message: string) => {
    const rule = model!.rules.find((each) => each.id === id)!
    doubts.push({ ...rule.where, ruleId: id, message })
  }
  const unmet = model && compiled ? conditionsNeverMet(model, compiled, redundant) : []
  for (const id of redundant)
    doubtful(
      id,
      unmet.includes(id)
        ? `rule ${id} never applies: no buildable product meets its condition`
        : `rule ${id} changes nothing: the other rules already say it`,
    )
  for (const id of model ? neverInEffect(model) : [])
    doubtful(id, `rule ${id} never applies: it is in effect on no order date of ${model!.id}`)
  for (const { option, value } of compiled?.dead ?? []) {
    const { where } = model!.options.find((each) => each.id === option)!
    doubts.push({ ...where, message: `value ${String(value)} of ${option} is in no buildable product` })
  }
  if (compiled?.configurationsAtMost) {
    const lazy = compiled.rules.filter((rule) => rule.lazy === true)
    const message = `the number of products is the one without the lazy rules (${lazy.map(({ id }) => id).join(', ')}): counting with them takes too long`
    doubts.push({ ...lazy[0]!.where, message })
  }
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
    for (const error of errors)
      lines.push(`  ${describeProblem(error)}${error.ruleId ? faint(` [${error.ruleId}]`) : ''}`)
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
          `${plural(compiled.priceTerms.length, 'term')}, each proved to say one amount for every product`,
        ],
        ['parts', `${plural(model.bom.length, 'position')}, each proved to resolve for every product`],
        ['operations', String(model.routing.length)],
        [
          'machine',
          `${grouped(compiled.nodes)} nodes, ${grouped(gzipBytes)} bytes gzip, compiled in ${compiled.compileMs.toFixed(0)} ms`,
        ],
        ...(compiled.forced.length > 0
          ? [
              [
                'forced',
                compiled.forced.map(({ option, value }) => `${option} = ${String(value)}`).join(', '),
              ],
            ]
          : []),
      ]),
    )
  }
  if (doubts.length > 0) {
    const texts = doubts.filter((doubt) => doubt.message.includes(' has no text '))
    const others = doubts.filter((doubt) => !texts.includes(doubt))
    lines.push(careful(`${plural(doubts.length, 'warning')}:`))
    for (const doubt of others) lines.push(`  ${describeProblem(doubt)}`)
    for (const doubt of texts.slice(0, shownTexts)) lines.push(`  ${describeProblem(doubt)}`)
    if (texts.length > shownTexts)
      lines.push(
        faint(`  … and ${texts.length - shownTexts} more texts are missing (all of them with --json)`),
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
