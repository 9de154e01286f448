/** The lit inside of the fridge: liner, shelves, drawers, wine rack, ice maker. */
import type { Cabinet, Compartment } from './fridgeBody.ts'
import { lyingBottle, seeded, stockCrisper, stockFrozen, stockShelf, type Space } from './groceries.ts'
import { lampLight, lampsOf } from './lamps.ts'
import { drawerPlan, type FridgeSpec } from './layouts.ts'
import { MeshPen } from './mesh.ts'
import { box, cavity, flat, slab } from './solids.ts'
import { lathe } from './turned.ts'

/** A pen for what is opaque and one for what is seen through. */
export interface InsidePens {
  solid: MeshPen
  clear: MeshPen
}

/** What of the inside is there to be drawn; a unit on the line grows one by one. */
export interface InsideParts {
  cooling: boolean
  lamps: boolean
  fittings: boolean
}

/** Draws one hollow of the cabinet with its cold air and its lamps. */
export function drawHollow(
  spec: FridgeSpec,
  { zFrame }: Cabinet,
  c: Compartment,
  parts: InsideParts,
): InsidePens {
  const pens = { solid: new MeshPen(), clear: new MeshPen() }
  const { solid } = pens
  solid.light = lampLight(0.66, parts.lamps ? lampsOf(spec, c, zFrame) : [], c.h)
  solid.use('liner', '#f3f5f6').at(c.x, c.y, zFrame)
  cavity(solid, c.w, c.h, c.depth, { occlusion: 0.4, rearRadius: 0.035, edges: 6, segments: 3 })
  if (parts.cooling) coldAir(solid, spec, c, zFrame)
  solid.light = null
  if (parts.lamps) lampStrips(solid, spec, c, zFrame)
  return pens
}

/** Draws the shelves of a hollow with what stands on them. */
export function drawShelves(
  spec: FridgeSpec,
  { zFrame }: Cabinet,
  c: Compartment,
  parts: InsideParts,
): InsidePens {
  const pens = fittingPens(spec, c, zFrame, parts)
  if (c.id === 'upper') fridgeShelves(pens, spec, spaceIn(c, zFrame))
  else freezerShelves(pens, spec, spaceIn(c, zFrame))
  return pens
}

/** Draws the drawers of a hollow with what lies in them. */
export function drawDrawers(
  spec: FridgeSpec,
  { zFrame }: Cabinet,
  c: Compartment,
  parts: InsideParts,
): InsidePens {
  const pens = fittingPens(spec, c, zFrame, parts)
  if (c.id === 'upper') crispers(pens, spec, spaceIn(c, zFrame))
  else freezerDrawers(pens, spec, spaceIn(c, zFrame))
  return pens
}

function fittingPens(spec: FridgeSpec, c: Compartment, zFrame: number, parts: InsideParts): InsidePens {
  const pens = { solid: new MeshPen(), clear: new MeshPen() }
  pens.solid.light = lampLight(0.7, parts.lamps ? lampsOf(spec, c, zFrame) : [], c.h)
  return pens
}

/** What of a hollow can be furnished. */
const spaceIn = (c: Compartment, zFrame: number): Space => ({
  x: c.x - c.w / 2 + 0.006,
  y: c.y - c.h / 2 + 0.006,
  z: zFrame - 0.03,
  w: c.w - 0.012,
  h: c.h - 0.012,
  d: c.depth - 0.055,
})

/** The air duct of a no-frost fridge, or the cold plate of a static one. */
function coldAir(pen: MeshPen, spec: FridgeSpec, c: Compartment, zFrame: number): void {
  const z = zFrame - c.depth
  const low = c.id === 'upper' ? 0.22 : 0.1
  const height = c.h - low - 0.07
  if (height < 0.08) return
  const y = c.y - c.h / 2 + low + height / 2
  if (!spec.noFrost) {
    pen.use('liner', '#dde1e4').at(c.x, y, z + 0.003)
    slab(pen, c.w * 0.78, height, 0.006, { radii: 0.016, fillet: 0.003, back: false })
    return
  }
  pen.use('liner', '#cdd2d6').at(c.x, y, z + 0.007)
  slab(pen, c.w * 0.34, height, 0.014, {
    radii: 0.022,
    fillet: 0.006,
    segments: 4,
    filletSegments: 3,
    back: false,
  })
  pen.use('plastic', '#6d747b')
  const vents = Math.max(2, Math.floor(height / 0.11))
  for (let k = 0; k < vents; k++)
    for (const s of [-1, 1]) {
      pen.at(c.x + s * c.w * 0.085, y + ((k + 0.5) / vents - 0.5) * (height - 0.05), z + 0.0146)
      flat(pen, -c.w * 0.05, -0.0028, c.w * 0.05, 0.0028)
    }
}

