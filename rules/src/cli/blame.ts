/** `rules blame`: which rule forbids how much, and which one makes the machine big. */
import { blame } from '../blame.ts'
import { load, onlyFile, WrongRules } from './call.ts'
import type { Answer, Call } from './call.ts'
import { faint, grouped, strong, table } from './paint.ts'

/** A large import has thousands of rules: what is known after this long is told. */
const patienceMs = 60_000

/** Runs the command. */
export function blameRules(call: Call): Answer {
  const file = onlyFile(call)
  const { model, problems } = load(file)
  if (!model) throw new WrongRules(problems)
  const started = performance.now()
  const found = blame(model, call.at, () => performance.now() - started > patienceMs)
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
  const sized = rules.toSorted((a, b) => {
    const [one, other] = [a.forbidsAlone ?? -1n, b.forbidsAlone ?? -1n]
    return one === other ? 0 : one < other ? 1 : -1
  })
  const lines = [
    strong(`${model.id} has ${grouped(configurations)} products in ${grouped(nodes)} nodes (prices aside).`),
    table([
      ['rule', 'forbids alone', 'nodes without it', ''],
      ...sized.map(({ ruleId, line, file: where, forbidsAlone, nodesWithout }) => [
        ruleId,
        forbidsAlone === undefined ? '?' : grouped(forbidsAlone),
        nodesWithout === undefined
          ? '?'
          : `${grouped(nodesWithout)} (${nodesWithout <= nodes ? '' : '+'}${grouped(nodesWithout - nodes)})`,
        `${where}:${line}`,
      ]),
    ]),
  ]
  const unknown = rules.filter(({ forbidsAlone }) => forbidsAlone === undefined).length
  if (unknown > 0)
    lines.push(faint(`${unknown} rules have no figures: too big without them, or out of time.`))
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
