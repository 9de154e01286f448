import type { DesignSession, DesignView } from '../session.ts'
import { vatPercent } from './vat.ts'
import { useWords } from './words.ts'

/** Every line of the price; they add up to the total exactly. */
export function PriceBreakdown({
  session,
  view,
}: {
  readonly session: DesignSession
  readonly view: DesignView
}) {
  const words = useWords()
  const { t, language, money } = words
  const { product } = session
  const vat = vatPercent(session, view)
  const name = (line: { id: string; option?: string }) => {
    if (line.option !== undefined)
      return [
        product.label(line.option, language),
        words.value(product, line.option, view.configuration[line.option]!),
      ]
    const label = [...product.package.priceTerms, ...product.package.texts].find(
      (term) => term.id === line.id,
    )?.label
    return [label?.[language] ?? label?.['en'] ?? line.id]
  }
  return (
    <table className="breakdown">
      <caption className="sr-only">{t.showPrice}</caption>
      <tbody>
        {view.price.lines.map((line) => {
          const [label, value] = name(line)
          return (
            <tr key={line.id}>
              <th scope="row">
                {label}
                {value !== undefined && <span className="hint"> {value}</span>}
              </th>
              <td>{money(line.cents)}</td>
            </tr>
          )
        })}
      </tbody>
      <tfoot>
        <tr className="breakdown-total">
          <th scope="row">{t.total}</th>
          <td>{money(view.price.totalCents)}</td>
        </tr>
        {vat !== undefined && (
          <tr className="hint">
            <th scope="row">{t.vatContained(words.percent(vat))}</th>
            <td>{money(containedVat(view.price.totalCents, vat))}</td>
          </tr>
        )}
      </tfoot>
    </table>
  )
}

/** VAT contained in a gross amount, rounded once to the minor unit. */
function containedVat(grossCents: number, percent: number): number {
  return Math.round((grossCents * percent) / (100 + percent))
}
