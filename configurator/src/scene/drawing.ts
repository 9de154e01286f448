/**
 * The appliance as a drawn front view: the first picture, before any 3D byte has come, and the only one where there
 * is no WebGL. Pure: option values in, SVG text out. Sizes are true to scale, one unit a millimetre.
 */
import type { Appliance, BuildStage } from './appliance.ts'
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
  type HandleBar,
  type FridgeSpec,
} from './layouts.ts'

export interface DrawingOptions {
  /** Draws only what stations have finished, the rest as an outline; absent: everything. */
  reveal?: ReadonlySet<BuildStage>
  /** Prefix of the ids inside, for pages with several drawings. */
  id?: string
}

const MARGIN = { side: 190, top: 90, bottom: 150 }
const BARE = '#a9adb0'
const round = (v: number) => Math.round(v * 10) / 10

/**
 * Draws an appliance as one `<svg>` element with a view box and no size of its own; it scales to its box. The text
 * holds no input unescaped: values only choose among known colours, names and numbers.
 */
export function drawAppliance(what: Appliance, { reveal, id = 'lot' }: DrawingOptions = {}): string {
  const spec = fridgeSpec(what)
  const fronts = frontsOf(spec)
  const { widthMm: w, heightMm: h } = spec
  const has = (stage: BuildStage) => !reveal || reveal.has(stage)
  const hasBody = has('body')
  const isPainted = hasBody && (has('paint') || spec.finish !== 'lacquer')
  // SVG counts down from the top, the elevation up from the floor.
  const box = (x: number, y: number, bw: number, bh: number, attributes: string, rx = 0) =>
    `<rect x="${round(x - bw / 2)}" y="${round(h - y - bh / 2)}" width="${round(bw)}" height="${round(bh)}"${rx ? ` rx="${rx}"` : ''} ${attributes}/>`
  const fill = (name: string) => `fill="url(#${id}-${name})"`
  const pen: Pen = { box, fill, spec, y: (up) => round(h - up) }

  const parts: string[] = []
  if (!hasBody) {
    const line = 'fill="none" stroke="#7d8790" stroke-width="5" stroke-dasharray="22 16"'
    parts.push(box(0, (h + PLINTH_MM) / 2, w, h - PLINTH_MM, line, 8))
    for (const f of fronts) parts.push(box(f.x, f.y, f.w - 22, f.h - 22, line, 6))
  } else {
    const tone = isPainted ? shellTone(spec) : BARE
    parts.push(`<ellipse cx="14" cy="${h + 4}" rx="${round(w * 0.66)}" ry="52" ${fill('floor')}/>`)
    for (const s of [-1, 1]) parts.push(box(s * (w / 2 - 60), 10, 42, 22, 'fill="#17181a"', 4))
    parts.push(box(0, PLINTH_MM / 2 + 8, w - 26, PLINTH_MM - 8, 'fill="#1f2124"', 3))
    if (has('cooling'))
      for (let k = 0; k < 4; k++) parts.push(box(0, 20 + k * 8, w * 0.7, 3, 'fill="#060708"'))
    parts.push(box(0, (h + PLINTH_MM) / 2 - 3, w - 4, h - PLINTH_MM - 10, `fill="${shade(tone, -0.55)}"`, 8))
    for (const front of fronts) parts.push(frontOf(pen, front, isPainted))
    if (has('smart')) for (const fixture of fixturesOf(spec, fronts)) parts.push(fixtureOf(pen, fixture))
    if (has('complete')) for (const handle of handlesOf(spec, fronts)) parts.push(handleOf(pen, handle))
  }
  const view = [-w / 2 - MARGIN.side, -MARGIN.top, w + 2 * MARGIN.side, h + MARGIN.top + MARGIN.bottom].map(
    round,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view.join(' ')}" preserveAspectRatio="xMidYMid meet">${definitions(id)}${parts.join('')}</svg>`
}

interface Pen {
  box: (x: number, y: number, w: number, h: number, attributes: string, rx?: number) => string
  fill: (name: string) => string
  y: (up: number) => number
  spec: FridgeSpec
}

/** Mixes a hex colour towards white (above 0) or black (below 0). */
function shade(hex: string, amount: number): string {
  const channel = (k: number) => {
    const v = Number.parseInt(hex.slice(k, k + 2), 16)
    const mixed = amount > 0 ? v + (255 - v) * amount : v * (1 + amount)
    return Math.round(mixed).toString(16).padStart(2, '0')
  }
  return `#${channel(1)}${channel(3)}${channel(5)}`
}

