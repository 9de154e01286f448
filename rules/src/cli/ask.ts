/** `rules count`, `domains` and `explain`: questions about what can be built with some choices. */
import { LazyRulesTooHard } from '../lazyMachine.ts'
import type { Check, Product, Question } from '../product.ts'
import { domains, onlyFile, open, question } from './call.ts'
import type { Answer, Call } from './call.ts'
import { bad, good, grouped, listed, money, strong, table } from './paint.ts'

const withChoices = (call: Call): string => (call.choose.length > 0 ? ` with ${call.choose.join(', ')}` : '')

/** Where lazy rules make counting too hard: the number without them. */
function countOf(product: Product, asked: Question): Pick<Check, 'count' | 'countAtMost'> {
  if (!product.isBuildable(asked)) return { count: 0n }
  try {
    return { count: product.count(asked) }
  } catch (error) {
    if (!(error instanceof LazyRulesTooHard)) throw error
    return product.check(asked)
  }
}

/** Number of products. */
export function count(call: Call): Answer {
  const { model, product } = open(onlyFile(call), call.at)
  const asked = question(model, call.choose)
  const { count: found, countAtMost } = countOf(product, asked)
  const atMost = countAtMost ? 'at most ' : ''
  const told = grouped(found)
  const exactly = told.startsWith('about') ? `, exactly ${found}` : ''
  return {
    code: found > 0n ? 0 : 1,
    json: { configurations: found.toString(), ...(atMost && { atMost: true }) },
    text: `${atMost}${strong(told)} products of ${model.id} can be built${withChoices(call)}${exactly}.`,
  }
}

/** Values still possible for every option. */
export function possible(call: Call): Answer {
  const { model, product } = open(onlyFile(call), call.at)
  const asked = question(model, call.choose)
  const buildable = product.isBuildable(asked)
  const options = domains(model, product, asked)
  const { fromPriceCents } = product.check(asked)
  const chosen = { ...asked.selection, ...asked.context }
  const rows = model.options.map(({ id, values }) => {
    const left = options[id]!
    const gone = values.filter((value) => !left.includes(value))
    const mark = chosen[id] !== undefined ? 'chosen' : left.length === 1 && values.length > 1 ? 'forced' : ''
    return [
      id,
      left.join(' ') || '-',
      mark,
      gone.length > 0 && chosen[id] === undefined ? `(not ${gone.join(' ')})` : '',
    ]
  })
  const sentence = buildable
    ? good(`${model.id}${withChoices(call)} can be built, from ${money(fromPriceCents, model.currency)}.`)
    : bad(`${model.id}${withChoices(call)} cannot be built: rules explain tells why.`)
  return {
    code: buildable ? 0 : 1,
    json: { buildable, options, fromPriceCents },
    text: buildable ? `${strong(sentence)}\n${table(rows)}` : strong(sentence),
  }
}

/** Why not, and the cheapest ways out. */
export function explain(call: Call): Answer {
  const { model, product } = open(onlyFile(call), call.at)
  const asked = question(model, call.choose)
  const buildable = product.isBuildable(asked)
  const conflicts = buildable
    ? []
    : product.explain(asked, 20).map(({ ruleIds, choices }) => ({ ruleIds, choices }))
  const repairs = buildable ? [] : product.repairs(asked, { limit: 10 })
  const lines: string[] = []
  if (buildable)
    lines.push(strong(good(`${model.id}${withChoices(call)} can be built: there is nothing to explain.`)))
  else {
    lines.push(strong(bad(`${model.id}${withChoices(call)} cannot be built.`)))
    for (const { ruleIds, choices } of conflicts) {
      lines.push(`These clash: ${listed({ ...choices, ...asked.context }) || 'the rules themselves'}`)
      for (const id of ruleIds) {
        const { where, message } = model.rules.find((rule) => rule.id === id)!
        const sentence = message
          ? product.sentence(id, 'en', { ...asked.context, ...asked.selection })
          : '(no sentence for shoppers)'
        lines.push(`  ${id}: ${sentence}  ${where.file}:${where.line}`)
      }
    }
    lines.push(
      repairs.length > 0 ? 'Ways out, fewest changes first:' : 'There is no way out by changing choices.',
    )
    if (repairs.length > 0)
      lines.push(
        table(
          repairs.map(({ change, priceDeltaCents }) => [
            listed(change),
            money(priceDeltaCents, model.currency, true),
          ]),
        ),
      )
  }
  return { code: buildable ? 0 : 1, json: { buildable, conflicts, repairs }, text: lines.join('\n') }
}
