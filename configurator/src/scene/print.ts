/**
 * The shopper's own picture across all fronts. Panels carry metres as texture coordinates, so one matrix lays one
 * picture over every door, whatever their number and gaps.
 */
import { CanvasTexture, SRGBColorSpace, type Texture } from 'three'

/** A picture and the part of it that is printed: the point that stays in the middle (0..1) and how much closer than whole. */
export interface PrintedPicture {
  readonly image: ImageBitmap
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** What of a picture shows on an area: left, top, width and height as shares of the picture. */
export interface Crop {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Gives the largest part of a picture with the area's shape, brought closer by `zoom`, moved towards the point, never beyond an edge. */
export function cropOf(
  picture: { width: number; height: number },
  area: { w: number; h: number },
  at: Omit<PrintedPicture, 'image'>,
): Crop {
  const shape = area.w / area.h / (picture.width / picture.height)
  const zoom = Math.max(1, at.zoom)
  const width = Math.min(1, shape) / zoom
  const height = Math.min(1, 1 / shape) / zoom
  const within = (middle: number, size: number) => Math.min(1 - size, Math.max(0, middle - size / 2))
  return { left: within(at.x, width), top: within(at.y, height), width, height }
}

/** Longest edge of the picture on the GPU, in texels: 8.4 MB at most with its smaller copies. */
const LONGEST = 1536

/** Puts a picture on a canvas of its own, small enough for a phone's GPU. A canvas keeps its pixels when the GPU loses them. */
export function printTexture(image: ImageBitmap): CanvasTexture {
  const shrink = Math.min(1, LONGEST / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * shrink))
  canvas.height = Math.max(1, Math.round(image.height * shrink))
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
  const texture = new CanvasTexture(canvas)
  texture.colorSpace = SRGBColorSpace
  texture.anisotropy = 8
  texture.name = 'print'
  return texture
}

/** Lays a texture over the area whose lower left corner stands at (x, y), all in metres. */
export function layPrint(
  texture: Texture,
  crop: Crop,
  area: { x: number; y: number; w: number; h: number },
): void {
  texture.repeat.set(crop.width / area.w, crop.height / area.h)
  texture.offset.set(
    crop.left - area.x * texture.repeat.x,
    1 - crop.top - crop.height - area.y * texture.repeat.y,
  )
}
