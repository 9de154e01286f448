/** The oven as parts and as the stage's model. Pure; no renderer, no clock. */
import type { Appliance, FocusArea } from './appliance.ts'
import type { View } from './camera.ts'
import { plateLook } from './choices.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { BARE_METAL, paintedBy, type Done, type Model } from './model.ts'
import { drawNameplate } from './nameplate.ts'
import { drawCasing, drawDoor, drawFascia, drawLens, ovenPlanes } from './ovenFront.ts'
import { drawDrawerHousing, drawOvenDrawer } from './ovenDrawer.ts'
import { drawHob } from './ovenHob.ts'
import { drawBareCasing, drawCavity, drawRacks, mouthOf } from './ovenInside.ts'
import { ovenColour, ovenFront, ovenSpec, ovenTone, type OvenFront, type OvenSpec } from './ovenSpec.ts'
import { keyOf, partOf, type Motion, type Offset, type PartPlan } from './parts.ts'

const still: Offset = [0, 0, 0]
/** How far parts stand in front of the casing in the exploded view, metres. */
const APART = { racks: 0.5, fascia: 0.62, door: 0.9, drawer: 0.66, hob: 0.22 }

/** Reads an oven. */
export function ovenModel(appliance: Appliance): Model {
  const spec = ovenSpec(appliance)
  const front = ovenFront(spec)
  const look = plateLook(spec.nameplate, spec.engraving)
  return {
    size: [metres(spec.widthMm), metres(front.heightMm), metres(spec.depthMm)],
    side: sideOf(spec),
    seat: spec.hob === 'none' ? 'tower' : 'range',
    rim: metres(front.top) + 0.014,
    words: look === 'words' ? spec.engraving : '',
    hasDisplay: spec.control === 'display',
    hasGlass: spec.pane === 'clear',
    outline: [front.fascia, front.door, ...(front.drawer ? [front.drawer] : [])],
    plan: (done) => planOven(spec, front, done),
    looks(done) {
      const painted = paintedBy(spec.finish, done)
      return {
        tone: painted ? ovenTone(spec) : BARE_METAL,
        panel: () =>
          painted
            ? { finish: spec.finish, colour: ovenColour(spec) }
            : { finish: 'bare', colour: BARE_METAL },
      }
    },
    view: (area, isOpen) => ovenView(spec, front, area, isOpen),
  }
}

const sideOf = (spec: OvenSpec): 1 | -1 => (spec.door === 'side' && spec.hinge === 'right' ? -1 : 1)

function planOven(spec: OvenSpec, front: OvenFront, done: Done): PartPlan[] {
  const has = (stage: 'body' | 'cavity' | 'smart' | 'complete') => !done || done.has(stage)
  if (!has('body')) return []
  const [complete, electronic] = [has('complete'), has('smart')]
  const { zFace } = ovenPlanes(spec)
  const size = keyOf('oven', spec.widthMm, spec.heightMm, spec.depthMm, spec.drawer)
  const plans: PartPlan[] = []
  const put = (plan: Omit<PartPlan, 'pivot' | 'isInside'> & Partial<PartPlan>) =>
    plans.push({ pivot: still, isInside: false, ...plan })
  put({
    id: 'body',
    key: keyOf(size, spec.hob === 'none'),
    draw: () => partOf('body', still, { solid: drawCasing(spec, front, mouthOf(spec, front)) }),
  })
  put({
    id: 'fascia',
    key: keyOf(size, spec.control, spec.steam === 'tank', spec.camera, electronic),
    panel: 'front',
    apart: [0, 0, APART.fascia],
    draw() {
      const pens = drawFascia(spec, front, electronic)
      if (spec.camera && electronic) drawLens(pens.solid, front, zFace)
      return partOf('fascia', still, pens)
    },
  })
  if (!has('cavity'))
    put({
      id: 'bare',
      key: keyOf(size, 'bare'),
      draw: () => partOf('bare', still, { inside: drawBareCasing(spec, front) }),
    })
  else {
    const { cleaning, fans, grill, steam, microwave, probe, camera, racks, rails, light } = spec
    // Through clear glass it is seen with the door shut.
    const isInside = spec.pane !== 'clear'
    put({
      id: 'cavity',
      key: keyOf(size, cleaning, fans, grill, steam, microwave, probe, camera, racks, rails, light, complete),
      isInside,
      draw: () => partOf('cavity', still, { inside: drawCavity(spec, front, complete) }),
    })
    if (complete)
      put({
        id: 'racks',
        key: keyOf(size, racks, light),
        apart: [0, 0, APART.racks],
        isInside,
        draw: () => partOf('racks', still, { inside: drawRacks(spec, front, complete) }),
      })
  }
  if (complete) {
    const { pivot, motion } = doorOf(spec, front)
    put({
      id: 'door',
      key: keyOf(
        size,
        front.panel,
        front.window,
        front.handle,
        spec.pane,
        spec.microwave,
        spec.door,
        spec.hinge,
      ),
      panel: 'front',
      motion,
      apart: [0, 0, APART.door],
      pivot,
      draw: () => partOf('door', pivot, drawDoor(spec, front, pivot)),
    })
    const look = plateLook(spec.nameplate, spec.engraving)
    if (look)
      put({
        id: 'plate',
        key: keyOf(size, front.plate, look, spec.door, spec.hinge),
        motion,
        apart: [0, 0, APART.door],
        pivot,
        draw() {
          const pens = { solid: new MeshPen(pivot), engraved: new MeshPen(pivot) }
          drawNameplate(pens.solid, pens.engraved, front.plate, look, zFace)
          return partOf('plate', pivot, pens)
        },
      })
    if (spec.hob !== 'none')
      put({
        id: 'hob',
        key: keyOf(size, spec.hob),
        apart: [0, APART.hob, 0],
        draw: () => partOf('hob', still, { solid: drawHob(spec, front) }),
      })
  }
  if (front.drawer) {
    const pivot: Offset = [0, 0, zFace]
    put({
      id: 'housing',
      key: keyOf(size, 'housing'),
      draw: () => partOf('housing', still, { solid: drawDrawerHousing(spec, front) }),
    })
    put({
      id: 'drawer',
      key: keyOf(size, front.handle !== null),
      panel: 'front',
      motion: { kind: 'slide', metres: 0.3 },
      apart: [0, 0, APART.drawer],
      pivot,
      draw: () => partOf('drawer', pivot, drawOvenDrawer(spec, front, pivot)),
    })
  }
  return plans
}

