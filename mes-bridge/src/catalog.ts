/** The products the bridge knows: those on sale, and those of orders placed under earlier rules. */
import type { Product, ProductModel } from '@lot-one/rules'

/** One product under one set of rules: the machine that decides and the model that derives what is built. */
export interface CatalogEntry {
  readonly product: Product
  readonly model: ProductModel
}

export interface Catalog {
  /** What can be ordered now, in the order of the rule files. */
  onSale(): readonly CatalogEntry[]
  /** The rules an order was placed with. `undefined`: never kept here. */
  byHash(rulesHash: string): Promise<CatalogEntry | undefined>
}
