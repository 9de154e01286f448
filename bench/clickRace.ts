/** Races our rule machine against three solvers over the same clicks, each in a process of its own. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answers, RaceInput, RaceQuestion } from './clickRaceProcess.ts'
import { race } from './harness.ts'
import type { Bench, Row } from './harness.ts'
import { end, message } from './processes.ts'

const bar = { atMost: 1 / 1000 }
const cases: readonly (readonly [RaceQuestion, string])[] = [
  ['changes', 'status of every value'],
  ['takeable', 'only what can be taken now'],
  ['possible', 'only what is still possible'],
  ['named', 'status of every value, each of ours named'],
]

/**
 * Gives the rows of all races; ours is the first contestant.
 * @throws when a solver answers any click differently
 */
export async function clickRaces(bench: Bench, rounds: number, input: RaceInput): Promise<Row[]> {
  const file = join(bench.folder, 'clicks.json')
  writeFileSync(file, JSON.stringify(input))
  const program = await bench.bundle('bench/clickRaceProcess.ts')
  const started: { readonly name: string; readonly child: ChildProcess }[] = []
  try {
    let first: readonly Answers[] | undefined
    for (const name of ['ours', 'logic-solver', 'clingo-wasm', 'z3-solver']) {
      const child = fork(program, [name, file, join(bench.root, 'bench/peers/package.json')], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      started.push({ name, child })
      const answers = (await message(child)) as readonly Answers[]
      insistOnSameAnswers(input, name, answers, (first ??= answers))
    }
    const rows: Row[] = []
    for (const [question, title] of cases) {
      const contestants = started.map(({ name, child }) => ({
        name,
        sample: async (round: number) => {
          child.send({ question, round })
          return (await message(child)) as number
        },
      }))
      rows.push(...(await race(title, 'ms per click', 'less', rounds, contestants, bar)))
    }
    return rows
  } finally {
    for (const { child } of started) await end(child)
  }
}

function insistOnSameAnswers(
  { pkg, sessions }: RaceInput,
  name: string,
  theirs: readonly Answers[],
  ours: readonly Answers[],
) {
  for (const [at, { question }] of sessions.flat().entries())
    for (const kind of ['changes', 'takeable', 'possible'] as const) {
      const [own, other] = [ours[at]![kind], theirs[at]![kind]]
      if (JSON.stringify(own) === JSON.stringify(other)) continue
      const differing = pkg.options.flatMap(({ id, values }, o) =>
        values.flatMap((value, v) =>
          own[o]?.[v] === other[o]?.[v]
            ? []
            : [`${id}=${value}: ${String(own[o]?.[v])} and ${String(other[o]?.[v])}`],
        ),
      )
      throw new Error(
        `the rule machine and ${name} differ in ${kind} after ${JSON.stringify(question)}: ${differing.join(', ')}`,
      )
    }
}
