import type { Appliance, Family } from '../scene/appliance.ts'

const families: readonly Family[] = ['fridge', 'washer', 'oven']

/** Gives what the picture shows of a product: its family is the first word of its id, a fridge when it has no picture of its own. */
export function applianceOf(productId: string, choices: Appliance['choices']): Appliance {
  return { family: families.find((family) => productId.startsWith(family)) ?? 'fridge', choices }
}
