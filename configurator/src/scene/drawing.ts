/**
 * The fridge as a drawn front view: the first picture, before any 3D byte has come, and the only one where there is no
 * WebGL. Pure: option values in, SVG text out. Sizes are true to scale, one unit a millimetre.
 */
import type { Appliance, BuildStage } from './appliance.ts'
import { DISPLAY_TIME } from './choices.ts'
import {
  BARE,
  createInk,
  dashed,
  framed,
  handleOf,
  lightOn,
  plateOf,
  round,
  shade,
  type DrawingOptions,
  type Ink,
} from './ink.ts'
import {
  FINISH_COLOURS,
  fixturesOf,
  fridgeSpec,
  frontsOf,
  GRIP_MM,
  handlesOf,
  panelColour,
  PLINTH_MM,
  shellTone,
  type Fixture,
  type Front,
  type FridgeSpec,
} from './layouts.ts'

/** Draws a fridge as one `<svg>` element; it scales to its box. */
export function drawFridgeFront(what: Appliance, { reveal, id = 'lot' }: DrawingOptions = {}): string {
  const spec = fridgeSpec(what)
  const fronts = frontsOf(spec)
  const { widthMm: w, heightMm: h } = spec
  const has = (stage: BuildStage) => !reveal || reveal.has(stage)
  const isPainted = has('body') && (has('paint') || spec.finish !== 'lacquer')
  const ink = createInk(h, id)
  const { box, fill } = ink
  const pen: Pen = { ...ink, spec }
  const parts: string[] = []
  if (!has('body')) {
    parts.push(box(0, (h + PLINTH_MM) / 2, w, h - PLINTH_MM, dashed, 8))
    for (const f of fronts) parts.push(box(f.x, f.y, f.w - 22, f.h - 22, dashed, 6))
    return framed(w, h, id, parts)
  }
  const tone = isPainted ? shellTone(spec) : BARE
  parts.push(`<ellipse cx="14" cy="${h + 4}" rx="${round(w * 0.66)}" ry="52" ${fill('floor')}/>`)
  for (const s of [-1, 1]) parts.push(box(s * (w / 2 - 60), 10, 42, 22, 'fill="#17181a"', 4))
  parts.push(box(0, PLINTH_MM / 2 + 8, w - 26, PLINTH_MM - 8, 'fill="#1f2124"', 3))
  if (has('cooling')) for (let k = 0; k < 4; k++) parts.push(box(0, 20 + k * 8, w * 0.7, 3, 'fill="#060708"'))
  parts.push(box(0, (h + PLINTH_MM) / 2 - 3, w - 4, h - PLINTH_MM - 10, `fill="${shade(tone, -0.55)}"`, 8))
  for (const front of fronts) parts.push(frontOf(pen, front, isPainted))
  if (has('smart')) for (const fixture of fixturesOf(spec, fronts)) parts.push(fixtureOf(pen, fixture))
  if (has('complete')) for (const handle of handlesOf(spec, fronts)) parts.push(handleOf(pen, handle))
  return framed(w, h, id, parts)
}

interface Pen extends Ink {
  spec: FridgeSpec
}

