/** Every family's model behind one door. */
import type { Appliance } from './appliance.ts'
import { fridgeModel } from './fridgeModel.ts'
import type { Model } from './model.ts'
import { ovenModel } from './oven.ts'
import { washerModel } from './washer.ts'

/** Reads an appliance into its family's model. Total: what is missing or unknown becomes a default. */
export function modelOf(appliance: Appliance): Model {
  if (appliance.family === 'washer') return washerModel(appliance)
  if (appliance.family === 'oven') return ovenModel(appliance)
  return fridgeModel(appliance)
}
