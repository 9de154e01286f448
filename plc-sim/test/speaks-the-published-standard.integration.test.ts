import {
  DataType,
  type NodeId,
  type ReferenceDescription,
  Variant,
  VariantArrayType,
  coerceNodeId,
} from 'node-opcua'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Line, builtOperations, defaultStations, quietLibrary, readLedger } from '../src/server.ts'
import {
  type Identity,
  type StationHandle,
  type TestClient,
  clientIdentity,
  datum,
  jobControlUri,
  jobsUri,
  temporaryFolder,
} from './client.ts'
import { login, startTestLine } from './testLine.ts'

let line: Line
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let client: TestClient
let paint: StationHandle

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  line = await startTestLine(`${folder.path}/line-1`, identity)
  client = await login(line, identity)
  paint = await client.station('paint')
})
afterAll(async () => {
  await client?.close()
  await line?.stop()
  await folder?.dispose()
})

const string = (value: string): Variant => new Variant({ dataType: DataType.String, value })
const slow = { ID: 'PlannedProductionTime', value: { dataType: DataType.Double, value: 3_600_000 } }

describe('job orders', () => {
  test('a job order stored and started runs to its end, each state told by an event and once', async () => {
    const log = await client.listen()
    expect(await client.command(paint, 'Store', { jobOrderID: 'one' })).toMatchObject({
      status: 'Good',
      bits: 1n,
    })
    expect(await client.command(paint, 'Start', 'one')).toMatchObject({ status: 'Good', bits: 1n })
    const ended = await log.reaches('one', 5)
    expect(log.statesOf('one')).toEqual([1, 2, 3, 5])
    expect(ended.jobState[1]?.browsePath.elements).toMatchObject([
      { referenceTypeId: coerceNodeId('i=117'), targetName: { name: 'EndedSubstates' } },
    ])
    expect(ended.sourceName).toBe('JobOrderResults')
    expect((ended.response['jobState'] as { stateNumber: number }[])[0]?.stateNumber).toBe(5)
    expect(ended.eventType.toString()).not.toBe(
      coerceNodeId(`ns=${await client.namespaceIndex(jobControlUri)};i=1006`).toString(),
    )
    expect((await client.list(paint)).find(([id]) => id === 'one')).toEqual(['one', 5])
    expect(await client.command(paint, 'Clear', 'one')).toMatchObject({ status: 'Good' })
    expect((await client.list(paint)).find(([id]) => id === 'one')).toBeUndefined()
    await log.close()
  })

  test('someone who listens at the station alone hears the station alone', async () => {
    const foaming = await client.station('foaming')
    const log = await client.listen(foaming.results)
    await client.command(paint, 'Store', { jobOrderID: 'here' })
    await client.command(foaming, 'Store', { jobOrderID: 'there' })
    await log.reaches('there', 1)
    expect(log.statesOf('here')).toEqual([])
    await log.close()
  })

  test('every method takes a job through its states', async () => {
    const order = { jobOrderID: 'long', jobOrderParameters: [slow] }
    const step = async (method: string, given: string | Record<string, unknown> = 'long'): Promise<void> => {
      const { status, bits } = await client.command(paint, method, given, ['because'])
      expect({ method, status, bits }).toEqual({ method, status: 'Good', bits: 1n })
    }
    const state = async (): Promise<number | undefined> =>
      (await client.list(paint)).find(([id]) => id === 'long')?.[1]
    await step('StoreAndStart', order)
    expect(await state()).toBe(3)
    await step('Pause')
    expect(await state()).toBe(4)
    await step('Resume')
    expect(await state()).toBe(3)
    await step('Stop')
    expect(await state()).toBe(5)
    const again = await client.command(paint, 'Resume', 'long')
    expect(again).toMatchObject({ status: 'Uncertain', bits: 8n })
    await step('Clear')
    await step('Store', { ...order, jobOrderID: 'other' })
    await step('Update', { ...order, jobOrderID: 'other', priority: 3 })
    await step('Start', 'other')
    await step('Abort', 'other')
    await step('Clear', 'other')
    await step('Store', { jobOrderID: 'third' })
    await step('Cancel', 'third')
  })

  test('refusals carry the published bits and, beside them, ours', async () => {
    const order = { jobOrderID: 'twice', priority: 1 }
    await client.command(paint, 'Store', order)
    const refused = async (method: string, given: string | Record<string, unknown>): Promise<unknown> => {
      const { status, bits } = await client.command(paint, method, given)
      expect(status).toBe('Uncertain')
      return bits
    }
    expect(await refused('Store', order)).toBe(16n | (1n << 33n))
    expect(await refused('Store', { ...order, priority: 2 })).toBe(16n | (1n << 34n))
    expect(await refused('Store', { jobOrderID: 'x', workMasterID: [{ ID: 'weld' }] })).toBe(
      16n | (1n << 36n),
    )
    expect(await refused('Store', { jobOrderID: '' })).toBe(1n << 32n)
    expect(await refused('Pause', 'twice')).toBe(8n)
    expect(await refused('Start', 'nobody')).toBe(2n)
    await client.command(paint, 'Cancel', 'twice')
    expect(await refused('Store', order)).toBe(16n | (1n << 33n))
    const wrongType = await client.call(paint, 'Store', [string('text'), await noComment()])
    expect(wrongType.status).toMatch(/^Bad/)
    const otherStructure = await client.structure({ uri: jobControlUri, id: 3003 }, { ID: 'p' })
    const notAnOrder = new Variant({ dataType: DataType.ExtensionObject, value: otherStructure })
    expect((await client.call(paint, 'Store', [notAnOrder, await noComment()])).status).toBe(
      'BadInvalidArgument',
    )
  })

  test('an order comes back exactly as it went in, whatever it holds', async () => {
    const identification = await client.structure(
      { uri: jobsUri, id: 3012 },
      { itemNumber: 'compressor', outputInfo: 4, serialNumber: 'C-1' },
    )
    const order = {
      jobOrderID: 'rich',
      description: [{ text: 'Kühlschrank', locale: 'de' }],
      workMasterID: [{ ID: 'paint', description: { text: 'Paint', locale: 'en' } }],
      startTime: new Date('2026-01-02T03:04:05Z'),
      endTime: new Date('2026-01-02T04:04:05Z'),
      priority: -3,
      jobOrderParameters: [
        {
          ID: 'opt.colour',
          value: { dataType: DataType.String, value: 'green' },
          subparameters: [{ ID: 'gloss', value: { dataType: DataType.Double, value: 0.5 } }],
        },
        {
          ID: 'CustomerOrderNumbers',
          value: { dataType: DataType.String, arrayType: VariantArrayType.Array, value: ['o-1'] },
        },
        { ID: 'when', value: { dataType: DataType.DateTime, value: new Date(0) } },
        { ID: 'raw', value: { dataType: DataType.ByteString, value: Buffer.from([1, 2, 3]) } },
        {
          ID: 'big',
          value: { dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: [1, 2] },
        },
        {
          ID: 'sizes',
          value: {
            dataType: DataType.Double,
            arrayType: VariantArrayType.Array,
            value: new Float64Array([1, 2.5]),
          },
        },
      ],
      materialRequirements: [
        {
          materialDefinitionID: 'compressor',
          quantity: '1',
          properties: [
            { ID: 'Identification', value: { dataType: DataType.ExtensionObject, value: identification } },
          ],
        },
      ],
    }
    const sent = JSON.stringify(await client.structure('job order', order))
    expect(await client.command(paint, 'Store', order)).toMatchObject({ status: 'Good' })
    const list = (await client.read(paint.nodes.get('JobOrderList'))) as {
      jobOrder: { jobOrderID: string }
    }[]
    const back = list.find(({ jobOrder }) => jobOrder.jobOrderID === 'rich')?.jobOrder
    expect(JSON.stringify(back)).toBe(sent)
  })
})

