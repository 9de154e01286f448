/**
 * All simple paths through the order's lifecycle, generated from the machine, made to happen to real orders: a bridge with its
 * journal and link, a simulated line, and a foreign client at that line that starts, ends, breaks off and overwrites jobs.
 * A path is followed as far as the world can go. Where it cannot, the step is tried all the same and must change nothing.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Line as SimulatedLine, FaultAction } from '@lot-one/plc-sim'
import { fold, newOrderView, replay } from '@lot-one/rules'
import type { OrderEvent } from '@lot-one/rules'
import { lifePaths, stepOf } from '../../rules/test/lifecyclePaths.ts'
import type { Step } from '../../rules/test/lifecyclePaths.ts'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import type { Line } from '../src/line.ts'
import { makeDispatch, openTestJournal, operationsOf, seen } from './factory.ts'
import { newOrder } from './journals.ts'
import { jobOrder, makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

/** Why the world cannot take a step after others, and how it is tried; the answer must be this. */
const barriers = {
  'a stopped order is not planned again: it is cancelled, or an operator settles it at the line': {
    bars: (before: readonly Step[], step: Step) => step === 'assigned' && before.length > 0,
    async attempt({ orderId }: World) {
      const { outcome } = await dispatch.requestChange(orderId, { selection: { wifi: true }, priceCents: 1 })
      return outcome === 'changed' ? outcome : 'refused'
    },
    answer: 'refused',
  },
  'what a station has begun is not cancelled': {
    bars: (before: readonly Step[], step: Step) => step === 'cancelRequested' && before.some(isSeen),
    attempt: async ({ orderId }: World) => (await dispatch.requestCancel(orderId)).outcome,
    answer: 'frozen',
  },
  'the content of a job order cannot change once it runs, so no conflict comes up': {
    bars: (before: readonly Step[], step: Step) => step === 'stopped' && before.some(isSeen),
    attempt: async ({ orderId, station }: World) =>
      (await foreign.update(station, jobOrder(orderId, 10, station))).outcome,
    answer: 'refused',
  },
  'what a station does with content that is not ours is not seen as ours': {
    bars: (before: readonly Step[], step: Step) => isSeen(step) && before.includes('stopped'),
    async attempt({ orderId, station }: World) {
      const id = `${orderId}/10`
      await foreign.command(station, 'Start', id)
      await foreign.command(station, 'Stop', id)
      await until(line, () => line.observed(id)?.jobState === 'Ended')
      return line.observed(id)?.jobState
    },
    answer: 'Ended',
  },
} as const
type Barrier = keyof typeof barriers

function isSeen(step: Step): boolean {
  return step === 'Running' || step === 'Ended' || step === 'Aborted'
}

function barrier(before: readonly Step[], step: Step): Barrier | undefined {
  return (Object.keys(barriers) as Barrier[]).find((name) => barriers[name].bars(before, step))
}

interface World {
  readonly orderId: string
  readonly station: string
}

const paths = lifePaths()
/** Each possible beginning of a path -> the barriers behind it. */
const beginnings = new Map<string, Set<Barrier>>()
for (const { steps } of paths) {
  const stop = steps.findIndex((step, index) => barrier(steps.slice(0, index), step))
  const possible = stop < 0 ? steps : steps.slice(0, stop)
  const key = possible.join(' ')
  const behind = beginnings.get(key) ?? new Set()
  beginnings.set(key, behind)
  const met = stop < 0 ? undefined : barrier(possible, steps[stop]!)
  if (met) behind.add(met)
}
const lives = [...beginnings.keys()].filter(
  (key) => key !== '' && ![...beginnings.keys()].some((other) => other.startsWith(`${key} `)),
)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sim: SimulatedLine
let line: Line
let foreign: Line
let journal: Journal
let dispatch: Dispatch
/** Deriving what to build waits for the test: until then an order stays accepted. */
const gates = new Map<string, { readonly asked: Gate; readonly derived: Gate }>()

