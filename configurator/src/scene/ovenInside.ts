/** The oven's cavity: enamel, heaters, fans, lamps, ladders, racks and what is baking on them. */
import { seeded } from './groceries.ts'
import { lampLight, type Lamp } from './lamps.ts'
import type { Rect } from './layouts.ts'
import { MeshPen, metres } from './mesh.ts'
import { ovenPlanes } from './ovenFront.ts'
import type { OvenFront, OvenSpec } from './ovenSpec.ts'
import { box, cavity, flat, slab } from './solids.ts'
import { lathe, sweep } from './turned.ts'

const ENAMEL = { enamel: '#4a525d', catalytic: '#3b3835', pyrolysis: '#56463c' } as const

/** The mouth of the cavity, millimetres. */
export function mouthOf(spec: OvenSpec, front: OvenFront): Rect {
  return { x: 0, y: front.door.y - 4, w: spec.widthMm - 118, h: front.door.h - 96 }
}

interface Hollow {
  x: number
  y: number
  z: number
  w: number
  h: number
  depth: number
}

function hollowOf(spec: OvenSpec, front: OvenFront): Hollow {
  const m = mouthOf(spec, front)
  return {
    x: metres(m.x),
    y: metres(m.y),
    z: ovenPlanes(spec).zFrame,
    w: metres(m.w),
    h: metres(m.h),
    depth: metres(spec.depthMm) - 0.15,
  }
}

/** Heights of the levels that carry something, from below, metres above the cavity's floor. */
function levelsOf(spec: OvenSpec, h: number): number[] {
  const first = 0.045
  const step = (h - 0.1) / Math.max(3, spec.racks)
  return Array.from({ length: spec.racks }, (_, k) => first + k * step + (spec.racks === 1 ? step : 0))
}

function lampsOf(spec: OvenSpec, o: Hollow): Lamp[] {
  const at = (dx: number, dy: number, dz: number) => ({
    x: o.x + dx,
    y: o.y + dy,
    z: o.z - dz,
    halfX: 0,
    halfY: 0,
  })
  if (spec.light === 'halogen') {
    const corner = at(o.w * 0.4, o.h * 0.36, o.depth * 0.8)
    return [{ ...corner, power: 1.15, colour: [1.15, 0.86, 0.52] }]
  }
  const side = { halfY: o.h * 0.34, power: 0.62 }
  const [left, right] = [at(-o.w / 2, 0, 0.05), at(o.w / 2, 0, 0.05)]
  if (spec.light === 'led')
    return [left, right].map((lamp) => ({ ...lamp, ...side, colour: [1, 0.97, 0.92] as const }))
  return [
    { ...left, ...side, colour: [1.2, 0.42, 0.25] },
    { ...right, ...side, colour: [0.5, 0.3, 1.2] },
  ]
}

const lightIn = (spec: OvenSpec, o: Hollow, isLit: boolean) =>
  lampLight(isLit ? 0.5 : 0.6, isLit ? lampsOf(spec, o) : [], Math.max(o.w, o.h))

/** Draws the hollow with heaters, fans and lamps; `isLit`: whether the lamps are mounted yet. */
export function drawCavity(spec: OvenSpec, front: OvenFront, isLit: boolean): MeshPen {
  const pen = new MeshPen()
  const o = hollowOf(spec, front)
  pen.light = lightIn(spec, o, isLit)
  pen.use('dark', ENAMEL[spec.cleaning]).at(o.x, o.y, o.z)
  cavity(pen, o.w, o.h, o.depth, { radius: 0.02, rearRadius: 0.03, fillet: 0.03, occlusion: 0.55, edges: 6 })
  const rear = o.z - o.depth
  for (let k = 0; k < spec.fans; k++)
    fan(pen, o.x + (k - (spec.fans - 1) / 2) * o.w * 0.46, o.y, rear, Math.min(0.095, o.h * 0.3))
  if (spec.cleaning === 'catalytic') linings(pen, o)
  if (spec.grill) {
    pen.use('dark', '#3d4043')
    const n = 5
    for (let k = 0; k < n; k++) {
      pen.at(o.x + ((k + 0.5) / n - 0.5) * o.w * 0.8, o.y + o.h / 2 - 0.024, o.z - o.depth / 2)
      box(pen, 0.008, 0.008, o.depth * 0.78)
    }
    for (const s of [-1, 1]) {
      pen.at(o.x, o.y + o.h / 2 - 0.024, o.z - o.depth / 2 + s * o.depth * 0.39)
      box(pen, o.w * 0.65, 0.008, 0.008)
    }
  }
  if (spec.steam !== 'none') {
    pen.use('metal', '#c9ccce').at(o.x - o.w / 2 + 0.03, o.y + o.h * 0.18, rear, ['x', Math.PI / 2])
    lathe(
      pen,
      [
        [0.014, 0],
        [0.014, 0.01],
        [0.008, 0.016],
        [0.004, 0.03],
        [0, 0.03],
      ],
      18,
    )
  }
  if (spec.microwave) {
    pen
      .use('liner', '#c9c3b4')
      .at(o.x + o.w / 2 - 0.002, o.y + o.h * 0.12, o.z - o.depth * 0.5, ['y', -Math.PI / 2])
    slab(pen, 0.13, 0.09, 0.003, { radii: 0.008, fillet: 0.001, segments: 3, back: false })
  }
  if (spec.probe) probe(pen, o)
  if (spec.camera) {
    pen.use('black_glass', '#08090b').at(o.x, o.y + o.h / 2 - 0.004, o.z - 0.07, ['x', Math.PI])
    lathe(
      pen,
      [
        [0.014, 0],
        [0.012, 0.005],
        [0, 0.006],
      ],
      20,
    )
  }
  ladders(pen, spec, o)
  if (isLit) lampBodies(pen, spec, o)
  return pen
}

