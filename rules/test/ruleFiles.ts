/** What the tests of rule files share: loading from the fixtures and small families around the part under test. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ProductModel } from '../src/model.ts'
import { loadProductModel } from '../src/productModel.ts'
import type { Loaded } from '../src/productModel.ts'

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
export const product = (name: string): string =>
  fileURLToPath(new URL(`../products/${name}`, import.meta.url))

export const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

export const loadPath = (file: string): Loaded => loadProductModel(readFileSync(file, 'utf8'), file, readText)

/** The model of a file that must be sound. */
export function modelOf(loaded: Loaded): ProductModel {
  if (!loaded.model) throw new Error(problemsOf(loaded).join('\n'))
  return loaded.model
}

/** `line:column message` of every problem. */
export const problemsOf = (loaded: Loaded): string[] =>
  loaded.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)

/** A family with five sound lines at its head; the body under test starts at line 6. */
export const family = (body: string): string =>
  `rules: 1\nfamily: small\ntitle: Small\nversion: 1.0.0\ncurrency: EUR\n${body}`

export const loadFamily = (body: string, files: Readonly<Record<string, string>> = {}): Loaded =>
  loadProductModel(family(body), 'small.yaml', (file) => files[file])
