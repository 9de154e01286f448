import { useState } from 'react'
import type { DesignSession, DesignView } from '../session.ts'
import { Icon } from './icons.tsx'
import { vatPercent } from './vat.ts'
import { useWords } from './words.ts'

/** The bar under the thumb: total, exact number of designs left, undo and redo, share, order. */
export function BuyBar({
  session,
  view,
  onOrder,
  onShare,
  onIdeas,
  onPrice,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly onOrder: () => void
  readonly onShare: () => void
  readonly onIdeas: () => void
  readonly onPrice: () => void
}) {
  const words = useWords()
  const { t } = words
  const vat = vatPercent(session, view)
  return (
    <div className="bar" data-testid="bar">
      <div className="bar-row">
        <DesignsLeft count={view.count} />
        <div className="bar-tools">
          <button
            type="button"
            className="icon-button"
            aria-label={t.undo}
            aria-disabled={!view.canUndo}
            onClick={() => session.undo()}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t.redo}
            aria-disabled={!view.canRedo}
            onClick={() => session.redo()}
          >
            <Icon name="redo" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t.share}
            aria-haspopup="dialog"
            onClick={onShare}
          >
            <Icon name="share" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t.ideas}
            aria-haspopup="dialog"
            onClick={onIdeas}
          >
            <Icon name="spark" />
          </button>
        </div>
      </div>
      <div className="bar-row">
        <button type="button" className="total" aria-haspopup="dialog" onClick={onPrice}>
          <span className="sr-only">{t.total} </span>
          <span className="total-money" data-testid="total">
            {words.money(view.price.totalCents)}
          </span>
          <span className="total-vat">
            {vat === undefined ? t.vatFree : t.inclVat(words.percent(vat))} <Icon name="chevron" size={14} />
          </span>
          <span className="sr-only">. {t.showPrice}</span>
        </button>
        <button type="button" className="button primary" onClick={onOrder}>
          <span className="wide-only">{t.orderThis}</span>
          <span className="narrow-only">{t.order}</span>
        </button>
      </div>
    </div>
  )
}

/** How many designs contain what was chosen: said in words where there are many, to the last one on a tap. */
function DesignsLeft({ count }: { readonly count: bigint }) {
  const words = useWords()
  const { t } = words
  const [isExact, setExact] = useState(false)
  const [exact, said] = [words.number(count), words.roughly(count)]
  const text = t.designsLeft(said, Number(count))
  if (exact === said)
    return (
      <p className="count" data-testid="count">
        {text}
      </p>
    )
  return (
    <button
      type="button"
      className="count"
      data-testid="count"
      data-count={String(count)}
      aria-expanded={isExact}
      onClick={() => setExact(!isExact)}
    >
      <span className="count-said">{text}</span>
      {isExact && <span>{t.designsExactly(exact)}</span>}
    </button>
  )
}
