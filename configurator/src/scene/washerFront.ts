/** The washing machine's outside: cabinet, front panel, controls, detergent drawer, porthole door. */
import { DISPLAY_UV } from './fridgeFittings.ts'
import { roomLight } from './lamps.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import type { Offset } from './parts.ts'
import { box, cavity, flat, picture, slab } from './solids.ts'
import { lathe, sweep } from './turned.ts'
import { RING_COLOURS, type WasherFront, type WasherSpec } from './washerSpec.ts'

/** Thickness of the front panels, and how far the door stands out from them. */
export const SKIN = 0.02
export const PROUD = 0.036

/** The plane of the front panels. */
export const facePlane = (spec: WasherSpec): number => metres(spec.depthMm) / 2 - PROUD

const place = (r: Rect) => ({ x: metres(r.x), y: metres(r.y), w: metres(r.w), h: metres(r.h) })
const skin = {
  radii: 0.005,
  fillet: 0.003,
  segments: 5,
  filletSegments: 3,
  sideShade: 0.6,
  back: false,
} as const

/** Draws cabinet, lid, feet and what hangs at its back. */
export function drawCabinet(spec: WasherSpec, front: WasherFront, hasHoses: boolean): MeshPen {
  const pen = new MeshPen().castFromHere()
  const [w, d] = [metres(spec.widthMm), metres(spec.depthMm)]
  const [low, top] = [metres(front.low), metres(front.top)]
  const zFace = facePlane(spec)
  pen.light = roomLight(top)
  // On its base drawer it stands without feet of its own.
  const foot = front.drawer ? 0.002 : 0.03
  const deep = zFace - SKIN + d / 2 - 0.03
  const y = (low + foot + top) / 2
  const mouth = metres(front.porthole.glass) + 0.02
  pen.use('shell').at(0, y, zFace - SKIN - deep / 2)
  // Behind the gaps between panels it is dark; the drum looks out through a hole.
  slab(pen, w - 0.002, top - low - foot, deep, {
    radii: 0.008,
    fillet: 0.002,
    segments: 8,
    edges: 3,
    frontShade: 0.06,
    hole: { x: 0, y: metres(front.porthole.y) - y, w: 2 * mouth, h: 2 * mouth, radius: mouth, fillet: 0.002 },
  })
  lid(pen, spec, top, w, d, zFace)
  pen.light = null
  // What is seen through the hole while the drum is elsewhere.
  pen.use('plastic', '#3c3f43').at(0, y, zFace - SKIN - 0.003)
  cavity(pen, w - 0.03, top - low - foot - 0.03, deep - 0.02, {
    radius: 0.004,
    rearRadius: 0.006,
    fillet: 0.006,
    segments: 1,
    edges: 2,
    occlusion: 0.7,
  })
  const floor = front.drawer ? 0 : low
  for (const sx of [-1, 1])
    for (const z of [zFace - 0.08, -d / 2 + 0.09]) {
      pen.use('plastic', '#1b1d20').at(sx * (w / 2 - 0.06), floor, z)
      lathe(
        pen,
        [
          [0, 0],
          [0.024, 0],
          [0.024, 0.008],
          [0.014, 0.012],
          [0.014, 0.034],
        ],
        16,
      )
    }
  if (spec.base === 'plinth') {
    pen.use('trim').at(0, low + 0.02, zFace - 0.032)
    slab(pen, w - 0.02, 0.036, 0.012, { radii: 0.002, fillet: 0.0015, segments: 2, back: false })
  }
  rear(pen, spec, low, top, hasHoses)
  return pen
}

