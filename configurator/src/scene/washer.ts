/** The washing machine as parts and as the stage's model. Pure; no renderer, no clock. */
import type { Appliance, FocusArea } from './appliance.ts'
import type { View } from './camera.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { BARE_METAL, paintedBy, type Done, type Model } from './model.ts'
import { plateLook } from './choices.ts'
import { drawNameplate } from './nameplate.ts'
import { keyOf, partOf, type Offset, type PartPlan } from './parts.ts'
import { drawCabinet, drawPanels, drawPorthole, facePlane } from './washerFront.ts'
import { drawBaseBody, drawBaseDrawer, drawDrum, drawLaundry } from './washerInside.ts'
import {
  washerColour,
  washerFront,
  washerSpec,
  washerTone,
  type WasherFront,
  type WasherSpec,
} from './washerSpec.ts'

const still: Offset = [0, 0, 0]
/** How far parts stand in front of the cabinet in the exploded view, metres. */
const APART = { drum: 0.34, panels: 0.72, plate: 0.78, door: 1.0, drawer: 0.86 }

/** Reads a washing machine. */
export function washerModel(appliance: Appliance): Model {
  const spec = washerSpec(appliance)
  const front = washerFront(spec)
  const look = plateLook(spec.nameplate, spec.engraving)
  return {
    size: [metres(spec.widthMm), metres(front.heightMm), metres(spec.depthMm)],
    side: spec.hinge === 'left' ? 1 : -1,
    seat: 'worktop',
    rim: metres(front.heightMm),
    words: look === 'words' ? spec.engraving : '',
    hasDisplay: spec.control === 'display',
    hasGlass: true,
    outline: [front.fascia, front.panel, front.kick, ...(front.drawer ? [front.drawer] : [])],
    plan: (done) => planWasher(spec, front, done),
    looks(done) {
      const painted = paintedBy(spec.finish, done)
      return {
        tone: painted ? washerTone(spec) : BARE_METAL,
        panel: () =>
          painted
            ? { finish: spec.finish, colour: washerColour(spec) }
            : { finish: 'bare', colour: BARE_METAL },
      }
    },
    view: (area, isOpen) => washerView(spec, front, area, isOpen),
  }
}

function planWasher(spec: WasherSpec, front: WasherFront, done: Done): PartPlan[] {
  const has = (stage: 'body' | 'drum' | 'cooling' | 'smart' | 'complete') => !done || done.has(stage)
  if (!has('body')) return []
  const complete = has('complete')
  const { widthMm, heightMm, depthMm, base, installation, portholeMm } = spec
  const size = keyOf('washer', widthMm, heightMm, depthMm, base, portholeMm)
  const plans: PartPlan[] = []
  const put = (plan: Omit<PartPlan, 'pivot' | 'isInside'> & Partial<PartPlan>) =>
    plans.push({ pivot: still, isInside: false, ...plan })
  put({
    id: 'body',
    key: keyOf(size, installation, spec.hotWater, spec.aquastop, complete),
    draw: () => partOf('body', still, { solid: drawCabinet(spec, front, complete) }),
  })
  const parts = { electronics: has('smart'), fittings: complete, heatPump: has('cooling') }
  put({
    id: 'panels',
    key: keyOf(size, spec.control, spec.dosing, spec.dryer, parts),
    panel: 'front',
    apart: [0, 0, APART.panels],
    draw: () => partOf('panels', still, drawPanels(spec, front, parts)),
  })
  const look = plateLook(spec.nameplate, spec.engraving)
  if (look && complete)
    put({
      id: 'plate',
      key: keyOf(size, look),
      apart: [0, 0, APART.plate],
      draw() {
        const pens = { solid: new MeshPen(), engraved: new MeshPen() }
        drawNameplate(pens.solid, pens.engraved, front.plate, look, facePlane(spec))
        return partOf('plate', still, pens)
      },
    })
  if (has('drum')) {
    const lit = complete
    put({
      id: 'drum',
      key: keyOf(size, spec.loadKg, spec.light, lit),
      apart: [0, 0, APART.drum],
      draw: () => partOf('drum', still, { inside: drawDrum(spec, front, lit) }),
    })
    if (complete)
      put({
        id: 'laundry',
        key: keyOf(size, spec.loadKg, spec.light),
        apart: [0, 0, APART.drum],
        isInside: true,
        draw: () => partOf('laundry', still, { inside: drawLaundry(spec, front, lit) }),
      })
  }
  if (complete) {
    const side = spec.hinge === 'left' ? -1 : 1
    const { porthole } = front
    const pivot: Offset = [metres(porthole.x + side * (porthole.ring + 2)), 0, facePlane(spec) + 0.004]
    put({
      id: 'porthole',
      key: keyOf(size, spec.ring, spec.hinge),
      motion: { kind: 'swing', radians: side * 2.05 },
      apart: [0, 0, APART.door],
      pivot,
      draw: () => partOf('porthole', pivot, drawPorthole(spec, front, pivot)),
    })
  }
  if (front.drawer) {
    const pivot: Offset = [0, 0, facePlane(spec)]
    put({
      id: 'base',
      key: keyOf(size, 'base'),
      draw: () => partOf('base', still, { solid: drawBaseBody(spec, front) }),
    })
    put({
      id: 'drawer',
      key: keyOf(size, 'drawer'),
      panel: 'front',
      motion: { kind: 'slide', metres: 0.34 },
      apart: [0, 0, APART.drawer],
      pivot,
      draw: () => partOf('drawer', pivot, drawBaseDrawer(spec, front, pivot)),
    })
  }
  return plans
}

