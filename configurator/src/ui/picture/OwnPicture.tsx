import { isTextOffered, pictureText, readPicture } from '@lot-one/rules'
import type { PictureChoice, TextOptionView } from '@lot-one/rules'
import { useId, useState } from 'react'
import type { ChangeEvent } from 'react'
import type { DesignSession, DesignView, Session } from '../../session.ts'
import { Modal } from '../Modal.tsx'
import { useLaterWords } from '../words.ts'
import { pictureTypes, takePicture } from './ownPicture.ts'
import type { PictureProblem } from './ownPicture.ts'

/** Chooses a picture and which part of it goes over the fronts. */
export function OwnPicture({
  shop,
  session,
  view,
  option,
  isOpen,
  onClose,
}: {
  readonly shop: Session
  readonly session: DesignSession
  readonly view: DesignView
  readonly option: TextOptionView
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { t, delta } = useLaterWords()
  const id = useId()
  const [problem, setProblem] = useState<PictureProblem>()
  const chosen = readPicture(view.design.texts[option.id])
  const write = (choice: PictureChoice) => session.write(option.id, pictureText(choice))
  const choose = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [file] = currentTarget.files ?? []
    if (!file) return
    const taken = await takePicture(file)
    currentTarget.value = ''
    setProblem(typeof taken === 'string' ? taken : undefined)
    if (typeof taken === 'string') return
    const sha256 = await (await shop.pictures()).keep(taken)
    write({ sha256, x: 50, y: 50, zoom: 100 })
  }
  const slider = (name: 'zoom' | 'x' | 'y', label: string, min: number, max: number) =>
    chosen && (
      <label className="field" htmlFor={`${id}-${name}`}>
        <span>{label}</span>
        <input
          id={`${id}-${name}`}
          type="range"
          min={min}
          max={max}
          value={chosen[name]}
          onChange={({ currentTarget }) => write({ ...chosen, [name]: Number(currentTarget.value) })}
        />
      </label>
    )
  return (
    <Modal title={t.ownPicture} isOpen={isOpen} onClose={onClose}>
      <p className="lead">
        {t.ownPictureLead} {option.priceCents > 0 && <strong>{delta(option.priceCents)}</strong>}
      </p>
      {!isTextOffered(option, view.configuration) && <p className="hint">{t.ownPictureFinish}</p>}
      <div className="field">
        <label htmlFor={id}>{t.ownPictureFile}</label>
        <input
          id={id}
          type="file"
          accept={pictureTypes.join(',')}
          aria-describedby={`${id}-problem`}
          aria-invalid={problem ? true : undefined}
          onChange={(event) => void choose(event)}
        />
        <p id={`${id}-problem`} className="field-error" role="alert">
          {problem && t.pictureProblem[problem]}
        </p>
      </div>
      {slider('zoom', t.pictureZoom, 100, 300)}
      {slider('x', t.pictureAcross, 0, 100)}
      {slider('y', t.pictureUp, 0, 100)}
      {chosen && (
        <div className="dialog-foot">
          <button type="button" className="button quiet" onClick={() => session.write(option.id, '')}>
            {t.pictureRemove}
          </button>
          <button type="button" className="button primary" onClick={onClose}>
            {t.pictureDone}
          </button>
        </div>
      )}
    </Modal>
  )
}
