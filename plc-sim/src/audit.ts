import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** One method call as the line saw it. `bits` are the set bits of the ReturnStatus; `why` explains a refusal. */
export interface AuditRecord {
  readonly at: string
  readonly user: string
  /** SHA-1 of the caller's certificate; empty when the channel carries none. */
  readonly certificate: string
  readonly station: string
  readonly method: string
  readonly jobOrderId: string
  readonly status: string
  readonly bits: readonly number[]
  readonly why?: string
}

/** Opens an append-only file with one JSON line per method call. Kept by the system's cache, not synced per call. */
export function openAudit(file: string): { write(record: AuditRecord): void; close(): void } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const fd = openSync(file, 'a', 0o600)
  return {
    write: (record) => void writeSync(fd, `${JSON.stringify(record)}\n`),
    close: () => closeSync(fd),
  }
}
