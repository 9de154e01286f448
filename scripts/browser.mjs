// Finds or unpacks a real Chromium without apt and launches it with software WebGL.
//
// The browser comes inside the npm package @sparticuz/chromium (Linux x64). Elsewhere, or to use another one, set BROWSER_PATH.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './build.mjs'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Flags for a picture that is the same on every machine, and for a browser that never calls out. */
const flags = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Launches Chromium for playwright-core.
 * @param {{ args?: string[], withoutWebGL?: boolean }} [options]
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchBrowser({ args = [], withoutWebGL = false } = {}) {
  const { chromium } = await import('playwright-core')
  const browser = await findBrowser()
  return chromium.launch({
    executablePath: browser.executablePath,
    env: { ...process.env, ...browser.env },
    headless: true,
    args: [...flags, ...(withoutWebGL ? ['--disable-3d-apis'] : []), ...args],
  })
}

/** @returns {Promise<{ executablePath: string, env: Record<string, string> }>} */
export async function findBrowser() {
  const wanted = process.env['BROWSER_PATH']
  if (wanted) {
    if (!existsSync(wanted))
      throw new Error(
        `BROWSER_PATH is ${wanted}, but there is no such file. Unset it to use the browser that npm installed.`,
      )
    return { executablePath: wanted, env: {} }
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const dir = await unpacked()
    return {
      executablePath: join(dir, 'chromium'),
      env: { LD_LIBRARY_PATH: join(dir, 'al2023/lib'), FONTCONFIG_FILE: join(dir, 'fonts.conf') },
    }
  }
  const found = installed.find((path) => existsSync(path))
  if (!found)
    throw new Error(
      'No browser for the tests on this platform: install Chrome or Chromium, or set BROWSER_PATH to one.',
    )
  return { executablePath: found, env: {} }
}

/** Unpacks the packaged browser once per version; safe when several processes start at the same time. */
async function unpacked() {
  const require = createRequire(join(root, 'package.json'))
  const packageFile = join(root, 'node_modules/@sparticuz/chromium/package.json')
  if (!existsSync(packageFile)) throw new Error('Dependencies are missing. Run: npm ci')
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8'))
  const cache = join(root, '.cache/browser')
  const dir = join(cache, version)
  if (existsSync(join(dir, 'chromium'))) return dir
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, `${version}-`))
  // It unpacks into os.tmpdir(), and its NSS libraries only where it believes to be on Lambda; both are read at import.
  const before = { TMPDIR: process.env['TMPDIR'], AWS_EXECUTION_ENV: process.env['AWS_EXECUTION_ENV'] }
  process.env['TMPDIR'] = fresh
  process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs20.x'
  try {
    const { default: chromium } = await import(require.resolve('@sparticuz/chromium'))
    await chromium.executablePath()
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  // Its own font configuration names /tmp/fonts literally: without this file no text is drawn at all.
  writeFileSync(
    join(fresh, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${dir}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${dir}/font-cache</cachedir></fontconfig>`,
  )
  try {
    renameSync(fresh, dir)
  } catch (error) {
    // another process was faster
    if (!existsSync(join(dir, 'chromium'))) throw error
    rmSync(fresh, { recursive: true, force: true })
  }
  return dir
}
