import type {
  CallMethodResultOptions,
  ExtensionObject,
  ISessionContext,
  LocalizedText,
  StatusCode,
} from 'node-opcua'
import type { StationNodes } from './addressSpace.ts'
import type { AuditRecord } from './audit.ts'
import type { Clock } from './clock.ts'
import type { FaultScript, FaultSite } from './faults.ts'
import type { Quirks } from './quirks.ts'
import { refusalOf } from './faults.ts'
import type { CommandName } from './jobStates.ts'
import { JobState, ReturnBit, bitsOf, commandNames, returnStatus } from './jobStates.ts'
import type { Command } from './lineModel.ts'
import type { Links } from './links.ts'
import { DataType, StatusCodes, Variant, VariantArrayType } from './opcua.ts'
import { thumbprint } from './security.ts'
import type { Station } from './station.ts'
import type { Wire } from './wire.ts'

/** What a call needs around it. */
export interface CallSurroundings {
  readonly clock: Clock
  readonly wire: Wire
  readonly faults: FaultScript
  readonly links: () => Links | undefined
  readonly quirks: () => Quirks
  /** What is said instead of an output. */
  readonly said: (what: string, value: Variant) => Variant
  readonly silence: (ms: number | undefined) => void
  readonly loseSubscriptions: () => void
  readonly loseSessions: () => void
  readonly audit: (record: AuditRecord) => void
  readonly log: (message: string) => void
  readonly exit: (code: number) => void
}

/** What a method answers: a ReturnStatus with its outputs before it, or a Bad code, which carries none. */
type Answer =
  | { readonly bits: bigint; readonly outputs?: readonly Variant[]; readonly why?: string | undefined }
  | { readonly bad: StatusCode; readonly why: string }

interface Caller {
  readonly user: string
  readonly certificate: string
  readonly remotePort: number
}

/** Binds all methods of a station: decode, act, answer, and leave a trace of each call. */
export function bindCalls(nodes: StationNodes, station: Station, around: CallSurroundings): void {
  const stationId = station.model.config.id
  for (const name of commandNames)
    nodes.commands[name].bindMethod((args: Variant[], context: ISessionContext) => {
      const command = readCommand(name, args, around.wire)
      const jobOrderId = 'bad' in command ? '' : 'order' in command ? command.order.jobOrderID : command.id
      return answer({ station: stationId, method: name, jobOrderId }, context, around, async () => {
        if ('bad' in command) return command
        const decision = await station.execute(command)
        return { bits: decision.returnStatus, why: decision.why }
      })
    })

  nodes.responseById.bindMethod((args: Variant[], context: ISessionContext) => {
    const id = String(args[0]?.value ?? '')
    return answer(
      { station: stationId, method: 'RequestJobResponseByJobOrderID', jobOrderId: id },
      context,
      around,
      () => responseById(station, around.wire, id),
    )
  })
  nodes.responseByState.bindMethod((args: Variant[], context: ISessionContext) => {
    const wanted = around.wire.readStates((args[0]?.value ?? []) as ExtensionObject[])
    return answer(
      { station: stationId, method: 'RequestJobResponseByJobOrderState', jobOrderId: '' },
      context,
      around,
      () => responsesByState(station, around.wire, wanted),
    )
  })
}

/** Runs one call past the fault script. Never rejects: what goes wrong inside is logged and answered as Bad. */
async function answer(
  site: FaultSite,
  context: ISessionContext,
  around: CallSurroundings,
  execute: () => Answer | Promise<Answer>,
): Promise<CallMethodResultOptions> {
  const caller = callerOf(context)
  const { faults, clock, links } = around
  let result: Answer | undefined
  for (const action of faults.take('beforeExecution', site)) {
    if (action.do === 'refuse') result = { bits: refusalOf(action), why: 'fault script' }
    if (action.do === 'fail') result = { bad: statusNamed(action.status), why: 'fault script' }
    if (action.do === 'goSilent') around.silence(action.ms)
    if (action.do === 'slow') await pause(clock, action.ms)
    if (action.do === 'loseCall') {
      links()?.cut(caller.remotePort)
      return { statusCode: StatusCodes.BadCommunicationError }
    }
  }
  try {
    result ??= await execute()
  } catch (error) {
    around.log(
      `${site.method} of ${site.jobOrderId} on ${site.station} failed: ${String((error as Error).stack ?? error)}`,
    )
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    result = {
      bad: full ? StatusCodes.BadResourceUnavailable : StatusCodes.BadInternalError,
      why: String(error),
    }
  }
  const statusCode =
    'bad' in result ? result.bad : isNoError(result.bits) ? StatusCodes.Good : StatusCodes.Uncertain
  around.audit({
    at: new Date(clock.now()).toISOString(),
    user: caller.user,
    certificate: caller.certificate,
    ...site,
    status: statusCode.name,
    bits: 'bad' in result ? [] : bitsOf(result.bits),
    ...(result.why === undefined ? {} : { why: result.why }),
  })
  for (const action of faults.take('afterExecution', site)) {
    if (action.do === 'loseSubscriptions') around.loseSubscriptions()
    if (action.do === 'loseSessions') around.loseSessions()
    if (action.do === 'die') {
      around.exit(action.code ?? 137)
      links()?.cutAll()
    }
  }
  for (const action of faults.take('onAnswer', site)) {
    if (action.do === 'loseAnswer') links()?.cut(caller.remotePort)
    if (action.do === 'delayAnswer') await pause(clock, action.ms)
  }
  if ('bad' in result) return { statusCode }
  const status = around.quirks().bitPositions ? BigInt(bitsOf(result.bits)[0] ?? 0) : result.bits
  const outputs = [...(result.outputs ?? []), uint64(status)].map((each) => around.said(site.method, each))
  return { statusCode, outputArguments: outputs }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(clock.now() + ms, resolve))
}

