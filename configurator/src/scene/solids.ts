/**
 * Slabs, boxes and hollows. Each is drawn at the pen's place, faces outwards, carries analytic normals and needs no
 * smoothing pass. Metres.
 */
import type { MeshPen } from './mesh.ts'

/** Corner radii: one for all, or top right, top left, bottom left, bottom right. */
export type Radii = number | readonly [number, number, number, number]

interface Loop {
  x: number[]
  y: number[]
  nx: number[]
  ny: number[]
}

/**
 * A counter-clockwise rounded rectangle. Loops with equal `segments` and `edges` have equally many points, so any
 * two can be joined ring to ring.
 */
export function roundedRect(
  w: number,
  h: number,
  radii: Radii,
  segments: number,
  edges: number,
  cx = 0,
  cy = 0,
): Loop {
  const r = (typeof radii === 'number' ? [radii, radii, radii, radii] : radii).map((v) =>
    Math.max(0, Math.min(v, w / 2, h / 2)),
  )
  const loop: Loop = { x: [], y: [], nx: [], ny: [] }
  const sx = [1, -1, -1, 1]
  const sy = [1, 1, -1, -1]
  const add = (x: number, y: number, a: number) => {
    loop.x.push(x)
    loop.y.push(y)
    loop.nx.push(Math.cos(a))
    loop.ny.push(Math.sin(a))
  }
  const corner = (i: number, a: number): [number, number] => [
    cx + sx[i]! * (w / 2 - r[i]!) + Math.cos(a) * r[i]!,
    cy + sy[i]! * (h / 2 - r[i]!) + Math.sin(a) * r[i]!,
  ]
  for (let i = 0; i < 4; i++) {
    for (let s = 0; s <= segments; s++) {
      const a = ((i + s / segments) * Math.PI) / 2
      add(...corner(i, a), a)
    }
    const a = ((i + 1) * Math.PI) / 2
    const [x0, y0] = corner(i, a)
    const [x1, y1] = corner((i + 1) % 4, a)
    for (let e = 1; e < edges; e++) add(x0 + ((x1 - x0) * e) / edges, y0 + ((y1 - y0) * e) / edges, a)
  }
  return loop
}

export interface SlabOptions {
  radii?: Radii
  /** Radius of the front edge. */
  fillet?: number
  /** Segments per corner, per fillet, per straight edge. */
  segments?: number
  filletSegments?: number
  edges?: number
  /** How far the middle of the front stands out; a slight crown gives reflections something to move across. */
  crown?: number
  front?: boolean
  back?: boolean
  /** Brightness of the side walls and of the front, for surfaces that mostly face a narrow gap. */
  sideShade?: number
  frontShade?: number
  hole?: { x: number; y: number; w: number; h: number; radius: number; fillet: number }
}

/** Puts one ring of vertices and gives the number of its first. */
export function ringOf(count: number, put: (k: number) => number): number {
  const first = put(0)
  for (let k = 1; k < count; k++) put(k)
  return first
}

