/** What is done over every new or repaired session before a line counts as online: find, subscribe, read. */
import type { ClientSession } from 'node-opcua'
import type { LinkProblem } from '@lot-one/rules'
import type { LineProfile } from '../lineProfiles.ts'
import type { Connection, Subscription } from './connection.ts'
import { decodeJobOrderList, decodeStatusEvent } from './decode.ts'
import type { JobList, ObservedJob } from './decode.ts'
import { discover, readAll, readLimits } from './discover.ts'
import type { FoundStation, Layout, Limits } from './discover.ts'
import { createEncoder } from './encode.ts'
import type { Encoder } from './encode.ts'
import { AttributeIds, coerceNodeId, constructEventFilter, ofType, typeIds } from './opcua.ts'

/** A line that can be worked with. */
export interface Up {
  /** Routing name -> station. */
  readonly stations: ReadonlyMap<string, { readonly found: FoundStation }>
  readonly encoder: Encoder
  readonly limits: Limits
  /** Undefined: the line sends no status events. */
  readonly events: StatusEvents | undefined
  /** What is off but does not stop the work. */
  readonly problems: readonly LinkProblem[]
  readonly lists: ReadonlyMap<string, JobList>
  /** The line's clock minus ours in ms. */
  clockDifferenceMs(clock: { now(): number }): Promise<number | undefined>
}

/** The subscription to a line's status events, and another one in its place when it is lost. */
export interface StatusEvents {
  /** The one in force. */
  current(): Subscription
  /** Whether the line still monitors all that was asked for; true when it cannot say. */
  isWhole(): Promise<boolean>
  /** Subscribes anew; what happened in between must be read. @returns false when the line did not take all of it. */
  renew(): Promise<boolean>
}

export interface BringUpOptions {
  readonly config: { readonly id: string; readonly stations?: Readonly<Record<string, string>> }
  readonly profile: LineProfile
  readonly log: { debug(fields: object, message: string): void; warn(fields: object, message: string): void }
  readonly onEvent: (station: string | undefined, job: ObservedJob) => void
  /** Something other than a status event came: the queue on the line overflowed, events are missing. */
  readonly onOverflow: () => void
}

/** Finds, subscribes, reads. Throws when the connection breaks or the line's types are not those of OPC 10031-4 V2. */
export async function bringUp(connection: Connection, options: BringUpOptions): Promise<Up> {
  const { session } = connection
  const limits = await readLimits(session)
  const layout = await discover(session, limits)
  const { stations, problems } = named(layout, options.config.stations ?? {})
  if (stations.size === 0)
    problems.push({
      cause: 'noStation',
      detail: 'no station was found: no JobManagement and no ISA95JobOrderReceiver below Objects',
    })
  const encoder = layout.statusEventType
    ? await prepareEncoder(session, layout.namespaces.jobControl)
    : noEncoder
  // Subscribed before the lists are read, so that nothing can happen unseen in between.
  const events =
    stations.size > 0 && options.profile.events
      ? await subscribe(connection, layout, { stations, limits }, options)
      : undefined
  if (stations.size > 0 && !events)
    problems.push({
      cause: 'noEvents',
      detail: 'it sends no job order status events, so its lists are polled',
    })
  const lists = await readLists(connection, { stations, limits })
  return {
    stations,
    encoder,
    limits,
    events,
    problems,
    lists,
    clockDifferenceMs: (clock) => clockDifference(session, clock),
  }
}

const noEncoder: Encoder = {
  jobOrder() {
    throw new Error('A line without stations was asked to take a job order')
  },
}

/** Gives every station its routing name: the lines file's mapping first, else the machine item's own name. */
function named(layout: Layout, mapping: Readonly<Record<string, string>>) {
  const problems: LinkProblem[] = layout.problems.map((detail) => ({ cause: 'station', detail }))
  const stations = new Map<string, { readonly found: FoundStation }>()
  const routingName = new Map(Object.entries(mapping).map(([routing, machine]) => [machine, routing]))
  for (const found of layout.stations) {
    const name = routingName.get(found.name) ?? found.name
    if (stations.has(name))
      problems.push({
        cause: 'mapping',
        detail: `two machine items are called ${name}; only the first is used (map one of them under stations: in the lines file)`,
      })
    else stations.set(name, { found })
  }
  for (const [routing, machine] of Object.entries(mapping)) {
    if (!stations.has(routing))
      problems.push({
        cause: 'mapping',
        detail: `the lines file maps ${routing} to ${machine}, which the line does not have`,
      })
  }
  return { stations, problems }
}

