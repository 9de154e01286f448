import { openProduct } from '@lot-one/rules'
import type { ProductPackage } from '@lot-one/rules'
import fridgeYaml from '../../rules/products/fridge.yaml?raw'
import { compile } from '../../rules/src/compile.ts'
import { packageOf } from '../../rules/src/package.ts'
import { loadProductModel } from '../../rules/src/productModel.ts'
import type { Keeper } from '../src/session/keeper.ts'

/** Compiles the shipped fridge, or an edited copy of its file. */
export const fridgePackage = (edit: (yaml: string) => string = (yaml) => yaml): ProductPackage =>
  packageFrom(edit(fridgeYaml))

/** Compiles a rule file. */
export function packageFrom(yaml: string): ProductPackage {
  const { model, problems } = loadProductModel(yaml, 'product.yaml')
  if (!model) throw new Error(problems.map((p) => `${p.line}: ${p.message}`).join('\n'))
  const compiled = compile(model, { at: '2026-11-20', now: () => 0 })
  if (!compiled.ok) throw new Error('too big')
  return packageOf(model, compiled)
}

export const fridge = openProduct(fridgePackage())

/** A storage that lives as long as the test. */
export function memory(): Keeper & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    read: (key) => kept.get(key) ?? null,
    write: (key, text) => void (text === undefined ? kept.delete(key) : kept.set(key, text)),
  }
}
