/**
 * The fridge as a flat elevation: which fronts exist, how large they are and what sits on them. Everything here is
 * millimetres, x to the right from the middle, y up from the floor. Option panel, drawing and 3D read the same
 * tables, so they cannot disagree; nothing here knows three.
 */
import type { Appliance } from './appliance.ts'
import { greyBeside, oneOf, RAL_COLOURS, ralOf, within, wordsOf } from './choices.ts'

export type Doors = 'two_door' | 'three_door' | 'french_door'
export type FinishKind = 'lacquer' | 'steel' | 'glass' | 'wood_ready'
export type HandleKind = 'bar' | 'recessed' | 'leather' | 'push_open'
export type FrontId = 'upper_left' | 'upper_right' | 'middle' | 'lower'
export type Side = 'left' | 'right' | 'top' | 'bottom'

/** What a finish looks like where no colour option reaches it. */
export const FINISH_COLOURS: Readonly<Record<FinishKind, string>> = {
  lacquer: '#f1ede1',
  steel: '#b9bbbd',
  glass: '#f1ede1',
  wood_ready: '#d3bd98',
}

/** A fridge with every value known and in range. */
export interface FridgeSpec {
  widthMm: number
  heightMm: number
  depthMm: number
  doors: Doors
  hinge: 'left' | 'right'
  finish: FinishKind
  /** RAL id per front; a front without a colour of its own repeats its neighbour's. */
  colours: Readonly<Record<FrontId, string>>
  hasMiddle: boolean
  handle: HandleKind
  nameplate: 'none' | 'engraved' | 'lit'
  /** The shopper's words on an engraved plate; empty: the house name. */
  engraving: string
  dispenser: boolean
  iceMaker: 'none' | 'manual' | 'auto' | 'craft'
  waterTank: boolean
  drawers: number
  wineZone: boolean
  light: 'led' | 'ambient_rgb'
  screen: 'none' | 's7' | 's21'
  camera: boolean
  einkTag: boolean
  noFrost: boolean
}

/** One door or drawer front. */
export interface Front {
  id: FrontId
  /** The option that colours it. */
  colourOption: `colour_${FrontId}`
  kind: 'door' | 'drawer'
  hinge: 'left' | 'right'
  /** Where fingers reach behind a recessed front. */
  grip: Side | null
  /** Middle and size of the whole front. */
  x: number
  y: number
  w: number
  h: number
  /** Middle and size of the coloured panel: the front less a recessed grip. */
  panel: Rect
}

/** A rectangle by its middle. */
export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

/** Something mounted on a front. */
export interface Fixture extends Rect {
  kind: 'nameplate' | 'dispenser' | 'screen' | 'camera' | 'eink'
  /** Which of its kind: the option's value. */
  look: string
  on: FrontId
}

/** A handle that stands proud of its front. */
export interface HandleBar extends Rect {
  on: FrontId
  kind: 'bar' | 'leather'
  vertical: boolean
}

/** Height of the plinth under the fronts. */
export const PLINTH_MM = 56
/** Clear gap between two fronts. */
export const GAP_MM = 4
/** Thickness of a door with its panel. */
export const DOOR_MM = 62
/** Width of the finger channel of a recessed handle. */
export const GRIP_MM = 34
/** How far below the nominal height the fronts end. */
const TOP_CLEARANCE_MM = 3

/** Reads an appliance's choices into a complete spec; what is missing or unknown becomes the default. Total. */
export function fridgeSpec({ choices }: Appliance): FridgeSpec {
  const colour = (option: string, otherwise: string) => ralOf(choices[option], otherwise)
  const doors = oneOf<Doors>(choices['doors'], ['two_door', 'three_door', 'french_door'], 'two_door')
  const upperLeft = colour('colour_upper_left', 'RAL9010')
  const lower = colour('colour_lower', 'RAL9010')
  const middle = colour('colour_middle', '')
  return {
    widthMm: within(choices['width_mm'], 500, 1200, 700),
    heightMm: within(choices['height_mm'], 1400, 2200, 1800),
    depthMm: within(choices['depth_mm'], 550, 900, 650),
    doors,
    hinge: oneOf(choices['hinge'], ['left', 'right'], 'right'),
    finish: oneOf<FinishKind>(choices['finish'], ['lacquer', 'steel', 'glass', 'wood_ready'], 'lacquer'),
    colours: {
      upper_left: upperLeft,
      upper_right: colour('colour_upper_right', upperLeft),
      middle: middle || lower,
      lower,
    },
    hasMiddle: doors === 'three_door' || (doors === 'french_door' && middle !== ''),
    handle: oneOf<HandleKind>(choices['handle'], ['bar', 'recessed', 'leather', 'push_open'], 'recessed'),
    nameplate: oneOf(choices['nameplate'], ['none', 'engraved', 'lit'], 'none'),
    engraving: wordsOf(choices['engraving']),
    dispenser: choices['dispenser'] === true,
    iceMaker: oneOf(choices['ice_maker'], ['none', 'manual', 'auto', 'craft'], 'none'),
    waterTank: choices['water_line'] === 'tank',
    drawers: Math.round(within(choices['drawers'], 1, 6, 3)),
    wineZone: choices['wine_zone'] === true,
    light: oneOf(choices['light'], ['led', 'ambient_rgb'], 'led'),
    screen: oneOf(choices['screen'], ['none', 's7', 's21'], 'none'),
    camera: choices['camera'] === true,
    einkTag: choices['eink_tag'] === true,
    noFrost: choices['no_frost'] !== false,
  }
}

