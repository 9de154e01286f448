/**
 * The shop without a network: a service worker that keeps one build of the page whole. Every build has a cache of its own, filled
 * before it is used and never mixed with another; the next build waits until the shopper asks for it. Orders, their events and the
 * pages of the factory's people are never touched. Imports nothing, because it is one file.
 */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Asked extends Lasting {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface Told extends Lasting {
  readonly data: unknown
}
/** What the page may say: take over from the build before; keep what was loaded before this worker was there. */
export type Word = 'take over' | { readonly keep: readonly string[] }

const scope = globalThis as unknown as {
  addEventListener(kind: 'install' | 'activate', on: (event: Lasting) => void): void
  addEventListener(kind: 'fetch', on: (event: Asked) => void): void
  addEventListener(kind: 'message', on: (event: Told) => void): void
  skipWaiting(): Promise<void>
}

/** Put in by the build: its name, the page's SHA-256, and every file that belongs to it. */
const build = JSON.parse('__BUILD__') as {
  readonly version: string
  readonly page: string
  readonly files: readonly string[]
}
const prefix = 'shop-'
const own = prefix + build.version
const products = 'products'
/** How long a list of products may take before the one kept from last time is shown. */
const patienceMs = 4_000

scope.addEventListener('install', (event) => event.waitUntil(install()))
scope.addEventListener('activate', (event) => event.waitUntil(tidy()))
scope.addEventListener('message', (event) => {
  const word = event.data as Word
  event.waitUntil(word === 'take over' ? scope.skipWaiting() : keep(word.keep))
})
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname, search } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (isShop(pathname)) event.respondWith(page())
  } else if (build.files.includes(pathname) || pathname.startsWith('/assets/'))
    event.respondWith(file(request))
  else if (search === '' && pathname === '/api/products') event.respondWith(freshest(request))
  else if (search === '' && isProduct(pathname)) event.respondWith(product(request))
})

const isShop = (path: string) => /^\/($|(shop|compare|saved|order|orders|track)(\/|$))/.test(path)
const isProduct = (path: string) => /^\/api\/products\/[^/]+$/.test(path)
/** Typefaces, and the style sheets that name them, come by language: kept when they are used. */
const isLetters = (path: string) => /^\/assets\/.*\.(woff2|css)$/.test(path)

/** Fills this build's cache. A server that has moved on meanwhile gives another page: then nothing is kept and nothing mixed. */
async function install(): Promise<void> {
  const cache = await caches.open(own)
  const answer = await fetch('/', { cache: 'no-store' })
  const digest = await crypto.subtle.digest('SHA-256', await answer.clone().arrayBuffer())
  const found = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (found !== build.page) throw new Error(`The page is not the one of build ${build.version}`)
  await cache.put('/', answer)
  await cache.addAll(build.files)
}

/** Forgets old builds; the last one stays for tabs that still show it. */
async function tidy(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== own)
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)))
}

const known = (name: string, what: RequestInfo) =>
  caches.open(name).then((cache) => cache.match(what, { ignoreVary: true }))

async function page(): Promise<Response> {
  return (await known(own, '/')) ?? fetch('/')
}

async function file(request: Request): Promise<Response> {
  // names carry their content: a tab that shows the build before finds its parts in that one's cache
  const kept = await caches.match(request, { ignoreVary: true })
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok && isLetters(new URL(request.url).pathname))
    await (await caches.open(own)).put(request, answer.clone())
  return answer
}

/** Asks the bridge; what was kept answers when it is silent, slow or in trouble. */
async function freshest(request: Request): Promise<Response> {
  const cache = await caches.open(products)
  const kept = await cache.match(request, { ignoreVary: true })
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request, answer.clone())
    return answer
  })
  if (!kept) return asked
  const slow = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined))
  const answer = await Promise.race([asked.catch(() => undefined), slow])
  return answer && answer.status < 500 ? answer : kept
}

/** Gives a kept product at once while the list of products names the same rules; anything else is asked for. */
async function product(request: Request): Promise<Response> {
  const [kept, list] = await Promise.all([known(products, request), known(products, '/api/products')])
  if (kept && list) {
    const entries = (await list.json()) as { id: string; rulesHash: string }[]
    const id = decodeURIComponent(new URL(request.url).pathname.split('/').at(-1)!)
    const entry = entries.find((one) => one.id === id)
    if (entry && kept.headers.get('etag')?.includes(entry.rulesHash)) return kept
  }
  return freshest(request)
}

/** Keeps what the page had loaded before this worker was there, as far as it is ours to keep. */
async function keep(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const { origin, pathname, search } = new URL(url, location.href)
    if (origin !== location.origin || search !== '') continue
    const cache = pathname === '/api/products' || isProduct(pathname) ? products : own
    if (cache === own && !isLetters(pathname)) continue
    if (!(await known(cache, pathname))) await (await caches.open(cache)).add(pathname).catch(() => {})
  }
}
