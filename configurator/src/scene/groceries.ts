/** What stands in the fridge: bottles, jars, boxes, fruit. Seeded, so the same fridge is always filled alike. */
import type { MeshPen } from './mesh.ts'
import { slab } from './solids.ts'
import { lathe } from './turned.ts'

/** A repeatable random source in 0..1 (xorshift). */
export function seeded(seed: number): () => number {
  let s = (seed * 2654435761) >>> 0 || 1
  return () => {
    s ^= s << 13
    s >>>= 0
    s ^= s >>> 17
    s ^= s << 5
    s >>>= 0
    return s / 4294967296
  }
}

const SEGMENTS = 14

type Profile = readonly (readonly [radius: number, height: number])[]

/** A turned vessel: its outlines in parts of its radius and height, and the colours it comes in. */
interface Vessel {
  body: Profile
  label: Profile
  lid: Profile
  lidSegments: number
  kinds: readonly { glass: string; label: string; lid: string }[]
  /** As it stands on a shelf: from `least` to `least + spread` high, at most this `share` of the shelf's room, `gap` to the next. */
  onShelf: { radius: number; least: number; spread: number; share: number; gap: number }
}

const BOTTLE: Vessel = {
  body: [
    [0.9, 0],
    [1, 0.02],
    [1, 0.56],
    [0.93, 0.64],
    [0.62, 0.74],
    [0.42, 0.82],
    [0.38, 0.92],
  ],
  label: [
    [1.012, 0.15],
    [1.012, 0.46],
  ],
  lid: [
    [0.46, 0.9],
    [0.46, 0.985],
    [0.4, 1],
    [0, 1],
  ],
  lidSegments: 10,
  kinds: [
    { glass: '#1f4630', label: '#e9dfc6', lid: '#b08d3f' },
    { glass: '#f1ede3', label: '#3d6d86', lid: '#3d6d86' },
    { glass: '#7a4320', label: '#f2e6c9', lid: '#2b2b2b' },
    { glass: '#f3f2ee', label: '#5d8a4e', lid: '#5d8a4e' },
    { glass: '#8f3226', label: '#efe7d6', lid: '#c9a24a' },
  ],
  onShelf: { radius: 0.031, least: 0.2, spread: 0.07, share: 0.94, gap: 0.012 },
}

const JAR: Vessel = {
  body: [
    [0.92, 0],
    [1, 0.04],
    [1, 0.78],
    [0.86, 0.86],
  ],
  label: [
    [1.01, 0.2],
    [1.01, 0.6],
  ],
  lid: [
    [0.94, 0.82],
    [0.94, 0.98],
    [0.88, 1],
    [0, 1],
  ],
  lidSegments: SEGMENTS,
  kinds: [
    { glass: '#9c3a2b', label: '#f0e9db', lid: '#c8a24c' },
    { glass: '#c9923a', label: '#f4efe4', lid: '#3b3b3b' },
    { glass: '#5d2733', label: '#f0e9db', lid: '#c8a24c' },
    { glass: '#dccfb4', label: '#8aa07a', lid: '#8a9a5b' },
  ],
  onShelf: { radius: 0.034, least: 0.1, spread: 0.03, share: 0.8, gap: 0.014 },
}

/** Stands a vessel of radius `r` and height `h` with its foot at (x, y, z). */
function vessel(
  pen: MeshPen,
  what: Vessel,
  x: number,
  y: number,
  z: number,
  r: number,
  h: number,
  kind: number,
): void {
  const { glass, label, lid } = what.kinds[kind % what.kinds.length]!
  const sized = (profile: Profile) => profile.map(([a, b]): [number, number] => [a * r, b * h])
  pen.at(x, y, z).use('prop', glass)
  lathe(pen, sized(what.body), SEGMENTS)
  pen.use('plastic', label)
  lathe(pen, sized(what.label), SEGMENTS)
  pen.use('prop', lid)
  lathe(pen, sized(what.lid), what.lidSegments)
}

/** A standing bottle, its foot at the pen's place (x, y, z). */
export function bottle(
  pen: MeshPen,
  x: number,
  y: number,
  z: number,
  r: number,
  h: number,
  kind: number,
): void {
  vessel(pen, BOTTLE, x, y, z, r, h, kind)
}

function carton(
  pen: MeshPen,
  x: number,
  y: number,
  z: number,
  w: number,
  h: number,
  d: number,
  hex: string,
): void {
  pen.use('plastic', hex).at(x, y + h / 2, z)
  slab(pen, w, h, d, { radii: 0.003, fillet: 0.002, segments: 2, back: false })
}

const CARTONS = ['#efeae0', '#54788f', '#dfe7ea', '#b9604a', '#8a9c72', '#d8b25e'] as const

