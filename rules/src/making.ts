/** How a product is made: the `bom` and `routing` sections. */
import { evaluate, optionsOfExpr, optionsOfFormula } from './evaluate.ts'
import { operationShape, positionShape } from './fileShape.ts'
import { partition } from './formula.ts'
import type { BomPosition, Expr, RoutingOperation, TextOption } from './model.ts'
import { compare, rational } from './rational.ts'
import type { Rational } from './rational.ts'
import { readable } from './reader.ts'
import type { Reader } from './reader.ts'
import { child } from './yamlText.ts'
import type { YamlNode } from './yamlText.ts'

/** Planned seconds of an operation nobody has timed. */
const defaultSeconds = 60
const parameterName = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

type Operation = Omit<RoutingOperation, 'consumes'>

function duration(reader: Reader, node: YamlNode | undefined): Expr | undefined {
  if (!node) return { op: 'const', value: defaultSeconds }
  const typed = reader.expression(node, 'number')
  if (!typed) return undefined
  const zero = rational(0)
  const tables = partition(reader.options, [...optionsOfExpr(typed.expr)], (valueOf) =>
    compare(evaluate(typed.expr, valueOf) as Rational, zero) >= 0 ? 'fine' : 'negative',
  )
  if (!tables) return reader.fail(node.where, 'the duration depends on too many combinations to check it')
  return tables.has('negative')
    ? reader.fail(node.where, 'the duration is negative for some products')
    : typed.expr
}

function parameters(reader: Reader, node: YamlNode | undefined): RoutingOperation['parameters'] {
  const made: { id: string; value: Expr; where: YamlNode['where'] }[] = []
  for (const { key, keyWhere, node: each } of node?.entries ?? []) {
    if (!parameterName.test(key))
      reader.fail(keyWhere, `"${key}" cannot name a parameter: letters, digits and "_", a letter first`)
    const typed = reader.expression(each)
    if (typed) made.push({ id: key, value: typed.expr, where: keyWhere })
  }
  return made
}

function readOperation(reader: Reader, node: YamlNode): Operation | undefined {
  const head = reader.fits(operationShape, node, 'operation')
  if (!head) return undefined
  const what = `operation ${head.op}`
  const [own, job] = [child(node, 'params'), child(child(node, 'job'), 'params')]
  if (own && job) reader.fail(own.where, `${what} has its parameters twice: in params and in job.params`)
  const label = reader.texts(child(node, 'label'))
  reader.wantTexts(label, node.where, what)
  const when = reader.formula(child(node, 'when'))
  const plannedSeconds = duration(reader, child(node, 'duration'))
  const given = parameters(reader, own ?? job)
  if (!when || !plannedSeconds) return undefined
  return {
    op: head.op,
    station: head.station,
    label: label ?? { en: readable(head.station) },
    when,
    plannedSeconds,
    parameters: given,
    where: node.where,
  }
}

/** Reads `routing`, in order of operation numbers. */
export function readRouting(reader: Reader, section: YamlNode | undefined): Operation[] {
  if (section && section.kind !== 'list') reader.fail(section.where, 'routing: expected a list of operations')
  const operations: Operation[] = []
  const seen = new Set<unknown>()
  for (const node of section?.items ?? []) {
    const op = child(node, 'op')
    if (op && seen.has(op.value)) reader.fail(op.where, `operation ${op.text} stands twice`)
    seen.add(op?.value)
    const operation = readOperation(reader, node)
    if (operation) operations.push(operation)
  }
  return operations.toSorted((a, b) => a.op - b.op)
}

/** Reports an `op` that names no operation of the routing. */
export function checkOperation(
  reader: Reader,
  op: YamlNode | undefined,
  operations: readonly { readonly op: number }[],
): void {
  const known = [...new Set(operations.map((operation) => operation.op))]
  if (op && !known.includes(op.value as number))
    reader.fail(op.where, `there is no operation ${op.text} (known: ${known.join(', ') || 'none'})`)
}

/** Reads `bom`; a position that names no operation is consumed by the first one. */
export function readBom(
  reader: Reader,
  section: YamlNode | undefined,
  operations: readonly Operation[],
): BomPosition[] {
  if (section && section.kind !== 'list') reader.fail(section.where, 'bom: expected a list of positions')
  const positions: BomPosition[] = []
  const seen = new Set<string>()
  for (const node of section?.items ?? []) {
    const head = reader.fits(positionShape, node, 'BOM position')
    if (!head) continue
    if (seen.has(head.position)) reader.fail(node.where, `position ${head.position} stands twice`)
    seen.add(head.position)
    checkOperation(reader, child(node, 'op'), operations)
    const lines: {
      part: string
      quantity: number
      when: BomPosition['lines'][number]['when']
      where: YamlNode['where']
    }[] = []
    for (const line of child(node, 'lines')!.items) {
      const when = reader.formula(child(line, 'when'))
      const part = child(line, 'part')!
      if (part.text.trim() === '')
        reader.fail(part.where, `position ${head.position}: the part number is empty`)
      if (when)
        lines.push({
          part: part.text.trim(),
          quantity: (child(line, 'qty')?.value as number | undefined) ?? 1,
          when,
          where: line.where,
        })
    }
    positions.push({
      position: head.position,
      optional: head.optional ?? false,
      op: head.op ?? operations[0]?.op ?? 0,
      lines,
      where: node.where,
    })
  }
  return positions
}

/**
 * Adds to every operation the options it freezes when it starts: those its presence, its parameters, its texts and the
 * parts it consumes depend on. Warns about a choice that no operation uses: it could be changed after the unit is built.
 */
export function freeze(
  reader: Reader,
  operations: readonly Operation[],
  bom: readonly BomPosition[],
  texts: readonly TextOption[],
): RoutingOperation[] {
  const used = new Set<number>()
  const frozen = operations.map((operation) => {
    const consumes = optionsOfFormula(operation.when)
    for (const parameter of operation.parameters) optionsOfExpr(parameter.value, consumes)
    for (const position of bom)
      if (position.op === operation.op)
        for (const line of position.lines) optionsOfFormula(line.when, consumes)
    for (const text of texts) if (text.op === operation.op) optionsOfFormula(text.when, consumes)
    for (const option of consumes) used.add(option)
    return {
      ...operation,
      consumes: [...consumes]
        .filter((option) => reader.options[option]!.role !== 'context')
        .toSorted((a, b) => a - b),
    }
  })
  if (operations.length > 0)
    for (const [index, option] of reader.options.entries())
      if (option.role === 'choice' && !used.has(index))
        reader.warn(
          option.where,
          `no operation uses ${option.id}: it could still be changed when the unit is finished`,
        )
  return frozen
}
