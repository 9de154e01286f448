import type { Job } from './job.ts'
import { byTurn, over, remainingMs, runsPlanned, unitKey } from './job.ts'
import type { CommandName, StateEntry } from './jobStates.ts'
import { JobState, legalStates, returnStatus, ReturnBit, Substate } from './jobStates.ts'
import type { JobOrder } from './jobOrder.ts'
import type { LedgerRecord } from './ledgerRecord.ts'
import { malformation, orderDigest, parameter } from './jobOrder.ts'
import { clearsAt } from './quirks.ts'
import type { Quirks } from './quirks.ts'
import { seededNumber, seededUnit } from './seeded.ts'
import type { StationConfig } from './stationConfig.ts'

// One station of a line as a value that only changes by applying records. A command is first decided (nothing
// changes), its records are made durable, then applied; replaying the same records gives the same station.
// What time brings (a finished job, a free place for the next) are records of the same kind.

/** What makes two stations behave alike: same settings, same commands at the same times, same results. */
export interface ModelSettings {
  readonly seed: string
  /** 10 = ten times faster than planned. */
  readonly speed: number
  /** May change while the station works; what it causes is in the records, so a replay does not need it. */
  readonly quirks?: Pick<Quirks, 'autoClearMs' | 'forgetsRemoved'>
}

/** A method call as the model understands it. */
export type Command =
  | {
      readonly name: 'Store' | 'StoreAndStart' | 'Update'
      readonly order: JobOrder
      readonly comment?: string
    }
  | {
      readonly name: Exclude<CommandName, 'Store' | 'StoreAndStart' | 'Update'>
      readonly id: string
      readonly comment?: string
    }

/** What a command would do: the ReturnStatus to answer, the records that carry it out, and why not. */
export interface Decision {
  readonly returnStatus: bigint
  readonly records: readonly LedgerRecord[]
  /** For the line's log when the command is refused. */
  readonly why?: string
}

/** A station's job orders. Pure: no clock, no I/O, no randomness beyond the seed. */
export class StationModel {
  readonly config: StationConfig
  readonly settings: ModelSettings
  readonly #jobs = new Map<string, Job>()
  /** Removed ids and the digest of what they were: a late duplicate must still be refused. */
  readonly #tombstones = new Map<string, string>()
  /** Job orders that are allowed to start, the next one first. */
  readonly #queue: Job[] = []
  /** On a fixture: Running or Interrupted. A paused unit keeps its place, so Resume always finds it free. */
  readonly #onFixture = new Set<string>()
  #arrivals = 0

  constructor(config: StationConfig, settings: ModelSettings) {
    this.config = config
    this.settings = settings
  }

