import type { ExtensionObject, UAObjectType } from 'node-opcua'
import type { PackMLState, StationNodes } from './addressSpace.ts'
import type { FaultScript } from './faults.ts'
import type { Job } from './job.ts'
import { JobState } from './jobStates.ts'
import { DataType, Variant, VariantArrayType } from './opcua.ts'
import type { Notice, Station } from './station.ts'
import type { Wire } from './wire.ts'

/** Gives what is said instead of a value, by the name of what says it. */
type Said = (what: string, value: Variant) => Variant

const structure = (value: ExtensionObject): Variant =>
  new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Scalar, value })
const structures = (value: ExtensionObject[]): Variant =>
  new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value })

/** What the nodes of a station show, straight from its model; wire forms are kept as long as the job lives. */
export function viewOf(station: Station, wire: Wire, manner: () => string, now: () => number, said: Said) {
  const { model } = station
  const entries = new WeakMap<Job, { key: string; value: ExtensionObject }>()
  function entry(job: Job): ExtensionObject {
    const states = model.stateOf(job)
    const key = `${states[1]?.number ?? 0} ${manner()}`
    const kept = entries.get(job)
    if (kept?.key === key) return kept.value
    const value = wire.jobOrderAndState(wire.jobOrder(job.order), states)
    entries.set(job, { key, value })
    return value
  }
  return {
    now,
    jobOrderList: () => said('jobOrderList', structures(model.jobs().map(entry))),
    jobOrderResponseList: () =>
      structures(
        model
          .jobs()
          .filter((job) => job.state >= JobState.Running)
          .map((job) => wire.jobResponse(station.response(job))),
      ),
    packML(): PackMLState {
      const onFixtures = model.onFixtures()
      if (onFixtures.some((job) => job.state === JobState.Running)) return 'Execute'
      return onFixtures.length > 0 ? 'Suspended' : 'Idle'
    },
  }
}

/** Raises the status event of a state change, past the fault script. */
export function raise(
  notice: Notice,
  type: UAObjectType,
  nodes: StationNodes,
  wire: Wire,
  faults: FaultScript,
  {
    offsetMs,
    later,
    said,
  }: {
    readonly offsetMs: number
    readonly later: (ms: number, run: () => void) => void
    readonly said: Said
  },
): void {
  const { job, states, response, at } = notice
  const stateName = states[0]?.text ?? ''
  const actions = faults.take('onEvent', { station: notice.station, method: stateName, jobOrderId: job.id })
  if (actions.some((action) => action.do === 'dropEvent')) return
  const times = 1 + actions.filter((action) => action.do === 'duplicateEvent').length
  const delay = actions.find((action) => action.do === 'delayEvent')
  const send = (): void =>
    nodes.results.raiseEvent(type, {
      time: { dataType: DataType.DateTime, value: new Date(at + offsetMs) },
      message: {
        dataType: DataType.LocalizedText,
        value: { text: `${job.id} is ${stateName}`, locale: 'en' },
      },
      severity: { dataType: DataType.UInt16, value: 100 },
      jobOrder: said('jobOrder', structure(wire.jobOrder(job.order))),
      jobState: said('jobState', structures(wire.states(states))),
      jobResponse: said('jobResponse', structure(wire.jobResponse(response))),
    })
  for (let time = 0; time < times; time++)
    if (delay) later(delay.ms, send)
    else send()
}
