/** Figures of the section `rules` about a table-heavy range (`carRange.ts`): loading, compiling, asking. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ProductModel } from '@lot-one/rules'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { carRange } from './carRange.ts'
import { clickTimes } from './clicks.ts'
import { quantile } from './harness.ts'
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
  const { asked, named, explained } = await clickTimes(
    bench,
    packageOf(model, compiled),
    bench.quick ? 40 : 300,
  )
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
      note: `${asked.length} different clicks, p95 ${quantile(asked, 0.95).toFixed(3)} ms; a named record of all of it costs ${quantile(named, 0.5).toFixed(3)} ms more`,
    },
    {
      name: 'car range: explanation of a conflict, p50',
      value: quantile(explained, 0.5),
      unit: 'ms',
      bar: { atMost: 2 },
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
