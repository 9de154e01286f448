/** One appliance as the stage needs it, whatever its family. Pure: no renderer, no clock. */
import type { BuildStage, FocusArea } from './appliance.ts'
import type { View } from './camera.ts'
import type { FinishKind } from './layouts.ts'
import type { Offset, PartPlan } from './parts.ts'

/** What stations have finished; null: everything. */
export type Done = ReadonlySet<BuildStage> | null

/** How the surfaces look that take a colour. Colours are sRGB hex. */
export interface Looks {
  /** Everything that takes the cabinet's grey. */
  readonly tone: string
  /** Finish and colour of a panel; `bare` is sheet metal before paint. */
  panel(id: string): { readonly finish: FinishKind | 'bare'; readonly colour: string }
}

/** Where an appliance stands in a kitchen: between tall units, under a worktop, built into a tall unit, or as a range in a worktop. */
export type Seat = 'niche' | 'worktop' | 'tower' | 'range'

/** A rectangle of the front for the outline of what is not built yet, millimetres, by its middle. */
export interface FrontRect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Model {
  /** Width, height and depth, metres. */
  readonly size: Offset
  /** The side from which it is best seen, 1 the right. */
  readonly side: 1 | -1
  readonly seat: Seat
  /** Height at which a worktop meets it, metres. */
  readonly rim: number
  /** Words engraved on it; empty: none. */
  readonly words: string
  /** Whether it has lit pictures, and glass that is seen through with the doors shut. */
  readonly hasDisplay: boolean
  readonly hasGlass: boolean
  readonly outline: readonly FrontRect[]
  /** Plans every part of what stations have finished. */
  plan(done: Done): PartPlan[]
  looks(done: Done): Looks
  view(area: FocusArea, isOpen: boolean): View
}

/** Zinc-coated sheet before it is painted, sRGB. */
export const BARE_METAL = '#a9adb0'

/** Whether fronts show their colour: lacquer comes from the paint shop, other fronts arrive finished with the sheet metal. */
export const paintedBy = (finish: FinishKind, done: Done): boolean =>
  !done || (done.has('body') && (done.has('paint') || finish !== 'lacquer'))

/** Looks at everything that has left its place: the box that holds it, from well to the side. */
export function apartView({ size: [w, h, d], side, plan }: Model): View {
  const reach = plan(null).reduce((most, { apart }) => Math.max(most, apart?.[2] ?? 0), 0)
  return {
    min: [-w / 2 - 0.08, 0, -d / 2],
    max: [w / 2 + 0.08, h + 0.1, d / 2 + reach],
    yaw: side * 0.86,
    pitch: 0.22,
    fill: 0.92,
  }
}
