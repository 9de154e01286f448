/** Designs that ask most of the picture. */

/** A wide fridge with three fronts of two colours. */
export const french = {
  doors: 'french_door',
  width_mm: 900,
  height_mm: 2000,
  hinge: 'both',
  colour_upper_left: 'RAL6021',
  colour_upper_right: 'RAL6021',
  colour_middle: 'RAL9010',
  handle: 'bar',
  finish: 'glass',
}
/** The fridge with every fitting it can have. */
export const everything = {
  ...french,
  dispenser: true,
  screen: 's21',
  camera: true,
  eink_tag: true,
  nameplate: 'lit',
  ice_maker: 'craft',
  water_line: 'tank',
  wine_zone: true,
  light: 'ambient_rgb',
}

/** The plainest and the busiest of the other families. */
export const busy = {
  washer: [
    {},
    {
      width_mm: 700,
      depth_mm: 650,
      load_kg: 12,
      door_mm: 380,
      base: 'drawer',
      installation: 'column',
      finish: 'glass',
      ring: 'copper',
      control: 'display',
      dosing: 'auto_twin',
      dryer: 'heat_pump',
      water: 'cold_hot',
      light: 'ambient_rgb',
      nameplate: 'engraved',
      engraving: 'Mira & Jonas',
    },
  ],
  oven: [
    {},
    {
      width_mm: 900,
      depth_mm: 600,
      hob: 'gas',
      drawer: 'storage',
      finish: 'steel',
      control: 'display',
      fans: 2,
      racks: 5,
      rails: 'three',
      probe: true,
      camera: true,
      steam: 'tank',
      light: 'ambient_rgb',
      nameplate: 'engraved',
      engraving: 'Mira & Jonas',
    },
  ],
} as const
