/** The oven as a drawn front view, true to scale. Pure: option values in, SVG text out. */
import type { Appliance, BuildStage } from './appliance.ts'
import { DISPLAY_TIME, plateLook } from './choices.ts'
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
import type { Rect } from './layouts.ts'
import {
  HOB,
  ovenColour,
  ovenFront,
  ovenSpec,
  ovenTone,
  PANE_COLOURS,
  type OvenFront,
  type OvenSpec,
} from './ovenSpec.ts'

/** Draws an oven as one `<svg>` element; it scales to its box. */
export function drawOvenFront(what: Appliance, { reveal, id = 'lot' }: DrawingOptions = {}): string {
  const spec = ovenSpec(what)
  const front = ovenFront(spec)
  const { widthMm: w } = spec
  const h = front.heightMm
  const has = (stage: BuildStage) => !reveal || reveal.has(stage)
  const ink = createInk(h, id)
  const { box, rect, fill } = ink
  if (!has('body'))
    return framed(w, h, id, [
      box(0, front.top / 2, w, front.top, dashed, 8),
      rect(front.fascia, dashed, 6),
      rect(front.window, dashed, 12),
    ])
  const isPainted = has('paint') || spec.finish !== 'lacquer'
  const colour = isPainted ? ovenColour(spec) : BARE
  const tone = isPainted ? ovenTone(spec) : BARE
  const panel = (r: Rect) =>
    rect(r, spec.finish === 'steel' && isPainted ? fill('steel') : `fill="${colour}"`, 6) +
    lightOn(ink, r, colour, spec.finish === 'glass' && isPainted)
  const parts = [`<ellipse cx="10" cy="${h + 4}" rx="${round(w * 0.6)}" ry="30" ${fill('floor')}/>`]
  parts.push(box(0, front.top / 2, w - 4, front.top - 4, `fill="${shade(tone, -0.55)}"`, 6))
  parts.push(panel(front.fascia))
  if (front.drawer) {
    parts.push(panel(front.drawer))
    const at = front.drawer.y + front.drawer.h / 2 - 34
    if (front.handle)
      parts.push(handleOf(ink, { kind: 'bar', vertical: false, x: 0, y: at, w: w * 0.78, h: 14 }))
    if (spec.drawer === 'warming')
      parts.push(box(w / 2 - 50, front.drawer.y - front.drawer.h * 0.25, 24, 4, 'fill="#ff9d5c"'))
  }
  parts.push(rect(front.door, 'fill="#1d1f22"', 5))
  if (has('cavity')) parts.push(cavity(ink, spec, front, has('complete')))
  if (has('complete')) {
    parts.push(door(ink, spec, front, panel))
    if (front.handle) parts.push(handleOf(ink, front.handle))
    const look = plateLook(spec.nameplate, spec.engraving)
    if (look) parts.push(plateOf(ink, front.plate, look, spec.engraving))
    parts.push(hob(ink, spec, front))
  }
  if (has('smart')) parts.push(controls(ink, spec, front))
  return framed(w, h, id, parts)
}

function cavity(
  { rect, box, circle }: Ink,
  spec: OvenSpec,
  { window: r }: OvenFront,
  isComplete: boolean,
): string {
  const enamel = { enamel: '#323841', catalytic: '#2c2a28', pyrolysis: '#3b302a' }[spec.cleaning]
  const out = [rect(r, `fill="${enamel}"`, 16)]
  for (let k = 0; k < spec.fans; k++) {
    const x = r.x + (k - (spec.fans - 1) / 2) * r.w * 0.46
    const size = Math.min(90, r.h * 0.28)
    out.push(
      circle(x, r.y, size, 'fill="#1b1d20" stroke="#7d8185" stroke-width="6"'),
      circle(x, r.y, size * 0.24, 'fill="#9b9fa3"'),
    )
  }
  if (spec.grill) out.push(box(r.x, r.y + r.h / 2 - 18, r.w * 0.7, 8, 'fill="#6d4a3c"', 4))
  if (spec.probe) out.push(circle(r.x - r.w / 2 + 24, r.y + r.h * 0.2, 8, 'fill="#d4d6d8"'))
  if (spec.steam !== 'none') out.push(circle(r.x - r.w * 0.3, r.y + r.h * 0.28, 9, 'fill="#b9d7e6"'))
  if (!isComplete) return out.join('')
  const glow = { halogen: '#ffc476', led: '#fff3dc', ambient_rgb: '#b07bff' }[spec.light]
  out.push(rect(r, `fill="${glow}" opacity=".16"`, 16))
  for (let k = 0; k < spec.racks; k++) {
    const y = r.y - r.h / 2 + 40 + (k * (r.h - 90)) / Math.max(3, spec.racks)
    out.push(box(r.x, y, r.w - 26, 6, `fill="${k % 2 ? '#202327' : '#a9adb1'}"`, 3))
    if (k < spec.rails)
      for (const s of [-1, 1]) out.push(box(r.x + s * (r.w / 2 - 20), y - 8, 26, 10, 'fill="#e0e2e4"', 3))
  }
  return out.join('')
}

