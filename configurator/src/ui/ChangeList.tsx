import type { Product } from '@lot-one/rules'
import type { Change } from '../session.ts'
import { Icon } from './icons.tsx'
import { useWords } from './words.ts'

/** What a step changes: option, the value it had, the value it gets. */
export function ChangeList({
  product,
  changes,
}: {
  readonly product: Product
  readonly changes: readonly Change[]
}) {
  const words = useWords()
  const { language } = words
  return (
    <span className="changes">
      {changes.map(({ option, from, to }) => (
        <span key={option} className="change">
          <span className="change-option">{product.label(option, language)}</span>
          <span className="change-values">
            <s>{words.value(product, option, from)}</s>
            <Icon name="arrow" size={14} />
            <strong>{words.value(product, option, to)}</strong>
          </span>
        </span>
      ))}
    </span>
  )
}
