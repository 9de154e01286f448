/** The pictures on screens and labels, drawn on one canvas: kitchen screen, 21-inch board, paper label. */
import { CanvasTexture, SRGBColorSpace } from 'three'
import { DISPLAY_TIME } from './choices.ts'
import { DISPLAY_UV } from './fridgeFittings.ts'

/** Edge of the atlas in texels. */
export const DISPLAY_SIZE = 1024

const FONT = '"Inter Variable", Inter, system-ui, sans-serif'

/** Draws the atlas. A canvas keeps its pixels when the GPU loses them. */
export function displayAtlas(): CanvasTexture {
  const canvas = document.createElement('canvas')
  canvas.width = DISPLAY_SIZE
  canvas.height = DISPLAY_SIZE
  const g = canvas.getContext('2d')!
  const into = (name: keyof typeof DISPLAY_UV, paint: (w: number, h: number) => void) => {
    const [u0, v0, u1, v1] = DISPLAY_UV[name]
    g.save()
    g.beginPath()
    g.rect(u0 * DISPLAY_SIZE, (1 - v1) * DISPLAY_SIZE, (u1 - u0) * DISPLAY_SIZE, (v1 - v0) * DISPLAY_SIZE)
    g.clip()
    g.translate(u0 * DISPLAY_SIZE, (1 - v1) * DISPLAY_SIZE)
    paint((u1 - u0) * DISPLAY_SIZE, (v1 - v0) * DISPLAY_SIZE)
    g.restore()
  }
  into('s7', (w, h) => smallScreen(g, w, h))
  into('s21', (w, h) => largeScreen(g, w, h))
  into('eink', (w, h) => paperLabel(g, w, h))
  into('washer', (w, h) => strip(g, w, h, ['Cotton', '40°', '1:12'], '#7fe0a8'))
  into('oven', (w, h) => strip(g, w, h, ['Hot air', '180°', '0:45'], '#ffb86b'))
  const texture = new CanvasTexture(canvas)
  texture.colorSpace = SRGBColorSpace
  texture.anisotropy = 4
  texture.name = 'displays'
  return texture
}

type Pen2d = CanvasRenderingContext2D

function text(
  g: Pen2d,
  value: string,
  x: number,
  y: number,
  size: number,
  colour: string,
  weight = 500,
): void {
  g.font = `${weight} ${size}px ${FONT}`
  g.fillStyle = colour
  g.fillText(value, x, y)
}

function card(g: Pen2d, x: number, y: number, w: number, h: number, r: number, colour: string): void {
  g.fillStyle = colour
  g.beginPath()
  g.roundRect(x, y, w, h, r)
  g.fill()
}

function dusk(g: Pen2d, w: number, h: number, stops: readonly string[]): void {
  const sky = g.createLinearGradient(0, 0, w * 0.35, h)
  stops.forEach((colour, k) => sky.addColorStop(k / (stops.length - 1), colour))
  g.fillStyle = sky
  g.fillRect(0, 0, w, h)
}

function sun(g: Pen2d, x: number, y: number, r: number): void {
  g.fillStyle = '#ffd27a'
  g.beginPath()
  g.arc(x, y, r, 0, Math.PI * 2)
  g.fill()
  g.strokeStyle = '#ffd27a'
  g.lineWidth = r * 0.22
  g.lineCap = 'round'
  for (let k = 0; k < 8; k++) {
    const a = (k * Math.PI) / 4
    g.beginPath()
    g.moveTo(x + Math.cos(a) * r * 1.45, y + Math.sin(a) * r * 1.45)
    g.lineTo(x + Math.cos(a) * r * 1.85, y + Math.sin(a) * r * 1.85)
    g.stroke()
  }
}

function smallScreen(g: Pen2d, w: number, h: number): void {
  dusk(g, w, h, ['#16222f', '#24435a', '#3c6a76'])
  text(g, DISPLAY_TIME, 28, 100, 74, '#ffffff', 300)
  sun(g, w - 74, 72, 22)
  text(g, '4°', 28, h - 42, 54, '#ffffff', 400)
  text(g, '−18°', 150, h - 42, 54, '#bfe6ff', 400)
  card(g, w - 118, h - 92, 90, 58, 16, 'rgba(255,255,255,.16)')
  g.strokeStyle = '#ffffff'
  g.lineWidth = 5
  for (const k of [0, 1, 2]) {
    g.beginPath()
    g.arc(w - 73, h - 46, 8 + k * 11, -Math.PI * 0.78, -Math.PI * 0.22)
    g.stroke()
  }
}