function doorOf(spec: OvenSpec, front: OvenFront): { pivot: Offset; motion: Motion } {
  const { zDoor } = ovenPlanes(spec)
  const { door } = front
  if (spec.door === 'side') {
    const side = spec.hinge === 'left' ? -1 : 1
    return {
      pivot: [metres(door.x + side * (door.w / 2 - 8)), 0, zDoor + 0.004],
      motion: { kind: 'swing', radians: side * 1.75 },
    }
  }
  const low = metres(door.y - door.h / 2) + 0.012
  const under = spec.door === 'slide' ? metres(door.h) * 0.72 : 0
  return { pivot: [0, low, zDoor + 0.012], motion: { kind: 'drop', radians: 1.5, under } }
}

function ovenView(spec: OvenSpec, front: OvenFront, area: FocusArea, isOpen: boolean): View {
  const [w, h, d] = [metres(spec.widthMm), metres(front.heightMm), metres(spec.depthMm)]
  const side = sideOf(spec)
  const around = (r: Rect, margin: number, yaw: number, pitch = 0.08): View => ({
    min: [metres(r.x - r.w / 2) - margin, metres(r.y - r.h / 2) - margin, d / 2 - 0.06],
    max: [metres(r.x + r.w / 2) + margin, metres(r.y + r.h / 2) + margin, d / 2 + 0.04],
    yaw,
    pitch,
    fill: 0.94,
  })
  const whole: View = {
    min: [-w / 2, 0, -d / 2],
    max: [w / 2, h, d / 2],
    yaw: side * 0.46,
    pitch: spec.hob === 'none' ? 0.14 : 0.3,
    fill: 0.82,
  }
  switch (area) {
    case 'screen':
    case 'controls':
      return around(front.fascia, 0.02, side * 0.2, 0.12)
    case 'nameplate':
      return around(front.plate, 0.1, side * 0.2, 0.04)
    case 'handle':
      return front.handle
        ? around(front.handle, 0.09, side * 0.46, 0.16)
        : around({ ...front.door, y: front.door.y + front.door.h / 2 - 60, h: 120 }, 0.04, side * 0.4, 0.2)
    case 'inside':
      return { ...around(mouthOf(spec, front), isOpen ? 0.05 : 0.06, side * 0.16, 0.1) }
    case 'top':
      return { ...whole, min: [-w / 2, h - 0.2, -d / 2], pitch: 0.5, fill: 0.92 }
    case 'bottom':
    case 'drawer':
      return front.drawer && isOpen
        ? {
            ...around(front.drawer, 0.16, side * 0.34, 0.5),
            max: [w / 2 + 0.1, metres(front.drawer.h) + 0.2, d / 2 + 0.3],
          }
        : around(front.drawer ?? { ...front.door, y: 60, h: 120 }, 0.12, side * 0.4, 0.2)
    case 'door':
    case 'front':
    case 'dispenser':
    case 'whole': {
      if (!isOpen) return area === 'whole' ? whole : { ...whole, yaw: side * 0.24, pitch: 0.1, fill: 0.88 }
      const out =
        spec.door === 'side'
          ? w * 0.8
          : spec.door === 'slide'
            ? metres(front.door.h) * 0.3
            : metres(front.door.h)
      const beside = spec.door === 'side' ? w * 0.34 : 0
      return {
        ...whole,
        min: [-w / 2 - (side > 0 ? beside : 0), 0, -d / 2],
        max: [w / 2 + (side < 0 ? beside : 0), h, d / 2 + out * 0.85],
        yaw: side * 0.36,
        pitch: 0.3,
        fill: 0.88,
      }
    }
  }
}
