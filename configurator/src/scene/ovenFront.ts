/** The oven's outside: casing, fascia with controls, door with its glass, drawer, hob. */
import { cameraEye, DISPLAY_UV, drawHandle } from './fridgeFittings.ts'
import { roomLight } from './lamps.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { HOB, PANE_COLOURS, type OvenFront, type OvenSpec } from './ovenSpec.ts'
import type { Offset } from './parts.ts'
import { box, flat, picture, slab } from './solids.ts'
import { lathe } from './turned.ts'

/** Thickness of the door. */
export const DOOR = 0.042
const SKIN = 0.012

/** The plane of fascia and door, and the frame that the door closes against. */
export const ovenPlanes = (spec: OvenSpec) => {
  const zFace = metres(spec.depthMm) / 2
  return { zFace, zDoor: zFace - DOOR, zFrame: zFace - DOOR - 0.005 }
}

const place = (r: Rect) => ({ x: metres(r.x), y: metres(r.y), w: metres(r.w), h: metres(r.h) })
const skin = {
  radii: 0.005,
  fillet: 0.0025,
  segments: 6,
  filletSegments: 3,
  sideShade: 0.6,
  back: false,
} as const

/** Draws the casing with the frame around the cavity's mouth. */
export function drawCasing(spec: OvenSpec, front: OvenFront, mouth: Rect): MeshPen {
  const pen = new MeshPen().castFromHere()
  const { zFrame } = ovenPlanes(spec)
  const [w, d] = [metres(spec.widthMm), metres(spec.depthMm)]
  const [low, top] = [metres(front.low), metres(front.top)]
  const deep = zFrame + d / 2
  pen.light = roomLight(top)
  pen.use('shell').at(0, (low + top) / 2, zFrame - deep / 2)
  const casing = w - (spec.hob === 'none' ? 0.034 : 0.004)
  slab(pen, casing, top - low - 0.008, deep - 0.001, { radii: 0.004, fillet: 0.0015, edges: 3, front: false })
  pen.light = null
  // The frame, as bands around the mouth.
  const m = place(mouth)
  const [l, r, b, t] = [-w / 2 + 0.004, w / 2 - 0.004, low + 0.004, top - 0.004]
  pen.use('gasket', '#2b2d30').at(0, 0, zFrame)
  flat(pen, l, b, r, m.y - m.h / 2)
  flat(pen, l, m.y + m.h / 2, r, t)
  flat(pen, l, m.y - m.h / 2, m.x - m.w / 2, m.y + m.h / 2)
  flat(pen, m.x + m.w / 2, m.y - m.h / 2, r, m.y + m.h / 2)
  // Steel cheeks at both sides of the door, the seal around the mouth.
  pen.use('satin', '#9da1a5')
  for (const s of [-1, 1]) {
    pen.at(s * (w / 2 - 0.008), (low + top) / 2, zFrame - 0.004)
    box(pen, 0.012, top - low - 0.012, 0.012, 'back')
  }
  pen.use('gasket', '#17181a')
  for (const s of [-1, 1]) {
    pen.at(m.x + s * (m.w / 2 + 0.008), m.y, zFrame + 0.003)
    box(pen, 0.009, m.h + 0.016, 0.006, 'back')
    pen.at(m.x, m.y + s * (m.h / 2 + 0.008), zFrame + 0.003)
    box(pen, m.w + 0.025, 0.009, 0.006, 'back')
  }
  // Cooling slots between door and fascia.
  pen.use('plastic', '#0c0d0e').at(0, metres(front.fascia.y - front.fascia.h / 2) - 0.001, zFrame + 0.012)
  flat(pen, -w / 2 + 0.012, -0.004, w / 2 - 0.012, 0.004)
  pen.use('plastic', '#6d7175').at(0, (low + top) / 2, -d / 2 + 0.0005, ['y', Math.PI])
  flat(pen, -w / 2 + 0.05, (low - top) * 0.35, w / 2 - 0.05, (top - low) * 0.35)
  return pen
}

/** Draws the coloured fascia and, once mounted, its controls. */
export function drawFascia(
  spec: OvenSpec,
  front: OvenFront,
  hasControls: boolean,
): { panel: MeshPen; solid: MeshPen; display: MeshPen } {
  const pens = { panel: new MeshPen(), solid: new MeshPen(), display: new MeshPen() }
  const { zFace } = ovenPlanes(spec)
  const f = place(front.fascia)
  pens.panel.light = roomLight(metres(front.heightMm))
  pens.panel
    .castFromHere()
    .use('panel')
    .at(f.x, f.y, zFace - DOOR / 2)
  slab(pens.panel, f.w, f.h - 0.002, DOOR, { ...skin, edges: 6 })
  if (hasControls) controls(pens, spec, front, zFace)
  return pens
}

