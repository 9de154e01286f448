import { useEffect, useId, useState } from 'react'
import type { ChangeEvent } from 'react'
import type { Stage } from '../../scene/stage.ts'
import { Modal } from '../Modal.tsx'
import { useLaterWords } from '../words.ts'
import { pictureShelf, pictureTypes, takePicture } from './ownPicture.ts'
import type { KeptPicture, PictureProblem } from './ownPicture.ts'

/** Puts the picture kept for a product on the fronts of the stage; gives it with what changes it. */
export function useOwnPicture(stage: Stage, product: string | undefined) {
  const [kept, setKept] = useState<KeptPicture>()
  const [image, setImage] = useState<ImageBitmap>()
  const blob = kept?.blob
  useEffect(() => {
    let isGone = false
    if (product !== undefined)
      void pictureShelf(indexedDB)
        .read(product)
        .then((found) => !isGone && setKept(found))
    return () => {
      isGone = true
      setKept(undefined)
    }
  }, [product])
  useEffect(() => {
    let isGone = false
    if (blob)
      createImageBitmap(blob).then(
        (made) => (isGone ? made.close() : setImage(made)),
        () => {},
      )
    return () => {
      isGone = true
      setImage(undefined)
    }
  }, [blob])
  useEffect(() => {
    stage.print(image && kept ? { image, x: kept.x, y: kept.y, zoom: kept.zoom } : null)
  }, [stage, image, kept])
  const keep = (next: KeptPicture | undefined) => {
    setKept(next)
    if (product !== undefined) void pictureShelf(indexedDB).write(product, next)
  }
  return { kept, keep }
}

/** Chooses a picture and which part of it goes over the fronts. */
export function OwnPicture({
  kept,
  fitsFinish,
  isOpen,
  onKeep,
  onClose,
}: {
  readonly kept: KeptPicture | undefined
  /** Whether the chosen finish can carry a picture. */
  readonly fitsFinish: boolean
  readonly isOpen: boolean
  readonly onKeep: (next: KeptPicture | undefined) => void
  readonly onClose: () => void
}) {
  const { t } = useLaterWords()
  const id = useId()
  const [problem, setProblem] = useState<PictureProblem>()
  const choose = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [file] = currentTarget.files ?? []
    if (!file) return
    const taken = await takePicture(file)
    currentTarget.value = ''
    setProblem(typeof taken === 'string' ? taken : undefined)
    if (typeof taken !== 'string') onKeep(taken)
  }
  const slider = (name: 'zoom' | 'x' | 'y', label: string, min: number, max: number) =>
    kept && (
      <label className="field" htmlFor={`${id}-${name}`}>
        <span>{label}</span>
        <input
          id={`${id}-${name}`}
          type="range"
          min={min}
          max={max}
          step={0.01}
          value={kept[name]}
          onChange={({ currentTarget }) => onKeep({ ...kept, [name]: Number(currentTarget.value) })}
        />
      </label>
    )
  return (
    <Modal title={t.ownPicture} isOpen={isOpen} onClose={onClose}>
      <p className="lead">{t.ownPictureLead}</p>
      {!fitsFinish && <p className="hint">{t.ownPictureFinish}</p>}
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
      {slider('zoom', t.pictureZoom, 1, 3)}
      {slider('x', t.pictureAcross, 0, 1)}
      {slider('y', t.pictureUp, 0, 1)}
      {kept && (
        <div className="dialog-foot">
          <button type="button" className="button quiet" onClick={() => onKeep(undefined)}>
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