function statusNamed(name: string): StatusCode {
  return (
    (StatusCodes as unknown as Record<string, StatusCode | undefined>)[name] ?? StatusCodes.BadInternalError
  )
}

function isNoError(bits: bigint): boolean {
  return bits === returnStatus(ReturnBit.noError)
}

function callerOf(context: ISessionContext): Caller {
  const channel = context.session?.channel as
    | { clientCertificate?: Uint8Array | null; remotePort?: number }
    | undefined
  return {
    user: context.getUserName(),
    certificate: channel?.clientCertificate ? thumbprint(channel.clientCertificate) : '',
    remotePort: channel?.remotePort ?? 0,
  }
}

function uint64(value: bigint): Variant {
  const halves = [Number(value >> 32n), Number(value & 0xffffffffn)]
  return new Variant({ dataType: DataType.UInt64, arrayType: VariantArrayType.Scalar, value: halves })
}

function readCommand(
  name: CommandName,
  args: readonly Variant[],
  wire: Wire,
): Command | (Answer & { bad: StatusCode }) {
  const texts = ((args[1]?.value ?? []) as LocalizedText[]).map(({ text }) => text ?? '').filter(Boolean)
  const comment = texts.length > 0 ? { comment: texts.join(' ') } : {}
  if (name !== 'Store' && name !== 'StoreAndStart' && name !== 'Update')
    return { name, id: String(args[0]?.value ?? ''), ...comment }
  const structure = args[0]?.value as (ExtensionObject & { schema?: { name?: string } }) | null
  if (structure?.schema?.name !== 'ISA95JobOrderDataType')
    return { bad: StatusCodes.BadInvalidArgument, why: 'The first argument is no ISA95JobOrderDataType.' }
  try {
    return { name, order: wire.readJobOrder(structure), ...comment }
  } catch (error) {
    return { bad: StatusCodes.BadInvalidArgument, why: (error as Error).message }
  }
}

function responseById(station: Station, wire: Wire, id: string): Answer {
  const job = station.model.job(id)
  const none = new Variant({
    dataType: DataType.ExtensionObject,
    arrayType: VariantArrayType.Scalar,
    value: null,
  })
  if (!job) return { bits: returnStatus(ReturnBit.unknownJobOrder), outputs: [none] }
  if (job.state < JobState.Running)
    return { bits: returnStatus(ReturnBit.invalidState), outputs: [none], why: 'It has not started.' }
  const value = wire.jobResponse(station.response(job))
  const response = new Variant({
    dataType: DataType.ExtensionObject,
    arrayType: VariantArrayType.Scalar,
    value,
  })
  return { bits: returnStatus(ReturnBit.noError), outputs: [response] }
}

function responsesByState(station: Station, wire: Wire, wanted: ReturnType<Wire['readStates']>): Answer {
  const list = (value: ExtensionObject[]): Variant =>
    new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value })
  if (wanted.top === undefined)
    return {
      bits: returnStatus(ReturnBit.invalidRequest),
      outputs: [list([])],
      why: 'No top level state is given.',
    }
  const matches = station.model.jobs().filter((job) => {
    if (job.state !== wanted.top || job.state < JobState.Running) return false
    const present = station.model.stateOf(job).map(({ path, number }) => `${path}:${number}`)
    return wanted.substates.every((substate) => present.includes(substate))
  })
  return {
    bits: returnStatus(ReturnBit.noError),
    outputs: [list(matches.map((job) => wire.jobResponse(station.response(job))))],
  }
}