function washerView(spec: WasherSpec, front: WasherFront, area: FocusArea, isOpen: boolean): View {
  const [w, h, d] = [metres(spec.widthMm), metres(front.heightMm), metres(spec.depthMm)]
  const side = spec.hinge === 'left' ? 1 : -1
  const around = (r: Rect, margin: number, yaw: number, pitch = 0.08): View => ({
    min: [metres(r.x - r.w / 2) - margin, metres(r.y - r.h / 2) - margin, d / 2 - 0.06],
    max: [metres(r.x + r.w / 2) + margin, metres(r.y + r.h / 2) + margin, d / 2 + 0.04],
    yaw,
    pitch,
    fill: 0.94,
  })
  const { porthole } = front
  const hole: Rect = { x: porthole.x, y: porthole.y, w: porthole.ring * 2, h: porthole.ring * 2 }
  const whole: View = {
    min: [-w / 2, 0, -d / 2],
    max: [w / 2, h, d / 2],
    yaw: side * 0.44,
    pitch: 0.14,
    fill: 0.84,
  }
  switch (area) {
    case 'screen':
    case 'controls':
      return around(front.control, 0.07, side * 0.24, 0.1)
    case 'drawer':
      return around(front.dosing, 0.11, side * 0.24, 0.16)
    case 'nameplate':
      return around(front.plate, 0.1, side * 0.2)
    case 'handle':
    case 'door':
      return isOpen
        ? {
            ...around(hole, 0.1, side * 0.3, 0.12),
            max: [metres(hole.w / 2) + 0.1, metres(hole.y + hole.h / 2) + 0.08, d / 2 + 0.3],
          }
        : around(hole, 0.06, side * 0.34)
    case 'inside':
      return around(hole, isOpen ? 0.02 : 0.05, side * 0.14, 0.1)
    case 'bottom':
      return front.drawer
        ? around(front.drawer, isOpen ? 0.3 : 0.08, side * 0.4, isOpen ? 0.5 : 0.16)
        : around(front.kick, 0.12, side * 0.4, 0.14)
    case 'top':
      return {
        ...around({ ...front.fascia, y: front.heightMm - 60, h: 160 }, 0.05, side * 0.5, 0.42),
        min: [-w / 2, h - 0.16, -d / 2],
      }
    case 'front':
      return { ...whole, yaw: side * 0.2, pitch: 0.08 }
    case 'dispenser':
    case 'whole': {
      if (!isOpen) return whole
      const out = metres(porthole.ring) * 1.7
      return { ...whole, max: [w / 2, h, d / 2 + out * 0.6], yaw: side * 0.34, pitch: 0.16 }
    }
  }
}
