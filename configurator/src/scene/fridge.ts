/**
 * The fridge as parts: (spec) -> a list of plans, each with a key made of exactly the inputs it reads, so that who
 * keeps parts can tell which must be drawn again. Pure; no renderer, no clock.
 */
import type { BuildStage } from './appliance.ts'
import { drawBareInside, drawBody, measureCabinet, type Cabinet } from './fridgeBody.ts'
import { drawFront, type FrontPlace } from './fridgeFront.ts'
import { drawFrontInside } from './fridgeFrontInside.ts'
import { drawCompartment } from './fridgeInside.ts'
import { fixturesOf, frontsOf, handlesOf, type FinishKind, type FrontId, type FridgeSpec } from './layouts.ts'
import { metres, type MeshData, type MeshPen } from './mesh.ts'

/** What draws a mesh: solid parts, what is only seen with doors open, glass, the coloured panel, lit pictures. */
export type MeshRole = 'solid' | 'inside' | 'clear' | 'panel' | 'display'

/** How a part moves when the fridge opens: about its pivot's vertical axis, or straight out. */
export type Motion = { kind: 'swing'; radians: number } | { kind: 'slide'; metres: number }

/** A drawn part. Vertices are relative to `pivot`. */
export interface Part {
  id: string
  pivot: readonly [number, number, number]
  meshes: { role: MeshRole; data: MeshData }[]
}

/** A part that could be drawn. Two plans with the same id and key draw the same part. */
export interface PartPlan {
  id: string
  key: string
  /** The front whose colour and motion it follows, if any. */
  front?: FrontId
  motion?: Motion
  pivot: readonly [number, number, number]
  /** Only seen with the doors open, so it can wait. */
  isInside: boolean
  draw(): Part
}

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
    draw: () => part('body', still, { solid: drawBody(spec, cabinet, fronts, progress.cooling) }),
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
      front: front.id,
      motion,
      pivot: place.pivot,
      isInside: false,
      draw: () => part(`front:${front.id}`, place.pivot, drawFront(spec, front, on, handle, place, parts)),
    })
    if (!progress.foam) continue
    const fittings = { cooling: progress.cooling, lamps: progress.smart, fittings: progress.complete }
    plans.push({
      id: `inside:${front.id}`,
      key: keyOf(frontKey, size, front.kind === 'drawer' && spec.drawers, fittings),
      front: front.id,
      motion,
      pivot: place.pivot,
      isInside: true,
      draw: () => {
        const { solid, clear } = drawFrontInside(spec, cabinet, front, place, fittings)
        return part(`inside:${front.id}`, place.pivot, { inside: solid, clear })
      },
    })
  }
  if (!progress.foam) {
    plans.push({
      id: 'compartment:bare',
      key: keyOf(size),
      pivot: still,
      isInside: true,
      draw: () => part('compartment:bare', still, { inside: drawBareInside(cabinet) }),
    })
    return plans
  }
  for (const compartment of cabinet.compartments) {
    const parts = { cooling: progress.cooling, lamps: progress.smart, fittings: progress.complete }
    const id = `compartment:${compartment.id}`
    const { drawers, wineZone, iceMaker, waterTank, light, noFrost } = spec
    plans.push({
      id,
      key: keyOf(
        size,
        spec.handle === 'recessed',
        drawers,
        wineZone,
        iceMaker,
        waterTank,
        light,
        noFrost,
        parts,
      ),
      pivot: still,
      isInside: true,
      draw: () => {
        const { solid, clear } = drawCompartment(spec, cabinet, compartment, parts)
        return part(id, still, { inside: solid, clear })
      },
    })
  }
  return plans
}

/** Draws every part of a fridge at once: for tests, exports and comparisons. */
export function drawFridge(spec: FridgeSpec, progress?: Progress): Part[] {
  return planFridge(spec, progress).map((plan) => plan.draw())
}

const keyOf = (...inputs: unknown[]): string => JSON.stringify(inputs)

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

function part(
  id: string,
  pivot: readonly [number, number, number],
  pens: Partial<Record<MeshRole, MeshPen>>,
): Part {
  const meshes = (Object.entries(pens) as [MeshRole, MeshPen][])
    .filter(([, pen]) => !pen.isEmpty)
    .map(([role, pen]) => ({ role, data: pen.finish() }))
  return { id, pivot, meshes }
}
