/**
 * The shopper's own pictures. Each has the name its bytes give it (SHA-256) and stays on this device until an order that names it
 * goes out; then the bridge has it too, for every device that follows the order. Comes with the parts of the page that need it.
 */
import { sha256 } from '@lot-one/rules'
import * as z from 'zod/mini'
import type { Answer, Asks, World } from '../bridge.ts'

/** `missing`: neither this device nor the bridge has it · `unreachable`: this device has not, and the bridge did not answer. */
export type FoundPicture = Blob | 'missing' | 'unreachable'

export interface Pictures {
  /** Keeps a picture on this device; gives its name. */
  keep(picture: Blob): Promise<string>
  find(name: string): Promise<FoundPicture>
  /** Gives a picture of this device to the bridge. One that is not here is left to the bridge to miss. */
  send(name: string): Promise<Answer<unknown>>
}

/** Where pictures lie on this device. A full or forbidden storage only costs the memory of them. */
export interface Shelf {
  read(name: string): Promise<Blob | undefined>
  write(name: string, picture: Blob): Promise<void>
}

const path = (name: string) => `/api/pictures/${name}`
/** As long as the bridge waits for one. */
const sentWithinMs = 30_000

/** Makes them over a shelf; what was kept lasts at least as long as the page, whatever becomes of the shelf. */
export function openPictures(door: {
  readonly ask: Asks
  readonly fetch: World['fetch']
  readonly shelf: Shelf
}): Pictures {
  const here = new Map<string, Blob>()
  const own = async (name: string) => here.get(name) ?? (await door.shelf.read(name))
  return {
    async keep(picture) {
      const name = sha256(new Uint8Array(await picture.arrayBuffer()))
      here.set(name, picture)
      await door.shelf.write(name, picture)
      return name
    },
    async find(name) {
      const kept = await own(name)
      if (kept) return kept
      try {
        const answer = await door.fetch(path(name))
        if (answer.ok) return await answer.blob()
        return answer.status === 404 ? 'missing' : 'unreachable'
      } catch {
        return 'unreachable'
      }
    },
    async send(name) {
      const picture = await own(name)
      if (!picture) return { kind: 'ok', value: undefined }
      const init = { method: 'PUT', headers: { 'content-type': picture.type }, body: picture }
      return door.ask(path(name), z.unknown(), init, sentWithinMs)
    },
  }
}

const database = 'lot-one-pictures'
const store = 'pictures'
/** So many are kept; the one that was put in longest ago goes first. */
const keptPictures = 12

interface Kept {
  readonly picture: Blob
  readonly at: number
}

/** The shelf on a browser's database. */
export function pictureShelf(idb: IDBFactory, now: () => number): Shelf {
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((done, refuse) => {
      request.addEventListener('success', () => done(request.result))
      request.addEventListener('error', () =>
        refuse(request.error ?? new Error('The database gave no answer.')),
      )
    })
  async function within<T>(mode: IDBTransactionMode, act: (kept: IDBObjectStore) => Promise<T>) {
    try {
      const request = idb.open(database, 2)
      request.addEventListener('upgradeneeded', () => {
        const { result } = request
        for (const name of result.objectStoreNames) result.deleteObjectStore(name)
        result.createObjectStore(store).createIndex('at', 'at')
      })
      const db = await answer(request)
      try {
        return await act(db.transaction(store, mode).objectStore(store))
      } finally {
        db.close()
      }
    } catch {
      // private mode, or no room
      return undefined
    }
  }
  return {
    read: async (name) =>
      (await within('readonly', (kept) => answer(kept.get(name) as IDBRequest<Kept | undefined>)))?.picture,
    write: async (name, picture) => {
      await within('readwrite', async (kept) => {
        await answer(kept.put({ picture, at: now() } satisfies Kept, name))
        const oldestFirst = await answer(kept.index('at').getAllKeys())
        for (const old of oldestFirst.slice(0, -keptPictures)) await answer(kept.delete(old))
      })
    },
  }
}
