/**
 * Finds the stations of a line by type, never by node id: a JobManagementType (OPC 40001-3) under a machine item, or a lone
 * ISA95JobOrderReceiver with the ISA95JobResponseProvider that hangs under the same parent (OPC 10031-4).
 *
 * Only Organizes and Aggregates references are followed: HasNotifier is hierarchical too and would reach a provider through
 * the event tree, under another parent, and break the pairing.
 */
import type { BrowseDescriptionLike, ClientSession, NodeId, ReferenceDescription } from 'node-opcua'
import {
  AttributeIds,
  BrowseDirection,
  coerceNodeId,
  NodeClassMask,
  ReferenceTypeIds,
  typeIds,
  namespaceUris,
} from './opcua.ts'

/** One station as it stands in the line's address space. */
export interface FoundStation {
  /** Browse name of its machine item. */
  readonly name: string
  readonly displayName: string
  readonly receiver: NodeId
  /** Method browse name -> method id as found under this very instance (it may be the type's own node). */
  readonly methods: ReadonlyMap<string, NodeId>
  readonly jobOrderList: NodeId
  readonly requestResponse: { readonly object: NodeId; readonly method: NodeId } | undefined
  readonly workMasters: readonly string[]
  readonly materials: readonly string[]
  /** 0: the line does not say. */
  readonly maxJobOrders: number
  /** CurrentState of the machine item's PackML or machinery state machine. */
  readonly unitState: NodeId | undefined
}

export interface Layout {
  readonly stations: readonly FoundStation[]
  /** What was found but cannot be used, one sentence each. */
  readonly problems: readonly string[]
  /** ISA95JobOrderStatusEventType of this server, for OfType filters; undefined when the server does not know it. */
  readonly statusEventType: NodeId | undefined
  readonly namespaces: { readonly jobControl: number }
}

export interface Limits {
  readonly nodesPerBrowse: number
  readonly nodesPerRead: number
}

const sane = 500
/** A line whose object tree is larger than this is browsed only in part and reported. */
const mostNodes = 50_000

/** Reads the server's OperationLimits (OPC 10000-5 §6.3.11); 0 or absent means "no limit", and we stay modest all the same. */
export async function readLimits(session: ClientSession): Promise<Limits> {
  const values = await session.read(
    ['ns=0;i=11710', 'ns=0;i=11705'].map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value })),
  )
  const limit = (index: number): number => {
    const value: unknown = values[index]?.value?.value
    return typeof value === 'number' && value > 0 ? Math.min(value, sane) : sane
  }
  return { nodesPerBrowse: limit(0), nodesPerRead: limit(1) }
}

/** Reads an attribute of each node in batches the server accepts; the answer has one entry per node, in order. */
export async function readAll(
  session: ClientSession,
  nodes: readonly NodeId[],
  limits: Limits,
  attributeId: number = AttributeIds.Value,
) {
  const values = []
  for (let from = 0; from < nodes.length; from += limits.nodesPerRead) {
    const batch = nodes.slice(from, from + limits.nodesPerRead)
    values.push(...(await session.read(batch.map((nodeId) => ({ nodeId, attributeId })))))
  }
  return values
}

/** Finds every station; throws only when the connection breaks meanwhile. */
export async function discover(session: ClientSession, limits: Limits): Promise<Layout> {
  const namespaceArray = await session.readNamespaceArray()
  const jobControl = namespaceArray.indexOf(namespaceUris.jobControl)
  const machineryJobs = namespaceArray.indexOf(namespaceUris.machineryJobs)
  if (jobControl < 0) {
    return {
      stations: [],
      problems: [
        `the line does not know ${namespaceUris.jobControl} (ISA-95 Job Control V2), so it has no stations for us`,
      ],
      statusEventType: undefined,
      namespaces: { jobControl: -1 },
    }
  }
  const browser = createBrowser(session, limits)
  const jobControlType = (id: number): NodeId => coerceNodeId(`ns=${jobControl};i=${id}`)
  const [receivers, providers, managements] = await Promise.all([
    browser.subtypes(jobControlType(typeIds.receiver)),
    browser.subtypes(jobControlType(typeIds.provider)),
    machineryJobs < 0
      ? new Set<string>()
      : browser.subtypes(coerceNodeId(`ns=${machineryJobs};i=${typeIds.jobManagement}`)),
  ])
  const found = await findObjects(browser, { receivers, providers, managements })
  const problems = [...found.problems]
  const stations: FoundStation[] = []
  const places = await Promise.all(
    found.receivers.map((receiver) => describe(session, browser, limits, receiver, found.providers)),
  )
  for (const place of places) {
    if (typeof place === 'string') problems.push(place)
    else stations.push(place)
  }
  stations.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return {
    stations,
    problems,
    statusEventType: jobControlType(typeIds.statusEvent),
    namespaces: { jobControl },
  }
}

