import { AttributeIds, DataType, Variant } from 'node-opcua'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ReturnBit } from '../src/jobStates.ts'
import { type Line, faultProfiles, quietLibrary } from '../src/server.ts'
import {
  type Identity,
  type StationHandle,
  type TestClient,
  clientIdentity,
  temporaryFolder,
} from './client.ts'
import { login, startTestLine } from './testLine.ts'

// One line and one client for the file; a test that breaks the connection gets the next one a fresh client.
let line: Line
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
let client: TestClient
let paint: StationHandle
let isBroken = false
const calm = faultProfiles['calm']!
const broken = /disconnected|Connection Break/i

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  line = await startTestLine(`${folder.path}/line-1`, identity)
  client = await login(line, identity)
  paint = await client.station('paint')
})
beforeEach(async () => {
  if (!isBroken) return
  client = await login(line, identity)
  isBroken = false
})
afterEach(async () => {
  line.behave(calm)
  line.speak()
  if (isBroken) await client.close().catch(() => {})
})
afterAll(async () => {
  await client?.close().catch(() => {})
  await line?.stop()
  await folder?.dispose()
})

const store = (jobOrderID: string, more: Record<string, unknown> = {}) =>
  client.command(paint, 'Store', { jobOrderID, ...more })
const string = (value: string): Variant => new Variant({ dataType: DataType.String, value })
const respond = (id: string) => client.call(paint, 'RequestJobResponseByJobOrderID', [string(id)])

/** The ids in the list as another client sees them. */
async function ids(): Promise<string[]> {
  const other = await login(line, identity)
  try {
    return (await other.list(paint)).map(([id]) => id)
  } finally {
    await other.close()
  }
}

/** Builds one job and waits until it is over. */
async function build(jobOrderID: string): Promise<void> {
  await client.command(paint, 'StoreAndStart', { jobOrderID })
  await expect.poll(() => client.list(paint), { interval: 20 }).toContainEqual([jobOrderID, 5])
}

test('a lost answer: the call was executed, the client cannot know', async () => {
  isBroken = true
  line.faults.add({ action: { do: 'loseAnswer' }, method: 'Store' })
  await expect(store('lost')).rejects.toThrow(broken)
  expect(await ids()).toContain('lost')
})

test('a lost call looks the same, but was never executed', async () => {
  isBroken = true
  line.faults.add({ action: { do: 'loseCall' }, method: 'Store' })
  await expect(store('never')).rejects.toThrow(broken)
  expect(await ids()).not.toContain('never')
})

test('a late answer comes late, and only as often as scripted', async () => {
  line.faults.add({ action: { do: 'delayAnswer', ms: 150 }, method: 'Store' })
  const before = performance.now()
  const answer = store('late')
  await expect.poll(ids, { interval: 20 }).toContain('late')
  expect(await answer).toMatchObject({ status: 'Good' })
  expect(performance.now() - before).toBeGreaterThanOrEqual(149)
})

test('a slow call is executed late', async () => {
  line.faults.add({ action: { do: 'slow', ms: 60_000 }, method: 'Store', jobOrderId: 'sluggish' })
  const answer = store('sluggish')
  answer.catch(() => {})
  expect(await store('brisk')).toMatchObject({ status: 'Good' })
  const list = (await client.list(paint)).map(([id]) => id)
  expect(list).toContain('brisk')
  expect(list).not.toContain('sluggish')
  isBroken = true
})

test('a refusal hits only what it names and executes nothing', async () => {
  line.faults.add({
    action: { do: 'refuse', bits: [4, 35] },
    station: 'paint',
    method: 'Store',
    jobOrderId: 'poor',
  })
  expect(await store('rich')).toMatchObject({ status: 'Good' })
  expect(await store('poor')).toMatchObject({ status: 'Uncertain', bits: 16n | (1n << 35n) })
  expect((await client.list(paint)).map(([id]) => id)).not.toContain('poor')
  expect(await store('poor')).toMatchObject({ status: 'Good' })
})

