/** Structures and status words as OPC 10031-4 V2 prints them, and what a strange line may say. */
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { DataType } from 'node-opcua'
import { decodeJobOrderList, decodeResponse, decodeStatusEvent } from '../src/line/decode.ts'
import { encodeJobOrder, wireSchema } from '../src/line/encode.ts'
import { createDoubts } from '../src/line/doubt.ts'
import { createJobMirror } from '../src/line/jobMirror.ts'
import { decodeReturnStatus } from '../src/line/returnStatus.ts'
import { jobOrder } from './simulatedLine.ts'

describe('ReturnStatus is a map of bits', () => {
  test.each([
    [[0, 1], true, ['NoError']],
    [[0, 2], false, ['UnknownJobOrder']],
    [[0, 24], false, ['InvalidJobOrderStatus', 'UnableToAccept']],
    [[2, 16], false, ['UnableToAccept', 'DuplicateSameContent']],
    [[0x8000_0000, 0], false, ['Bit63']],
    // A sample server in the field answers bit positions: 0 would be its "fine". Nothing is believed, a list is read.
    [[0, 0], false, []],
    ['nonsense', false, []],
    [undefined, false, []],
  ])('%j', (value, ok, names) => {
    expect(decodeReturnStatus(value)).toMatchObject({ ok, names })
  })
})

describe('a job order on the wire', () => {
  test('carries the predefined parameters with the types of OPC 40001-3 and nothing personal', () => {
    const wire = encodeJobOrder(jobOrder('0b7f9c7e-6f1a-4f0e-9a46-0f6a5f1f1a01', 10, 'paint'))
    expect(wireSchema.safeParse(wire).error).toBeUndefined()
    const types = Object.fromEntries(
      wire.jobOrderParameters.map(({ ID, value }) => [ID, DataType[value.dataType]]),
    )
    expect(types).toEqual({
      RunsPlanned: 'UInt32',
      JobExecutionMode: 'Int32',
      JobName: 'LocalizedText',
      CustomerOrderNumbers: 'String',
      PlannedProductionTime: 'Double',
      Program: 'String',
      Width: 'Double',
      NoFrost: 'Boolean',
      'spec.digest': 'String',
      'rules.version': 'String',
    })
    expect(wire.workMasterID).toEqual([{ ID: 'paint' }])
    expect(wire.materialRequirements).toMatchObject([{ materialDefinitionID: 'DOOR-600', quantity: '2' }])
  })
  test('quantities are decimal strings, whatever the number', () => {
    const quantity = (value: number) =>
      encodeJobOrder(
        jobOrder('o', 1, 'paint', { materialRequirements: [{ position: 'p', part: 'P', quantity: value }] }),
      ).materialRequirements[0]?.quantity
    expect([1, 0.5, 1e-7, 12.25].map(quantity)).toEqual(['1', '0.5', '0.0000001', '12.25'])
  })
  test('what breaks a limit of the structures is refused here, not by the line', () => {
    expect(() => encodeJobOrder(jobOrder('o', 1, 'paint', { priority: 40_000 }))).toThrow('priority 40000')
    expect(() => encodeJobOrder(jobOrder('o', 1, 'paint', { workMasterId: '' }))).toThrow('names something')
  })
})

