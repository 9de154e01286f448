/** What a page has to download, measured on a real bundle. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import type { Bench } from './harness.ts'

/** Bundles a module for browsers, everything in one file, minified; gives its size in bytes after gzip. */
export async function gzippedBundle({ folder }: Bench, source: string): Promise<number> {
  const entry = join(folder, 'weighed.ts')
  writeFileSync(entry, source)
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      lib: { entry, formats: ['es'], fileName: 'weighed' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const [bundle] = Array.isArray(output) ? output : [output]
  if (!bundle || !('output' in bundle)) throw new Error('the bundler gave nothing to weigh')
  const code = bundle.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('')
  return gzipSync(code, { level: 9 }).length
}
