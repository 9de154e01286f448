/** The drawer below an oven, for trays or for warming plates. */
import { drawHandle } from './fridgeFittings.ts'
import { roomLight } from './lamps.ts'
import { MeshPen, metres } from './mesh.ts'
import { DOOR, ovenPlanes, place, skin } from './ovenFront.ts'
import type { OvenFront, OvenSpec } from './ovenSpec.ts'
import type { Offset } from './parts.ts'
import { box, flat, slab } from './solids.ts'
import { lathe } from './turned.ts'

/** Draws the drawer below: coloured front, box, and what is kept in it. */
export function drawOvenDrawer(
  spec: OvenSpec,
  front: OvenFront,
  pivot: Offset,
): { panel: MeshPen; solid: MeshPen; inside: MeshPen } {
  const pens = { panel: new MeshPen(pivot), solid: new MeshPen(pivot), inside: new MeshPen(pivot) }
  const { zFace, zDoor } = ovenPlanes(spec)
  const r = place(front.drawer!)
  pens.panel.light = roomLight(metres(front.heightMm))
  pens.panel
    .castFromHere()
    .use('panel')
    .at(r.x, r.y, zFace - DOOR / 2)
  slab(pens.panel, r.w, r.h, DOOR, { ...skin, edges: 5 })
  if (front.handle)
    drawHandle(
      pens.solid.castFromHere(),
      {
        kind: 'bar',
        vertical: false,
        x: 0,
        y: front.drawer!.y + front.drawer!.h / 2 - 34,
        w: front.drawer!.w * 0.78,
        h: 14,
      },
      zFace,
    )
  const warm = spec.drawer === 'warming'
  if (warm) {
    pens.solid.use('led', '#ff9d5c').at(r.x + r.w / 2 - 0.05, r.y - r.h * 0.25, zFace + 0.0005)
    flat(pens.solid, -0.012, -0.0011, 0.012, 0.0011)
  }
  const { inside } = pens
  const deep = metres(spec.depthMm) - 0.1
  const [w, h] = [r.w - 0.07, r.h - 0.04]
  inside.light = warm ? () => [1.15, 0.98, 0.86] : () => [0.95, 0.95, 0.95]
  inside.use('plate', '#8f9397').at(r.x, r.y, zDoor - deep / 2)
  box(inside, w, h, deep, 'top front back left right')
  for (const s of [-1, 1]) {
    inside.at(r.x + s * (w / 2), r.y, zDoor - deep / 2)
    box(inside, 0.004, h, deep)
  }
  inside.at(r.x, r.y, zDoor - deep)
  box(inside, w, h, 0.004)
  inside.at(r.x, r.y - h / 2 + 0.002, zDoor - deep / 2)
  box(inside, w, 0.003, deep)
  const floor = r.y - h / 2 + 0.005
  if (warm)
    for (let k = 0; k < 4; k++) {
      inside
        .use('prop', '#f2efe8')
        .at(r.x + (k % 2 ? 0.11 : -0.11), floor + Math.floor(k / 2) * 0.014, zDoor - deep * 0.35)
      lathe(
        inside,
        [
          [0.06, 0],
          [0.1, 0.014],
          [0.102, 0.017],
          [0.06, 0.005],
          [0, 0.004],
        ],
        28,
      )
    }
  else
    for (let k = 0; k < 3; k++) {
      inside
        .use('dark', k === 1 ? '#43474c' : '#2c2f33')
        .at(r.x, floor + 0.012 + k * 0.016, zDoor - deep * 0.48, ['x', -Math.PI / 2])
      slab(inside, w * 0.86, deep * 0.8, 0.012, { radii: 0.02, fillet: 0.005, segments: 4, back: false })
    }
  return pens
}

/** Draws the drawer's housing. */
export function drawDrawerHousing(spec: OvenSpec, front: OvenFront): MeshPen {
  const pen = new MeshPen()
  const { zDoor } = ovenPlanes(spec)
  const high = metres(front.low) - 0.002
  const deep = zDoor + metres(spec.depthMm) / 2
  pen.use('shell')
  for (const s of [-1, 1]) {
    pen.at(s * (metres(spec.widthMm) / 2 - 0.018), high / 2, zDoor - deep / 2)
    box(pen, 0.004, high, deep - 0.002)
  }
  pen.at(0, high / 2, -metres(spec.depthMm) / 2 + 0.004)
  box(pen, metres(spec.widthMm) - 0.036, high, 0.004)
  return pen
}
