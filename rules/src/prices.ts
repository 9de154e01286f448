/** The `prices` section -> price terms. Each term is a set of alternatives of which exactly one holds (the compiler proves it). */
import { distinctClasses } from './constraints.ts'
import { evaluate, optionsOfExpr } from './evaluate.ts'
import { priceShapes } from './fileShape.ts'
import { and, not, partition } from './formula.ts'
import type { Formula, PriceTerm } from './model.ts'
import { suggestion } from './nearest.ts'
import { isWhole, multiply, rational } from './rational.ts'
import type { Rational } from './rational.ts'
import type { Reader } from './reader.ts'
import { child } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

type Alternatives = PriceTerm['alternatives']
const maxCents = 1e12

/** `amount` while `when` holds, nothing otherwise. */
const guarded = (alternatives: Alternatives, when: Formula): Alternatives => {
  if (when.op === 'true') return alternatives
  const held = alternatives.map((each) => ({ ...each, when: and([each.when, when]) }))
  return [...held, { amountCents: 0, when: not(when) }].filter((each) => each.when.op !== 'false')
}

/** `per` times `rate` for every combination of the options in it, equal amounts together. */
function perUnit(reader: Reader, id: string, node: YamlNode): Alternatives | undefined {
  const perNode = child(node, 'per')!
  const typed = reader.expression(perNode, 'number')
  const when = reader.formula(child(node, 'when'))
  if (!typed || !when) return undefined
  const rate = rational(child(node, 'rate')!.value as number)
  const of = [...optionsOfExpr(typed.expr)].toSorted((a, b) => a - b)
  let broken: string | undefined
  const tables = partition(reader.options, of, (valueOf) => {
    const cents = multiply(evaluate(typed.expr, valueOf) as Rational, rate)
    if (isWhole(cents) && Math.abs(Number(cents.n)) <= maxCents) return String(cents.n)
    broken ??= `${Number(cents.n) / Number(cents.d)} cents when ${of
      .map((option) => {
        const value = valueOf(option)
        return `${reader.options[option]!.id} = ${typeof value === 'object' ? Number(value.n) / Number(value.d) : value}`
      })
      .join(', ')}`
    return 'broken'
  })
  if (!tables)
    return reader.fail(
      perNode.where,
      `price ${id} depends on too many combinations: split it into several terms`,
    )
  if (broken) return reader.fail(perNode.where, `price ${id} is no whole amount: ${broken}`)
  const alternatives = [...tables].map(([cents, formula]) => ({ amountCents: Number(cents), when: formula }))
  return guarded(
    alternatives.toSorted((a, b) => a.amountCents - b.amountCents),
    when,
  )
}

/** An amount by the number of different values among some options. */
function byDistinct(reader: Reader, node: YamlNode): Alternatives | undefined {
  const parts = distinctClasses(reader, child(node, 'distinct')!, child(node, 'ignoring'))
  const alternatives: { amountCents: number; when: Formula }[] = []
  let sound = true
  for (const { key, keyWhere, node: amount } of child(node, 'amounts')!.entries) {
    const count = Number(key)
    if (!/^\d{1,3}$/.test(key))
      sound = Boolean(reader.fail(keyWhere, `"${key}" is not a number of different values`))
    else if (parts)
      alternatives.push({
        amountCents: amount.value as number,
        when: { op: 'distinct', ...parts, atLeast: count, atMost: count },
      })
  }
  return sound && parts ? alternatives : undefined
}

function alternativesOf(
  reader: Reader,
  id: string,
  node: YamlNode,
  kind: keyof typeof priceShapes,
): Alternatives | undefined {
  if (kind === 'per') return perUnit(reader, id, node)
  if (kind === 'distinct') return byDistinct(reader, node)
  const when = reader.formula(child(node, 'when'))
  return (
    when && guarded([{ amountCents: child(node, 'amount')!.value as number, when: { op: 'true' } }], when)
  )
}

/** Reads the section; every broken term is reported and left out. */
export function readPrices(reader: Reader, section: YamlNode | undefined): PriceTerm[] {
  if (section && section.kind !== 'list') reader.fail(section.where, 'prices: expected a list of price terms')
  const terms: PriceTerm[] = []
  const seen = new Set<string>()
  for (const node of section?.items ?? []) {
    const idNode = child(node, 'id')
    const id = typeof idNode?.value === 'string' ? idNode.value : '(no id)'
    const known = Object.keys(priceShapes) as (keyof typeof priceShapes)[]
    const kind = known.find((key) => child(node, key))
    if (!kind) {
      const wrong = node.entries.find((each) => !['id', 'label', 'effective', 'when'].includes(each.key))
      reader.fail(
        wrong?.keyWhere ?? node.where,
        `price ${id} needs one of ${known.join(', ')}${wrong ? `, found "${wrong.key}"${suggestion(wrong.key, known)}` : ''}`,
      )
      continue
    }
    if (!reader.fits(priceShapes[kind] as never, node, `price ${id}`)) continue
    if (seen.has(id)) reader.fail(node.where, `two price terms are called ${id}: each needs an id of its own`)
    seen.add(id)
    const label = reader.texts(child(node, 'label'))
    const effective = reader.effective(child(node, 'effective'))
    const alternatives = alternativesOf(reader, id, node, kind)
    reader.wantTexts(label, node.where, `price ${id}`)
    if (alternatives)
      terms.push({
        id,
        ...(label && { label }),
        alternatives,
        ...(effective && { effective }),
        where: node.where,
      })
  }
  return terms
}
