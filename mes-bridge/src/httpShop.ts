/** Serves the built shop: hashed assets for ever, the page itself always fresh, everything compressed once. */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

/** Addresses of the page's own router: each is answered with the page. */
const pages = new Set(['', 'shop', 'compare', 'saved', 'order', 'orders', 'track', 'lines', 'rules'])

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.glb': 'model/gltf-binary',
}
/** Already compressed: another round only costs time. */
const packed = new Set(['.png', '.jpg', '.webp', '.avif', '.woff2'])

type Encoding = 'br' | 'gzip' | 'identity'

const notBuilt = 'The shop is not built. Run: npm run build (npm start does it by itself)\n'

/**
 * Makes the handler for everything that is no API: files of `folder`, or the page. A browser that was led to an address that names
 * nothing gets the page as well, which says so, with status 404.
 */
export function shopFiles(folder: string): RequestHandler {
  /** Bytes by path and encoding; a build is never changed in place, only replaced before a start. */
  const cache = new Map<string, Promise<Buffer>>()

  function bytes(file: string, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${file}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const made = load(file, encoding)
    cache.set(key, made)
    made.catch(() => cache.delete(key))
    return made
  }

  return async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    if (/^\/(api|problems)(\/|$)/.test(request.path)) return next()
    const isPage = pages.has(request.path.split('/', 2)[1]!) && extname(request.path) === ''
    let path = isPage ? 'index.html' : safePath(request.path)
    const isThere = path !== undefined && existsSync(join(folder, path))
    if (!isPage && !isThere && request.get('accept')?.includes('text/html') === true) {
      path = 'index.html'
      response.status(404)
    }
    if (path === undefined) return next()
    const file = join(folder, path)
    if (!existsSync(file))
      return isPage
        ? void response.status(503).set('retry-after', '10').type('text/plain').send(notBuilt)
        : next()
    const type = types[extname(file)]
    if (type === undefined) return next()
    response.set('content-type', type)
    response.set(
      'cache-control',
      path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
    let encoding: Encoding = 'identity'
    if (!packed.has(extname(file))) {
      response.vary('accept-encoding')
      const best = request.acceptsEncodings(['br', 'gzip'])
      if (best === 'br' || best === 'gzip') encoding = best
    }
    if (encoding !== 'identity') response.set('content-encoding', encoding)
    response.send(await bytes(file, encoding))
  }
}

async function load(file: string, encoding: Encoding): Promise<Buffer> {
  const ready = `${file}.${encoding === 'br' ? 'br' : 'gz'}`
  if (encoding !== 'identity' && existsSync(ready)) return readFile(ready)
  const plain = readFileSync(file)
  if (encoding === 'gzip') return promisify(gzip)(plain, { level: 9 })
  if (encoding === 'br')
    return promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return plain
}

/** A path below the folder, without a leading slash; undefined when it would leave it or names nothing. */
function safePath(path: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (decoded.includes('\0') || decoded.includes('\\') || /(^|\/)\.{1,2}(\/|$)/.test(decoded))
    return undefined
  const inside = normalize(decoded).replace(/^\/+/, '')
  return inside === '' || inside.endsWith('/') || inside.startsWith('.') ? undefined : inside
}