/** A slab in the xy plane with rounded silhouette and filleted front edge; its front faces +z. */
export function slab(pen: MeshPen, w: number, h: number, d: number, o: SlabOptions = {}): void {
  const { segments = 3, filletSegments = 2, edges = 1, crown = 0, front = true, back = true } = o
  const { sideShade = 1, frontShade = 1, radii = 0 } = o
  const f = Math.min(o.fillet ?? 0.002, d / 2, w / 2, h / 2)
  const outer: readonly number[] = typeof radii === 'number' ? [radii, radii, radii, radii] : radii
  const inner = outer.map((r) => Math.max(0, r - f)) as [number, number, number, number]
  const rim = roundedRect(w - 2 * f, h - 2 * f, inner, segments, edges)
  const count = rim.x.length
  const z0 = d / 2
  const rise = (x: number) => crown * (1 - ((2 * x) / w) ** 2)
  const putFront = (x: number, y: number) => {
    const s = (8 * crown * x) / (w * w)
    const l = Math.hypot(s, 1)
    return pen.vertex(x, y, z0 + rise(x), s / l, 0, 1 / l, frontShade)
  }
  const rimRing = () => ringOf(count, (k) => putFront(rim.x[k]!, rim.y[k]!))

  if (front && o.hole) {
    const { hole } = o
    const lip = hole.fillet
    const mouth = roundedRect(
      hole.w + 2 * lip,
      hole.h + 2 * lip,
      hole.radius + lip,
      segments,
      edges,
      hole.x,
      hole.y,
    )
    const steps = 4
    let prev = rimRing()
    for (let s = 1; s <= steps; s++) {
      const t = s / steps
      const next = ringOf(count, (k) =>
        putFront(rim.x[k]! + (mouth.x[k]! - rim.x[k]!) * t, rim.y[k]! + (mouth.y[k]! - rim.y[k]!) * t),
      )
      pen.bridge(prev, next, count)
      prev = next
    }
    for (let s = 1; s <= 3; s++) {
      const a = ((s / 3) * Math.PI) / 2
      const sin = Math.sin(a)
      const next = ringOf(count, (k) =>
        pen.vertex(
          mouth.x[k]! - mouth.nx[k]! * lip * sin,
          mouth.y[k]! - mouth.ny[k]! * lip * sin,
          z0 + rise(mouth.x[k]!) - lip + lip * Math.cos(a),
          -mouth.nx[k]! * sin,
          -mouth.ny[k]! * sin,
          Math.cos(a),
        ),
      )
      pen.bridge(prev, next, count)
      prev = next
    }
  } else if (front) {
    // No fan to a centre point: its slivers snap to the sub-pixel grid, flip, get culled and leave pinholes. A
    // regular grid fills the middle; the corner arcs are stitched to the grid's corners.
    const inset = Math.min(Math.max(...inner) + 0.004, w / 2 - f - 1e-4, h / 2 - f - 1e-4)
    const gx = w / 2 - f - inset
    const gy = h / 2 - f - inset
    const start = rimRing()
    const grid = ringOf((edges + 1) ** 2, (k) =>
      putFront(
        -gx + (2 * gx * (k % (edges + 1))) / edges,
        -gy + (2 * gy * Math.floor(k / (edges + 1))) / edges,
      ),
    )
    const at = (i: number, j: number) => grid + j * (edges + 1) + i
    for (let j = 0; j < edges; j++)
      for (let i = 0; i < edges; i++) pen.quad(at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1))
    const facing: number[] = []
    for (let c = 0; c < 4; c++) {
      const corner = [at(edges, edges), at(0, edges), at(0, 0), at(edges, 0)][c]!
      for (let s = 0; s <= segments; s++) facing.push(corner)
      for (let e = 1; e < edges; e++)
        facing.push([at(edges - e, edges), at(0, edges - e), at(e, 0), at(edges, e)][c]!)
    }
    for (let k = 0; k < count; k++) {
      const n = (k + 1) % count
      pen.triangle(start + k, start + n, facing[k]!)
      if (facing[k] !== facing[n]) pen.triangle(start + n, facing[n]!, facing[k]!)
    }
  }

  let prev = rimRing()
  for (let s = 1; s <= filletSegments; s++) {
    const t = s / filletSegments
    const a = (t * Math.PI) / 2
    const sin = Math.sin(a)
    const next = ringOf(count, (k) =>
      pen.vertex(
        rim.x[k]! + rim.nx[k]! * f * sin,
        rim.y[k]! + rim.ny[k]! * f * sin,
        z0 + rise(rim.x[k]!) * (1 - t) - f + f * Math.cos(a),
        rim.nx[k]! * sin,
        rim.ny[k]! * sin,
        Math.cos(a),
        frontShade + (sideShade - frontShade) * t ** 4,
      ),
    )
    pen.bridge(prev, next, count, true)
    prev = next
  }
  const rear = ringOf(count, (k) =>
    pen.vertex(
      rim.x[k]! + rim.nx[k]! * f,
      rim.y[k]! + rim.ny[k]! * f,
      -z0,
      rim.nx[k]!,
      rim.ny[k]!,
      0,
      sideShade * sideShade,
    ),
  )
  pen.bridge(prev, rear, count, true)
  if (back) {
    const first = ringOf(count, (k) =>
      pen.vertex(rim.x[k]! + rim.nx[k]! * f, rim.y[k]! + rim.ny[k]! * f, -z0, 0, 0, -1),
    )
    for (let k = 1; k + 1 < count; k++) pen.triangle(first, first + k + 1, first + k)
  }
}

/** A sharp-edged box about its middle, for what is small or hidden; the sides named in `without` are left out. */
export function box(pen: MeshPen, w: number, h: number, d: number, without = ''): void {
  const sides: [string, number, number, number][] = [
    ['right', 1, 0, 0],
    ['left', -1, 0, 0],
    ['top', 0, 1, 0],
    ['bottom', 0, -1, 0],
    ['front', 0, 0, 1],
    ['back', 0, 0, -1],
  ]
  for (const [name, nx, ny, nz] of sides) {
    if (without.includes(name)) continue
    // Two edge directions whose cross product is the normal.
    const [ux, uy, uz] = [ny, nz, nx]
    const [vx, vy, vz] = [ny * uz - nz * uy, nz * ux - nx * uz, nx * uy - ny * ux]
    const corner = (s: number, t: number) =>
      pen.vertex(
        ((nx + ux * s + vx * t) * w) / 2,
        ((ny + uy * s + vy * t) * h) / 2,
        ((nz + uz * s + vz * t) * d) / 2,
        nx,
        ny,
        nz,
      )
    pen.quad(corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1))
  }
}

