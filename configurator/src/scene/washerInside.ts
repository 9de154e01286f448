/** What is seen through the porthole and behind it: bellows, drum, paddles, a load of laundry; and the base drawer. */
import { drawHandle } from './fridgeFittings.ts'
import { seeded } from './groceries.ts'
import { lampLight, roomLight, type Lamp } from './lamps.ts'
import { MeshPen, metres } from './mesh.ts'
import type { Offset } from './parts.ts'
import { box, flat, slab } from './solids.ts'
import { lathe } from './turned.ts'
import { facePlane, SKIN } from './washerFront.ts'
import type { WasherFront, WasherSpec } from './washerSpec.ts'

const SEGMENTS = 44

/** The drum's radius and depth for a load, metres, inside what the cabinet leaves. */
export function drumSize(spec: WasherSpec): { radius: number; depth: number } {
  const radius = Math.min(0.215 + (spec.loadKg - 5) * 0.0065, metres(spec.widthMm) / 2 - 0.045)
  return { radius, depth: Math.min(0.25 + spec.loadKg * 0.013, metres(spec.depthMm) - 0.19) }
}

/** Draws bellows and drum; `hasLamp`: whether its light is mounted yet. */
export function drawDrum(spec: WasherSpec, front: WasherFront, hasLamp: boolean): MeshPen {
  const pen = new MeshPen()
  const { radius, depth } = drumSize(spec)
  const mouth = metres(front.porthole.glass)
  const [x, y, z] = [metres(front.porthole.x), metres(front.porthole.y), facePlane(spec) - SKIN]
  const turn = ['x', Math.PI / 2] as const
  pen.use('gasket', '#6d7175').at(x, y, z, turn)
  lathe(
    pen,
    [
      [mouth + 0.018, 0.014],
      [mouth + 0.012, -0.006],
      [mouth - 0.004, -0.012],
      [mouth + 0.002, -0.028],
      [mouth - 0.014, -0.036],
      [mouth - 0.012, -0.056],
    ],
    SEGMENTS,
  )
  const light = drumLight(spec, x, y, z, mouth, depth, hasLamp)
  pen.light = light
  pen.use('satin', '#d5d9dc').at(x, y, z, turn)
  const lip = mouth - 0.012
  lathe(
    pen,
    [
      [lip, -0.05],
      [lip + 0.004, -0.066],
      [radius, -0.095],
    ],
    SEGMENTS,
  )
  const rings = 5
  const wall: [number, number][] = Array.from({ length: rings + 1 }, (_, k) => [
    radius,
    -0.095 - ((depth - 0.115) * k) / rings,
  ])
  lathe(
    pen,
    [...wall, [radius * 0.95, -depth], [radius * 0.5, -depth - 0.012], [0, -depth - 0.016]],
    SEGMENTS,
  )
  perforate(pen, { x, y, z }, radius, depth)
  pen.light = null
  pen.use('plastic', '#b9bdc0').at(x, y, z, turn)
  lathe(
    pen,
    [
      [0, -depth - 0.04],
      [radius * 0.96, -depth - 0.034],
      [radius + 0.014, -depth - 0.01],
      [radius + 0.014, -0.09],
      [lip + 0.022, -0.052],
    ],
    SEGMENTS,
  )
  pen.light = light
  for (let k = 0; k < 3; k++) {
    const a = (k / 3) * Math.PI * 2 + 0.5
    const r = radius - 0.018
    pen.use('satin', '#d2d5d7')
    pen.at(
      x + Math.cos(a) * r,
      y + Math.sin(a) * r,
      z - depth / 2 - 0.04,
      ['x', -Math.PI / 2],
      ['z', a + Math.PI / 2],
    )
    slab(pen, 0.05, depth * 0.62, 0.04, {
      radii: 0.012,
      fillet: 0.014,
      segments: 3,
      filletSegments: 3,
      back: false,
    })
  }
  if (spec.light !== 'none' && hasLamp) {
    pen.light = null
    pen.use('led', spec.light === 'led' ? '#fffaf0' : '#8a6bff').at(x, y + mouth - 0.02, z - 0.06, ['x', 1.2])
    flat(pen, -0.03, -0.006, 0.03, 0.006)
  }
  return pen
}

