/** Lines over the model: its dimensions with figures, and the outline of what is not built yet. */
import {
  BufferGeometry,
  CanvasTexture,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  SRGBColorSpace,
  Sprite,
  SpriteMaterial,
} from 'three'
import type { Model } from './model.ts'

/** Label size in texels; on the picture a label keeps its size whatever the distance. */
const LABEL = { width: 256, height: 72 }

/** Writes a length given in millimetres. */
export type WriteLength = (mm: number) => string

/** Lines and labels that belong to one size of appliance. */
export interface Overlay {
  group: Group
  /** Shows or hides the dimensions and the outline of what is not built yet. */
  update(model: Model, show: { dimensions: WriteLength | null; outline: boolean }): void
  /** Keeps labels at a constant size on a canvas of this many CSS pixels height. */
  scaleTo(cssHeight: number, lensDegrees: number): void
  textureBytes(): number
  dispose(): void
}

/** Makes an empty overlay. */
export function createOverlay(): Overlay {
  const group = new Group()
  group.name = 'overlay'
  const material = new LineBasicMaterial({ color: '#3a3f45', toneMapped: false })
  const lines = new LineSegments(new BufferGeometry(), material)
  lines.visible = false
  lines.frustumCulled = false
  group.add(lines)
  const labels = [0, 1, 2].map(() => {
    const canvas = document.createElement('canvas')
    canvas.width = LABEL.width
    canvas.height = LABEL.height
    const texture = new CanvasTexture(canvas)
    texture.colorSpace = SRGBColorSpace
    texture.generateMipmaps = false
    const sprite = new Sprite(
      new SpriteMaterial({ map: texture, sizeAttenuation: false, depthTest: false, toneMapped: false }),
    )
    sprite.visible = false
    sprite.renderOrder = 5
    group.add(sprite)
    return { canvas, texture, sprite, text: '' }
  })
  let key = ''
  return {
    group,
    update(model, show) {
      const [w, h, d] = model.size
      const texts = show.dimensions && [h, w, d].map((metres) => show.dimensions!(Math.round(metres * 1000)))
      const next = JSON.stringify([model.size, model.side, model.outline, texts, show.outline])
      if (next === key) return
      key = next
      const points: number[] = []
      if (show.outline) outline(points, model)
      if (texts) {
        const places = dimensionLines(points, model)
        labels.forEach((label, k) => {
          const [x, y, z, anchor] = places[k]!
          label.sprite.position.set(x, y, z)
          label.sprite.center.set(anchor, 0.5)
          paint(label, texts[k]!)
        })
      }
      for (const { sprite } of labels) sprite.visible = texts !== null
      lines.visible = points.length > 0
      lines.geometry.dispose()
      lines.geometry = new BufferGeometry()
      lines.geometry.setAttribute('position', new Float32BufferAttribute(points, 3))
    },
    scaleTo(cssHeight, lensDegrees) {
      const perPixel = (2 * Math.tan((lensDegrees * Math.PI) / 360)) / Math.max(1, cssHeight)
      for (const { sprite } of labels)
        sprite.scale.set(92 * perPixel, (92 * LABEL.height * perPixel) / LABEL.width, 1)
    },
    textureBytes: () => labels.filter((l) => l.text).length * LABEL.width * LABEL.height * 4,
    dispose() {
      lines.geometry.dispose()
      material.dispose()
      for (const { texture, sprite } of labels) {
        texture.dispose()
        sprite.material.dispose()
      }
    },
  }
}

function paint(
  label: { canvas: HTMLCanvasElement; texture: CanvasTexture; text: string },
  value: string,
): void {
  if (label.text === value) return
  label.text = value
  const g = label.canvas.getContext('2d')!
  const { width: w, height: h } = LABEL
  g.clearRect(0, 0, w, h)
  g.fillStyle = '#ffffff'
  g.beginPath()
  g.roundRect(2, 2, w - 4, h - 4, h / 2 - 2)
  g.fill()
  g.font = '600 36px "Inter Variable", Inter, system-ui, sans-serif'
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  g.fillStyle = '#1c1f23'
  g.fillText(value, w / 2, h / 2 + 2)
  label.texture.needsUpdate = true
}

/** Adds the three dimension lines with end ticks; gives where the labels for height, width and depth stand and are held. */
function dimensionLines(
  points: number[],
  { size: [w, h, d], side }: Model,
): [x: number, y: number, z: number, anchor: number][] {
  // The camera rests on one side; height and depth stand where it sees them.
  const [out, tick, floor] = [0.09, 0.025, 0.004]
  const add = (...v: number[]) => points.push(...v)
  const x = -side * (w / 2 + out)
  add(x, 0, d / 2, x, h, d / 2)
  for (const y of [0.001, h]) add(x - tick, y, d / 2, x + tick, y, d / 2)
  const z = d / 2 + out
  add(-w / 2, floor, z, w / 2, floor, z)
  for (const s of [-1, 1]) add((s * w) / 2, floor, z - tick, (s * w) / 2, floor, z + tick)
  const right = side * (w / 2 + out)
  add(right, floor, -d / 2, right, floor, d / 2)
  for (const s of [-1, 1]) add(right - tick, floor, (s * d) / 2, right + tick, floor, (s * d) / 2)
  return [
    // near the top and turned inwards: on a phone the lower edge of the picture belongs to the buttons
    [x, h * 0.9, d / 2, side > 0 ? 0.2 : 0.8],
    // away from each other: from some directions the two lines end in the same corner
    [0, floor, z, 0.5 + side * 0.1],
    [right, floor, 0, 0.5 - side * 0.04],
  ]
}

/** Adds the edges of the cabinet and of every front, as a drawing of what will stand here. */
function outline(points: number[], { size: [w, h, d], outline: fronts }: Model): void {
  const rect = (x0: number, y0: number, x1: number, y1: number, z: number) =>
    points.push(x0, y0, z, x1, y0, z, x1, y0, z, x1, y1, z, x1, y1, z, x0, y1, z, x0, y1, z, x0, y0, z)
  rect(-w / 2, 0, w / 2, h, -d / 2)
  for (const sx of [-1, 1])
    for (const y of [0, h]) points.push((sx * w) / 2, y, -d / 2, (sx * w) / 2, y, d / 2)
  for (const f of fronts)
    rect(
      (f.x - f.w / 2) / 1000,
      (f.y - f.h / 2) / 1000,
      (f.x + f.w / 2) / 1000,
      (f.y + f.h / 2) / 1000,
      d / 2,
    )
}
