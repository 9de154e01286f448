import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { builtOperations, openLedger, readLedger } from '../src/ledger.ts'
import type { LedgerRecord } from '../src/ledgerRecord.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  file = join(dir, 'ledger.jsonl')
})
afterEach(() => rmSync(dir, { recursive: true }))

const at = { station: 'paint', at: 1 }
const stored = (id: string): LedgerRecord => ({
  ...at,
  id,
  kind: 'stored',
  digest: 'd',
  allowed: true,
  order: { jobOrderID: id },
})
const started = (id: string): LedgerRecord => ({ ...at, id, kind: 'started', durationMs: 5, unit: `U-${id}` })
const finished = (id: string): LedgerRecord => ({
  ...at,
  at: 6,
  id,
  kind: 'finished',
  unit: `U-${id}`,
  runs: 1,
})

test('what was appended is there when it is opened again', async () => {
  const { ledger, records } = openLedger(file)
  expect(records).toEqual([])
  ledger.append([stored('a'), started('a')])
  ledger.append([stored('b')])
  await ledger.durable()
  ledger.close()
  const again = openLedger(file)
  expect(again.records).toEqual([stored('a'), started('a'), stored('b')])
  again.ledger.close()
})

test('a record is in the file before anybody is told, even before it is synced', () => {
  const { ledger } = openLedger(file)
  ledger.append([stored('a')])
  expect(readLedger(file)).toEqual([stored('a')])
  ledger.close()
})

test('a last record torn by a power cut is dropped and written over', () => {
  const { ledger } = openLedger(file)
  ledger.append([stored('a'), stored('b')])
  ledger.close()
  writeFileSync(file, readFileSync(file).subarray(0, -5))
  const torn = openLedger(file)
  expect(torn.records).toEqual([stored('a')])
  torn.ledger.append([stored('c')])
  torn.ledger.close()
  expect(readLedger(file)).toEqual([stored('a'), stored('c')])
})

test('a broken record before the end stops the line instead of being skipped', () => {
  const { ledger } = openLedger(file)
  ledger.append([stored('a')])
  ledger.close()
  appendFileSync(file, 'nonsense\n')
  appendFileSync(file, `${JSON.stringify(stored('b'))}\n`)
  expect(() => openLedger(file)).toThrow(
    `${file}:2 is not a ledger record; repair the line or move the file away.`,
  )
})

test('what was built is counted from starts and ends, never merged', () => {
  const built = builtOperations([
    stored('a'),
    stored('b'),
    started('a'),
    started('b'),
    finished('b'),
    stored('c'),
  ])
  expect(built).toEqual([
    {
      station: 'paint',
      jobOrderId: 'a',
      unit: 'U-a',
      startedAt: 1,
      finishedAt: undefined,
      order: { jobOrderID: 'a' },
    },
    {
      station: 'paint',
      jobOrderId: 'b',
      unit: 'U-b',
      startedAt: 1,
      finishedAt: 6,
      order: { jobOrderID: 'b' },
    },
  ])
  // Were the line ever to build one order twice, the count must show it.
  expect(
    builtOperations([stored('a'), started('a'), finished('a'), started('a'), finished('a')]),
  ).toHaveLength(2)
})
