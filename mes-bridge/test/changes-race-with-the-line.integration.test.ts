/**
 * Wishes that arrive at any moment of an order's life, with calls lost and refused on the way: the line decides, and afterwards
 * order and line agree to the last parameter. RACE_CAMPAIGN=500 runs so many orders instead of a few (RACE_SEED: others).
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultStations } from '@lot-one/plc-sim'
import type { FaultAction, Line as SimulatedLine } from '@lot-one/plc-sim'
import type { OrderEvent } from '@lot-one/rules'
import { seeded } from '../../bench/harness.ts'
import { composeJobOrders } from '../src/composeJobOrders.ts'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import { standardProfile } from '../src/lineProfiles.ts'
import { built, makeDispatch, openTestJournal, operationsOf, placeOrder, seen } from './factory.ts'
import { makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

const orders = Number(process.env['RACE_CAMPAIGN'] ?? 40)
const random = seeded(Number(process.env['RACE_SEED'] ?? 7))
const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sim: SimulatedLine
let line: ReturnType<typeof makeLink>
let journal: Journal
let dispatch: Dispatch

beforeAll(async () => {
  folder = await temporaryFolder()
  const pki = await pkiFolder(folder.path)
  // Few places, so that orders wait for one another at some stations and not at others.
  const stations = defaultStations.map((station, index) => ({ ...station, slots: 1 + (index % 3) }))
  sim = await startSim(folder.path, pki, 'line-1', { stations, speed: 400 })
  const profile = { ...standardProfile, callDeadlineMs: 500 }
  line = makeLink('line-1', sim.endpointUrl, pki, {}, { profile })
  line.start()
  await until(line, () => line.isOnline())
  journal = await openTestJournal(`${folder.path}/data`)
  dispatch = makeDispatch(journal, [line])
  await dispatch.start()
})
afterAll(async () => {
  await dispatch.stop()
  await line.stop()
  await journal.close()
  await sim.stop()
  await folder.remove()
})

const at = (op: number, jobState: string) => (event: OrderEvent) =>
  event.kind === 'job' && event.op === op && event.jobState === jobState
const moments: ((event: OrderEvent) => boolean)[] = [
  ({ kind }) => kind === 'accepted',
  ({ kind }) => kind === 'assigned',
  at(10, 'NotAllowedToStart'),
  at(20, 'NotAllowedToStart'),
  at(10, 'AllowedToStart'),
  at(10, 'Running'),
  at(10, 'Ended'),
  at(20, 'AllowedToStart'),
  at(20, 'Running'),
]
const wishes = [
  'cancel',
  // Touches paint alone, then all stations.
  { colour: 'navy' },
  { colour: 'navy', width: 700 },
] as const
const troubles: FaultAction[] = [
  { do: 'loseAnswer' },
  { do: 'loseCall' },
  { do: 'delayAnswer', ms: 700 },
  { do: 'refuse', bits: [3] },
  { do: 'dropEvent' },
]

async function race(): Promise<{ readonly orderId: string; readonly answer: string }> {
  const moment = pick(moments)
  const wish = pick(wishes)
  const delayMs = random() * 30
  const before = { colour: 'white', width: 600 }
  const orderId = await placeOrder(journal, before)
  if (random() < 0.4) {
    const jobOrderId = `${orderId}/${pick([10, 20, 30])}`
    const action = pick(troubles)
    const method =
      action.do === 'dropEvent'
        ? pick(['Running', 'Ended'])
        : pick(['Cancel', 'Update', 'RevokeStart', 'Start'])
    sim.faults.add({ action, method, jobOrderId })
  }
  // What a read finds out skips some states: then it is for the wish to be too late.
  await seen(journal, orderId, (event) => moment(event) || event.state === 'completed')
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  let answer = 'unavailable'
  while (answer === 'unavailable') {
    const { outcome } =
      wish === 'cancel'
        ? await dispatch.requestCancel(orderId)
        : await dispatch.requestChange(orderId, { selection: { ...before, ...wish }, priceCents: 1 })
    answer = outcome
    if (answer === 'unavailable') await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await seen(journal, orderId, ({ state }) => state === 'completed' || state === 'cancelled')
  const view = (await journal.order(orderId))?.view
  if (!view) throw new Error('the order is gone')
  // What the answer promised.
  if (wish !== 'cancel')
    expect(view.order.selection).toEqual(answer === 'changed' ? { ...before, ...wish } : before)
  else if (answer !== 'requested') expect(view.state).toBe('completed')
  // What the line did, by its own count.
  const wanted =
    view.state === 'cancelled'
      ? []
      : composeJobOrders(view.order, operationsOf(orderId, view.order.selection))
  const done = built(sim).filter(({ jobOrderId }) => jobOrderId.startsWith(orderId))
  expect(
    done.map(({ jobOrderId, order, finishedAt }) => ({
      jobOrderId,
      digest: order.jobOrderParameters?.find(({ ID }) => ID === 'spec.digest')?.value.value,
      isFinished: finishedAt !== undefined,
    })),
  ).toEqual(wanted.map(({ jobOrderId, digest }) => ({ jobOrderId, digest, isFinished: true })))
  return { orderId, answer: `${wish === 'cancel' ? 'cancel' : 'change'} ${answer} ${view.state}` }
}

test('whoever wins, order and line agree afterwards', { timeout: 60_000 + 1_000 * orders }, async () => {
  const counts = new Map<string, number>()
  for (let left = orders; left > 0; left -= 20) {
    const round = await Promise.all(Array.from({ length: Math.min(20, left) }, race))
    for (const { answer } of round) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  }
  if (orders > 100) console.log(Object.fromEntries(counts))
  // Both sides win some of the races, or nothing was raced.
  expect([...counts.keys()]).toEqual(
    expect.arrayContaining([
      'change changed completed',
      'change frozen completed',
      'cancel requested cancelled',
      'cancel frozen completed',
    ]),
  )
  // Nothing of anybody is left behind.
  await until(line, () => line.view().stations.every(({ jobs }) => jobs.length === 0))
})