function frontOf(pen: Pen, front: Front, isPainted: boolean): string {
  const { box, fill, spec } = pen
  const { panel, grip } = front
  const colour = isPainted ? panelColour(spec, front.id) : BARE
  const out = [
    box(front.x, front.y, front.w, front.h, `fill="${shade(isPainted ? shellTone(spec) : BARE, -0.35)}"`, 6),
  ]
  if (grip) {
    const level = grip === 'top' || grip === 'bottom'
    const far = grip === 'top' || grip === 'right' ? 1 : -1
    const [gx, gy] = level
      ? [front.x, front.y + (far * (front.h - GRIP_MM)) / 2]
      : [front.x + (far * (front.w - GRIP_MM)) / 2, front.y]
    out.push(box(gx, gy, level ? front.w - 3 : GRIP_MM, level ? GRIP_MM : front.h - 3, fill('groove'), 3))
  }
  const { x, y, w, h } = panel
  const board = spec.finish === 'wood_ready' && isPainted
  out.push(box(x, y, w, h, spec.finish === 'steel' && isPainted ? fill('steel') : `fill="${colour}"`, 6))
  if (board) {
    out.push(
      box(
        x,
        y,
        w - 44,
        h - 44,
        `fill="${FINISH_COLOURS.wood_ready}" stroke="${shade(colour, -0.45)}" stroke-width="3"`,
        1,
      ),
    )
    for (const sx of [-1, 1])
      for (const sy of [-1, 0, 1])
        if (sy !== 0 || h > 500)
          out.push(
            box(
              x + sx * (w / 2 - 57),
              y + sy * (h / 2 - 75),
              22,
              22,
              'fill="#4b4e52" stroke="#b5b8ba" stroke-width="6"',
              11,
            ),
          )
  }
  out.push(lightOn(pen, panel, colour, spec.finish === 'glass' && isPainted))
  return out.join('')
}

function fixtureOf(pen: Pen, f: Fixture): string {
  const { box, fill, y: down } = pen
  const { x, y, w, h } = f
  const words = (text: string, dx: number, dy: number, size: number, colour: string, more = '') =>
    `<text x="${round(x + dx)}" y="${down(y + dy)}" font-family="system-ui,sans-serif" font-size="${round(size)}" fill="${colour}"${more && ` ${more}`}>${text}</text>`
  switch (f.kind) {
    case 'nameplate':
      return plateOf(pen, f, f.look as 'engraved' | 'lit' | 'words', pen.spec.engraving)
    case 'camera':
      return (
        box(x, y, w, w, 'fill="#08090b" stroke="#9a9da0" stroke-width="4"', w / 2) +
        box(x - 3, y + 3, 5, 5, 'fill="#5b6f86"', 3)
      )
    case 'dispenser':
      return (
        box(x, y, w + 6, h + 6, 'fill="#a6a9ac"', 18) +
        box(x, y, w, h, fill('niche'), 15) +
        box(x, y + h * 0.385, w - 8, h * 0.2, 'fill="#090a0c"', 9) +
        [-1.5, -0.5, 0.5, 1.5]
          .map((k) => box(x + k * w * 0.17, y + h * 0.385, 10, 3, 'fill="#dff0ff"'))
          .join('') +
        box(x, y + h * 0.24, 26, h * 0.09, fill('rod'), 4) +
        box(x, y - h * 0.07, 54, h * 0.3, 'fill="#565b62"', 10) +
        box(x, y - h / 2 + 14, w - 26, 8, 'fill="#9b9ea1"', 3)
      )
    case 'screen': {
      const large = f.look === 's21'
      const inner = box(x, y, w - 24, h - 24, fill('night'), 3)
      const rows = large
        ? [0, 1, 2, 3]
            .map((k) =>
              box(x, y - h * (0.04 + k * 0.075), w * 0.68, 12, `fill="#fff" opacity="${0.55 - k * 0.08}"`, 6),
            )
            .join('')
        : words('4°', -w * 0.38, -h * 0.28, h * 0.24, '#fff') +
          words('−18°', -w * 0.1, -h * 0.28, h * 0.24, '#cfeaff')
      return (
        box(x, y, w, h, 'fill="#08090b"', 9) +
        inner +
        words(DISPLAY_TIME, -w * 0.38, large ? h * 0.3 : h * 0.06, large ? w * 0.24 : h * 0.34, '#fff') +
        rows
      )
    }
    case 'eink':
      return (
        box(x, y, w, h, 'fill="#eceae4" stroke="#c9c7c0" stroke-width="2"', 5) +
        words('LOT ONE', -w * 0.42, h * 0.18, h * 0.2, '#222', 'font-weight="700"') +
        words('4 °C', -w * 0.42, -h * 0.24, h * 0.3, '#222') +
        box(x + w * 0.27, y - h * 0.08, h * 0.5, h * 0.5, 'fill="#2a2a2a"', 2)
      )
  }
}