/** Rows of small dark holes; at this size they are what says "drum". */
function perforate(
  pen: MeshPen,
  at: { x: number; y: number; z: number },
  radius: number,
  depth: number,
): void {
  pen.use('dark', '#33373b')
  const around = 36
  for (let row = 0; row < 7; row++)
    for (let k = 0; k < around; k++) {
      const a = ((k + (row % 2) / 2) / around) * Math.PI * 2
      const r = radius - 0.0008
      pen.at(
        at.x + Math.cos(a) * r,
        at.y + Math.sin(a) * r,
        at.z - 0.12 - ((depth - 0.15) * row) / 6,
        ['x', -Math.PI / 2],
        ['z', a + Math.PI / 2],
      )
      flat(pen, -0.0032, -0.0032, 0.0032, 0.0032)
    }
  // The back has rings of them too.
  for (const [share, count] of [
    [0.34, 10],
    [0.55, 18],
    [0.78, 26],
  ] as const)
    for (let k = 0; k < count; k++) {
      const a = (k / count) * Math.PI * 2
      const r = radius * share
      pen.at(at.x + Math.cos(a) * r, at.y + Math.sin(a) * r, at.z - depth - 0.0155 + share * 0.0125)
      flat(pen, -0.0034, -0.0034, 0.0034, 0.0034)
    }
}

function drumLight(
  spec: WasherSpec,
  x: number,
  y: number,
  z: number,
  mouth: number,
  depth: number,
  hasLamp: boolean,
) {
  const top = { x, y: y + mouth - 0.03, z: z - 0.07, halfX: 0.03, halfY: 0 }
  const lamps: Lamp[] =
    !hasLamp || spec.light === 'none'
      ? []
      : spec.light === 'led'
        ? [{ ...top, power: 0.75, colour: [1, 0.98, 0.94] }]
        : [
            { ...top, x: x - 0.1, power: 0.6, colour: [0.5, 0.3, 1.25] },
            { ...top, x: x + 0.1, power: 0.6, colour: [0.12, 1, 0.95] },
          ]
  const shine = lampLight(lamps.length > 0 ? 0.8 : 0.72, lamps, depth * 1.6)
  return (px: number, py: number, pz: number, nx: number, ny: number, nz: number) => {
    const [r, g, b] = shine(px, py, pz, nx, ny, nz)
    // Daylight comes in through the mouth and fades towards the bottom of the drum.
    const q = Math.max(0, (z - pz) / depth)
    const deep = 1 - (lamps.length > 0 ? 0.35 : 0.62) * Math.min(1, q)
    return [r * deep, g * deep, b * deep] as const
  }
}

/** Draws a load of laundry: soft heaps at the bottom of the drum. */
export function drawLaundry(spec: WasherSpec, front: WasherFront, hasLamp: boolean): MeshPen {
  const pen = new MeshPen()
  const { radius, depth } = drumSize(spec)
  const [x, y, z] = [metres(front.porthole.x), metres(front.porthole.y), facePlane(spec) - SKIN]
  pen.light = drumLight(spec, x, y, z, metres(front.porthole.glass), depth, hasLamp)
  const random = seeded(spec.loadKg + 3)
  const colours = ['#e9e6df', '#6d93b0', '#c96f5a', '#dcd2bd', '#7f9a82', '#f1efe9', '#b98da0']
  const count = 5 + Math.round(spec.loadKg * 0.9)
  for (let k = 0; k < count; k++) {
    const a = -Math.PI / 2 + (random() - 0.5) * 1.7
    const r = 0.045 + random() * 0.03
    const out = radius - r * (0.75 + 0.9 * Math.floor(k / 6))
    const deep = 0.15 + random() * (depth - 0.24)
    pen.use('leather', colours[k % colours.length])
    pen.at(x + Math.cos(a) * out, y + Math.sin(a) * out - r * 0.5, z - deep, ['z', (random() - 0.5) * 0.9])
    const profile = Array.from({ length: 10 }, (_, i): [number, number] => {
      const t = -Math.PI / 2 + (i / 9) * Math.PI
      // Fuller than a ball, so that heaps look like cloth pressed together.
      const full = i === 0 || i === 9 ? 0 : Math.cos(t) ** 0.62
      return [full * r, r * 0.7 * (1 + Math.sin(t))]
    })
    lathe(pen, profile, 14)
  }
  return pen
}

