/** A page with nothing but the stage on it, built and served for one test file. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { launchBrowser } from '../scripts/browser.mjs'
import { root } from '../scripts/build.mjs'

export interface Lab {
  /** The built page. */
  readonly folder: string
  /**
   * Opens it, small unless said otherwise: a software renderer pays by the pixel. Shapes of what `lab` gives are in
   * configurator/test/lab/stageLab.ts. `?still` makes doors and camera jump.
   */
  open(
    search?: string,
    from?: Browser,
    viewport?: { width: number; height: number },
  ): Promise<{ page: Page; problems: string[] }>
  stop(): Promise<void>
}

/** Builds the page, serves it on a free port and starts a browser. */
export async function startLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'stage-'))
  await build({
    root: join(root, 'configurator/test/lab'),
    configFile: false,
    logLevel: 'error',
    mode: 'production',
    build: { target: 'es2022', outDir: folder, emptyOutDir: true, chunkSizeWarningLimit: 1000 },
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://lab').pathname
    readFile(join(folder, path === '/' ? 'index.html' : path)).then(
      (body) => {
        const type = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' }[
          extname(path) || '.html'
        ]
        response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' }).end(body)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const browser = await launchBrowser()
  return {
    folder,
    async open(search = '?still', from = browser, viewport = { width: 195, height: 210 }) {
      const page = await from.newPage({ viewport })
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(error.message))
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
      await page.goto(address + search)
      await page.waitForFunction('globalThis.lab')
      return { page, problems }
    },
    async stop() {
      await browser.close()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
