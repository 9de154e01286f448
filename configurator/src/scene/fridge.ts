/**
 * The fridge as parts: (spec) -> a list of plans, each with a key made of exactly the inputs it reads, so that who
 * keeps parts can tell which must be drawn again. Pure; no renderer, no clock.
 */
import type { BuildStage } from './appliance.ts'
import { drawBareInside, drawBody, measureCabinet, type Cabinet } from './fridgeBody.ts'
import { drawFront, type FrontPlace } from './fridgeFront.ts'
import { drawFrontInside } from './fridgeFrontInside.ts'
import { drawDrawers, drawHollow, drawShelves, type InsidePens } from './fridgeInside.ts'
import {
  fixturesOf,
  frontsOf,
  handlesOf,
  type FinishKind,
  type Front,
  type FrontId,
  type FridgeSpec,
} from './layouts.ts'
import { metres } from './mesh.ts'
import { keyOf, partOf, type Motion, type Offset, type Part, type PartPlan } from './parts.ts'

/** What the stations have finished, as switches the builders read. */
export interface Progress {
  body: boolean
  painted: boolean
  foam: boolean
  cooling: boolean
  smart: boolean
  complete: boolean
}

/**
 * Reads finished stages. Null means a finished fridge. Only lacquer is painted on the line: other fronts arrive
 * finished with the sheet metal.
 */
export function progressOf(finish: FinishKind, done: ReadonlySet<BuildStage> | null): Progress {
  const has = (stage: BuildStage) => done === null || done.has(stage)
  const body = has('body')
  return {
    body,
    painted: body && (has('paint') || finish !== 'lacquer'),
    foam: body && has('foam'),
    cooling: body && has('cooling'),
    smart: body && has('smart'),
    complete: body && has('complete'),
  }
}

/** Plans every part of a fridge; nothing is drawn until a plan's `draw` is called. */
export function planFridge(spec: FridgeSpec, progress: Progress = progressOf(spec.finish, null)): PartPlan[] {
  if (!progress.body) return []
  const fronts = frontsOf(spec)
  const fixtures = fixturesOf(spec, fronts)
  const handles = handlesOf(spec, fronts)
  const cabinet = measureCabinet(spec, fronts)
  const size = [spec.widthMm, spec.heightMm, spec.depthMm, spec.doors, spec.hasMiddle]
  const plans: PartPlan[] = []
  const still = [0, 0, 0] as const
  plans.push({
    id: 'body',
    key: keyOf(size, spec.hinge, spec.handle === 'recessed', progress.cooling),
    pivot: still,
    isInside: false,
    draw: () => partOf('body', still, { solid: drawBody(spec, cabinet, fronts, progress.cooling) }),
  })
  for (const front of fronts) {
    const on = fixtures.filter((f) => f.on === front.id)
    const handle = handles.find((h) => h.on === front.id)
    const place = placeOf(cabinet, front.kind, front.hinge, front)
    const motion = motionOf(front.kind, front.hinge, front.id)
    const parts = { electronics: progress.smart, handle: progress.complete }
    const frontKey = keyOf(front, spec.depthMm, spec.heightMm, spec.doors)
    plans.push({
      id: `front:${front.id}`,
      key: keyOf(frontKey, on, handle, spec.finish === 'wood_ready', parts),
      panel: front.id,
      motion,
      apart: apartOf(front),
      pivot: place.pivot,
      isInside: false,
      draw: () => partOf(`front:${front.id}`, place.pivot, drawFront(spec, front, on, handle, place, parts)),
    })
    if (!progress.foam) continue
    const fittings = { cooling: progress.cooling, lamps: progress.smart, fittings: progress.complete }
    plans.push({
      id: `inside:${front.id}`,
      key: keyOf(frontKey, size, front.kind === 'drawer' && spec.drawers, fittings),
      panel: front.id,
      motion,
      apart: apartOf(front),
      pivot: place.pivot,
      isInside: true,
      draw: () => {
        const { solid, clear } = drawFrontInside(spec, cabinet, front, place, fittings)
        return partOf(`inside:${front.id}`, place.pivot, { inside: solid, clear })
      },
    })
  }
  if (!progress.foam) {
    plans.push({
      id: 'compartment:bare',
      key: keyOf(size),
      pivot: still,
      isInside: true,
      draw: () => partOf('compartment:bare', still, { inside: drawBareInside(cabinet) }),
    })
    return plans
  }
  const parts = { cooling: progress.cooling, lamps: progress.smart, fittings: progress.complete }
  const { drawers, wineZone, iceMaker, waterTank, light, noFrost } = spec
  const hollowKey = keyOf(size, spec.handle === 'recessed', light, noFrost, parts)
  const fittingsKey = keyOf(hollowKey, drawers, wineZone, iceMaker, waterTank)
  for (const c of cabinet.compartments) {
    const put = (id: string, key: string, z: number, draw: () => InsidePens) =>
      plans.push({
        id,
        key,
        pivot: still,
        apart: [0, 0, z],
        isInside: true,
        draw() {
          const { solid, clear } = draw()
          return partOf(id, still, { inside: solid, clear })
        },
      })
    put(`compartment:${c.id}`, hollowKey, 0, () => drawHollow(spec, cabinet, c, parts))
    if (!parts.fittings || (c.id !== 'upper' && c.fronts[0]!.kind === 'drawer')) continue
    put(`shelves:${c.id}`, fittingsKey, APART.shelves, () => drawShelves(spec, cabinet, c, parts))
    put(`drawers:${c.id}`, fittingsKey, APART.drawers, () => drawDrawers(spec, cabinet, c, parts))
  }
  return plans
}

/** Draws every part of a fridge at once: for tests, exports and comparisons. */
export function drawFridge(spec: FridgeSpec, progress?: Progress): Part[] {
  return planFridge(spec, progress).map((plan) => plan.draw())
}

/** How far parts stand in front of the cabinet in the exploded view, metres. */
const APART = { shelves: 0.56, drawers: 0.72, fronts: 1.25 }

/** Fronts leave along their normals, and a little away from each other. */
function apartOf({ id }: Front): Offset {
  const x = id === 'upper_right' ? 0.07 : id === 'upper_left' ? -0.07 : 0
  const y = id === 'lower' ? 0 : id === 'middle' ? 0.05 : 0.1
  return [x, y, APART.fronts]
}

function placeOf(
  cabinet: Cabinet,
  kind: 'door' | 'drawer',
  hinge: 'left' | 'right',
  front: { x: number; w: number },
): FrontPlace {
  const side = hinge === 'left' ? -1 : 1
  const x = kind === 'door' ? metres(front.x + side * (front.w / 2)) - side * 0.012 : metres(front.x)
  return { zBack: cabinet.zDoor, pivot: [x, 0, cabinet.zDoor + (kind === 'door' ? 0.02 : 0)] }
}

function motionOf(kind: 'door' | 'drawer', hinge: 'left' | 'right', id: FrontId): Motion {
  if (kind === 'drawer') return { kind: 'slide', metres: id === 'middle' ? 0.24 : 0.38 }
  return { kind: 'swing', radians: (hinge === 'left' ? -1 : 1) * (id === 'lower' ? 1.75 : 1.9) }
}
