/** Solids that a profile makes by turning or by travelling: lathe work, bent bars, bands. Metres. */
import type { MeshPen } from './mesh.ts'
import { ringOf, roundedRect } from './solids.ts'

/** A solid of revolution about y. The profile runs (radius, height) with the solid on its left; sharp corners stay sharp. */
export function lathe(pen: MeshPen, profile: readonly (readonly [number, number])[], segments = 18): void {
  const circle = circleOf(segments)
  let prev = -1
  for (let i = 0; i + 1 < profile.length; i++) {
    const normal = segmentNormal(profile, i)
    const startNormal = blended(profile, i - 1, normal)
    const endNormal = blended(profile, i + 1, normal)
    const ring = ([r, y]: readonly [number, number], [nr, ny]: readonly [number, number]) =>
      ringOf(segments, (k) => {
        const [cos, sin] = [circle[2 * k]!, circle[2 * k + 1]!]
        return pen.vertex(cos * r, y, -sin * r, cos * nr, ny, -sin * nr)
      })
    const smooth = i > 0 && startNormal !== normal
    const start = smooth && prev >= 0 ? prev : ring(profile[i]!, startNormal)
    const end = ring(profile[i + 1]!, endNormal)
    for (let k = 0; k < segments; k++) {
      const n = (k + 1) % segments
      // At a pole one side of the band has no length.
      if (profile[i]![0] > 1e-6) pen.triangle(start + k, start + n, end + n)
      if (profile[i + 1]![0] > 1e-6) pen.triangle(start + k, end + n, end + k)
    }
    prev = end
  }
}

const circles = new Map<number, Float64Array>()
/** Cosine and sine of each of equal steps round a circle; drawn from the same few tables by every bottle and apple. */
function circleOf(segments: number): Float64Array {
  let circle = circles.get(segments)
  if (!circle) {
    circle = new Float64Array(2 * segments)
    for (let k = 0; k < segments; k++) {
      const a = (k / segments) * Math.PI * 2
      circle[2 * k] = Math.cos(a)
      circle[2 * k + 1] = Math.sin(a)
    }
    circles.set(segments, circle)
  }
  return circle
}

function segmentNormal(
  profile: readonly (readonly [number, number])[],
  i: number,
): readonly [number, number] {
  const [r0, y0] = profile[i]!
  const [r1, y1] = profile[i + 1]!
  const l = Math.hypot(r1 - r0, y1 - y0) || 1
  return [(y1 - y0) / l, -(r1 - r0) / l]
}

/** The neighbour's and the own normal averaged where they bend little; the own normal at a sharp corner. */
function blended(
  profile: readonly (readonly [number, number])[],
  neighbour: number,
  own: readonly [number, number],
): readonly [number, number] {
  if (neighbour < 0 || neighbour + 1 >= profile.length) return own
  const other = segmentNormal(profile, neighbour)
  if (own[0] * other[0] + own[1] * other[1] < 0.7) return own
  const sum = [own[0] + other[0], own[1] + other[1]] as const
  const l = Math.hypot(sum[0], sum[1])
  return [sum[0] / l, sum[1] / l]
}

/** A path in the yz plane with rounded bends: straight runs between the points given, arcs of `bend` between them. */
export function bentPath(
  points: readonly (readonly [number, number])[],
  bend: number,
  steps = 5,
): [number, number][] {
  return points.flatMap((p, i): [number, number][] => {
    const before = points[i - 1]
    const after = points[i + 1]
    if (!before || !after) return [[p[0], p[1]]]
    const back = Math.hypot(before[0] - p[0], before[1] - p[1])
    const on = Math.hypot(after[0] - p[0], after[1] - p[1])
    const k = Math.min(bend, back / 2.05, on / 2.05)
    const a = [p[0] + ((before[0] - p[0]) / back) * k, p[1] + ((before[1] - p[1]) / back) * k] as const
    const b = [p[0] + ((after[0] - p[0]) / on) * k, p[1] + ((after[1] - p[1]) / on) * k] as const
    return Array.from({ length: steps + 1 }, (_, s): [number, number] => {
      const t = s / steps
      return [
        (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * p[0] + t * t * b[0],
        (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * p[1] + t * t * b[1],
      ]
    })
  })
}

/**
 * A rounded bar swept along a path (y, z) in the plane x = 0: `w` across (x), `t` in the plane, corner radius `r`,
 * ends closed flat. A tube is a bar whose radius is half its width.
 */
export function sweep(
  pen: MeshPen,
  path: readonly (readonly [number, number])[],
  w: number,
  t: number,
  r: number,
  segments = 4,
): void {
  const section = roundedRect(w, t, r, segments, 1)
  const count = section.x.length
  const direction = (i: number): [number, number] => {
    const a = path[Math.max(0, i - 1)]!
    const b = path[Math.min(path.length - 1, i + 1)]!
    const l = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
    return [(b[0] - a[0]) / l, (b[1] - a[1]) / l]
  }
  const ring = (i: number, cap: 0 | 1 | -1) => {
    const [y, z] = path[i]!
    const [ty, tz] = direction(i)
    // x cross tangent-normal keeps (x, n, tangent) right-handed: n = tangent cross x.
    const [ny, nz] = [tz, -ty]
    return ringOf(count, (k) => {
      const [u, v] = [section.x[k]!, section.y[k]!]
      const [su, sv] = [section.nx[k]!, section.ny[k]!]
      return cap
        ? pen.vertex(u, y + ny * v, z + nz * v, 0, ty * cap, tz * cap)
        : pen.vertex(u, y + ny * v, z + nz * v, su, ny * sv, nz * sv)
    })
  }
  let prev = ring(0, 0)
  for (let i = 1; i < path.length; i++) {
    const next = ring(i, 0)
    pen.bridge(prev, next, count)
    prev = next
  }
  const head = ring(0, -1)
  for (let k = 1; k + 1 < count; k++) pen.triangle(head, head + k + 1, head + k)
  const tail = ring(path.length - 1, 1)
  for (let k = 1; k + 1 < count; k++) pen.triangle(tail, tail + k, tail + k + 1)
}

/** A band along x whose section is a profile (y, z) seen from its left side; smooth, open at both ends. */
export function band(
  pen: MeshPen,
  x0: number,
  x1: number,
  profile: readonly (readonly [number, number])[],
  shade: (i: number) => number = () => 1,
): void {
  const normal = (i: number): [number, number] => {
    const a = profile[Math.max(0, i - 1)]!
    const b = profile[Math.min(profile.length - 1, i + 1)]!
    const l = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
    return [-(b[1] - a[1]) / l, (b[0] - a[0]) / l]
  }
  let prev: [number, number] | undefined
  profile.forEach(([y, z], i) => {
    const [ny, nz] = normal(i)
    const next: [number, number] = [
      pen.vertex(x0, y, z, 0, ny, nz, shade(i)),
      pen.vertex(x1, y, z, 0, ny, nz, shade(i)),
    ]
    if (prev) pen.quad(prev[0], prev[1], next[1], next[0])
    prev = next
  })
}