describe('what a line says is checked', () => {
  const state = (stateNumber: number, path: object[] = []) => ({
    browsePath: { elements: path },
    stateNumber,
  })
  test('the state is the entry with an empty path, wherever it stands', () => {
    const value = [{ jobOrder: { jobOrderID: 'a' }, state: [state(1, [{}]), state(4)] }]
    expect(decodeJobOrderList(value, null)).toMatchObject({
      jobs: [{ jobOrderId: 'a', jobState: 'Interrupted' }],
      unclear: new Set(),
      nameless: 0,
    })
  })
  test('entries that are no jobs are counted, not guessed; what a list says twice it says of none', () => {
    const entry = (jobOrderID: string, stateNumber: number) => ({
      jobOrder: { jobOrderID },
      state: [state(stateNumber)],
    })
    expect(
      decodeJobOrderList(
        [null, { jobOrder: {}, state: [] }, entry('a', 9), entry('b', 1), entry('b', 3), entry('b', 1)],
        null,
      ),
    ).toEqual({ jobs: [], unclear: new Set(['a', 'b']), nameless: 2 })
    expect(decodeJobOrderList([entry('c', 1), entry('c', 1)], null).jobs).toHaveLength(1)
  })
  test('null dates of 1601 are no dates', () => {
    const answer = decodeResponse(
      {
        jobOrderID: 'a',
        jobState: [state(3)],
        startTime: new Date('1601-01-01'),
        endTime: new Date('2026-01-02T00:00:00Z'),
      },
      null,
    )
    expect(answer).toEqual({
      jobOrderId: 'a',
      jobState: 'Running',
      by: 'read',
      endedAt: '2026-01-02T00:00:00.000Z',
    })
  })
  test('no value of any shape makes the decoders throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (a, b) => {
        decodeJobOrderList([a, { jobOrder: a, state: [b] }], null)
        decodeResponse(
          {
            jobOrderID: 'x',
            jobState: [state(3)],
            jobResponseData: [{ ID: 'AsBuiltBOM', value: { value: a } }, b],
          },
          null,
        )
        decodeStatusEvent({ jobOrder: a, jobState: b, jobResponse: a, time: b })
        decodeReturnStatus(a)
        return true
      }),
    )
  })
})

