import * as fc from 'fast-check'
import { Texture, Vector2 } from 'three'
import { describe, expect, it } from 'vitest'
import { cropOf, layPrint } from '../src/scene/print.ts'
import { heaviest, judgeFile, pictureTypes } from '../src/ui/picture/ownPicture.ts'

const length = fc.double({ min: 0.2, max: 3, noNaN: true })
const pixels = fc.integer({ min: 1, max: 9000 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('a picture across the fronts', () => {
  it('keeps its proportions, reaches every edge and never beyond its own', () => {
    fc.assert(
      fc.property(pixels, pixels, length, length, share, share, length, (width, height, w, h, x, y, zoom) => {
        const crop = cropOf({ width, height }, { w, h }, { x, y, zoom })
        expect((crop.width * width) / (crop.height * height)).toBeCloseTo(w / h, 6)
        for (const [low, size] of [
          [crop.left, crop.width],
          [crop.top, crop.height],
        ] as const) {
          expect(low).toBeGreaterThanOrEqual(0)
          expect(low + size).toBeLessThanOrEqual(1 + 1e-9)
        }
      }),
    )
  })

  it('lies with its corners on the corners of the fronts, by the renderer’s own transform', () => {
    fc.assert(
      fc.property(length, length, share, share, (w, h, x, y) => {
        const area = { x: -w / 2, y: 0.05, w, h }
        const crop = cropOf({ width: 1600, height: 1200 }, area, { x, y, zoom: 1.4 })
        const texture = new Texture()
        layPrint(texture, crop, area)
        texture.updateMatrix()
        // Texture rows count up from the bottom of the picture.
        const corner = (px: number, py: number) => new Vector2(px, py).applyMatrix3(texture.matrix)
        const low = corner(area.x, area.y)
        const high = corner(area.x + w, area.y + h)
        expect(low.x).toBeCloseTo(crop.left, 6)
        expect(low.y).toBeCloseTo(1 - crop.top - crop.height, 6)
        expect(high.x).toBeCloseTo(crop.left + crop.width, 6)
        expect(high.y).toBeCloseTo(1 - crop.top, 6)
      }),
    )
  })
})

describe('a chosen file', () => {
  it('is judged by type and weight before it is opened', () => {
    for (const type of pictureTypes) expect(judgeFile({ type, size: 1000 })).toBeUndefined()
    for (const type of ['image/svg+xml', 'application/pdf', 'text/html', ''])
      expect(judgeFile({ type, size: 1000 })).toBe('type')
    expect(judgeFile({ type: 'image/jpeg', size: heaviest + 1 })).toBe('heavy')
  })
})
