/** What a picture asks of a phone's GPU: counted from outside at the WebGL calls, in every family and state. */
import type { Page } from 'playwright-core'
import type { Figure } from './harness.ts'
import { heldBy, observations, pathOf, pause, quiet, ready, takePhone, tap, worst } from './pageTools.ts'
import type { Frame, Shop } from './pageTools.ts'

const states = {
  closed: { budget: 'at rest', calls: 20, triangles: 15_000 },
  open: { budget: 'doors open, furnished', calls: 45, triangles: 70_000 },
  room: { budget: 'in the kitchen, doors open', calls: 60, triangles: 150_000 },
} as const
type State = keyof typeof states

/** Counts where motion is not wanted, so that one change is one picture. */
export async function drawing(shop: Shop): Promise<Figure[]> {
  const most: Record<State, { calls: number; triangles: number; notes: string[] }> = {
    closed: { calls: 0, triangles: 0, notes: [] },
    open: { calls: 0, triangles: 0, notes: [] },
    room: { calls: 0, triangles: 0, notes: [] },
  }
  let [programs, textures] = [0, 0]
  const perChange: number[] = []
  let idleFrames = 0
  for (const family of ['fridge', 'washer', 'oven'] as const) {
    const { page, close } = await takePhone(shop, { reducedMotion: 'reduce' })
    await page.goto(shop.origin + pathOf[family])
    await ready(page)
    const note = (state: State, { calls, triangles }: Frame) => {
      const so = most[state]
      so.calls = Math.max(so.calls, calls)
      so.triangles = Math.max(so.triangles, triangles)
      so.notes.push(`${family} ${calls} / ${Math.round(triangles).toLocaleString('en')}`)
    }
    const began = await page.evaluate<number>('performance.now()')
    for (let n = 0; n < 6; n++) {
      const since = await tap(page, n)
      await quiet(page)
      perChange.push((await observations(page)).frames.filter(({ at }) => at > since).length)
    }
    // a first frame also draws the light that every later one only looks up, and a change of shape its shadow
    const { frames } = await observations(page)
    note('closed', frames.at(-1)!)
    const changing = await worst(page, began)
    most.closed.notes.push(
      `while it changes ${changing.calls} / ${Math.round(changing.triangles).toLocaleString('en')}`,
    )
    note('open', await tool(page, 'Open the doors'))
    note('room', await tool(page, 'Stand it in a kitchen'))
    const before = (await observations(page)).frames.length
    await pause(5000)
    idleFrames += (await observations(page)).frames.length - before
    const held = await heldBy(page)
    programs = Math.max(programs, held.programs)
    textures = Math.max(textures, held.bytes)
    await close()
  }
  return [
    {
      name: 'frames drawn per change, at most',
      value: Math.max(...perChange),
      bar: { atMost: 1 },
      note: `reduced motion, ${perChange.length} taps in three families`,
    },
    { name: 'frames drawn in fifteen idle seconds', value: idleFrames, bar: { atMost: 0 } },
    ...Object.entries(states).flatMap(([state, { budget, calls, triangles }]) => {
      const { notes, ...found } = most[state as State]
      return [
        { name: `draw calls, ${budget}`, value: found.calls, bar: { atMost: calls }, note: notes.join(', ') },
        { name: `triangles, ${budget}`, value: Math.round(found.triangles), bar: { atMost: triangles } },
      ]
    }),
    { name: 'shader programs, everything shown and made ahead', value: programs, bar: { atMost: 10 } },
    { name: 'textures on the GPU', value: textures / 1e6, unit: 'MB', bar: { atMost: 32 } },
  ]
}

/** Presses a button beside the picture; gives the most that a picture after it has asked for. */
async function tool(page: Page, label: string): Promise<Frame> {
  const at = await page.evaluate<number>(`inPage.press('.tools [title="${label}"]')`)
  await quiet(page, 1500)
  return worst(page, at)
}
