/** `rules blame`: which rule forbids how much, and which one makes the machine big. */
import { blame } from '../blame.ts'
import type { ProductModel } from '../model.ts'
import { knownOrder } from '../lock.ts'
import { suggestion } from '../nearest.ts'
import { load, onlyFile, WrongCall, WrongRules } from './call.ts'
import type { Answer, Call, Progress } from './call.ts'
import { faint, grouped, plural, strong, table } from './paint.ts'

/** What is known after this long is told. A large import has thousands of rules: no patience would do, so it gets little. */
const patienceMs = (rules: number) => (rules > 100 ? 15_000 : 60_000)

/** The rules named with `--on`. @throws WrongCall */
function rulesNamed(model: ProductModel, { on }: Call): readonly string[] | undefined {
  const known = model.rules.map(({ id }) => id)
  const unknown = on.find((id) => !known.includes(id))
  if (unknown !== undefined)
    throw new WrongCall(`--on ${unknown}: ${model.id} has no such rule${suggestion(unknown, known)}`)
  return on.length > 0 ? on : undefined
}

/** Runs the command. */
export function blameRules(call: Call, progress: Progress): Answer {
  const file = onlyFile(call)
  const { model, problems } = load(file)
  if (!model) throw new WrongRules(problems)
  const only = rulesNamed(model, call)
  const { order, near } = knownOrder(model, file, call.at)
  const known = order ?? near
  const found = blame(model, {
    ...(call.at !== undefined && { at: call.at }),
    ...(known && { order: known }),
    ...(only && { only }),
    now: () => performance.now(),
    ms: patienceMs((only ?? model.rules).length),
    onProgress: (done, of) => progress(`${grouped(done)} of ${grouped(of)} rules left out in turn`),
  })
  if (!found.ok) throw new WrongRules(found.problems)
  const { configurations, nodes } = found
  const rules = found.rules.map(({ rule, without }) => ({
    ruleId: rule.id,
    file: rule.where.file,
    line: rule.where.line,
    forbidsAlone: without && without.configurations - configurations,
    configurationsWithout: without?.configurations,
    nodesWithout: without?.nodes,
  }))
  const told = rules.flatMap(({ forbidsAlone, nodesWithout, ...rule }) =>
    forbidsAlone === undefined || nodesWithout === undefined ? [] : [{ ...rule, forbidsAlone, nodesWithout }],
  )
  told.sort(({ forbidsAlone: a }, { forbidsAlone: b }) => (a === b ? 0 : a < b ? 1 : -1))
  const lines = [
    strong(`${model.id} has ${grouped(configurations)} products in ${grouped(nodes)} nodes (prices aside).`),
    rules.length === 0
      ? 'It has no rules.'
      : table([
          ['rule', 'forbids alone', 'nodes without it', ''],
          ...told.map(({ ruleId, line, file: where, forbidsAlone, nodesWithout }) => [
            ruleId,
            grouped(forbidsAlone),
            `${grouped(nodesWithout)} (${nodesWithout <= nodes ? '' : '+'}${grouped(nodesWithout - nodes)})`,
            `${where}:${line}`,
          ]),
        ]),
  ]
  const unknown = rules.length - told.length
  if (unknown > 0)
    lines.push(
      faint(
        `${grouped(unknown)} of ${plural(rules.length, 'rule')} have no figures: too big without them, or out of time. --on rule,rule asks about some.`,
      ),
    )
  return {
    code: 0,
    json: {
      configurations: configurations.toString(),
      nodes,
      rules: rules.map(
        ({ ruleId, file: where, line, forbidsAlone, configurationsWithout, nodesWithout }) => ({
          ruleId,
          file: where,
          line,
          configurationsWithout: configurationsWithout?.toString() ?? null,
          nodesWithout: nodesWithout ?? null,
          forbidsAlone: forbidsAlone?.toString() ?? null,
        }),
      ),
    },
    text: lines.join('\n'),
  }
}
