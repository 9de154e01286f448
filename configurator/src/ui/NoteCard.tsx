import type { DesignSession, DesignView, Note } from '../session.ts'
import { ChangeList } from './ChangeList.tsx'
import { Icon } from './icons.tsx'
import { useWords } from './words.ts'

/** Says what the shop has changed beyond what was tapped, with one tap back. */
export function NoteCard({
  session,
  view,
  note,
}: {
  readonly session: DesignSession
  readonly view: DesignView
  readonly note: Note
}) {
  const words = useWords()
  const { t } = words
  return (
    <div className="note" data-testid="note" data-kind={note.kind}>
      {note.kind === 'opened' ? (
        <p>
          {note.unknown.length > 0
            ? t.openedWithout(words.list(note.unknown))
            : note.nameless > 0
              ? t.openedNameless(note.nameless)
              : t.opened}{' '}
          {note.oldPriceCents !== undefined &&
            note.oldPriceCents !== view.price.totalCents &&
            t.priceWas(words.money(note.oldPriceCents), words.money(view.price.totalCents))}
        </p>
      ) : (
        <p className="note-title">
          {note.kind === 'taken' ? t.taken[note.from] : note.kind === 'repaired' ? t.changed : t.followed}
          <span className="note-price">{words.delta(note.deltaCents)}</span>
        </p>
      )}
      {view.canUndo && (
        <button type="button" className="button quiet small" onClick={() => session.undo()}>
          <Icon name="undo" size={16} /> {t.undo}
        </button>
      )}
      <button
        type="button"
        className="icon-button small"
        aria-label={t.dismiss}
        onClick={() => session.dismissNote()}
      >
        <Icon name="close" size={16} />
      </button>
      {'changes' in note && <ChangeList product={session.product} changes={note.changes} />}
    </div>
  )
}
