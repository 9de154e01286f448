import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

/** `LOT_ONE_BRIDGE` is where the dev server finds the bridge; the built shop is served by the bridge itself. */
const bridge = process.env['LOT_ONE_BRIDGE'] ?? 'http://127.0.0.1:8080'

/** What is not needed for the first choice: the 3D stage, other languages, order form, tracker and everything around the design. */
const isLazy = new RegExp(
  [
    '/node_modules/(three|uqr)/',
    '/scene/(?!(layouts|choices|drawing|ink|appliance)\\.)',
    '/texts/(de|zh|ar|plural)\\.',
    '/texts/(later|letters)/',
    '/ui/(choosing|keeping|picture|tracker)/',
    '/ui/(OrderForm|OrderTracker|TrackPage|OrdersPage|StartPage|Thumbnail|PriceBreakdown|RadioCard|Recap|UpdateOffer|finished|more)\\.',
    '/src/lines/',
    '/src/offline/',
    '/rules/src/(line|lazyMachine|sha256)\\.',
    '/session/(saved|compared|wholeDesigns|orderDesign|film|pictures)\\.',
    // addresses of letters
    'fontsource-variable/noto',
  ].join('|'),
)

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tells the service worker which files make up this build: all but its own, the desk's and the typefaces of other languages. */
function offline(): Plugin {
  const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex')
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html']
        const worker = bundle['sw.js']
        if (page?.type !== 'asset' || worker?.type !== 'chunk')
          throw new Error('no page or no service worker')
        const files = Object.values(bundle)
          .filter((file) =>
            file.type === 'chunk'
              ? !Object.keys(file.modules).some((id) => /\/src\/(lines|offline)\//.test(id))
              : file.fileName.endsWith('.css') && !file.fileName.includes('wght'),
          )
          .map(({ fileName }) => `/${fileName}`)
        const name = sha256([...files, page.source].join('\n')).slice(0, 12)
        const about = {
          version: name,
          page: sha256(page.source),
          files: [...files.toSorted(), '/icon.svg', '/manifest.webmanifest'],
        }
        const list = JSON.stringify(JSON.stringify(about))
        worker.code = worker.code.replace(/(["'`])__BUILD__\1/, () => list)
        if (!worker.code.includes(list)) throw new Error('the service worker has no place for its build')
      },
    },
  }
}

export default defineConfig({
  plugins: [react(), offline()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // one style sheet for the whole page: no flash when a lazy part comes in
    cssCodeSplit: false,
    rolldownOptions: {
      input: { main: here('index.html'), sw: here('src/offline/worker.ts') },
      output: {
        // a service worker's address must never change
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // One chunk for the first paint compresses better than the dozen that sharing with lazy parts would make of it.
        codeSplitting: {
          groups: [
            // what the stage and the exporter share counts as the stage's
            { name: 'stage-core', test: /three\/build\/three\.core|\/scene\/(partStore|mesh)\./ },
            { name: 'shop', test: (id: string) => !isLazy.test(id) && !/vite\/|^\0/.test(id) },
          ],
        },
      },
      treeshake: {
        // our own modules only define things: what the page does not use (the order's lifecycle) stays out of it
        moduleSideEffects: (id) => !/\/rules\/src\/|\/scene\//.test(id),
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/healthz', '/readyz', '/openapi.json'].map((path) => [
        path,
        { target: bridge, changeOrigin: true },
      ]),
    ),
  },
})
