/** One door or drawer front of the fridge: leaf, panel, finger channel, seals. */
import { drawFixture, drawHandle } from './fridgeFittings.ts'
import { roomLight } from './lamps.ts'
import {
  DOOR_MM,
  FINISH_COLOURS,
  GRIP_MM,
  type Fixture,
  type Front,
  type FridgeSpec,
  type HandleBar,
} from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { box, slab } from './solids.ts'
import { band, lathe } from './turned.ts'

/** Thickness of the coloured panel in front of the leaf. */
export const PANEL = 0.008
const CROWN = 0.0011

/** Where a front stands: the plane its back lies in, its whole thickness, its pivot. */
export interface FrontPlace {
  zBack: number
  pivot: readonly [number, number, number]
}

/** What of a front is there to be drawn; a unit on the line grows one by one. */
export interface FrontParts {
  electronics: boolean
  handle: boolean
}

/** Draws a front in its pivot's coordinates: pens for solid parts, the coloured panel and lit displays. */
export function drawFront(
  spec: FridgeSpec,
  front: Front,
  fixtures: readonly Fixture[],
  handle: HandleBar | undefined,
  { zBack, pivot }: FrontPlace,
  parts: FrontParts,
): { solid: MeshPen; panel: MeshPen; display: MeshPen; engraved: MeshPen } {
  const solid = new MeshPen(pivot)
  const panel = new MeshPen(pivot)
  panel.light = roomLight(metres(spec.heightMm))
  const display = new MeshPen(pivot)
  const engraved = new MeshPen(pivot)
  const [x, y, w, h] = [front.x, front.y, front.w, front.h].map(metres) as [number, number, number, number]
  const p = {
    x: metres(front.panel.x),
    y: metres(front.panel.y),
    w: metres(front.panel.w),
    h: metres(front.panel.h),
  }
  const thick = metres(DOOR_MM)
  const leaf = thick - PANEL - CROWN
  const zLeaf = zBack + leaf
  const zFace = zLeaf + PANEL
  const dispenser = fixtures.find((f) => f.kind === 'dispenser')
  const hole = dispenser && {
    x: metres(dispenser.x) - p.x,
    y: metres(dispenser.y) - p.y,
    w: metres(dispenser.w),
    h: metres(dispenser.h),
    radius: 0.016,
    fillet: 0.003,
  }

  // The leaf: a thin full-size tray, and the foamed block in front of it that leaves room for fingers.
  const channel = 0.026
  const block = front.grip ? leaf - channel : leaf
  solid.use('trim').at(x, y, zBack + block / 2)
  slab(solid, w - 0.0014, h - 0.0014, block, {
    radii: 0.004,
    fillet: 0.0014,
    edges: 2,
    sideShade: 0.55,
    frontShade: 0.12,
    ...(hole && { hole: { ...hole, x: hole.x + p.x - x, y: hole.y + p.y - y, fillet: 0.001 } }),
  })
  if (front.grip) {
    solid.use('trim').at(p.x, p.y, zBack + block + channel / 2)
    slab(solid, p.w - 0.0014, p.h - 0.0014, channel, {
      radii: 0.004,
      fillet: 0.001,
      edges: 2,
      sideShade: 0.55,
      frontShade: 0.12,
      ...(hole && { hole: { ...hole, fillet: 0.001 }, back: false }),
    })
    fingerChannel(solid, front, zFace, channel + PANEL)
  }

  seals(solid, spec, front, zBack)

  const furnitureFrame = spec.finish === 'wood_ready'
  const radii = 0.006
  panel
    .castFromHere()
    .use('panel')
    .at(p.x, p.y, zLeaf + PANEL / 2)
  if (furnitureFrame) furnitureFront(panel, solid, p, zLeaf, hole)
  else
    slab(panel, p.w, p.h, PANEL, {
      radii,
      fillet: 0.0028,
      segments: 6,
      filletSegments: 4,
      edges: 6,
      crown: CROWN,
      sideShade: 0.6,
      ...(hole && { hole, back: false }),
    })

  const face = furnitureFrame ? zLeaf + FURNITURE_RECESS : zFace
  if (parts.electronics)
    for (const fixture of fixtures) drawFixture({ solid, display, engraved }, fixture, zFace, face)
  if (handle && parts.handle) drawHandle(solid.castFromHere(), handle, zFace)
  return { solid, panel, display, engraved }
}

