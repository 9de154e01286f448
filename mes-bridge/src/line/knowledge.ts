/** What this bridge has learnt about a line and must not forget with a restart: a small file per line beside the certificates. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Known = z.object({
  /** SHA-256 of the certificate of the last connection. */
  certificate: z.string().optional(),
  /** ISO instants of the first time each habit was seen. */
  clearsByItself: z.string().optional(),
  forgetsItsList: z.string().optional(),
})
type Known = z.infer<typeof Known>

export interface LineKnowledge {
  known(): Known
  /** Adds to what is known; written at once. A folder that cannot be written only costs the memory across a restart. */
  learn(news: Partial<Known>): void
}

/** Reads what is known about a line; a file that cannot be read or understood counts as nothing known. */
export function openKnowledge(pkiFolder: string, lineId: string): LineKnowledge {
  const folder = join(pkiFolder, 'known-lines')
  const file = join(folder, `${encodeURIComponent(lineId)}.json`)
  let known: Known = {}
  try {
    known = Known.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Not there yet, or spoilt: it is learnt again.
  }
  return {
    known: () => known,
    learn(news) {
      const next = { ...known, ...news }
      if (JSON.stringify(next) === JSON.stringify(known)) return
      known = next
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        writeFileSync(file, JSON.stringify(known), { mode: 0o600 })
      } catch {
        // Kept in memory.
      }
    },
  }
}
