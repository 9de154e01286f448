// `npm run bench`: measures ours beside the peers in one run, prints tables, writes bench/results.json.
// usage: npm run bench -- [--quick] [--only rules,intake] [--write-docs]
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launchBrowser } from '../scripts/browser.mjs'
import { buildServers, buildWeb, root } from '../scripts/build.mjs'

installPeers()
// Inside node_modules so that bare imports resolve.
const folder = mkdtempSync(join(root, 'node_modules/.bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
/**
 * Bundles a TypeScript file, to be imported, forked or run by a worker thread.
 * @param {string} file
 */
const bundle = async (file) => {
  const name = file.replace(/\.ts$/, '').replaceAll('/', '-')
  await buildServers({ [name]: file }, folder)
  return join(folder, `${name}.mjs`)
}
/** @param {string} file */
const load = async (file) => import(pathToFileURL(await bundle(file)).href)
const { main } = await load('bench/main.ts')
/** @type {Promise<void> | undefined} */
let web
process.exitCode = await main(process.argv.slice(2), {
  root,
  folder,
  load,
  bundle,
  launchBrowser,
  peer: createRequire(join(root, 'bench/peers/package.json')),
  buildWeb: () => (web ??= buildWeb()),
})
// solvers keep worker threads, browsers and sockets their own pace; everything is measured and written
process.exit()

/** The peers live outside the workspaces, so that nobody pays for them who only wants to run the product. */
function installPeers() {
  const peers = join(root, 'bench/peers')
  const { dependencies } = JSON.parse(readFileSync(join(peers, 'package.json'), 'utf8'))
  const present = Object.entries(dependencies).every(([name, version]) => {
    const file = join(peers, 'node_modules', name, 'package.json')
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version
  })
  if (present) return
  console.error(
    `Installing what the bench compares with (${Object.keys(dependencies).join(', ')}): npm ci --prefix bench/peers`,
  )
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(
    npm,
    ['ci', '--prefix', peers, '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: peers, stdio: ['ignore', 2, 2] },
  )
  if (status === 0) return
  console.error(
    'The peers could not be installed; see the messages above. Without a network, copy bench/peers/node_modules from a machine that has it.',
  )
  process.exit(1)
}
