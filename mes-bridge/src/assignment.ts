/**
 * Decides which line an order goes to: the one that promises it soonest among those that can build it and have room. Orders that no
 * line takes are told why.
 */
import type { OrderFact } from '@lot-one/rules'
import type { Action, LineSeen, OrderWork } from './work.ts'

/** Places and seconds given away so far in one plan, by line and kind of work. */
export type Taken = Map<string, { count: number; seconds: number }>

/** Plans an order that is on no line yet. */
export function planAssignment(
  order: OrderWork,
  lines: readonly LineSeen[],
  now: number,
  pace: number,
  taken: Taken,
  actions: Action[],
): void {
  const { view } = order
  const orderId = view.order.orderId
  if (view.state === 'cancelling') {
    actions.push({ do: 'record', orderId, fact: { kind: 'cancelled' } })
    return
  }
  if ((view.state !== 'accepted' && view.state !== 'released') || order.needs.length === 0) return
  let best: { readonly line: LineSeen; readonly promisedAt: number } | undefined
  for (const line of lines) {
    if (obstacle(order, line, taken, now) !== undefined) continue
    const promisedAt = promise(order, line, taken, now, pace)
    if (!best || promisedAt < best.promisedAt) best = { line, promisedAt }
  }
  if (!best) {
    wait(order, whyNoLine(order, lines, taken, now), actions)
    return
  }
  for (const { station, plannedSeconds } of order.needs) {
    const key = `${best.line.id} ${station}`
    const before = taken.get(key) ?? { count: 0, seconds: 0 }
    taken.set(key, { count: before.count + 1, seconds: before.seconds + plannedSeconds })
  }
  actions.push({ do: 'assign', orderId, lineId: best.line.id, promisedAt: best.promisedAt })
}

/** What a line will never have for an order as long as it is equipped as it is; undefined when nothing is missing or known to be. */
function inability({ needs }: Pick<OrderWork, 'needs'>, line: LineSeen): string | undefined {
  for (const { station: kind, workMasterId, materialRequirements } of needs) {
    const { known, station, workMasters = [], materials = [] } = line.capability(kind)
    if (!known) return undefined
    if (station === undefined) return `has no station for ${kind}`
    if (workMasters.length > 0 && !workMasters.includes(workMasterId))
      return `has no work master ${workMasterId} at ${station}`
    const part = materials.length > 0 && materialRequirements.find((each) => !materials.includes(each.part))
    if (part) return `has no material ${part.part} at ${station}`
  }
  return undefined
}

/** Why a line cannot take an order now; undefined when it can. Most lasting reason first. */
export function obstacle(
  order: Pick<OrderWork, 'needs' | 'avoid'>,
  line: LineSeen,
  taken: ReadonlyMap<string, { count: number }>,
  now: number,
): string | undefined {
  const lacking = inability(order, line)
  if (lacking !== undefined) return lacking
  if (!line.online) return 'is not online'
  if (line.held) return 'is on hold'
  if ((order.avoid.get(line.id) ?? 0) > now) return 'refused it'
  const full = order.needs.find(
    ({ station }) => line.capability(station).credit - (taken.get(`${line.id} ${station}`)?.count ?? 0) < 1,
  )
  return full ? `is full at ${full.station}` : undefined
}

function whyNoLine(
  order: OrderWork,
  lines: readonly LineSeen[],
  taken: ReadonlyMap<string, { count: number }>,
  now: number,
): OrderFact & { kind: 'waiting' } {
  const reasons = lines.map((line) => [line.id, obstacle(order, line, taken, now) ?? ''] as const)
  const able = lines.filter((line) => inability(order, line) === undefined)
  const refused = reasons.find(([, why]) => why === 'refused it')
  const detail = reasons.map(([id, why]) => `${id} ${why}`).join('; ') || 'no line is configured'
  if (able.length === 0 && lines.length > 0) return { kind: 'waiting', reason: 'cannotBuild', detail }
  if (refused && able.every(({ id }) => (order.avoid.get(id) ?? 0) > now))
    return { kind: 'waiting', reason: 'lineRefused', lineId: refused[0], detail }
  return { kind: 'waiting', reason: 'noLine', detail }
}

/** When the unit could be ready: at each station after what is queued there, planned durations in between. */
function promise(
  order: OrderWork,
  line: LineSeen,
  taken: ReadonlyMap<string, { seconds: number }>,
  now: number,
  pace: number,
): number {
  let at = 0
  for (const { station, plannedSeconds } of order.needs) {
    const queued = line.backlogSeconds(station) + (taken.get(`${line.id} ${station}`)?.seconds ?? 0)
    at = Math.max(at, queued) + plannedSeconds
  }
  return now + Math.round(at * 1_000 * pace)
}

/** Says a reason once: again only when it is another one. */
export function wait(order: OrderWork, fact: OrderFact & { kind: 'waiting' }, actions: Action[]): void {
  const said = order.view.waiting
  if (
    said?.reason === fact.reason &&
    said.lineId === fact.lineId &&
    ((fact.reason !== 'noLine' && fact.reason !== 'cannotBuild') || said.detail === fact.detail)
  )
    return
  actions.push({ do: 'record', orderId: order.view.order.orderId, fact })
}
