/** Saved designs and open orders for `rules diff --orders`: one JSON object a line. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { BrokenOrder, JudgedOrders, SavedOrder } from '../brokenOrders.ts'
import { unreadable, WrongCall } from './call.ts'
import { bad, faint, good, listed, money, plural } from './paint.ts'

const selection = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}/)
/** An order as posted to the shop's API, or as little of it as a saved design has. */
const shape = z.looseObject({
  id: z.string().optional(),
  orderId: z.string().optional(),
  productId: z.string().optional(),
  at: day.optional(),
  context: selection.optional(),
  selection,
})

/** Reads a file of orders; empty lines are skipped. @throws WrongCall naming the first line that is no order. */
export function readOrders(file: string): SavedOrder[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new WrongCall(`--orders ${unreadable(file)}`)
  }
  return text.split(/\r?\n/).flatMap((whole, index): SavedOrder[] => {
    if (whole.trim() === '') return []
    const line = index + 1
    let json: unknown
    try {
      json = JSON.parse(whole)
    } catch {
      throw new WrongCall(
        `${file}:${line} is not JSON: expected one object such as {"orderId": "7", "selection": {"a": "x"}}`,
      )
    }
    const read = shape.safeParse(json)
    if (!read.success) {
      const { path, message } = read.error.issues[0]!
      throw new WrongCall(`${file}:${line} is no order: ${[...path.map(String), message].join(': ')}`)
    }
    const { orderId, id = orderId, productId, at, context } = read.data
    return [
      {
        line,
        ...(id !== undefined && { id }),
        ...(productId !== undefined && { productId }),
        ...(at !== undefined && { at: at.slice(0, 10) }),
        context: context ?? {},
        selection: read.data.selection,
      },
    ]
  })
}

/** People get the first few; all of them with `--json`. */
const shown = 20

const reason = ({ gone, ruleIds }: BrokenOrder): string =>
  [...gone.map(({ option, value }) => `${option} = ${String(value)} is gone`), ...ruleIds].join(', ')

/** The sentence first, then every broken order with its way out. */
export function orderLines(
  { checked, brokenBefore, repriced, others, broken }: JudgedOrders,
  file: string,
  currency: string,
): string[] {
  const rest = [
    ...(repriced > 0 ? [`${plural(repriced, 'price')} moved`] : []),
    ...(brokenBefore > 0 ? [`${brokenBefore} could not be built before either`] : []),
    ...(others > 0 ? [`${others} of other products not looked at`] : []),
  ]
  if (checked + others === 0) return [`There is no saved order in ${file}.`]
  const sentence =
    broken.length === 0
      ? good(`None of ${plural(checked, 'saved order')} breaks.`)
      : bad(`${broken.length} of ${plural(checked, 'saved order')} can no longer be built.`)
  return [
    rest.length > 0 ? `${sentence} ${rest.join(', ')}.` : sentence,
    ...broken
      .slice(0, shown)
      .flatMap((each) => [
        `  ${file}:${each.line} ${each.id ?? ''}: ${reason(each)}`,
        faint(
          each.repair
            ? `    way out: ${listed(each.repair.change) || 'as it is, without what is gone'} (${money(each.repair.priceDeltaCents, currency, true)})`
            : '    no way out by changing choices',
        ),
      ]),
    ...(broken.length > shown
      ? [faint(`  … and ${broken.length - shown} more (all of them with --json)`)]
      : []),
  ]
}
