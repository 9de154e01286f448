/** Figures of a feature model of automotive size, over several seeds: what the compiler by clauses must be good at. */
import { gzipSync } from 'node:zlib'
import { compile } from '../rules/src/compile.ts'
import { readDimacs } from '../rules/src/dimacs.ts'
import { writeRuleFile } from '../rules/src/featureModel.ts'
import { packageOf } from '../rules/src/package.ts'
import { loadProductModel } from '../rules/src/productModel.ts'
import { automotiveShape, featureModelDimacs } from './featureModel.ts'
import { clickTimes } from './clicks.ts'
import { quantile } from './harness.ts'
import type { Bench, Figure } from './harness.ts'

/** The rows of the section. */
export async function featureModelFigures(bench: Bench): Promise<Figure[]> {
  const seeds = bench.quick ? [1] : [1, 2, 3, 4, 5]
  const made: Awaited<ReturnType<typeof measure>>[] = []
  for (const seed of seeds) made.push(await measure(bench, featureModelDimacs(seed), bench.quick ? 3 : 5))
  const all = (of: (each: (typeof made)[number]) => readonly number[]) => made.flatMap(of)
  const { features, clauses } = automotiveShape
  const size = `${features.toLocaleString('en')} features, ${clauses.toLocaleString('en')} clauses`
  const range = (of: (each: (typeof made)[number]) => number, digits = 0) => {
    const values = made.map(of)
    return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)} over ${seeds.length} models`
  }
  return [
    {
      name: 'feature model: compile, p50',
      value: quantile(
        all(({ compileMs }) => compileMs),
        0.5,
      ),
      unit: 'ms',
      bar: { atMost: 2000 },
      note: `${size}, grown from a seed; no saved variable order; ${range(({ compileMs }) => quantile(compileMs, 0.5))}`,
    },
    {
      name: 'feature model: status of every value, p50',
      value: quantile(
        all(({ statusMs }) => statusMs),
        0.5,
      ),
      unit: 'ms',
      bar: { atMost: 1 },
      note: range(({ statusMs }) => quantile(statusMs, 0.5), 2),
    },
    {
      name: 'feature model: explanation of a conflict, p50',
      value: quantile(
        all(({ explainMs }) => explainMs),
        0.5,
      ),
      unit: 'ms',
      bar: { atMost: 2 },
      note: `by choices and by rules; ${all(({ explainMs }) => explainMs).length} conflicts`,
    },
    {
      name: 'feature model: machine file, largest',
      value: Math.max(...made.map(({ bytes }) => bytes)),
      unit: 'bytes gzip',
      bar: { atMost: 60 * 1024 },
      note: `${range(({ nodes }) => nodes)} nodes`,
    },
  ]
}

async function measure(bench: Bench, dimacs: string, rounds: number) {
  const read = readDimacs(dimacs, 'model.dimacs', 'model')
  const written = read.ok ? writeRuleFile(read.model, 'model.dimacs') : read
  const model = 'yaml' in written ? loadProductModel(written.yaml, 'model.yaml').model : undefined
  if (!model) throw new Error('the grown feature model does not load')
  const compileMs = Array.from({ length: rounds }, () => {
    const start = performance.now()
    compile(model)
    return performance.now() - start
  })
  const compiled = compile(model)
  if (!compiled.ok || compiled.problems.length > 0)
    throw new Error('the grown feature model does not compile')
  const { asked, explained } = await clickTimes(bench, packageOf(model, compiled), 10 * rounds)
  return {
    compileMs,
    statusMs: asked,
    explainMs: explained,
    bytes: gzipSync(compiled.machine, { level: 9 }).length,
    nodes: compiled.nodes,
  }
}