/** The magnetic gasket, and the flap on the left of two doors that closes the gap between them. */
function seals(pen: MeshPen, spec: FridgeSpec, front: Front, zBack: number): void {
  const [x, y, w, h] = [front.x, front.y, front.w, front.h].map(metres) as [number, number, number, number]
  const [inset, wide, deep] = [0.009, 0.016, 0.009]
  pen.use('gasket', '#3a3d42')
  for (const s of [-1, 1]) {
    pen.at(x + s * (w / 2 - inset - wide / 2), y, zBack - deep / 2)
    box(pen, wide, h - 2 * inset, deep, 'front')
    pen.at(x, y + s * (h / 2 - inset - wide / 2), zBack - deep / 2)
    box(pen, w - 2 * inset - 2 * wide, wide, deep, 'front left right')
  }
  if (spec.doors === 'french_door' && front.id === 'upper_left') {
    pen.use('dark', '#1d1f22').at(x + w / 2 - 0.008, y, zBack + 0.008)
    slab(pen, 0.03, h - 0.05, 0.014, { radii: 0.003, fillet: 0.002, segments: 2, back: true })
  }
}

/** How far the panel of a wood-ready front lies above the leaf: the furniture board fills the rest. */
const FURNITURE_RECESS = 0.002

/** A painted frame around a bare board, with the bosses that will take the furniture panel. */
function furnitureFront(
  panel: MeshPen,
  solid: MeshPen,
  p: { x: number; y: number; w: number; h: number },
  zLeaf: number,
  hole: NonNullable<Parameters<typeof slab>[4]>['hole'],
): void {
  const rim = 0.022
  panel.use('panel')
  for (const s of [-1, 1]) {
    panel.at(p.x + s * (p.w / 2 - rim / 2), p.y, zLeaf + PANEL / 2)
    slab(panel, rim, p.h, PANEL, { radii: 0.003, fillet: 0.0016, edges: 2, back: false, sideShade: 0.7 })
    panel.at(p.x, p.y + s * (p.h / 2 - rim / 2), zLeaf + PANEL / 2)
    slab(panel, p.w - 2 * rim, rim, PANEL, { fillet: 0.0016, segments: 1, back: false, sideShade: 0.7 })
  }
  solid.use('wood', FINISH_COLOURS.wood_ready).at(p.x, p.y, zLeaf + FURNITURE_RECESS / 2)
  slab(solid, p.w - 2 * rim, p.h - 2 * rim, FURNITURE_RECESS, {
    fillet: 0.0002,
    segments: 1,
    filletSegments: 1,
    edges: 4,
    back: false,
    ...(hole && { hole: { ...hole, fillet: 0.0006 } }),
  })
  const rows = Math.max(2, Math.round(p.h / 0.32))
  for (let k = 0; k < rows; k++)
    for (const s of [-1, 1]) {
      const y = p.y - p.h / 2 + 0.075 + ((p.h - 0.15) * k) / (rows - 1)
      solid.use('plate', '#a9adb1')
      solid.at(p.x + s * (p.w / 2 - rim - 0.035), y, zLeaf + FURNITURE_RECESS, ['x', Math.PI / 2])
      lathe(
        solid,
        [
          [0.012, 0],
          [0.012, 0.0022],
          [0.0105, 0.0034],
          [0.0055, 0.0034],
        ],
        16,
      )
      solid.use('dark', '#1a1b1d')
      lathe(
        solid,
        [
          [0.0055, 0.003],
          [0, 0.003],
        ],
        12,
      )
    }
}

/** The scooped channel behind the panel's edge, darker towards its depth. */
function fingerChannel(pen: MeshPen, front: Front, zFace: number, depth: number): void {
  const grip = metres(GRIP_MM)
  const [x, y, w, h] = [front.x, front.y, front.w, front.h].map(metres) as [number, number, number, number]
  const turn = { bottom: Math.PI, top: 0, left: Math.PI / 2, right: -Math.PI / 2 }[front.grip!]
  const upright = front.grip === 'left' || front.grip === 'right'
  const long = (upright ? h : w) - 0.0016
  const reach = upright ? w / 2 : h / 2
  const radius = grip * 0.5
  const profile: [number, number][] = []
  for (let s = 0; s <= 7; s++) {
    const a = ((s / 7) * Math.PI) / 2
    profile.push([radius - radius * Math.cos(a), -depth * Math.sin(a)])
  }
  profile.push([grip - 0.002, -depth])
  // Drawn for a channel along a top edge, panel edge at y = 0; turned about z for the others.
  pen.use('trim', '#b9bcc2')
  const edge = reach - grip
  const [dx, dy] = [-Math.sin(turn) * edge, Math.cos(turn) * edge]
  pen.at(x + dx, y + dy, zFace - 0.003, ['z', turn])
  band(
    pen,
    -long / 2,
    long / 2,
    profile.map(([py, pz]): [number, number] => [py, Math.min(0, pz + 0.003)]),
    (i) => 0.75 - 0.5 * Math.sin((Math.min(i, 7) / 7) * (Math.PI / 2)) + (i === 8 ? 0.2 : 0),
  )
}