/** Share of the front's height per row, from the top. */
const ROWS: Readonly<Record<Doors, { plain: readonly number[]; withMiddle: readonly number[] }>> = {
  two_door: { plain: [0.625, 0.375], withMiddle: [0.625, 0.375] },
  three_door: { plain: [0.53, 0.17, 0.3], withMiddle: [0.53, 0.17, 0.3] },
  french_door: { plain: [0.595, 0.405], withMiddle: [0.575, 0.165, 0.26] },
}

/** Gives the fronts of a fridge, from the top, left before right. */
export function frontsOf(spec: FridgeSpec): Front[] {
  const { widthMm: width, heightMm: height } = spec
  const shares = ROWS[spec.doors][spec.hasMiddle ? 'withMiddle' : 'plain']
  const usable = height - TOP_CLEARANCE_MM - PLINTH_MM
  const fronts: Front[] = []
  let top = height - TOP_CLEARANCE_MM
  shares.forEach((share, row) => {
    const h = share * usable
    const pair = row === 0 && spec.doors === 'french_door'
    const middle = spec.hasMiddle && row === 1
    const columns = pair ? 2 : 1
    for (let column = 0; column < columns; column++) {
      const id: FrontId =
        row === 0 ? (column === 0 ? 'upper_left' : 'upper_right') : middle ? 'middle' : 'lower'
      const kind = row === 0 || (!middle && spec.doors !== 'french_door') ? 'door' : 'drawer'
      const hinge = pair ? (column === 0 ? 'left' : 'right') : spec.hinge
      const w = width / columns - (columns > 1 ? GAP_MM / 2 : 0)
      const front: Omit<Front, 'panel'> = {
        id,
        colourOption: `colour_${id}`,
        kind,
        hinge,
        grip: spec.handle === 'recessed' ? gripSide(row, pair, hinge) : null,
        x: pair ? (column === 0 ? -1 : 1) * (width / 4 + GAP_MM / 4) : 0,
        y: top - h / 2 + (row === 0 ? GAP_MM / 4 : 0),
        w,
        h: h - GAP_MM + (row === 0 ? GAP_MM / 2 : 0),
      }
      fronts.push({ ...front, panel: panelOf(front) })
    }
    top -= h
  })
  return fronts
}

const gripSide = (row: number, pair: boolean, hinge: 'left' | 'right'): Side =>
  row > 0 ? 'top' : pair ? (hinge === 'left' ? 'right' : 'left') : 'bottom'

function panelOf({ grip, x, y, w, h }: Omit<Front, 'panel'>): Rect {
  const half = GRIP_MM / 2
  if (grip === 'top' || grip === 'bottom')
    return { x, y: y + (grip === 'top' ? -half : half), w, h: h - GRIP_MM }
  if (grip === 'left' || grip === 'right')
    return { x: x + (grip === 'right' ? -half : half), y, w: w - GRIP_MM, h }
  return { x, y, w, h }
}

/** Colour of a front as sRGB hex: steel is never painted; of a wood-ready front only the frame shows it. */
export function panelColour(spec: FridgeSpec, id: FrontId): string {
  if (spec.finish === 'steel') return FINISH_COLOURS.steel
  return RAL_COLOURS[spec.colours[id]] ?? FINISH_COLOURS[spec.finish]
}

