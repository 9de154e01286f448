// Bundles the servers with the marked points of this folder built in: their own sources, other doors.
import { join } from 'node:path'
import { buildServers, root } from '../../scripts/build.mjs'

/** Where a server imports one of these, it gets the wrapper instead; the wrappers themselves get the real ones. */
const doors = {
  './journalOpen.ts': 'bench/kills/journal.ts',
  './line.ts': 'bench/kills/line.ts',
  './ledger.ts': 'bench/kills/ledger.ts',
}

/** @param {string} outDir */
export function buildKillableServers(outDir) {
  return buildServers(undefined, outDir, [
    {
      name: 'kill-points',
      enforce: 'pre',
      resolveId(source, importer = '') {
        const isServer = /\/(mes-bridge|plc-sim)\/src\/[^/]+\.ts$/.test(importer)
        const door = Object.hasOwn(doors, source)
          ? doors[/** @type {keyof typeof doors} */ (source)]
          : undefined
        return isServer && door !== undefined ? join(root, door) : undefined
      },
    },
  ])
}