describe('responses', () => {
  test('a finished job tells times, quantities, the unit and what went into it', async () => {
    const log = await client.listen()
    const order = {
      jobOrderID: 'built',
      jobOrderParameters: [
        {
          ID: 'CustomerOrderNumbers',
          value: { dataType: DataType.String, arrayType: VariantArrayType.Array, value: ['o-9'] },
        },
      ],
      materialRequirements: [
        { materialDefinitionID: 'compressor', quantity: '1' },
        { materialDefinitionID: 'lacquer', quantity: '0.5' },
      ],
    }
    await client.command(paint, 'StoreAndStart', order)
    await log.reaches('built', 5)
    const { status, bits, outputs } = await client.call(paint, 'RequestJobResponseByJobOrderID', [
      string('built'),
    ])
    expect([status, bits]).toEqual(['Good', 1n])
    const response = outputs[0]?.value as Parameters<typeof datum>[0] & {
      startTime: Date
      endTime: Date
      materialActuals: unknown
    }
    expect(response.endTime.getTime()).toBeGreaterThan(response.startTime.getTime())
    expect(datum(response, 'GoodQuantity')).toBe(1)
    expect(datum(response, 'JobResult')).toBe(1)
    const unit = builtOperations(readLedger(line.ledgerFile)).find(
      ({ jobOrderId }) => jobOrderId === 'built',
    )?.unit
    expect(unit).toMatch(/^U-/)
    expect(datum(response, 'AsBuiltBOM')).toMatchObject([
      {
        identification: { itemNumber: 'unit', outputInfo: 5, orderNumber: 'o-9', serialNumber: unit },
        componentInformation: [
          { identification: { itemNumber: 'compressor', outputInfo: 4 }, quantity: 1 },
          { identification: { itemNumber: 'lacquer', outputInfo: 2 }, quantity: 0.5 },
        ],
      },
    ])
    await log.close()
  })

  test('only jobs that have started have responses, by id and by state alike', async () => {
    await client.command(paint, 'Store', { jobOrderID: 'waits' })
    await client.command(paint, 'StoreAndStart', { jobOrderID: 'runs', jobOrderParameters: [slow] })
    const byId = async (id: string): Promise<bigint | undefined> =>
      (await client.call(paint, 'RequestJobResponseByJobOrderID', [string(id)])).bits
    expect(await byId('waits')).toBe(8n)
    expect(await byId('nobody')).toBe(2n)
    expect(await byId('runs')).toBe(1n)
    const state = await client.structure(
      { uri: jobControlUri, id: 3006 },
      { browsePath: { elements: [] }, stateNumber: 3, stateText: { text: 'Running' } },
    )
    const wanted = new Variant({
      dataType: DataType.ExtensionObject,
      arrayType: VariantArrayType.Array,
      value: [state],
    })
    const { outputs } = await client.call(paint, 'RequestJobResponseByJobOrderState', [wanted])
    const ids = ((outputs[0]?.value ?? []) as { jobOrderID: string }[]).map(({ jobOrderID }) => jobOrderID)
    expect(ids).toEqual(['runs'])
    const list = (await client.read(paint.nodes.get('JobOrderResponseList'))) as { jobOrderID: string }[]
    const listed = list.map(({ jobOrderID }) => jobOrderID)
    expect(listed).toContain('runs')
    expect(listed).not.toContain('waits')
  })
})

