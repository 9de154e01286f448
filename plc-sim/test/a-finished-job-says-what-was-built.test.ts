import { expect, test } from 'vitest'
import { jobResponse } from '../src/actuals.ts'
import type { JobOrder, Parameter } from '../src/jobOrder.ts'
import { type Command, type ModelSettings, StationModel } from '../src/lineModel.ts'
import { station } from './stationFixture.ts'

const settings: ModelSettings = { seed: 'seed', speed: 10 }
const order: JobOrder = {
  jobOrderID: 'job-1',
  workMasterID: [{ ID: 'paint' }],
  jobOrderParameters: [
    { ID: 'PlannedProductionTime', value: { dataType: 'Double', value: 60_000 } },
    { ID: 'CustomerOrderNumbers', value: { dataType: 'String', arrayType: 'Array', value: ['order-7'] } },
  ],
  materialRequirements: [
    { materialDefinitionID: 'compressor', quantity: '1' },
    { materialDefinitionID: 'lacquer', quantity: '0.75' },
  ],
}

function run(model: StationModel, now: number, ...commands: Command[]): void {
  for (const command of commands) for (const record of model.decide(command, now).records) model.apply(record)
  for (let record = model.next(now); record; record = model.next(now)) model.apply(record)
}

function respond(model: StationModel, now: number, id = 'job-1') {
  const job = model.job(id)
  if (!job) throw new Error(`No job ${id}.`)
  const response = jobResponse(model, job, now)
  const datum = (wanted: string): unknown =>
    response.jobResponseData.find(({ ID }: Parameter) => ID === wanted)?.value.value
  return { ...response, datum, job }
}

function started(given: Partial<ModelSettings> = {}, id = 'paint'): StationModel {
  const model = new StationModel(station({ id }), { ...settings, ...given })
  run(model, 1000, { name: 'StoreAndStart', order })
  return model
}

test('the plan over the speed, at most 8 % off, is how long it takes', () => {
  const durations = Array.from(
    { length: 300 },
    (_, index) => started({ seed: String(index) }).job('job-1')?.durationMs ?? 0,
  )
  for (const duration of durations) {
    expect(duration).toBeGreaterThanOrEqual(6000 * 0.92)
    expect(duration).toBeLessThanOrEqual(6000 * 1.08)
  }
  expect(new Set(durations).size).toBeGreaterThan(200)
})

test('the remaining time counts down in the time the customer lives in, and stands still while paused', () => {
  const model = started()
  const duration = model.job('job-1')?.durationMs ?? 0
  expect(respond(model, 1000).datum('EstimatedRemainingTime')).toBe(duration)
  expect(respond(model, 3000).datum('EstimatedRemainingTime')).toBe(duration - 2000)
  run(model, 3000, { name: 'Pause', id: 'job-1' })
  expect(respond(model, 99_000).datum('EstimatedRemainingTime')).toBe(duration - 2000)
  run(model, 99_000, { name: 'Resume', id: 'job-1' })
  expect(model.nextWakeAt()).toBe(99_000 + duration - 2000)
})

test('an order that waits for a fixture is told the time of those before it', () => {
  const model = new StationModel(station({ slots: 1 }), { seed: 's', speed: 1 })
  for (const id of ['a', 'b', 'c']) run(model, 0, { name: 'StoreAndStart', order: { jobOrderID: id } })
  const running = model.job('a')?.durationMs ?? 0
  expect(respond(model, 0, 'b').datum('EstimatedRemainingTime')).toBe(running + 1000)
  expect(respond(model, 0, 'c').datum('EstimatedRemainingTime')).toBe(running + 2000)
})

test('the response of a finished job has its actual times, quantities and genealogy', () => {
  const model = started()
  const duration = model.job('job-1')?.durationMs ?? 0
  run(model, 50_000)
  const { job, datum, ...response } = respond(model, 50_000)
  expect(response).toMatchObject({ jobOrderID: 'job-1', startTime: 1000, endTime: 1000 + duration })
  expect(response.jobState.map(({ text }) => text)).toEqual(['Ended', 'Completed'])
  expect(datum('ActualProductionTime')).toBe(duration)
  expect(datum('ProducedQuantity')).toBe(1)
  expect(datum('GoodQuantity')).toBe(1)
  expect(datum('RunsCompleted')).toBe(1)
  expect(datum('JobResult')).toBe(1)
  expect(datum('EstimatedRemainingTime')).toBeUndefined()
  expect(datum('AsBuiltBOM')).toEqual([
    {
      identification: { itemNumber: 'paint', orderNumber: 'order-7', serialNumber: job.unit, outputInfo: 5 },
      componentInformation: [
        expect.objectContaining({
          identification: {
            itemNumber: 'compressor',
            serialNumber: expect.stringMatching(/^S-/) as string,
            outputInfo: 4,
          },
          quantity: 1,
        }),
        expect.objectContaining({
          identification: {
            itemNumber: 'lacquer',
            lotNumber: expect.stringMatching(/^L-/) as string,
            outputInfo: 2,
          },
          quantity: 0.75,
        }),
      ],
    },
  ])
  expect(response.materialActuals.map(({ materialUse }) => materialUse)).toEqual([
    'Produced',
    'Consumed',
    'Consumed',
  ])
})

test('a unit keeps its serial number at every station, and another order is another unit', () => {
  const unit = (model: StationModel): string | undefined => model.job('job-1')?.unit
  expect(unit(started({}, 'foaming'))).toBe(unit(started({}, 'paint')))
  expect(unit(started({ seed: 'other' }))).not.toBe(unit(started()))
  const model = started()
  run(model, 0, { name: 'Store', order: { jobOrderID: 'job-2' } })
  expect(model.job('job-2')?.unit).not.toBe(unit(model))
})

test('a stopped job has produced nothing good and no genealogy, and says why', () => {
  const model = started()
  run(model, 2000, { name: 'Stop', id: 'job-1', comment: 'door dented' })
  const { datum, endTime } = respond(model, 9000)
  expect(endTime).toBe(2000)
  expect(datum('JobResult')).toBe(2)
  expect(datum('GoodQuantity')).toBe(0)
  expect(datum('ActualProductionTime')).toBe(1000)
  expect(datum('AsBuiltBOM')).toBeUndefined()
  expect(datum('ReasonForStateChange')).toEqual({ text: 'door dented' })
})

test('numbers the order fixed are the numbers in the genealogy', () => {
  const model = new StationModel(station(), settings)
  const fixed = {
    ...order,
    materialRequirements: [{ materialDefinitionID: 'lacquer', materialLotID: 'LOT-1', quantity: '1' }],
  }
  run(model, 0, { name: 'StoreAndStart', order: fixed })
  run(model, 1e6)
  const [bom] = respond(model, 1e6).datum('AsBuiltBOM') as {
    componentInformation: { identification: unknown }[]
  }[]
  expect(bom?.componentInformation[0]?.identification).toEqual({
    itemNumber: 'lacquer',
    lotNumber: 'LOT-1',
    outputInfo: 2,
  })
})

test('a job that ended while the line was down ended when it ended, the next starts when the line is back', () => {
  const model = new StationModel(station({ slots: 1 }), { seed: 's', speed: 1 })
  run(
    model,
    0,
    { name: 'StoreAndStart', order: { jobOrderID: 'a' } },
    { name: 'StoreAndStart', order: { jobOrderID: 'b' } },
  )
  const endsAt = model.nextWakeAt() ?? 0
  run(model, 5000)
  expect(model.job('a')?.endedAt).toBe(endsAt)
  expect(model.job('b')?.startedAt).toBe(5000)
})
