import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `LOT_ONE_BRIDGE` is where the dev server finds the bridge; the built shop is served by the bridge itself. */
const bridge = process.env['LOT_ONE_BRIDGE'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // one style sheet for the whole page: no flash when a lazy part comes in
    cssCodeSplit: false,
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