function controls(
  { solid: pen, display }: { solid: MeshPen; display: MeshPen },
  spec: OvenSpec,
  front: OvenFront,
  z: number,
): void {
  const { x, y, w, h } = place(front.control)
  pen.use('black_glass', '#0b0c0e').at(x, y, z + 0.001)
  slab(pen, w, h, 0.004, { radii: 0.008, fillet: 0.0014, segments: 6, filletSegments: 2, back: false })
  const face = z + 0.0031
  if (spec.control === 'display') {
    const ph = Math.min(h - 0.012, w * 0.25)
    display.use('display').at(x, y, face + 0.0001)
    picture(display, ph * 3.07, ph, DISPLAY_UV.oven)
  } else clock(pen, x, y, face, Math.min(h * 0.46, 0.026))
  if (spec.control === 'knob') {
    for (const s of [-1, 1]) dial(pen, s * metres(spec.widthMm) * 0.34, y, z)
  } else {
    const n = Math.max(2, Math.round(w / 0.16))
    for (const s of [-1, 1])
      for (let k = 0; k < n; k++) {
        pen.use('led', '#cfdae6').at(x + s * (w / 2 - 0.022 - k * 0.03), y, face)
        flat(pen, -0.006, -0.0011, 0.006, 0.0011)
      }
  }
  if (spec.steam === 'tank') {
    // The water tank is pulled out here.
    const tx = metres(spec.widthMm) / 2 - 0.06
    pen.use('dark', '#2a2c30').at(tx, y + h / 2 + 0.006, z + 0.0004)
    flat(pen, -0.044, -0.0009, 0.044, 0.0009)
    pen.use('led', '#8ccfff').at(tx, y + h / 2 + 0.011, z + 0.0004)
    flat(pen, -0.008, -0.0009, 0.008, 0.0009)
  }
}

function dial(pen: MeshPen, x: number, y: number, z: number): void {
  pen.use('dark', '#35383c').at(x, y, z, ['x', Math.PI / 2])
  lathe(
    pen,
    [
      [0.0265, 0],
      [0.0265, 0.002],
      [0.024, 0.003],
    ],
    36,
  )
  pen.use('metal', '#cfd1d3')
  lathe(
    pen,
    [
      [0.0235, 0.002],
      [0.0235, 0.018],
      [0.0225, 0.0225],
      [0.02, 0.0242],
      [0, 0.0238],
    ],
    40,
  )
  pen.use('dark', '#2b2d31').at(x, y + 0.0145, z + 0.0244)
  flat(pen, -0.0011, -0.005, 0.0011, 0.005)
}

/** A lit clock in seven-segment figures. */
function clock(pen: MeshPen, x: number, y: number, z: number, size: number): void {
  const lit: Readonly<Record<string, string>> = { '1': 'bc', '8': 'abcdefg', '4': 'bcfg', '2': 'abged' }
  const [w, t] = [size * 0.5, size * 0.085]
  pen.use('led', '#ffd9a8')
  const bar = (cx: number, cy: number, bw: number, bh: number) => {
    pen.at(cx, cy, z)
    flat(pen, -bw / 2, -bh / 2, bw / 2, bh / 2)
  }
  ;['1', '8', '4', '2'].forEach((figure, k) => {
    const cx = x + (k - 1.5) * w * 1.5 + (k < 2 ? -w * 0.24 : w * 0.24)
    const segments: Record<string, [number, number, boolean]> = {
      a: [0, 0.5, true],
      g: [0, 0, true],
      d: [0, -0.5, true],
      b: [0.5, 0.25, false],
      c: [0.5, -0.25, false],
      f: [-0.5, 0.25, false],
      e: [-0.5, -0.25, false],
    }
    for (const s of lit[figure]!) {
      const [dx, dy, level] = segments[s]!
      bar(cx + dx * w, y + dy * size, level ? w * 0.86 : t, level ? t : size * 0.42)
    }
  })
  for (const s of [-1, 1]) bar(x, y + s * size * 0.2, t * 1.3, t * 1.3)
}

