import type { ReactNode } from 'react'
import { navigate } from './route.ts'

/** A link within the page: goes there without loading, and is still a link for everything else a browser does with one. */
export function Link({
  to,
  className,
  label,
  isHere = false,
  children,
}: {
  readonly to: string
  readonly className?: string
  /** What it is called where its content does not say so. */
  readonly label?: string
  /** It leads to what is on show already. */
  readonly isHere?: boolean
  readonly children: ReactNode
}) {
  return (
    <a
      className={className}
      href={to}
      aria-label={label}
      aria-current={isHere ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        navigate(to)
      }}
    >
      {children}
    </a>
  )
}
