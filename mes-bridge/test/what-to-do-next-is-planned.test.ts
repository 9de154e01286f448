/** The planner alone: what it decides from durable records and observed lines. */
import { describe, expect, test } from 'vitest'
import { newOrderView } from '@lot-one/rules'
import type { JobState, OrderState, OrderView } from '@lot-one/rules'
import { composeJobOrders } from '../src/composeJobOrders.ts'
import type { JobRecord } from '../src/jobOrder.ts'
import type { ListedJob } from '../src/line.ts'
import { plan, silenceGraceMs } from '../src/plan.ts'
import { forgottenDetail, withdrawingDetail } from '../src/work.ts'
import type { JobWork, LineSeen, OrderWork } from '../src/work.ts'
import { newOrder } from './journals.ts'

const orderId = '0b7f9c7e-6f1a-4f0e-9a46-0f6a5f1f1a01'
const stations = ['sheet-metal', 'paint', 'foaming']
const { snapshot } = newOrder({ orderId })
const jobOrders = composeJobOrders(
  snapshot,
  stations.map((station, index) => ({
    op: 10 * (index + 1),
    jobOrderId: `${orderId}/${10 * (index + 1)}`,
    station,
    workMasterId: station,
    label: { en: station },
    plannedSeconds: 10,
    parameters: [],
    materialRequirements: [],
    consumes: [],
  })),
)

function job(index: number, record: Partial<JobRecord> = {}, work: Partial<JobWork> = {}): JobWork {
  const jobOrder = jobOrders[index]
  if (!jobOrder) throw new Error('no such operation')
  return {
    record: { jobOrder, lineId: 'line-1', handOver: 'confirmed', attempt: 1, cleared: false, ...record },
    busy: false,
    lastCallAt: 5,
    startTaken: false,
    notBefore: 0,
    ...work,
  }
}

function order(state: OrderState, jobs: readonly JobWork[] = [], change: Partial<OrderWork> = {}): OrderWork {
  // what was seen of the jobs is durable, unless a test says otherwise
  const operations = jobs.map(({ record: { jobOrder, jobState } }) => ({
    op: jobOrder.op,
    station: jobOrder.station,
    label: { en: jobOrder.station },
    jobOrderId: jobOrder.jobOrderId,
    plannedSeconds: jobOrder.plannedSeconds,
    consumes: [],
    ...(jobState !== undefined && { jobState }),
  }))
  const view: OrderView = {
    ...newOrderView(snapshot),
    state,
    operations,
    ...(jobs.length > 0 && { lineId: 'line-1' }),
  }
  return { view, needs: jobOrders, jobs, changing: false, avoid: new Map(), ...change }
}

/** A line whose lists were read after every call, with these jobs in them. */
function line(
  id: string,
  change: Partial<LineSeen> & {
    has?: Readonly<Record<string, JobState>>
    digest?: string
    read?: boolean
    contentRead?: boolean
  } = {},
): LineSeen {
  const { has = {}, digest, read = true, contentRead = true, ...rest } = change
  return {
    id,
    online: true,
    held: false,
    reason: 'online',
    since: 0,
    capability: (station) => ({ known: true, station, credit: 10 }),
    listed(_, jobOrderId): ListedJob {
      const jobState = has[jobOrderId]
      const own = jobOrders.find((each) => each.jobOrderId === jobOrderId)?.digest ?? ''
      const job = { jobOrderId, by: 'read' as const, digest: digest ?? own }
      if (jobState) return { listed: 'yes', job: { ...job, jobState }, contentRead }
      return { listed: read ? 'no' : 'unknown' }
    },
    listReadSince: () => read,
    backlogSeconds: () => 0,
    ...rest,
  }
}
const everywhere = (state: JobState, ...ops: number[]): Record<string, JobState> =>
  Object.fromEntries(ops.map((op) => [`${orderId}/${op}`, state]))
const brief = (actions: ReturnType<typeof plan>) =>
  actions.map((action) =>
    'op' in action ? `${action.do}${'as' in action ? ` ${action.as}` : ''} ${action.op}` : action.do,
  )