test('every bit of a ReturnStatus can be the refusal', async () => {
  for (const [name, bit] of Object.entries(ReturnBit)) {
    if (bit === ReturnBit.noError) continue
    line.faults.add({ action: { do: 'refuse', bits: [bit] }, method: 'Cancel' })
    expect({ name, ...(await client.command(paint, 'Cancel', 'rich')) }).toMatchObject({
      name,
      status: 'Uncertain',
      bits: 1n << BigInt(bit),
    })
  }
  expect(await client.command(paint, 'Cancel', 'rich')).toMatchObject({ status: 'Good' })
})

test('a Bad code carries no ReturnStatus and executes nothing', async () => {
  line.faults.add({ action: { do: 'fail', status: 'BadOutOfMemory' }, method: 'Store' })
  expect(await store('bad')).toMatchObject({ status: 'BadOutOfMemory', bits: undefined })
  expect(await store('bad')).toMatchObject({ status: 'Good', bits: 1n })
})

test('bit positions instead of bits: success is 0, a duplicate 4', async () => {
  expect(await store('bits')).toMatchObject({ bits: 1n })
  line.change({ bitPositions: true })
  expect(await store('positions')).toMatchObject({ status: 'Good', bits: 0n })
  expect(await store('positions')).toMatchObject({ status: 'Uncertain', bits: 4n })
  expect(await client.command(paint, 'Start', 'nobody')).toMatchObject({ status: 'Uncertain', bits: 1n })
})

test('fields are missing in list, response and event', async () => {
  const fields = async () => {
    const list = (await client.read(paint.nodes.get('JobOrderList'))) as {
      jobOrder: { jobOrderID: string; priority?: number }
      state: unknown[]
    }[]
    const entry = list.find(({ jobOrder }) => jobOrder.jobOrderID === 'whole')
    const response = (await respond('whole')).outputs[0]?.value as { startTime?: Date; jobState: unknown[] }
    return [
      entry?.jobOrder.priority,
      entry?.state.length,
      response.startTime instanceof Date,
      response.jobState.length,
    ]
  }
  await client.command(paint, 'StoreAndStart', { jobOrderID: 'whole', priority: 7 })
  await expect.poll(() => client.list(paint), { interval: 20 }).toContainEqual(['whole', 5])
  expect(await fields()).toEqual([7, 2, true, 2])
  line.change({ omit: ['jobOrder.priority', 'state', 'jobResponse.startTime', 'jobResponse.jobState'] })
  expect(await fields()).toEqual([undefined, 0, false, 0])
  const log = await client.listen()
  await client.command(paint, 'Store', { jobOrderID: 'partly', priority: 7 })
  const event = await log.reaches('partly', 1)
  expect(event.jobOrder['priority']).toBeUndefined()
  await log.close()
})

test('finished jobs stay until they are cleared, unless the line clears by itself', async () => {
  await build('stays')
  line.change({ autoClearMs: 30 })
  await expect.poll(() => client.list(paint), { interval: 20 }).not.toContainEqual(['stays', 5])
  expect(await respond('stays')).toMatchObject({ bits: 2n })
  // It still knows the id, until it is of the kind that does not.
  expect(await store('stays')).toMatchObject({ bits: 16n | (1n << 33n) })
  line.change({ forgetsRemoved: true })
  await store('again')
  await client.command(paint, 'Cancel', 'again')
  expect(await store('again')).toMatchObject({ status: 'Good' })
})

test('a silent line keeps its connections open and answers nothing until it speaks again', async () => {
  let answered = false
  line.silence()
  const reading = client.list(paint).then((list) => {
    answered = true
    return list
  })
  const stranger = login(line, identity)
  const newcomer = stranger.then(() => true)
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(answered).toBe(false)
  line.speak()
  expect(await reading).toBeInstanceOf(Array)
  expect(await newcomer).toBe(true)
  await (await stranger).close()
})

