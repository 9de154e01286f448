import { useMemo } from 'react'
import type { DesignSession, DesignView, Session } from '../../session.ts'
import { changesBetween, cheapestDesign, surpriseDesign } from '../../sessionLater.ts'
import { ChangeList } from '../ChangeList.tsx'
import { Icon } from '../icons.tsx'
import { Link } from '../Link.tsx'
import { Modal } from '../Modal.tsx'
import { useLaterWords } from '../words.ts'

/** Whole designs to go on from: one at random, the cheapest with the same choices, and the way to comparing. */
export function IdeasPanel({
  shop,
  session,
  view,
  isOpen,
  onClose,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { t } = useLaterWords()
  return (
    <Modal title={t.ideasTitle} isOpen={isOpen} onClose={onClose}>
      <Ideas shop={shop} session={session} view={view} onDone={onClose} />
    </Modal>
  )
}

function Ideas({
  shop,
  session,
  view,
  onDone,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
  readonly onDone: () => void
}) {
  const words = useLaterWords()
  const { t } = words
  const { product } = session
  const { design } = view
  const cheapest = useMemo(() => cheapestDesign(product, design), [product, design])
  const take = (selection: typeof design.selection, from: 'surprise' | 'cheapest') => {
    session.take({ design: { ...design, selection }, current: true, unknown: [], nameless: 0 }, from)
    onDone()
    // the picture and what was taken, from the top
    requestAnimationFrame(() => document.querySelector('.panel')?.scrollIntoView({ behavior: 'instant' }))
  }
  const changes = cheapest && changesBetween(product, view.configuration, cheapest.configuration, {})
  return (
    <ul className="ideas">
      <li className="idea">
        <button
          type="button"
          className="idea-row"
          data-testid="surprise"
          onClick={() => take(surpriseDesign(product, design.context, shop.random), 'surprise')}
        >
          <IdeaText icon="spark" title={t.surprise} hint={t.surpriseHint} />
        </button>
      </li>
      <li className="idea">
        <div className="idea-row">
          <IdeaText icon="coin" title={t.cheapest} hint={cheapest ? t.cheapestHint : t.cheapestAlready} />
        </div>
        {cheapest && changes && (
          <div className="idea-act">
            <details className="more" open={changes.length <= 4}>
              <summary>
                {t.cheapestSaves(words.money(view.designCents - cheapest.cents))} ·{' '}
                {t.cheapestChanges(changes.length)}
              </summary>
              <ChangeList product={product} changes={changes} />
            </details>
            <button
              type="button"
              className="button quiet"
              data-testid="cheapest"
              onClick={() => take(cheapest.selection, 'cheapest')}
            >
              {t.cheapestTake(words.money(view.price.totalCents - view.designCents + cheapest.cents))}
            </button>
          </div>
        )}
      </li>
      <li className="idea">
        <Link to={`/compare/${encodeURIComponent(product.package.id)}`} className="idea-row">
          <IdeaText icon="columns" title={t.compare} hint={t.compareHint} />
        </Link>
      </li>
    </ul>
  )
}

function IdeaText({
  icon,
  title,
  hint,
}: {
  readonly icon: 'spark' | 'coin' | 'columns'
  readonly title: string
  readonly hint: string
}) {
  return (
    <>
      <span className="idea-icon">
        <Icon name={icon} />
      </span>
      <span className="idea-text">
        <strong>{title}</strong>
        <span className="hint">{hint}</span>
      </span>
    </>
  )
}