function lampStrips(pen: MeshPen, spec: FridgeSpec, c: Compartment, zFrame: number): void {
  const colourful = spec.light === 'ambient_rgb' && c.id === 'upper'
  pen.use('led', '#fffdf8').at(c.x, c.y + c.h / 2 - 0.0015, zFrame - 0.09, ['x', Math.PI / 2])
  flat(pen, -c.w * 0.36, -0.011, c.w * 0.36, 0.011)
  if (c.id !== 'upper') return
  for (const s of [-1, 1]) {
    pen.use('led', colourful ? (s < 0 ? '#8a6bff' : '#35f0dc') : '#fffdf8')
    pen.at(c.x + s * (c.w / 2 - 0.001), c.y, zFrame - 0.045, ['y', (-s * Math.PI) / 2])
    flat(pen, -0.003, -c.h * 0.36, 0.003, c.h * 0.36)
  }
}

function shelf(pens: InsidePens, space: Space, y: number, back = 0): void {
  const depth = space.d - back
  pens.clear.use('clear', '#e4f1f2').at(space.x + space.w / 2, y, space.z - depth / 2, ['x', -Math.PI / 2])
  slab(pens.clear, space.w, depth, 0.005, { fillet: 0.001, segments: 1, filletSegments: 1 })
  pens.solid.use('satin', '#e9ecee').at(space.x + space.w / 2, y + 0.001, space.z + 0.003)
  slab(pens.solid, space.w, 0.014, 0.008, { radii: 0.003, fillet: 0.0015, segments: 2, back: false })
}

/** Height that the crispers take with the shelf above them. */
const CRISPER_H = 0.19

function crispers(pens: InsidePens, spec: FridgeSpec, space: Space): void {
  const { crispers: count } = drawerPlan(spec.drawers)
  const w = space.w / Math.max(1, count)
  for (let k = 0; k < count; k++) {
    const place = { ...space, x: space.x + k * w + 0.003, w: w - 0.006, h: CRISPER_H - 0.016 }
    tray(pens, place)
    stockCrisper(
      pens.solid,
      {
        ...place,
        x: place.x + 0.03,
        y: space.y + 0.012,
        w: place.w - 0.06,
        z: place.z - 0.04,
        d: place.d - 0.1,
      },
      11 + k,
    )
  }
}

function fridgeShelves(pens: InsidePens, spec: FridgeSpec, space: Space): void {
  const right = space.x + space.w
  let floor = space.y
  if (drawerPlan(spec.drawers).crispers > 0) {
    floor += CRISPER_H
    shelf(pens, space, floor)
    floor += 0.004
  }
  if (spec.wineZone) {
    const tier = 0.118
    for (let k = 0; k < 2; k++) wineTier(pens, space, floor + k * tier, tier)
    floor += 2 * tier
    shelf(pens, space, floor)
    floor += 0.004
  }
  const top = space.y + space.h
  const iceInFridge = spec.iceMaker !== 'none' && spec.doors === 'french_door'
  const count = Math.max(1, Math.round((top - floor) / 0.25))
  const step = (top - floor) / count
  for (let k = 0; k < count; k++) {
    const y = floor + k * step
    if (k > 0) shelf(pens, space, y)
    const place = {
      ...space,
      x: space.x + 0.02,
      y: y + 0.004,
      w: space.w - 0.04,
      h: step - 0.05,
      z: space.z - 0.03,
      d: space.d - 0.08,
    }
    if (k === count - 1) {
      if (iceInFridge) {
        iceMaker(pens, spec, { ...space, y: y + 0.004, w: space.w * 0.42, h: step - 0.03 })
        place.x += space.w * 0.42
        place.w -= space.w * 0.42
      }
      if (spec.waterTank) {
        waterTank(pens, { ...space, x: right - 0.21, y: y + 0.004, w: 0.2, h: Math.min(0.15, step * 0.7) })
        place.w -= 0.215
      }
    }
    stockShelf(pens.solid, place, k + Math.round(space.w * 10))
  }
}