function lid(pen: MeshPen, spec: WasherSpec, top: number, w: number, d: number, zFace: number): void {
  const depth = zFace + d / 2 - 0.012
  const z = (zFace - d / 2 + 0.008) / 2
  if (spec.installation === 'under_counter') {
    pen.use('shell').at(0, top + 0.001, z, ['x', -Math.PI / 2])
    slab(pen, w - 0.01, depth - 0.02, 0.002, { radii: 0.004, fillet: 0.0004, segments: 2, edges: 3 })
    return
  }
  const high = metres(24) - 0.002
  const stack = spec.installation === 'column'
  if (stack) pen.use('dark', '#202226')
  else pen.use('trim')
  pen.at(0, top + 0.002 + high / 2, z, ['x', -Math.PI / 2])
  slab(pen, w, depth + 0.006, high, { radii: 0.012, fillet: 0.006, segments: 5, filletSegments: 4, edges: 4 })
  if (!stack) return
  // The stacking kit: two rails that hold the dryer and a pull-out board between the machines.
  pen.use('metal', '#c4c7c9')
  for (const s of [-1, 1]) {
    pen.at(s * (w / 2 - 0.03), top + high - 0.0005, z)
    box(pen, 0.03, 0.004, depth - 0.05, 'bottom')
  }
  pen.use('satin', '#d9dcde').at(0, top + high * 0.5, zFace - 0.002)
  slab(pen, w * 0.62, 0.012, 0.008, { radii: 0.003, fillet: 0.0015, segments: 3, back: false })
}

/** Seen by who turns it round: a plate, inlet and drain hoses. */
function rear(pen: MeshPen, spec: WasherSpec, low: number, top: number, hasHoses: boolean): void {
  const d = metres(spec.depthMm)
  const w = metres(spec.widthMm)
  pen.use('plastic', '#8f9296').at(0, (low + top) / 2, -d / 2 + 0.0285, ['y', Math.PI])
  flat(pen, -w / 2 + 0.04, (low - top) * 0.36, w / 2 - 0.04, (top - low) * 0.36)
  if (!hasHoses) return
  const hose = (x: number, colour: string) => {
    pen.use('plastic', colour).at(x, 0, -d / 2 + 0.016)
    sweep(
      pen,
      [
        [top - 0.08, 0],
        [top - 0.3, -0.002],
        [low + 0.12, 0],
      ],
      0.022,
      0.022,
      0.011,
      3,
    )
    if (!spec.aquastop) return
    pen.use('plastic', '#e8e9ea').at(x, low + 0.16, -d / 2 + 0.018)
    box(pen, 0.05, 0.09, 0.03)
  }
  hose(w / 2 - 0.09, '#3b6fa3')
  if (spec.hotWater) hose(w / 2 - 0.17, '#a84238')
  pen.use('plastic', '#3a3d41').at(-w / 2 + 0.1, 0, -d / 2 + 0.018)
  sweep(
    pen,
    [
      [top - 0.12, 0],
      [low + 0.2, 0],
    ],
    0.026,
    0.026,
    0.013,
    3,
  )
}

/** Draws the coloured panels; `solid` gets what sits in them. */
export function drawPanels(
  spec: WasherSpec,
  front: WasherFront,
  parts: { electronics: boolean; fittings: boolean; heatPump: boolean },
): { solid: MeshPen; panel: MeshPen; display: MeshPen } {
  const pens = { solid: new MeshPen(), panel: new MeshPen(), display: new MeshPen() }
  const { solid, panel } = pens
  const z = facePlane(spec)
  panel.light = roomLight(metres(front.heightMm))
  panel.use('panel').castFromHere()
  const p = place(front.panel)
  const { porthole } = front
  const radius = metres(porthole.glass + 16)
  panel.at(p.x, p.y, z - SKIN / 2)
  slab(panel, p.w, p.h, SKIN, {
    ...skin,
    edges: 8,
    segments: 12,
    hole: { x: 0, y: metres(porthole.y) - p.y, w: 2 * radius, h: 2 * radius, radius, fillet: 0.006 },
  })
  const f = place(front.fascia)
  panel.at(f.x, f.y, z - SKIN / 2)
  slab(panel, f.w, f.h, SKIN, { ...skin, edges: 5 })
  const k = place(front.kick)
  panel.at(k.x, k.y, z - SKIN / 2 - 0.004)
  slab(panel, k.w, k.h, SKIN - 0.004, { ...skin, edges: 4 })
  flap(solid, spec, front, z - 0.006, parts.heatPump)
  if (parts.fittings) dosing(solid, panel, spec, front, z)
  if (parts.electronics) controls(pens, spec, front, z)
  return pens
}

