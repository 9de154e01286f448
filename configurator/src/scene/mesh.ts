/**
 * The pen all geometry is drawn with: it grows one indexed triangle mesh in typed arrays, without a renderer, so the
 * same builders run in the page, in a worker and in plain Node. Metres, right-handed, y up, counter-clockwise front.
 */

/** Metres from millimetres: the one place where the elevation's unit becomes the scene's. */
export const metres = (mm: number): number => mm / 1000

/** What a surface is made of; `tone` marks what takes the cabinet's own grey. */
export interface SurfaceOf {
  roughness: number
  metalness: number
  glow: number
  tone: 0 | 1
}

/** Every surface of the solid parts. One shader draws all of them, fed by these figures per vertex. */
export const SURFACES = {
  shell: { roughness: 0.5, metalness: 0.25, glow: 0, tone: 1 },
  trim: { roughness: 0.4, metalness: 0.45, glow: 0, tone: 1 },
  plastic: { roughness: 0.55, metalness: 0, glow: 0, tone: 0 },
  liner: { roughness: 0.42, metalness: 0, glow: 0, tone: 0 },
  gasket: { roughness: 0.85, metalness: 0, glow: 0, tone: 0 },
  /** Brushed aluminium trims: bright from every side. */
  satin: { roughness: 0.34, metalness: 0.35, glow: 0, tone: 0 },
  metal: { roughness: 0.24, metalness: 1, glow: 0, tone: 0 },
  dark: { roughness: 0.32, metalness: 0.1, glow: 0, tone: 0 },
  /** Half a metal, so that a strip light does not turn it grey. */
  black_glass: { roughness: 0.08, metalness: 0.7, glow: 0, tone: 0 },
  leather: { roughness: 0.62, metalness: 0, glow: 0, tone: 0 },
  wood: { roughness: 0.58, metalness: 0, glow: 0, tone: 0 },
  prop: { roughness: 0.3, metalness: 0, glow: 0, tone: 0 },
  led: { roughness: 1, metalness: 0, glow: 1, tone: 0 },
  clear: { roughness: 0.1, metalness: 0, glow: 0, tone: 0 },
  plate: { roughness: 0.4, metalness: 1, glow: 0, tone: 0 },
  panel: { roughness: 0.5, metalness: 0, glow: 0, tone: 0 },
  display: { roughness: 0.2, metalness: 0, glow: 0, tone: 0 },
} as const satisfies Record<string, SurfaceOf>

export type SurfaceName = keyof typeof SURFACES

/** A finished mesh. `spans` says which triangles belong to which surface, in drawing order. */
export interface MeshData {
  /** xyz, metres */
  positions: Float32Array
  normals: Float32Array
  /** linear rgb; may exceed 1 where a lamp shines */
  colours: Float32Array
  /** metres across the surface, or 0..1 on a display */
  uvs: Float32Array
  /** roughness, metalness, glow, tone; 0..255 */
  surfaces: Uint8Array
  indices: Uint32Array
  spans: { surface: SurfaceName; start: number; count: number }[]
  /** The run of indices that throws a shadow worth drawing; null when none does. */
  casts: { start: number; count: number } | null
}

export type Turn = readonly [axis: 'x' | 'y' | 'z', radians: number]
export type Rgb = readonly [r: number, g: number, b: number]
/** Light that falls on a point, as a factor on its colour, good until the next call. Baked at drawing time. */
export type BakedLight = (x: number, y: number, z: number, nx: number, ny: number, nz: number) => Rgb

const toLinear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
const linearCache = new Map<string, Rgb>()
/** Gives the linear rgb of an sRGB hex colour (`#rrggbb`). */
export function linear(hex: string): Rgb {
  let rgb = linearCache.get(hex)
  if (!rgb) {
    const n = Number.parseInt(hex.slice(1), 16)
    rgb = [toLinear((n >> 16) / 255), toLinear(((n >> 8) & 255) / 255), toLinear((n & 255) / 255)]
    linearCache.set(hex, rgb)
  }
  return rgb
}

const WHITE: Rgb = [1, 1, 1]