/** How a freezer is divided: drawers from below, the ice maker on top, shelves between. */
function freezerPlan(spec: FridgeSpec, space: Space) {
  const { freezer: count } = drawerPlan(spec.drawers)
  const ice = spec.iceMaker === 'none' ? 0 : Math.min(0.15, space.h * 0.24)
  const top = space.y + space.h - ice
  return { count, ice, top, h: Math.min(0.24, (top - space.y) / count) }
}

function freezerDrawers(pens: InsidePens, spec: FridgeSpec, space: Space): void {
  const { count, h } = freezerPlan(spec, space)
  for (let k = 0; k < count; k++) {
    const place = { ...space, y: space.y + k * h, h: h - 0.014 }
    tray(pens, place)
    stockFrozen(
      pens.solid,
      {
        ...place,
        x: place.x + 0.03,
        y: place.y + 0.008,
        w: place.w - 0.06,
        h: place.h * 0.8,
        z: place.z - 0.03,
        d: place.d - 0.1,
      },
      5 + k,
    )
  }
}

function freezerShelves(pens: InsidePens, spec: FridgeSpec, space: Space): void {
  const { count, ice, top, h } = freezerPlan(spec, space)
  if (ice > 0) {
    iceMaker(pens, spec, { ...space, y: top + 0.006, h: ice - 0.018, w: Math.min(space.w, 0.46) })
    shelf(pens, space, top)
  }
  let y = space.y + count * h
  for (let k = 0; top - y > 0.11; k++) {
    shelf(pens, space, y)
    const room = Math.min(0.24, top - y)
    stockFrozen(
      pens.solid,
      {
        ...space,
        x: space.x + 0.04,
        y: y + 0.006,
        w: space.w * 0.7,
        h: room * 0.6,
        z: space.z - 0.03,
        d: 0.2,
      },
      40 + k,
    )
    y += room
  }
}

/** A pull-out tray: clear front with a bright lip, clear sides. */
function tray(pens: InsidePens, s: Space): void {
  const x = s.x + s.w / 2
  pens.clear.use('clear', '#e9f2f4').at(x, s.y + s.h / 2, s.z - 0.003)
  slab(pens.clear, s.w - 0.006, s.h, 0.006, { radii: 0.012, fillet: 0.002, segments: 4, back: false })
  const deep = s.d - 0.03
  for (const side of [-1, 1]) {
    pens.clear.at(x + side * (s.w / 2 - 0.006), s.y + s.h * 0.45, s.z - 0.008 - deep / 2)
    box(pens.clear, 0.003, s.h * 0.86, deep, 'front back')
  }
  pens.solid.use('satin', '#e9ecee').at(x, s.y + s.h - 0.004, s.z + 0.002)
  slab(pens.solid, s.w - 0.006, 0.014, 0.011, { radii: 0.004, fillet: 0.002, segments: 2, back: false })
  pens.solid.use('liner', '#e9edef').at(x, s.y + 0.004, s.z - 0.01 - deep / 2, ['x', -Math.PI / 2])
  flat(pens.solid, -s.w / 2 + 0.006, -deep / 2, s.w / 2 - 0.006, deep / 2)
}

/** One tier of the wine zone: a beech board with hollows and the bottles lying in it. */
function wineTier(pens: InsidePens, s: Space, y: number, h: number): void {
  const x = s.x + s.w / 2
  const pen = pens.solid
  pen.use('wood', '#c59a66').at(x, y + 0.013, s.z - 0.006)
  slab(pen, s.w - 0.008, 0.024, 0.018, { radii: 0.003, fillet: 0.002, segments: 2 })
  const deep = Math.min(s.d - 0.05, 0.36)
  for (const k of [0.3, 0.62, 0.94]) {
    pen.at(x, y + 0.01, s.z - deep * k)
    box(pen, s.w - 0.012, 0.012, 0.028, 'bottom')
  }
  const count = Math.floor((s.w - 0.03) / 0.092)
  for (let k = 0; k < count; k++) {
    if ((k * 7 + Math.round(y * 50)) % 6 === 4) continue
    lyingBottle(
      pen,
      s.x + ((k + 0.5) * s.w) / count,
      y + Math.min(0.066, h - 0.042),
      s.z - 0.026,
      k + Math.round(y * 10),
    )
  }
}

