/** Section `page`: what a phone has to download, compute and draw. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, SectionResult } from './harness.ts'
import { judgedByLighthouse } from './pageLighthouse.ts'
import { loading } from './pageLoading.ts'
import { longUse } from './pageLong.ts'
import { besideModelViewer } from './pagePeer.ts'
import { drawing } from './pageScene.ts'
import { tapping } from './pageTaps.ts'
import type { Shop } from './pageTools.ts'
import { end, startBridge } from './processes.ts'

export const title = 'Page: first choice, every tap, every frame'
export const about = `The built shop from the bridge's own server in a real Chromium at phone size (390 × 844). Loading: a cold cache, CPU slowed down 4 times,
1.6 Mbit/s with 150 ms latency; model-viewer shows the GLB of the same fridge, made by our own exporter, and nothing else. Taps: the processor time of the page's main thread
from the tap until the first changed picture has been given to the GPU, times four (with the doors open a changed outside is painted before the insides, which follow in the next frames); what the software renderer then takes to draw it is said apart. Frames, draw calls, triangles,
programs and textures are counted from outside, at the WebGL calls themselves. The long use is repeated with \`PAGE_MINUTES=30 npm run bench -- --only page\`.`

export async function measure(bench: Bench): Promise<SectionResult> {
  await bench.buildWeb()
  const folder = await mkdtemp(join(tmpdir(), 'lot-one-bench-'))
  const { child, ports } = await startBridge(bench, folder)
  const browser = await bench.launchBrowser()
  const shop: Shop = { bench, browser, origin: `http://127.0.0.1:${ports.bridge}` }
  try {
    const rounds = bench.quick ? 1 : 5
    return {
      figures: [
        ...(await loading(shop, rounds)),
        ...(await tapping(shop, bench.quick ? 4 : 20)),
        ...(await drawing(shop)),
        ...(await longUse(shop)),
        ...(await judgedByLighthouse(bench, shop.origin)),
      ],
      rows: await besideModelViewer(shop, rounds),
    }
  } finally {
    await browser.close()
    await end(child)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
