import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Boundary } from './Boundary.tsx'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import { Link } from './Link.tsx'
import { DrawnPicture, Viewport } from './Viewport.tsx'
import type { Picture } from './Viewport.tsx'
import { useWords } from './words.ts'

/** The two halves of every page with a picture: picture above or left, what the page is about below or right. */
export function Layout({
  header,
  picture,
  skip,
  isForm = false,
  children,
}: {
  readonly header: ReactNode
  readonly picture: Picture | undefined
  readonly skip: string
  /** A form wants the height of a phone for itself: the picture scrolls away with the page. */
  readonly isForm?: boolean
  readonly children: ReactNode
}) {
  const main = useRef<HTMLElement>(null)
  return (
    <>
      <a
        className="skip"
        href="#panel"
        onClick={(event) => {
          // the fragment belongs to designs and tokens
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {skip}
      </a>
      {header}
      <div className="layout" data-form={isForm}>
        {picture ? (
          <Boundary fallback={<DrawnPicture picture={picture} />}>
            <Viewport picture={picture} />
          </Boundary>
        ) : (
          <div className="viewport" aria-hidden="true" />
        )}
        <main id="panel" className="panel" ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  )
}

/** What stands on the screen until the product is there: the same boxes, so nothing jumps. */
export function Shell({ header }: { readonly header: ReactNode }) {
  const { t } = useWords()
  return (
    <>
      {header}
      <div className="layout" aria-busy="true">
        <div className="viewport" />
        <main className="panel">
          <p className="sr-only">{t.loading}</p>
          <div className="skeleton-rows" aria-hidden="true">
            {[0, 1, 2, 3, 4, 5].map((row) => (
              <span key={row} className="skeleton" />
            ))}
          </div>
        </main>
      </div>
    </>
  )
}

/** A page without a picture. */
export function Plain({
  header,
  title,
  icon,
  lead,
  action,
  testId,
  children,
}: {
  readonly header: ReactNode
  readonly title: string
  /** Stands over a page that has nothing to show. */
  readonly icon?: IconName
  readonly lead?: string
  readonly action?: ReactNode
  readonly testId?: string
  readonly children?: ReactNode
}) {
  return (
    <>
      {header}
      <main className="plain" data-testid={testId}>
        {icon && <Icon name={icon} size={40} />}
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
        {children}
        {action}
      </main>
    </>
  )
}

/** The way back to the shop. */
export function HomeLink() {
  const { t } = useWords()
  return (
    <Link to="/" className="button primary">
      {t.theShop}
    </Link>
  )
}

/** Says that the network is away, while it is. */
export function OfflineHint() {
  const { t } = useWords()
  const [isOnline, setOnline] = useState(() => navigator.onLine)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  return isOnline ? null : <output className="offline">{t.offline}</output>
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  const { t } = useWords()
  useEffect(() => {
    document.title = `${title} · ${t.brand}`
  }, [title, t])
}