describe('an order without a line', () => {
  test('goes to the line that will be ready first', () => {
    const busy = line('line-1', { backlogSeconds: () => 500 })
    expect(plan([order('accepted')], [busy, line('line-2')], 1_000)).toEqual([
      { do: 'assign', orderId, lineId: 'line-2', promisedAt: 31_000 },
    ])
  })
  test('a line on hold, full, away or without the stations gets nothing, and the reason is said once', () => {
    const lines = [
      line('a', { held: true }),
      line('b', { online: false }),
      line('c', { capability: (station) => ({ known: true, station, credit: 0 }) }),
      line('d', { capability: () => ({ known: true, credit: 0 }) }),
    ]
    const [action] = plan([order('accepted')], lines, 0)
    const detail = 'a is on hold; b is not online; c is full at sheet-metal; d has no station for sheet-metal'
    expect(action).toEqual({ do: 'record', orderId, fact: { kind: 'waiting', reason: 'noLine', detail } })
    const said = order('accepted')
    expect(
      plan([{ ...said, view: { ...said.view, waiting: { reason: 'noLine', since: '', detail } } }], lines, 0),
    ).toEqual([])
  })
  test('places that one order takes are gone for the next in the same plan', () => {
    const one = line('line-1', { capability: (station) => ({ known: true, station, credit: 1 }) })
    expect(brief(plan([order('accepted'), order('accepted')], [one], 0))).toEqual(['assign', 'record'])
  })
  test('cancelled before it had one is cancelled at once', () => {
    expect(plan([order('cancelling')], [line('line-1')], 0)).toEqual([
      { do: 'record', orderId, fact: { kind: 'cancelled' } },
    ])
  })
})

describe('building', () => {
  test('nothing starts before every job order is confirmed', () => {
    const jobs = [job(0), job(1), job(2, { handOver: 'unknown' }, { doubt: 'store' })]
    expect(
      brief(
        plan(
          [order('released', jobs)],
          [line('line-1', { has: everywhere('NotAllowedToStart', 10, 20) })],
          0,
        ),
      ),
    ).toEqual(['settle still 30'])
  })
  test('the first starts at once, each next when the one before was seen Ended', () => {
    const has = everywhere('NotAllowedToStart', 10, 20, 30)
    expect(brief(plan([order('released', [job(0), job(1), job(2)])], [line('line-1', { has })], 0))).toEqual([
      'start 10',
    ])
    const ended = [job(0, { jobState: 'Ended' }), job(1, { jobState: 'NotAllowedToStart' }), job(2)]
    expect(
      brief(
        plan(
          [order('inProduction', ended)],
          [line('line-1', { has: { ...has, ...everywhere('Ended', 10) } })],
          0,
        ),
      ),
    ).toEqual(['clear 10', 'start 20'])
  })
  test('the line is told to forget a job only when its end is on disk', () => {
    const ended = [job(0, { jobState: 'Ended' }), job(1, { jobState: 'NotAllowedToStart' }), job(2)]
    const seen = order('inProduction', ended)
    const operations = seen.view.operations.map((operation) =>
      operation.op === 10 ? { ...operation, jobState: 'Running' as const } : operation,
    )
    const has = { ...everywhere('NotAllowedToStart', 20, 30), ...everywhere('Ended', 10) }
    expect(
      brief(plan([{ ...seen, view: { ...seen.view, operations } }], [line('line-1', { has })], 0)),
    ).toEqual(['start 20'])
  })
  test('an open call is looked up in a list that is newer than the call, never guessed', () => {
    const jobs = [job(0, { handOver: 'unknown' }, { doubt: 'store' })]
    expect(brief(plan([order('released', jobs)], [line('line-1', { read: false })], 0))).toEqual([
      'readList 10',
    ])
    expect(brief(plan([order('released', jobs)], [line('line-1')], 0))).toEqual(['settle still 10'])
    expect(
      brief(plan([order('released', jobs)], [line('line-1', { has: everywhere('Running', 10) })], 0)),
    ).toEqual(['settle confirmed 10'])
    expect(
      brief(
        plan(
          [order('released', jobs)],
          [line('line-1', { has: everywhere('NotAllowedToStart', 10), digest: 'other' })],
          0,
        ),
      ),
    ).toEqual(['settle conflict 10'])
    // Told by an event that may be older than the last change: the list has the word.
    const confirmed = [job(0, { handOver: 'confirmed' })]
    const told = line('line-1', {
      has: everywhere('NotAllowedToStart', 10),
      digest: 'other',
      contentRead: false,
    })
    expect(brief(plan([order('released', confirmed)], [told], 0))).toEqual(['readList 10'])
  })
  test('a job that may have begun and is gone is asked about, one that cannot have begun is sent again', () => {
    expect(brief(plan([order('released', [job(0), job(1), job(2)])], [line('line-1')], 0))).toEqual([
      'ask 10',
      'settle still 20',
      'settle still 30',
    ])
  })
  test('a job the line cleared by itself after its end is done', () => {
    expect(brief(plan([order('completed', [job(0, { jobState: 'Ended' })])], [line('line-1')], 0))).toEqual([
      'settle cleared 10',
    ])
  })
  test('a refused order is taken off everywhere before it goes elsewhere, unless it has begun', () => {
    const has = everywhere('NotAllowedToStart', 10, 20)
    const jobs = [job(0), job(1), job(2, { handOver: 'refused' })]
    expect(brief(plan([order('released', jobs)], [line('line-1', { has })], 0))).toEqual([
      'withdraw 10',
      'withdraw 20',
    ])
    const off = stations.map((_, index) => job(index, { handOver: 'withdrawn' }))
    expect(
      brief(
        plan([order('released', [...off.slice(0, 2), job(2, { handOver: 'refused' })])], [line('line-1')], 0),
      ),
    ).toEqual(['unassign'])
  })
  test('a line that is silent longer than the grace is told with its name', () => {
    const away = line('line-1', { online: false, since: 1_000, reason: 'the connection was lost' })
    expect(plan([order('released', [job(0)])], [away], 1_000 + silenceGraceMs - 1)).toEqual([])
    expect(plan([order('released', [job(0)])], [away], 1_000 + silenceGraceMs)).toMatchObject([
      { fact: { kind: 'waiting', reason: 'lineSilent', lineId: 'line-1' } },
    ])
  })
})

