/** What a picture asks of a phone's GPU: counted from outside at the WebGL calls, in every family and state. */
import type { Page } from 'playwright-core'
import type { Figure } from './harness.ts'
import { heldBy, observations, pathOf, pause, quiet, ready, takePhone, tap, worst } from './pageTools.ts'
import type { Frame, Shop } from './pageTools.ts'

const states = {
  closed: { budget: 'doors shut', calls: 20, triangles: 15_000 },
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
    const note = (state: State, { calls, triangles }: Frame, when = '') => {
      const so = most[state]
      so.calls = Math.max(so.calls, calls)
      so.triangles = Math.max(so.triangles, triangles)
      so.notes.push(`${family} ${when}${calls} / ${Math.round(triangles).toLocaleString('en')}`)
    }
    // Choosing what is inside opens the doors for it (a washer's load: laundry, and the shadow of door, panels and cabinet).
    const changed: Record<'closed' | 'open', Frame[]> = { closed: [], open: [] }
    for (let n = 0; n < 6; n++) {
      const since = await tap(page, n)
      await quiet(page)
      const drawn = (await observations(page)).frames.filter(({ at }) => at > since)
      perChange.push(drawn.length)
      changed[(await isOpen(page)) ? 'open' : 'closed'].push(...drawn)
    }
    for (const state of ['closed', 'open'] as const)
      if (changed[state].length > 0) note(state, mostOf(changed[state]), 'at most ')
    // shut again, so that opening them is seen from its first frame
    if (await isOpen(page)) await tool(page, doors)
    note('open', await tool(page, doors))
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

const mostOf = (frames: readonly Frame[]): Frame => ({
  at: 0,
  calls: Math.max(...frames.map(({ calls }) => calls)),
  triangles: Math.max(...frames.map(({ triangles }) => triangles)),
})

const doors = 'Open the doors'
const isOpen = (page: Page) =>
  page.evaluate<boolean>(`document.querySelector('.tools [title="${doors}"]').ariaPressed === 'true'`)

/** Presses a button beside the picture; gives the most that a picture after it has asked for. */
async function tool(page: Page, label: string): Promise<Frame> {
  const at = await page.evaluate<number>(`inPage.press('.tools [title="${label}"]')`)
  await quiet(page, 1500)
  return worst(page, at)
}
