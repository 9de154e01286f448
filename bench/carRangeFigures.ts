/** Figures of the section `rules` about a table-heavy range (`carRange.ts`): loading, compiling, asking. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openProduct } from '@lot-one/rules'
import type { Product, ProductModel, Question, Value } from '@lot-one/rules'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { carRange } from './carRange.ts'
import { quantile, seeded } from './harness.ts'
import type { Bench, Figure } from './harness.ts'

const seed = 1

/** Measures on files in the run's folder; the order of variables comes from `carRange.lock.json`, as `rules check` writes it. */
export async function carRangeFigures(bench: Bench): Promise<Figure[]> {
  const range = carRange(seed)
  const folder = join(bench.folder, 'car-range')
  const file = join(folder, 'car.yaml')
  await mkdir(folder, { recursive: true })
  await writeFile(file, range.yaml)
  for (const [name, text] of range.csv) await writeFile(join(folder, name), text)
  await copyFile(join(bench.root, 'bench/carRange.lock.json'), join(folder, 'car.lock.json'))

  const loading = performance.now()
  const model = loadFile(file)?.model
  const loadMs = performance.now() - loading
  if (!model) throw new Error(`${file} has problems; the generator is wrong`)
  const { order, warning } = knownOrder(model, file, undefined)
  if (!order)
    throw new Error(`${warning?.message ?? 'no lock'}: run rules check on the range and keep its lock`)
  const times: number[] = []
  let compiled
  for (let n = 0; n < (bench.quick ? 2 : 5); n++) {
    const start = performance.now()
    compiled = compile(model, { order })
    times.push(performance.now() - start)
  }
  if (!compiled?.ok) throw new Error('the car range is too big to compile')
  const product = openProduct(packageOf(model, compiled))
  const { asked, explained } = clickTimes(model, product, bench.quick ? 10 : 100)
  const shape = `${range.options} options, ${range.csv.size} tables, ${range.rows.toLocaleString('en')} rows`
  return [
    { name: 'car range: products', value: compiled.configurations.toLocaleString('en'), note: shape },
    { name: 'car range: loading YAML and CSV', value: loadMs, unit: 'ms', note: 'once, from disk' },
    {
      name: 'car range: compile with lock, p50',
      value: quantile(times, 0.5),
      unit: 'ms',
      bar: { atMost: 2000 },
    },
    ...(bench.quick ? [] : [firstCompile(model)]),
    { name: 'car range: nodes', value: compiled.nodes },
    {
      name: 'car range: machine file',
      value: gzipSync(compiled.machine, { level: 9 }).length,
      unit: 'bytes gzip',
      bar: { atMost: 16_384 },
    },
    {
      name: 'car range: status, changes and price of every value, p50',
      value: quantile(asked, 0.5),
      unit: 'ms',
      bar: { atMost: 0.1 },
      note: `${asked.length} different clicks, p95 ${quantile(asked, 0.95).toFixed(3)} ms`,
    },
    {
      name: 'car range: explanation of a conflict, p50',
      value: quantile(explained, 0.5),
      unit: 'ms',
      note: `${explained.length} conflicts, p95 ${quantile(explained, 0.95).toFixed(2)} ms`,
    },
  ]
}

function firstCompile(model: ProductModel): Figure {
  const start = performance.now()
  const searched = compile(model)
  if (!searched.ok) throw new Error('no order for the car range within the default budget')
  const seconds = (performance.now() - start) / 1000
  return { name: 'car range: first compile, order searched', value: seconds, unit: 's' }
}

/** Random sessions of eight choices; after each, every status, and the explanation of one choice that clashes. */
function clickTimes(model: ProductModel, product: Product, sessions: number) {
  const random = seeded(591)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const timed = (work: () => unknown) => {
    const start = performance.now()
    work()
    return performance.now() - start
  }
  const [asked, explained]: [number[], number[]] = [[], []]
  for (let session = 0; session < sessions; session++) {
    const selection: Record<string, Value> = {}
    for (let choice = 0; choice < 8; choice++) {
      const question: Question = { context: {}, selection: { ...selection } }
      asked.push(timed(() => product.statuses(question)))
      const statuses = product.statuses(question)
      const open = model.options.filter(({ id, role }) => role === 'choice' && !(id in selection))
      const values = open.flatMap(({ id, values: all }) =>
        all.map((value) => ({ id, value, ...statuses[id]![String(value)]! })),
      )
      const clashing = values.filter(({ status, changes }) => status === 'conflict' && changes > 0)
      if (clashing.length > 0) {
        const { id, value } = pick(clashing)
        const clash = { context: {}, selection: { ...selection, [id]: value } }
        explained.push(timed(() => product.explain(clash)))
      }
      const free = values.filter(({ status }) => status === 'free')
      if (free.length === 0) break
      const { id, value } = pick(free)
      selection[id] = value
    }
  }
  return { asked, explained }
}
