// Bundles the servers (dist/server) and the shop (dist/web) with the one bundler of the project.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const serverDir = join(root, 'dist/server')
const webDir = join(root, 'dist/web')

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
 * @param {string} [outDir] a folder of one's own; without it the one that everybody runs from
 * @param {import('vite').Plugin[]} [plugins]
 * @returns {Promise<string>} where they lie
 */
export async function buildServers(entries = serverEntries, outDir, plugins = []) {
  if (outDir === undefined) return inPlace(serverDir, (folder) => buildServers(entries, folder, plugins))
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
  await inPlace(webDir, (outDir) =>
    build({ root: join(root, 'configurator'), logLevel: 'error', mode: 'production', build: { outDir } }),
  )
}

/**
 * Builds beside a folder and puts the files in their places one by one, so that who runs from it, or builds it too, never meets half
 * a file. What names the others comes last. What was there before stays a day: somebody may still be running from it.
 * @param {string} target
 * @param {(folder: string) => Promise<unknown>} build
 */
async function inPlace(target, build) {
  mkdirSync(target, { recursive: true })
  const folder = mkdtempSync(join(dirname(target), '.build-'))
  try {
    await build(folder)
    const files = filesBelow(folder).sort((a, b) => Number(namesOthers(a)) - Number(namesOthers(b)))
    for (const file of files) {
      mkdirSync(dirname(join(target, file)), { recursive: true })
      renameSync(join(folder, file), join(target, file))
    }
    const built = new Set(files)
    for (const file of filesBelow(target).filter((each) => !built.has(each)))
      if (isOlderThanADay(join(target, file))) rmSync(join(target, file), { force: true })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return target
}

/** @param {string} file */
const isOlderThanADay = (file) => Date.now() - statSync(file).mtimeMs > 86_400_000

/** @param {string} file */
const namesOthers = (file) => !/[\\/]/.test(file)

/** @param {string} folder */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))

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
