/** The products the bridge knows: those on sale, and those of orders placed under earlier rules. */
import { openAnyProduct } from '@lot-one/rules'
import type { Product, ProductModel, ProductPackage } from '@lot-one/rules'
import { loadProductsInWorker } from '@lot-one/rules/files'
import type { Journal } from './journal.ts'

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

export interface CatalogStart {
  /** Folder of product files. */
  readonly folder: string
  /** Folder for compiled machines. */
  readonly cacheDir: string
  /** The built thread that compiles (`rulesWorker.mjs`): orders are answered meanwhile. */
  readonly workerFile: URL
  readonly journal: Pick<Journal, 'keepRules' | 'rules'>
  /** A rule file with a mistake is left out and told here, `file:line:column message`. */
  readonly warn: (message: string) => void
}

/** How many rules of past orders are kept open. */
const maxPast = 50

/**
 * Makes an empty catalog; `load` fills it with the rules of an order date and keeps them in the journal, so that every order
 * can be changed and derived under its own rules for ever.
 */
export function createCatalog({ folder, cacheDir, workerFile, journal, warn }: CatalogStart) {
  let entries: readonly CatalogEntry[] = []
  const past = new Map<string, CatalogEntry>()

  const catalog: Catalog = {
    onSale: () => entries,
    async byHash(rulesHash) {
      const current =
        entries.find(({ product }) => product.package.rulesHash === rulesHash) ?? past.get(rulesHash)
      if (current !== undefined) return current
      const json = await journal.rules(rulesHash)
      if (json === undefined) return undefined
      const kept = JSON.parse(json) as { readonly package: ProductPackage; readonly model: ProductModel }
      const entry = { product: await openAnyProduct(kept.package), model: kept.model }
      past.set(rulesHash, entry)
      if (past.size > maxPast) past.delete(past.keys().next().value!)
      return entry
    },
  }

  return {
    catalog,
    /**
     * Loads the rules of an order date (ISO day). What was on sale stays until the new rules are kept.
     * @returns why nothing could be loaded, or undefined.
     */
    async load(day: string): Promise<string | undefined> {
      const { products, problems } = await loadProductsInWorker(folder, { at: day, cacheDir, workerFile })
      for (const { file, line, column, message } of problems) warn(`${file}:${line}:${column} ${message}`)
      for (const { package: pkg, model } of products) {
        const kept = await journal.keepRules(pkg.rulesHash, JSON.stringify({ package: pkg, model }))
        if (kept.outcome === 'unavailable') return `The rules of ${pkg.id} could not be kept: ${kept.reason}`
      }
      entries = await Promise.all(
        products.map(async ({ package: pkg, model }) => ({ product: await openAnyProduct(pkg), model })),
      )
      return products.length > 0 ? undefined : `No product file in ${folder} can be used on ${day}`
    },
  }
}
