import type { FocusArea } from '../scene/appliance.ts'

/** Where the picture looks while an option or a step is being chosen, and whether the doors stand open for it. */
export interface Attention {
  readonly area: FocusArea
  readonly isOpen: boolean
}

const whole: Attention = { area: 'whole', isOpen: false }
const inside: Attention = { area: 'inside', isOpen: true }

const byId: Readonly<Record<string, Attention>> = {
  // steps
  inside,
  // options
  handle: { area: 'handle', isOpen: false },
  nameplate: { area: 'nameplate', isOpen: false },
  engraving: { area: 'nameplate', isOpen: false },
  dispenser: { area: 'dispenser', isOpen: false },
  screen: { area: 'screen', isOpen: false },
  camera: { area: 'screen', isOpen: false },
  drawers: inside,
  wine_zone: inside,
  light: inside,
  ice_maker: inside,
  // washing machine
  door_mm: { area: 'door', isOpen: false },
  ring: { area: 'door', isOpen: false },
  control: { area: 'controls', isOpen: false },
  dosing: { area: 'drawer', isOpen: false },
  load_kg: inside,
  base: { area: 'bottom', isOpen: false },
  installation: { area: 'top', isOpen: false },
  // oven
  pane: { area: 'front', isOpen: false },
  door: { area: 'whole', isOpen: true },
  hob: { area: 'top', isOpen: false },
  drawer: { area: 'bottom', isOpen: true },
  racks: inside,
  rails: inside,
  probe: inside,
  cleaning: inside,
  grill: inside,
  microwave: inside,
}

/** Gives where to look for the option touched last, or else for the step. Ids the picture does not know show the whole. */
export function attentionFor(step: string, option: string | undefined): Attention {
  return (option !== undefined ? byId[option] : undefined) ?? byId[step] ?? whole
}
