/**
 * Hero stills: the same frame drawn many times with sub-pixel camera jitter and a light that wanders over an area,
 * then averaged. Soft shadows and clean edges without post-processing.
 */
import type { DirectionalLight, PerspectiveCamera, Scene, WebGLRenderer } from 'three'

/** Term `i` of the Halton sequence in a base: evenly spread numbers in 0..1. */
export function halton(i: number, base: number): number {
  let [fraction, result] = [1, 0]
  for (let n = i; n > 0; n = Math.floor(n / base)) {
    fraction /= base
    result += fraction * (n % base)
  }
  return result
}

export interface StillSize {
  width: number
  height: number
  samples?: number
}

/**
 * Draws an averaged still with a transparent background as PNG. One sample per task, so the page stays alive; after
 * every sample `restore` gives the canvas its own size and picture back, before anyone could see the difference.
 */
export async function drawStill(
  renderer: WebGLRenderer,
  scene: Scene,
  camera: PerspectiveCamera,
  light: DirectionalLight,
  { width, height, samples = 16 }: StillSize,
  restore: () => void,
): Promise<Blob> {
  const gl = renderer.getContext()
  const sum = new Uint32Array(width * height * 4)
  const pixels = new Uint8Array(width * height * 4)
  const home = light.position.clone()
  const radius = 0.9
  for (let k = 0; k < samples; k++) {
    renderer.setPixelRatio(1)
    renderer.setSize(width, height, false)
    camera.setViewOffset(width, height, halton(k + 1, 2) - 0.5, halton(k + 1, 3) - 0.5, width, height)
    const [r, a] = [radius * Math.sqrt(halton(k + 1, 5)), 2 * Math.PI * halton(k + 1, 7)]
    light.position.set(
      home.x + r * Math.cos(a),
      home.y + r * Math.sin(a),
      home.z + r * Math.sin(a * 1.7) * 0.6,
    )
    renderer.shadowMap.needsUpdate = true
    renderer.render(scene, camera)
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels)
    for (let i = 0; i < sum.length; i++) sum[i]! += pixels[i]!
    light.position.copy(home)
    camera.clearViewOffset()
    renderer.shadowMap.needsUpdate = true
    restore()
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
  }
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const picture = new ImageData(width, height)
  // GL rows run upwards and colours are premultiplied; an ImageData wants neither.
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = ((height - 1 - y) * width + x) * 4
      const to = (y * width + x) * 4
      const alpha = sum[from + 3]! / samples
      for (let c = 0; c < 3; c++)
        picture.data[to + c] = alpha > 0 ? (sum[from + c]! / samples / alpha) * 255 : 0
      picture.data[to + 3] = alpha
    }
  canvas.getContext('2d')!.putImageData(picture, 0, 0)
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(`no PNG for ${width} x ${height}`))),
      'image/png',
    )
  })
}
