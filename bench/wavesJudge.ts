/** Compares what was ordered with what the simulators' own ledgers say was built. Nothing of the bridge is asked. */
import { derive } from '@lot-one/rules'
import type { BuildOrder, Product, ProductModel, Selection } from '@lot-one/rules'
import { builtOperations } from '../plc-sim/src/ledger.ts'
import type { BuiltOperation } from '../plc-sim/src/ledger.ts'
import type { LedgerRecord } from '../plc-sim/src/ledgerRecord.ts'

/** The verdict; each list holds sentences that name the order and what is wrong with it. */
export interface Verdict {
  /** Operations the accepted orders ask for. */
  readonly ordered: number
  /** Operations that were started on a line. */
  readonly built: number
  /** Not built, and nobody was told: an accepted order that is neither stopped nor cancelled. */
  readonly lost: readonly string[]
  /** Started more than once, on the same line or on another. */
  readonly doubled: readonly string[]
  /** Built otherwise than ordered, or never ordered, or in the wrong sequence. */
  readonly wrong: readonly string[]
}

/** Parameters the bridge adds to those of the design. */
const added = new Set([
  'RunsPlanned',
  'JobExecutionMode',
  'JobName',
  'CustomerOrderNumbers',
  'PlannedProductionTime',
  'spec.digest',
  'rules.version',
])

/**
 * Judges one run.
 * @param accepted orders whose post was answered; `mayBeIncomplete` when the shopper was told that it stopped, `cancelled` when
 * she was told that nothing of it is built; `changed` is what she was told it is instead of what she first wanted.
 * @param posted ids of all orders that were ever posted: an unanswered post may have been taken.
 */
export function judge(
  { product, model, at }: { readonly product: Product; readonly model: ProductModel; readonly at: string },
  accepted: readonly {
    readonly order: BuildOrder
    readonly mayBeIncomplete: boolean
    readonly cancelled?: boolean
    readonly changed?: Selection
  }[],
  posted: ReadonlyMap<string, BuildOrder>,
  ledgers: readonly (readonly LedgerRecord[])[],
): Verdict {
  const lost: string[] = []
  const doubled: string[] = []
  const wrong: string[] = []
  const byJob = new Map<string, BuiltOperation[]>()
  let built = 0
  for (const records of ledgers)
    for (const operation of builtOperations(records)) {
      built++
      const id = operationId(operation.jobOrderId)
      byJob.set(id, [...(byJob.get(id) ?? []), operation])
    }
  const changes = new Map(accepted.map(({ order, changed }) => [order.orderId, changed]))
  const operationsOf = (order: BuildOrder) => {
    const selection = { ...order.selection, ...changes.get(order.orderId) }
    const design = product.complete({ context: order.context, selection })
    const configuration = design && product.verify(design)
    if (!configuration) throw new Error(`order ${order.orderId} of this run is no complete design`)
    return derive(model, configuration, { orderId: order.orderId, at, texts: order.texts ?? {} }).operations
  }

  const known = new Set<string>()
  let ordered = 0
  for (const order of posted.values())
    for (const operation of operationsOf(order)) {
      known.add(operation.jobOrderId)
      const done = byJob.get(operation.jobOrderId) ?? []
      if (done.length > 1)
        doubled.push(
          `${operation.jobOrderId} was started ${done.length} times (${done.map(where).join(', ')})`,
        )
      for (const one of done) {
        const difference = differenceOf(operation, one)
        if (difference) wrong.push(`${operation.jobOrderId}: ${difference}`)
      }
    }
  for (const { order, mayBeIncomplete, cancelled = false } of accepted) {
    if (cancelled) {
      for (const { jobOrderId } of operationsOf(order))
        if (byJob.has(jobOrderId)) wrong.push(`${jobOrderId} was started although its order is cancelled`)
      continue
    }
    let before: BuiltOperation | undefined
    for (const { jobOrderId } of operationsOf(order)) {
      ordered++
      const one = byJob.get(jobOrderId)?.[0]
      if (one?.finishedAt === undefined && !mayBeIncomplete)
        lost.push(`${jobOrderId} was ${one ? 'started, but never finished' : 'never started'}`)
      if (one && before?.finishedAt !== undefined && one.startedAt < before.finishedAt)
        wrong.push(`${jobOrderId} was started before ${before.jobOrderId} was finished`)
      before = one ?? before
    }
  }
  for (const id of byJob.keys()) if (!known.has(id)) wrong.push(`${id} was built and never ordered`)
  return { ordered, built, lost, doubled, wrong }
}

/** A job order id is spent once it was taken off a line: an operation that comes back is built as ORDERID/OP.2, ORDERID/OP.3 ... */
const operationId = (jobOrderId: string): string => jobOrderId.replace(/(\/\d+)\.\d+$/, '$1')

const where = ({ station, startedAt }: BuiltOperation): string =>
  `${station} ${new Date(startedAt).toISOString().slice(11, 23)}`

/** What the built operation has otherwise than the ordered one, or undefined. */
function differenceOf(
  ordered: ReturnType<typeof derive>['operations'][number],
  { station, order }: BuiltOperation,
): string | undefined {
  if (station !== ordered.station) return `built on ${station} instead of ${ordered.station}`
  const workMaster = order.workMasterID?.[0]?.ID
  if (workMaster !== ordered.workMasterId)
    return `built by ${workMaster ?? 'no recipe'} instead of ${ordered.workMasterId}`
  const parameters = new Map(
    (order.jobOrderParameters ?? [])
      .filter(({ ID }) => !added.has(ID))
      .map(({ ID, value }) => [ID, value.value]),
  )
  for (const { id, value } of ordered.parameters) {
    if (parameters.get(id) !== value)
      return `${id} is ${JSON.stringify(parameters.get(id))} instead of ${JSON.stringify(value)}`
    parameters.delete(id)
  }
  if (parameters.size > 0) return `it has ${[...parameters.keys()].join(', ')}, which was not ordered`
  const asked = ordered.materialRequirements.map(
    ({ position, part, quantity }) => `${position} ${part} ${quantity}`,
  )
  const used = (order.materialRequirements ?? []).map(({ materialDefinitionID, quantity, properties }) => {
    const position = properties?.find(({ ID }) => ID === 'Position')?.value.value
    return `${String(position)} ${materialDefinitionID} ${Number(quantity)}`
  })
  if (asked.toSorted().join() !== used.toSorted().join())
    return `its material is ${used.join(', ')} instead of ${asked.join(', ')}`
  return undefined
}
