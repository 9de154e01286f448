import { useMemo, useState } from 'react'
import type { DesignSession } from '../../session.ts'
import { Modal } from '../Modal.tsx'
import { useLaterWords } from '../words.ts'
import { qrOf } from './qr.ts'

/** A link that holds the whole design: share sheet where there is one, clipboard, the text itself, and a code for a phone's camera. */
export function SharePanel({
  session,
  isOpen,
  onClose,
}: {
  readonly session: DesignSession
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { t } = useLaterWords()
  return (
    <Modal title={t.shareTitle} isOpen={isOpen} onClose={onClose}>
      <Share session={session} />
    </Modal>
  )
}

function Share({ session }: { readonly session: DesignSession }) {
  const { t } = useLaterWords()
  const [isCopied, setCopied] = useState(false)
  const url = `${location.origin}/shop/${encodeURIComponent(session.product.package.id)}#${session.link()}`
  const code = useMemo(() => qrOf(url), [url])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url)
      setCopied(true)
    } catch {
      // no permission: the link stands there to be copied by hand
    }
  }
  return (
    <>
      <p className="lead">{t.shareLead}</p>
      <div className="field">
        <label htmlFor="share-link">{t.linkLabel}</label>
        <input
          id="share-link"
          dir="ltr"
          readOnly
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <div className="dialog-foot">
        {'share' in navigator && (
          <button
            type="button"
            className="button quiet"
            onClick={() => void navigator.share({ url }).catch(() => {})}
          >
            {t.shareWith}
          </button>
        )}
        <button type="button" className="button primary" onClick={() => void copy()}>
          {isCopied ? t.linkCopied : t.linkHere}
        </button>
      </div>
      <p className="sr-only" aria-live="polite">
        {isCopied ? t.linkCopied : ''}
      </p>
      <figure className="qr">
        <svg viewBox={`0 0 ${code.size} ${code.size}`} aria-hidden="true" data-testid="qr">
          <rect width={code.size} height={code.size} fill="#fff" />
          <path d={code.path} fill="#000" shapeRendering="crispEdges" />
        </svg>
        <figcaption>
          <strong>{t.onPhone}</strong>
          <span className="hint">{t.onPhoneHint}</span>
        </figcaption>
      </figure>
    </>
  )
}