interface Place {
  readonly nodeId: NodeId
  readonly name: string
  readonly displayName: string
  readonly parent: Place | undefined
}

interface Browser {
  /** Children by Organizes and Aggregates, of the given node classes (NodeClassMask bits). */
  children(nodes: readonly NodeId[], classes: number): Promise<readonly (readonly ReferenceDescription[])[]>
  /** The type and all its subtypes, as strings. */
  subtypes(type: NodeId): Promise<Set<string>>
}

function createBrowser(session: ClientSession, limits: Limits): Browser {
  async function browse(descriptions: BrowseDescriptionLike[]): Promise<ReferenceDescription[][]> {
    const answers: ReferenceDescription[][] = []
    for (let from = 0; from < descriptions.length; from += limits.nodesPerBrowse) {
      const results = await session.browse(descriptions.slice(from, from + limits.nodesPerBrowse))
      for (const result of results) {
        const references = [...(result.references ?? [])]
        for (let point = result.continuationPoint; point && point.length > 0;) {
          const more = await session.browseNext(point, false)
          references.push(...(more.references ?? []))
          point = more.continuationPoint
        }
        answers.push(references)
      }
    }
    return answers
  }
  const description = (
    nodeId: NodeId,
    referenceTypeId: number,
    nodeClassMask: number,
  ): BrowseDescriptionLike => ({
    nodeId,
    referenceTypeId: coerceNodeId(referenceTypeId),
    browseDirection: BrowseDirection.Forward,
    includeSubtypes: true,
    nodeClassMask,
    // BrowseName, DisplayName, NodeClass, TypeDefinition, IsForward, ReferenceType
    resultMask: 63,
  })
  return {
    async children(nodes, classes) {
      const answers = await browse(
        nodes.flatMap((node) => [
          description(node, ReferenceTypeIds.Organizes, classes),
          description(node, ReferenceTypeIds.Aggregates, classes),
        ]),
      )
      return nodes.map((_, index) => [...(answers[2 * index] ?? []), ...(answers[2 * index + 1] ?? [])])
    },
    async subtypes(type) {
      const all = new Set([type.toString()])
      let level = [type]
      while (level.length > 0) {
        const answers = await browse(
          level.map((node) => description(node, ReferenceTypeIds.HasSubtype, NodeClassMask.ObjectType)),
        )
        level = answers
          .flat()
          .map((reference) => reference.nodeId)
          .filter((node) => !all.has(node.toString()))
        for (const node of level) all.add(node.toString())
      }
      return all
    },
  }
}

interface Kinds {
  readonly receivers: ReadonlySet<string>
  readonly providers: ReadonlySet<string>
  readonly managements: ReadonlySet<string>
}

async function findObjects(browser: Browser, kinds: Kinds) {
  const receivers: Place[] = []
  const providers: Place[] = []
  const problems: string[] = []
  const seen = new Set<string>(['ns=0;i=2253'])
  const root: Place = {
    nodeId: coerceNodeId('ns=0;i=85'),
    name: 'Objects',
    displayName: 'Objects',
    parent: undefined,
  }
  let level: Place[] = [root]
  while (level.length > 0) {
    if (seen.size > mostNodes) {
      problems.push(`the line has more than ${mostNodes} objects; stations further down are not found`)
      break
    }
    const next: Place[] = []
    const answers = await browser.children(
      level.map(({ nodeId }) => nodeId),
      NodeClassMask.Object,
    )
    for (const [index, references] of answers.entries()) {
      for (const reference of references) {
        const key = reference.nodeId.toString()
        if (seen.has(key)) continue
        seen.add(key)
        const name = reference.browseName.name ?? key
        const place: Place = {
          nodeId: reference.nodeId,
          name,
          displayName: reference.displayName.text ?? name,
          parent: level[index],
        }
        const type = reference.typeDefinition.toString()
        if (kinds.receivers.has(type)) receivers.push(place)
        else if (kinds.providers.has(type)) providers.push(place)
        else next.push(place)
      }
    }
    level = next
  }
  return { receivers, providers, problems }
}