function largeScreen(g: Pen2d, w: number, h: number): void {
  dusk(g, w, h, ['#10202c', '#1f4050', '#57807a', '#d9a878'])
  text(g, DISPLAY_TIME, 44, 178, 112, '#ffffff', 200)
  sun(g, w - 100, 138, 30)
  const tile = (w - 44 * 2 - 24) / 2
  card(g, 44, 262, tile, 200, 26, 'rgba(255,255,255,.17)')
  card(g, 68 + tile, 262, tile, 200, 26, 'rgba(255,255,255,.17)')
  text(g, '4°', 72, 386, 76, '#ffffff', 300)
  text(g, '−18°', 88 + tile, 386, 76, '#d2efff', 300)
  card(g, 44, 488, w - 88, 300, 26, 'rgba(12,24,32,.45)')
  const produce = ['#c8452f', '#8aa84a', '#e29a3a', '#ead9b0', '#5f8f9c']
  for (let k = 0; k < 4; k++) {
    const y = 540 + k * 66
    g.fillStyle = produce[k]!
    g.beginPath()
    g.arc(94, y, 17, 0, Math.PI * 2)
    g.fill()
    card(g, 134, y - 8, [250, 190, 228, 150][k]!, 16, 8, 'rgba(255,255,255,.72)')
    card(g, w - 128, y - 8, 50, 16, 8, 'rgba(255,255,255,.34)')
  }
  for (let k = 0; k < 5; k++) {
    card(g, 44 + k * ((w - 88 + 16) / 5), 820, (w - 88 + 16) / 5 - 16, 132, 24, 'rgba(255,255,255,.16)')
    g.fillStyle = produce[(k + 2) % 5]!
    g.beginPath()
    g.roundRect(44 + k * ((w - 88 + 16) / 5) + 24, 860, (w - 88 + 16) / 5 - 64, 52, 14)
    g.fill()
  }
}

/** A long narrow display: programme, temperature, time left, and how far it is. */
function strip(g: Pen2d, w: number, h: number, [name, heat, time]: readonly string[], tint: string): void {
  g.fillStyle = '#0b0c0e'
  g.fillRect(0, 0, w, h)
  text(g, name!, 18, h * 0.42, h * 0.26, '#ffffff', 500)
  text(g, heat!, 18, h * 0.84, h * 0.3, tint, 400)
  g.textAlign = 'right'
  text(g, time!, w - 18, h * 0.64, h * 0.56, '#ffffff', 300)
  g.textAlign = 'left'
  card(g, w * 0.3, h * 0.72, w * 0.26, h * 0.07, 3, 'rgba(255,255,255,.22)')
  card(g, w * 0.3, h * 0.72, w * 0.15, h * 0.07, 3, tint)
}

function paperLabel(g: Pen2d, w: number, h: number): void {
  g.fillStyle = '#dcdcd4'
  g.fillRect(0, 0, w, h)
  text(g, 'LOT ONE', 26, 62, 40, '#1c1c1c', 700)
  g.fillStyle = '#1c1c1c'
  g.fillRect(26, 84, w - 52, 4)
  text(g, '4 °C', 26, 158, 56, '#1c1c1c', 600)
  text(g, '−18 °C', 26, 220, 44, '#1c1c1c', 500)
  // A mark that reads as a code without being one.
  let s = 7
  for (let y = 0; y < 11; y++)
    for (let x = 0; x < 11; x++) {
      s = (s * 1103515245 + 12345) & 0x7fffffff
      const corner = (x < 3 || x > 7) && (y < 3 || y > 7) && !(x > 7 && y > 7)
      if (corner ? x % 8 !== 1 || y % 8 !== 1 : s & 0x10000)
        g.fillRect(w - 158 + x * 12, 102 + y * 12, 12, 12)
    }
}
