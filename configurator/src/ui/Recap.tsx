import type { Product, Selection } from '@lot-one/rules'
import { useLaterWords } from './words.ts'

/** The design in words, grouped by step. */
export function Recap({
  product,
  choices,
  texts,
}: {
  readonly product: Product
  readonly choices: Selection
  readonly texts: Readonly<Record<string, string>>
}) {
  const words = useLaterWords()
  const { t, language } = words
  const { steps, texts: textOptions } = product.package
  const written = textOptions.filter((text) => texts[text.id])
  return (
    <dl className="recap">
      {steps
        .filter((step) => step.options.some((id) => choices[id] !== undefined))
        .map((step) => (
          <div key={step.id} className="recap-step">
            <dt>{step.label[language] ?? step.label['en']}</dt>
            {step.options
              .filter((id) => choices[id] !== undefined)
              .map((id) => (
                <dd key={id}>
                  <span className="hint">{product.label(id, language)}</span>{' '}
                  {words.value(product, id, choices[id]!)}
                </dd>
              ))}
          </div>
        ))}
      {written.map((text) => (
        <div key={text.id} className="recap-step">
          <dt>{text.label[language] ?? text.label['en']}</dt>
          <dd>{text.kind === 'picture' ? t.ownPicture : `“${texts[text.id]}”`}</dd>
        </div>
      ))}
    </dl>
  )
}