/** Gives everything mounted on the fronts. Every fixture lies inside its front's panel and none overlap. */
export function fixturesOf(spec: FridgeSpec, fronts: readonly Front[] = frontsOf(spec)): Fixture[] {
  const fixtures: Fixture[] = []
  const first = fronts.find((f) => f.id === 'upper_left')!
  const second = fronts.find((f) => f.id === 'upper_right') ?? first
  const last = fronts.find((f) => f.id === 'lower')!
  const topOf = (front: Front) => front.panel.y + front.panel.h / 2
  if (spec.nameplate !== 'none') {
    // Own words get a plate that is read from across the room; which words they are changes no shape.
    const own = spec.nameplate === 'engraved' && spec.engraving !== ''
    const w = own ? Math.min(320, first.panel.w * 0.72) : Math.min(150, first.panel.w * 0.45)
    fixtures.push({
      kind: 'nameplate',
      look: own ? 'words' : spec.nameplate,
      on: first.id,
      x: first.panel.x,
      y: topOf(first) - (own ? 84 : 78),
      w,
      h: own ? w / 6.4 : w / 5,
    })
  }
  if (spec.camera) {
    fixtures.push({
      kind: 'camera',
      look: 'dot',
      on: second.id,
      x: second.panel.x,
      y: topOf(second) - 38,
      w: 22,
      h: 22,
    })
  }
  let dispenserTop = 1330
  if (spec.screen !== 'none') {
    // A narrow front gets a smaller picture of the same shape, so that it never runs under a handle.
    const full = spec.screen === 's7' ? { w: 176, h: 118 } : { w: 288, h: 496 }
    const w = Math.min(full.w, second.panel.w - 108, spec.doors === 'french_door' ? 288 : 200)
    const size = { w, h: (w * full.h) / full.w }
    const below = topOf(second) - 118
    const y = spec.screen === 's7' ? Math.min(1475, below - size.h / 2) : below - size.h / 2 - 14
    fixtures.push({ kind: 'screen', look: spec.screen, on: second.id, x: second.panel.x, y, ...size })
    if (second.id === first.id) dispenserTop = Math.min(dispenserTop, y - size.h / 2 - 34)
  }
  if (spec.dispenser) {
    const bottom = first.panel.y - first.panel.h / 2
    dispenserTop = Math.min(dispenserTop, topOf(first) - 118)
    const h = Math.min(330, dispenserTop - bottom - 40)
    const y = dispenserTop - h / 2
    fixtures.push({
      kind: 'dispenser',
      look: 'niche',
      on: first.id,
      x: first.panel.x,
      y,
      w: Math.min(196, first.panel.w * 0.48),
      h,
    })
  }
  if (spec.einkTag) {
    const out = last.kind === 'door' && last.hinge === 'left' ? -1 : 1
    const x = last.panel.x + out * (last.panel.w / 2 - 84)
    fixtures.push({ kind: 'eink', look: 'tag', on: last.id, x, y: topOf(last) - 104, w: 84, h: 54 })
  }
  return fixtures
}

/** Gives the handles that stand proud of the fronts: none for recessed and push-to-open. */
export function handlesOf(spec: FridgeSpec, fronts: readonly Front[] = frontsOf(spec)): HandleBar[] {
  if (spec.handle !== 'bar' && spec.handle !== 'leather') return []
  const kind = spec.handle
  return fronts.map((front): HandleBar => {
    const free = front.hinge === 'left' ? 1 : -1
    const upper = front.id === 'upper_left' || front.id === 'upper_right'
    if (front.kind === 'drawer') {
      const w = kind === 'bar' ? Math.min(front.w * 0.66, 620) : 40
      const h = kind === 'bar' ? 14 : 104
      const y = front.y + front.h / 2 - (kind === 'bar' ? 62 : 40 + h / 2)
      return { on: front.id, kind, vertical: kind === 'leather', x: front.x, y, w, h }
    }
    const length = kind === 'bar' ? Math.min(front.h * (upper ? 0.56 : 0.62), 720) : 168
    const inset = front.x + free * (front.w / 2 - (kind === 'bar' ? 44 : 52))
    const edge = kind === 'bar' ? 56 : 84
    const y = upper ? front.y - front.h / 2 + edge + length / 2 : front.y + front.h / 2 - edge - length / 2
    return { on: front.id, kind, vertical: true, x: inset, y, w: kind === 'bar' ? 14 : 40, h: length }
  })
}

/** How many of the chosen drawers are vegetable drawers in the fridge and how many are in the freezer. */
export function drawerPlan(drawers: number): { crispers: number; freezer: number } {
  const crispers = drawers >= 5 ? 2 : drawers >= 2 ? 1 : 0
  return { crispers, freezer: drawers - crispers }
}

/** The cabinet's own colour beside its fronts (sRGB hex): a light, middle or dark grey that sits well with them. */
export function shellTone(spec: FridgeSpec): string {
  if (spec.finish === 'steel') return '#8b8f93'
  return greyBeside(panelColour(spec, 'upper_left'))
}