describe('the mirror of a line', () => {
  const heard = (jobState: 'NotAllowedToStart' | 'Running' | 'Ended') => ({
    jobOrderId: 'a',
    jobState,
    by: 'event' as const,
  })
  const listed = (jobState: 'NotAllowedToStart' | 'Running' | 'Ended') => ({
    jobOrderId: 'a',
    jobState,
    by: 'read' as const,
  })
  const list = (...jobs: (ReturnType<typeof listed> & { readonly digest?: string })[]) => ({
    jobs,
    unclear: new Set<string>(),
    nameless: 0,
  })
  test('events in any order and number end in the same state', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(['NotAllowedToStart', 'Running', 'Ended', 'Ended', 'Running'] as const, {
          minLength: 5,
        }),
        (states) => {
          const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
          for (const each of states) mirror.hear('paint', heard(each))
          return mirror.observed('a')?.jobState === 'Ended'
        },
      ),
    )
  })
  test('a list that was asked for before an event neither removes nor lowers what the event told', () => {
    const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
    const asOf = mirror.tick()
    mirror.hear('paint', heard('Running'))
    mirror.list('paint', list(), asOf)
    expect(mirror.observed('a')?.jobState).toBe('Running')
    mirror.list('paint', list(), mirror.tick())
    expect(mirror.listed('paint', 'a', 0)).toEqual({ listed: 'no' })
  })
  test('absent is only said of a list that is newer than the question', () => {
    const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
    const before = mirror.tick()
    expect(mirror.listed('paint', 'a', before)).toEqual({ listed: 'unknown' })
    mirror.list('paint', list(), before)
    expect(mirror.listed('paint', 'a', before)).toEqual({ listed: 'unknown' })
    mirror.list('paint', list(), mirror.tick())
    expect(mirror.listed('paint', 'a', before)).toEqual({ listed: 'no' })
  })
  test('a late event does not bring back what was taken off; a list does', () => {
    const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
    mirror.hear('paint', heard('NotAllowedToStart'))
    mirror.drop('a')
    mirror.hear('paint', heard('NotAllowedToStart'))
    expect(mirror.observed('a')).toBeUndefined()
    mirror.list('paint', list(listed('NotAllowedToStart')), mirror.tick())
    expect(mirror.observed('a')?.jobState).toBe('NotAllowedToStart')
  })
  test('a list that was asked for before the line took a job off does not bring it back, nor is it then missed', () => {
    const missed: string[] = []
    const mirror = createJobMirror({
      tell: () => undefined,
      vanished: ({ jobOrderId }) => void missed.push(jobOrderId),
      now: Date.now,
    })
    mirror.list('paint', list(listed('Ended')), mirror.tick())
    const early = mirror.tick()
    mirror.dismiss('a')
    mirror.drop('a')
    mirror.list('paint', list(listed('Ended')), early)
    expect(mirror.observed('a')).toBeUndefined()
    mirror.list('paint', list(), mirror.tick())
    expect(missed).toEqual([])
  })
  test('content told by an event is not read content until a list asked for later shows it', () => {
    const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
    const content = () => {
      const seen = mirror.listed('paint', 'a', 0)
      return seen.listed === 'yes' && [seen.job.digest, seen.contentRead]
    }
    const early = mirror.tick()
    mirror.list('paint', list({ ...listed('NotAllowedToStart'), digest: 'new' }), mirror.tick())
    expect(content()).toEqual(['new', true])
    mirror.hear('paint', { ...heard('NotAllowedToStart'), digest: 'old' })
    expect(content()).toEqual(['old', false])
    mirror.list('paint', list({ ...listed('NotAllowedToStart'), digest: 'older' }), early)
    expect(content()).toEqual(['old', false])
    mirror.list('paint', list({ ...listed('NotAllowedToStart'), digest: 'new' }), mirror.tick())
    expect(content()).toEqual(['new', true])
    // The list that shows it may have been asked for before an event that told another state.
    const before = mirror.tick()
    mirror.hear('paint', heard('Running'))
    mirror.list('paint', list({ ...listed('NotAllowedToStart'), digest: 'newest' }), before)
    expect([content(), mirror.observed('a')?.jobState]).toEqual([['newest', true], 'Running'])
  })
  test('a list that a Store has overtaken does not count as having looked for its job', () => {
    let now = 0
    const mirror = createJobMirror({ tell: () => undefined, now: () => now })
    const doubts = createDoubts(60_000)
    const due = () => doubts.due(mirror.all(), mirror.awaited(), now)
    mirror.expect('paint', 'a', 0)
    const early = mirror.tick()
    now = 5_000
    mirror.tick()
    mirror.stored('paint', 'a')
    mirror.started('a')
    mirror.list('paint', list(), early)
    expect(mirror.isWorthALook()).toBe(true)
    expect(due()).toEqual([])
    now = 6_000
    expect(due()).toEqual(['paint'])
    mirror.list('paint', list(listed('NotAllowedToStart')), mirror.tick())
    // that its Start was taken is not forgotten: it should have begun by then
    now = 7_000
    expect(due()).toEqual(['paint'])
    mirror.list('paint', list(), mirror.tick())
    expect(mirror.isWorthALook()).toBe(false)
    expect(due()).toEqual([])
  })
  test('what of a list cannot be understood is neither absent nor anything else', () => {
    const mirror = createJobMirror({ tell: () => undefined, now: Date.now })
    mirror.list('paint', list(listed('Running')), mirror.tick())
    // an entry without a name might be any job
    mirror.list('paint', { ...list(), nameless: 1 }, mirror.tick())
    expect(mirror.observed('a')?.jobState).toBe('Running')
    expect(mirror.listed('paint', 'b', mirror.moment() - 1)).toEqual({ listed: 'unknown' })
    mirror.list('paint', { ...list(), unclear: new Set(['a', 'b']) }, mirror.tick())
    expect(mirror.observed('a')?.jobState).toBe('Running')
    expect(mirror.listed('paint', 'b', 0)).toEqual({ listed: 'unclear' })
    expect(mirror.listed('paint', 'c', 0)).toEqual({ listed: 'no' })
    mirror.list('paint', list(), mirror.tick())
    expect(mirror.listed('paint', 'b', 0)).toEqual({ listed: 'no' })
  })
  test('only what certainly was in a list and nobody asked to be taken off has vanished', () => {
    const vanished: string[] = []
    const mirror = createJobMirror({
      tell: () => undefined,
      vanished: ({ jobState }) => vanished.push(jobState),
      now: Date.now,
    })
    const gone = () => mirror.list('paint', list(), mirror.tick())
    // Known by a late event alone: it may be about what was cleared long ago.
    mirror.hear('paint', heard('Ended'))
    gone()
    mirror.list('paint', list(listed('Ended')), mirror.tick())
    mirror.dismiss('a')
    gone()
    mirror.hear('paint', heard('Ended'))
    gone()
    expect(vanished).toEqual([])
    mirror.list('paint', list(listed('Ended')), mirror.tick())
    gone()
    mirror.expect('paint', 'a', 0)
    mirror.stored('paint', 'a')
    mirror.hear('paint', heard('NotAllowedToStart'))
    gone()
    expect(vanished).toEqual(['Ended', 'NotAllowedToStart'])
  })
})
