import { isTextOffered } from '@lot-one/rules'
import type { TextOptionView } from '@lot-one/rules'
import { useId } from 'react'
import type { DesignSession, DesignView } from '../session.ts'
import { needsOf } from './needs.ts'
import { useWords } from './words.ts'

/** A text the shopper writes (an engraving): checked as it is typed, shown with what it needs when it cannot be had yet. */
export function TextField({
  session,
  view,
  text,
  onTouch,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly text: TextOptionView
  readonly onTouch: (option: string) => void
}) {
  const words = useWords()
  const { t, language } = words
  const id = useId()
  const { product } = session
  const written = view.design.texts[text.id] ?? ''
  const fits = isTextOffered(text, view.configuration)
  const isRefused = view.textProblems.some((p) => p.text === text.id && p.reason !== 'notOffered')
  return (
    <div className="text-option" data-option={text.id} data-state={fits ? 'open' : 'waiting'}>
      <label htmlFor={id}>
        <span className="option-name">{text.label[language] ?? text.label['en']}</span>
        <span className="option-value">
          {text.priceCents > 0 ? words.delta(text.priceCents) : t.optional}
        </span>
      </label>
      {fits ? (
        <>
          <input
            id={id}
            type="text"
            value={written}
            maxLength={text.maxLength}
            autoComplete="off"
            aria-invalid={isRefused || undefined}
            aria-describedby={`${id}-help`}
            onFocus={() => onTouch(text.id)}
            onChange={(event) => session.write(text.id, event.currentTarget.value)}
          />
          <p id={`${id}-help`} className={isRefused ? 'field-error' : 'hint'}>
            {isRefused ? t.textRefused : t.charactersLeft(text.maxLength - Array.from(written).length)}
          </p>
        </>
      ) : (
        <p className="hint">{t.textNeeds(needsOf(words, product, text).join(', '))}</p>
      )}
    </div>
  )
}