  /** The job order list, in order of arrival. */
  jobs(): Job[] {
    return [...this.#jobs.values()]
  }

  job(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  /** The job orders on a fixture: Running or Interrupted. */
  onFixtures(): Job[] {
    return [...this.#onFixture].flatMap((id) => this.#jobs.get(id) ?? [])
  }

  /** How many job orders are allowed to start and wait for a fixture. */
  get queueLength(): number {
    return this.#queue.length
  }

  /** Ids that were removed from the list and may never come back. */
  tombstones(): string[] {
    return [...this.#tombstones.keys()]
  }

  /** Decides a command at `now` by the state table; changes nothing. */
  decide(command: Command, now: number): Decision {
    if (command.name === 'Store' || command.name === 'StoreAndStart') return this.#decideStore(command, now)
    const id = 'order' in command ? command.order.jobOrderID : command.id
    if (!id) return refuse('The call names no job order.', ReturnBit.invalidRequest)
    const job = this.#jobs.get(id)
    if (!job) return refuse(`The job order ${id} is not in the list.`, ReturnBit.unknownJobOrder)
    if (!legalStates[command.name].includes(job.state))
      return refuse(
        `${command.name} is not legal while the job order ${id} is in state ${job.state}.`,
        ReturnBit.invalidState,
      )
    const base = { station: this.config.id, id, at: now }
    const note = command.comment ? { comment: command.comment } : {}
    switch (command.name) {
      case 'Start':
        return accept({ ...base, kind: 'allowed', ...note })
      case 'RevokeStart':
        return accept({ ...base, kind: 'revoked', ...note })
      case 'Update': {
        const refusal = this.#refusal(command.order)
        return (
          refusal ??
          accept({ ...base, kind: 'updated', digest: orderDigest(command.order), order: command.order })
        )
      }
      case 'Pause':
        return accept({ ...base, kind: 'interrupted', remainingMs: remainingMs(job, now) ?? 0, ...note })
      case 'Resume':
        return accept({ ...base, kind: 'resumed', ...note })
      case 'Stop':
        return accept({ ...base, kind: 'stopped', runs: this.#runsDone(job, now), ...note })
      case 'Abort':
        return accept({ ...base, kind: 'aborted', runs: this.#runsDone(job, now), ...note })
      case 'Cancel':
      case 'Clear':
        return accept(this.#removal(job, now, command.name))
    }
  }

  #decideStore(command: Extract<Command, { order: JobOrder }>, now: number): Decision {
    const { order } = command
    const id = order.jobOrderID
    const content = orderDigest(order)
    const known = this.#jobs.get(id)?.digest ?? this.#tombstones.get(id)
    if (known !== undefined)
      return refuse(
        `The job order ${id} is already known${known === content ? '' : ' with other content'}.`,
        ReturnBit.unableToAccept,
        known === content ? ReturnBit.duplicateSameContent : ReturnBit.duplicateOtherContent,
      )
    const refusal = this.#refusal(order)
    if (refusal) return refusal
    const { maxDownloadableJobOrders } = this.config
    if (this.#jobs.size >= maxDownloadableJobOrders)
      return refuse(
        `The list is full: it holds ${maxDownloadableJobOrders} job orders.`,
        ReturnBit.unableToAccept,
        ReturnBit.listFull,
      )
    const allowed = command.name === 'StoreAndStart'
    return accept({ station: this.config.id, id, at: now, kind: 'stored', digest: content, allowed, order })
  }

  /** Why this station can never take the order, as a ready answer. */
  #refusal(order: JobOrder): Decision | undefined {
    const wrong = malformation(order)
    if (wrong) return refuse(wrong, ReturnBit.invalidRequest)
    const wanted = order.workMasterID?.map(({ ID }) => ID) ?? []
    if (wanted.length > 0 && !wanted.some((workMaster) => this.config.workMasters.includes(workMaster)))
      return refuse(
        `Station ${this.config.id} cannot do ${wanted.join(' or ')}; it does ${this.config.workMasters.join(', ')}.`,
        ReturnBit.unableToAccept,
        ReturnBit.notCapable,
      )
    return undefined
  }

  /** The next fact that time has brought until `now`, or undefined; apply it and ask again. */
  next(now: number): LedgerRecord | undefined {
    const first = this.#firstToEnd()
    if (first?.endsAt !== undefined && first.endsAt <= now)
      // A unit on the machine is finished when it is finished, also while the controller was down.
      return {
        ...this.#fact(first, first.endsAt),
        kind: 'finished',
        unit: first.unit,
        runs: runsPlanned(first.order),
      }
    const [due] = this.#toClear(now)
    if (due) return this.#removal(due, now, 'line')
    const [turn] = this.#queue
    if (turn && this.#onFixture.size < this.config.slots)
      return { ...this.#fact(turn, now), kind: 'started', durationMs: this.durationMs(turn), unit: turn.unit }
    return undefined
  }

  /** When time will next bring a fact, in ms of the line's clock; undefined while nothing runs and nothing is to go. */
  nextWakeAt(): number | undefined {
    const times = [
      this.#firstToEnd()?.endsAt,
      ...this.#toClear(Infinity).map((job) => clearsAt(this.settings.quirks, job)),
    ]
    const known = times.filter((at) => at !== undefined)
    return known.length > 0 ? Math.min(...known) : undefined
  }

  /** Makes a record true and gives the job as it is now; undefined when it left the list. */
  apply(record: LedgerRecord): Job | undefined {
    if (record.kind === 'stored') {
      const { id, order, at } = record
      return this.#put({
        id,
        order,
        digest: record.digest,
        arrival: this.#arrivals++,
        storedAt: at,
        state: record.allowed ? JobState.AllowedToStart : JobState.NotAllowedToStart,
        unit: seededNumber('U', this.settings.seed, unitKey(order)),
        runsCompleted: 0,
        result: 'open',
      })
    }
    if (record.kind === 'forgotten') {
      for (const memory of [this.#jobs, this.#tombstones, this.#onFixture]) memory.clear()
      this.#queue.length = 0
      return undefined
    }
    const before = this.#jobs.get(record.id)
    if (!before)
      throw new Error(`The ledger has a ${record.kind} record for ${record.id}, which is not in the list.`)
    const { reason: _old, ...job } = before
    const reason = 'comment' in record && record.comment ? { reason: record.comment } : {}
    switch (record.kind) {
      case 'updated':
        return this.#put({
          ...job,
          order: record.order,
          digest: record.digest,
          unit: seededNumber('U', this.settings.seed, unitKey(record.order)),
        })
      case 'allowed':
        return this.#put({ ...job, ...reason, state: JobState.AllowedToStart })
      case 'revoked':
        return this.#put({ ...job, ...reason, state: JobState.NotAllowedToStart })
      case 'started':
        return this.#put({
          ...job,
          state: JobState.Running,
          startedAt: record.at,
          durationMs: record.durationMs,
          endsAt: record.at + record.durationMs,
        })
      case 'interrupted': {
        const { endsAt: _ends, ...rest } = job
        return this.#put({ ...rest, ...reason, state: JobState.Interrupted, remainingMs: record.remainingMs })
      }
      case 'resumed': {
        const { remainingMs: left = 0, ...rest } = job
        return this.#put({ ...rest, ...reason, state: JobState.Running, endsAt: record.at + left })
      }
      case 'finished':
        return this.#put(over(job, JobState.Ended, record.at, record.runs, 'good'))
      case 'stopped':
        return this.#put({ ...over(job, JobState.Ended, record.at, record.runs, 'bad'), ...reason })
      case 'aborted':
        return this.#put({ ...over(job, JobState.Aborted, record.at, record.runs, 'bad'), ...reason })
      case 'removed':
        this.#leaveQueue(before)
        this.#jobs.delete(record.id)
        if (record.forgets) this.#tombstones.delete(record.id)
        else this.#tombstones.set(record.id, record.digest)
        return undefined
    }
  }

  /** How long the job takes on this station in real ms: plan over speed, spread by at most 8 % by seed and id. */
  durationMs(job: Job): number {
    const spread = 0.92 + 0.16 * seededUnit(this.settings.seed, this.config.id, job.id, 'duration')
    return Math.max(1, Math.round(this.plannedMs(job) * spread))
  }

  /** The plan for the job in real ms, speed applied. */
  plannedMs(job: Job): number {
    const planned = Number(parameter(job.order, 'PlannedProductionTime')?.value)
    return (planned > 0 ? planned : this.config.defaultDurationMs) / this.settings.speed
  }

  /** When the job will be over, in real ms from `now`: its rest, or its plan and those before it in the queue. */
  estimatedRemainingMs(job: Job, now: number): number | undefined {
    if (job.state !== JobState.AllowedToStart) return remainingMs(job, now)
    const before = this.#queue.slice(0, this.#placeOf(job))
    const busy = this.onFixtures().reduce((sum, other) => sum + (remainingMs(other, now) ?? 0), 0)
    const queued = before.reduce((sum, other) => sum + this.plannedMs(other), 0)
    const full = this.#onFixture.size + before.length >= this.config.slots
    return (full ? (busy + queued) / this.config.slots : 0) + this.plannedMs(job)
  }

  /** The job's state array: top level first, then its substate. */
  stateOf(job: Job): StateEntry[] {
    switch (job.state) {
      case JobState.NotAllowedToStart:
        return [
          top('NotAllowedToStart'),
          { path: 'NotAllowedToStartSubstates', text: 'Ready', number: Substate.Ready },
        ]
      case JobState.AllowedToStart:
        return [
          top('AllowedToStart'),
          this.#onFixture.size < this.config.slots
            ? { path: 'AllowedToStartSubstates', text: 'Ready', number: Substate.Ready }
            : { path: 'AllowedToStartSubstates', text: 'Waiting', number: Substate.Waiting },
        ]
      case JobState.Running:
        return [top('Running')]
      case JobState.Interrupted:
        return [
          top('Interrupted'),
          { path: 'InterruptedSubstates', text: 'Suspended', number: Substate.Suspended },
        ]
      case JobState.Ended:
        return [top('Ended'), { path: 'EndedSubstates', text: 'Completed', number: Substate.Completed }]
      case JobState.Aborted:
        return [top('Aborted')]
    }
  }

  #fact(job: Job, at: number): { station: string; id: string; at: number } {
    return { station: this.config.id, id: job.id, at }
  }

  #removal(job: Job, at: number, by: 'Cancel' | 'Clear' | 'line'): LedgerRecord {
    const forgets = this.settings.quirks?.forgetsRemoved ? { forgets: true as const } : {}
    return { ...this.#fact(job, at), kind: 'removed', digest: job.digest, by, ...forgets }
  }

  /** Jobs that are over and that the line clears by itself until `now`, the first to go first. */
  #toClear(now: number): Job[] {
    const { quirks } = this.settings
    if (!quirks || quirks.autoClearMs === null) return []
    const at = (job: Job): number => clearsAt(quirks, job) ?? Infinity
    return this.jobs()
      .filter((job) => job.endedAt !== undefined && at(job) <= now)
      .sort((a, b) => at(a) - at(b))
  }

  #put(job: Job): Job {
    this.#leaveQueue(this.#jobs.get(job.id))
    this.#jobs.set(job.id, job)
    if (job.state === JobState.AllowedToStart) this.#queue.splice(this.#placeOf(job), 0, job)
    if (job.state === JobState.Running || job.state === JobState.Interrupted) this.#onFixture.add(job.id)
    else this.#onFixture.delete(job.id)
    return job
  }

  #firstToEnd(): Job | undefined {
    let first: Job | undefined
    for (const job of this.onFixtures())
      if (job.endsAt !== undefined && (first?.endsAt === undefined || job.endsAt < first.endsAt)) first = job
    return first
  }

  #leaveQueue(job: Job | undefined): void {
    if (job?.state === JobState.AllowedToStart) this.#queue.splice(this.#placeOf(job), 1)
  }

  /** Where the job stands in the queue, or would stand: how many come before it. */
  #placeOf(job: Job): number {
    let low = 0
    let high = this.#queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#queue[middle]
      if (other && byTurn(other, job) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #runsDone(job: Job, now: number): number {
    const left = remainingMs(job, now)
    if (left === undefined || !job.durationMs) return 0
    return Math.min(
      runsPlanned(job.order) - 1,
      Math.floor((1 - left / job.durationMs) * runsPlanned(job.order)),
    )
  }
}

function top(name: keyof typeof JobState): StateEntry {
  return { path: '', text: name, number: JobState[name] }
}

function accept(record: LedgerRecord): Decision {
  return { returnStatus: returnStatus(ReturnBit.noError), records: [record] }
}

function refuse(why: string, ...bits: number[]): Decision {
  return { returnStatus: returnStatus(...bits), records: [], why }
}
