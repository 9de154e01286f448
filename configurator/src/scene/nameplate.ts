/** The plate on a front: the house name, lit letters, or the shopper's own words. */
import { houseName } from './lettering.ts'
import type { Rect } from './layouts.ts'
import { metres, type MeshPen } from './mesh.ts'
import { picture, slab } from './solids.ts'

/** Draws a plate on the plane `z`; its own words are a picture on the `engraved` pen. */
export function drawNameplate(pen: MeshPen, engraved: MeshPen, f: Rect, look: string, z: number): void {
  const [x, y, w, h] = [f.x, f.y, f.w, f.h].map(metres) as [number, number, number, number]
  const lit = look === 'lit'
  if (lit) pen.use('black_glass', '#0c0d10')
  else pen.use('plate', '#b4b7bb')
  pen.at(x, y, z + 0.0012)
  slab(pen, w, h, 0.0024, { radii: 0.003, fillet: 0.001, segments: 4, back: false })
  if (look === 'words') {
    engraved.use('panel').at(x, y, z + 0.00255)
    picture(engraved, w - 0.003, h - 0.003, [0, 0, 1, 1])
    return
  }
  if (lit) pen.use('led', '#fff1dc')
  else pen.use('dark', '#3a3c3f')
  houseName(pen.at(x, y, z + 0.0027), h * 0.4)
}
