/** Section `rules`: one click's answer from our rule machine, three solvers and a rule-by-rule checker. */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openProduct } from '@lot-one/rules'
import type { Product, ProductModel, ProductPackage, Selection, Value } from '@lot-one/rules'
import { loadFile } from '@lot-one/rules/files'
import { compile } from '../rules/src/compile.ts'
import type { Compiled } from '../rules/src/compile.ts'
import { knownOrder } from '../rules/src/lock.ts'
import { packageOf } from '../rules/src/package.ts'
import { carRangeFigures } from './carRangeFigures.ts'
import { clickRaces } from './clickRace.ts'
import type { Click } from './clickRaceProcess.ts'
import { checksPerSecond, clickTimes } from './clicks.ts'
import { deadEnds, deadEndsElsewhere } from './deadEnds.ts'
import { featureModelFigures } from './featureModelFigures.ts'
import { quantile, seeded } from './harness.ts'
import type { Bench, Figure, SectionResult } from './harness.ts'
import { sceneFigures } from './sceneFigures.ts'
import type { Rules } from './solvers.ts'
import { gzippedBundle } from './weight.ts'

export const title = 'Rules: what every click costs'
export const about = `The question of a click is the status of every value of every option: can it be taken while all other choices stay, and if not, how many of them have to
change at least? All four answer the same random sessions (\`rules/products/fridge.yaml\`, order date 2026-06-01; a random country, then eight random choices among what is
offered, seeded), all are loaded and warm, and all must give the same status to every value on every click, else the run fails. Ours answers through the public
\`statuses()\` and says the cheapest total with every value in the same pass; the solvers are not asked for prices. They get the encoding and the fewest queries we know for each:
logic-solver (MiniSat) one model per batch of values not yet seen, clingo one brave-reasoning call per number of changes (clingo-wasm cannot keep a grounding), z3
\`getConsequences\` under assumptions. The two easier questions leave the number of changes away, and then also what a chosen option could be switched to; our
answer is the same, whole one. All four answer by number, in columns; ours takes the question by name. A named record of all of it is a fourth race against the whole status.
Every contestant and every machine answers in a process of its own that holds nothing else, as a page does; complete orders are judged in one that holds the
shipped products, as a bridge does. An engine that has just seen a dozen machines and three solvers compiles the same code to something slower, which nobody's page does. Below the
races, too, the answer is what the page gets: status, changes and price of every value decided, in columns; it names those it shows. There every click is asked once only.`

/** Rules of this order date are compiled: the day on which most of the fridge's rules hold. */
const at = '2026-06-01'
const choicesPerSession = 8

export async function measure(bench: Bench): Promise<SectionResult> {
  const rounds = bench.quick ? 3 : 15
  // long enough that a busy machine interrupts ours as often, in proportion, as the slow ones
  const ms = bench.quick ? 60 : 200
  const file = join(bench.root, 'rules/products/fridge.yaml')
  const model = loadFile(file)?.model
  if (!model) throw new Error(`${file} has problems. Run: npm run rules -- check ${file}`)
  const compiled = compile(model, { at })
  if (!compiled.ok) throw new Error(`${file} is too big to compile`)
  const product = openProduct(packageOf(model, compiled))
  const rules: Rules = {
    sizes: model.options.map(({ values }) => values.length),
    formulas: compiled.rules.map(({ formula }) => formula),
    context: model.options.flatMap(({ role }, option) => (role === 'context' ? [option] : [])),
  }
  const rows = await clickRaces(bench, rounds, {
    pkg: product.package,
    rules,
    sessions: makeSessions(model, product, rounds),
    ms,
  })
  const figures = [
    ...(await clickFigures(bench, model, product, bench.quick ? 50 : 500)),
    ...(await compileFigures(bench, model, product, compiled)),
    ...(await sceneFigures(bench)),
    ...(await featureModelFigures(bench)),
    ...(await carRangeFigures(bench)),
    ...(await deadEnds(bench, model, product, rules, bench.quick ? 20 : 1000)),
    ...(await deadEndsElsewhere(bench)),
  ]
  return { rows, figures }
}

const key = (value: Value): string => String(value)

/** Random sessions of a shopper who takes any value that is offered, in any order. */
function makeSessions(model: ProductModel, product: Product, count: number): Click[][] {
  const random = seeded(590)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  return Array.from({ length: count }, () => {
    const context: Record<string, Value> = {}
    const selection: Record<string, Value> = {}
    const chosen = new Map<number, number>()
    model.options.forEach((option, index) => {
      if (option.role !== 'context') return
      const value = Math.floor(random() * option.values.length)
      context[option.id] = option.values[value] as Value
      chosen.set(index, value)
    })
    return Array.from({ length: choicesPerSession }, () => {
      const statuses = product.statuses({ context, selection }).all()
      const offers = model.options.flatMap((option, index) =>
        option.role !== 'choice' || chosen.has(index)
          ? []
          : option.values.flatMap((value, v) =>
              statuses[option.id]?.[key(value)]?.status === 'free' ? [{ option, index, value, v }] : [],
            ),
      )
      if (offers.length > 0) {
        const { option, index, value, v } = pick(offers)
        selection[option.id] = value
        chosen.set(index, v)
      }
      return { question: { context: { ...context }, selection: { ...selection } }, chosen: [...chosen] }
    })
  })
}

