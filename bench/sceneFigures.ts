/** Figures of the section `rules` about a scene of three families (`rules/scenes/kitchen.yaml`): compiling, size, asking. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { clickTimes } from './clicks.ts'
import { quantile } from './harness.ts'
import type { Bench, Figure } from './harness.ts'

const at = '2026-06-01'

/** Measures over the order of the scene's lock. */
export async function sceneFigures(bench: Bench): Promise<Figure[]> {
  const file = join(bench.root, 'rules/scenes/kitchen.yaml')
  const model = loadFile(file)?.model
  if (!model) throw new Error(`${file} has problems. Run: npm run rules -- check ${file}`)
  const { order, warning } = knownOrder(model, file, at)
  if (!order) throw new Error(warning?.message ?? `${file} has no lock. Run: npm run rules -- check ${file}`)
  let compiled = compile(model, { at, order })
  const times = Array.from({ length: bench.quick ? 5 : 15 }, () => {
    const { user, system } = process.cpuUsage()
    compiled = compile(model, { at, order })
    const spent = process.cpuUsage({ user, system })
    return (spent.user + spent.system) / 1000
  })
  if (!compiled.ok) throw new Error(`${file} is too big to compile`)
  const { asked, named } = await clickTimes(bench, packageOf(model, compiled), bench.quick ? 40 : 300)
  return [
    {
      name: 'kitchen: products',
      value: compiled.configurations.toLocaleString('en'),
      note: `${model.options.length} options, ${compiled.rules.length} rules, ${compiled.nodes} nodes`,
    },
    {
      name: 'kitchen: compile with lock, p50',
      value: quantile(times, 0.5),
      unit: 'ms of CPU',
      bar: { atMost: 100 },
    },
    {
      name: 'kitchen: machine file',
      value: gzipSync(compiled.machine, { level: 9 }).length,
      unit: 'bytes gzip',
      bar: { atMost: 6144 },
    },
    {
      name: 'kitchen: status, changes and price of every value, p50',
      value: quantile(asked, 0.5),
      unit: 'ms',
      bar: { atMost: 0.15 },
      note: `${asked.length} different clicks, each asked once; p95 ${quantile(asked, 0.95).toFixed(3)} ms; a named record of all of it costs ${quantile(named, 0.5).toFixed(3)} ms more`,
    },
  ]
}