/** The machine item a receiver belongs to: up past JobManagement and the MachineryBuildingBlocks folder. */
function machineItem(receiver: Place): Place {
  const passed = new Set(['JobManagement', 'MachineryBuildingBlocks'])
  let place = receiver.parent ?? receiver
  while (passed.has(place.name) && place.parent) place = place.parent
  return place.name === 'Objects' ? receiver : place
}

async function describe(
  session: ClientSession,
  browser: Browser,
  limits: Limits,
  receiver: Place,
  providers: readonly Place[],
): Promise<FoundStation | string> {
  const machine = machineItem(receiver)
  const provider = providers.find(({ parent }) => parent === receiver.parent)
  const nodes = provider
    ? [receiver.nodeId, provider.nodeId, machine.nodeId]
    : [receiver.nodeId, machine.nodeId]
  const answers = await browser.children(
    nodes,
    NodeClassMask.Method | NodeClassMask.Variable | NodeClassMask.Object,
  )
  const byName = (references: readonly ReferenceDescription[] = []): Map<string, NodeId> =>
    new Map(references.map((reference) => [reference.browseName.name ?? '', reference.nodeId]))
  const own = byName(answers[0])
  const jobOrderList = own.get('JobOrderList')
  if (!jobOrderList || !own.has('Store')) {
    return `station ${machine.name} has no ${jobOrderList ? 'Store method' : 'JobOrderList'}, so nothing can be handed over to it`
  }
  const request = provider && byName(answers[1]).get('RequestJobResponseByJobOrderID')
  const asked = ['MaxDownloadableJobOrders', 'WorkMaster', 'MaterialDefinitionID'].map((name) =>
    own.get(name),
  )
  const values = await readAll(
    session,
    asked.filter((node) => node !== undefined),
    limits,
  )
  const value = (index: number): unknown =>
    asked[index]
      ? values[asked.slice(0, index).filter((node) => node !== undefined).length]?.value?.value
      : undefined
  const most: unknown = value(0)
  return {
    name: machine.name,
    displayName: machine.displayName,
    receiver: receiver.nodeId,
    methods: own,
    jobOrderList,
    requestResponse: provider && request ? { object: provider.nodeId, method: request } : undefined,
    workMasters: arrayOf(value(1)).flatMap((entry) => {
      const id = (entry as { ID?: unknown } | null)?.ID
      return typeof id === 'string' && id !== '' ? [id] : []
    }),
    materials: arrayOf(value(2)).filter(
      (entry): entry is string => typeof entry === 'string' && entry !== '',
    ),
    maxJobOrders: typeof most === 'number' ? most : 0,
    unitState: await findUnitState(browser, answers.at(-1) ?? []),
  }
}

const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/**
 * Finds the state of the machine itself: MachineryItemState among its building blocks (OPC 40001-1 §12), else the first state
 * machine of a PackML unit (OPC 30050 §6.2).
 */
async function findUnitState(
  browser: Browser,
  below: readonly ReferenceDescription[],
): Promise<NodeId | undefined> {
  const classes = NodeClassMask.Variable | NodeClassMask.Object
  const under = async (node: NodeId | undefined): Promise<readonly ReferenceDescription[]> =>
    node ? ((await browser.children([node], classes))[0] ?? []) : []
  const named = (name: RegExp, among: readonly ReferenceDescription[]): NodeId | undefined =>
    among.find((reference) => name.test(reference.browseName.name ?? ''))?.nodeId
  const inBlocks = await under(named(/^MachineryBuildingBlocks$/, below))
  const itemState = named(/^MachineryItemState$/, [...inBlocks, ...below])
  if (itemState) return named(/^CurrentState$/, await under(itemState))
  const inUnit = await under(named(/^PackML/, [...below, ...inBlocks]))
  const machine = named(/^(BaseStateMachine|StateMachine)$/, [...inUnit, ...below])
  return named(/^CurrentState$/, await under(machine))
}
