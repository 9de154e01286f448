/** The inner side of the fronts: door bins with what stands in them, and the boxes that drawers pull out. */
import type { Cabinet } from './fridgeBody.ts'
import type { FrontPlace } from './fridgeFront.ts'
import type { InsideParts, InsidePens } from './fridgeInside.ts'
import { bottle, seeded, stockCrisper, stockFrozen } from './groceries.ts'
import { drawerPlan, type Front, type FridgeSpec } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { box, slab } from './solids.ts'

/** Draws what is mounted on the inner side of a front, in its pivot's coordinates. */
export function drawFrontInside(
  spec: FridgeSpec,
  cabinet: Cabinet,
  front: Front,
  { zBack, pivot }: FrontPlace,
  parts: InsideParts,
): InsidePens {
  const pens = { solid: new MeshPen(pivot), clear: new MeshPen(pivot) }
  const { solid } = pens
  const [x, y, w, h] = [front.x, front.y, front.w, front.h].map(metres) as [number, number, number, number]
  // Open doors look into the room: an even light, a little brighter than the shell.
  solid.light = () => [1.12, 1.12, 1.12]
  solid.use('liner', '#e9ecee').at(x, y, zBack - 0.004, ['y', Math.PI])
  slab(solid, w - 0.05, h - 0.05, 0.008, { radii: 0.012, fillet: 0.004, edges: 2, back: false })
  if (!parts.fittings) return pens
  if (front.kind === 'drawer') pullOut(pens, spec, cabinet, front, zBack)
  else doorBins(pens, front, zBack)
  return pens
}

function doorBins({ solid, clear }: InsidePens, front: Front, zBack: number): void {
  const [x, y] = [metres(front.x), metres(front.y)]
  const w = metres(front.w) - 0.16
  const inner = metres(front.h) - 0.13
  const cold = front.id === 'lower'
  const deep = cold ? 0.07 : 0.095
  const h = cold ? 0.07 : 0.085
  for (const s of [-1, 1]) {
    solid.use('liner', '#eef0f1').at(x + s * (w / 2 + 0.013), y, zBack - 0.03, ['y', Math.PI])
    slab(solid, 0.024, inner, 0.05, { radii: 0.008, fillet: 0.006, segments: 3, back: false })
  }
  const count = Math.max(2, Math.round(inner / 0.29))
  for (let k = 0; k < count; k++) {
    const floor = y - inner / 2 + 0.02 + (k * inner) / count
    const z = zBack - 0.008
    clear.use('clear', '#e9f2f4').at(x, floor + h / 2, z - deep, ['y', Math.PI])
    slab(clear, w, h, 0.004, { radii: 0.01, fillet: 0.0015, filletSegments: 1 })
    for (const s of [-1, 1]) {
      clear.at(x + s * (w / 2 - 0.0015), floor + h / 2, z - deep / 2)
      box(clear, 0.003, h, deep, 'front back')
    }
    solid.use('liner', '#dfe4e6').at(x, floor, z - deep / 2)
    box(solid, w, 0.005, deep)
    solid.use('satin', '#e9ecee').at(x, floor + h - 0.003, z - deep - 0.002, ['y', Math.PI])
    slab(solid, w + 0.002, 0.01, 0.008, { radii: 0.003, fillet: 0.0015, segments: 2, back: false })
    const random = seeded(k * 13 + Math.round(front.x) + 5)
    const room = inner / count
    if (cold) {
      stockFrozen(
        solid,
        {
          x: x - w / 2 + 0.02,
          y: floor + 0.004,
          z: z - 0.008,
          w: w - 0.04,
          h: Math.min(0.15, room * 0.55),
          d: deep - 0.016,
        },
        k + 3,
      )
      continue
    }
    let at = x - w / 2 + 0.012
    for (;;) {
      const r = 0.027 + random() * 0.007
      if (at + 2 * r > x + w / 2 - 0.008) break
      const tall = Math.min(room - 0.03, 0.15 + random() * 0.1)
      if (random() < 0.82)
        bottle(solid, at + r, floor + 0.004, z - deep / 2, r, tall, Math.floor(random() * 5))
      at += 2 * r + 0.012
    }
  }
}

function pullOut(pens: InsidePens, spec: FridgeSpec, cabinet: Cabinet, front: Front, zBack: number): void {
  const { solid, clear } = pens
  const [x, y, fh] = [metres(front.x), metres(front.y), metres(front.h)]
  const compartment = cabinet.compartments.find((c) => c.fronts.includes(front))!
  const deep = Math.min(0.46, compartment.depth - 0.05)
  const w = compartment.w - 0.03
  const h = Math.min(fh * 0.62, compartment.h - 0.03)
  const floor = y - fh / 2 + 0.05
  const z = zBack - 0.012
  for (const s of [-1, 1]) {
    clear.use('clear', '#e9f2f4').at(x + s * (w / 2 - 0.002), floor + h / 2, z - deep / 2)
    box(clear, 0.004, h, deep, 'front back')
    solid.use('satin', '#dfe2e4').at(x + s * (w / 2 + 0.004), floor + h * 0.5, z - deep / 2)
    box(solid, 0.006, 0.02, deep, 'front')
  }
  solid.use('liner', '#e3e7e9').at(x, floor, z - deep / 2)
  box(solid, w, 0.006, deep)
  solid.use('liner', '#e6eaec').at(x, floor + h / 2, z - deep)
  box(solid, w, h, 0.005)
  const bins = front.id === 'lower' ? Math.max(1, drawerPlan(spec.drawers).freezer) : 1
  const bw = w / bins
  for (let k = 0; k < bins; k++) {
    if (k > 0) {
      solid.use('liner', '#dfe4e6').at(x - w / 2 + k * bw, floor + h * 0.42, z - deep / 2)
      box(solid, 0.004, h * 0.8, deep - 0.01, 'bottom')
    }
    for (let row = 0; row < 3; row++) {
      const space = {
        x: x - w / 2 + k * bw + 0.012,
        y: floor + 0.004,
        z: z - 0.012 - (row * deep) / 3,
        w: bw - 0.024,
        h: h * 0.82,
        d: deep / 3 - 0.02,
      }
      if (front.id === 'middle') stockCrisper(solid, space, 50 + row)
      else stockFrozen(solid, space, k * 7 + row)
    }
  }
}