beforeAll(async () => {
  folder = await temporaryFolder()
  const pki = await pkiFolder(folder.path)
  // A cell for each life, with one place, so that one life cannot hold up another.
  const stations = [...lives, 'a foreign one'].map((_, index) => ({
    id: `cell-${index}`,
    displayName: `Cell ${index}`,
    workMasters: [`cell-${index}`],
    slots: 1,
    defaultDurationMs: 600_000,
    maxDownloadableJobOrders: 10,
  }))
  sim = await startSim(folder.path, pki, 'line-1', { stations, speed: 1 })
  line = makeLink('line-1', sim.endpointUrl, pki)
  foreign = makeLink('line-1', sim.endpointUrl, pki)
  // One after the other: the first one to come trusts the line's certificate for both.
  for (const link of [line, foreign]) {
    link.start()
    await until(link, () => link.isOnline())
  }
  journal = await openTestJournal(`${folder.path}/data`)
  dispatch = makeDispatch(journal, [line], {
    async derive({ orderId, selection }) {
      const gate = gates.get(orderId)
      gate?.asked.open()
      await gate?.derived.promise
      const station = String(selection['slow'])
      return operationsOf(orderId, selection, [station])
    },
  })
  await dispatch.start()
})
afterAll(async () => {
  for (const { derived } of gates.values()) derived.open()
  await dispatch.stop()
  await Promise.all([line.stop(), foreign.stop()])
  await journal.close()
  await sim.stop()
  await folder.remove()
})

const notKept = new Error('these rules were not kept')
const is = (step: Step) => (event: OrderEvent) => stepOf(event) === step

/** Makes a path happen to one order and gives the order's events. */
async function live(steps: readonly Step[], station: string): Promise<readonly OrderEvent[]> {
  const orderId = randomUUID()
  const world: World = { orderId, station }
  const id = `${orderId}/10`
  const gate = { asked: makeGate(), derived: makeGate() }
  gates.set(orderId, gate)
  const isAssigned = steps.includes('assigned')
  const isConflict = isAssigned && steps.includes('stopped')
  const blocker = jobOrder(randomUUID(), 10, station, { plannedSeconds: 600 })
  const drop = (...states: Step[]) => {
    const action: FaultAction = { do: 'dropEvent' }
    for (const method of states) sim.faults.add({ action, method, jobOrderId: id })
  }
  const byForeigner = async (method: 'Stop' | 'Start' | 'Abort', jobOrderId: string) =>
    expect(await foreign.command(station, method, jobOrderId), `${method} of ${jobOrderId}`).toEqual({
      outcome: 'accepted',
    })
  const freePlace = () => byForeigner('Stop', blocker.jobOrderId)

  if (isAssigned) {
    const first = isConflict ? jobOrder(orderId, 10, station) : blocker
    expect(await foreign.store(station, first)).toEqual({ outcome: 'accepted' })
    if (!isConflict) await byForeigner('Start', first.jobOrderId)
  }
  await accept(orderId, station)
  // Taken up: what it needs is being derived.
  await gate.asked.promise

  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1]
    switch (step) {
      case 'assigned':
        if (isConflict && next === 'cancelRequested')
          sim.faults.add({ action: { do: 'slow', ms: 400 }, method: 'Store', jobOrderId: id })
        gate.derived.open()
        if (!isConflict)
          await seen(journal, orderId, (event) => event.kind === 'job' && event.jobState === 'AllowedToStart')
        break
      case 'stopped':
        if (!isAssigned) gate.derived.fail(notKept)
        break
      case 'cancelRequested':
        // What the bridge does not see yet when the wish comes.
        if (next === 'Running' || next === 'Ended') {
          drop('Running', ...(next === 'Ended' ? (['Ended'] as const) : []))
          await freePlace()
          if (next === 'Ended') await byForeigner('Stop', id)
        } else if (next === 'Aborted') {
          drop('Aborted')
          await byForeigner('Abort', id)
        } else if (next === 'stopped' && !isAssigned) {
          // In the moment the wish is durable: later it would be granted already.
          const leave = journal.follow((event) => {
            if (event.orderId !== orderId || !is(step)(event)) return
            leave()
            gate.derived.fail(notKept)
          })
        }
        void dispatch.requestCancel(orderId)
        break
      case 'Running':
        if (steps[index - 1] !== 'cancelRequested') await freePlace()
        break
      case 'Ended':
        if (steps[index - 1] === 'cancelRequested') break
        if (steps[index - 1] !== 'Running') {
          drop('Running')
          await freePlace()
        }
        await byForeigner('Stop', id)
        break
      case 'Aborted':
        if (steps[index - 1] !== 'cancelRequested') await byForeigner('Abort', id)
        break
      case 'cancelled':
        break
    }
    await seen(journal, orderId, is(step))
    // A cancellation goes on by itself; what bars its steps was tried before the wish.
    if (step === 'cancelRequested') continue
    const taken = steps.slice(0, index + 1)
    for (const name of beginnings.get(taken.join(' ')) ?? []) {
      const before = moves(await journal.events(orderId, 0))
      expect(await barriers[name].attempt(world), `${taken.join(' ')}: ${name}`).toBe(barriers[name].answer)
      expect(moves(await journal.events(orderId, 0))).toEqual(before)
    }
  }
  return journal.events(orderId, 0)
}