/** Every question asked once, on its own: no averaging over repeated ones. */
async function clickFigures(
  bench: Bench,
  model: ProductModel,
  product: Product,
  count: number,
): Promise<Figure[]> {
  const clicks = makeSessions(model, product, count).flat()
  const each = (work: (click: Click) => unknown, of: readonly Click[] = clicks) => {
    for (const click of of.slice(0, 200)) work(click) // warm
    return of.map((click) => {
      const start = performance.now()
      work(click)
      return performance.now() - start
    })
  }
  const { asked, named } = await clickTimes(bench, product.package, count)
  const contradictions = clicks.flatMap((click) => {
    const all = product.statuses(click.question).all()
    const conflict = model.options.flatMap((option) =>
      option.role === 'choice' && option.id in click.question.selection
        ? option.values
            .filter((value) => (all[option.id]?.[key(value)]?.changes ?? 0) > 0)
            .map((value): Selection => ({ [option.id]: value }))
        : [],
    )[0]
    return conflict
      ? [
          {
            ...click,
            question: { ...click.question, selection: { ...click.question.selection, ...conflict } },
          },
        ]
      : []
  })
  const explained = each(({ question }) => product.explain(question), contradictions)
  const repaired = each(({ question }) => product.repairs(question), contradictions)
  const checks = await checksPerSecond(bench, [product.package, ...otherProducts(bench)])
  return [
    {
      name: 'status, changes and price of every value, p50',
      value: quantile(asked, 0.5),
      unit: 'ms',
      bar: { atMost: 0.03 },
      note: `${asked.length} different clicks, each asked once; p95 ${quantile(asked, 0.95).toFixed(3)} ms; a named record of all of it costs ${quantile(named, 0.5).toFixed(3)} ms more`,
    },
    {
      name: 'explanation of a conflict, p50',
      value: quantile(explained, 0.5),
      unit: 'ms',
      bar: { atMost: 2 },
      note: `by choices and by rules; ${contradictions.length} conflicts, p95 ${quantile(explained, 0.95).toFixed(2)} ms`,
    },
    {
      name: 'ways out of a conflict, p50',
      value: quantile(repaired, 0.5),
      unit: 'ms',
      note: `p95 ${quantile(repaired, 0.95).toFixed(2)} ms`,
    },
    {
      name: 'check of a complete order',
      value: quantile(checks, 0.5),
      unit: 'per second of CPU',
      bar: { atLeast: 300_000 },
      note: `a process that holds every shipped product; slices from ${Math.round(Math.min(...checks)).toLocaleString('en')} to ${Math.round(Math.max(...checks)).toLocaleString('en')}`,
    },
  ]
}

/** What a bridge holds besides the fridge. */
const otherProducts = (bench: Bench): ProductPackage[] =>
  ['products/oven', 'products/washer', 'scenes/kitchen'].map((name) => {
    const file = join(bench.root, `rules/${name}.yaml`)
    const model = loadFile(file)?.model
    const compiled = model && compile(model, { at, ...knownOrder(model, file, at) })
    if (!compiled?.ok) throw new Error(`${file} has problems. Run: npm run rules -- check ${file}`)
    return packageOf(model!, compiled)
  })

async function compileFigures(
  bench: Bench,
  model: ProductModel,
  product: Product,
  compiled: Compiled,
): Promise<Figure[]> {
  const source = (part: string) => JSON.stringify(join(bench.root, `rules/src/${part}.ts`))
  const timesOf = (order?: readonly string[]) =>
    Array.from({ length: bench.quick ? 3 : 9 }, () => {
      const start = performance.now()
      compile(model, { at, ...(order && { order }) })
      return performance.now() - start
    })
  return [
    { name: 'buildable products', value: compiled.configurations.toLocaleString('en') },
    { name: 'nodes of the machine', value: compiled.nodes },
    {
      name: 'machine file',
      value: gzipSync(compiled.machine, { level: 9 }).length,
      unit: 'bytes gzip',
      bar: { atMost: 4096 },
    },
    { name: 'compile, p50', value: quantile(timesOf(), 0.5), unit: 'ms', note: 'no saved variable order' },
    {
      name: 'compile with lock, p50',
      value: quantile(timesOf(compiled.order), 0.5),
      unit: 'ms',
      bar: { atMost: 100 },
    },
    {
      name: 'query runtime in the page',
      value: await gzippedBundle(
        bench,
        ['diagram', 'ruleMachine', 'explain', 'ruleSolver']
          .map((part) => `export * from ${source(part)}`)
          .join('\n'),
      ),
      unit: 'bytes gzip',
      bar: { atMost: 6144 },
      note: 'diagram, queries, conflicts and repairs; minified',
    },
    {
      name: 'the same with everything behind openProduct()',
      value: await gzippedBundle(bench, `export { openProduct } from ${source('openProduct')}`),
      unit: 'bytes gzip',
      note: 'answers by name, sentences, spelling suggestions, breakdown of prices',
    },
    {
      name: 'all a page loads of the product',
      value: gzipSync(JSON.stringify(product.package), { level: 9 }).length,
      unit: 'bytes gzip',
      note: 'texts, steps, prices, machine and rule diagrams',
    },
  ]
}