function iceMaker(pens: InsidePens, spec: FridgeSpec, s: Space): void {
  const { solid, clear } = pens
  const x = s.x + s.w / 2
  const cubes = (y: number, z: number, w: number, rows: number) => {
    clear.use('clear', '#f4fbff')
    const random = seeded(19)
    const n = Math.max(3, Math.floor(w / 0.036))
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < n; k++) {
        clear.at(x - w / 2 + ((k + 0.5) * w) / n, y + 0.014 + r * 0.026, z - 0.01 - r * 0.02, [
          'y',
          random() * 1.2,
        ])
        box(clear, 0.026, 0.026, 0.026, 'bottom')
      }
  }
  if (spec.iceMaker === 'manual') {
    solid.use('plastic', '#6fa8c4').at(x, s.y + 0.012, s.z - 0.09)
    slab(solid, Math.min(s.w - 0.04, 0.26), 0.022, 0.11, { radii: 0.006, fillet: 0.003, back: false })
    cubes(s.y + 0.01, s.z - 0.09, Math.min(s.w - 0.07, 0.22), 1)
    return
  }
  // The machine above, its bin below.
  const machine = s.h * 0.46
  const deep = Math.min(0.3, s.d - 0.04)
  solid.use('plastic', '#e3e7ea').at(x, s.y + s.h - machine / 2, s.z - 0.012 - deep / 2)
  slab(solid, s.w - 0.016, machine, deep, { radii: 0.01, fillet: 0.005, segments: 4, back: false })
  solid.use('dark', '#23262b').at(x, s.y + s.h - machine * 0.5, s.z - 0.011)
  slab(solid, s.w * 0.5, machine * 0.34, 0.003, { radii: 0.006, fillet: 0.001, back: false })
  solid
    .use('led', spec.iceMaker === 'craft' ? '#ffd9a0' : '#a8dcff')
    .at(x, s.y + s.h - machine * 0.5, s.z - 0.0092)
  flat(solid, -0.02, -0.0014, 0.02, 0.0014)
  tray(pens, { ...s, x: s.x + 0.006, w: s.w - 0.012, h: s.h - machine - 0.008, d: deep })
  if (spec.iceMaker === 'auto') cubes(s.y + 0.006, s.z - 0.05, s.w - 0.08, s.h > 0.13 ? 2 : 1)
  else {
    clear.use('clear', '#eef9ff')
    const n = Math.max(2, Math.floor((s.w - 0.05) / 0.066))
    const r = Math.min(0.028, (s.h - machine) * 0.42)
    for (let k = 0; k < n; k++) {
      const profile: [number, number][] = []
      for (let i = 0; i <= 7; i++) {
        const a = -Math.PI / 2 + (i / 7) * Math.PI
        profile.push([Math.max(0, Math.cos(a) * r), r + Math.sin(a) * r])
      }
      clear.at(x + (k - (n - 1) / 2) * 0.066, s.y + 0.008, s.z - 0.05)
      lathe(clear, profile, 14)
    }
  }
}

function waterTank(pens: InsidePens, s: Space): void {
  const x = s.x + s.w / 2
  pens.clear.use('clear', '#bfe0ee').at(x, s.y + s.h / 2, s.z - 0.08)
  slab(pens.clear, s.w, s.h, 0.13, { radii: 0.014, fillet: 0.006, segments: 4 })
  pens.solid.use('plastic', '#3f7f9e').at(x, s.y + s.h + 0.005, s.z - 0.08)
  slab(pens.solid, s.w + 0.004, 0.012, 0.134, { radii: 0.004, fillet: 0.003, back: false })
}