async function accept(orderId: string, station: string): Promise<void> {
  const { snapshot, ...order } = newOrder({ orderId })
  await journal.accept({ ...order, snapshot: { ...snapshot, selection: { slow: station } } })
}

interface Gate {
  readonly promise: Promise<void>
  readonly open: () => void
  readonly fail: (why: Error) => void
}

function makeGate(): Gate {
  let parts: Omit<Gate, 'promise'> | undefined
  const promise = new Promise<void>((open, fail) => (parts = { open, fail }))
  if (!parts) throw new Error('a promise calls its executor at once')
  return { promise, ...parts }
}

/** The events that moved the order to another state, as steps with the state they led to. */
function moves(events: readonly OrderEvent[]): string[] {
  return events.flatMap((event, index) =>
    index > 0 && event.state !== events[index - 1]?.state ? [`${stepOf(event)} ${event.state}`] : [],
  )
}

test('the machine has many paths, and each is possible as far as a named barrier', () => {
  expect(paths.length).toBeGreaterThan(2_000)
  expect(lives).toHaveLength(14)
  expect(new Set([...beginnings.values()].flatMap((behind) => [...behind]))).toEqual(
    new Set(Object.keys(barriers)),
  )
})

test('every life that is possible is lived by a real order', { timeout: 90_000 }, async () => {
  await Promise.all(
    lives.map(async (life, index) => {
      const steps = life.split(' ') as Step[]
      const path = paths.find((candidate) => candidate.steps.join(' ') === life)
      const events = await live(steps, `cell-${index}`)
      expect(moves(events), life).toEqual(steps.map((step, at) => `${step} ${path?.states[at]}`))
      const orderId = events[0]?.orderId ?? ''
      const stored = await journal.order(orderId)
      const { snapshot, lifecycle, view } = stored!
      const upTo = (await journal.events(orderId, 0)).filter(({ seq }) => seq <= view.seq)
      expect(lifecycle, life).toEqual(replay(upTo))
      expect(view, life).toEqual(upTo.reduce(fold, newOrderView(snapshot)))
    }),
  )
})

test('what somebody else makes under our number, before our own job order arrives, is not the unit', async () => {
  const station = `cell-${lives.length}`
  const orderId = randomUUID()
  const id = `${orderId}/10`
  sim.faults.add({ action: { do: 'slow', ms: 1_000 }, method: 'Store', jobOrderId: id, skip: 1 })
  expect(await foreign.store(station, jobOrder(orderId, 10, station))).toEqual({ outcome: 'accepted' })
  await accept(orderId, station)
  await seen(journal, orderId, is('assigned'))
  for (const method of ['Start', 'Stop'] as const) await foreign.command(station, method, id)
  const events = await seen(journal, orderId, is('stopped'))
  expect(moves(events)).toEqual(['assigned released', 'stopped stopped'])
  expect(events.filter(({ kind }) => kind === 'job')).toEqual([])
})