function definitions(id: string): string {
  const linear = (name: string, to: string, ...stops: [offset: number, colour: string, opacity: number][]) =>
    `<linearGradient id="${id}-${name}" x1="0" y1="0" ${to}>${stops.map(([o, c, a]) => `<stop offset="${o}" stop-color="${c}" stop-opacity="${a}"/>`).join('')}</linearGradient>`
  const across = 'x2="1" y2="0"'
  const down = 'x2="0" y2="1"'
  return `<defs>${[
    `<radialGradient id="${id}-floor"><stop offset="0" stop-color="#0b0d10" stop-opacity=".55"/><stop offset=".62" stop-color="#0b0d10" stop-opacity=".2"/><stop offset="1" stop-color="#0b0d10" stop-opacity="0"/></radialGradient>`,
    linear(
      'sheen',
      across,
      [0, '#000', 0.1],
      [0.16, '#fff', 0.06],
      [0.42, '#fff', 0.16],
      [0.66, '#fff', 0],
      [1, '#000', 0.13],
    ),
    linear(
      'gloss',
      'x2="1" y2=".35"',
      [0.3, '#fff', 0],
      [0.42, '#fff', 0.26],
      [0.6, '#fff', 0.2],
      [0.74, '#fff', 0],
    ),
    linear('fall', down, [0, '#fff', 0.1], [0.4, '#fff', 0], [1, '#000', 0.12]),
    linear(
      'steel',
      across,
      [0, '#8f9294', 1],
      [0.22, '#d9dbdc', 1],
      [0.5, '#b4b6b8', 1],
      [0.74, '#dcdedf', 1],
      [1, '#8a8d8f', 1],
    ),
    linear('rod', across, [0, '#85888b', 1], [0.4, '#fbfbfb', 1], [1, '#777a7d', 1]),
    linear('rodflat', down, [0, '#f6f6f6', 1], [0.5, '#c4c6c8', 1], [1, '#6f7275', 1]),
    linear('groove', down, [0, '#0c0d0f', 1], [0.55, '#2c2f33', 1], [1, '#5d6166', 1]),
    linear('niche', down, [0, '#111316', 1], [1, '#3b3f45', 1]),
    linear('night', 'x2=".4" y2="1"', [0, '#13222f', 1], [0.55, '#2c5363', 1], [1, '#d6a677', 1]),
    linear('hide', across, [0, '#6e4223', 1], [0.5, '#a96f41', 1], [1, '#693e21', 1]),
  ].join('')}</defs>`
}

function frontOf({ box, fill, spec }: Pen, front: Front, isPainted: boolean): string {
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
  out.push(box(x, y, w, h, fill('sheen'), 6), box(x, y, w, h, fill('fall'), 6))
  if (spec.finish === 'glass' && isPainted) out.push(box(x, y, w, h, fill('gloss'), 6))
  // A lit upper edge and a dark lower one give the panel its thickness.
  out.push(
    box(x, y + h / 2 - 2, w - 10, 3, `fill="${shade(colour, 0.5)}" opacity=".8"`),
    box(x, y - h / 2 + 2, w - 10, 4, 'fill="#000" opacity=".22"'),
  )
  return out.join('')
}

function handleOf({ box, fill }: Pen, handle: HandleBar): string {
  const { x, y, w, h, vertical, kind } = handle
  if (kind === 'bar')
    return (
      box(x + (vertical ? 9 : 0), y - (vertical ? 4 : 9), w, h, 'fill="#000" opacity=".2"', 7) +
      box(x, y, w, h, fill(vertical ? 'rod' : 'rodflat'), 7)
    )
  const studs = [-1, 1].map((s) =>
    box(x, y + s * (h / 2 - 13), 14, 14, 'fill="#cda85f" stroke="#7d6231" stroke-width="2"', 7),
  )
  const seam = box(
    x,
    y,
    w * 0.54,
    h - 52,
    'fill="none" stroke="#dcbd91" stroke-width="2" stroke-dasharray="6 5"',
    3,
  )
  return (
    box(x + 8, y - 5, w * 0.7, h - 30, 'fill="#000" opacity=".2"', 8) +
    box(x, y, w * 0.7, h, fill('hide'), 6) +
    seam +
    studs.join('')
  )
}

function fixtureOf({ box, fill, y: down }: Pen, f: Fixture): string {
  const { x, y, w, h } = f
  const words = (text: string, dx: number, dy: number, size: number, colour: string, more = '') =>
    `<text x="${round(x + dx)}" y="${down(y + dy)}" font-family="system-ui,sans-serif" font-size="${round(size)}" fill="${colour}"${more && ` ${more}`}>${text}</text>`
  const centred = 'text-anchor="middle"'
  switch (f.kind) {
    case 'nameplate': {
      const lit = f.look === 'lit'
      const plate = lit ? 'fill="#101114"' : fill('steel')
      return (
        box(x, y, w, h, plate, 3) +
        words(
          'LOT ONE',
          w * 0.01,
          -h * 0.16,
          h * 0.5,
          lit ? '#ffe9c9' : '#3a3c3f',
          `${centred} letter-spacing="${round(h * 0.14)}" font-weight="600"`,
        )
      )
    }
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
        words('18:42', -w * 0.38, large ? h * 0.3 : h * 0.06, large ? w * 0.24 : h * 0.34, '#fff') +
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