describe('cancelling', () => {
  const has = everywhere('NotAllowedToStart', 10, 20, 30)
  test('is decided at the job that could begin; the others wait for that', () => {
    expect(
      brief(plan([order('cancelling', [job(0), job(1), job(2)])], [line('line-1', { has })], 0)),
    ).toEqual(['withdraw 10'])
    const first = job(0, { handOver: 'withdrawn' })
    expect(brief(plan([order('cancelling', [first, job(1), job(2)])], [line('line-1', { has })], 0))).toEqual(
      ['withdraw 20'],
    )
  })
  test('when the line was faster, that is said again and nothing is taken off', () => {
    const jobs = [job(0, { jobState: 'Running' }), job(1), job(2)]
    expect(plan([order('cancelling', jobs)], [line('line-1', { has })], 0)).toEqual([
      {
        do: 'record',
        orderId,
        fact: { kind: 'job', op: 10, lineId: 'line-1', jobState: 'Running', by: 'read' },
      },
    ])
  })
  test.each(['cancelling', 'cancelled', 'stopped'] as const)(
    'an order that is %s never gets anything stored or started again',
    (state) => {
      const off = stations.map((_, index) => job(index, { handOver: 'withdrawn' }))
      const actions = brief(plan([order(state, off)], [line('line-1')], 0))
      expect(actions.filter((action) => /store|start|still/.test(action))).toEqual([])
    },
  )
  test('what was taken off is put back when the line was faster after all', () => {
    const jobs = [job(0, { jobState: 'Running' }), job(1, { handOver: 'withdrawn' }), job(2)]
    expect(
      brief(
        plan(
          [order('inProduction', jobs)],
          [line('line-1', { has: { ...everywhere('NotAllowedToStart', 30), ...everywhere('Running', 10) } })],
          0,
        ),
      ),
    ).toEqual(['store 20'])
  })
})

describe('a list that shows nothing', () => {
  const goneFrom = (index: number) => job(index, { handOver: 'planned', detail: forgottenDetail })
  test('of an order whose first job may have been started by a process that is gone: the operator is asked, also when the others are stored anew', () => {
    const first = job(0)
    for (const others of [
      [job(1), job(2)],
      [goneFrom(1), goneFrom(2)],
      [job(1, { attempt: 2, detail: forgottenDetail }), goneFrom(2)],
    ])
      expect(brief(plan([order('released', [first, ...others])], [line('line-1')], 0))).toContain('ask 10')
  })
  test('of an order that was never complete on its stations means that nothing has begun', () => {
    const jobs = [job(0), job(1, { handOver: 'planned' }), job(2)]
    expect(brief(plan([order('released', jobs)], [line('line-1')], 0))).toContain('settle still 10')
  })
  test('after a Cancel that another process was about to send means taken off', () => {
    const has = everywhere('NotAllowedToStart', 20, 30)
    const first = job(0, { detail: withdrawingDetail })
    expect(
      brief(plan([order('cancelling', [first, job(1), job(2)])], [line('line-1', { has })], 0)),
    ).toContain('settle withdrawn 10')
    expect(
      brief(plan([order('cancelling', [job(0), job(1), job(2)])], [line('line-1', { has })], 0)),
    ).toContain('ask 10')
  })
  test('after a Cancel without an answer means taken off, but not on a line that clears by itself', () => {
    const cancelling = order('cancelling', [job(0, {}, { doubt: 'withdraw' }), job(1), job(2)])
    const has = everywhere('NotAllowedToStart', 20, 30)
    expect(brief(plan([cancelling], [line('line-1', { has })], 0))).toContain('settle withdrawn 10')
    const decided = brief(plan([cancelling], [line('line-1', { has, clearsByItself: true })], 0))
    expect(decided).toContain('ask 10')
    expect(decided).not.toContain('settle withdrawn 10')
  })
})
