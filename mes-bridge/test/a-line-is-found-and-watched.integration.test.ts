import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLedger } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import { jobOrder, makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

describe('a line over OPC UA', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let sim: SimulatedLine
  let line: ReturnType<typeof makeLink>

  beforeAll(async () => {
    folder = await temporaryFolder()
    await pkiFolder(folder.path)
    sim = await startSim(folder.path, `${folder.path}/pki`, 'line-1')
    line = makeLink('line-1', sim.endpointUrl, `${folder.path}/pki`)
    line.start()
    await until(line, () => line.isOnline())
  })
  afterAll(async () => {
    await line.stop()
    await sim.stop()
    await folder.remove()
  })

  test('finds every station by type with its work masters and list size', () => {
    expect(line.view().link).toMatchObject({ state: 'online', fingerprint: sim.certificateThumbprint })
    expect(line.stations().map(({ station }) => station)).toContain('sheet-metal')
    expect(line.stationFor('paint')).toMatchObject({
      station: 'paint',
      workMasters: ['paint'],
      maxJobOrders: 5000,
    })
  })

  test('every field of a job order arrives as it was written', async () => {
    const order = jobOrder(randomUUID(), 20, 'paint', { priority: 7 })
    await line.store('paint', order)
    await line.command('paint', 'Cancel', order.jobOrderId)
    const stored = readLedger(sim.ledgerFile).find(
      (record) => record.kind === 'stored' && record.id === order.jobOrderId,
    )
    expect(stored).toMatchObject({
      order: {
        jobOrderID: order.jobOrderId,
        workMasterID: [{ ID: 'paint' }],
        priority: 7,
        jobOrderParameters: [
          { ID: 'RunsPlanned', value: { dataType: 'UInt32', value: 1 } },
          { ID: 'JobExecutionMode', value: { dataType: 'Int32', value: 2 } },
          { ID: 'JobName', value: { arrayType: 'Array', value: [{ text: 'fridge paint', locale: 'en' }] } },
          { ID: 'CustomerOrderNumbers', value: { arrayType: 'Array', value: [order.orderId] } },
          { ID: 'PlannedProductionTime', value: { dataType: 'Double', value: 10_000 } },
          { ID: 'Program', value: { dataType: 'String', value: 'BODY_2' } },
          { ID: 'Width', value: { dataType: 'Double', value: 600 } },
          { ID: 'NoFrost', value: { dataType: 'Boolean', value: true } },
          { ID: 'spec.digest', value: { value: order.digest } },
          { ID: 'rules.version', value: { value: 'rules-1' } },
        ],
        materialRequirements: [
          {
            materialDefinitionID: 'DOOR-600',
            materialUse: 'Material Consumed',
            quantity: '2',
            properties: [{ ID: 'Position', value: { value: 'door' } }],
          },
        ],
      },
    })
  })

  test('hands over, starts, watches and clears a job', async () => {
    const order = jobOrder(randomUUID(), 10, 'sheet-metal')
    expect(await line.store('sheet-metal', order)).toEqual({ outcome: 'accepted' })
    await until(line, () => line.observed(order.jobOrderId)?.jobState === 'NotAllowedToStart')
    expect(line.observed(order.jobOrderId)).toMatchObject({ digest: order.digest, by: 'event' })
    expect(await line.command('sheet-metal', 'Start', order.jobOrderId)).toEqual({ outcome: 'accepted' })
    await until(line, () => line.observed(order.jobOrderId)?.jobState === 'Ended')
    expect(line.observed(order.jobOrderId)).toMatchObject({
      sourceAt: expect.any(String),
      startedAt: expect.any(String),
      endedAt: expect.any(String),
      serialNumber: expect.any(String),
      built: [{ part: 'DOOR-600', quantity: '2' }],
    })
    expect(await line.command('sheet-metal', 'Clear', order.jobOrderId)).toEqual({ outcome: 'accepted' })
    expect(await line.command('sheet-metal', 'Clear', order.jobOrderId)).toMatchObject({
      outcome: 'refused',
      names: ['UnknownJobOrder'],
    })
    const at = line.moment()
    await line.readList('sheet-metal')
    expect(line.listed('sheet-metal', order.jobOrderId, at)).toEqual({ listed: 'no' })
    expect(
      line.audited
        .filter(({ jobOrderId }) => jobOrderId === order.jobOrderId)
        .map(({ method, result }) => `${method} ${result}`),
    ).toEqual(['Store accepted', 'Start accepted', 'Clear accepted', 'Clear refused UnknownJobOrder'])
  })
})
