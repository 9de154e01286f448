import type { Value } from '@lot-one/rules'
import { useEffect, useEffectEvent, useId, useRef } from 'react'
import type { ConflictView, DesignSession, DesignView } from '../session.ts'
import { ChangeList } from './ChangeList.tsx'
import { Icon } from './icons.tsx'
import { useWords } from './words.ts'

/** Why a wish does not fit, what it clashes with, and the cheapest ways out: each is one tap. */
export function ConflictPanel({
  session,
  view,
  conflict,
  focus,
  onClosed,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly conflict: ConflictView
  /** Whether the panel takes the focus when it opens. */
  readonly focus: boolean
  readonly onClosed?: () => void
}) {
  const words = useWords()
  const { t, language } = words
  const { product } = session
  const id = useId()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (focus) panel.current?.focus({ preventScroll: true })
    panel.current?.scrollIntoView({ block: 'nearest', behavior: 'instant' })
  }, [focus])
  const close = (act: () => void) => {
    act()
    requestAnimationFrame(() => onClosed?.())
  }
  const leave = useEffectEvent(() => close(() => session.keep()))
  useEffect(() => {
    const element = panel.current
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') leave()
    }
    element?.addEventListener('keydown', onKey)
    return () => element?.removeEventListener('keydown', onKey)
  }, [])

  const place = Object.entries(conflict.values)
    .filter(([option]) => product.package.options.some((o) => o.id === option && o.role === 'context'))
    .map(([option, value]) => words.value(product, option, value))
    .join(', ')
  const wish = conflict.option === undefined ? '' : words.value(product, conflict.option, conflict.value!)
  const named =
    conflict.option === undefined
      ? ''
      : nameOf(product.label(conflict.option, language), wish, conflict.value!, t)
  const isImpossible = conflict.option !== undefined && conflict.repairs.length === 0
  const title =
    conflict.about === 'context'
      ? t.contextTitle(place)
      : conflict.about === 'restored'
        ? t.restoredTitle
        : isImpossible
          ? t.impossibleTitle(named, place)
          : t.conflictTitle(named)
  const sentences = [...new Set(conflict.reasons.flatMap((reason) => reason.ruleIds))].map((ruleId) =>
    words.sentence(product, ruleId, conflict.values),
  )
  const clashing = [...new Map(conflict.reasons.flatMap((reason) => Object.entries(reason.choices)))].filter(
    ([option]) => option !== conflict.option,
  )
  return (
    <section
      ref={panel}
      className="conflict"
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-why`}
      data-testid="conflict"
      data-about={conflict.about}
    >
      <h3 id={`${id}-title`}>
        <Icon name="alert" size={18} /> {title}
      </h3>
      <div id={`${id}-why`} className="conflict-why">
        {sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      {clashing.length > 0 && !isImpossible && (
        <p className="conflict-with">
          <span>{t.becauseOf}</span>
          {clashing.map(([option, value]) => (
            <span key={option} className="pick">
              {product.label(option, language)}: {words.value(product, option, value)}
            </span>
          ))}
        </p>
      )}
      {conflict.repairs.length > 0 ? (
        <>
          <p className="conflict-ways">{conflict.option === undefined ? t.waysOutDesign : t.waysOut}</p>
          <ul className="ways">
            {conflict.repairs.map(({ repair, changes }) => (
              <li key={JSON.stringify(repair.change)}>
                <button
                  type="button"
                  className="way"
                  data-testid="repair"
                  onClick={() => close(() => session.takeRepair(repair))}
                >
                  <ChangeList product={product} changes={changes} />
                  <span className="way-price">{words.delta(repair.priceDeltaCents)}</span>
                  <span className="way-take">{t.takeThis}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        !isImpossible && <p>{t.noWayOut}</p>
      )}
      <div className="conflict-rest">
        {conflict.elsewhere.map((context) => (
          <button
            key={JSON.stringify(context)}
            type="button"
            className="button quiet small"
            onClick={() => close(() => session.chooseElsewhere(context))}
          >
            {t.chooseIn(
              Object.entries(context)
                .map(([option, value]) => words.value(product, option, value))
                .join(', '),
            )}
          </button>
        ))}
        <button
          type="button"
          className="button quiet small"
          data-testid="keep"
          onClick={() => close(() => session.keep())}
        >
          {conflict.about === 'restored' && !view.canUndo ? t.startFresh : t.keepIt}
        </button>
      </div>
    </section>
  )
}

/** A switch has no value's name worth saying: there the option's own name stands for it. */
function nameOf(option: string, valueLabel: string, value: Value, t: { yes: string; no: string }): string {
  if (typeof value === 'boolean') return `${option}: ${value ? t.yes : t.no}`
  return typeof value === 'number' ? `${option} ${valueLabel}` : valueLabel
}
