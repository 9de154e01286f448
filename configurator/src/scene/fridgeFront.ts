/** One door or drawer front of the fridge: leaf, panel, finger channel, handle and everything mounted on it. */
import { houseName } from './lettering.ts'
import {
  DOOR_MM,
  FINISH_COLOURS,
  GRIP_MM,
  type Fixture,
  type Front,
  type FridgeSpec,
  type HandleBar,
} from './layouts.ts'
import { MeshPen, type BakedLight } from './mesh.ts'
import { band, bentPath, box, cavity, flat, lathe, picture, slab, sweep } from './solids.ts'

/** Metres from millimetres: the one place where the elevation's unit becomes the scene's. */
export const metres = (mm: number): number => mm / 1000

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

/** The atlas rectangles (u0, v0, u1, v1) of the pictures shown on displays. */
export const DISPLAY_UV = {
  s7: [0, 0.75, 0.4, 1],
  s21: [0.4375, 0, 1, 1],
  eink: [0, 0.5, 0.4, 0.74],
} as const

/** The room's light on a large surface: a little less towards the floor and towards the far side. */
export function roomLight(height: number): BakedLight {
  return (x, y) => {
    const low = Math.max(0, 1 - y / height)
    const level = 1.02 - 0.15 * low * low - 0.03 * Math.abs(x)
    return [level, level, level]
  }
}

