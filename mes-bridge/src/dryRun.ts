/** What handing an order to a line would write, value by value, with where each comes from. Nothing is sent. */
import type { DryRun, DryRunField, OrderView, ProductModel } from '@lot-one/rules'
import type { Catalog } from './catalog.ts'
import { composeJobOrders } from './composeJobOrders.ts'
import type { JobOrder } from './jobOrder.ts'
import type { Unavailable } from './journal.ts'
import type { WrittenField } from './line.ts'
import { operationsOf } from './orderOperations.ts'
import type { Production } from './production.ts'

/** Composes the job orders as the hand-over would and asks the line how it would write them. @throws as `operationsOf`. */
export async function dryRun(
  { order }: Pick<OrderView, 'order'>,
  lineId: string,
  { catalog, production }: { readonly catalog: Catalog; readonly production: Pick<Production, 'preview'> },
): Promise<
  { readonly outcome: 'dryRun'; readonly dryRun: DryRun } | { outcome: 'unknownLine' } | Unavailable
> {
  const jobOrders = composeJobOrders(order, await operationsOf(catalog, order))
  const preview = await production.preview(lineId, jobOrders)
  if (preview.outcome !== 'preview') return preview
  const model = (await catalog.byHash(order.rulesHash))?.model
  return {
    outcome: 'dryRun',
    dryRun: {
      orderId: order.orderId,
      lineId,
      ...(preview.obstacle !== undefined && { obstacle: preview.obstacle }),
      jobOrders: jobOrders.map((jobOrder, index) => {
        const { machine, fields = [] } = preview.written[index] ?? {}
        return {
          jobOrderId: jobOrder.jobOrderId,
          op: jobOrder.op,
          station: jobOrder.station,
          ...(machine !== undefined && { machine }),
          method: 'Store',
          fields: fields.map((field) => ({ ...field, ...originOf(field, jobOrder, model) })),
        }
      }),
    },
  }
}

type Origin = Pick<DryRunField, 'origin' | 'place'>

const fromOrder = new Set(['JobName', 'CustomerOrderNumbers', 'rules.version'])
const fixed = new Set(['RunsPlanned', 'JobExecutionMode'])

function originOf({ path }: WrittenField, jobOrder: JobOrder, model: ProductModel | undefined): Origin {
  const operation = model?.routing.find(({ op }) => op === jobOrder.op)
  const parameter = /^JobOrderParameters\[(.+)\]\.Value$/.exec(path)?.[1]
  const material = /^MaterialRequirements\[(\d+)\]\.(.+)$/.exec(path)
  if (material) {
    if (material[2] === 'MaterialUse') return { origin: 'standard' }
    const { position, part } = jobOrder.materialRequirements[Number(material[1])] ?? {}
    const lines = model?.bom.find((each) => each.position === position)
    return rule((lines?.lines.find((line) => line.part === part) ?? lines)?.where)
  }
  if (path === 'JobOrderID') return { origin: 'order' }
  if (path === 'Priority') return { origin: 'standard' }
  if (parameter === undefined) return rule(operation?.where)
  if (parameter === 'spec.digest') return { origin: 'content' }
  if (fromOrder.has(parameter)) return { origin: 'order' }
  if (fixed.has(parameter)) return { origin: 'standard' }
  if (model?.texts.some(({ id }) => id === parameter)) return { origin: 'shopper' }
  return rule((operation?.parameters.find(({ id }) => id === parameter) ?? operation)?.where)
}

function rule(
  where: { readonly file: string; readonly line: number; readonly column: number } | undefined,
): Origin {
  if (!where) return { origin: 'rules' }
  // the folder is the bridge's own business
  return { origin: 'rules', place: `${where.file.split(/[\\/]/).at(-1)}:${where.line}:${where.column}` }
}
