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
  nameplate: { area: 'top', isOpen: false },
  engraving: { area: 'top', isOpen: false },
  dispenser: { area: 'dispenser', isOpen: false },
  screen: { area: 'screen', isOpen: false },
  camera: { area: 'screen', isOpen: false },
  drawers: inside,
  wine_zone: inside,
  light: inside,
  ice_maker: inside,
}

/** Gives where to look for the option touched last, or else for the step. Ids the picture does not know show the whole. */
export function attentionFor(step: string, option: string | undefined): Attention {
  return (option !== undefined ? byId[option] : undefined) ?? byId[step] ?? whole
}
