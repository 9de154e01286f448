/**
 * What every family's drawing shares: a pen that counts upwards, gradients, handles, the frame of the picture. Pure; the
 * text holds no input unescaped: values only choose among known colours, names and numbers.
 */
import type { BuildStage } from './appliance.ts'
import type { HandleBar, Rect } from './layouts.ts'

export interface DrawingOptions {
  /** Draws only what stations have finished, the rest as an outline; absent: everything. */
  reveal?: ReadonlySet<BuildStage>
  /** Prefix of the ids inside, for pages with several drawings. */
  id?: string
}

/** Sheet metal before paint, sRGB. */
export const BARE = '#a9adb0'
const MARGIN = { side: 190, top: 90, bottom: 150 }
/** A tenth of a millimetre is enough. */
export const round = (v: number): number => Math.round(v * 10) / 10

/** Draws rectangles by their middle, in millimetres, y up from the floor. */
export interface Ink {
  box(x: number, y: number, w: number, h: number, attributes: string, rx?: number): string
  rect(r: Rect, attributes: string, rx?: number): string
  circle(x: number, y: number, r: number, attributes: string): string
  /** The fill attribute of a gradient. */
  fill(name: string): string
  /** An SVG y for a height above the floor. */
  y(up: number): number
}

/** Makes the ink of one picture: how high the appliance is, and the prefix of its ids. */
export function createInk(heightMm: number, id: string): Ink {
  const y = (up: number) => round(heightMm - up)
  // SVG counts down from the top, the elevation up from the floor.
  const box: Ink['box'] = (x, up, w, h, attributes, rx = 0) =>
    `<rect x="${round(x - w / 2)}" y="${y(up + h / 2)}" width="${round(w)}" height="${round(h)}"${rx ? ` rx="${round(rx)}"` : ''} ${attributes}/>`
  return {
    box,
    rect: (r, attributes, rx) => box(r.x, r.y, r.w, r.h, attributes, rx),
    circle: (x, up, r, attributes) => box(x, up, 2 * r, 2 * r, attributes, r),
    fill: (name) => `fill="url(#${id}-${name})"`,
    y,
  }
}

/** Frames what was drawn as one `<svg>` with a view box and no size of its own; margins grow with small appliances' own size. */
export function framed(widthMm: number, heightMm: number, id: string, parts: readonly string[]): string {
  const k = Math.min(1, (heightMm + 300) / 1600)
  const view = [
    -widthMm / 2 - MARGIN.side * k,
    -MARGIN.top * k,
    widthMm + 2 * MARGIN.side * k,
    heightMm + (MARGIN.top + MARGIN.bottom) * k,
  ].map(round)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view.join(' ')}" preserveAspectRatio="xMidYMid meet">${definitions(id)}${parts.join('')}</svg>`
}

/** The outline of what is not built yet. */
export const dashed = 'fill="none" stroke="#7d8790" stroke-width="5" stroke-dasharray="22 16"'

/** The light on a panel: sheen, fall, glass' gloss; a lit upper edge and a dark lower one give it its thickness. */
export const lightOn = ({ rect, box, fill }: Ink, r: Rect, colour: string, isGlass: boolean): string =>
  [
    rect(r, fill('sheen'), 6),
    rect(r, fill('fall'), 6),
    isGlass ? rect(r, fill('gloss'), 6) : '',
    box(r.x, r.y + r.h / 2 - 2, r.w - 10, 3, `fill="${shade(colour, 0.5)}" opacity=".8"`),
    box(r.x, r.y - r.h / 2 + 2, r.w - 10, 4, 'fill="#000" opacity=".22"'),
  ].join('')

/** Mixes a hex colour towards white (above 0) or black (below 0). */
export function shade(hex: string, amount: number): string {
  const channel = (k: number) => {
    const v = Number.parseInt(hex.slice(k, k + 2), 16)
    const mixed = amount > 0 ? v + (255 - v) * amount : v * (1 + amount)
    return Math.round(mixed).toString(16).padStart(2, '0')
  }
  return `#${channel(1)}${channel(3)}${channel(5)}`
}

/** A handle that stands proud of its front. */
export function handleOf({ box, fill }: Ink, handle: Omit<HandleBar, 'on'>): string {
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

/** A plate: the house name, lit or engraved, or the shopper's own words. */
export function plateOf(
  { rect, fill, y: down }: Ink,
  r: Rect,
  look: 'engraved' | 'lit' | 'words',
  words: string,
): string {
  const lit = look === 'lit'
  const own = look === 'words'
  const size = own ? Math.min(r.h * 0.56, (r.w * 1.5) / Math.max(6, words.length)) : r.h * 0.5
  const spacing = own ? '' : ` letter-spacing="${round(r.h * 0.14)}"`
  const text = own ? escaped(words) : 'LOT ONE'
  return (
    rect(r, lit ? 'fill="#101114"' : fill('steel'), 3) +
    `<text x="${round(r.x)}" y="${down(r.y - size * 0.34)}" font-family="inherit,system-ui,sans-serif" font-size="${round(size)}" fill="${lit ? '#ffe9c9' : '#3a3c3f'}" text-anchor="middle"${spacing} font-weight="600">${text}</text>`
  )
}

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

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