/** Draws the inside of a casing that has no cavity yet: bare sheet metal. */
export function drawBareCasing(spec: OvenSpec, front: OvenFront): MeshPen {
  const pen = new MeshPen()
  const o = hollowOf(spec, front)
  pen.use('shell').at(o.x, o.y, o.z - 0.001)
  cavity(pen, o.w, o.h, o.depth, { radius: 0.004, rearRadius: 0.006, fillet: 0.006, occlusion: 0.6 })
  return pen
}

function fan(pen: MeshPen, x: number, y: number, z: number, r: number): void {
  pen.use('metal', '#9b9fa3').at(x, y, z + 0.003, ['x', Math.PI / 2])
  lathe(
    pen,
    [
      [r * 1.14, 0],
      [r * 1.12, 0.006],
      [r * 1.03, 0.008],
      [r, 0.003],
    ],
    40,
  )
  pen.use('dark', '#1a1b1d')
  lathe(
    pen,
    [
      [r, 0.002],
      [0, 0.002],
    ],
    32,
  )
  pen.use('metal', '#85898d')
  for (let k = 0; k < 18; k++) {
    const a = (k / 18) * Math.PI * 2
    pen.at(x + Math.cos(a) * r * 0.66, y + Math.sin(a) * r * 0.66, z + 0.0065, ['z', a + 0.5])
    flat(pen, -r * 0.26, -0.0022, r * 0.26, 0.0022)
  }
  pen.use('metal', '#b4b7ba').at(x, y, z + 0.005, ['x', Math.PI / 2])
  lathe(
    pen,
    [
      [r * 0.24, 0],
      [r * 0.22, 0.006],
      [0, 0.007],
    ],
    20,
  )
}

/** Rough panels that burn off fat, on both sides. */
function linings(pen: MeshPen, o: Hollow): void {
  pen.use('gasket', '#57524c')
  for (const s of [-1, 1]) {
    pen.at(o.x + s * (o.w / 2 - 0.004), o.y, o.z - o.depth * 0.5, ['y', (-s * Math.PI) / 2])
    slab(pen, o.depth * 0.74, o.h * 0.8, 0.003, {
      radii: 0.012,
      fillet: 0.001,
      segments: 3,
      edges: 3,
      back: false,
    })
  }
}

function probe(pen: MeshPen, o: Hollow): void {
  const x = o.x - o.w / 2 + 0.012
  pen.use('metal', '#d4d6d8').at(x - 0.008, o.y + o.h * 0.3, o.z - 0.09, ['z', -Math.PI / 2])
  lathe(
    pen,
    [
      [0.009, 0],
      [0.009, 0.012],
      [0.005, 0.016],
      [0, 0.016],
    ],
    16,
  )
  pen.use('dark', '#2d2f33').at(x + 0.01, 0, o.z - 0.09)
  sweep(
    pen,
    [
      [o.y + o.h * 0.3, 0],
      [o.y + o.h * 0.1, -0.03],
      [o.y - o.h * 0.05, -0.09],
    ],
    0.005,
    0.005,
    0.0025,
    2,
  )
  pen.use('metal', '#d9dbdd').at(x + 0.01, 0, o.z - 0.18)
  sweep(
    pen,
    [
      [o.y - o.h * 0.05, 0],
      [o.y - o.h * 0.12, -0.09],
    ],
    0.004,
    0.004,
    0.002,
    2,
  )
}

/** The wire ladders at both sides, with telescopic rails on the levels that have them. */
function ladders(pen: MeshPen, spec: OvenSpec, o: Hollow): void {
  const x = o.w / 2 - 0.012
  for (const s of [-1, 1]) {
    pen.use('metal', '#b9bcbf')
    for (const z of [0.05, o.depth - 0.06]) {
      pen.at(o.x + s * x, o.y, o.z - z)
      box(pen, 0.005, o.h * 0.86, 0.005)
    }
    for (const [k, level] of levelsOf(spec, o.h).entries()) {
      const y = o.y - o.h / 2 + level
      pen.use('metal', '#b9bcbf').at(o.x + s * x, y - 0.007, o.z - o.depth / 2)
      box(pen, 0.005, 0.005, o.depth - 0.1)
      if (k >= spec.rails) continue
      pen.use('satin', '#e0e2e4').at(o.x + s * (x - 0.008), y - 0.004, o.z - o.depth / 2)
      slab(pen, 0.01, 0.014, o.depth - 0.1, { radii: 0.002, fillet: 0.001, segments: 2 })
      pen.use('dark', '#303338').at(o.x + s * (x - 0.0135), y - 0.004, o.z - o.depth / 2)
      box(pen, 0.001, 0.004, o.depth - 0.12)
    }
  }
}

