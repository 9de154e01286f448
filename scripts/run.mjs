// Runs a TypeScript entry point of the project: bundles it (about 0.1 s, never stale) and imports the bundle.
// usage: node scripts/run.mjs rules/src/cli.ts ARGUMENTS...
import { mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildServers, root } from './build.mjs'

const [file, ...args] = process.argv.slice(2)
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [ARGUMENTS...]')
  process.exit(2)
}
// Inside node_modules so that bare imports resolve; a folder of its own so that two runs never share a half-written bundle.
const dir = mkdtempSync(join(root, 'node_modules/.run-'))
process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
const name = basename(file).replace(/\.[a-z]+$/, '')
await buildServers({ [name]: file }, dir)
const bundle = join(dir, `${name}.mjs`)
process.argv = [process.argv[0] ?? 'node', bundle, ...args]
await import(pathToFileURL(bundle).href)
