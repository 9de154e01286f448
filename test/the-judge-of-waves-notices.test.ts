/** The judge of `npm run waves` must notice what it is there for: made-up ledgers, right and wrong in one thing each. */
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { derive, openProduct } from '@lot-one/rules'
import type { BuildOrder, Product, ProductModel } from '@lot-one/rules'
import { loadProducts } from '@lot-one/rules/files'
import { seeded } from '../bench/harness.ts'
import { orderMaker } from '../bench/orders.ts'
import { judge } from '../bench/wavesJudge.ts'
import type { LedgerRecord } from '../plc-sim/src/ledgerRecord.ts'

const at = '2026-03-01'
let product: Product
let model: ProductModel
let order: BuildOrder

beforeAll(async () => {
  const folder = fileURLToPath(new URL('../rules/products', import.meta.url))
  const [loaded] = (await loadProducts(folder, { at })).products
  product = openProduct(loaded!.package)
  model = loaded!.model
  order = orderMaker(product, seeded(3))()
})

type Stored = Extract<LedgerRecord, { kind: 'stored' }>

/** The ledger of a line that builds the order as it should. */
function rightLedger(): LedgerRecord[] {
  const design = product.verify(product.complete({ context: order.context, selection: order.selection })!)!
  const { operations } = derive(model, design, { orderId: order.orderId, at, texts: order.texts ?? {} })
  return operations.flatMap((operation, n): LedgerRecord[] => {
    const fact = { station: operation.station, id: operation.jobOrderId }
    const stored: Stored = {
      ...fact,
      kind: 'stored',
      at: n,
      digest: 'd',
      allowed: false,
      order: {
        jobOrderID: operation.jobOrderId,
        workMasterID: [{ ID: operation.workMasterId }],
        jobOrderParameters: [
          { ID: 'RunsPlanned', value: { dataType: 'UInt32', value: 1 } },
          ...operation.parameters.map(({ id, value }) => ({ ID: id, value: { dataType: 'any', value } })),
        ],
        materialRequirements: operation.materialRequirements.map(({ position, part, quantity }) => ({
          materialDefinitionID: part,
          quantity: String(quantity),
          properties: [{ ID: 'Position', value: { dataType: 'String', value: position } }],
        })),
      },
    }
    return [
      stored,
      { ...fact, kind: 'started', at: 1000 * (n + 1), durationMs: 900, unit: 'U-1' },
      { ...fact, kind: 'finished', at: 1000 * (n + 1) + 900, unit: 'U-1', runs: 1 },
    ]
  })
}

function judged(ledger: readonly LedgerRecord[], mayBeIncomplete = false) {
  return judge({ product, model, at }, [{ order, mayBeIncomplete }], new Map([[order.orderId, order]]), [
    ledger,
  ])
}

test('an order built as ordered is fine', () => {
  const verdict = judged(rightLedger())
  expect(verdict).toMatchObject({ lost: [], doubled: [], wrong: [] })
  expect(verdict.built).toBe(verdict.ordered)
})

test('an operation that is missing or not finished is lost, unless the shopper was told', () => {
  const ledger = rightLedger()
  expect(judged(ledger.slice(0, -1)).lost).toHaveLength(1)
  expect(judged([]).lost).toHaveLength(judged(ledger).ordered)
  expect(judged([], true).lost).toEqual([])
})

test('an operation that a change brought back is built under its next id, once', () => {
  const ledger = rightLedger()
  const { id } = ledger[0]!
  const back = ledger.map((record) => (record.id === id ? { ...record, id: `${id}.2` } : record))
  expect(judged(back)).toMatchObject({ lost: [], doubled: [], wrong: [] })
  expect(judged([...ledger, ...back.slice(0, 3)]).doubled).toHaveLength(1)
})

test('an operation that is started again is doubled, also on another line', () => {
  const ledger = rightLedger()
  const again = ledger.slice(0, 3).map((record) => ({ ...record, at: record.at + 100_000 }))
  expect(judged([...ledger, ...again]).doubled).toHaveLength(1)
  const verdict = judge(
    { product, model, at },
    [{ order, mayBeIncomplete: false }],
    new Map([[order.orderId, order]]),
    [ledger, again],
  )
  expect(verdict.doubled).toHaveLength(1)
})

test('another value, another part, another station, an unknown order and a wrong sequence are wrong', () => {
  const change = (how: (stored: Stored) => LedgerRecord[]) =>
    judged(
      rightLedger().flatMap((record) =>
        record.kind === 'stored' && record.at === 1 ? how(record) : [record],
      ),
    )
  const other = (more: object) =>
    change((stored) => [{ ...stored, order: { ...stored.order, ...more } }]).wrong
  const parameters = [{ ID: 'Colour', value: { dataType: 'String', value: 'other' } }]
  expect(other({ jobOrderParameters: parameters })).toHaveLength(1)
  expect(other({ materialRequirements: [{ materialDefinitionID: 'other', quantity: '1' }] })).toHaveLength(1)
  expect(other({ workMasterID: [{ ID: 'other' }] })).toHaveLength(1)
  const elsewhere = rightLedger().map((record) => ({ ...record, station: `not ${record.station}` }))
  expect(judged(elsewhere).wrong.length).toBeGreaterThan(0)
  const unknown = rightLedger().map((record) => ({
    ...record,
    id: record.id.replace(order.orderId, 'nobody'),
  }))
  expect(judged(unknown).wrong.every((sentence) => sentence.endsWith('never ordered'))).toBe(true)
  const early = rightLedger().map((record) =>
    record.kind === 'started' && record.at === 2000 ? { ...record, at: 1500 } : record,
  )
  expect(judged(early).wrong).toHaveLength(1)
})