/** A shelf to fill: left edge, floor, front plane; everything stays inside. */
export interface Space {
  x: number
  y: number
  z: number
  w: number
  h: number
  d: number
}

/** Sets bottles, jars and boxes side by side on a shelf. */
export function stockShelf(pen: MeshPen, space: Space, seed: number): void {
  const random = seeded(seed + 7)
  const right = space.x + space.w
  let x = space.x + 0.012
  for (;;) {
    const t = random()
    const z = space.z - random() * Math.max(0, space.d - 0.14) * 0.5
    const room = right - x
    if (t < 0.5) {
      const what = t < 0.24 && space.h > 0.15 ? BOTTLE : JAR
      const { radius: r, least, spread, share, gap } = what.onShelf
      if (room < 2 * r + 0.005) return
      const h = Math.min(space.h * share, least + random() * spread)
      vessel(pen, what, x + r, space.y, z - r, r, h, Math.floor(random() * what.kinds.length))
      x += 2 * r + gap
    } else if (t < 0.72) {
      const w = 0.07 + random() * 0.05
      if (room < w + 0.005) return
      const d = 0.075
      const h = Math.min(space.h * 0.9, 0.07 + random() * 0.13)
      carton(pen, x + w / 2, space.y, z - d / 2, w, h, d, CARTONS[Math.floor(random() * CARTONS.length)]!)
      x += w + 0.014
    } else if (t < 0.86) {
      const w = 0.13
      if (room < w + 0.005) return
      carton(pen, x + w / 2, space.y, z - 0.05, w, Math.min(0.05, space.h * 0.5), 0.1, '#e4eaec')
      carton(
        pen,
        x + w / 2,
        space.y + Math.min(0.05, space.h * 0.5),
        z - 0.05,
        w + 0.003,
        0.011,
        0.102,
        '#4f9a92',
      )
      x += w + 0.014
    } else x += 0.05
    if (x > right) return
  }
}

const FRUIT = ['#b83a2a', '#7f9d3a', '#dd8527', '#94b058', '#d9b23f'] as const

/** Heaps fruit into a vegetable drawer: two rows, and a few on top. */
export function stockCrisper(pen: MeshPen, space: Space, seed: number): void {
  const random = seeded(seed + 31)
  const colours = [FRUIT[Math.floor(random() * 5)]!, FRUIT[Math.floor(random() * 5)]!]
  const count = Math.max(1, Math.floor(space.w / 0.078))
  const step = space.w / count
  const put = (x: number, y: number, z: number, second: number) => {
    const r = 0.032 + random() * 0.005
    pen.use('prop', colours[random() < second ? 1 : 0]).at(x, y, z)
    const profile = Array.from({ length: 8 }, (_, s): [number, number] => {
      const a = -Math.PI / 2 + (s / 7) * Math.PI
      return [Math.max(0, Math.cos(a) * r), (1 + Math.sin(a)) * r * 0.92]
    })
    lathe(pen, profile, 12)
  }
  const rows = space.d > 0.2 ? 2 : 1
  for (let k = 0; k < count; k++) {
    const half = k < count / 2 ? 0.12 : 0.85
    for (let row = 0; row < rows; row++)
      put(space.x + (k + 0.5) * step, space.y, space.z - 0.04 - row * 0.072 - random() * 0.012, half)
    if (k > 0 && space.h > 0.12 && random() < 0.62)
      put(space.x + k * step, space.y + 0.05, space.z - 0.05 - random() * 0.02, half)
  }
}

const FROZEN = ['#dfe8ee', '#8fb0c4', '#d6c9b4', '#b7cbb1', '#c9a7a0'] as const

/** Stands frozen packs side by side. */
export function stockFrozen(pen: MeshPen, space: Space, seed: number): void {
  const random = seeded(seed + 77)
  const right = space.x + space.w
  let x = space.x
  while (right - x > 0.07) {
    const w = Math.min(right - x, 0.06 + random() * 0.08)
    const h = space.h * (0.5 + random() * 0.45)
    const d = Math.min(space.d, 0.11)
    carton(pen, x + w / 2, space.y, space.z - d / 2, w, h, d, FROZEN[Math.floor(random() * FROZEN.length)]!)
    x += w + 0.008
  }
}

/** A wine bottle lying with its neck to the rear, its foot facing +z at the place given. */
export function lyingBottle(pen: MeshPen, x: number, y: number, z: number, kind: number): void {
  const r = 0.037
  pen.use('prop', ['#20351f', '#2b3a1c', '#3a2016'][kind % 3]).at(x, y, z, ['x', -Math.PI / 2])
  lathe(
    pen,
    [
      [0, 0.012],
      [r * 0.6, 0.006],
      [r * 0.8, 0],
      [r, 0.006],
      [r, 0.17],
      [r * 0.7, 0.205],
      [r * 0.4, 0.225],
    ],
    SEGMENTS,
  )
}
