import type { DesignSession, DesignView, Session } from '../../session.ts'
import { SavePanel } from '../keeping/SavePanel.tsx'
import { SharePanel } from '../keeping/SharePanel.tsx'
import { Modal } from '../Modal.tsx'
import { OwnPicture } from '../picture/OwnPicture.tsx'
import { PriceBreakdown } from '../PriceBreakdown.tsx'
import { useWords } from '../words.ts'
import { IdeasPanel } from './IdeasPanel.tsx'
import { SearchPanel } from './SearchPanel.tsx'
import type { Finding } from './searching.ts'

/** What can be opened over the design. */
export type DialogKind = 'search' | 'save' | 'share' | 'ideas' | 'price' | 'picture'

/** The dialog that was opened last; it stays while closed, so that the focus finds its way back. */
export function Dialogs({
  kind,
  isOpen,
  session,
  design,
  view,
  onTouch,
  onClose,
}: {
  readonly kind: DialogKind
  readonly isOpen: boolean
  readonly session: Session
  readonly design: DesignSession
  readonly view: DesignView
  /** The picture may turn to an option of a step. */
  readonly onTouch: (step: string, option: string) => void
  readonly onClose: () => void
}) {
  const { t } = useWords()
  const goTo = ({ step, option, value }: Finding) => {
    onClose()
    design.goTo(step)
    onTouch(step, option.id)
    // once the step is there and the dialog has given the focus back
    requestAnimationFrame(() => requestAnimationFrame(() => showOption(option.id, value)))
  }
  if (kind === 'search')
    return <SearchPanel session={design} view={view} isOpen={isOpen} onClose={onClose} onFound={goTo} />
  if (kind === 'share') return <SharePanel session={design} isOpen={isOpen} onClose={onClose} />
  if (kind === 'save')
    return <SavePanel session={session} design={design} view={view} isOpen={isOpen} onClose={onClose} />
  const picture = design.product.package.texts.find((text) => text.kind === 'picture')
  if (kind === 'picture' && picture)
    return (
      <OwnPicture
        shop={session}
        session={design}
        view={view}
        option={picture}
        isOpen={isOpen}
        onClose={onClose}
      />
    )
  if (kind === 'price')
    return (
      <Modal title={t.priceTitle} isOpen={isOpen} onClose={onClose}>
        <PriceBreakdown session={design} view={view} />
      </Modal>
    )
  return <IdeasPanel shop={session} session={design} view={view} isOpen={isOpen} onClose={onClose} />
}

/** Scrolls to an option and gives the focus to the value, or to what is chosen of it. Focus alone chooses nothing. */
function showOption(option: string, value: unknown): void {
  const field = document.querySelector(`[data-option="${CSS.escape(option)}"]`)
  const input =
    field?.querySelector<HTMLElement>(`[data-value="${CSS.escape(String(value))}"] > input`) ??
    field?.querySelector<HTMLElement>('input:checked, input')
  field?.scrollIntoView({ block: 'center', behavior: 'instant' })
  input?.focus({ preventScroll: true })
}
