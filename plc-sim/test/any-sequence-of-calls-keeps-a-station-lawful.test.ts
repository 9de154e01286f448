import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CommandName, bitsOf, commandNames } from '../src/jobStates.ts'
import { type Command, StationModel } from '../src/lineModel.ts'
import type { LedgerRecord } from '../src/ledgerRecord.ts'
import { nextState, station } from './stationFixture.ts'

const config = station({ slots: 2, defaultDurationMs: 100, maxDownloadableJobOrders: 5 })
const settings = { seed: 'seed', speed: 2 }

/** A call on one of a few ids, some time after the one before. */
interface Step {
  readonly name: CommandName
  readonly id: string
  readonly priority: number
  readonly afterMs: number
}
const steps = fc.array(
  fc.record<Step>({
    name: fc.constantFrom(...commandNames),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    priority: fc.integer({ min: 0, max: 2 }),
    afterMs: fc.constantFrom(0, 0, 1, 20, 60, 200),
  }),
  { maxLength: 60 },
)

/** What was so just before a call. */
interface Before {
  readonly states: ReadonlyMap<string, number>
  readonly known: readonly string[]
}
const knownIds = (model: StationModel): string[] => [
  ...model.jobs().map(({ id }) => id),
  ...model.tombstones(),
]

/** Plays calls on a station the way a server does: time first, then the call, then what the call makes possible. */
function play(
  script: readonly Step[],
  watch: (model: StationModel, bits: number[], step: Step, before: Before) => void = () => {},
) {
  const model = new StationModel(config, settings)
  const ledger: LedgerRecord[] = []
  let now = 1000
  const keep = (record: LedgerRecord): void => {
    ledger.push(record)
    model.apply(record)
  }
  const catchUp = (): void => {
    for (let record = model.next(now); record; record = model.next(now)) keep(record)
  }
  for (const step of script) {
    now += step.afterMs
    catchUp()
    const before: Before = {
      states: new Map(model.jobs().map(({ id, state }) => [id, state])),
      known: knownIds(model),
    }
    const order = { jobOrderID: step.id, priority: step.priority }
    const isOrder = step.name === 'Store' || step.name === 'StoreAndStart' || step.name === 'Update'
    const command = (isOrder ? { name: step.name, order } : { name: step.name, id: step.id }) as Command
    const { records, returnStatus } = model.decide(command, now)
    for (const record of records) keep(record)
    catchUp()
    watch(model, bitsOf(returnStatus), step, before)
  }
  return { model, ledger, now }
}

const snapshot = (model: StationModel): unknown => ({
  jobs: model.jobs(),
  tombstones: model.tombstones(),
  wake: model.nextWakeAt(),
})

test('never more jobs on fixtures than there are, never more in the list than allowed', () => {
  fc.assert(
    fc.property(steps, (script) => {
      play(script, (model) => {
        expect(model.onFixtures().length).toBeLessThanOrEqual(config.slots)
        expect(model.jobs().length).toBeLessThanOrEqual(config.maxDownloadableJobOrders)
        // Nobody waits while a fixture is free.
        if (model.queueLength > 0) expect(model.onFixtures().length).toBe(config.slots)
      })
    }),
  )
})

test('success is bit 0 alone and changes something; a refusal never has bit 0 and changes nothing', () => {
  fc.assert(
    fc.property(steps, (script) => {
      let before: unknown = snapshot(new StationModel(config, settings))
      play(
        script.map((step) => ({ ...step, afterMs: 0 })),
        (model, bits) => {
          const after = snapshot(model)
          if (bits.includes(0)) expect(bits).toEqual([0])
          else expect(after).toEqual(before)
          before = after
        },
      )
    }),
  )
})

test('every answer has the bits of the published tables', () => {
  fc.assert(
    fc.property(steps, (script) => {
      play(script, (_model, bits, { name, id }, { states, known }) => {
        const state = states.get(id)
        if (name === 'Store' || name === 'StoreAndStart') {
          if (known.includes(id))
            expect([
              [4, 33],
              [4, 34],
            ]).toContainEqual(bits)
          else expect(bits).toEqual(states.size >= config.maxDownloadableJobOrders ? [4, 35] : [0])
        } else if (state === undefined) expect(bits).toEqual([1])
        else expect(bits).toEqual(nextState[name]?.[state] === undefined ? [3] : [0])
      })
    }),
  )
})

test('a restart from the ledger gives the same station, wherever the ledger ends', () => {
  fc.assert(
    fc.property(steps, fc.nat(), (script, cut) => {
      const { model, ledger } = play(script)
      const replay = (records: readonly LedgerRecord[]): StationModel => {
        const fresh = new StationModel(config, settings)
        // What is on disk is text.
        for (const record of records) fresh.apply(JSON.parse(JSON.stringify(record)) as LedgerRecord)
        return fresh
      }
      expect(snapshot(replay(ledger))).toEqual(snapshot(model))
      const part = ledger.slice(0, cut % (ledger.length + 1))
      const twice = replay(part)
      for (const record of ledger.slice(part.length)) twice.apply(record)
      expect(snapshot(twice)).toEqual(snapshot(model))
    }),
  )
})

test('the same calls at the same times give the same ledger', () => {
  fc.assert(
    fc.property(steps, (script) => {
      expect(play(script).ledger).toEqual(play(script).ledger)
    }),
  )
})

test('no job is started or finished twice', () => {
  fc.assert(
    fc.property(steps, (script) => {
      for (const kind of ['started', 'finished']) {
        const ids = play(script)
          .ledger.filter((record) => record.kind === kind)
          .map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }
    }),
  )
})

test('everything allowed to start is finished in the end', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const { model } = play(script)
      for (let now: number | undefined = 1e9; now !== undefined; now = model.nextWakeAt())
        for (let record = model.next(now); record; record = model.next(now)) model.apply(record)
      for (const job of model.jobs()) expect(job.state).not.toBe(3)
      // Only paused units, which keep their fixtures, may leave someone waiting.
      if (model.queueLength > 0) expect(model.onFixtures().map(({ state }) => state)).toEqual([4, 4])
    }),
  )
})
