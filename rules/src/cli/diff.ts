/** `rules diff OLD NEW`: what an edit loses, gains and makes dearer or cheaper. */
import { judgeOrders } from '../brokenOrders.ts'
import type { OrderSide } from '../brokenOrders.ts'
import { difference } from '../difference.ts'
import type { Example } from '../difference.ts'
import { knownOrder } from '../lock.ts'
import type { ProductModel } from '../model.ts'
import { createLazyMachine } from '../lazyMachine.ts'
import { openProduct } from '../openProduct.ts'
import { packageOf } from '../package.ts'
import type { Product } from '../product.ts'
import { compileOrFail, load, WrongCall, WrongRules } from './call.ts'
import type { Answer, Call } from './call.ts'
import { orderLines, readOrders } from './orders.ts'
import { bad, faint, good, grouped, listed, money, plural, strong, table } from './paint.ts'

const shown = (title: string, example: Example | undefined): string[] =>
  example ? [`${title} (because of ${example.because}):`, faint(`  ${listed(example.product)}`)] : []

/** The order of variables that a lock knows for about these rules. */
function orderOf(model: ProductModel, file: string, at: string | undefined): readonly string[] | undefined {
  const { order, near } = knownOrder(model, file, at)
  return order ?? near
}

/** Products of a model by order date, compiled once each. */
function opened(model: ProductModel, file: string, at: string | undefined): OrderSide {
  const products = new Map<string | undefined, Product>()
  const on = (day: string | undefined): Product => {
    const known = products.get(day ?? at)
    if (known) return known
    const product = openProduct(packageOf(model, compileOrFail(model, file, day ?? at)), createLazyMachine)
    products.set(day ?? at, product)
    return product
  }
  return { model, on }
}

/** Runs the command. Losing products is no error; exit code 1 is for rules that are wrong and saved orders that break. */
export function diff(call: Call): Answer {
  if (call.files.length !== 2)
    throw new WrongCall(`diff takes two rule files, found ${call.files.length}: rules diff OLD NEW`)
  const [old, next] = call.files.map(load)
  const problems = [...old!.problems, ...next!.problems]
  if (!old!.model || !next!.model) throw new WrongRules(problems)
  const orders = call.orders === undefined ? undefined : readOrders(call.orders)
  const { lost, gained, lostExample, gainedExample, pricesChanged } = difference(
    old!.model,
    next!.model,
    call.at,
    orderOf(old!.model, call.files[0]!, call.at) ?? orderOf(next!.model, call.files[1]!, call.at),
  )
  const { currency } = next!.model
  const amounts = (cents: readonly number[]) =>
    cents.map((each) => money(each, currency)).join(', ') || 'not there'
  const lines = [
    strong(
      lost === 0n && gained === 0n
        ? 'The same products can be built.'
        : `${lost > 0n ? bad(`${grouped(lost)} lost`) : good('nothing lost')}, ${gained > 0n ? good(`${grouped(gained)} gained`) : 'nothing gained'}.`,
    ),
    ...shown('Lost, for example', lostExample),
    ...shown('Gained, for example', gainedExample),
  ]
  if (pricesChanged.length > 0) {
    lines.push(`${plural(pricesChanged.length, 'price')} moved:`)
    lines.push(
      table(
        pricesChanged.map((change) =>
          'term' in change
            ? [change.term, amounts(change.oldCents), '→', amounts(change.newCents)]
            : [
                `${change.option} = ${String(change.value)}`,
                money(change.oldCents, currency),
                '→',
                money(change.newCents, currency),
              ],
        ),
      ),
    )
  }
  const judged =
    orders &&
    judgeOrders(
      orders,
      opened(old!.model, call.files[0]!, call.at),
      opened(next!.model, call.files[1]!, call.at),
    )
  if (judged) lines.push(...orderLines(judged, call.orders!, currency))
  return {
    code: judged && judged.broken.length > 0 ? 1 : 0,
    json: {
      lost: lost.toString(),
      gained: gained.toString(),
      lostExample: lostExample?.product ?? null,
      gainedExample: gainedExample?.product ?? null,
      pricesChanged,
      ...(judged && { orders: judged }),
    },
    text: lines.join('\n'),
  }
}
