/**
 * The oven as a flat elevation in millimetres, x to the right from the middle, y up from the floor. Drawing and 3D read
 * the same figures; nothing here knows three.
 */
import type { Appliance } from './appliance.ts'
import { greyBeside, oneOf, RAL_COLOURS, ralOf, within, wordsOf } from './choices.ts'
import { FINISH_COLOURS, type HandleBar, type Rect } from './layouts.ts'

/** An oven with every value known and in range. */
export interface OvenSpec {
  widthMm: number
  /** Without hob and drawer. */
  heightMm: number
  depthMm: number
  hob: 'none' | 'gas' | 'induction'
  drawer: 'none' | 'storage' | 'warming'
  finish: 'lacquer' | 'steel' | 'glass'
  /** RAL id. */
  colour: string
  door: 'drop' | 'side' | 'slide'
  hinge: 'left' | 'right'
  pane: 'clear' | 'mirror' | 'black'
  handle: 'bar' | 'recessed' | 'leather' | 'push_open'
  control: 'knob' | 'touch' | 'display'
  nameplate: 'none' | 'engraved' | 'lit'
  engraving: string
  cleaning: 'enamel' | 'catalytic' | 'pyrolysis'
  steam: 'none' | 'tank' | 'fixed'
  microwave: boolean
  fans: number
  grill: boolean
  racks: number
  rails: 0 | 1 | 3
  light: 'halogen' | 'led' | 'ambient_rgb'
  probe: boolean
  camera: boolean
}

/** Reads an appliance's choices; what is missing or unknown becomes the default. Total. */
export function ovenSpec({ choices }: Appliance): OvenSpec {
  const widthMm = within(choices['width_mm'], 450, 900, 600)
  return {
    widthMm,
    heightMm: within(choices['height_mm'], 440, 620, 600),
    depthMm: within(choices['depth_mm'], 480, 640, 550),
    hob: oneOf(choices['hob'], ['none', 'gas', 'induction'], 'none'),
    drawer: oneOf(choices['drawer'], ['none', 'storage', 'warming'], 'none'),
    finish: oneOf(choices['finish'], ['lacquer', 'steel', 'glass'], 'lacquer'),
    colour: ralOf(choices['colour'], 'RAL9010'),
    door: oneOf(choices['door'], ['drop', 'side', 'slide'], 'drop'),
    hinge: oneOf(choices['hinge'], ['left', 'right'], 'left'),
    pane: oneOf(choices['pane'], ['clear', 'mirror', 'black'], 'clear'),
    handle: oneOf(choices['handle'], ['bar', 'recessed', 'leather', 'push_open'], 'bar'),
    control: oneOf(choices['control'], ['knob', 'touch', 'display'], 'knob'),
    nameplate: oneOf(choices['nameplate'], ['none', 'engraved', 'lit'], 'none'),
    engraving: wordsOf(choices['engraving']),
    cleaning: oneOf(choices['cleaning'], ['enamel', 'catalytic', 'pyrolysis'], 'enamel'),
    steam: oneOf(choices['steam'], ['none', 'tank', 'fixed'], 'none'),
    microwave: choices['microwave'] === true,
    fans: Math.round(within(choices['fans'], 1, 2, widthMm >= 750 ? 2 : 1)),
    grill: choices['grill'] !== false,
    racks: Math.round(within(choices['racks'], 1, 5, 2)),
    rails: choices['rails'] === 'three' ? 3 : choices['rails'] === 'one' ? 1 : 0,
    light: oneOf(choices['light'], ['halogen', 'led', 'ambient_rgb'], 'halogen'),
    probe: choices['probe'] === true,
    camera: choices['camera'] === true,
  }
}

/** Colour of the front as sRGB hex: steel is never painted. */
export const ovenColour = (spec: OvenSpec): string =>
  spec.finish === 'steel' ? FINISH_COLOURS.steel : RAL_COLOURS[spec.colour]!

/** The casing's grey beside its front. */
export const ovenTone = (spec: OvenSpec): string =>
  spec.finish === 'steel' ? '#8b8f93' : greyBeside(ovenColour(spec))