/** A flat rectangle facing +z between two corners at z = 0. */
export function flat(pen: MeshPen, x0: number, y0: number, x1: number, y1: number, shade = 1): void {
  pen.quad(
    pen.vertex(x0, y0, 0, 0, 0, 1, shade),
    pen.vertex(x1, y0, 0, 0, 0, 1, shade),
    pen.vertex(x1, y1, 0, 0, 0, 1, shade),
    pen.vertex(x0, y1, 0, 0, 0, 1, shade),
  )
}

/** A flat rectangle about the middle, facing +z, that shows a part of the display atlas (0..1, v up). */
export function picture(pen: MeshPen, w: number, h: number, [u0, v0, u1, v1]: readonly number[]): void {
  const corner = (sx: number, sy: number, u: number, v: number) =>
    pen.vertex((sx * w) / 2, (sy * h) / 2, 0, 0, 0, 1, 1, u, v)
  pen.quad(corner(-1, -1, u0!, v0!), corner(1, -1, u1!, v0!), corner(1, 1, u1!, v1!), corner(-1, 1, u0!, v1!))
}

export interface CavityOptions {
  radius?: number
  /** Radius of the rear corners and of the edge between wall and rear. */
  rearRadius?: number
  fillet?: number
  segments?: number
  edges?: number
  /** Strength of the occlusion, 0..1. */
  occlusion?: number
}

/**
 * An open-fronted hollow whose walls face inwards: mouth at z = 0, rear wall at z = -d. Depth and corners are
 * darkened analytically.
 */
export function cavity(pen: MeshPen, w: number, h: number, d: number, o: CavityOptions = {}): void {
  const { radius = 0.012, rearRadius = 0.03, fillet = 0.03, segments = 4, edges = 4, occlusion = 0.6 } = o
  const mouth = roundedRect(w, h, radius, segments, edges)
  const rear = roundedRect(w - 0.006, h - 0.006, rearRadius, segments, edges)
  const count = mouth.x.length
  const least = Math.min(w, h)
  const shade = (x: number, y: number, depth: number) => {
    const q = Math.max(0, depth) / least
    const open = 1 / (1 + 1.4 * q * q + 0.35 * q)
    const edge = Math.min(w / 2 - Math.abs(x), h / 2 - Math.abs(y)) / least
    const corner = 0.72 + 0.28 * Math.min(1, Math.max(0, edge) * 5)
    return 1 - occlusion * (1 - open * corner)
  }
  let prev = -1
  const join = (next: number) => {
    if (prev >= 0) pen.bridge(prev, next, count)
    prev = next
  }
  const steps = 6
  for (let s = 0; s <= steps; s++) {
    const t = s / steps
    const z = -t * (d - fillet)
    join(
      ringOf(count, (k) => {
        const x = mouth.x[k]! + (rear.x[k]! - mouth.x[k]!) * t
        const y = mouth.y[k]! + (rear.y[k]! - mouth.y[k]!) * t
        return pen.vertex(x, y, z, -mouth.nx[k]!, -mouth.ny[k]!, 0, shade(x, y, -z))
      }),
    )
  }
  for (let s = 1; s <= 4; s++) {
    const a = ((s / 4) * Math.PI) / 2
    const inwards = fillet * (1 - Math.cos(a))
    join(
      ringOf(count, (k) => {
        const x = rear.x[k]! - rear.nx[k]! * inwards
        const y = rear.y[k]! - rear.ny[k]! * inwards
        const nx = -rear.nx[k]! * Math.cos(a)
        const ny = -rear.ny[k]! * Math.cos(a)
        return pen.vertex(x, y, -(d - fillet) - fillet * Math.sin(a), nx, ny, Math.sin(a), shade(x, y, d))
      }),
    )
  }
  const rings = 3
  for (let s = 0; s <= rings; s++) {
    const t = 1 - s / rings
    if (s === 0) prev = -1
    join(
      ringOf(count, (k) => {
        const x = (rear.x[k]! - rear.nx[k]! * fillet) * t
        const y = (rear.y[k]! - rear.ny[k]! * fillet) * t
        return pen.vertex(x, y, -d, 0, 0, 1, shade(x, y, d))
      }),
    )
  }
}
