/** Rule files on disk -> products ready to serve. Node only; the one place of the rules that reads and writes files. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, effectiveIntervals, holdsAt } from './compile.ts'
import type { CompileOptions } from './compile.ts'
import { knownOrder, unfitOrder } from './lock.ts'
import { decodeDiagram, fromBase64 } from './diagram.ts'
import type { Problem, ProductModel } from './model.ts'
import { modelHash, packageOf, rulesHashOf } from './package.ts'
import { loadProductModel } from './productModel.ts'
import type { Loaded } from './productModel.ts'
import type { ProductPackage } from './product.ts'
import { canonicalJson, sha256 } from './sha256.ts'

export { createRulesThread } from './inWorker.ts'

export interface LoadOptions {
  /** Order date (ISO day): the rules of that day are compiled. */
  readonly at: string
  /** Folder for compiled machines, so that a start with unchanged rules compiles nothing. Made when absent. */
  readonly cacheDir?: string
  /** How far each compile may go; absent: the compiler's own. */
  readonly budget?: CompileOptions['budget']
}

export interface LoadedProduct {
  readonly file: string
  readonly model: ProductModel
  readonly package: ProductPackage
}

/** `products` are complete and provably sound; whatever is not stands in `problems`, as does a lock that was left aside. */
export interface LoadedProducts {
  readonly products: readonly LoadedProduct[]
  readonly problems: readonly Problem[]
  /** Files that have a mistake, or the folder when it could not be read. Not those that are out of effect on the day. */
  readonly refused: readonly string[]
}

const readText = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Loads one family or scene with everything it names. `undefined` when the file cannot be read. */
export function loadFile(file: string): Loaded | undefined {
  const text = readText(file)
  return text === undefined ? undefined : loadProductModel(text, file, readText)
}

/** Changes with the code that compiles, so that an update never serves what an older compiler made. */
const compilerDigest = createHash('sha256')
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest('hex')

/** A cached package is used only when it is whole, decodable and made of this very model: its hash is computed again. */
async function readCached(path: string, model: ProductModel): Promise<ProductPackage | undefined> {
  try {
    const cached = JSON.parse(await readFile(path, 'utf8')) as ProductPackage
    const { rulesHash, ...content } = cached
    if (rulesHashOf(model, content) !== rulesHash) return undefined
    decodeDiagram(fromBase64(cached.machine))
    decodeDiagram(fromBase64(cached.ruleDiagrams))
    return cached
  } catch {
    return undefined
  }
}

/** Written beside and renamed, so that a crash never leaves half a file; a cache that cannot be written is no cache. */
async function writeCached(path: string, content: ProductPackage): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, JSON.stringify(content), { mode: 0o600 })
    await rename(temporary, path)
  } catch {
    // The next start compiles again.
  }
}

async function compileOne(
  file: string,
  model: ProductModel,
  options: LoadOptions,
  doubts: Problem[],
): Promise<LoadedProduct | Problem[]> {
  const interval = effectiveIntervals(model).find((each) => holdsAt(each, options.at))
  const key = sha256(canonicalJson([compilerDigest, modelHash(model), interval]))
  const path = options.cacheDir && join(options.cacheDir, `${model.id}-${key.slice(0, 32)}.json`)
  const cached = path === undefined ? undefined : await readCached(path, model)
  if (cached) return { file, model, package: cached }
  const { order, near, warning } = knownOrder(model, file, options.at)
  const compiled = compile(model, {
    at: options.at,
    now: () => performance.now(),
    ...(order && { order }),
    ...(near && { near }),
    ...(options.budget && { budget: options.budget }),
  })
  if (!compiled.ok || compiled.problems.length > 0) return [...compiled.problems]
  const unfit = order !== undefined && order.join() !== compiled.order.join()
  const doubt = unfit ? unfitOrder(file) : warning
  if (doubt) doubts.push(doubt)
  const product: LoadedProduct = { file, model, package: packageOf(model, compiled) }
  if (path !== undefined) await writeCached(path, product.package)
  return product
}

/**
 * Loads and compiles every family and scene of a folder (`*.yaml`, in order of name) for one order date. A file with problems
 * is left out and reported; the others are served. Never throws: a folder that cannot be read is a problem too.
 */
export async function loadProducts(folder: string, options: LoadOptions): Promise<LoadedProducts> {
  const products: LoadedProduct[] = []
  const problems: Problem[] = []
  const refused: string[] = []
  let names: string[]
  try {
    names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    return {
      products,
      problems: [
        { file: folder, line: 1, column: 1, message: `the folder of rule files cannot be read (${reason})` },
      ],
      refused: [folder],
    }
  }
  if (names.length === 0)
    problems.push({
      file: folder,
      line: 1,
      column: 1,
      message: 'there is no rule file (*.yaml) in this folder',
    })
  for (const name of names) {
    const file = join(folder, name)
    const loaded = loadFile(file)
    if (!loaded?.model) {
      refused.push(file)
      problems.push(
        ...(loaded?.problems ?? [{ file, line: 1, column: 1, message: 'the file cannot be read' }]),
      )
      continue
    }
    const { model } = loaded
    const twin = products.find((product) => product.model.id === model.id)
    if (twin) {
      refused.push(file)
      problems.push({
        file,
        line: 1,
        column: 1,
        message: `${model.id} is already the id of ${basename(twin.file)}`,
      })
      continue
    }
    if (!holdsAt(model.effective, options.at)) {
      problems.push({
        file,
        line: 1,
        column: 1,
        message: `${model.id} cannot be ordered on ${options.at}: it is in effect ${describeInterval(model)}`,
      })
      continue
    }
    const product = await compileOne(file, model, options, problems)
    if (Array.isArray(product)) {
      refused.push(file)
      problems.push(...product)
    } else products.push(product)
  }
  return { products, problems, refused }
}

const describeInterval = ({ effective: { from, until } }: ProductModel): string =>
  [from && `from ${from}`, until && `until ${until}`].filter(Boolean).join(' ')
