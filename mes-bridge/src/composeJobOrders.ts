/** Turns the operations of a design into job orders: what one station must do for one order, with a digest of its content. */
import { createHash } from 'node:crypto'
import type { OrderSnapshot, Texts, Value } from '@lot-one/rules'
import type { Operation } from '@lot-one/rules'
import type { JobOrder } from './jobOrder.ts'

/** One operation of one unit, as `derive` of the rules gives it. */
export interface PlannedOperation {
  readonly op: number
  readonly jobOrderId: string
  readonly station: string
  readonly workMasterId: string
  readonly label: Texts
  /** Seconds of line time. */
  readonly plannedSeconds: number
  readonly parameters: readonly { readonly id: string; readonly value: Value }[]
  readonly materialRequirements: readonly {
    readonly position: string
    readonly part: string
    readonly quantity: number
  }[]
  readonly consumes: readonly string[]
}

/**
 * Composes the job orders of an order in routing sequence. Pure; equal content gives an equal digest whatever the line, so a
 * read-back can be compared. Nothing about the customer goes in.
 */
export function composeJobOrders(
  order: Pick<OrderSnapshot, 'orderId' | 'productId' | 'rulesHash'>,
  operations: readonly PlannedOperation[],
): JobOrder[] {
  return [...operations]
    .sort((a, b) => a.op - b.op)
    .map((operation) => {
      const content = {
        jobOrderId: operation.jobOrderId,
        orderId: order.orderId,
        op: operation.op,
        station: operation.station,
        workMasterId: operation.workMasterId,
        priority: 0,
        plannedSeconds: operation.plannedSeconds,
        productId: order.productId,
        rulesHash: order.rulesHash,
        parameters: operation.parameters.map(({ id, value }) => ({ id, value })),
        materialRequirements: operation.materialRequirements.map(({ position, part, quantity }) => ({
          position,
          part,
          quantity,
        })),
      }
      return { ...content, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex') }
    })
}

/** The part of an operation that shoppers see. */
export function toOperation({
  op,
  station,
  label,
  jobOrderId,
  plannedSeconds,
  consumes,
}: PlannedOperation): Operation {
  return { op, station, label: { ...label }, jobOrderId, plannedSeconds, consumes: [...consumes] }
}

/**
 * Gives operations the job order ids they go by: the one in hand, else one that was not spent. A line that has removed a job
 * order refuses its id for ever, so an operation that comes back after it was taken off is `ORDERID/OP.2`, then `.3`.
 */
export function withIds(
  operations: readonly PlannedOperation[],
  inHand: readonly { readonly record: { readonly jobOrder: JobOrder } }[],
  spent: ReadonlySet<string>,
): PlannedOperation[] {
  return operations.map((operation) => {
    const held = inHand.find(({ record }) => record.jobOrder.op === operation.op)
    if (held) return { ...operation, jobOrderId: held.record.jobOrder.jobOrderId }
    const first = operation.jobOrderId.replace(/(\/\d+)\.\d+$/, '$1')
    let { jobOrderId } = operation
    for (let next = 2; spent.has(jobOrderId); next++) jobOrderId = `${first}.${next}`
    return { ...operation, jobOrderId }
  })
}

/** Gives the order a job order id belongs to (`ORDERID/OP`, `ORDERID/OP.2`); undefined when the id is not one of ours. */
export function orderIdOf(jobOrderId: string): string | undefined {
  return /^([0-9a-f]{8}-[0-9a-f-]{27})\/\d+(?:\.\d+)?$/i.exec(jobOrderId)?.[1]
}
