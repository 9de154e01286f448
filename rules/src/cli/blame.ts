/** `rules blame`: which rule forbids how much, and which one makes the machine big. */
import { blame } from '../blame.ts'
import type { ProductModel } from '../model.ts'
import { load, onlyFile, WrongRules } from './call.ts'
import type { Answer, Call } from './call.ts'
import { faint, grouped, strong, table } from './paint.ts'

/** What is known after this long is told. A large import has thousands of rules: no patience would do, so it gets little. */
const patienceMs = ({ rules }: ProductModel) => (rules.length > 500 ? 8_000 : 60_000)

/** Runs the command. */
export function blameRules(call: Call): Answer {
  const file = onlyFile(call)
  const { model, problems } = load(file)
  if (!model) throw new WrongRules(problems)
  const started = performance.now()
  const found = blame(model, call.at, () => performance.now() - started > patienceMs(model))
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
  const known = rules.flatMap(({ forbidsAlone, nodesWithout, ...rule }) =>
    forbidsAlone === undefined || nodesWithout === undefined ? [] : [{ ...rule, forbidsAlone, nodesWithout }],
  )
  known.sort(({ forbidsAlone: a }, { forbidsAlone: b }) => (a === b ? 0 : a < b ? 1 : -1))
  const lines = [
    strong(`${model.id} has ${grouped(configurations)} products in ${grouped(nodes)} nodes (prices aside).`),
    table([
      ['rule', 'forbids alone', 'nodes without it', ''],
      ...known.map(({ ruleId, line, file: where, forbidsAlone, nodesWithout }) => [
        ruleId,
        grouped(forbidsAlone),
        `${grouped(nodesWithout)} (${nodesWithout <= nodes ? '' : '+'}${grouped(nodesWithout - nodes)})`,
        `${where}:${line}`,
      ]),
    ]),
  ]
  const unknown = rules.length - known.length
  if (unknown > 0)
    lines.push(
      faint(`${unknown} of ${rules.length} rules have no figures: too big without them, or out of time.`),
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
