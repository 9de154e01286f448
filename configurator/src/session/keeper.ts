import * as z from 'zod/mini'

const value = z.union([z.string(), z.number(), z.boolean()])
/** Option id -> value, as it is kept. */
export const SelectionRecord = z.record(z.string(), value)
/** A design, as it is kept. */
export const DesignRecord = z.object({
  context: SelectionRecord,
  selection: SelectionRecord,
  texts: z.record(z.string(), z.string()),
})

/** Where saved designs are kept; absent until there is one. */
export const savedKey = 'lot-one/saved'

/** Where a session keeps what must survive a reload. `localStorage` fits; so does a map in a test. */
export interface Keeper {
  read(key: string): string | null
  /** `undefined` forgets the key. Never throws: a full or forbidden storage only costs the memory of it. */
  write(key: string, text: string | undefined): void
}

/** Reads a kept value if it is there and still has the shape; anything else counts as nothing kept. */
export function readKept<T extends z.ZodMiniType>(
  keeper: Keeper,
  key: string,
  schema: T,
): z.output<T> | undefined {
  const text = keeper.read(key)
  if (text === null) return undefined
  try {
    const parsed = z.safeParse(schema, JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    // not JSON: somebody else's value or a cut-off write
    return undefined
  }
}

/** Wraps a web storage so that a full, forbidden or missing one is survived. */
export function storageKeeper(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Keeper {
  const attempt = <T>(act: () => T): T | null => {
    try {
      return act()
    } catch {
      return null
    }
  }
  return {
    read: (key) => attempt(() => storage().getItem(key)),
    write: (key, text) => {
      attempt(() => (text === undefined ? storage().removeItem(key) : storage().setItem(key, text)))
    },
  }
}
