import { expect, test } from 'vitest'
import type { JobOrder } from '../src/jobOrder.ts'
import { bitsOf } from '../src/jobStates.ts'
import { type Command, StationModel } from '../src/lineModel.ts'
import { A, E, I, N, R, X, gone, nextState, station } from './stationFixture.ts'

const order: JobOrder = { jobOrderID: 'job' }

/** A station whose only job order is in the wanted state. */
function inState(state: number): StationModel {
  const model = new StationModel(station({ slots: state === A ? 0 : 1 }), { seed: 's', speed: 1 })
  const act = (name: string): void => {
    const command = (name === 'Store' ? { name, order } : { name, id: 'job' }) as Command
    for (const record of model.decide(command, 0).records) model.apply(record)
    for (let record = model.next(0); record; record = model.next(0)) model.apply(record)
  }
  act('Store')
  const way: Record<number, string[]> = {
    [N]: [],
    [A]: ['Start'],
    [R]: ['Start'],
    [I]: ['Start', 'Pause'],
    [E]: ['Start', 'Stop'],
    [X]: ['Abort'],
  }
  for (const step of way[state] ?? []) act(step)
  expect(model.job('job')?.state).toBe(state)
  return model
}

for (const [name, row] of Object.entries(nextState))
  for (const state of [N, A, R, I, E, X])
    test(`${name} in state ${state} ${row[state] === undefined ? 'is refused with bit 3' : `leads to ${row[state]}`}`, () => {
      const model = inState(state)
      const command = (name === 'Update' ? { name, order } : { name, id: 'job' }) as Command
      const decision = model.decide(command, 5)
      if (row[state] === undefined) {
        expect(bitsOf(decision.returnStatus)).toEqual([3])
        expect(decision.records).toEqual([])
        return
      }
      expect(bitsOf(decision.returnStatus)).toEqual([0])
      for (const record of decision.records) model.apply(record)
      expect(model.job('job')?.state ?? gone).toBe(row[state])
    })

test('deciding changes nothing', () => {
  const model = inState(N)
  model.decide({ name: 'Start', id: 'job' }, 0)
  expect(model.job('job')?.state).toBe(N)
})

test('a call for an unknown or missing id says so', () => {
  const model = inState(N)
  expect(bitsOf(model.decide({ name: 'Start', id: 'other' }, 0).returnStatus)).toEqual([1])
  expect(bitsOf(model.decide({ name: 'Start', id: '' }, 0).returnStatus)).toEqual([32])
  expect(bitsOf(model.decide({ name: 'Update', order: { jobOrderID: 'other' } }, 0).returnStatus)).toEqual([
    1,
  ])
})

test('an id is taken for ever, and the answer tells whether the content was the same', () => {
  for (const last of ['Cancel', 'Abort then Clear', 'nothing']) {
    const model = inState(N)
    if (last === 'Cancel') apply(model, { name: 'Cancel', id: 'job' })
    if (last === 'Abort then Clear') {
      apply(model, { name: 'Abort', id: 'job' })
      apply(model, { name: 'Clear', id: 'job' })
    }
    expect(bitsOf(model.decide({ name: 'Store', order }, 0).returnStatus)).toEqual([4, 33])
    const other = { jobOrderID: 'job', priority: 1 }
    expect(bitsOf(model.decide({ name: 'StoreAndStart', order: other }, 0).returnStatus)).toEqual([4, 34])
  }
})

test('after an Update the updated content counts as the same', () => {
  const model = inState(N)
  const updated = { jobOrderID: 'job', priority: 9 }
  apply(model, { name: 'Update', order: updated })
  expect(bitsOf(model.decide({ name: 'Store', order: updated }, 0).returnStatus)).toEqual([4, 33])
  expect(model.job('job')?.order.priority).toBe(9)
})

test('a full list, a foreign work master and a malformed order are told apart', () => {
  const model = new StationModel(station({ maxDownloadableJobOrders: 1, workMasters: ['paint'] }), {
    seed: 's',
    speed: 1,
  })
  const store = (value: JobOrder): number[] =>
    bitsOf(model.decide({ name: 'Store', order: value }, 0).returnStatus)
  expect(store({ jobOrderID: 'a', workMasterID: [{ ID: 'weld' }] })).toEqual([4, 36])
  expect(store({ jobOrderID: '' })).toEqual([32])
  expect(store({ jobOrderID: 'a', materialRequirements: [{ quantity: '1' }] })).toEqual([32])
  const wrongType = { ID: 'RunsPlanned', value: { dataType: 'String', value: '1' } }
  expect(store({ jobOrderID: 'a', jobOrderParameters: [wrongType] })).toEqual([32])
  const wrongWay = { ID: 'GoodQuantity', value: { dataType: 'Double', value: 1 } }
  expect(store({ jobOrderID: 'a', jobOrderParameters: [wrongWay] })).toEqual([32])
  apply(model, { name: 'Store', order: { jobOrderID: 'a', workMasterID: [{ ID: 'weld' }, { ID: 'paint' }] } })
  expect(store({ jobOrderID: 'b' })).toEqual([4, 35])
})

test('the queue goes by Priority, then StartTime, then arrival', () => {
  const model = new StationModel(station({ slots: 1, defaultDurationMs: 10 }), { seed: 's', speed: 1 })
  const at = (ms: number): string => new Date(ms).toISOString()
  const orders: JobOrder[] = [
    { jobOrderID: 'late', startTime: at(9000) },
    { jobOrderID: 'early', startTime: at(1000) },
    { jobOrderID: 'early too', startTime: at(1000) },
    { jobOrderID: 'urgent', startTime: at(9000), priority: 5 },
  ]
  for (const value of orders) apply(model, { name: 'StoreAndStart', order: value })
  const started: string[] = []
  for (let now = 0; started.length < 4; now = model.nextWakeAt() ?? 0)
    for (let record = model.next(now); record; record = model.next(now)) {
      model.apply(record)
      if (record.kind === 'started') started.push(record.id)
    }
  expect(started).toEqual(['urgent', 'early', 'early too', 'late'])
})

function apply(model: StationModel, command: Command): void {
  const { records, returnStatus } = model.decide(command, 0)
  expect(bitsOf(returnStatus)).toEqual([0])
  for (const record of records) model.apply(record)
}