function door(
  { rect, box, fill }: Ink,
  spec: OvenSpec,
  front: OvenFront,
  panel: (r: Rect) => string,
): string {
  const { panel: leaf, window: r, door: whole } = front
  // The leaf around its window, as four strips, so that the cavity shows through clear glass.
  const [x0, x1, y0, y1] = [
    leaf.x - leaf.w / 2,
    leaf.x + leaf.w / 2,
    leaf.y - leaf.h / 2,
    leaf.y + leaf.h / 2,
  ]
  const [a, b, c, d] = [r.x - r.w / 2, r.x + r.w / 2, r.y - r.h / 2, r.y + r.h / 2]
  const strip = (l: number, m: number, n: number, o: number) =>
    panel({ x: (l + m) / 2, y: (n + o) / 2, w: m - l, h: o - n })
  const recessed =
    spec.handle === 'recessed' ? rect(whole, 'fill="none" stroke="#0c0d0f" stroke-width="6"', 5) : ''
  const glass =
    spec.pane === 'clear'
      ? rect(r, 'fill="#0c0f12" fill-opacity=".3" stroke="#0b0c0e" stroke-width="5"', 14)
      : rect(r, `fill="${PANE_COLOURS[spec.pane]}"`, 14)
  const hinge =
    spec.door === 'side'
      ? [-1, 1]
          .map((s) =>
            box(
              (spec.hinge === 'left' ? -1 : 1) * (whole.w / 2 - 5),
              whole.y + s * whole.h * 0.36,
              8,
              40,
              fill('rod'),
              3,
            ),
          )
          .join('')
      : spec.door === 'slide'
        ? box(0, whole.y - whole.h / 2 + 3, whole.w * 0.8, 5, 'fill="#0c0d0f"')
        : ''
  const mesh = spec.microwave
    ? rect(r, 'fill="none" stroke="#6a6e73" stroke-width="4" stroke-dasharray="3 6"', 14)
    : ''
  return [
    strip(x0, a, y0, y1),
    strip(b, x1, y0, y1),
    strip(a, b, y0, c),
    strip(a, b, d, y1),
    recessed,
    glass,
    mesh,
    rect(r, fill('gloss'), 14),
    hinge,
  ].join('')
}

function controls(
  { rect, box, circle, fill, y: down }: Ink,
  spec: OvenSpec,
  { control: r, fascia }: OvenFront,
): string {
  const text = spec.control === 'display' ? '180°  0:45' : DISPLAY_TIME
  const out = [
    rect(r, 'fill="#0b0c0e"', 8),
    `<text x="${round(r.x)}" y="${down(r.y - r.h * 0.16)}" font-family="system-ui,sans-serif" font-size="${round(r.h * 0.46)}" fill="#ffd9a8" text-anchor="middle">${text}</text>`,
  ]
  if (spec.control === 'knob')
    for (const s of [-1, 1]) {
      const x = s * spec.widthMm * 0.34
      out.push(
        circle(x, r.y, 24, `${fill('rod')} stroke="#5c5f62" stroke-width="3"`),
        box(x, r.y + 15, 3, 12, 'fill="#2b2d31"'),
      )
    }
  else
    for (const s of [-1, 1])
      for (let k = 0; k < 2; k++)
        out.push(box(r.x + s * (r.w / 2 - 26 - k * 30), r.y, 14, 4, 'fill="#cfdae6"'))
  if (spec.steam === 'tank') out.push(box(spec.widthMm / 2 - 60, fascia.y + 30, 80, 3, 'fill="#2a2c30"'))
  if (spec.camera)
    out.push(
      circle(
        spec.widthMm / 2 - 26,
        fascia.y - fascia.h / 2 + 16,
        8,
        'fill="#08090b" stroke="#9a9da0" stroke-width="3"',
      ),
    )
  return out.join('')
}

function hob({ box }: Ink, spec: OvenSpec, { top }: OvenFront): string {
  const { widthMm: w } = spec
  if (spec.hob === 'none') return ''
  if (spec.hob === 'induction') return box(0, top + HOB.induction / 2, w, HOB.induction, 'fill="#0d0e10"', 4)
  return (
    box(0, top + 7, w, 14, 'fill="#b4b7ba"', 4) +
    [-1, 1]
      .map(
        (s) =>
          box(s * w * 0.25, top + 36, w * 0.34, 12, 'fill="#1a1b1d"', 5) +
          box(s * w * 0.25, top + 22, w * 0.2, 18, 'fill="#2b2d30"', 6),
      )
      .join('')
  )
}
