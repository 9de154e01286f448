/** What staff see of a line's orders and what they settle there: queue, alarms, and the answer when only a person can tell. */
import type { LineAlarm, LineView, QueuedOrder } from '@lot-one/rules'
import { orderIdOf } from './composeJobOrders.ts'
import type { Clock, Line } from './line.ts'
import type { Job, OrderBook, Work } from './orderBook.ts'
import { begun } from './work.ts'
import { isNews, promisedTimes } from './promises.ts'
import type { PendingOperation, QueuedUnit } from './promises.ts'

const mostOrders = 50
const mostJobs = 50
/** News of one round; the nearest promises first, the others in the next rounds. */
const mostPromises = 50

export interface LineDesk {
  view(line: Line, held: boolean): LineView
  /** What a person found about a job order that was asked about; durable when it resolves. */
  answer(
    lineId: string,
    jobOrderId: string,
    built: boolean,
  ): Promise<{ readonly outcome: 'recorded' | 'notAsked' }>
  /** Tells every order whose promise has moved; `pace` is real seconds per planned second. */
  renewPromises(pace: number): void
}

/** @param touch plans an order again. */
export function createLineDesk(book: OrderBook, clock: Clock, touch: (work: Work) => void): LineDesk {
  return {
    view(line, held) {
      const { stations, ...seen } = line.view()
      const works = [...book.all()].filter((work) => lineOf(work) === line.id)
      const open = works.filter(isOpen)
      return {
        ...seen,
        held,
        stations: stations.map((station) => ({ ...station, jobs: station.jobs.slice(0, mostJobs) })),
        queue: book.ordersOn(line.id),
        orders: open.sort(byPromise).slice(0, mostOrders).map(queued),
        alarms: works.flatMap(alarmsOf),
      }
    },
    async answer(lineId, jobOrderId, built) {
      const orderId = orderIdOf(jobOrderId)
      const work = orderId === undefined ? undefined : book.get(orderId)
      const job = work?.jobs.find(({ record }) => record.jobOrder.jobOrderId === jobOrderId)
      if (!work || !job || job.record.lineId !== lineId || job.missingSince === undefined || job.busy)
        return { outcome: 'notAsked' }
      delete job.missingSince
      const jobState = built ? 'Ended' : 'NotAllowedToStart'
      // Not built: handed over again from the start, under the same id, which the line refuses if it knows better.
      if (!built) job.startTaken = false
      book.setRecord(work, job, built ? { jobState, cleared: true } : { jobState, handOver: 'planned' })
      const { op } = job.record.jobOrder
      const isDurable = await book.write(work, [{ kind: 'job', op, lineId, jobState, by: 'operator' }], [job])
      touch(work)
      return { outcome: isDurable ? 'recorded' : 'notAsked' }
    },
    renewPromises(pace) {
      const now = clock.now()
      const works = [...book.all()].filter((work) => isOpen(work) && work.jobs.length > 0)
      // The order of the queue is that of the promises made so far.
      const units = works.sort(byPromise).flatMap(unitOf)
      const ready = promisedTimes(units, {
        now,
        pace,
        parallel: (lineId, station) => book.load(lineId, station).parallel,
      })
      let told = 0
      for (const work of works) {
        const at = ready.get(work.view.order.orderId)
        const said = work.view.promisedAt === undefined ? undefined : Date.parse(work.view.promisedAt)
        if (at === undefined || !isNews(said, at, now) || work.saying.has('promised')) continue
        if (++told > mostPromises) return
        work.saying.add('promised')
        void book
          .write(work, [{ kind: 'promised', promisedAt: new Date(at).toISOString() }])
          .then(() => work.saying.delete('promised'))
      }
    },
  }
}

const lineOf = (work: Work): string | undefined => work.jobs[0]?.record.lineId
const isOpen = ({ view }: Work): boolean => view.state === 'released' || view.state === 'inProduction'

function byPromise(a: Work, b: Work): number {
  const promised = (a.view.promisedAt ?? '9').localeCompare(b.view.promisedAt ?? '9')
  return promised !== 0 ? promised : a.view.order.orderedAt.localeCompare(b.view.order.orderedAt)
}

function queued({ view, jobs }: Work): QueuedOrder {
  const station = jobs.find(({ record }) => record.jobState !== 'Ended')?.record.jobOrder.station
  return {
    orderId: view.order.orderId,
    title: view.order.title,
    state: view.state,
    ...(station !== undefined && { station }),
    ...(view.promisedAt !== undefined && { promisedAt: view.promisedAt }),
  }
}

function unitOf({ view, jobs }: Work): QueuedUnit[] {
  const open = jobs.filter(({ record }) => record.jobState !== 'Ended' && record.jobState !== 'Aborted')
  const [first] = open
  if (!first) return []
  const operations = open.map((job) => pending(job, view.operations))
  return [{ id: view.order.orderId, lineId: first.record.lineId, operations }]
}

function pending({ record }: Job, seen: Work['view']['operations']): PendingOperation {
  const { station, plannedSeconds, op } = record.jobOrder
  if (!begun(record.jobState)) return { station, plannedSeconds }
  const { startedAt, estimatedRemainingMs, seenAt } = seen.find((operation) => operation.op === op) ?? {}
  return {
    station,
    plannedSeconds,
    running: {
      ...(startedAt !== undefined && { startedAt: Date.parse(startedAt) }),
      ...(estimatedRemainingMs !== undefined && { remainingMs: estimatedRemainingMs }),
      ...(seenAt !== undefined && { saidAt: Date.parse(seenAt) }),
    },
  }
}

/** What of an order waits for a person. */
function alarmsOf({ view, jobs }: Work): LineAlarm[] {
  const { orderId } = view.order
  const alarms = jobs.flatMap(({ record, missingSince }): LineAlarm[] => {
    const { jobOrderId, station } = record.jobOrder
    if (missingSince !== undefined) {
      const detail = `station ${station} no longer knows job order ${jobOrderId}, which it may have begun`
      return [{ kind: 'inDoubt', orderId, jobOrderId, station, since: missingSince, detail }]
    }
    if (record.handOver !== 'conflict') return []
    const detail = record.detail ?? `station ${station} holds other content under ${jobOrderId}`
    return [{ kind: 'conflict', orderId, jobOrderId, station, detail }]
  })
  if (alarms.length > 0 || view.state !== 'stopped') return alarms
  const aborted = jobs.find(({ record }) => record.jobState === 'Aborted')?.record.jobOrder
  const detail =
    view.stoppedBecause ??
    (aborted ? `job order ${aborted.jobOrderId} was aborted at ${aborted.station}` : 'production has stopped')
  return [
    {
      kind: 'stopped',
      orderId,
      detail,
      ...(aborted && { jobOrderId: aborted.jobOrderId, station: aborted.station }),
    },
  ]
}
