import type { Stage } from '../../scene/stage.ts'

/** Width and height of the picture, pixels: 4:5, which no messenger crops. */
const size = { width: 1600, height: 2000 }
const backdrop = ['#fbfaf8', '#e3dfd8'] as const

/** Draws what stands on the stage, averaged over many frames, in front of a bright backdrop; a JPEG. */
export async function heroPicture(stage: Stage, samples = 16): Promise<Blob> {
  const still = await createImageBitmap(await stage.still({ ...size, samples }))
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const pen = canvas.getContext('2d')!
  const light = pen.createRadialGradient(
    size.width / 2,
    size.height * 0.42,
    0,
    size.width / 2,
    size.height / 2,
    1500,
  )
  backdrop.forEach((colour, k) => light.addColorStop(k, colour))
  pen.fillStyle = light
  pen.fillRect(0, 0, size.width, size.height)
  pen.drawImage(still, 0, 0)
  still.close()
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('no JPEG of the picture'))),
      'image/jpeg',
      0.92,
    )
  })
}
