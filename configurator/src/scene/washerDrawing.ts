/** The washing machine as a drawn front view, true to scale. Pure: option values in, SVG text out. */
import type { Appliance, BuildStage } from './appliance.ts'
import { plateLook } from './choices.ts'
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
  RING_COLOURS,
  washerColour,
  washerFront,
  washerSpec,
  washerTone,
  type WasherFront,
  type WasherSpec,
} from './washerSpec.ts'

/** Draws a washing machine as one `<svg>` element; it scales to its box. */
export function drawWasherFront(what: Appliance, { reveal, id = 'lot' }: DrawingOptions = {}): string {
  const spec = washerSpec(what)
  const front = washerFront(spec)
  const { widthMm: w } = spec
  const h = front.heightMm
  const has = (stage: BuildStage) => !reveal || reveal.has(stage)
  const ink = createInk(h, id)
  const { box, rect, circle, fill } = ink
  const { porthole } = front
  if (!has('body'))
    return framed(w, h, id, [
      box(0, (h + 38) / 2, w, h - 38, dashed, 10),
      rect(front.fascia, dashed, 6),
      circle(porthole.x, porthole.y, porthole.ring, dashed),
    ])
  const isPainted = has('paint') || spec.finish !== 'lacquer'
  const colour = isPainted ? washerColour(spec) : BARE
  const tone = isPainted ? washerTone(spec) : BARE
  const panel = (r: Rect) =>
    rect(r, spec.finish === 'steel' && isPainted ? fill('steel') : `fill="${colour}"`, 6) +
    lightOn(ink, r, colour, spec.finish === 'glass' && isPainted)
  const parts = [`<ellipse cx="10" cy="${h + 4}" rx="${round(w * 0.62)}" ry="36" ${fill('floor')}/>`]
  for (const s of [-1, 1]) parts.push(box(s * (w / 2 - 60), 18, 46, 36, 'fill="#17181a"', 6))
  parts.push(box(0, (h + 30) / 2, w - 4, h - 34, `fill="${shade(tone, -0.5)}"`, 10))
  if (spec.base === 'plinth') parts.push(box(0, 20, w - 20, 36, `fill="${shade(tone, -0.15)}"`, 4))
  if (spec.installation !== 'under_counter')
    parts.push(
      box(
        0,
        front.top + 12,
        w,
        24,
        `fill="${spec.installation === 'column' ? '#202226' : shade(tone, 0.12)}"`,
        8,
      ),
      spec.installation === 'column' ? box(0, front.top + 12, w * 0.62, 9, fill('rodflat'), 4) : '',
    )
  parts.push(panel(front.fascia), panel(front.panel), panel(front.kick))
  parts.push(rect(front.flap, 'fill="#2a2c30"', 6))
  if (spec.dryer === 'heat_pump' && has('cooling'))
    for (let k = 0; k < 4; k++)
      parts.push(box(front.flap.x, front.flap.y + (k - 1.5) * 7, front.flap.w * 0.88, 3, 'fill="#0d0e10"'))
  if (front.drawer)
    parts.push(
      panel(front.drawer),
      handleOf(ink, {
        kind: 'bar',
        vertical: false,
        x: 0,
        y: front.drawer.y + front.drawer.h / 2 - 56,
        w: Math.min(front.drawer.w * 0.6, 360),
        h: 14,
      }),
    )
  parts.push(circle(porthole.x, porthole.y, porthole.glass + 16, 'fill="#0d0e10"'))
  if (has('drum')) parts.push(drum(ink, spec, front))
  if (has('complete')) parts.push(dosing(ink, spec, front), door(ink, spec, front))
  if (has('smart')) parts.push(controls(ink, spec, front))
  const look = plateLook(spec.nameplate, spec.engraving)
  if (look && has('complete')) parts.push(plateOf(ink, front.plate, look, spec.engraving))
  return framed(w, h, id, parts)
}

