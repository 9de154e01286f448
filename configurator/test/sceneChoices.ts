import * as fc from 'fast-check'
import type { Appliance } from '../src/scene/appliance.ts'

const ral = ['RAL9010', 'RAL7016', 'RAL3003', 'RAL5024', 'RAL6021']

/** Every value the picture follows, whether or not the rules would allow the combination: the picture must be total. */
export const everyValue = {
  width_mm: [600, 650, 700, 750, 800, 850, 900],
  height_mm: [1600, 1700, 1800, 1900, 2000],
  depth_mm: [600, 650, 700],
  doors: ['two_door', 'three_door', 'french_door'],
  hinge: ['left', 'right', 'both'],
  finish: ['lacquer', 'steel', 'glass', 'wood_ready'],
  colour_upper_left: ral,
  colour_lower: ral,
  colour_upper_right: ['none', ...ral],
  colour_middle: ['none', ...ral],
  handle: ['bar', 'recessed', 'leather', 'push_open'],
  nameplate: ['none', 'engraved', 'lit'],
  engraving: ['', 'Mira & Jonas'],
  dispenser: [false, true],
  ice_maker: ['none', 'manual', 'auto', 'craft'],
  water_line: ['none', 'fixed', 'tank'],
  drawers: [1, 2, 3, 4, 5, 6],
  wine_zone: [false, true],
  light: ['led', 'ambient_rgb'],
  screen: ['none', 's7', 's21'],
  camera: [false, true],
  eink_tag: [false, true],
  no_frost: [true, false],
} as const

/** Any fridge. */
export const anyAppliance: fc.Arbitrary<Appliance> = fc
  .record(
    Object.fromEntries(
      Object.entries(everyValue).map(([id, values]) => [
        id,
        fc.constantFrom(...(values as readonly (string | number | boolean)[])),
      ]),
    ),
  )
  .map((choices) => ({ family: 'fridge' as const, choices }))

/** A fridge of given choices. */
export const fridge = (choices: Appliance['choices'] = {}): Appliance => ({ family: 'fridge', choices })
