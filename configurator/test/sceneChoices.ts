import * as fc from 'fast-check'
import type { Appliance, Family } from '../src/scene/appliance.ts'

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

/** The same for the washing machine. */
export const everyWasherValue = {
  width_mm: [550, 600, 650, 700],
  height_mm: [820, 850],
  depth_mm: [450, 500, 550, 600, 650],
  load_kg: [5, 6, 7, 8, 9, 10, 11, 12],
  installation: ['freestanding', 'under_counter', 'column'],
  base: ['none', 'plinth', 'drawer'],
  finish: ['lacquer', 'steel', 'glass'],
  colour: ral,
  door_mm: [300, 340, 380],
  ring: ['white', 'black', 'chrome', 'copper'],
  hinge: ['left', 'right'],
  control: ['knob', 'touch', 'display'],
  nameplate: ['none', 'engraved', 'lit'],
  engraving: ['', 'Mira & Jonas'],
  light: ['none', 'led', 'ambient_rgb'],
  dryer: ['none', 'heat_pump'],
  water: ['cold', 'cold_hot'],
  aquastop: [true, false],
  dosing: ['drawer', 'auto', 'auto_twin'],
} as const

/** And for the oven. */
export const everyOvenValue = {
  width_mm: [450, 600, 750, 900],
  height_mm: [450, 600],
  depth_mm: [500, 550, 600],
  hob: ['none', 'gas', 'induction'],
  drawer: ['none', 'storage', 'warming'],
  finish: ['lacquer', 'steel', 'glass'],
  colour: ral,
  door: ['drop', 'side', 'slide'],
  hinge: ['left', 'right'],
  pane: ['clear', 'mirror', 'black'],
  handle: ['bar', 'recessed', 'leather', 'push_open'],
  control: ['knob', 'touch', 'display'],
  nameplate: ['none', 'engraved', 'lit'],
  engraving: ['', 'Mira & Jonas'],
  cleaning: ['enamel', 'catalytic', 'pyrolysis'],
  steam: ['none', 'tank', 'fixed'],
  microwave: [false, true],
  fans: [1, 2],
  grill: [true, false],
  racks: [1, 2, 3, 4, 5],
  rails: ['none', 'one', 'three'],
  light: ['halogen', 'led', 'ambient_rgb'],
  probe: [false, true],
  camera: [false, true],
} as const

type Values = Readonly<Record<string, readonly (string | number | boolean)[]>>

/** What the picture follows, by family. */
export const valuesOf: Readonly<Record<Family, Values>> = {
  fridge: everyValue,
  washer: everyWasherValue,
  oven: everyOvenValue,
}

/** Any appliance of a family. */
export const anyOf = (family: Family): fc.Arbitrary<Appliance> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(valuesOf[family]).map(([id, values]) => [id, fc.constantFrom(...values)]),
      ),
    )
    .map((choices) => ({ family, choices }))

/** Any fridge. */
export const anyAppliance = anyOf('fridge')

/** A fridge of given choices. */
export const fridge = (choices: Appliance['choices'] = {}): Appliance => ({ family: 'fridge', choices })
