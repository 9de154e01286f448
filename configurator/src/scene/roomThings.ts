/** What makes a kitchen look lived in: a shelf with crockery, a board, a vase, a bowl of fruit. */
import type { MeshPen } from './mesh.ts'
import { slab } from './solids.ts'
import { lathe } from './turned.ts'

/** The stretch of worktop to be filled: from where to where, its surface, the wall behind it. Metres. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly y: number
  readonly zWall: number
}

/** Puts things on a worktop and a shelf above it; `hasMiddle`: whether there is worktop in the middle of the stretch. */
export function decorate(pen: MeshPen, { from, to, y, zWall }: Stretch, hasMiddle: boolean): void {
  const at = (share: number) => from + (to - from) * share
  const shelf = y + 0.64
  pen.use('wood', '#b58a5b').at(at(0.5), shelf, zWall + 0.12)
  slab(pen, to - from, 0.03, 0.22, { fillet: 0.002, segments: 1, filletSegments: 2 })
  const high = shelf + 0.015
  vase(pen, at(0.1), high, zWall + 0.12, 1.3, '#e7e1d5')
  vase(pen, at(0.24), high, zWall + 0.13, 0.85, '#a9593d')
  plates(pen, at(0.52), high, zWall + 0.12)
  books(pen, at(0.78), high, zWall + 0.12)
  pen.use('wood', '#b98a55').at(at(0.2), y + 0.17, zWall + 0.05, ['x', -0.12])
  slab(pen, 0.24, 0.34, 0.02, { radii: 0.03, fillet: 0.004, segments: 6 })
  vase(pen, at(0.84), y, zWall + 0.22, 1.7, '#39444d')
  fruit(pen, at(hasMiddle ? 0.5 : 0.94), y, zWall + 0.3)
}

function vase(pen: MeshPen, x: number, y: number, z: number, s: number, colour: string): void {
  pen.use('liner', colour).at(x, y, z)
  const profile: [number, number][] = [
    [0.03, 0],
    [0.045, 0.002],
    [0.06, 0.025],
    [0.067, 0.07],
    [0.055, 0.115],
    [0.034, 0.145],
    [0.03, 0.155],
    [0.036, 0.168],
    [0.03, 0.168],
    [0.024, 0.15],
  ]
  lathe(
    pen,
    profile.map(([r, h]): [number, number] => [r * s, h * s]),
    28,
  )
}

function plates(pen: MeshPen, x: number, y: number, z: number): void {
  pen.use('prop', '#f3f0ea')
  for (let k = 0; k < 5; k++) {
    pen.at(x, y + k * 0.011, z)
    lathe(
      pen,
      [
        [0.05, 0],
        [0.085, 0.018],
        [0.087, 0.021],
        [0.05, 0.005],
        [0, 0.004],
      ],
      28,
    )
  }
}

function books(pen: MeshPen, x: number, y: number, z: number): void {
  const colours = ['#c8b08f', '#4f6a5c', '#e6dfd2', '#a4503d', '#34465a']
  colours.forEach((colour, k) => {
    const h = 0.2 + ((k * 3) % 4) * 0.014
    pen.use('gasket', colour).at(x + (k - 2) * 0.036, y + h / 2, z, ['z', k === 4 ? 0.13 : 0])
    slab(pen, 0.03, h, 0.15, { radii: 0.002, fillet: 0.002, segments: 1, filletSegments: 1 })
  })
}

function fruit(pen: MeshPen, x: number, y: number, z: number): void {
  pen.use('liner', '#dcd4c6').at(x, y, z)
  lathe(
    pen,
    [
      [0.05, 0],
      [0.06, 0.006],
      [0.12, 0.05],
      [0.135, 0.075],
      [0.13, 0.075],
      [0.1, 0.04],
      [0, 0.02],
    ],
    32,
  )
  const colours = ['#c9a23a', '#b6472f', '#8ca04a', '#c9a23a']
  colours.forEach((colour, k) => {
    const [a, r] = [k * 1.7, 0.038]
    pen.use('prop', colour).at(x + Math.cos(a) * 0.05, y + 0.045, z + Math.sin(a) * 0.05)
    const profile = Array.from({ length: 9 }, (_, i): [number, number] => {
      const t = -Math.PI / 2 + (i / 8) * Math.PI
      return [Math.max(0, Math.cos(t) * r), r + Math.sin(t) * r]
    })
    lathe(pen, profile, 16)
  })
}