/** Draws the door about its pivot: coloured leaf, glass, inner frame, handle. */
export function drawDoor(
  spec: OvenSpec,
  front: OvenFront,
  pivot: Offset,
): { panel: MeshPen; solid: MeshPen; clear: MeshPen } {
  const pens = { panel: new MeshPen(pivot), solid: new MeshPen(pivot), clear: new MeshPen(pivot) }
  const { panel, solid, clear } = pens
  const { zFace, zDoor } = ovenPlanes(spec)
  const [p, win, whole] = [place(front.panel), place(front.window), place(front.door)]
  panel.light = roomLight(metres(front.heightMm))
  panel
    .castFromHere()
    .use('panel')
    .at(p.x, p.y, zFace - SKIN / 2)
  slab(panel, p.w, p.h, SKIN, {
    ...skin,
    edges: 6,
    hole: { x: win.x - p.x, y: win.y - p.y, w: win.w, h: win.h, radius: 0.016, fillet: 0.002 },
  })
  const pane = zFace - 0.006
  if (spec.pane === 'clear') {
    clear.use('clear', '#22262b').at(win.x, win.y, pane)
    slab(clear, win.w + 0.004, win.h + 0.004, 0.003, { radii: 0.016, fillet: 0.0004, segments: 5, edges: 2 })
  } else {
    solid.use('black_glass', PANE_COLOURS[spec.pane]).at(win.x, win.y, pane)
    slab(solid, win.w + 0.004, win.h + 0.004, 0.003, {
      radii: 0.016,
      fillet: 0.0004,
      segments: 5,
      edges: 4,
      back: false,
    })
  }
  // Behind the leaf a dark frame holds the glass: its bars are as wide as the leaf leaves.
  solid.use('dark', '#232529')
  const deep = DOOR - SKIN - 0.001
  const z = zDoor + deep / 2
  const bars: [number, number, number, number][] = [
    [whole.x - whole.w / 2, win.x - win.w / 2 + 0.006, whole.y - whole.h / 2, whole.y + whole.h / 2],
    [win.x + win.w / 2 - 0.006, whole.x + whole.w / 2, whole.y - whole.h / 2, whole.y + whole.h / 2],
    [win.x - win.w / 2, win.x + win.w / 2, whole.y - whole.h / 2, win.y - win.h / 2 + 0.006],
    [win.x - win.w / 2, win.x + win.w / 2, win.y + win.h / 2 - 0.006, whole.y + whole.h / 2],
  ]
  for (const [x0, x1, y0, y1] of bars) {
    solid.at((x0 + x1) / 2, (y0 + y1) / 2, z)
    box(solid, x1 - x0 - 0.0016, y1 - y0 - 0.0016, deep)
  }
  innerGlass(pens, spec, win, zDoor)
  if (front.handle) drawHandle(solid.castFromHere(), front.handle, zFace)
  return pens
}

/** The inner side: a pane over nearly the whole door, in a mesh where it shields microwaves. */
function innerGlass(
  { solid, clear }: { solid: MeshPen; clear: MeshPen },
  spec: OvenSpec,
  win: { x: number; y: number; w: number; h: number },
  zDoor: number,
): void {
  const [w, h] = [win.w + 0.02, win.h + 0.02]
  if (spec.pane === 'clear') clear.use('clear', '#3b4147').at(win.x, win.y, zDoor + 0.002, ['y', Math.PI])
  else solid.use('black_glass', '#1b1e22').at(win.x, win.y, zDoor - 0.0006, ['y', Math.PI])
  flat(spec.pane === 'clear' ? clear : solid, -w / 2, -h / 2, w / 2, h / 2)
  if (!spec.microwave) return
  solid.use('plate', '#5a5e63').at(win.x, win.y, zDoor - 0.0012, ['y', Math.PI])
  const step = 0.012
  for (let k = 1; k * step < w; k++)
    flat(solid, -w / 2 + k * step - 0.0004, -h / 2, -w / 2 + k * step + 0.0004, h / 2)
  for (let k = 1; k * step < h; k++)
    flat(solid, -w / 2, -h / 2 + k * step - 0.0004, w / 2, -h / 2 + k * step + 0.0004)
}

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
  const low = metres(front.low)
  const deep = zDoor + metres(spec.depthMm) / 2
  pen.use('shell')
  for (const s of [-1, 1]) {
    pen.at(s * (metres(spec.widthMm) / 2 - 0.018), low / 2, zDoor - deep / 2)
    box(pen, 0.004, low - 0.004, deep - 0.002)
  }
  pen.at(0, low / 2, -metres(spec.depthMm) / 2 + 0.004)
  box(pen, metres(spec.widthMm) - 0.036, low - 0.004, 0.004)
  return pen
}

