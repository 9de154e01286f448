/** The shopper's own picture: checked, made smaller and kept on this device. Nothing here sends anything anywhere. */

/** What is kept: the picture and which part of it shows. */
export interface KeptPicture {
  readonly blob: Blob
  /** The point in the middle, 0..1 from the left and from the top. */
  readonly x: number
  readonly y: number
  /** How much closer than the whole picture; at least 1. */
  readonly zoom: number
}

/** Why a file cannot be taken. */
export type PictureProblem = 'type' | 'heavy' | 'small' | 'unreadable'

/** What can be chosen. */
export const pictureTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']
/** The heaviest file taken, bytes. */
export const heaviest = 20_000_000
/** The shorter edge a picture needs so that it does not look coarse on a door, pixels. */
export const shortestEdge = 800
const longestKept = 2400

/** Judges a file by what can be said before it is decoded. */
export function judgeFile({ type, size }: Pick<File, 'type' | 'size'>): PictureProblem | undefined {
  if (!pictureTypes.includes(type)) return 'type'
  return size > heaviest ? 'heavy' : undefined
}

/**
 * Decodes a file and draws it anew, small enough to be kept. Place and camera that a photo carries in its file are gone
 * afterwards.
 */
export async function takePicture(file: File): Promise<KeptPicture | PictureProblem> {
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
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.9))
  return blob ? { blob, x: 0.5, y: 0.5, zoom: 1 } : 'unreadable'
}

/** Keeps one picture per product in this browser. A full or forbidden storage only costs the memory of it. */
export interface PictureShelf {
  read(product: string): Promise<KeptPicture | undefined>
  /** `undefined` forgets it. */
  write(product: string, picture: KeptPicture | undefined): Promise<void>
}

const database = 'lot-one-pictures'
const shelf = 'own'

/** Opens the shelf on a browser's database. */
export function pictureShelf(idb: IDBFactory): PictureShelf {
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((done, refuse) => {
      request.addEventListener('success', () => done(request.result))
      request.addEventListener('error', () =>
        refuse(request.error ?? new Error('The database gave no answer.')),
      )
    })
  const open = () => {
    const request = idb.open(database, 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(shelf))
    return answer(request)
  }
  const within = async <T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>) => {
    try {
      const db = await open()
      try {
        return await answer(act(db.transaction(shelf, mode).objectStore(shelf)))
      } finally {
        db.close()
      }
    } catch {
      // private mode, or no room: the picture lasts as long as the page
      return undefined
    }
  }
  return {
    read: (product) => within('readonly', (store) => store.get(product) as IDBRequest<KeptPicture>),
    write: async (product, picture) => {
      if (picture) await within('readwrite', (store) => store.put(picture, product))
      else await within('readwrite', (store) => store.delete(product))
    },
  }
}
