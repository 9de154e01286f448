import type { OperationView, OrderView, Product, Selection, Value } from '@lot-one/rules'
import { useEffect, useMemo, useRef, useState } from 'react'
import { changesBetween, openOrderDesign } from '../../sessionLater.ts'
import { ChangeList } from '../ChangeList.tsx'
import { Icon } from '../icons.tsx'
import { LiveRegion } from '../LiveRegion.tsx'
import { Modal } from '../Modal.tsx'
import { OptionField } from '../OptionField.tsx'
import { useStore } from '../store.ts'
import { WordsContext } from '../words.ts'
import type { LaterWords } from '../words.ts'
import { freedomOf } from './freedom.ts'

/**
 * The order's options by the steps of the shop: those still open with every value and what it costs, those in use locked with
 * station and time. Nothing is sent before the new price was shown and agreed to.
 */
export function ChangeForm({
  words,
  order: view,
  product,
  locked,
  wishes,
  isSending,
  problem,
  onWishes,
  onSend,
  onClose,
}: {
  readonly words: LaterWords
  readonly order: OrderView
  readonly product: Product
  readonly locked: readonly string[]
  /** What was chosen before a station took something more. */
  readonly wishes: Selection
  readonly isSending: boolean
  /** Why the last attempt was not taken. */
  readonly problem: string | undefined
  readonly onWishes: (wishes: Selection) => void
  readonly onSend: (selection: Selection) => void
  readonly onClose: () => void
}) {
  const { language, money, delta } = words
  const t = words.t.changing
  const { order } = view
  const [{ session, lost }] = useState(() => {
    const held = Object.fromEntries(locked.map((id) => [id, order.selection[id]!]))
    return openOrderDesign(product, order, held, wishes)
  })
  useEffect(() => () => session.close(), [session])
  const design = useStore(session)
  const changes = changesBetween(
    product,
    order.selection as typeof design.configuration,
    design.configuration,
    {},
  )
  const changeKey = JSON.stringify(changes.map(({ option, to }) => [option, to]))
  useEffect(() => {
    onWishes(Object.fromEntries(JSON.parse(changeKey) as [string, Value][]))
  }, [changeKey, onWishes])
  const [isAsking, setAsking] = useState(false)
  const deltaCents = design.price.totalCents - order.priceCents
  const spoilt = design.textProblems.map(({ text }) => product.label(text, language))

  // here a value is out because of what is already built, not because of a country
  const ownWords = useMemo(
    () => ({ ...words, t: { ...words.t, notHere: () => t.notWithBuilt, impossibleTitle: t.impossible } }),
    [words, t],
  )
  const { steps, options } = product.package
  const named = new Set(steps.flatMap((step) => step.options))
  const nameless = options.filter(({ id }) => !named.has(id)).map(({ id }) => id)
  const top = useRef<HTMLDivElement>(null)
  useEffect(() => top.current?.focus({ preventScroll: true }), [])
  return (
    <div className="change-form" ref={top} tabIndex={-1} data-testid="change-form">
      {lost.length > 0 && (
        <output className="field-error">
          {t.lost(words.list(lost.map((id) => product.label(id, language))))}
        </output>
      )}
      <WordsContext value={ownWords}>
        {steps.map((step, at) => (
          <section key={step.id} className="change-step">
            <h3>{step.label[language] ?? step.label['en']}</h3>
            {[...step.options, ...(at === steps.length - 1 ? nameless : [])].map((id) => {
              const option = options.find((each) => each.id === id && each.role === 'choice')
              if (!option) return null
              const freedom = freedomOf(view, id)
              const value = words.value(product, id, design.configuration[id]!)
              const station = ({ label, station: name }: OperationView) =>
                label[language] ?? label['en'] ?? name
              if (freedom.kind === 'locked')
                return (
                  <p key={id} className="change-row locked" data-option-row={id} data-freedom="locked">
                    <span className="change-name">
                      {product.label(id, language)} <strong>{value}</strong>
                    </span>
                    <span className="hint">
                      <Icon name="lock" size={14} />{' '}
                      {t.lockedAt(words.time(freedom.since), station(freedom.by))}
                    </span>
                  </p>
                )
              return (
                <details
                  key={id}
                  name="change"
                  className="change-row"
                  data-option-row={id}
                  data-freedom="open"
                >
                  <summary>
                    <span className="change-name">
                      {product.label(id, language)}{' '}
                      <strong data-changed={design.configuration[id] !== order.selection[id]}>{value}</strong>
                    </span>
                    <span className="hint">
                      {freedom.until ? t.openUntil(station(freedom.until)) : t.openNow}
                    </span>
                  </summary>
                  <OptionField session={session} view={design} option={option} onTouch={() => {}} />
                </details>
              )
            })}
          </section>
        ))}
        <LiveRegion session={session} view={design} />
      </WordsContext>
      <div className="change-foot">
        {problem !== undefined && (
          <p className="field-error" role="alert" data-testid="change-problem">
            {problem}
          </p>
        )}
        {spoilt.length > 0 && <p className="field-error">{t.textSpoilt(words.list(spoilt))}</p>}
        <p className="change-sum" data-testid="change-sum">
          {changes.length === 0 ? (
            <span className="hint">{t.unchanged}</span>
          ) : (
            <>
              <strong>{money(design.price.totalCents)}</strong> <span>{delta(deltaCents)}</span>
            </>
          )}
        </p>
        <div className="dialog-foot">
          <button type="button" className="button quiet small" onClick={() => onClose()}>
            {t.leave}
          </button>
          {changes.length > 0 && spoilt.length === 0 && (
            <button
              type="button"
              className="button primary small"
              aria-disabled={isSending}
              onClick={() => {
                if (!isSending) setAsking(true)
              }}
            >
              {isSending ? t.sending : t.review}
            </button>
          )}
        </div>
      </div>
      <Modal title={t.ask} isOpen={isAsking} onClose={() => setAsking(false)}>
        <ChangeList product={product} changes={changes} />
        <p data-testid="change-price">
          {deltaCents === 0
            ? t.samePrice(money(order.priceCents))
            : t.newPrice(money(order.priceCents), money(design.price.totalCents), delta(deltaCents))}
        </p>
        <div className="dialog-foot">
          <button type="button" className="button quiet" onClick={() => setAsking(false)}>
            {t.back}
          </button>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              setAsking(false)
              onSend(Object.fromEntries(changes.map(({ option, to }) => [option, to])))
            }}
          >
            {t.confirm(money(design.price.totalCents))}
          </button>
        </div>
      </Modal>
    </div>
  )
}
