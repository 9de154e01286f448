/** What is mounted on a front: handles, name plate, camera, screens, label, dispenser. */
import { drawNameplate } from './nameplate.ts'
import type { Fixture, HandleBar } from './layouts.ts'
import { metres, type MeshPen } from './mesh.ts'
import { box, cavity, flat, picture, slab } from './solids.ts'
import { bentPath, lathe, sweep } from './turned.ts'

/** The atlas rectangles (u0, v0, u1, v1) of the pictures shown on displays. */
export const DISPLAY_UV = {
  s7: [0, 0.75, 0.4, 1],
  s21: [0.4375, 0, 1, 1],
  eink: [0, 0.5, 0.4, 0.74],
  washer: [0, 0.36, 0.4, 0.49],
  oven: [0, 0.22, 0.4, 0.35],
} as const

/** Draws a handle on the front plane `z`. */
export function drawHandle(pen: MeshPen, handle: Omit<HandleBar, 'on'>, z: number): void {
  if (handle.kind === 'bar') barHandle(pen, handle, z)
  else leatherLoop(pen, handle, z)
}

/** Draws a fixture: niches into the front plane `zFace`, everything else on the panel at `zPanel`. */
export function drawFixture(
  { solid, display, engraved }: { solid: MeshPen; display: MeshPen; engraved: MeshPen },
  fixture: Fixture,
  zFace: number,
  zPanel: number,
): void {
  switch (fixture.kind) {
    case 'nameplate':
      return drawNameplate(solid, engraved, fixture, fixture.look, zPanel)
    case 'camera':
      return cameraEye(solid, fixture, zPanel)
    case 'screen':
      return screen(solid, display, fixture, zPanel, fixture.look === 's21' ? 's21' : 's7')
    case 'eink':
      return einkTag(solid, display, fixture, zPanel)
    case 'dispenser':
      return dispenserNiche(solid, fixture, zFace)
  }
}

function barHandle(pen: MeshPen, bar: Omit<HandleBar, 'on'>, z: number): void {
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

function leatherLoop(pen: MeshPen, loop: Omit<HandleBar, 'on'>, z: number): void {
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

/** Draws a lens of the fixture's width on the plane `z`. */
export function cameraEye(pen: MeshPen, f: Pick<Fixture, 'x' | 'y' | 'w'>, z: number): void {
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
