import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LedgerRecord } from './ledgerRecord.ts'

/**
 * The durable memory of one line: a file of one JSON record a line, only ever appended to. It is also the count
 * of what was physically built, kept by the line alone.
 */
export interface Ledger {
  /** Writes records to the file; they survive the end of the process. @throws when the disk refuses; nothing is kept then. */
  append(records: readonly LedgerRecord[]): void
  /** Waits until everything appended so far also survives a power cut. Callers waiting together share one sync. */
  durable(): Promise<void>
  close(): void
}

/**
 * Opens or creates a ledger; `records` is what it held, oldest first. A last line cut off by a power failure was never answered for and is dropped.
 * @throws when the file cannot be opened or holds a broken line before its end.
 */
export function openLedger(file: string): { ledger: Ledger; records: readonly LedgerRecord[] } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const { records, bytes } = readLedgerFile(file)
  const fd = openSync(file, 'a', 0o600)
  ftruncateSync(fd, bytes)
  let size = bytes
  let appended = 0
  let synced = 0
  let running: Promise<void> | undefined

  function sync(): Promise<void> {
    const upTo = appended
    return new Promise((resolve, reject) => {
      fdatasync(fd, (error) => {
        running = undefined
        if (error) reject(error)
        else {
          synced = Math.max(synced, upTo)
          resolve()
        }
      })
    })
  }

  const ledger: Ledger = {
    append(added) {
      const text = Buffer.from(added.map((record) => `${JSON.stringify(record)}\n`).join(''))
      try {
        for (let at = 0; at < text.length;) at += writeSync(fd, text, at)
      } catch (error) {
        ftruncateSync(fd, size)
        throw error
      }
      size += text.length
      appended += added.length
    },
    async durable() {
      const wanted = appended
      while (synced < wanted) {
        running ??= sync()
        await running
      }
    },
    close: () => closeSync(fd),
  }
  return { ledger, records }
}

/** Reads a ledger another process may be writing to: every complete record, oldest first. */
export function readLedger(file: string): LedgerRecord[] {
  return readLedgerFile(file).records
}

function readLedgerFile(file: string): { records: LedgerRecord[]; bytes: number } {
  let content: Buffer
  try {
    content = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { records: [], bytes: 0 }
    throw error
  }
  const bytes = content.lastIndexOf(0x0a) + 1
  const lines = content.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1)
  const records = lines.map((line, index) => {
    try {
      return JSON.parse(line) as LedgerRecord
    } catch (cause) {
      throw new Error(`${file}:${index + 1} is not a ledger record; repair the line or move the file away.`, {
        cause,
      })
    }
  })
  return { records, bytes }
}

/** One operation that was really carried out on a unit, as counted by a line itself. */
export interface BuiltOperation {
  readonly station: string
  readonly jobOrderId: string
  /** Serial number of the unit. */
  readonly unit: string
  /** ms of the line's clock. */
  readonly startedAt: number
  /** ms of the line's clock; undefined while it is not finished, or when it was stopped or aborted. */
  readonly finishedAt: number | undefined
  /** The order as it was when the operation started. */
  readonly order: Extract<LedgerRecord, { kind: 'stored' }>['order']
}

/**
 * Counts what was physically started and finished, from ledger records alone. An operation carried out twice is
 * two entries; nothing is merged.
 */
export function builtOperations(records: readonly LedgerRecord[]): BuiltOperation[] {
  const orders = new Map<string, BuiltOperation['order']>()
  const built: BuiltOperation[] = []
  const open = new Map<string, number>()
  for (const record of records) {
    const { station, id } = record
    const key = `${station} ${id}`
    if (record.kind === 'stored' || record.kind === 'updated') orders.set(key, record.order)
    if (record.kind === 'started') {
      const order = orders.get(key)
      if (!order) throw new Error(`The ledger starts ${id} on ${station} without ever storing it.`)
      open.set(key, built.length)
      built.push({
        station,
        jobOrderId: id,
        unit: record.unit,
        startedAt: record.at,
        finishedAt: undefined,
        order,
      })
    }
    if (record.kind === 'finished') {
      const index = open.get(key) ?? -1
      const started = built[index]
      if (!started) throw new Error(`The ledger finishes ${id} on ${station} without ever starting it.`)
      built[index] = { ...started, finishedAt: record.at }
    }
  }
  return built
}