async function prepareEncoder(session: ClientSession, namespace: number): Promise<Encoder> {
  const structure = async (id: number) =>
    (await session.constructExtensionObject(coerceNodeId(`ns=${namespace};i=${id}`), {}))
      .constructor as Parameters<typeof createEncoder>[0]['jobOrder']
  const made = createEncoder({
    jobOrder: await structure(typeIds.jobOrder),
    workMaster: await structure(typeIds.workMaster),
    parameter: await structure(typeIds.parameter),
    property: await structure(typeIds.property),
    material: await structure(typeIds.material),
  })
  if ('jobOrder' in made) return made
  throw new Error(made.join('; '))
}

const eventNotifierBit = 1
const serverObject = 'ns=0;i=2253'

/**
 * Listens on each provider that says it notifies, else on the Server object, which hears them through HasNotifier.
 * @returns undefined when the line offers neither.
 */
async function subscribe(
  connection: Connection,
  layout: Layout,
  { stations, limits }: Pick<Up, 'stations' | 'limits'>,
  options: BringUpOptions,
): Promise<StatusEvents | undefined> {
  if (!layout.statusEventType) return undefined
  const { session } = connection
  const providers = [...stations.values()].flatMap(({ found }) =>
    found.requestResponse ? [found.requestResponse.object] : [],
  )
  const notifiers = await readAll(session, providers, limits, AttributeIds.EventNotifier)
  const speaking = providers.filter(
    (_, index) => (Number(notifiers[index]?.value?.value ?? 0) & eventNotifierBit) !== 0,
  )
  const nodes = speaking.length === stations.size ? speaking : [coerceNodeId(serverObject)]
  const ix = layout.namespaces.jobControl
  const filter = constructEventFilter(
    ['Time', 'SourceNode', `${ix}:JobOrder`, `${ix}:JobState`, `${ix}:JobResponse`],
    ofType(layout.statusEventType),
  )
  const stationOf = new Map(
    [...stations].flatMap(
      ([name, { found }]) =>
        [
          [found.receiver.toString(), name],
          ...(found.requestResponse ? [[found.requestResponse.object.toString(), name]] : []),
        ] as [string, string][],
    ),
  )
  const start = () =>
    connection.subscribe(nodes, filter, options.profile.publishingIntervalMs, (fields) => {
      const [time, source, jobOrder, jobState, jobResponse] = fields.map((field) => field?.value as unknown)
      const job = decodeStatusEvent({ time, jobOrder, jobState, jobResponse })
      if (job) options.onEvent(stationOf.get(String(source)), job)
      else options.onOverflow()
    })
  const isWhole = async (subscription: Subscription): Promise<boolean> =>
    subscription.monitored === nodes.length &&
    ((await subscription.itemsOnLine()) ?? nodes.length) === nodes.length
  let current = await start()
  if (!(await isWhole(current))) return undefined
  return {
    current: () => current,
    isWhole: () => isWhole(current),
    async renew() {
      const before = current
      // The new one first: the library forgets to ask for more when a session has none for a moment.
      current = await start()
      await before.end()
      return isWhole(current)
    },
  }
}

/** Reads the JobOrderList of all or some stations in as few requests as the line allows. */
export async function readLists(
  connection: Connection,
  at: Pick<Up, 'stations' | 'limits'>,
  only?: readonly string[],
): Promise<Map<string, JobList>> {
  const names = only ?? [...at.stations.keys()]
  const nodes = names
    .map((name) => at.stations.get(name)?.found.jobOrderList)
    .filter((node) => node !== undefined)
  const values = await readAll(connection.session, nodes, at.limits)
  const lists = new Map<string, JobList>()
  for (const [index, name] of names.entries()) {
    const value = values[index]
    if (!value || value.statusCode.isBad())
      throw new Error(
        `the job order list of ${name} cannot be read (${value?.statusCode.name ?? 'no value'})`,
      )
    lists.set(name, decodeJobOrderList(value.value?.value, value.sourceTimestamp))
  }
  return lists
}

async function clockDifference(
  session: ClientSession,
  clock: { now(): number },
): Promise<number | undefined> {
  const before = clock.now()
  const value = await session.read({ nodeId: 'ns=0;i=2258', attributeId: AttributeIds.Value })
  const theirs: unknown = value.value?.value
  return theirs instanceof Date ? theirs.getTime() - (before + clock.now()) / 2 : undefined
}