function drum({ circle, fill }: Ink, spec: WasherSpec, { porthole: { x, y, glass } }: WasherFront): string {
  const r = glass - 14
  const dots = Array.from({ length: 3 }, (_, row) =>
    Array.from({ length: 18 + row * 6 }, (__, k) => {
      const a = (k / (18 + row * 6)) * Math.PI * 2
      const at = r * (0.45 + row * 0.19)
      return circle(x + Math.cos(a) * at, y + Math.sin(a) * at, 3, 'fill="#1d2023"')
    }).join(''),
  ).join('')
  const glow = { none: '', led: '#fff6e2', ambient_rgb: '#9a7bff' }[spec.light]
  return (
    circle(x, y, glass + 10, 'fill="#63676b"') +
    circle(x, y, r, fill('niche')) +
    // The load shows in how far the drum reaches.
    circle(x, y, r * (0.28 + (spec.loadKg - 5) * 0.012), 'fill="none" stroke="#5a5f65" stroke-width="4"') +
    dots +
    (glow && circle(x, y, r, `fill="${glow}" opacity=".22"`))
  )
}

function dosing({ rect, box, circle }: Ink, spec: WasherSpec, { dosing: r }: WasherFront): string {
  const frame = rect(
    r,
    'fill="#000" fill-opacity=".04" stroke="#000" stroke-opacity=".45" stroke-width="3"',
    8,
  )
  if (spec.dosing === 'drawer') return frame + box(r.x, r.y + r.h * 0.28, r.w * 0.62, 14, 'fill="#26282c"', 7)
  const count = spec.dosing === 'auto_twin' ? 2 : 1
  return (
    frame +
    Array.from({ length: count }, (_, k) => {
      const x = r.x + (k - (count - 1) / 2) * r.w * 0.44
      return (
        circle(x, r.y - r.h * 0.05, 21, 'fill="#e3e5e6" stroke="#8e9194" stroke-width="3"') +
        box(x, r.y - r.h * 0.05, 26, 4, 'fill="#2a2c30"')
      )
    }).join('')
  )
}

function controls(
  { rect, box, circle, fill, y: down }: Ink,
  spec: WasherSpec,
  { control: r }: WasherFront,
): string {
  const glass = rect(r, 'fill="#0b0c0e"', r.h / 2)
  const marks = (n: number, from: number) =>
    Array.from({ length: n }, (_, k) => box(r.x + from + k * 30, r.y, 16, 4, 'fill="#dfeaf5"')).join('')
  if (spec.control === 'touch') return glass + marks(Math.max(4, Math.floor(r.w / 34)), -r.w / 2 + 36)
  if (spec.control === 'display')
    return (
      glass +
      `<text x="${round(r.x)}" y="${down(r.y - r.h * 0.18)}" font-family="system-ui,sans-serif" font-size="${round(r.h * 0.52)}" fill="#fff" text-anchor="middle">40°  1:12</text>`
    )
  const x = r.x - r.w * 0.24
  return (
    glass +
    circle(x, r.y, r.h * 0.4, `${fill('rod')} stroke="#5c5f62" stroke-width="2"`) +
    box(x, r.y + r.h * 0.26, 4, 14, 'fill="#2b2d31"') +
    marks(4, r.w * 0.06)
  )
}

function door(
  { circle, box }: Ink,
  spec: WasherSpec,
  { porthole: { x, y, glass, ring } }: WasherFront,
): string {
  const colour = RING_COLOURS[spec.ring]
  const free = spec.hinge === 'left' ? 1 : -1
  const wide = ring - glass
  const circles = [
    `fill="none" stroke="${colour}" stroke-width="${round(wide)}"`,
    `fill="none" stroke="${shade(colour, -0.35)}" stroke-width="3"`,
  ]
  return (
    circle(x, y, (ring + glass) / 2, circles[0]!) +
    circle(x, y, ring, circles[1]!) +
    circle(x, y, glass, 'fill="#0e1114" fill-opacity=".55" stroke="#101113" stroke-width="6"') +
    box(
      x - glass * 0.42,
      y + glass * 0.32,
      glass * 0.16,
      glass * 0.7,
      'fill="#fff" opacity=".12"',
      glass * 0.08,
    ) +
    box(x + free * (ring + glass) * 0.5, y, wide * 0.3, 82, `fill="${shade(colour, -0.55)}"`, 8)
  )
}
