import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

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
    '/ui/(OrderForm|OrderTracker|TrackPage|OrdersPage|StartPage|Thumbnail|PriceBreakdown|RadioCard|Recap|finished|more)\\.',
    '/src/lines/',
    '/rules/src/line\\.',
    '/session/(saved|compared|wholeDesigns|orderDesign|film)\\.',
    // addresses of letters
    'fontsource-variable/noto',
  ].join('|'),
)

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // one style sheet for the whole page: no flash when a lazy part comes in
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // One chunk for the first paint compresses better than the dozen that sharing with lazy parts would make of it.
        codeSplitting: {
          groups: [{ name: 'shop', test: (id: string) => !isLazy.test(id) && !/vite\/|^\0/.test(id) }],
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
