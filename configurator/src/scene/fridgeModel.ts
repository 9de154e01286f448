/** The fridge as the stage's model. */
import type { Appliance } from './appliance.ts'
import { planFridge, progressOf } from './fridge.ts'
import { fridgeView, sideOf } from './fridgeViews.ts'
import { fridgeSpec, frontsOf, panelColour, shellTone, type FrontId } from './layouts.ts'
import { metres } from './mesh.ts'
import { BARE_METAL, type Model } from './model.ts'

/** Reads a fridge. */
export function fridgeModel(appliance: Appliance): Model {
  const spec = fridgeSpec(appliance)
  return {
    size: [metres(spec.widthMm), metres(spec.heightMm), metres(spec.depthMm)],
    side: sideOf(spec),
    seat: 'niche',
    rim: metres(spec.heightMm),
    words: spec.nameplate === 'engraved' ? spec.engraving : '',
    hasDisplay: spec.screen !== 'none' || spec.einkTag,
    hasGlass: false,
    outline: frontsOf(spec),
    plan: (done) => planFridge(spec, progressOf(spec.finish, done)),
    looks(done) {
      const { painted } = progressOf(spec.finish, done)
      return {
        tone: painted ? shellTone(spec) : BARE_METAL,
        panel: (id) =>
          painted
            ? { finish: spec.finish, colour: panelColour(spec, id as FrontId) }
            : { finish: 'bare', colour: BARE_METAL },
      }
    },
    view: (area, isOpen) => fridgeView(spec, area, isOpen),
  }
}
