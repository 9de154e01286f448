import { readPicture } from '@lot-one/rules'
import { useEffect, useState } from 'react'
import type { DesignSession, DesignView, Session } from '../../session.ts'
import { Icon } from '../icons.tsx'
import { useLaterWords } from '../words.ts'
import { findPicture } from './shownPicture.ts'

/** A design from elsewhere may name a picture that only another device has: it goes on without, and says so. */
export function LostPicture({
  shop,
  session,
  view,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
}) {
  const { t } = useLaterWords()
  const [isLost, setLost] = useState(false)
  const [text, written] = Object.entries(view.design.texts).find(([, each]) => readPicture(each)) ?? []
  const name = readPicture(written)?.sha256
  useEffect(() => {
    if (text === undefined || name === undefined) return
    let isGone = false
    void findPicture(shop, name).then((found) => {
      if (isGone || found !== 'missing') return
      session.write(text, '')
      setLost(true)
    })
    return () => void (isGone = true)
  }, [shop, session, text, name])
  if (!isLost) return null
  return (
    <div className="note" data-testid="note" data-kind="picture-lost">
      <output>{t.pictureLost}</output>
      <button
        type="button"
        className="icon-button small"
        aria-label={t.dismiss}
        onClick={() => setLost(false)}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  )
}
