/**
 * The washing machine as a flat elevation in millimetres, x to the right from the middle, y up from the floor. Drawing
 * and 3D read the same figures; nothing here knows three.
 */
import type { Appliance } from './appliance.ts'
import { greyBeside, oneOf, RAL_COLOURS, ralOf, within, wordsOf } from './choices.ts'
import { FINISH_COLOURS, type Rect } from './layouts.ts'

/** A washing machine with every value known and in range. */
export interface WasherSpec {
  widthMm: number
  /** Without the base. */
  heightMm: number
  depthMm: number
  loadKg: number
  installation: 'freestanding' | 'under_counter' | 'column'
  base: 'none' | 'plinth' | 'drawer'
  finish: 'lacquer' | 'steel' | 'glass'
  /** RAL id. */
  colour: string
  portholeMm: number
  ring: 'white' | 'black' | 'chrome' | 'copper'
  hinge: 'left' | 'right'
  control: 'knob' | 'touch' | 'display'
  nameplate: 'none' | 'engraved' | 'lit'
  engraving: string
  light: 'none' | 'led' | 'ambient_rgb'
  dryer: 'none' | 'condenser' | 'heat_pump'
  hotWater: boolean
  aquastop: boolean
  dosing: 'drawer' | 'auto' | 'auto_twin'
}

/** Reads an appliance's choices; what is missing or unknown becomes the default. Total. */
export function washerSpec({ choices }: Appliance): WasherSpec {
  return {
    widthMm: within(choices['width_mm'], 500, 800, 600),
    heightMm: within(choices['height_mm'], 800, 900, 850),
    depthMm: within(choices['depth_mm'], 420, 700, 600),
    loadKg: within(choices['load_kg'], 5, 12, 8),
    installation: oneOf(choices['installation'], ['freestanding', 'under_counter', 'column'], 'freestanding'),
    base: oneOf(choices['base'], ['none', 'plinth', 'drawer'], 'none'),
    finish: oneOf(choices['finish'], ['lacquer', 'steel', 'glass'], 'lacquer'),
    colour: ralOf(choices['colour'], 'RAL9010'),
    portholeMm: within(choices['door_mm'], 280, 380, 340),
    ring: oneOf(choices['ring'], ['white', 'black', 'chrome', 'copper'], 'white'),
    hinge: oneOf(choices['hinge'], ['left', 'right'], 'left'),
    control: oneOf(choices['control'], ['knob', 'touch', 'display'], 'knob'),
    nameplate: oneOf(choices['nameplate'], ['none', 'engraved', 'lit'], 'none'),
    engraving: wordsOf(choices['engraving']),
    light: oneOf(choices['light'], ['none', 'led', 'ambient_rgb'], 'none'),
    dryer: oneOf(choices['dryer'], ['none', 'condenser', 'heat_pump'], 'none'),
    hotWater: choices['water'] === 'cold_hot',
    aquastop: choices['aquastop'] !== false,
    dosing: oneOf(choices['dosing'], ['drawer', 'auto', 'auto_twin'], 'drawer'),
  }
}

/** sRGB of the porthole rings. */
export const RING_COLOURS = {
  white: '#f3f1ec',
  black: '#191a1c',
  chrome: '#d6d8da',
  copper: '#c58a63',
} as const

/** Colour of the front as sRGB hex: steel is never painted. */
export const washerColour = (spec: WasherSpec): string =>
  spec.finish === 'steel' ? FINISH_COLOURS.steel : RAL_COLOURS[spec.colour]!

/** The cabinet's colour: painted like a lacquered front, grey beside glass and steel. */
export function washerTone(spec: WasherSpec): string {
  if (spec.finish === 'steel') return '#8b8f93'
  return spec.finish === 'lacquer' ? washerColour(spec) : greyBeside(washerColour(spec))
}

/** The front's parts, millimetres. */
export interface WasherFront {
  /** Whole height with the base. */
  heightMm: number
  /** Where the machine itself begins, above its base. */
  low: number
  /** The lid's or frame's lower edge. */
  top: number
  fascia: Rect
  panel: Rect
  kick: Rect
  drawer: Rect | null
  porthole: { x: number; y: number; glass: number; ring: number }
  dosing: Rect
  control: Rect
  plate: Rect
  /** The flap over the lint filter or the heat exchanger. */
  flap: Rect
}

const BASE_DRAWER = 330
const FEET = 38
const LID = 24
const FASCIA = 112
const KICK = 92
const GAP = 3

/** Lays out the front. */
export function washerFront(spec: WasherSpec): WasherFront {
  const { widthMm: w, heightMm: h, portholeMm } = spec
  const low = spec.base === 'drawer' ? BASE_DRAWER : 0
  const top = low + h - (spec.installation === 'under_counter' ? 3 : LID)
  const rect = (x: number, y0: number, y1: number, width = w): Rect => ({
    x,
    y: (y0 + y1) / 2,
    w: width,
    h: y1 - y0,
  })
  const fasciaLow = top - FASCIA
  const fascia = rect(0, fasciaLow, top - GAP)
  const panel = rect(0, low + KICK + GAP, fasciaLow - GAP)
  const dosingW = Math.min(176, w * 0.29)
  const dosing = rect(-w / 2 + 22 + dosingW / 2, fasciaLow + 20, top - 24, dosingW)
  const controlX0 = -w / 2 + dosingW + 52
  const control = rect((controlX0 + w / 2 - 22) / 2, fasciaLow + 18, top - 22, w / 2 - 22 - controlX0)
  const own = spec.nameplate === 'engraved' && spec.engraving !== ''
  const plateW = own ? 210 : 118
  const plateH = own ? plateW / 6.4 : 22
  const ring = portholeMm / 2 + 46
  const wide = spec.dryer === 'none' ? 130 : Math.min(300, w * 0.46)
  return {
    heightMm: low + h,
    low,
    top,
    fascia,
    panel,
    kick: rect(0, low + FEET, low + KICK),
    drawer: low > 0 ? rect(0, FEET, low - GAP) : null,
    porthole: { x: 0, y: panel.y - 8, glass: portholeMm / 2, ring },
    dosing,
    control,
    plate: { x: 0, y: (panel.y + panel.h / 2 + panel.y - 8 + ring) / 2, w: plateW, h: plateH },
    flap: rect(w / 2 - 34 - wide / 2, low + FEET + 9, low + KICK - 9, wide),
  }
}
