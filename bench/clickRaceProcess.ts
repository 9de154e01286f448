/**
 * A process that holds one contestant of the race and nothing else, as a page holds one product: `clickRaceProcess.mjs NAME INPUT
 * PEERS`; started by `clickRace.ts`. First sends what it answers to every click, then the cost of a click whenever it is asked for one.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { openProduct } from '@lot-one/rules'
import type { ProductPackage, Question } from '@lot-one/rules'
import { clingo } from './clingo.ts'
import type { ClingoModule } from './clingo.ts'
import { slice } from './harness.ts'
import { logicSolver } from './logicSolver.ts'
import type { Logic } from './logicSolver.ts'
import { changesBy } from './solvers.ts'
import type { Chosen, Domains, Rules, Solver } from './solvers.ts'
import { z3 } from './z3.ts'
import type { Z3Module } from './z3.ts'

/** What all contestants are given. */
export interface RaceInput {
  readonly pkg: ProductPackage
  readonly rules: Rules
  readonly sessions: readonly (readonly Click[])[]
  /** How long one slice is, milliseconds. */
  readonly ms: number
}
export interface Click {
  readonly question: Question
  /** The same for the solvers, by index; the context first. */
  readonly chosen: readonly (readonly [option: number, value: number])[]
}

export const questions = ['changes', 'takeable', 'possible', 'named'] as const
/** Changes of every value, values that can be taken now, values that are still possible, changes with the names of all values. */
export type RaceQuestion = (typeof questions)[number]

/** Answers to one click, by index of option and value. */
export interface Answers {
  readonly changes: readonly (readonly number[])[]
  readonly takeable: Domains
  readonly possible: Domains
}

interface Asked {
  readonly answers: (click: Click) => Answers | Promise<Answers>
  /** Answers without looking at the answer. */
  readonly ask: Readonly<Record<RaceQuestion, (click: Click) => unknown>>
}

function ours({ pkg }: RaceInput): Asked {
  const product = openProduct(pkg)
  // one answer for all three: it decides everything
  const whole = ({ question }: Click) => product.statuses(question)
  return {
    answers: (click) => {
      const statuses = whole(click)
      const of = <T>(read: (status: NonNullable<ReturnType<typeof statuses.of>>) => T) =>
        pkg.options.map(({ id, values }) => values.map((value) => read(statuses.of(id, value)!)))
      const takeable = of(({ status }) => status !== 'conflict')
      const chosen = new Map(click.chosen)
      return {
        changes: of(({ changes }) => changes),
        takeable,
        possible: takeable.map((values, o) =>
          chosen.has(o) ? values.map((_, v) => v === chosen.get(o)) : values,
        ),
      }
    },
    ask: { changes: whole, takeable: whole, possible: whole, named: (click) => whole(click).all() },
  }
}

function theirs(solver: Solver, rules: Rules): Asked {
  const changes = changesBy(solver, rules)
  const asking = (ask: (chosen: Chosen) => unknown) => {
    const maps = new Map<Click, Chosen>()
    return (click: Click) => {
      let chosen = maps.get(click)
      if (chosen === undefined) maps.set(click, (chosen = new Map(click.chosen)))
      return ask(chosen)
    }
  }
  return {
    answers: async (click) => {
      const chosen = new Map(click.chosen)
      return {
        changes: await changes(chosen),
        takeable: await solver.takeable(chosen),
        possible: await solver.possible(chosen),
      }
    },
    // nobody asks them for names
    ask: {
      changes: asking(changes),
      takeable: asking(solver.takeable),
      possible: asking(solver.possible),
      named: asking(changes),
    },
  }
}

async function open(name: string, input: RaceInput, peers: string): Promise<Asked> {
  const peer = createRequire(peers)
  switch (name) {
    case 'ours':
      return ours(input)
    case 'logic-solver':
      return theirs(logicSolver(peer(name) as Logic, input.rules), input.rules)
    case 'clingo-wasm':
      return theirs(await clingo(peer(name) as ClingoModule, input.rules), input.rules)
    case 'z3-solver':
      return theirs(await z3(peer(name) as Z3Module, input.rules), input.rules)
    default:
      throw new Error(`${name} is no contestant; known are ours, logic-solver, clingo-wasm and z3-solver`)
  }
}

const [name, file, peers] = process.argv.slice(2)
const input = JSON.parse(readFileSync(file!, 'utf8')) as RaceInput
const contestant = await open(name!, input, peers!)
const answers: Answers[] = []
for (const click of input.sessions.flat()) answers.push(await contestant.answers(click))
process.send!(answers)

const samples = Object.fromEntries(
  questions.map((question) => {
    const ask = contestant.ask[question]
    const work = (round: number): number | Promise<number> => {
      const session = input.sessions[round] ?? []
      for (const [at, click] of session.entries()) {
        const answer = ask(click)
        // what is answered at once is not charged for a turn of the event loop
        if (answer instanceof Promise) return rest(session, at + 1, answer, ask)
      }
      return session.length
    }
    return [question, slice(input.ms, work)]
  }),
) as Record<RaceQuestion, (round: number) => Promise<number>>

async function rest(
  session: readonly Click[],
  from: number,
  first: Promise<unknown>,
  ask: (click: Click) => unknown,
): Promise<number> {
  await first
  for (const click of session.slice(from)) await ask(click)
  return session.length
}

process.on('message', ({ question, round }: { question: RaceQuestion; round: number }) => {
  void samples[question](round).then((cost) => process.send!(cost))
})
