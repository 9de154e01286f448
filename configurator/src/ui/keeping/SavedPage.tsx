import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { dropDesign, longestName, restoreDesigns, saveDesign, savedDesigns } from '../../sessionLater.ts'
import type { SavedDesign } from '../../sessionLater.ts'
import type { ProductEntry, Session } from '../../session.ts'
import { Icon } from '../icons.tsx'
import { HomeLink, Plain, useTitle } from '../Layout.tsx'
import { Link } from '../Link.tsx'
import { navigate } from '../route.ts'
import { Thumbnail } from '../Thumbnail.tsx'
import { useLaterWords } from '../words.ts'

/** Every design this browser keeps: picture, name, price and date; open, rename, compare, remove and bring back. */
export function SavedPage({
  header,
  session,
  products,
}: {
  readonly header: ReactNode
  readonly session: Session
  readonly products: readonly ProductEntry[]
}) {
  const { t } = useLaterWords()
  const [list, setList] = useState(() => savedDesigns(session.keeper))
  const [removed, setRemoved] = useState<{ name: string; before: readonly SavedDesign[] }>()
  useTitle(t.mySaved)
  const remove = (saved: SavedDesign) => {
    setRemoved({ name: saved.name, before: list })
    setList(dropDesign(session.keeper, saved.id))
  }
  return (
    <Plain
      header={header}
      title={t.mySaved}
      lead={list.length > 0 ? t.savedLead : t.savedEmptyLead}
      {...(list.length === 0 && { icon: 'heart' })}
      action={<HomeLink />}
    >
      <div className="removed" aria-live="polite">
        {removed && (
          <>
            <span>{t.removed(removed.name)}</span>
            <button
              type="button"
              className="button quiet small"
              data-testid="restore"
              onClick={() => {
                setList(restoreDesigns(session.keeper, removed.before))
                setRemoved(undefined)
              }}
            >
              <Icon name="undo" size={16} /> {t.undo}
            </button>
          </>
        )}
      </div>
      <ul className="saved-list">
        {list.map((saved) => (
          <Saved
            key={saved.id}
            saved={saved}
            isOnSale={products.length === 0 || products.some(({ id }) => id === saved.productId)}
            onOpen={() => {
              session.open(saved)
              navigate(`/shop/${encodeURIComponent(saved.productId)}`)
            }}
            onRename={(name) => setList(saveDesign(session.keeper, { ...saved, name }))}
            onRemove={() => remove(saved)}
          />
        ))}
      </ul>
    </Plain>
  )
}

function Saved({
  saved,
  isOnSale,
  onOpen,
  onRename,
  onRemove,
}: {
  readonly saved: SavedDesign
  readonly isOnSale: boolean
  readonly onOpen: () => void
  readonly onRename: (name: string) => void
  readonly onRemove: () => void
}) {
  const words = useLaterWords()
  const { t } = words
  const pencil = useRef<HTMLButtonElement>(null)
  const [isNaming, setNaming] = useState(false)
  const done = (name: string) => {
    setNaming(false)
    if (name.trim() && name.trim() !== saved.name) onRename(name.trim())
    requestAnimationFrame(() => pencil.current?.focus())
  }
  return (
    <li className="saved" data-testid="saved">
      <button
        type="button"
        className="saved-open"
        aria-label={t.openSaved(saved.name)}
        disabled={!isOnSale}
        onClick={onOpen}
      >
        <Thumbnail productId={saved.productId} choices={{ ...saved.configuration, ...saved.design.texts }} />
      </button>
      <div className="saved-text">
        {isNaming ? (
          <input
            aria-label={t.saveName}
            className="saved-naming"
            defaultValue={saved.name}
            maxLength={longestName}
            // she asked to type here by tapping the pencil
            ref={(input) => input?.focus()}
            onBlur={(event) => done(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') done(event.currentTarget.value)
              if (event.key === 'Escape') done(saved.name)
            }}
          />
        ) : (
          <h2>{saved.name}</h2>
        )}
        <p className="saved-price">{words.moneyOf(saved.priceCents, saved.currency)}</p>
        <p className="hint">{isOnSale ? t.savedOn(words.moment(saved.savedAt)) : t.notForSale}</p>
        <div className="saved-tools">
          {isOnSale && (
            <Link
              to={`/compare/${encodeURIComponent(saved.productId)}#b=${saved.id}`}
              className="icon-button"
              label={`${t.compare}: ${saved.name}`}
            >
              <Icon name="columns" />
            </Link>
          )}
          <button
            ref={pencil}
            type="button"
            className="icon-button"
            aria-label={t.rename(saved.name)}
            onClick={() => setNaming(true)}
          >
            <Icon name="pencil" />
          </button>
          <button type="button" className="icon-button" aria-label={t.remove(saved.name)} onClick={onRemove}>
            <Icon name="bin" />
          </button>
          {/* the picture is the button, and it reaches over the whole card */}
          {isOnSale && <Icon name="arrow" />}
        </div>
      </div>
    </li>
  )
}
