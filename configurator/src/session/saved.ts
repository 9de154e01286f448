/**
 * Designs the shopper keeps by name in this browser, newest first. Each holds what was chosen, in clear, and what was then built of
 * it: the choices open under any later rules, the configuration draws the picture without asking for the product.
 */
import type { ProductPackage } from '@lot-one/rules'
import * as z from 'zod/mini'
import type { DesignView } from './designView.ts'
import { DesignRecord, SelectionRecord, readKept, savedKey } from './keeper.ts'
import type { Keeper } from './keeper.ts'

const SavedDesign = z.object({
  id: z.string(),
  name: z.string(),
  productId: z.string(),
  /** ISO 8601. */
  savedAt: z.string(),
  rulesHash: z.string(),
  priceCents: z.number(),
  currency: z.string(),
  design: DesignRecord,
  configuration: SelectionRecord,
})
export type SavedDesign = z.infer<typeof SavedDesign>

const keptDesigns = 100
/** Longest name, in characters. */
export const longestName = 60

/** Gives the saved designs of this browser. An entry that cannot be read does not take the others with it. */
export function savedDesigns(keeper: Keeper): readonly SavedDesign[] {
  const entries = readKept(keeper, savedKey, z.array(z.unknown())) ?? []
  return entries.flatMap((entry) => {
    const parsed = z.safeParse(SavedDesign, entry)
    return parsed.success ? [parsed.data] : []
  })
}

/** Keeps a design; one with the same id is replaced in its place. Gives the list as it is then. */
export function saveDesign(keeper: Keeper, saved: SavedDesign): readonly SavedDesign[] {
  const before = savedDesigns(keeper)
  const isKnown = before.some(({ id }) => id === saved.id)
  return write(
    keeper,
    isKnown ? before.map((each) => (each.id === saved.id ? saved : each)) : [saved, ...before],
  )
}

/** Forgets a design. Gives the list as it is then. */
export function dropDesign(keeper: Keeper, id: string): readonly SavedDesign[] {
  return write(
    keeper,
    savedDesigns(keeper).filter((each) => each.id !== id),
  )
}

/** Puts a list back as it was: the way back from a deletion. */
export function restoreDesigns(keeper: Keeper, list: readonly SavedDesign[]): readonly SavedDesign[] {
  return write(keeper, list)
}

/** Makes the entry of a design as it is on screen. */
export function savedOf(
  { id: productId, rulesHash, currency }: Pick<ProductPackage, 'id' | 'rulesHash' | 'currency'>,
  { design, configuration, price }: Pick<DesignView, 'design' | 'configuration' | 'price'>,
  { id, name, savedAtMs }: { readonly id: string; readonly name: string; readonly savedAtMs: number },
): SavedDesign {
  return {
    id,
    name,
    productId,
    savedAt: new Date(savedAtMs).toISOString(),
    rulesHash,
    priceCents: price.totalCents,
    currency,
    design: {
      context: { ...design.context },
      selection: { ...design.selection },
      texts: { ...design.texts },
    },
    configuration: { ...configuration },
  }
}

function write(keeper: Keeper, list: readonly SavedDesign[]): readonly SavedDesign[] {
  const kept = list.slice(0, keptDesigns)
  keeper.write(savedKey, JSON.stringify(kept))
  return kept
}
