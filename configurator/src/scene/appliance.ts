/** The families that have a picture. */
export type Family = 'fridge' | 'washer' | 'oven'

/**
 * One appliance as the picture needs it: a family and the option values of its rule file, plain and JSON-able.
 * Sizes are millimetres, everything else is the option's own value id. Values the picture does not know are
 * drawn as that option's default, so a newer rule file never breaks an older page.
 */
export interface Appliance {
  family: Family
  choices: Readonly<Record<string, string | number | boolean>>
}

/** What the camera can look at; `whole` is the resting view. */
export type FocusArea =
  | 'whole'
  | 'front'
  | 'handle'
  | 'inside'
  | 'top'
  | 'bottom'
  | 'dispenser'
  | 'screen'
  | 'nameplate'
  | 'door'
  | 'controls'
  | 'drawer'

/**
 * What a station can have finished, in the order a unit usually grows: sheet metal, paint; foam of a fridge, drum of a
 * washer, cavity of an oven; cooling circuit, electronics, final assembly.
 */
export type BuildStage = 'body' | 'paint' | 'foam' | 'drum' | 'cavity' | 'cooling' | 'smart' | 'complete'

/** The stages that exist, in order. */
export const BUILD_STAGES: readonly BuildStage[] = [
  'body',
  'paint',
  'foam',
  'drum',
  'cavity',
  'cooling',
  'smart',
  'complete',
]