/** sRGB of the door glass where it is not seen through. */
export const PANE_COLOURS = { clear: '#15171a', mirror: '#8d949b', black: '#0a0b0d' } as const

/** The front's parts, millimetres. */
export interface OvenFront {
  /** Whole height with hob and drawer. */
  heightMm: number
  /** Where the oven itself begins and ends. */
  low: number
  top: number
  fascia: Rect
  door: Rect
  /** The coloured part of the door: less a recessed grip. */
  panel: Rect
  window: Rect
  drawer: Rect | null
  handle: Omit<HandleBar, 'on'> | null
  control: Rect
  plate: Rect
}

const GAP = 3
const DRAWER = 142
const GRIP = 30
/** Height of a hob above the oven. */
export const HOB = { none: 0, gas: 62, induction: 15 } as const

/** Lays out the front. */
export function ovenFront(spec: OvenSpec): OvenFront {
  const { widthMm: w, heightMm: h } = spec
  const low = spec.drawer === 'none' ? 0 : DRAWER
  const top = low + h
  const fasciaH = h < 500 ? 88 : 104
  const rect = (x: number, y0: number, y1: number, width: number): Rect => ({
    x,
    y: (y0 + y1) / 2,
    w: width,
    h: y1 - y0,
  })
  const doorTop = top - fasciaH - GAP
  const door = rect(0, low + 6, doorTop, w)
  const side = spec.door === 'side'
  const free = spec.hinge === 'left' ? 1 : -1
  const recessed = spec.handle === 'recessed'
  const panel = !recessed
    ? door
    : side
      ? { ...door, x: (-free * GRIP) / 2, w: w - GRIP }
      : { ...door, y: door.y - GRIP / 2, h: door.h - GRIP }
  // A handle wants a strip of its own above or beside the window.
  const proud = spec.handle === 'bar' || spec.handle === 'leather'
  const strip = proud ? 62 : 26
  const leaf = {
    x0: panel.x - panel.w / 2,
    x1: panel.x + panel.w / 2,
    y0: panel.y - panel.h / 2,
    y1: panel.y + panel.h / 2,
  }
  const edge = Math.min(64, w * 0.1)
  const plateRoom = spec.nameplate === 'none' ? 42 : 58
  const x0 = leaf.x0 + (side && free < 0 && proud ? strip + 12 : edge)
  const x1 = leaf.x1 - (side && free > 0 && proud ? strip + 12 : edge)
  const [y0, y1] = [leaf.y0 + plateRoom, leaf.y1 - (side || !proud ? 40 : strip + 12)]
  const window: Rect = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: x1 - x0, h: y1 - y0 }
  const own = spec.nameplate === 'engraved' && spec.engraving !== ''
  const plateW = own ? Math.min(210, w * 0.4) : 104
  const controlW = spec.control === 'knob' ? Math.min(200, w * 0.34) : w * 0.62
  return {
    heightMm: top + HOB[spec.hob],
    low,
    top,
    fascia: rect(0, top - fasciaH, top, w),
    door,
    panel,
    window,
    drawer: low > 0 ? rect(0, 4, low - GAP, w) : null,
    handle: handleOf(spec, panel, side, free),
    control: rect(0, top - fasciaH + 20, top - 20, controlW),
    plate: {
      x: 0,
      y: leaf.y0 + plateRoom / 2,
      w: plateW,
      h: own ? plateW / 6.4 : plateW / 5,
    },
  }
}

function handleOf(spec: OvenSpec, panel: Rect, side: boolean, free: number): OvenFront['handle'] {
  if (spec.handle !== 'bar' && spec.handle !== 'leather') return null
  const kind = spec.handle
  if (side) {
    const h = kind === 'bar' ? panel.h * 0.66 : 150
    const inset = kind === 'bar' ? 34 : 38
    return {
      kind,
      vertical: true,
      x: panel.x + free * (panel.w / 2 - inset),
      y: panel.y,
      w: kind === 'bar' ? 14 : 40,
      h,
    }
  }
  const y = panel.y + panel.h / 2
  if (kind === 'bar') return { kind, vertical: false, x: 0, y: y - 34, w: panel.w * 0.78, h: 14 }
  return { kind, vertical: true, x: 0, y: y - 36, w: 40, h: 66 }
}
