import { useDeferredValue, useEffect, useId, useMemo, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { DesignSession, DesignView } from '../../session.ts'
import { Modal } from '../Modal.tsx'
import { markOf } from '../mark.ts'
import { useLaterWords } from '../words.ts'
import { indexOf } from './searching.ts'
import type { Finding } from './searching.ts'

/** How many findings are shown: more say that another word is needed. */
const shown = 30

/** Finds an option or a value by name and goes to it; nothing is chosen by finding. */
export function SearchPanel({
  session,
  view,
  isOpen,
  onClose,
  onFound,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onFound: (finding: Finding) => void
}) {
  const { t } = useLaterWords()
  return (
    <Modal title={t.searchTitle} isOpen={isOpen} onClose={onClose}>
      <Search session={session} view={view} onFound={onFound} />
    </Modal>
  )
}

function Search({
  session,
  view,
  onFound,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly onFound: (finding: Finding) => void
}) {
  const words = useLaterWords()
  const { t, language } = words
  const { product } = session
  const id = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const search = useMemo(
    () => indexOf(product, language, (option, value) => words.value(product, option, value)),
    [product, language, words],
  )
  const asked = useDeferredValue(query)
  const found = useMemo(() => search(asked), [search, asked])
  const list = found.slice(0, shown)
  const here = Math.min(at, list.length - 1)
  useEffect(() => {
    document.getElementById(`${id}-${here}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, here])

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && list.length > 0) {
      event.preventDefault()
      setAt((here + step + list.length) % list.length)
    }
    const finding = list[here]
    if (event.key === 'Enter' && finding) {
      event.preventDefault()
      onFound(finding)
    }
  }
  const stepName = (stepId: string) => {
    const label = product.package.steps.find((step) => step.id === stepId)?.label
    return label?.[language] ?? label?.['en'] ?? ''
  }
  return (
    <div className="search">
      <div className="field">
        <label htmlFor={`${id}-query`}>{t.searchLabel}</label>
        <input
          // the dialog looks for this attribute when it opens; React only focuses once, before that
          ref={(input) => input?.setAttribute('autofocus', '')}
          id={`${id}-query`}
          type="text"
          role="combobox"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="go"
          aria-expanded={list.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          {...(list.length > 0 && { 'aria-activedescendant': `${id}-${here}` })}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <p className="hint" aria-live="polite">
        {query.trim() === ''
          ? t.searchExample
          : found.length === 0
            ? t.searchNone(query.trim())
            : t.searchFound(found.length)}
      </p>
      {/* the combobox pattern (ARIA APG): suggestions that carry more than the text of an <option> */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div className="findings" role="listbox" id={`${id}-list`} aria-label={t.searchTitle}>
        {list.map((finding, i) => {
          const { option, value } = finding
          const mark =
            value === undefined
              ? undefined
              : markOf(words, session, view, option, value, view.configuration[option.id]!)
          return (
            // the listbox's own pattern: the field keeps the focus and answers the keys
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={`${option.id}=${String(value)}`}
              id={`${id}-${i}`}
              className="finding"
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
              role="option"
              tabIndex={-1}
              aria-selected={i === here}
              data-found={value === undefined ? option.id : `${option.id}=${String(value)}`}
              onClick={() => onFound(finding)}
            >
              <span>
                <strong>
                  {value === undefined
                    ? product.label(option.id, language)
                    : words.value(product, option.id, value)}
                </strong>
                <span className="hint">
                  {value === undefined
                    ? t.searchIn(stepName(finding.step))
                    : product.label(option.id, language)}
                </span>
              </span>
              {mark && <span className="finding-mark">{mark.text}</span>}
            </div>
          )
        })}
      </div>
    </div>
  )
}
