/** The shopper's words on a metal plate: real text in the page's own type, in any script, on one canvas. */
import { CanvasTexture, SRGBColorSpace } from 'three'

/** Size of the picture in texels. */
const PLATE = { width: 1024, height: 160 }
const LETTER = 0.52

/** The plate's picture. */
export interface Engraving {
  texture: CanvasTexture
  /** Puts other words on the plate; `onChange` is called again when a typeface that they need has arrived. */
  write(words: string, onChange: () => void): void
  textureBytes(): number
  dispose(): void
}

/** Makes a blank plate. A canvas keeps its pixels when the GPU loses them. */
export function createEngraving(): Engraving {
  const canvas = document.createElement('canvas')
  canvas.width = PLATE.width
  canvas.height = PLATE.height
  const texture = new CanvasTexture(canvas)
  texture.colorSpace = SRGBColorSpace
  texture.anisotropy = 8
  texture.name = 'engraving'
  const family = getComputedStyle(document.documentElement).getPropertyValue('--font').trim() || 'sans-serif'
  let written: string | undefined
  const redraw = (words: string) => {
    engrave(canvas.getContext('2d')!, words, family)
    texture.needsUpdate = true
  }
  return {
    texture,
    write(words, onChange) {
      if (words === written) return
      written = words
      redraw(words)
      const font = fontOf(100, family)
      // Scripts come in files of their own, loaded when first used.
      if (!document.fonts.check(font, words))
        document.fonts.load(font, words).then(
          () => {
            if (written !== words) return
            redraw(words)
            onChange()
          },
          () => {},
        )
    },
    textureBytes: () => (PLATE.width * PLATE.height * 4 * 4) / 3,
    dispose: () => texture.dispose(),
  }
}

const fontOf = (size: number, family: string) => `560 ${size}px ${family}`

function engrave(g: CanvasRenderingContext2D, words: string, family: string): void {
  const { width: w, height: h } = PLATE
  brush(g)
  let size = h * LETTER
  g.font = fontOf(size, family)
  const room = w * 0.9
  const wide = g.measureText(words).width
  if (wide > room) size *= room / wide
  g.font = fontOf(size, family)
  g.textAlign = 'center'
  g.textBaseline = 'alphabetic'
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = g.measureText(words)
  const y = h / 2 + (up - down) / 2
  const put = (dy: number, colour: string) => {
    g.fillStyle = colour
    g.fillText(words, w / 2, y + dy)
  }
  // Cut into metal: the lower edge of every stroke catches the light, the upper one lies in its own shade.
  put(2.6, '#f4f5f6')
  put(-1.2, '#5c5f63')
  put(0, '#2b2d30')
}

function brush(g: CanvasRenderingContext2D): void {
  const { width: w, height: h } = PLATE
  g.fillStyle = '#b7babd'
  g.fillRect(0, 0, w, h)
  for (let y = 0; y < h; y++) {
    // A fixed scatter, so that the same plate always looks alike.
    const streak = Math.abs(Math.sin(y * 127.1) * 43758.5453) % 1
    g.fillStyle =
      streak > 0.5 ? `rgba(255,255,255,${(streak - 0.5) * 0.2})` : `rgba(0,0,0,${(0.5 - streak) * 0.12})`
    g.fillRect(0, y, w, 1)
  }
}
