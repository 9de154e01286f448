/** Opens any product: what lazy rules need is fetched only where a product has some. */
import { openProduct } from './openProduct.ts'
import type { Product, ProductPackage } from './product.ts'

/** Opens a package for questions, like `openProduct`. */
export async function openAnyProduct(pkg: ProductPackage): Promise<Product> {
  const isLazy = pkg.rules.some((rule) => rule.lazy === true)
  return openProduct(pkg, isLazy ? (await import('./lazyMachine.ts')).createLazyMachine : undefined)
}
