/**
 * What lines are seen to do, on its way into orders: the only place where production advances. A line's answer to a call never
 * becomes an order event, the status event or the read that follows does.
 */
import { advances } from '@lot-one/rules'
import type { OrderFact } from '@lot-one/rules'
import { orderIdOf } from './composeJobOrders.ts'
import type { Desk } from './handOver.ts'
import type { Journal } from './journal.ts'
import type { createLineBoard } from './lineBoard.ts'
import type { Line, LineChange, ObservedJob } from './line.ts'
import type { Job } from './orderBook.ts'
import { silenceGraceMs } from './plan.ts'
import { changingDetail } from './work.ts'

export interface ObserveParts {
  readonly desk: Desk
  readonly board: Pick<ReturnType<typeof createLineBoard>, 'applyTrust' | 'changed'>
  readonly journal: Pick<Journal, 'jobs'>
  /** The order is being read from the journal. */
  readonly isLoading: (orderId: string) => boolean
}

/** Makes the listener to lines, and `observe` for what a line was seen to do before anybody listened. */
export function createObserver({ desk, board, journal, isLoading }: ObserveParts) {
  const { book, log, touch, after, run, isStopped, fenceOf } = desk

  function onLineChange(line: Line, change: LineChange): void {
    if (!fenceOf(line.id)) return
    if (change.kind === 'job') observe(line, change.job)
    else {
      for (const work of book.all())
        if (work.jobs.length === 0 || work.jobs[0]?.record.lineId === line.id) touch(work)
      if (change.kind === 'link' && !line.isOnline()) {
        run(board.applyTrust(line))
        after(silenceGraceMs + 50, () => {
          for (const work of book.all()) if (work.jobs[0]?.record.lineId === line.id) touch(work)
        })
      }
      if (change.kind === 'resynced') sayAgain(line)
    }
    board.changed(line)
  }

  function observe(line: Line, job: ObservedJob): void {
    const orderId = orderIdOf(job.jobOrderId)
    const work = orderId === undefined ? undefined : book.get(orderId)
    const mine = work?.jobs.find(({ record }) => record.jobOrder.jobOrderId === job.jobOrderId)
    if (!work || !mine || mine.record.lineId !== line.id) {
      if (orderId !== undefined) run(tidy(line, orderId, job))
      return
    }
    const { record } = mine
    const same = job.digest === undefined || job.digest === record.jobOrder.digest
    const inDoubt = record.handOver === 'sending' || record.handOver === 'unknown'
    if (inDoubt && same) {
      book.setRecord(work, mine, { handOver: 'confirmed' })
      if (mine.doubt === 'store') delete mine.doubt
    }
    // What a station does under our id with content that is not ours is none of this order's: plan() looks and stops.
    if (!same && record.detail !== changingDetail) return touch(work)
    if (record.handOver === 'conflict' || !advances(record.jobState, job.jobState)) {
      if (inDoubt && same) book.note(work, mine)
      touch(work)
      return
    }
    book.setRecord(work, mine, { jobState: job.jobState })
    void book.write(work, [jobFact(mine, job)], inDoubt && same ? [mine] : [])
    touch(work)
  }

  function jobFact({ record }: Job, seenJob: ObservedJob): OrderFact {
    const { jobState, by, sourceAt, startedAt, endedAt, estimatedRemainingMs, serialNumber, built } = seenJob
    return {
      kind: 'job',
      op: record.jobOrder.op,
      lineId: record.lineId,
      jobState,
      by,
      ...(sourceAt !== undefined && { sourceAt }),
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(estimatedRemainingMs !== undefined && { estimatedRemainingMs }),
      ...(serialNumber !== undefined && { serialNumber }),
      ...(built !== undefined && { built: built.map((part) => ({ ...part })) }),
    }
  }

  /** The line is back and nothing has moved meanwhile: orders that were told to wait for it are told what it is doing. */
  function sayAgain(line: Line): void {
    for (const work of book.all()) {
      const { waiting } = work.view
      if (waiting?.reason !== 'lineSilent' || waiting.lineId !== line.id) continue
      const current = work.jobs.find(
        ({ record }) => record.jobState !== 'Ended' && record.jobState !== undefined,
      )
      const job = current && line.observed(current.record.jobOrder.jobOrderId)
      if (current && job && job.jobState === current.record.jobState)
        void book.write(work, [jobFact(current, { ...job, by: 'read' })])
    }
  }

  /** A job of ours that should not be on this line any more (a late copy, an order that moved): taken off unless it has begun. */
  async function tidy(line: Line, orderId: string, job: ObservedJob): Promise<void> {
    const station = line
      .view()
      .stations.find(({ jobs }) => jobs.some(({ jobOrderId }) => jobOrderId === job.jobOrderId))?.station
    if (station === undefined || isStopped()) return
    const work = book.get(orderId)
    // A change stores job orders before they are the order's.
    if (work?.changing) return
    const known = [
      ...(work?.jobs.map(({ record }) => record) ?? []),
      ...(await journal.jobs(orderId).catch(() => [])),
    ]
    const record = known.find(({ jobOrder }) => jobOrder.jobOrderId === job.jobOrderId)
    if (!record || isLoading(orderId)) return
    const stale = record.lineId !== line.id || record.cleared || record.handOver === 'withdrawn'
    if (!stale || isStopped()) return
    if (job.jobState === 'NotAllowedToStart' || job.jobState === 'AllowedToStart')
      await line.command(station, 'Cancel', job.jobOrderId)
    else if (record.cleared && (job.jobState === 'Ended' || job.jobState === 'Aborted'))
      await line.command(station, 'Clear', job.jobOrderId)
    else if (record.lineId !== line.id)
      log.error(
        { lineId: line.id, jobOrderId: job.jobOrderId },
        `line ${line.id} works on ${job.jobOrderId}, which belongs to ${record.lineId}`,
      )
  }

  return { onLineChange, observe }
}