function flap(pen: MeshPen, spec: WasherSpec, front: WasherFront, z: number, heatPump: boolean): void {
  const { x, y, w, h } = place(front.flap)
  pen.use('dark', '#2a2c30').at(x, y, z)
  slab(pen, w, h, 0.003, { radii: 0.006, fillet: 0.001, segments: 4, back: false })
  if (spec.dryer !== 'heat_pump' || !heatPump) return
  pen.use('dark', '#0d0e10')
  for (let row = 0; row < 4; row++) {
    pen.at(x, y + (row - 1.5) * 0.007, z + 0.0017)
    flat(pen, -w * 0.44, -0.0014, w * 0.44, 0.0014)
  }
}

function dosing(pen: MeshPen, panel: MeshPen, spec: WasherSpec, front: WasherFront, z: number): void {
  const { x, y, w, h } = place(front.dosing)
  panel.at(x, y, z + 0.001)
  slab(panel, w, h, 0.006, { ...skin, radii: 0.008, edges: 2 })
  // The shadow gap around it, and the grip below its upper edge.
  pen.use('gasket', '#1a1b1e').at(x, y, z + 0.0004)
  for (const s of [-1, 1]) {
    pen.at(x, y + s * (h / 2 + 0.0012), z + 0.0004)
    flat(pen, -w / 2, -0.0012, w / 2, 0.0012)
    pen.at(x + s * (w / 2 + 0.0012), y, z + 0.0004)
    flat(pen, -0.0012, -h / 2, 0.0012, h / 2)
  }
  if (spec.dosing === 'drawer') {
    pen.use('dark', '#26282c').at(x, y + h * 0.28, z + 0.0042)
    slab(pen, w * 0.62, 0.014, 0.0016, { radii: 0.007, fillet: 0.0006, segments: 5, back: false })
    return
  }
  // Tanks are filled through caps; their level is lit beside each.
  const count = spec.dosing === 'auto_twin' ? 2 : 1
  for (let k = 0; k < count; k++) {
    const cx = x + (k - (count - 1) / 2) * w * 0.44
    pen.use('satin', '#e6e8e9').at(cx, y - h * 0.05, z + 0.004, ['x', Math.PI / 2])
    lathe(
      pen,
      [
        [0.022, 0],
        [0.022, 0.004],
        [0.019, 0.006],
        [0, 0.0058],
      ],
      28,
    )
    pen.use('dark', '#2a2c30').at(cx, y - h * 0.05, z + 0.0102)
    flat(pen, -0.013, -0.0014, 0.013, 0.0014)
    pen.use('led', k === 0 ? '#7fd0ff' : '#b7f0b0').at(cx, y + h * 0.34, z + 0.0042)
    flat(pen, -0.014, -0.0012, 0.014, 0.0012)
  }
}

function controls(
  { solid: pen, display }: { solid: MeshPen; display: MeshPen },
  spec: WasherSpec,
  front: WasherFront,
  z: number,
): void {
  const { x, y, w, h } = place(front.control)
  pen.use('black_glass', '#0b0c0e').at(x, y, z + 0.0012)
  slab(pen, w, h, 0.0048, { radii: h / 2, fillet: 0.0016, segments: 8, filletSegments: 3, back: false })
  const face = z + 0.0037
  const dot = (cx: number, cy: number, half: number, colour = '#dfeaf5') => {
    pen.use('led', colour).at(cx, cy, face)
    flat(pen, -half, -0.0011, half, 0.0011)
  }
  if (spec.control === 'display') {
    display.use('display').at(x + w * 0.03, y, face + 0.0001)
    picture(
      display,
      Math.min(w * 0.62, (h - 0.014) * 3.07),
      Math.min(h - 0.014, (w * 0.62) / 3.07),
      DISPLAY_UV.washer,
    )
    for (const s of [-1, 1]) dot(x + s * (w / 2 - 0.022), y, 0.006)
    return
  }
  if (spec.control === 'touch') {
    const n = Math.max(4, Math.round(w / 0.044))
    for (let k = 0; k < n; k++) {
      const cx = x + ((k + 0.5) / n - 0.5) * (w - 0.05)
      dot(cx, y + 0.008, 0.0085)
      dot(cx, y - 0.008, 0.004, k === 2 ? '#7fe0a8' : '#8b98a5')
    }
    return
  }
  const dial = x - w * 0.24
  pen.use('metal', '#c9cbcd').at(dial, y, face, ['x', Math.PI / 2])
  lathe(
    pen,
    [
      [h * 0.4, 0],
      [h * 0.4, 0.012],
      [h * 0.385, 0.0205],
      [h * 0.34, 0.0225],
      [h * 0.3, 0.022],
      [0, 0.0217],
    ],
    44,
  )
  pen.use('dark', '#2b2d31').at(dial, y + h * 0.28, face + 0.0226)
  flat(pen, -0.0012, -0.006, 0.0012, 0.006)
  for (let k = 0; k < 12; k++) {
    const a = (k / 12) * Math.PI * 2 + 0.26
    pen
      .use('led', k === 3 ? '#7fe0a8' : '#aab6c2')
      .at(dial + Math.cos(a) * h * 0.465, y + Math.sin(a) * h * 0.465, face)
    flat(pen, -0.0014, -0.0014, 0.0014, 0.0014)
  }
  for (let k = 0; k < 4; k++) dot(x + w * 0.06 + k * w * 0.1, y, 0.008)
}

