import type { JobOrder } from './jobOrder.ts'
import { parameter } from './jobOrder.ts'
import { JobState } from './jobStates.ts'

/** One job order in the station's list. Never changed in place: each record makes a new one. */
export interface Job {
  readonly id: string
  readonly order: JobOrder
  /** Digest of the order's content as last stored or updated. */
  readonly digest: string
  /** Place in the order of arrival. */
  readonly arrival: number
  readonly storedAt: number
  readonly state: JobState
  /** Serial number of the unit it is made on. */
  readonly unit: string
  readonly startedAt?: number
  /** Set while Running: when it will be finished, on the line's clock. */
  readonly endsAt?: number
  /** Set while Interrupted: what is left to do, in real ms. */
  readonly remainingMs?: number
  readonly durationMs?: number
  readonly endedAt?: number
  /** Set once it is over: production time without interruptions, in real ms. */
  readonly ranMs?: number
  readonly runsCompleted: number
  readonly result: 'open' | 'good' | 'bad'
  /** Comment of the command that caused the present state. */
  readonly reason?: string
}

/** Gives how many runs an order asks for; 0 (unknown) and absent count as one. */
export function runsPlanned(order: JobOrder): number {
  const runs = Number(parameter(order, 'RunsPlanned')?.value ?? 1)
  return runs > 0 ? runs : 1
}

/** Gives the customer order number a job belongs to, else its own id: what its physical unit is known by. */
export function unitKey(order: JobOrder): string {
  const numbers = parameter(order, 'CustomerOrderNumbers')?.value
  const first: unknown = Array.isArray(numbers) ? numbers[0] : undefined
  return typeof first === 'string' && first !== '' ? first : order.jobOrderID
}

/** Gives what is left of the job's production time in real ms; undefined once it is over or before it began. */
export function remainingMs(job: Job, now: number): number | undefined {
  if (job.state === JobState.Running && job.endsAt !== undefined) return Math.max(0, job.endsAt - now)
  return job.state === JobState.Interrupted ? job.remainingMs : undefined
}

/** Gives how long the job has been worked on until `now`, in real ms without interruptions. */
export function productionTime(job: Job, now: number): number {
  return job.durationMs === undefined ? 0 : Math.max(0, job.durationMs - (remainingMs(job, now) ?? 0))
}

/** Orders a queue: higher Priority first, then the earlier StartTime (its arrival when it names none), then arrival. */
export function byTurn(a: Job, b: Job): number {
  const due = (job: Job): number => (job.order.startTime ? Date.parse(job.order.startTime) : job.storedAt)
  return (b.order.priority ?? 0) - (a.order.priority ?? 0) || due(a) - due(b) || a.arrival - b.arrival
}

/** Gives the job with its work over, for good or bad. */
export function over(
  job: Job,
  state: JobState,
  endedAt: number,
  runsCompleted: number,
  result: 'good' | 'bad',
): Job {
  const { endsAt: _ends, remainingMs: _left, ...rest } = job
  return { ...rest, state, endedAt, ranMs: productionTime(job, endedAt), runsCompleted, result }
}