/** Draws the hob on top. */
export function drawHob(spec: OvenSpec, front: OvenFront): MeshPen {
  const pen = new MeshPen().castFromHere()
  const [w, d] = [metres(spec.widthMm), metres(spec.depthMm)]
  const top = metres(front.top)
  const zones = zonesOf(w, d)
  if (spec.hob === 'induction') {
    const high = metres(HOB.induction) - 0.001
    pen.use('black_glass', '#0d0e10').at(0, top + high / 2, 0, ['x', -Math.PI / 2])
    slab(pen, w - 0.001, d - 0.001, high, {
      radii: 0.006,
      fillet: 0.003,
      segments: 5,
      filletSegments: 3,
      edges: 6,
    })
    pen.use('led', '#3a4047')
    for (const { x, z, r } of zones) {
      pen.at(x, top + high + 0.0004, z)
      lathe(
        pen,
        [
          [r, 0],
          [r - 0.0022, 0],
        ],
        48,
      )
      pen.at(x, top + high + 0.0004, z, ['x', -Math.PI / 2])
      flat(pen, -0.012, -0.0007, 0.012, 0.0007)
      flat(pen, -0.0007, -0.012, 0.0007, 0.012)
    }
    pen.use('led', '#ff7a4d').at(0, top + high + 0.0005, d / 2 - 0.035, ['x', -Math.PI / 2])
    for (let k = 0; k < 5; k++) flat(pen, (k - 2) * 0.035 - 0.008, -0.0012, (k - 2) * 0.035 + 0.008, 0.0012)
    return pen
  }
  pen.use('satin', '#a9adb1').at(0, top + 0.007, 0, ['x', -Math.PI / 2])
  slab(pen, w - 0.001, d - 0.001, 0.014, {
    radii: 0.006,
    fillet: 0.004,
    segments: 5,
    filletSegments: 3,
    edges: 4,
  })
  for (const { x, z, r } of zones) {
    pen.use('dark', '#2b2d30').at(x, top + 0.014, z)
    lathe(
      pen,
      [
        [r * 0.62, 0],
        [r * 0.62, 0.006],
        [r * 0.52, 0.01],
        [r * 0.5, 0.018],
        [r * 0.42, 0.021],
        [0, 0.021],
      ],
      20,
    )
    pen.use('gasket', '#1a1b1d')
    for (let k = 0; k < 4; k++) {
      const a = (k / 4) * Math.PI * 2 + Math.PI / 4
      pen.at(x + Math.cos(a) * r * 0.72, top + 0.052, z + Math.sin(a) * r * 0.72, ['y', -a])
      box(pen, r * 0.9, 0.012, 0.01)
      pen.at(x + Math.cos(a) * r * 1.1, top + 0.033, z + Math.sin(a) * r * 1.1)
      box(pen, 0.01, 0.038, 0.01)
    }
    pen.at(x, top + 0.046, z)
    lathe(
      pen,
      [
        [r * 1.16, 0],
        [r * 1.16, 0.012],
        [r * 1.06, 0.012],
        [r * 1.06, 0],
      ],
      24,
    )
  }
  return pen
}

function zonesOf(w: number, d: number): { x: number; z: number; r: number }[] {
  const r = Math.min(0.1, d * 0.17, w * 0.19)
  const [dx, dz] = [w * 0.25, d * 0.22]
  const four = [
    { x: -dx, z: -dz, r: r * 0.86 },
    { x: dx, z: -dz, r },
    { x: -dx, z: dz, r },
    { x: dx, z: dz, r: r * 0.76 },
  ]
  return w < 0.75
    ? four
    : [...four.map((zone) => ({ ...zone, x: zone.x * 1.28 })), { x: 0, z: 0, r: r * 1.1 }]
}

/** Draws the lens of the oven camera above the door. */
export function drawLens(pen: MeshPen, front: OvenFront, z: number): void {
  cameraEye(pen, { x: front.fascia.w / 2 - 26, y: front.fascia.y - front.fascia.h / 2 + 16, w: 15 }, z)
}
