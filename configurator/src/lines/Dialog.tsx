import { useEffect, useId, useRef } from 'react'
import type { ReactNode } from 'react'
import { Icon } from '../ui/icons.tsx'
import { useDeskWords } from './words.ts'

/** A modal dialog on the platform's own `<dialog>`. */
export function Dialog({
  title,
  isOpen,
  onClose,
  isWide = false,
  children,
}: {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isWide?: boolean
  readonly children: ReactNode
}) {
  const { t } = useDeskWords()
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    if (isOpen && element?.open === false) element.showModal()
    if (!isOpen && element?.open) element.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} aria-labelledby={id} data-wide={isWide} onClose={onClose}>
      <div className="dialog-body">
        <div className="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="icon-button" aria-label={t.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {isOpen && children}
      </div>
    </dialog>
  )
}

/** Asks before something is done, and says what it means. */
export function Question({
  title,
  text,
  yes,
  isOpen,
  onClose,
  onYes,
}: {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onYes: () => void
}) {
  const { t } = useDeskWords()
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <p>{text}</p>
      <div className="dialog-foot">
        <button type="button" className="button quiet" onClick={onClose}>
          {t.no}
        </button>
        <button
          type="button"
          className="button"
          data-testid="yes"
          onClick={() => {
            onClose()
            onYes()
          }}
        >
          {yes}
        </button>
      </div>
    </Dialog>
  )
}