describe('address space', () => {
  test('each station says what it can do', async () => {
    const names = (await client.stations()).map(({ name }) => name)
    expect(names).toEqual(defaultStations.map(({ id }) => id))
    const workMasters = (await client.read(paint.nodes.get('WorkMaster'))) as { ID: string }[]
    expect(workMasters.map(({ ID }) => ID)).toEqual(['paint'])
    expect(await client.read(paint.nodes.get('EquipmentID'))).toEqual(['paint'])
    expect(await client.read(paint.nodes.get('MaxDownloadableJobOrders'))).toBe(5000)
  })

  test('every instance has all that the published types demand', async () => {
    const missing: string[] = []
    const seen = new Set<string>()
    let instances = 0

    const mandatoryOf = async (typeId: NodeId): Promise<ReferenceDescription[]> => {
      const supertypes = await client.references(typeId, 'HasSubtype', 'inverse')
      const above = supertypes[0] ? await mandatoryOf(supertypes[0].nodeId) : []
      const own: ReferenceDescription[] = []
      for (const child of await client.children(typeId, 'Aggregates')) {
        const rules = await client.references(child.nodeId, 'HasModellingRule')
        if (rules[0]?.nodeId.toString() === 'ns=0;i=78') own.push(child)
      }
      const names = new Set(own.map(({ browseName }) => browseName.toString()))
      return [...above.filter(({ browseName }) => !names.has(browseName.toString())), ...own]
    }
    const known = new Map<string, ReferenceDescription[]>()
    const check = async (node: ReferenceDescription, path: string): Promise<void> => {
      if (seen.has(node.nodeId.toString())) return
      seen.add(node.nodeId.toString())
      instances += 1
      const children = await client.children(node.nodeId, 'Aggregates')
      const type = node.typeDefinition
      if (!type.isEmpty()) {
        const demanded = known.get(type.toString()) ?? (await mandatoryOf(type))
        known.set(type.toString(), demanded)
        for (const wanted of demanded) {
          const found = children.find(
            ({ browseName }) => browseName.toString() === wanted.browseName.toString(),
          )
          const where = `${path}/${wanted.browseName.toString()}`
          if (!found) missing.push(where)
          else if (found.nodeClass !== wanted.nodeClass) missing.push(`${where}: another node class`)
          else if (found.typeDefinition.toString() !== wanted.typeDefinition.toString())
            missing.push(`${where}: another type`)
          else if (
            wanted.typeDefinition.toString() !== '' &&
            (await client.dataType(found)) !== (await client.dataType(wanted))
          )
            missing.push(`${where}: another data type`)
        }
      }
      for (const child of children) await check(child, `${path}/${child.browseName.name}`)
    }
    const machine = await client.machine('paint')
    await check(machine, 'paint')
    expect(missing).toEqual([])
    expect(instances).toBeGreaterThan(60)
  })

  test('the PackML unit and the item state follow the work', async () => {
    const charge = await client.station('charge')
    const read = async (...path: string[]): Promise<unknown> => client.readPath('charge', path)
    const unit = ['PackML', 'BaseStateMachine', 'MachineState', 'ExecuteState', 'CurrentState']
    expect(await read(...unit)).toMatchObject({ text: 'Idle' })
    await client.command(charge, 'StoreAndStart', { jobOrderID: 'c', jobOrderParameters: [slow] })
    expect(await read(...unit)).toMatchObject({ text: 'Execute' })
    expect(await read('MachineryBuildingBlocks', 'MachineryItemState', 'CurrentState', 'Number')).toBe(3)
    await client.command(charge, 'Pause', 'c')
    expect(await read(...unit)).toMatchObject({ text: 'Suspended' })
    expect(await read('MachineryBuildingBlocks', 'MachineryItemState', 'CurrentState', 'Number')).toBe(2)
  })
})

async function noComment(): Promise<Variant> {
  return Promise.resolve(
    new Variant({ dataType: DataType.LocalizedText, arrayType: VariantArrayType.Array, value: [] }),
  )
}