/** The grip in each ring: its own colour, in shade. */
const GRIP_COLOURS = { white: '#b3b0a9', black: '#050506', chrome: '#55585b', copper: '#6b4229' } as const

/** Draws the porthole door about its hinge: ring, bowl of glass, grip. */
export function drawPorthole(
  spec: WasherSpec,
  front: WasherFront,
  pivot: Offset,
): { solid: MeshPen; clear: MeshPen } {
  const pens = { solid: new MeshPen(pivot).castFromHere(), clear: new MeshPen(pivot) }
  const { solid, clear } = pens
  const { x, y } = { x: metres(front.porthole.x), y: metres(front.porthole.y) }
  const [ro, ri] = [metres(front.porthole.ring), metres(front.porthole.glass)]
  const z = facePlane(spec) + 0.001
  const turn = ['x', Math.PI / 2] as const
  const surface = { white: 'liner', black: 'dark', chrome: 'metal', copper: 'metal' } as const
  solid.use(surface[spec.ring], RING_COLOURS[spec.ring]).at(x, y, z, turn)
  lathe(
    solid,
    [
      [ro - 0.012, 0],
      [ro - 0.001, 0.002],
      [ro, 0.006],
      [ro - 0.001, 0.014],
      [ro - 0.005, 0.022],
      [ro - 0.012, 0.027],
      [ro - 0.02, 0.0295],
      [ri + 0.012, 0.0275],
      [ri + 0.005, 0.0245],
      [ri + 0.001, 0.019],
    ],
    56,
  )
  // A dark inner frame carries the glass; its back shows when the door is open.
  solid.use('dark', '#1a1b1e')
  lathe(
    solid,
    [
      [ri + 0.001, 0.019],
      [ri - 0.002, 0.012],
      [ri - 0.012, 0.004],
    ],
    56,
  )
  solid.use('liner', '#3a3c40')
  lathe(
    solid,
    [
      [ri - 0.012, -0.012],
      [ri + 0.012, -0.014],
      [ro - 0.014, -0.002],
      [ro - 0.012, 0],
    ],
    56,
  )
  const bowl: [number, number][] = [
    [ri - 0.008, 0.008],
    [ri * 0.93, -0.016],
    [ri * 0.84, -0.05],
    [ri * 0.7, -0.076],
    [ri * 0.45, -0.09],
    [0, -0.096],
  ]
  clear.use('clear', '#5f676e').at(x, y, z, turn)
  lathe(clear, bowl, 48)
  clear.use('clear', '#aeb9c0')
  lathe(clear, bowl.map(([r, h]): [number, number] => [r, h - 0.003]).reverse(), 48)
  const free = spec.hinge === 'left' ? 1 : -1
  const middle = (ro + ri) / 2
  solid.use('dark', GRIP_COLOURS[spec.ring]).at(x + free * middle, y, z + 0.0287)
  slab(solid, (ro - ri) * 0.3, 0.082, 0.0016, { radii: 0.009, fillet: 0.0006, segments: 5, back: false })
  for (const s of [-1, 1]) {
    solid.use('dark', '#54575b').at(x - free * (ro - 0.003), y + s * 0.05, z + 0.005)
    slab(solid, 0.022, 0.03, 0.01, { radii: 0.004, fillet: 0.003, segments: 3, back: false })
  }
  return pens
}
