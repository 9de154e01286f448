/** The house name in flat strokes: real letters on the plate without a font file or a texture. */
import type { MeshPen } from './mesh.ts'
import { roundedRect } from './solids.ts'

const WORD = 'LOT ONE'.split('')
/** Advance per letter in cap heights. */
const WIDTHS: Readonly<Record<string, number>> = { L: 0.62, O: 0.98, T: 0.74, N: 0.88, E: 0.66, ' ': 0.5 }
const SPACING = 0.34

/** Draws the house name about the pen's place, facing +z, `capHeight` metres tall; gives its width in metres. */
export function houseName(pen: MeshPen, capHeight: number, z = 0): number {
  const total = WORD.reduce((sum, c) => sum + WIDTHS[c]! + SPACING, -SPACING)
  const stroke = 0.13
  const quad = (points: readonly (readonly [number, number])[]) => {
    const [a, b, c, d] = points.map(([x, y]) => pen.vertex(x * capHeight, y * capHeight, z, 0, 0, 1))
    pen.quad(a!, b!, c!, d!)
  }
  const bar = (x0: number, y0: number, x1: number, y1: number) =>
    quad([
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ])
  let x = -total / 2
  for (const letter of WORD) {
    const w = WIDTHS[letter]!
    const [l, r] = [x, x + w]
    if (letter === 'L' || letter === 'E') {
      bar(l, -0.5, l + stroke, 0.5)
      bar(l + stroke, -0.5, r, -0.5 + stroke)
      if (letter === 'E') {
        bar(l + stroke, 0.5 - stroke, r, 0.5)
        bar(l + stroke, -stroke / 2, r - 0.06, stroke / 2)
      }
    } else if (letter === 'T') {
      bar(l, 0.5 - stroke, r, 0.5)
      bar((l + r - stroke) / 2, -0.5, (l + r + stroke) / 2, 0.5 - stroke)
    } else if (letter === 'N') {
      bar(l, -0.5, l + stroke, 0.5)
      bar(r - stroke, -0.5, r, 0.5)
      quad([
        [r - stroke, -0.5],
        [r, -0.5],
        [l + stroke, 0.5],
        [l, 0.5],
      ])
    } else if (letter === 'O') {
      const middle = (l + r) / 2
      const outer = roundedRect(w, 1.02, w / 2, 8, 1, middle)
      const inner = roundedRect(w - 2 * stroke, 1.02 - 2 * stroke, (w - 2 * stroke) / 2, 8, 1, middle)
      const ring = (loop: typeof outer) => {
        const numbers = loop.x.map((px, k) => pen.vertex(px * capHeight, loop.y[k]! * capHeight, z, 0, 0, 1))
        return numbers[0]!
      }
      pen.bridge(ring(outer), ring(inner), outer.x.length)
    }
    x = r + SPACING
  }
  return total * capHeight
}
