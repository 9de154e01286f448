import { useState } from 'react'
import type { DesignSession } from '../session.ts'
import { Modal } from './Modal.tsx'
import { useWords } from './words.ts'

/** A link that holds the whole design: share sheet where there is one, clipboard, or the text itself. */
export function SharePanel({
  session,
  isOpen,
  onClose,
}: {
  readonly session: DesignSession
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { t } = useWords()
  const [isCopied, setCopied] = useState(false)
  const url = isOpen
    ? `${location.origin}/shop/${encodeURIComponent(session.product.package.id)}#${session.link()}`
    : ''
  const close = () => {
    setCopied(false)
    onClose()
  }
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url)
      setCopied(true)
    } catch {
      // no permission: the link stands there to be copied by hand
    }
  }
  return (
    <Modal title={t.shareTitle} isOpen={isOpen} onClose={close}>
      <div className="field">
        <label htmlFor="share-link">{t.linkHere}</label>
        <input id="share-link" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      </div>
      <p className="hint" aria-live="polite">
        {isCopied ? t.linkCopied : ''}
      </p>
      <div className="dialog-foot">
        {'share' in navigator && (
          <button
            type="button"
            className="button quiet"
            onClick={() => void navigator.share({ url }).catch(() => {})}
          >
            {t.share}
          </button>
        )}
        <button type="button" className="button primary" onClick={() => void copy()}>
          {t.linkHere}
        </button>
      </div>
    </Modal>
  )
}
