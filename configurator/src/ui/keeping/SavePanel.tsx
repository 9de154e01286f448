import { useId, useState } from 'react'
import type { FormEvent } from 'react'
import { longestName, saveDesign, savedOf } from '../../sessionLater.ts'
import { savedKey } from '../../session.ts'
import type { DesignSession, DesignView, Session } from '../../session.ts'
import { Link } from '../Link.tsx'
import { Modal } from '../Modal.tsx'
import { Thumbnail } from '../Thumbnail.tsx'
import { useLaterWords } from '../words.ts'
import type { LaterWords } from '../words.ts'

interface Props {
  readonly session: Session
  readonly design: DesignSession
  readonly view: DesignView
}

/** Keeps the design on screen in this browser under a name. */
export function SavePanel({
  isOpen,
  onClose,
  ...props
}: Props & { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { t } = useLaterWords()
  return (
    <Modal title={t.saveThis} isOpen={isOpen} onClose={onClose}>
      <Save {...props} />
    </Modal>
  )
}

function Save({ session, design, view }: Props) {
  const words = useLaterWords()
  const { t } = words
  const id = useId()
  const { package: pkg } = design.product
  const [name, setName] = useState(() => suggestedName(words, design, view))
  const [savedAs, setSavedAs] = useState<string>()
  const save = (event: FormEvent) => {
    event.preventDefault()
    const known = name.trim() || suggestedName(words, design, view)
    saveDesign(
      session.keeper,
      savedOf(pkg, view, { id: session.newId(), name: known, savedAtMs: session.now() }),
    )
    dispatchEvent(new StorageEvent('storage', { key: savedKey }))
    setSavedAs(known)
  }
  return (
    <form className="save" onSubmit={save}>
      <div className="save-what">
        <Thumbnail productId={pkg.id} choices={view.configuration} />
        <strong>{words.money(view.price.totalCents)}</strong>
      </div>
      {savedAs === undefined ? (
        <>
          <div className="field">
            <label htmlFor={id}>{t.saveName}</label>
            <input
              id={id}
              value={name}
              maxLength={longestName}
              autoComplete="off"
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </div>
          <div className="dialog-foot">
            <button type="submit" className="button primary">
              {t.saveIt}
            </button>
          </div>
        </>
      ) : (
        <output>{t.savedAs(savedAs)}</output>
      )}
      <div className="dialog-foot">
        <Link to="/saved" className="button quiet">
          {t.seeSaved}
        </Link>
        {savedAs !== undefined && (
          <Link to={`/compare/${encodeURIComponent(pkg.id)}`} className="button quiet">
            {t.compare}
          </Link>
        )}
      </div>
    </form>
  )
}

/** Names a design by what one sees of it: colours, finish and doors; by the product's name where it has none of them. */
function suggestedName(words: LaterWords, { product }: DesignSession, { configuration }: DesignView): string {
  const seen = product.package.options
    .map(({ id }) => [id, configuration[id]!] as const)
    .filter(([id, value]) => value !== 'none' && /^(?:colour|finish|doors)/.test(id))
    .map(([id, value]) => words.value(product, id, value))
  const { title, id } = product.package
  const names = seen.length > 0 ? [...new Set(seen)] : [title[words.language] ?? title['en'] ?? id]
  return words.list(names).slice(0, longestName)
}
