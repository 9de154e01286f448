/** What was found out about a line besides its jobs: certificate, endpoints, clock, limits, habits, states of its machines. */
import type { ClientSession, NodeId } from 'node-opcua'
import type { LineView } from '@lot-one/rules'
import type { LineKnowledge } from './knowledge.ts'
import { readAll } from './discover.ts'
import type { FoundStation, Limits } from './discover.ts'
import { coerceNodeId } from './opcua.ts'
import { describeCertificate } from './trust.ts'

/** What a line says before there is a session (OPC 10000-4 §5.5.4). */
export interface Found {
  readonly endpoints: LineView['endpoints']
  /** DER; absent on an unsecured endpoint. */
  readonly certificate: Buffer | undefined
  /** From the time stamp of the answer: coarse, but there before any trust. */
  readonly clockDifferenceMs: number | undefined
}

export type HealthView = Pick<LineView, 'certificate' | 'endpoints' | 'clockDifferenceMs' | 'abilities'>

export interface Health {
  view(): HealthView
  found(found: Found): void
  /** What became of the certificate that was found; remembered across restarts once it is trusted. */
  judged(trust: NonNullable<HealthView['certificate']>['trust']): void
  clock(differenceMs: number): void
  abilities(read: Pick<NonNullable<HealthView['abilities']>, 'software' | 'events'> & StatedLimits): void
  /** Jobs that left a station's list although nobody of ours took them off. `fresh`: in the first list of a new session. */
  lost(jobs: readonly { readonly begun: boolean }[], fresh: boolean): void
  clearsByItself(): boolean
  unitStates(states: ReadonlyMap<string, string>): void
  unitState(station: string): string | undefined
}

interface StatedLimits {
  readonly nodesPerRead?: number
  readonly nodesPerBrowse?: number
  readonly nodesPerMethodCall?: number
}

/** @param say is called with a sentence when a habit is seen for the first time. */
export function createHealth(
  knowledge: LineKnowledge,
  clock: { now(): number },
  say: (habit: string) => void,
): Health {
  let endpoints: LineView['endpoints'] = []
  let certificate: HealthView['certificate']
  let clockDifferenceMs: number | undefined
  let read: Parameters<Health['abilities']>[0] | undefined
  let units: ReadonlyMap<string, string> = new Map()

  return {
    view() {
      const { clearsByItself, forgetsItsList } = knowledge.known()
      return {
        endpoints,
        ...(certificate && { certificate }),
        ...(clockDifferenceMs !== undefined && { clockDifferenceMs: Math.round(clockDifferenceMs) }),
        ...(read && {
          abilities: {
            ...read,
            ...(clearsByItself !== undefined && { clearsByItself }),
            ...(forgetsItsList !== undefined && { forgetsItsList }),
          },
        }),
      }
    },
    found(found) {
      endpoints = found.endpoints
      clockDifferenceMs = found.clockDifferenceMs ?? clockDifferenceMs
      const description = found.certificate && describeCertificate(found.certificate)
      const { certificate: before } = knowledge.known()
      certificate = description && {
        ...description,
        trust: 'unusable',
        ...(before !== undefined && before !== description.sha256 && { replaces: before }),
      }
    },
    judged(trust) {
      if (!certificate) return
      const { replaces: _, ...rest } = certificate
      certificate = trust === 'trusted' ? { ...rest, trust } : { ...certificate, trust }
      if (trust === 'trusted') knowledge.learn({ certificate: certificate.sha256 })
    },
    clock(differenceMs) {
      clockDifferenceMs = differenceMs
    },
    abilities(found) {
      read = found
    },
    lost(jobs, fresh) {
      const { clearsByItself, forgetsItsList } = knowledge.known()
      const since = new Date(clock.now()).toISOString()
      // What had not begun is never cleared; while a session lives, a person at the line may have cancelled it.
      if (jobs.some(({ begun }) => !begun)) {
        if (!fresh || forgetsItsList !== undefined) return
        knowledge.learn({ forgetsItsList: since })
        say('it came back without job orders it had confirmed: it forgets its list')
      } else if (jobs.length > 0 && clearsByItself === undefined) {
        knowledge.learn({ clearsByItself: since })
        say('it takes finished job orders off its list by itself')
      }
    },
    clearsByItself: () => knowledge.known().clearsByItself !== undefined,
    unitStates(states) {
      units = states
    },
    unitState: (station) => units.get(station),
  }
}

/** ProductName and SoftwareVersion of BuildInfo, then OperationLimits (OPC 10000-5 §6.3.11, §12.4). */
const asked = ['ns=0;i=2261', 'ns=0;i=2264', 'ns=0;i=11705', 'ns=0;i=11710', 'ns=0;i=11709']

/** Reads what the server says about itself; what it does not say is left out. */
export async function readAbilities(
  session: ClientSession,
  limits: Limits,
): Promise<StatedLimits & { readonly software?: string }> {
  const values = await readAll(session, asked.map(coerceNode), limits)
  const value = (index: number): unknown => values[index]?.value?.value
  const software = [value(0), value(1)].filter((part) => typeof part === 'string' && part !== '').join(' ')
  const stated = (index: number): number | undefined => {
    const limit = value(index)
    return typeof limit === 'number' && limit > 0 ? limit : undefined
  }
  const [nodesPerRead, nodesPerBrowse, nodesPerMethodCall] = [stated(2), stated(3), stated(4)]
  return {
    ...(software !== '' && { software }),
    ...(nodesPerRead !== undefined && { nodesPerRead }),
    ...(nodesPerBrowse !== undefined && { nodesPerBrowse }),
    ...(nodesPerMethodCall !== undefined && { nodesPerMethodCall }),
  }
}

const coerceNode = (id: string): NodeId => coerceNodeId(id)

/** Reads the state of each machine that has a state machine. */
export async function readUnitStates(
  session: ClientSession,
  stations: ReadonlyMap<string, { readonly found: FoundStation }>,
  limits: Limits,
): Promise<Map<string, string>> {
  const having = [...stations].flatMap(([station, { found }]) =>
    found.unitState ? [{ station, node: found.unitState }] : [],
  )
  const values = await readAll(
    session,
    having.map(({ node }) => node),
    limits,
  )
  const states = new Map<string, string>()
  for (const [index, { station }] of having.entries()) {
    const text = (values[index]?.value?.value as { text?: unknown } | null | undefined)?.text
    if (typeof text === 'string' && text !== '') states.set(station, text)
  }
  return states
}
