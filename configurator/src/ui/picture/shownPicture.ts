/** A picture that a design names, as it is shown: found once, drawn wherever it is needed. */
import { readPicture } from '@lot-one/rules'
import type { PictureChoice, Selection } from '@lot-one/rules'
import { useEffect, useState } from 'react'
import type { Stage } from '../../scene/stage.ts'
import type { FoundPicture, Session } from '../../session.ts'

/** The picture among the choices of a design, if it has one. */
export const pictureOf = (choices: Selection): PictureChoice | undefined =>
  Object.values(choices).map(readPicture).find(Boolean)

/** Looks for a picture on this device and at the bridge. */
export const findPicture = (session: Pick<Session, 'pictures'>, name: string): Promise<FoundPicture> =>
  session
    .pictures()
    .then((pictures) => pictures.find(name))
    .catch(() => 'unreachable' as const)

/** Looks for a picture; `undefined` until it is known whether there is one. */
export function useFoundPicture(
  session: Pick<Session, 'pictures'>,
  name: string | undefined,
): FoundPicture | undefined {
  const [found, setFound] = useState<{ readonly name: string; readonly picture: FoundPicture }>()
  useEffect(() => {
    if (name === undefined) return
    let isGone = false
    void findPicture(session, name).then((picture) => isGone || setFound({ name, picture }))
    return () => void (isGone = true)
  }, [session, name])
  return found?.name === name ? found?.picture : undefined
}

/** Puts the picture that a design names on the fronts of the stage, and takes it off when there is none. */
export function usePrintedPicture(
  stage: Stage,
  session: Pick<Session, 'pictures'>,
  choice: PictureChoice | undefined,
): void {
  const found = useFoundPicture(session, choice?.sha256)
  const picture = found instanceof Blob ? found : undefined
  const [image, setImage] = useState<ImageBitmap>()
  useEffect(() => {
    let isGone = false
    if (picture)
      createImageBitmap(picture).then(
        (made) => (isGone ? made.close() : setImage(made)),
        () => {},
      )
    return () => {
      isGone = true
      setImage(undefined)
    }
  }, [picture])
  const { x = 0, y = 0, zoom = 0 } = choice ?? {}
  useEffect(() => {
    stage.print(image ? { image, x: x / 100, y: y / 100, zoom: zoom / 100 } : null)
  }, [stage, image, x, y, zoom])
}
