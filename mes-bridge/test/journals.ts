/** Journals and orders for tests. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OrderFact, OrderSnapshot } from '@lot-one/rules'
import type { JobRecord } from '../src/jobOrder.ts'
import type { NewOrder } from '../src/journal.ts'

/** The storage thread as the test run bundled it. */
export const workerFile = new URL('../../dist/server/journalWorker.mjs', import.meta.url)

/** A folder that is gone after `remove`. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'lot-one-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function newOrder(change: Partial<NewOrder> & { orderId?: string } = {}): NewOrder {
  const { orderId = randomUUID(), ...rest } = change
  const snapshot: OrderSnapshot = {
    orderId,
    productId: 'fridge',
    productVersion: '1',
    rulesHash: 'hash',
    title: { en: 'Fridge' },
    context: { country: 'DE' },
    selection: { country: 'DE', width_mm: 700, wifi: true },
    chosen: { wifi: true },
    texts: { engraving: 'Für Mira' },
    priceCents: 123_400,
    currency: 'EUR',
    orderedAt: '2026-03-01T10:00:00.000Z',
  }
  return {
    snapshot,
    bodyDigest: `digest of ${orderId}`,
    trackingToken: randomBytes(16).toString('base64url'),
    customer: { name: 'Mira' },
    ...rest,
  }
}

/** Two operations on line-1. */
export function assigned(orderId: string): Extract<OrderFact, { kind: 'assigned' }> {
  const operation = (op: number, station: string) => ({
    op,
    station,
    label: { en: station },
    jobOrderId: `${orderId}/${op}`,
    plannedSeconds: 10,
    consumes: [],
  })
  return {
    kind: 'assigned',
    lineId: 'line-1',
    operations: [operation(10, 'sheet-metal'), operation(20, 'paint')],
  }
}

export function seen(op: number, jobState: Extract<OrderFact, { kind: 'job' }>['jobState']): OrderFact {
  return { kind: 'job', op, lineId: 'line-1', jobState, by: 'event', sourceAt: '2026-03-01T10:01:00.000Z' }
}

export function job(orderId: string, op: number, change: Partial<JobRecord> = {}): JobRecord {
  return {
    jobOrder: {
      jobOrderId: `${orderId}/${op}`,
      orderId,
      op,
      station: op === 10 ? 'sheet-metal' : 'paint',
      workMasterId: 'work',
      priority: 0,
      plannedSeconds: 10,
      productId: 'fridge',
      rulesHash: 'hash',
      parameters: [{ id: 'Width', value: 700 }],
      materialRequirements: [],
      digest: 'digest',
    },
    lineId: 'line-1',
    handOver: 'planned',
    attempt: 0,
    cleared: false,
    ...change,
  }
}
