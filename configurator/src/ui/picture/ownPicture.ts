/** A file the shopper chose, made into a picture that can be printed. Nothing here sends anything anywhere. */

/** Why a file cannot be taken. */
export type PictureProblem = 'type' | 'heavy' | 'small' | 'unreadable'

/** What can be chosen. */
export const pictureTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']
/** The heaviest file taken, bytes. */
export const heaviest = 20_000_000
/** The shorter edge a picture needs so that it does not look coarse on a door, pixels. */
export const shortestEdge = 800
const longestKept = 2400
/** The heaviest picture that is handed over, bytes; the bridge takes up to twice as much. */
const heaviestSent = 1024 * 1024

/** Judges a file by what can be said before it is decoded. */
export function judgeFile({ type, size }: Pick<File, 'type' | 'size'>): PictureProblem | undefined {
  if (!pictureTypes.includes(type)) return 'type'
  return size > heaviest ? 'heavy' : undefined
}

/**
 * Decodes a file and draws it anew, small enough to be kept and sent. Place and camera that a photo carries in its file are gone
 * afterwards.
 */
export async function takePicture(file: File): Promise<Blob | PictureProblem> {
  const problem = judgeFile(file)
  if (problem) return problem
  let image: ImageBitmap
  try {
    image = await createImageBitmap(file)
  } catch {
    return 'unreadable'
  }
  if (Math.min(image.width, image.height) < shortestEdge) return 'small'
  const shrink = Math.min(1, longestKept / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width * shrink)
  canvas.height = Math.round(image.height * shrink)
  const pen = canvas.getContext('2d')!
  // what is see-through is printed on white
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  for (const quality of [0.9, 0.8, 0.7, 0.5]) {
    const picture = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    if (!picture) return 'unreadable'
    if (picture.size <= heaviestSent) return picture
  }
  return 'heavy'
}
