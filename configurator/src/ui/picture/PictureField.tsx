import { isTextOffered, readPicture } from '@lot-one/rules'
import type { TextOptionView } from '@lot-one/rules'
import { useCallback } from 'react'
import type { DesignSession, DesignView, Session } from '../../session.ts'
import { Icon } from '../icons.tsx'
import { needsOf } from '../needs.ts'
import { useLaterWords } from '../words.ts'
import { useFoundPicture } from './shownPicture.ts'

/** A picture of the shopper's among the options: what it costs, what it needs, and the way to choose it. */
export function PictureField({
  shop,
  session,
  view,
  option,
  onOpen,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
  readonly option: TextOptionView
  readonly onOpen: () => void
}) {
  const words = useLaterWords()
  const { t, language } = words
  const chosen = readPicture(view.design.texts[option.id])
  const fits = isTextOffered(option, view.configuration)
  const found = useFoundPicture(shop, chosen?.sha256)
  return (
    <div className="text-option" data-option={option.id} data-state={fits ? 'open' : 'waiting'}>
      <p className="text-option-head">
        <span className="option-name">{option.label[language] ?? option.label['en']}</span>
        <span className="option-value">{words.delta(option.priceCents)}</span>
      </p>
      {fits ? (
        <div className="picture-choice">
          {found instanceof Blob && <Preview picture={found} label={t.ownPicture} />}
          <button type="button" className="button quiet small" aria-haspopup="dialog" onClick={onOpen}>
            <Icon name="image" size={18} /> {chosen ? t.pictureChange : t.pictureChoose}
          </button>
          {chosen && (
            <button
              type="button"
              className="button quiet small"
              onClick={() => session.write(option.id, '')}
              data-testid="picture-remove"
            >
              {t.pictureRemove}
            </button>
          )}
        </div>
      ) : (
        <p className="hint">{t.textNeeds(needsOf(words, session.product, option).join(', '))}</p>
      )}
    </div>
  )
}

function Preview({ picture, label }: { readonly picture: Blob; readonly label: string }) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      const url = URL.createObjectURL(picture)
      image.src = url
      return () => URL.revokeObjectURL(url)
    },
    [picture],
  )
  return <img ref={show} className="picture-preview" alt={label} />
}