function lampBodies(pen: MeshPen, spec: OvenSpec, o: Hollow): void {
  pen.light = null
  if (spec.light === 'halogen') {
    pen.use('led', '#ffe3b4').at(o.x + o.w * 0.4, o.y + o.h * 0.36, o.z - o.depth + 0.004, ['x', Math.PI / 2])
    lathe(
      pen,
      [
        [0.022, 0],
        [0.018, 0.008],
        [0, 0.011],
      ],
      24,
    )
    return
  }
  for (const s of [-1, 1]) {
    pen.use('led', spec.light === 'led' ? '#fffaf2' : s < 0 ? '#ff6a3c' : '#8a6bff')
    pen.at(o.x + s * (o.w / 2 - 0.001), o.y, o.z - 0.03, ['y', (-s * Math.PI) / 2])
    flat(pen, -0.003, -o.h * 0.36, 0.003, o.h * 0.36)
  }
}

/** Draws racks and trays on their levels, with bread and fruit on the first two. */
export function drawRacks(spec: OvenSpec, front: OvenFront, isLit: boolean): MeshPen {
  const pen = new MeshPen()
  const o = hollowOf(spec, front)
  pen.light = lightIn(spec, o, isLit)
  const [w, d] = [o.w - 0.03, o.depth - 0.07]
  const z = o.z - 0.03 - d / 2
  for (const [k, level] of levelsOf(spec, o.h).entries()) {
    const y = o.y - o.h / 2 + level
    if (k % 2 === 0) wires(pen, o.x, y, z, w, d)
    else tray(pen, o.x, y, z, w, d)
    if (k === 0) loaf(pen, o.x - w * 0.06, y + 0.003, z + 0.02, Math.min(0.11, o.h * 0.26))
    if (k === 1) buns(pen, o.x, y + 0.004, z, w, d)
  }
  return pen
}

function wires(pen: MeshPen, x: number, y: number, z: number, w: number, d: number): void {
  pen.use('metal', '#c6c9cb')
  const n = Math.round(w / 0.026)
  for (let k = 0; k <= n; k++) {
    pen.at(x + (k / n - 0.5) * w, y, z)
    box(pen, 0.0028, 0.0028, d, 'bottom front back')
  }
  for (const s of [-1, 0, 1]) {
    pen.at(x, y - 0.003, z + s * (d / 2 - 0.003))
    box(pen, w, 0.0045, 0.0045)
  }
}

function tray(pen: MeshPen, x: number, y: number, z: number, w: number, d: number): void {
  pen.use('dark', '#2f3237').at(x, y - 0.004, z, ['x', -Math.PI / 2])
  slab(pen, w, d, 0.004, { radii: 0.016, fillet: 0.0012, segments: 4 })
  for (const s of [-1, 1]) {
    pen.at(x + s * (w / 2 - 0.003), y + 0.006, z)
    box(pen, 0.005, 0.02, d - 0.02)
    pen.at(x, y + 0.006, z + s * (d / 2 - 0.003))
    box(pen, w - 0.02, 0.02, 0.005)
  }
}

function loaf(pen: MeshPen, x: number, y: number, z: number, r: number): void {
  pen.use('leather', '#b5793f').at(x, y, z)
  const profile = Array.from({ length: 9 }, (_, i): [number, number] => {
    const t = (i / 8) * (Math.PI / 2)
    return [Math.cos(t) * r * (1 - 0.06 * (1 - i / 8)), Math.sin(t) * r * 0.62]
  })
  lathe(pen, [...profile.slice(0, -1), [0, r * 0.62]], 24)
  pen.use('leather', '#e9cf9f')
  for (const [k, turn] of [-0.5, 0, 0.5].entries()) {
    pen.at(x + (k - 1) * r * 0.42, y + r * (k === 1 ? 0.615 : 0.555), z, ['y', 0.5], ['z', -turn * 0.9])
    slab(pen, r * 0.13, 0.004, r * 0.8, { radii: 0.002, fillet: 0.001, segments: 2 })
  }
}

function buns(pen: MeshPen, x: number, y: number, z: number, w: number, d: number): void {
  const random = seeded(8)
  const across = Math.max(2, Math.floor(w / 0.12))
  for (let row = 0; row < 3; row++)
    for (let k = 0; k < across; k++) {
      const r = 0.034 + random() * 0.005
      pen.use('leather', ['#c58b4c', '#ba7d40', '#cf9a5c'][Math.floor(random() * 3)])
      pen.at(x + ((k + 0.5) / across - 0.5) * (w - 0.05), y, z + (row - 1) * d * 0.29)
      const profile = Array.from({ length: 5 }, (_, i): [number, number] => {
        const t = (i / 4) * (Math.PI / 2)
        return [Math.max(0, Math.cos(t) * r), Math.sin(t) * r * 0.74]
      })
      lathe(pen, profile, 12)
    }
}
