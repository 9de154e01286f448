import type { Product } from '@lot-one/rules'
import type { Change } from '../session.ts'
import { useWords } from './words.ts'

/** What a step changes: option, the value it had, the value it gets. */
export function ChangeList({
  product,
  changes,
}: {
  readonly product: Product
  readonly changes: readonly Change[]
}) {
  const { language } = useWords()
  return (
    <span className="changes">
      {changes.map(({ option, from, to }) => (
        <span key={option} className="change">
          <span className="change-option">{product.label(option, language)}</span>
          <span className="change-values">
            <s>{product.valueLabel(option, from, language)}</s>
            <span aria-hidden="true"> → </span>
            <strong>{product.valueLabel(option, to, language)}</strong>
          </span>
        </span>
      ))}
    </span>
  )
}