/** What a pen writes into until its mesh is finished. */
interface Sheet {
  floats: Float32Array
  surfaces: Uint8Array
  indices: Uint32Array
}
/** Sheets of finished pens, grown as they are: a change of size draws a dozen meshes, and growing anew costs more than drawing. */
const sheets: Sheet[] = []
const MOST_SHEETS = 8
const takeSheet = (): Sheet =>
  sheets.pop() ?? {
    floats: new Float32Array(11 * 512),
    surfaces: new Uint8Array(4 * 512),
    indices: new Uint32Array(3 * 512),
  }
const NO_SHEET: Sheet = {
  floats: new Float32Array(0),
  surfaces: new Uint8Array(0),
  indices: new Uint32Array(0),
}

/**
 * Draws one mesh: choose a surface (`use`), a place (`at`), then call the solids, which put vertices and triangles.
 * `origin` is subtracted from every point, so a door comes out in its hinge's own coordinates.
 */
export class MeshPen {
  /** Light baked into what is drawn from now on. */
  light: BakedLight | null = null
  #origin: readonly [number, number, number]
  #m = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
  #isTurned = false
  #tint: Rgb = WHITE
  #surface: SurfaceName = 'plastic'
  #bytes: readonly [number, number, number, number] = [140, 0, 0, 0]
  #vertices = 0
  #triangles = 0
  #sheet = NO_SHEET
  #spans: MeshData['spans'] = []
  #castsFrom = -1

  constructor(origin: readonly [number, number, number] = [0, 0, 0]) {
    this.#origin = origin
  }

  /** Whether nothing has been drawn. */
  get isEmpty(): boolean {
    return this.#triangles === 0
  }

  /** Chooses the surface and its colour (sRGB hex) for what follows. */
  use(surface: SurfaceName, colour = '#ffffff'): this {
    this.#closeSpan()
    const s = SURFACES[surface]
    this.#surface = surface
    this.#tint = linear(colour)
    this.#bytes = [Math.round(s.roughness * 255), Math.round(s.metalness * 255), s.glow * 255, s.tone * 255]
    return this
  }

  /** Places what follows: turned about its own origin in the order given, then moved. */
  at(x: number, y: number, z: number, ...turns: Turn[]): this {
    const m = [1, 0, 0, 0, 1, 0, 0, 0, 1, x, y, z]
    for (const [axis, a] of turns) {
      const [c, s] = [Math.cos(a), Math.sin(a)]
      // the two rows that a turn about this axis mixes
      const [i, j] = axis === 'x' ? [3, 6] : axis === 'y' ? [6, 0] : [0, 3]
      for (let k = 0; k < 3; k++) {
        const [p, q] = [m[i + k]!, m[j + k]!]
        m[i + k] = c * p - s * q
        m[j + k] = s * p + c * q
      }
    }
    this.#m = m
    this.#isTurned = turns.length > 0
    return this
  }

  /** From here on everything drawn throws a shadow; what came before does not. */
  castFromHere(): this {
    this.#castsFrom = this.#triangles * 3
    return this
  }

