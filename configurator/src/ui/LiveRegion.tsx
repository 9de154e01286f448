import { useState } from 'react'
import type { DesignSession, DesignView } from '../session.ts'
import { useWords } from './words.ts'

/** Says politely what a tap has done: the new total and count, or why it does not fit. Silent until something changed. */
export function LiveRegion({
  session,
  view,
}: {
  readonly session: DesignSession
  readonly view: DesignView
}) {
  const words = useWords()
  const { t, money, roughly } = words
  const [{ before, said }, setState] = useState({ before: view, said: '' })
  if (before !== view) setState({ before: view, said: newsOf() ?? said })

  function newsOf(): string | undefined {
    if (view.conflict) {
      if (view.conflict === before.conflict) return undefined
      const { reasons, values } = view.conflict
      const ruleId = reasons[0]?.ruleIds[0]
      return ruleId === undefined
        ? undefined
        : t.clashAnnounced(words.sentence(session.product, ruleId, values))
    }
    if (view.design === before.design) return undefined
    return t.announceTotal(money(view.price.totalCents), roughly(view.count))
  }

  return (
    <p className="sr-only" aria-live="polite" data-testid="announcer">
      {said}
    </p>
  )
}
