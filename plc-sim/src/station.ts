import type { Clock } from './clock.ts'
import type { JobResponse } from './actuals.ts'
import { jobResponse } from './actuals.ts'
import type { Job } from './job.ts'
import type { StateEntry } from './jobStates.ts'
import type { Ledger } from './ledger.ts'
import type { Command, Decision, ModelSettings } from './lineModel.ts'
import type { LedgerRecord } from './ledgerRecord.ts'
import type { StationConfig } from './stationConfig.ts'
import { StationModel } from './lineModel.ts'

/** What a status event says: the job as it was at that moment. */
export interface Notice {
  readonly station: string
  readonly at: number
  readonly job: Job
  readonly states: readonly StateEntry[]
  readonly response: JobResponse
}

/** A station at work: the model driven by calls and by the clock, its facts kept in the ledger. */
export interface Station {
  readonly model: StationModel
  /** Lets the clock act on the station, first with what it missed while it was down; again when its quirks changed. */
  start(): void
  /** Carries out a command. Resolves when its effect is durable and its events are raised. @throws when the disk refuses. */
  execute(command: Command): Promise<Decision>
  /** Gives the job responses at this moment; jobs that have not started have none (OPC 40001-3 §8.1). */
  response(job: Job): JobResponse
  stop(): void
}

/** After a failed write the clock's own facts are tried again this much later. */
const retryMs = 1000

/**
 * Brings a station back to where its ledger says it was; `start` lets it run.
 * @param history the ledger's records, of this and other stations.
 * @param onNotice called once per state change, in order, when it is durable.
 */
export function runStation(
  config: StationConfig,
  settings: ModelSettings,
  history: readonly LedgerRecord[],
  {
    clock,
    ledger,
    onNotice,
    log,
    forget = false,
  }: {
    readonly clock: Clock
    readonly ledger: Ledger
    readonly onNotice: (notice: Notice) => void
    readonly log: (message: string) => void
    /** The station comes back without its job list. */
    readonly forget?: boolean
  },
): Station {
  const model = new StationModel(config, settings)
  for (const record of history) if (record.station === config.id) model.apply(record)

  const waiting: Notice[] = []
  let taken = 0
  let raised = 0
  let cancelWake: (() => void) | undefined
  let stopped = false

  /** The file first: what could not be written did not happen. */
  function take(records: readonly LedgerRecord[]): void {
    if (records.length === 0) return
    ledger.append(records)
    for (const record of records) {
      const job = model.apply(record)
      if (!job) continue
      taken += 1
      const states = model.stateOf(job)
      waiting.push({
        station: config.id,
        at: record.at,
        job,
        states,
        response: jobResponse(model, job, record.at),
      })
    }
  }

  function catchUp(): void {
    for (let record = model.next(clock.now()); record; record = model.next(clock.now())) take([record])
    cancelWake?.()
    cancelWake = undefined
    const at = model.nextWakeAt()
    if (at !== undefined && !stopped) cancelWake = clock.schedule(at, onWake)
  }

  async function raiseDurable(): Promise<void> {
    const upTo = taken
    await ledger.durable()
    for (; raised < upTo && waiting.length > 0; raised++) {
      const notice = waiting.shift()
      if (notice) onNotice(notice)
    }
  }

  function onWake(): void {
    try {
      catchUp()
    } catch (error) {
      log(`Station ${config.id} cannot write its ledger (${String(error)}); it tries again in ${retryMs} ms.`)
      if (!stopped) cancelWake = clock.schedule(clock.now() + retryMs, onWake)
      return
    }
    raiseDurable().catch((error: unknown) =>
      log(`Station ${config.id} cannot sync its ledger: ${String(error)}`),
    )
  }

  if (forget && (model.jobs().length > 0 || model.tombstones().length > 0))
    take([{ kind: 'forgotten', station: config.id, id: '', at: clock.now() }])

  return {
    model,
    start: onWake,
    async execute(command) {
      catchUp()
      const decision = model.decide(command, clock.now())
      take(decision.records)
      catchUp()
      await raiseDurable()
      return decision
    },
    response: (job) => jobResponse(model, job, clock.now()),
    stop() {
      stopped = true
      cancelWake?.()
    },
  }
}
