/**
 * One station of a line says its lists, events and answers bent in every way OPC UA can carry; the bridge goes on, passes on
 * nothing that is no job in a known state, and works with the other stations meanwhile.
 * LINE_FUZZ_CAMPAIGN=10000 bends so many structures and prints what came of them (FUZZ_SEED: others).
 */
import { expect, test } from 'vitest'
import { BinaryStream, DataType, Variant, VariantArrayType } from 'node-opcua'
import { seeded } from '../../bench/harness.ts'
import { standardProfile } from '../src/lineProfiles.ts'
import { built, makeDispatch, openTestJournal, placeOrder, reached } from './factory.ts'
import { jobOrder, makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

const isCampaign = process.env['LINE_FUZZ_CAMPAIGN'] !== undefined
const structures = Number(process.env['LINE_FUZZ_CAMPAIGN'] ?? 300)
const random = seeded(Number(process.env['FUZZ_SEED'] ?? 1))
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!

type Structure = Record<string, unknown> & {
  readonly schema: { readonly fields: readonly { name: string }[] }
}
const isStructure = (value: unknown): value is Structure =>
  typeof value === 'object' && value !== null && 'schema' in value

const array = VariantArrayType.Array
const oddVariants = (): Variant[] => [
  new Variant({ dataType: DataType.Null }),
  new Variant({
    dataType: DataType.String,
    value: pick(['', 'x'.repeat(200_000), '\u0000', '\ud800', '__proto__']),
  }),
  new Variant({ dataType: DataType.String, arrayType: array, value: ['a', null, 'b'] }),
  new Variant({ dataType: DataType.Double, value: pick([NaN, Infinity, -Infinity, -1, 1e308]) }),
  new Variant({ dataType: DataType.Int32, arrayType: array, value: new Int32Array([1, 2, 3]) }),
  new Variant({ dataType: DataType.Boolean, value: true }),
  new Variant({ dataType: DataType.UInt64, value: [0xffffffff, 0xffffffff] }),
  new Variant({ dataType: DataType.ExtensionObject, value: null }),
  new Variant({ dataType: DataType.ExtensionObject, arrayType: array, value: [null, null] }),
  new Variant({ dataType: DataType.ExtensionObject, arrayType: array, value: [] }),
  new Variant({
    dataType: DataType.DateTime,
    value: pick([new Date(0), new Date('9998-01-01'), new Date('1601-01-02')]),
  }),
  new Variant({ dataType: DataType.ByteString, value: Buffer.from('nonsense') }),
]

function bent(value: unknown): unknown {
  if (value instanceof Variant) {
    if (random() < 0.5) return pick(oddVariants())
    return new Variant({ dataType: value.dataType, arrayType: value.arrayType, value: bent(value.value) })
  }
  if (Array.isArray(value)) {
    if (value.length === 0 || random() < 0.2) return pick([[], null, [...value, ...value]])
    const at = Math.floor(random() * value.length)
    return value.map((each: unknown, index) => (index === at ? bent(each) : each))
  }
  if (value instanceof Date || value === null || value === undefined)
    return pick([null, new Date('9998-12-31'), new Date('1601-01-02'), new Date(Date.now() + 1e12)])
  if (typeof value === 'string')
    return pick([null, '', 'y'.repeat(100_000), `${value}?`, '\u0000', 'unit-9/7'])
  if (typeof value === 'number') return pick([0, 7, 255, 4_000_000_000, NaN])
  if (!isStructure(value)) return value
  const names = value.schema.fields.map(({ name }) => name)
  const name = pick(names)
  const Same = value.constructor as new (fields: object) => Structure
  return new Same({
    ...Object.fromEntries(names.map((each) => [each, value[each]])),
    [name]: bent(value[name]),
  })
}

/** A bent copy that can be sent at all. */
function sendable(value: Variant): Variant {
  for (;;) {
    try {
      const odd = random() < 0.15 ? pick(oddVariants()) : bent(value)
      const made = odd instanceof Variant ? odd : value
      made.encode(new BinaryStream(4_000_000))
      return made
    } catch {
      // the server's own library refuses to say it: draw again
    }
  }
}

test('nonsense from one station stops neither the bridge nor the other stations', async () => {
  const folder = await temporaryFolder()
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', onUnhandled)
  let count = 0
  let isMad = false
  const said: Record<string, number> = {}
  const pki = await pkiFolder(folder.path)
  const sim = await startSim(folder.path, pki, 'line-1', {
    distort(station, what, value) {
      if (!isMad || station !== 'paint') return value
      count++
      said[what] = (said[what] ?? 0) + 1
      return sendable(value)
    },
  })
  const line = makeLink('line-1', sim.endpointUrl, pki)
  try {
    line.start()
    await until(line, () => line.isOnline())
    const states = new Set<unknown>()
    line.follow((change) => {
      if (change.kind !== 'job') return
      expect(change.job.jobOrderId).toBeTypeOf('string')
      states.add(change.job.jobState)
    })
    const sane = line.stations().find(({ station }) => station !== 'paint')!.station
    for (let n = 0; n < 8; n++) await line.store('paint', jobOrder(`unit-${n}`, 1, 'paint'))
    isMad = true
    let read = 0
    let unread = 0
    let done = 0
    for (let round = 0; count < structures; round++) {
      const id = `mad-${round}`
      await line.store('paint', jobOrder(id, 1, 'paint'))
      await line.command('paint', 'Start', `${id}/1`)
      for (let look = 0; look < 8; look++) {
        if (await line.readList('paint')) read++
        else unread++
        await line.readResponse('paint', `${id}/1`)
      }
      await line.command('paint', 'Cancel', `${id}/1`)
      await line.command('paint', 'Clear', `${id}/1`)
      // a line that sent nonsense while it was being read for the first time is connected to anew
      if (!line.isOnline()) {
        isMad = false
        await until(line, () => line.isOnline())
        isMad = true
      }
      const other = await line.store(sane, jobOrder(id, 2, sane))
      expect(other).toEqual({ outcome: 'accepted' })
      expect(await line.command(sane, 'Cancel', `${id}/2`)).toEqual({ outcome: 'accepted' })
      done++
    }
    isMad = false
    await until(line, () => line.isOnline())
    expect(await line.readList('paint')).toBe(true)
    expect(line.observed('unit-3/1')?.jobState).toBe('NotAllowedToStart')
    expect(unhandled).toEqual([])
    if (isCampaign)
      console.log({ count, said, read, unread, done, states: [...states], link: line.view().link })
  } finally {
    await line.stop()
    await sim.stop()
    await folder.remove()
    process.off('unhandledRejection', onUnhandled)
  }
}, 1_200_000)

test('a job order nobody can understand makes the line degraded, by name, and others are built meanwhile', async () => {
  const folder = await temporaryFolder()
  const pki = await pkiFolder(folder.path)
  let change: ((entry: Structure) => Structure) | undefined
  const sim = await startSim(folder.path, pki, 'line-1', {
    distort(station, what, value) {
      if (!change || station !== 'paint' || what !== 'jobOrderList') return value
      const entries = (value.value as Structure[]).map((entry) =>
        (entry['jobOrder'] as Structure)['jobOrderID'] === 'foreign/1' ? change!(entry) : entry,
      )
      return new Variant({ dataType: value.dataType, arrayType: value.arrayType, value: entries })
    },
  })
  const journal = await openTestJournal(`${folder.path}/data`)
  const line = makeLink('line-1', sim.endpointUrl, pki, {}, { profile: { ...standardProfile, pollMs: 300 } })
  const dispatch = makeDispatch(journal, [line])
  const copy = (entry: Structure, fields: object): Structure =>
    new (entry.constructor as new (all: object) => Structure)({ ...entry, ...fields })
  const isState = (state: string) => () => line.link().state === state
  try {
    await dispatch.start()
    await until(line, isState('online'))
    await line.store('paint', jobOrder('foreign', 1, 'paint'))
    // no state at all, while the line is up
    change = (entry) => copy(entry, { state: [] })
    await until(line, isState('degraded'))
    expect(line.link().problems).toEqual([
      {
        cause: 'jobList',
        detail: expect.stringMatching(/list of paint has job order foreign\/1 in no state/),
      },
    ])
    const first = await placeOrder(journal)
    await reached(journal, first, 'completed')
    // nobody's, and already so when the line is connected to
    change = (entry) => copy(entry, { jobOrder: copy(entry['jobOrder'] as Structure, { jobOrderID: '' }) })
    await line.stop()
    const again = makeLink('line-1', sim.endpointUrl, pki)
    const next = makeDispatch(journal, [again])
    await dispatch.stop()
    await next.start()
    try {
      await until(again, () => again.link().state === 'degraded')
      expect(again.link().reason).toContain('the job order list of paint has 1 entry without a job order id')
      const second = await placeOrder(journal)
      await reached(journal, second, 'completed')
      const done = built(sim).map(({ jobOrderId }) => jobOrderId.split('/')[0])
      for (const orderId of [first, second]) expect(done.filter((id) => id === orderId)).toHaveLength(6)
      change = undefined
      expect(await again.readList('paint')).toBe(true)
      expect(again.link().state).toBe('online')
    } finally {
      await next.stop()
      await again.stop()
    }
  } finally {
    await dispatch.stop()
    await line.stop()
    await sim.stop()
    await journal.close()
    await folder.remove()
  }
})