/** Draws a front in its pivot's coordinates: pens for solid parts, the coloured panel and lit displays. */
export function drawFront(
  spec: FridgeSpec,
  front: Front,
  fixtures: readonly Fixture[],
  handle: HandleBar | undefined,
  { zBack, pivot }: FrontPlace,
  parts: FrontParts,
): { solid: MeshPen; panel: MeshPen; display: MeshPen } {
  const solid = new MeshPen(pivot)
  const panel = new MeshPen(pivot)
  panel.light = roomLight(metres(spec.heightMm))
  const display = new MeshPen(pivot)
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
  if (dispenser && parts.electronics) dispenserNiche(solid, dispenser, zFace)
  if (parts.electronics)
    for (const f of fixtures) {
      if (f.kind === 'nameplate') nameplate(solid, f, face, f.look === 'lit')
      else if (f.kind === 'camera') cameraEye(solid, f, face)
      else if (f.kind === 'screen') screen(solid, display, f, face, f.look === 's21' ? 's21' : 's7')
      else if (f.kind === 'eink') einkTag(solid, display, f, face)
    }
  if (handle && parts.handle) {
    solid.castFromHere()
    if (handle.kind === 'bar') barHandle(solid, handle, zFace)
    else leatherLoop(solid, handle, zFace)
  }
  return { solid, panel, display }
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

function barHandle(pen: MeshPen, bar: HandleBar, z: number): void {
  const length = metres(Math.max(bar.w, bar.h))
  const stand = 0.042
  const half = length / 2
  pen.use('metal', '#dcdee0')
  const turns: [['z', number]] | [] = bar.vertical ? [] : [['z', Math.PI / 2]]
  pen.at(metres(bar.x), metres(bar.y), z, ...turns)
  sweep(
    pen,
    bentPath(
      [
        [-half, 0],
        [-half, stand],
        [half, stand],
        [half, 0],
      ],
      0.02,
      6,
    ),
    0.013,
    0.013,
    0.0065,
    3,
  )
  // Rosettes where the bar meets the door.
  for (const s of [-1, 1]) {
    const [ox, oy] = bar.vertical ? [0, s * half] : [-s * half, 0]
    pen.at(metres(bar.x) + ox, metres(bar.y) + oy, z, ['x', Math.PI / 2])
    lathe(
      pen,
      [
        [0.0125, 0],
        [0.0125, 0.0016],
        [0.0108, 0.003],
        [0.0064, 0.003],
      ],
      18,
    )
  }
}

function leatherLoop(pen: MeshPen, loop: HandleBar, z: number): void {
  const [x, y, w, h] = [loop.x, loop.y, loop.w, loop.h].map(metres) as [number, number, number, number]
  const t = 0.0042
  const bow = Math.min(0.03, h * 0.2)
  const path: [number, number][] = []
  const end = h / 2
  const flatEnd = 0.026
  path.push([-end, t / 2], [-end + flatEnd, t / 2 + 0.0004])
  for (let s = 1; s < 14; s++) {
    const u = s / 14
    path.push([-end + flatEnd + (h - 2 * flatEnd) * u, t / 2 + bow * Math.sin(Math.PI * u) ** 0.8])
  }
  path.push([end - flatEnd, t / 2 + 0.0004], [end, t / 2])
  pen.use('leather', '#8c5730').at(x, y, z)
  sweep(pen, path, w * 0.7, t, 0.0016, 2)
  // Stitches along both edges, studs through both ends.
  pen.use('leather', '#d9b98c')
  for (let i = 2; i < path.length - 2; i++) {
    const [py, pz] = path[i]!
    const [qy, qz] = path[i + 1]!
    const slope = Math.atan2(qz - pz, qy - py)
    for (const s of [-1, 1]) {
      pen.at(x + s * w * 0.27, y + (py + qy) / 2, z + (pz + qz) / 2 + t / 2 / Math.cos(slope), ['x', slope])
      box(pen, 0.0012, 0.005, 0.0012, 'back')
    }
  }
  pen.use('metal', '#c9a45c')
  for (const s of [-1, 1]) {
    pen.at(x, y + s * (end - 0.013), z + t * 0.9, ['x', Math.PI / 2])
    lathe(
      pen,
      [
        [0.0075, 0],
        [0.0075, 0.001],
        [0.0055, 0.0028],
        [0, 0.0036],
      ],
      16,
    )
  }
}

function nameplate(pen: MeshPen, f: Fixture, z: number, lit: boolean): void {
  const [x, y, w, h] = [f.x, f.y, f.w, f.h].map(metres) as [number, number, number, number]
  if (lit) pen.use('black_glass', '#0c0d10')
  else pen.use('plate', '#b4b7bb')
  pen.at(x, y, z + 0.0012)
  slab(pen, w, h, 0.0024, { radii: 0.003, fillet: 0.001, segments: 4, back: false })
  if (lit) pen.use('led', '#fff1dc')
  else pen.use('dark', '#3a3c3f')
  houseName(pen.at(x, y, z + 0.0027), h * 0.4)
}

function cameraEye(pen: MeshPen, f: Fixture, z: number): void {
  const r = metres(f.w) / 2
  pen.use('metal', '#8e9194').at(metres(f.x), metres(f.y), z, ['x', Math.PI / 2])
  lathe(
    pen,
    [
      [r, 0],
      [r, 0.0018],
      [r * 0.9, 0.003],
      [r * 0.78, 0.003],
    ],
    24,
  )
  pen.use('black_glass', '#07080a')
  lathe(
    pen,
    [
      [r * 0.78, 0.0028],
      [r * 0.5, 0.0038],
      [0, 0.0044],
    ],
    24,
  )
}

function screen(pen: MeshPen, display: MeshPen, f: Fixture, z: number, kind: 's7' | 's21'): void {
  const [x, y, w, h] = [f.x, f.y, f.w, f.h].map(metres) as [number, number, number, number]
  pen.use('black_glass', '#08090b').at(x, y, z + 0.003)
  slab(pen, w, h, 0.006, {
    radii: 0.009,
    fillet: 0.0018,
    segments: 6,
    filletSegments: 3,
    edges: 2,
    back: false,
  })
  const bezel = kind === 's7' ? 0.011 : 0.012
  display.use('display').at(x, y, z + 0.0063)
  picture(display, w - 2 * bezel, h - 2 * bezel, DISPLAY_UV[kind])
}

function einkTag(pen: MeshPen, display: MeshPen, f: Fixture, z: number): void {
  const [x, y, w, h] = [f.x, f.y, f.w, f.h].map(metres) as [number, number, number, number]
  pen.use('plastic', '#eceae4').at(x, y, z + 0.002)
  slab(pen, w, h, 0.004, { radii: 0.005, fillet: 0.0014, segments: 4, back: false })
  display.use('display').at(x, y, z + 0.0043)
  picture(display, w - 0.009, h - 0.009, DISPLAY_UV.eink)
}

function dispenserNiche(pen: MeshPen, f: Fixture, z: number): void {
  const [x, y, w, h] = [f.x, f.y, f.w, f.h].map(metres) as [number, number, number, number]
  const depth = 0.048
  pen.use('dark', '#34373c').at(x, y, z - 0.0028)
  cavity(pen, w, h, depth, {
    radius: 0.016,
    rearRadius: 0.016,
    fillet: 0.012,
    segments: 6,
    edges: 3,
    occlusion: 0.7,
  })
  // A thin bright collar sets the niche off from the door.
  pen.use('metal', '#a9acaf')
  const collar = 0.0022
  for (const s of [-1, 1]) {
    pen.at(x + s * (w / 2 + collar / 2 - 0.0002), y, z + 0.0002)
    box(pen, collar, h - 0.03, 0.0016, 'back')
    pen.at(x, y + s * (h / 2 + collar / 2 - 0.0002), z + 0.0002)
    box(pen, w - 0.03, collar, 0.0016, 'back')
  }
  // Control glass with four lit marks, spout, paddle, drip grille.
  pen.use('black_glass', '#0a0b0d').at(x, y + h * 0.385, z - 0.018, ['x', 0.12])
  slab(pen, w - 0.006, h * 0.2, 0.03, { radii: 0.01, fillet: 0.003, segments: 4, back: false })
  pen.use('led', '#dff0ff')
  for (let k = 0; k < 4; k++) {
    pen.at(x + (k - 1.5) * w * 0.17, y + h * 0.385, z - 0.0028, ['x', 0.12])
    flat(pen, -0.0045, -0.0011, 0.0045, 0.0011)
  }
  pen.use('led', '#c9ddf0').at(x, y + h * 0.282, z - 0.02, ['x', Math.PI / 2])
  flat(pen, -w * 0.3, -0.003, w * 0.3, 0.003)
  pen.use('metal').at(x, y + h * 0.2, z - 0.026)
  lathe(
    pen,
    [
      [0, 0],
      [0.01, 0],
      [0.0125, 0.004],
      [0.0125, h * 0.085],
    ],
    20,
  )
  pen.use('dark', '#5b6068').at(x, y - h * 0.07, z - 0.0375, ['x', -0.14])
  slab(pen, 0.054, h * 0.3, 0.004, { radii: 0.01, fillet: 0.0015, segments: 4, back: false })
  pen.use('dark', '#15171a').at(x, y - h / 2 + 0.004, z - depth / 2, ['x', -Math.PI / 2])
  flat(pen, -w / 2 + 0.012, -depth / 2 + 0.008, w / 2 - 0.012, depth / 2 - 0.004)
  pen.use('metal', '#b7babd')
  for (let k = 0; k < 8; k++) {
    pen.at(x, y - h / 2 + 0.0055, z - 0.008 - k * 0.0045)
    box(pen, w - 0.03, 0.0018, 0.0016, 'bottom back')
  }
}
