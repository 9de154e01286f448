/** Figures of the section `rules` about a scene of three families (`rules/scenes/kitchen.yaml`): compiling, size, asking. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openProduct } from '@lot-one/rules'
import type { Product, ProductModel, Value } from '@lot-one/rules'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { quantile, seeded } from './harness.ts'
import type { Bench, Figure } from './harness.ts'

const at = '2026-06-01'
const choicesPerSession = 8

/** Measures over the order of the scene's lock. */
export function sceneFigures(bench: Bench): Figure[] {
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
  const clicks = clickTimes(model, openProduct(packageOf(model, compiled)), bench.quick ? 30 : 300)
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
      value: quantile(clicks, 0.5),
      unit: 'ms',
      bar: { atMost: 0.15 },
      note: `${clicks.length} different clicks, each asked once; p95 ${quantile(clicks, 0.95).toFixed(3)} ms`,
    },
  ]
}

/** Times of the answers in random sessions that take whatever is offered; the first ones warm up. */
function clickTimes(model: ProductModel, product: Product, sessions: number): number[] {
  const random = seeded(591)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const times: number[] = []
  for (let session = 0; session < sessions; session++) {
    const context = Object.fromEntries(
      model.options.filter(({ role }) => role === 'context').map(({ id, values }) => [id, pick(values)]),
    )
    const selection: Record<string, Value> = {}
    for (let choice = 0; choice < choicesPerSession; choice++) {
      const question = { context, selection: { ...selection } }
      const start = performance.now()
      const statuses = product.statuses(question)
      times.push(performance.now() - start)
      const offers = model.options.flatMap(({ id, role, values }) =>
        role !== 'choice' || id in selection
          ? []
          : values
              .filter((value) => statuses[id]![String(value)]!.status === 'free')
              .map((value) => ({ id, value })),
      )
      if (offers.length === 0) break
      const { id, value } = pick(offers)
      selection[id] = value
    }
  }
  return times.slice(Math.min(200, times.length >> 1))
}