test('events can be dropped, doubled and overtaken', async () => {
  const log = await client.listen()
  line.faults.add({ action: { do: 'dropEvent' }, jobOrderId: 'events', method: 'Running' })
  line.faults.add({ action: { do: 'duplicateEvent' }, jobOrderId: 'events', method: 'AllowedToStart' })
  await client.command(paint, 'StoreAndStart', { jobOrderID: 'events' })
  await log.reaches('events', 5)
  expect(log.statesOf('events')).toEqual([2, 2, 5])
  line.faults.add({
    action: { do: 'delayEvent', ms: 200 },
    jobOrderId: 'overtaken',
    method: 'NotAllowedToStart',
  })
  await store('overtaken')
  await client.command(paint, 'Start', 'overtaken')
  await log.reaches('overtaken', 1)
  expect(log.statesOf('overtaken').indexOf(1)).toBeGreaterThan(0)
  await log.close()
})

test('a lost subscription says nothing more, while the session goes on', async () => {
  const log = await client.listen()
  await store('heard')
  await log.reaches('heard', 1)
  line.loseSubscriptions()
  await store('unheard')
  const fresh = await client.listen()
  await store('heard again')
  await fresh.reaches('heard again', 1)
  expect(log.statesOf('unheard')).toEqual([])
  await fresh.close()
})

test('a lost session is unknown; the client has to make itself another', async () => {
  isBroken = true
  const sessionId = (): string => client.session.sessionId.toString()
  const before = sessionId()
  await client.list(paint)
  expect(sessionId()).toBe(before)
  line.loseSessions()
  // The library makes one by itself and asks again.
  await client.list(paint).catch(() => {})
  expect(sessionId()).not.toBe(before)
})

test('a clock that is off shows in current time, source time stamps, responses and events', async () => {
  const times = async (id: string) => {
    await build(id)
    const list = await client.session.read({
      nodeId: paint.nodes.get('JobOrderList')!,
      attributeId: AttributeIds.Value,
    })
    const response = (await respond(id)).outputs[0]?.value as { startTime: Date; endTime: Date }
    const log = await client.listen()
    await store(`${id} event`)
    const event = await log.reaches(`${id} event`, 1)
    await log.close()
    const current = await client.session.read({ nodeId: 'i=2258', attributeId: AttributeIds.Value })
    return [
      current.value.value as Date,
      list.sourceTimestamp,
      response.startTime,
      response.endTime,
      event.time,
    ].map((time) => Math.round(((time as Date).getTime() - Date.now()) / 60_000))
  }
  expect((await times('on time')).map(Math.abs)).toEqual([0, 0, 0, 0, 0])
  line.change({ clockOffsetMs: -5 * 60_000 })
  expect(await times('behind')).toEqual([-5, -5, -5, -5, -5])
})

test('a fourth session is refused by a line that takes three', async () => {
  isBroken = true
  line.loseSessions()
  await client.close()
  line.change({ maxSessions: 3 })
  const others = [await login(line, identity), await login(line, identity), await login(line, identity)]
  await expect(login(line, identity)).rejects.toThrow(/BadTooManySessions/)
  line.change({ maxSessions: 4 })
  others.push(await login(line, identity))
  await Promise.all(others.map((other) => other.close()))
})

test('requests above small operation limits are refused whole, and the limits can be read', async () => {
  const nodes = Array.from({ length: 5 }, () => ({ nodeId: 'i=2258', attributeId: AttributeIds.Value }))
  expect(await client.session.read(nodes)).toHaveLength(5)
  line.behave(faultProfiles['cramped']!)
  await expect(client.session.read(nodes)).rejects.toThrow(/BadTooManyOperations/)
  expect(await client.session.read(nodes.slice(1))).toHaveLength(4)
  const maxNodesPerRead = 'i=11705'
  const said = await client.session.read({ nodeId: maxNodesPerRead, attributeId: AttributeIds.Value })
  expect(said.value.value).toBe(4)
})
