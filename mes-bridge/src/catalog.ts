/** The products the bridge knows: those on sale, and those of orders placed under earlier rules. */
import { openAnyProduct } from '@lot-one/rules'
import type { Product, ProductModel, ProductPackage } from '@lot-one/rules'
import { createRulesThread } from '@lot-one/rules/files'
import type { Journal } from './journal.ts'

/** One product under one set of rules: the machine that decides and the model that derives what is built. */
export interface CatalogEntry {
  readonly product: Product
  readonly model: ProductModel
}

/** An entry and the rule file it came from. */
interface OnSale extends CatalogEntry {
  readonly file: string
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
  const rules = createRulesThread(workerFile)
  let entries: readonly OnSale[] = []
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
     * Loads the rules of an order date (ISO day). What is on sale changes only for whole, sound rule files that are kept in the
     * journal; a product whose file has a mistake stays on sale under the rules it had, and the mistakes are told.
     * @returns what changed on sale, as sentences; `trouble`: why nothing could be loaded.
     */
    async load(day: string): Promise<{ readonly trouble?: string; readonly changes: readonly string[] }> {
      const { products, problems, refused } = await rules.load(folder, { at: day, cacheDir })
      for (const { file, line, column, message } of problems) warn(`${file}:${line}:${column} ${message}`)
      for (const { package: pkg, model } of products) {
        const kept = await journal.keepRules(pkg.rulesHash, JSON.stringify({ package: pkg, model }))
        if (kept.outcome === 'unavailable')
          return { trouble: `The rules of ${pkg.id} could not be kept: ${kept.reason}`, changes: [] }
      }
      const before = entries
      const opened = products.map(async ({ file, package: pkg, model }): Promise<OnSale> => {
        const same = before.find(({ product }) => product.package.rulesHash === pkg.rulesHash)
        return { file, product: same?.product ?? (await openAnyProduct(pkg)), model }
      })
      const stay = before.filter(
        ({ file, product }) =>
          (refused.includes(file) || refused.includes(folder)) &&
          !products.some(({ package: pkg }) => pkg.id === product.package.id),
      )
      const after = [...(await Promise.all(opened)), ...stay].toSorted((a, b) => (a.file < b.file ? -1 : 1))
      if (after.length === 0)
        return { trouble: `No product file in ${folder} can be used on ${day}`, changes: [] }
      entries = after
      return { changes: [...stay.map(staysInForce), ...changesBetween(before, after)] }
    },
    /** Ends the thread that compiles; what is on sale stays. */
    close: () => rules.close(),
  }
}

const idOf = ({ product }: CatalogEntry) => product.package.id
const shortHash = ({ product }: CatalogEntry) => product.package.rulesHash.slice(0, 12)

const staysInForce = (entry: OnSale) =>
  `${idOf(entry)} stays on sale under the rules ${shortHash(entry)}: ${entry.file} has mistakes`

function changesBetween(before: readonly OnSale[], after: readonly OnSale[]): string[] {
  const live = after
    .filter((entry) => !before.some((old) => shortHash(old) === shortHash(entry)))
    .map((entry) => `${idOf(entry)} is on sale under the rules ${shortHash(entry)}`)
  const gone = before
    .filter((old) => !after.some((entry) => idOf(entry) === idOf(old)))
    .map((old) => `${idOf(old)} is no longer on sale`)
  return [...live, ...gone]
}
