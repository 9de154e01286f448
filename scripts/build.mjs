// Bundles the servers (dist/server) and the shop (dist/web) with the one bundler of the project.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const serverDir = join(root, 'dist/server')

/** Every Node entry point of the project: name of the bundle -> source file. */
const serverEntries = {
  bridge: 'mes-bridge/src/main.ts',
  journalWorker: 'mes-bridge/src/journalWorker.ts',
  sim: 'plc-sim/src/main.ts',
  rules: 'rules/src/cli.ts',
  rulesWorker: 'rules/src/compileWorker.ts',
}

/**
 * Bundles Node entry points; npm packages stay external, workspace sources are bundled in.
 * @param {Record<string, string>} [entries] bundle name -> source file, relative to the repository
 * @param {string} [outDir]
 * @param {import('vite').Plugin[]} [plugins]
 */
export async function buildServers(entries = serverEntries, outDir = serverDir, plugins = []) {
  const { build } = await withProductionEnv(() => import('vite'))
  const input = Object.fromEntries(
    Object.entries(entries)
      .map(([name, file]) => /** @type {const} */ ([name, join(root, file)]))
      .filter(([, file]) => existsSync(file)),
  )
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    plugins,
    ssr: { external: true },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input,
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
      },
    },
  })
  return outDir
}

/** Builds the shop. */
export async function buildWeb() {
  const { build } = await withProductionEnv(() => import('vite'))
  await build({ root: join(root, 'configurator'), logLevel: 'error', mode: 'production' })
}

/**
 * Inside a test runner NODE_ENV and VITEST would give a development build.
 * @template T
 * @param {() => Promise<T>} run
 */
async function withProductionEnv(run) {
  process.env['NODE_ENV'] = 'production'
  return run()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildServers()
  await buildWeb()
}
