/** The oven's outside: casing, fascia with controls, door with its glass, drawer, hob. */
import { cameraEye, DISPLAY_UV, drawHandle } from './fridgeFittings.ts'
import { roomLight } from './lamps.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { PANE_COLOURS, type OvenFront, type OvenSpec } from './ovenSpec.ts'
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

/** A rectangle in metres. */
export const place = (r: Rect) => ({ x: metres(r.x), y: metres(r.y), w: metres(r.w), h: metres(r.h) })
/** How every coloured part of the front is rounded. */
export const skin = {
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
  // it stands on its floor; above it air goes out
  const high = top - low - 0.004
  pen.use('shell').at(0, low + high / 2, zFrame - deep / 2)
  const casing = w - (spec.hob === 'none' ? 0.034 : 0.004)
  slab(pen, casing, high, deep - 0.001, { radii: 0.004, fillet: 0.0015, edges: 3, front: false })
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

/** Draws the lens of the oven camera above the door. */
export function drawLens(pen: MeshPen, front: OvenFront, z: number): void {
  cameraEye(pen, { x: front.fascia.w / 2 - 26, y: front.fascia.y - front.fascia.h / 2 + 16, w: 15 }, z)
}
