/** Where to look at a fridge: a box and an angle for every focus area, doors shut or open. */
import type { FocusArea } from './appliance.ts'
import type { View } from './camera.ts'
import { fixturesOf, frontsOf, handlesOf, type FridgeSpec, type Rect } from './layouts.ts'

/** The side from which a fridge is best seen, 1 the right: the one away from its hinges. */
export const sideOf = (spec: FridgeSpec): 1 | -1 =>
  spec.doors !== 'french_door' && spec.hinge === 'right' ? -1 : 1

/** What to look at for a focus area of a fridge, doors shut or open. */
export function fridgeView(spec: FridgeSpec, area: FocusArea, isOpen: boolean): View {
  const [w, h, d] = [spec.widthMm / 1000, spec.heightMm / 1000, spec.depthMm / 1000]
  const side = sideOf(spec)
  const fronts = frontsOf(spec)
  const fixtures = fixturesOf(spec, fronts)
  const upper = fronts[0]!
  const whole: View = {
    min: [-w / 2, 0, -d / 2],
    max: [w / 2, h, d / 2],
    yaw: side * 0.46,
    pitch: 0.06,
    fill: 0.86,
  }
  if (isOpen && area !== 'dispenser' && area !== 'screen' && area !== 'handle' && area !== 'nameplate') {
    const out = spec.doors === 'french_door' ? w * 0.42 : w * 0.75
    const left = spec.doors === 'french_door' || spec.hinge === 'left' ? out * 0.55 : 0
    const right = spec.doors === 'french_door' || spec.hinge === 'right' ? out * 0.55 : 0
    const open: View = {
      ...whole,
      min: [-w / 2 - left, 0, -d / 2],
      max: [w / 2 + right, h, d / 2 + out * 0.8],
      yaw: side * (spec.doors === 'french_door' ? 0.2 : 0.3),
      pitch: 0.15,
      fill: 0.92,
    }
    if (area === 'inside' || area === 'top')
      return { ...open, min: [open.min[0], h * 0.36, -d / 2], max: [open.max[0], h, d / 2], yaw: side * 0.16 }
    if (area === 'bottom')
      return { ...open, max: [open.max[0], h * 0.5, d / 2 + out], yaw: side * 0.24, pitch: 0.5 }
    return open
  }
  const around = (r: Rect, margin: number, yaw: number): View => ({
    min: [(r.x - r.w / 2) / 1000 - margin, (r.y - r.h / 2) / 1000 - margin, d / 2 - 0.05],
    max: [(r.x + r.w / 2) / 1000 + margin, (r.y + r.h / 2) / 1000 + margin, d / 2 + 0.05],
    yaw,
    pitch: 0.05,
    fill: 0.94,
  })
  switch (area) {
    case 'front':
      return { ...whole, yaw: side * 0.2, pitch: 0.04, fill: 0.9 }
    case 'handle': {
      const handle = handlesOf(spec, fronts)[0]
      const free = upper.hinge === 'left' ? 1 : -1
      const at = upper.grip === 'bottom' ? upper.x : upper.x + free * (upper.w / 2 - 60)
      const low: Rect = { x: at, y: upper.y - upper.h / 2 + 60, w: 240, h: 240 }
      return around(handle ?? low, 0.2, side * 0.5)
    }
    case 'nameplate':
    case 'dispenser':
    case 'screen': {
      const fixture = fixtures.find((f) => f.kind === area)
      return around(fixture ?? upper.panel, fixture ? 0.2 : 0.02, side * 0.3)
    }
    case 'top':
      return {
        ...around({ ...upper, x: 0, w: spec.widthMm, y: spec.heightMm - 260, h: 520 }, 0.08, side * 0.36),
      }
    case 'bottom': {
      const low = fronts.at(-1)!
      return { ...around({ ...low, y: low.y - 40, h: low.h + 80 }, 0.08, side * 0.4), pitch: 0.1 }
    }
    case 'door':
    case 'controls':
    case 'drawer':
    case 'inside':
    case 'whole':
      return whole
  }
}
