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
    if (line.option !== undefined) {
      const value = view.configuration[line.option]!
      const option = product.label(line.option, language)
      // a switch that costs something is on: its name says it all
      return typeof value === 'boolean' ? [option] : [option, words.value(product, line.option, value)]
    }
    const label = [...product.package.priceTerms, ...product.package.texts].find(
      (term) => term.id === line.id,
    )?.label
    return [label?.[language] ?? label?.['en'] ?? line.id]
  }
  // what every unit costs comes first, then what she chose, then what follows from it
  const base = product.package.priceTerms[0]?.id
  const rank = (line: { id: string; option?: string }) =>
    line.option !== undefined ? 1 : line.id === base ? 0 : 2
  const lines = view.price.lines.toSorted((a, b) => rank(a) - rank(b))
  return (
    <table className="breakdown">
      <caption className="sr-only">{t.showPrice}</caption>
      <tbody>
        {lines.map((line) => {
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
