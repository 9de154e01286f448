import { useEffect, useState } from 'react'
import type { Stage } from '../../scene/stage.ts'
import { Modal } from '../Modal.tsx'
import { useLaterWords } from '../words.ts'
import { heroPicture } from './heroPicture.ts'

/**
 * The design as files: a picture, a 3D model, and the model that an iPhone stands in the room. Android's viewer wants a public
 * address, which a design that is stored nowhere does not have: there the model is offered as a file, and nothing else is promised.
 */
export function TakeAway({
  stage,
  name,
  isOpen,
  onClose,
}: {
  readonly stage: Stage
  /** Of the files, without an ending. */
  readonly name: string
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  const { t } = useLaterWords()
  const [canShowRoom] = useState(() => document.createElement('a').relList.supports('ar'))
  return (
    <Modal title={t.takeAway} isOpen={isOpen} onClose={onClose}>
      <Taking
        title={t.takePicture}
        hint={t.takePictureHint}
        file={`${name}.jpg`}
        make={() => heroPicture(stage)}
      />
      <Taking
        title={t.takeModel}
        hint={t.takeModelHint}
        file={`${name}.glb`}
        make={() => stage.model('glb')}
      />
      <Taking
        title={canShowRoom ? t.takeRoom : t.takeApple}
        hint={canShowRoom ? t.takeRoomHint : t.takeAppleHint}
        file={`${name}.usdz`}
        make={() => stage.model('usdz')}
        opensRoom={canShowRoom}
      />
    </Modal>
  )
}

/** What became of a file: not asked for, being made, made, or not possible. */
type Making = 'none' | 'busy' | 'failed' | { readonly url: string; readonly file: File }

/**
 * One file: made when asked for, then saved or shared by a second tap. The second one is needed: browsers open share sheets and
 * rooms only straight from a tap, and making takes a while.
 */
function Taking({
  title,
  hint,
  file: name,
  make,
  opensRoom = false,
}: {
  readonly title: string
  readonly hint: string
  readonly file: string
  readonly make: () => Promise<Blob>
  readonly opensRoom?: boolean
}) {
  const { t, language } = useLaterWords()
  const [making, setMaking] = useState<Making>('none')
  const url = typeof making === 'object' ? making.url : undefined
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url])
  const begin = async () => {
    setMaking('busy')
    try {
      const blob = await make()
      setMaking({ url: URL.createObjectURL(blob), file: new File([blob], name, { type: blob.type }) })
    } catch (error) {
      // the GPU was taken away in the middle, or the part could not be loaded
      console.warn(`${name} could not be made`, error)
      setMaking('failed')
    }
  }
  return (
    <section className="taking" data-testid={`take-${name.slice(name.lastIndexOf('.') + 1)}`}>
      {url !== undefined && name.endsWith('.jpg') && <img src={url} alt={title} width={120} height={150} />}
      <div className="taking-words">
        <h3>{title}</h3>
        <p className="hint">{making === 'failed' ? t.takeFailed : hint}</p>
      </div>
      {typeof making === 'object' ? (
        <Made made={making} opensRoom={opensRoom} title={title} language={language} />
      ) : (
        <button
          type="button"
          className="button quiet"
          aria-label={`${t.takeMake}: ${title}`}
          disabled={making === 'busy'}
          onClick={() => void begin()}
        >
          {making === 'busy' ? t.takeMaking : t.takeMake}
        </button>
      )}
      <p className="sr-only" aria-live="polite">
        {making === 'busy' ? t.takeMaking : typeof making === 'object' ? t.takeReady(title) : ''}
      </p>
    </section>
  )
}

function Made({
  made: { url, file },
  opensRoom,
  title,
  language,
}: {
  readonly made: { readonly url: string; readonly file: File }
  readonly opensRoom: boolean
  readonly title: string
  readonly language: string
}) {
  const { t } = useLaterWords()
  if (opensRoom)
    return (
      // the picture inside is what makes the browser open its room instead of a download
      <a className="button primary" rel="ar" href={url} download={file.name}>
        <img src="/icon.svg" alt="" width={16} height={16} /> {title}
      </a>
    )
  const canShare = 'canShare' in navigator && navigator.canShare({ files: [file] })
  const size = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: file.size < 1e6 ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: file.size < 1e6 ? 0 : 1,
  }).format(file.size / (file.size < 1e6 ? 1e3 : 1e6))
  return (
    <span className="taking-ways">
      {canShare && (
        <button
          type="button"
          className="button quiet"
          onClick={() => void navigator.share({ files: [file] }).catch(() => {})}
        >
          {t.shareWith}
        </button>
      )}
      <a className="button primary" href={url} download={file.name}>
        {t.takeSave(size)}
      </a>
    </span>
  )
}
