import type { Appliance } from '../scene/appliance.ts'

/** A family's picture is chosen by the product's id; fridges are the only family with a picture today. */
export function applianceOf(_productId: string, choices: Appliance['choices']): Appliance {
  return { family: 'fridge', choices }
}