  /** Puts a vertex and gives its number. `u`, `v` default to metres along the surface. */
  vertex(
    x: number,
    y: number,
    z: number,
    nx: number,
    ny: number,
    nz: number,
    shade = 1,
    u?: number,
    v?: number,
  ): number {
    const index = this.#vertices++
    if (index * 11 + 11 > this.#sheet.floats.length) this.#growVertices()
    const m = this.#m
    let wx = x
    let wy = y
    let wz = z
    let wnx = nx
    let wny = ny
    let wnz = nz
    // most of what is drawn stands straight
    if (this.#isTurned) {
      wx = m[0]! * x + m[1]! * y + m[2]! * z
      wy = m[3]! * x + m[4]! * y + m[5]! * z
      wz = m[6]! * x + m[7]! * y + m[8]! * z
      wnx = m[0]! * nx + m[1]! * ny + m[2]! * nz
      wny = m[3]! * nx + m[4]! * ny + m[5]! * nz
      wnz = m[6]! * nx + m[7]! * ny + m[8]! * nz
    }
    wx += m[9]!
    wy += m[10]!
    wz += m[11]!
    const light = this.light ? this.light(wx, wy, wz, wnx, wny, wnz) : WHITE
    const { floats: f, surfaces } = this.#sheet
    let o = index * 11
    f[o++] = wx - this.#origin[0]
    f[o++] = wy - this.#origin[1]
    f[o++] = wz - this.#origin[2]
    f[o++] = wnx
    f[o++] = wny
    f[o++] = wnz
    f[o++] = this.#tint[0] * shade * light[0]
    f[o++] = this.#tint[1] * shade * light[1]
    f[o++] = this.#tint[2] * shade * light[2]
    if (u !== undefined && v !== undefined) {
      f[o++] = u
      f[o] = v
    } else {
      const sideways = Math.abs(wnx) > 0.72
      const flat = Math.abs(wny) > 0.72
      f[o++] = sideways ? wz : wx
      f[o] = flat && !sideways ? wz : wy
    }
    // one by one: copying four bytes out of an array takes longer than all of the above
    const [bytes, at] = [this.#bytes, index * 4]
    surfaces[at] = bytes[0]
    surfaces[at + 1] = bytes[1]
    surfaces[at + 2] = bytes[2]
    surfaces[at + 3] = bytes[3]
    return index
  }

  /** Puts a triangle, counter-clockwise seen from outside. */
  triangle(a: number, b: number, c: number): void {
    const o = this.#triangles++ * 3
    const sheet = this.#sheet
    if (o + 3 > sheet.indices.length) {
      const next = new Uint32Array(sheet.indices.length * 2)
      next.set(sheet.indices)
      sheet.indices = next
    }
    const { indices } = sheet
    indices[o] = a
    indices[o + 1] = b
    indices[o + 2] = c
  }

  /** Puts two triangles, counter-clockwise seen from outside. */
  quad(a: number, b: number, c: number, d: number): void {
    this.triangle(a, b, c)
    this.triangle(a, c, d)
  }

  /** Joins two closed rings of `count` vertices that run the same way; `reverse` turns the band inside out. */
  bridge(a: number, b: number, count: number, reverse = false): void {
    for (let k = 0; k < count; k++) {
      const n = (k + 1) % count
      if (reverse) this.quad(a + k, b + k, b + n, a + n)
      else this.quad(a + k, a + n, b + n, b + k)
    }
  }

  /** Gives the mesh as drawn so far; the pen must not be used afterwards. */
  finish(): MeshData {
    this.#closeSpan()
    const n = this.#vertices
    const positions = new Float32Array(n * 3)
    const normals = new Float32Array(n * 3)
    const colours = new Float32Array(n * 3)
    const uvs = new Float32Array(n * 2)
    const sheet = this.#sheet
    const f = sheet.floats
    for (let k = 0; k < n; k++) {
      const o = k * 11
      for (let c = 0; c < 3; c++) {
        positions[k * 3 + c] = f[o + c]!
        normals[k * 3 + c] = f[o + 3 + c]!
        colours[k * 3 + c] = f[o + 6 + c]!
      }
      uvs[k * 2] = f[o + 9]!
      uvs[k * 2 + 1] = f[o + 10]!
    }
    this.#sheet = NO_SHEET
    if (sheet !== NO_SHEET && sheets.length < MOST_SHEETS) sheets.push(sheet)
    return {
      positions,
      normals,
      colours,
      uvs,
      surfaces: sheet.surfaces.slice(0, n * 4),
      indices: sheet.indices.slice(0, this.#triangles * 3),
      spans: this.#spans,
      casts:
        this.#castsFrom < 0 || this.#castsFrom === this.#triangles * 3
          ? null
          : { start: this.#castsFrom, count: this.#triangles * 3 - this.#castsFrom },
    }
  }

  #closeSpan(): void {
    const last = this.#spans.at(-1)
    const start = last ? last.start + last.count : 0
    const count = this.#triangles * 3 - start
    if (count === 0) return
    if (last && last.surface === this.#surface) last.count += count
    else this.#spans.push({ surface: this.#surface, start, count })
  }

  #growVertices(): void {
    const sheet = this.#sheet
    if (sheet === NO_SHEET) {
      this.#sheet = takeSheet()
      return
    }
    const floats = new Float32Array(sheet.floats.length * 2)
    floats.set(sheet.floats)
    sheet.floats = floats
    const surfaces = new Uint8Array(sheet.surfaces.length * 2)
    surfaces.set(sheet.surfaces)
    sheet.surfaces = surfaces
  }
}
