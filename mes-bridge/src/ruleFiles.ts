/** Tells that something in the folder of rule files has changed. */
import { watch } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** An editor writes in several steps: after the last of them there is this much quiet. */
const quietMs = 80
/** Folders below, and file systems that report nothing, are looked at this often. */
const lookEveryMs = 2000

/**
 * Watches a folder until the returned function is called; `changed` follows each burst of changes. A folder that cannot be
 * watched or read is looked at again and again: when it is back, that is a change.
 */
export function watchRuleFiles(folder: string, changed: () => void): () => void {
  let ended = false
  let burst: NodeJS.Timeout | undefined
  let seen: string | undefined
  const touched = () => {
    clearTimeout(burst)
    burst = setTimeout(() => void look(), quietMs)
  }
  const look = async () => {
    const now = await stateOf(folder)
    if (ended || now === seen) return
    const first = seen === undefined
    seen = now
    if (!first) changed()
  }
  let watcher: ReturnType<typeof watch> | undefined
  try {
    watcher = watch(folder, touched)
    // the folder itself may be replaced: looking goes on
    watcher.on('error', () => watcher?.close())
  } catch {
    // looking alone finds the changes, only later
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  void look()
  return () => {
    ended = true
    clearInterval(timer)
    clearTimeout(burst)
    watcher?.close()
  }
}

/** Names, sizes and times of all files below a folder, as one text. */
async function stateOf(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder, { recursive: true })).toSorted()
    const states = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs, ino } = await stat(join(folder, name))
        return `${name} ${size} ${mtimeMs} ${ino}`
      }),
    )
    return states.join('\n')
  } catch {
    // gone in this moment: the next look tells
    return ''
  }
}
