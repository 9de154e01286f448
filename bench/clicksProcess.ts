/**
 * A process that holds one product and nothing else, as a page does: clicks through random sessions of a shopper who takes whatever
 * is offered, and says how long the answers took. `clicksProcess.mjs PACKAGE SESSIONS`; started by `clicks.ts`.
 */
import { readFileSync } from 'node:fs'
import { openProduct } from '@lot-one/rules'
import type { OptionView, ProductPackage, Question, Value } from '@lot-one/rules'
import { seeded } from './harness.ts'

const choicesPerSession = 8
/** Clicks until the engine has compiled what it will; they are left out. */
const warm = 200

/** What the process sends when it is through: milliseconds of every answer. */
export interface ClickTimes {
  /** Status, changes and price of every value; each question is another one. */
  readonly asked: readonly number[]
  /** Making a named record of every one of them, on top. */
  readonly named: readonly number[]
  /** Why the choices of a session and one value more do not fit. */
  readonly explained: readonly number[]
}

function clickTimes(pkg: ProductPackage, sessions: number): ClickTimes {
  const product = openProduct(pkg)
  const random = seeded(591)
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)]
  const asked: number[] = []
  const named: number[] = []
  const explained: number[] = []
  const timed = <T>(into: number[], work: () => T): T => {
    const start = performance.now()
    const answer = work()
    into.push(performance.now() - start)
    return answer
  }
  const choices = pkg.options.filter(({ role }) => role === 'choice')
  for (let session = 0; session < sessions; session++) {
    const context = Object.fromEntries(
      pkg.options.filter(({ role }) => role === 'context').map(({ id, values }) => [id, pick(values)!]),
    )
    const selection: Record<string, Value> = {}
    for (let click = 0; click <= choicesPerSession; click++) {
      const question: Question = { context, selection: { ...selection } }
      const statuses = timed(asked, () => product.statuses(question))
      timed(named, () => statuses.all())
      const wanted = click === choicesPerSession ? 'conflict' : 'free'
      const open = choices.filter(({ id }) => !(id in selection))
      let taken: Value | undefined
      while (taken === undefined && open.length > 0) {
        const [{ id, values }] = open.splice(Math.floor(random() * open.length), 1) as [OptionView]
        taken = pick(
          values.filter((value) => {
            const { status, changes } = statuses.of(id, value)!
            return status === wanted && changes >= 0
          }),
        )
        if (taken !== undefined) selection[id] = taken
      }
    }
    const clash = { context, selection }
    if (!product.isBuildable(clash)) timed(explained, () => product.explain(clash))
  }
  return {
    asked: asked.slice(Math.min(warm, asked.length >> 1)),
    named: named.slice(Math.min(warm, named.length >> 1)),
    explained: explained.slice(Math.min(warm / choicesPerSession, explained.length >> 1)),
  }
}

const [file, sessions] = process.argv.slice(2)
process.send!(clickTimes(JSON.parse(readFileSync(file!, 'utf8')) as ProductPackage, Number(sessions)))
