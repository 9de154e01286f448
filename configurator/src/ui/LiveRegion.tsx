import { useEffect, useRef, useState } from 'react'
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
  const { t, language, money, number } = words
  const [said, setSaid] = useState('')
  const before = useRef(view)
  useEffect(() => {
    const last = before.current
    before.current = view
    if (view.conflict && view.conflict !== last.conflict) {
      const { reasons, values } = view.conflict
      const ruleId = reasons[0]?.ruleIds[0]
      if (ruleId !== undefined) setSaid(t.clashAnnounced(session.product.sentence(ruleId, language, values)))
    } else if (!view.conflict && view.design !== last.design)
      setSaid(t.announceTotal(money(view.price.totalCents), number(view.count)))
  }, [view, session, t, language, money, number])
  return (
    <p className="sr-only" aria-live="polite" data-testid="announcer">
      {said}
    </p>
  )
}