/** Draws the base drawer's front in colour, its box and what lies in it. */
export function drawBaseDrawer(
  spec: WasherSpec,
  front: WasherFront,
  pivot: Offset,
): { panel: MeshPen; solid: MeshPen; inside: MeshPen } {
  const pens = { panel: new MeshPen(pivot), solid: new MeshPen(pivot), inside: new MeshPen(pivot) }
  const r = front.drawer!
  const [x, y, w, h] = [r.x, r.y, r.w, r.h].map(metres) as [number, number, number, number]
  const z = facePlane(spec)
  pens.panel.light = roomLight(metres(front.heightMm))
  pens.panel
    .castFromHere()
    .use('panel')
    .at(x, y, z - SKIN / 2)
  slab(pens.panel, w, h, SKIN, {
    radii: 0.005,
    fillet: 0.003,
    segments: 5,
    filletSegments: 3,
    edges: 5,
    sideShade: 0.6,
    back: false,
  })
  drawHandle(
    pens.solid.castFromHere(),
    { kind: 'bar', vertical: false, x: r.x, y: r.y + r.h / 2 - 56, w: Math.min(r.w * 0.6, 360), h: 14 },
    z,
  )
  const { inside } = pens
  const deep = metres(spec.depthMm) - 0.16
  const [bw, bh] = [w - 0.06, h * 0.6]
  inside.light = () => [1, 1, 1]
  inside.use('liner', '#dfe2e4').at(x, y, z - SKIN - 0.003, ['y', Math.PI])
  flat(inside, -w / 2 + 0.01, -h / 2 + 0.01, w / 2 - 0.01, h / 2 - 0.01)
  for (const s of [-1, 1]) {
    inside.use('liner', '#d3d7da').at(x + s * (bw / 2), y - h / 2 + 0.03 + bh / 2, z - SKIN - deep / 2)
    box(inside, 0.008, bh, deep)
  }
  inside.use('liner', '#d9dcde').at(x, y - h / 2 + 0.03 + bh / 2, z - SKIN - deep)
  box(inside, bw, bh, 0.008)
  inside.use('liner', '#c9cdd0').at(x, y - h / 2 + 0.032, z - SKIN - deep / 2)
  box(inside, bw, 0.006, deep)
  const towels = ['#7b9bb0', '#e8e2d6', '#c98f73', '#8fa58d']
  towels.forEach((colour, k) => {
    for (let row = 0; row < 3; row++) {
      inside.use('leather', colour)
      inside.at(x + (k - 1.5) * bw * 0.23, y - h / 2 + 0.055 + row * 0.042, z - SKIN - deep * 0.36, [
        'x',
        -Math.PI / 2,
      ])
      slab(inside, bw * 0.2, deep * 0.55, 0.038, {
        radii: 0.012,
        fillet: 0.012,
        segments: 2,
        filletSegments: 2,
        back: false,
      })
    }
  })
  return pens
}

/** Draws the base's body around the drawer. */
export function drawBaseBody(spec: WasherSpec, front: WasherFront): MeshPen {
  const pen = new MeshPen()
  const [w, d, low] = [metres(spec.widthMm), metres(spec.depthMm), metres(front.low)]
  const z = facePlane(spec)
  const deep = z - SKIN + d / 2 - 0.03
  pen.light = roomLight(metres(front.heightMm))
  pen.use('shell')
  for (const s of [-1, 1]) {
    pen.at(s * (w / 2 - 0.009), (low + 0.03) / 2, z - SKIN - deep / 2)
    box(pen, 0.016, low - 0.032, deep)
  }
  pen.at(0, (low + 0.03) / 2, z - SKIN - deep + 0.006)
  box(pen, w - 0.036, low - 0.032, 0.01)
  pen.use('gasket', '#1b1c1f').at(0, low - 0.006, z - SKIN - deep / 2)
  box(pen, w - 0.034, 0.01, deep)
  pen.at(0, 0.036, z - SKIN - deep / 2)
  box(pen, w - 0.034, 0.01, deep)
  return pen
}
