import type { Fault } from './faults.ts'
import { actionNames, parseFault, usualAction } from './faults.ts'
import type { QuirkChange } from './quirks.ts'
import { parseQuirks } from './quirks.ts'

// Characters of lines as data: what goes wrong how often, and what the line is like all the time.

/** A named way for a line to be difficult. */
export interface FaultProfile {
  readonly about: string
  readonly faults: readonly Fault[]
  readonly quirks: QuirkChange
}

const now = (probability: number, name: string, more: Omit<Fault, 'action' | 'probability'> = {}): Fault => {
  const action = usualAction(name)
  if (!action) throw new Error(`There is no fault action ${name}.`)
  return { action, probability, ...more }
}

/** The profiles `--profile NAME` knows. Probabilities are per call or event. */
export const faultProfiles: Readonly<Record<string, FaultProfile>> = {
  calm: { about: 'keeps to the standard', faults: [], quirks: {} },
  lossy: {
    about:
      'connections break before and after execution, answers come late, events get lost, doubled and late',
    faults: [
      now(0.002, 'loseCall'),
      now(0.004, 'loseAnswer'),
      now(0.001, 'delayAnswer'),
      now(0.1, 'dropEvent'),
      now(0.05, 'duplicateEvent'),
      now(0.05, 'delayEvent'),
    ],
    quirks: {},
  },
  refusing: {
    about: 'refuses now and then what it could do: list full, wrong state, unable, invalid, and Bad codes',
    faults: [
      now(0.03, 'refuse', { method: 'Store' }),
      { action: { do: 'refuse', bits: [4, 35] }, method: 'Store', probability: 0.03 },
      { action: { do: 'refuse', bits: [3] }, method: 'Start', probability: 0.03 },
      { action: { do: 'refuse', bits: [32] }, method: 'Store', probability: 0.005 },
      { action: { do: 'refuse', bits: [3] }, method: 'Clear', probability: 0.03 },
      now(0.02, 'fail'),
    ],
    quirks: {},
  },
  positions: {
    about: 'answers with bit positions instead of bits, as a public sample server does',
    faults: [],
    quirks: { bitPositions: true },
  },
  sparse: {
    about: 'leaves out every field of its structures that it may, and one that it may not',
    faults: [],
    quirks: {
      omit: [
        'jobOrder.jobOrderParameters',
        'jobOrder.materialRequirements',
        'jobOrder.workMasterID',
        'jobOrder.priority',
        'jobResponse.startTime',
        'jobResponse.endTime',
        'jobResponse.jobResponseData',
        'jobResponse.equipmentActuals',
        'jobResponse.materialActuals',
        'jobResponse.jobState',
      ],
    },
  },
  selfClearing: {
    about: 'clears finished jobs by itself after two seconds and lets their ids come again',
    faults: [],
    quirks: { autoClearMs: 2000, forgetsRemoved: true },
  },
  cramped: {
    about: 'three sessions, four nodes per request, one method per call',
    faults: [],
    quirks: {
      maxSessions: 3,
      operationLimits: {
        maxNodesPerRead: 4,
        maxNodesPerBrowse: 4,
        maxNodesPerMethodCall: 1,
        maxMonitoredItemsPerCall: 2,
        maxNodesPerTranslateBrowsePathsToNodeIds: 4,
      },
    },
  },
  slow: {
    about: 'takes half a second for every fifth call',
    faults: [now(0.2, 'slow')],
    quirks: {},
  },
  skewed: { about: 'its clock is seven minutes behind', faults: [], quirks: { clockOffsetMs: -420_000 } },
  mortal: {
    about: 'dies after storing or starting, forgets sessions and subscriptions',
    faults: [
      now(0.002, 'die', { method: 'Store' }),
      now(0.002, 'die', { method: 'Start' }),
      now(0.002, 'die', { method: 'Clear' }),
      now(0.003, 'loseSessions'),
      now(0.003, 'loseSubscriptions'),
    ],
    quirks: {},
  },
  nasty: {
    about: 'lossy, refusing, slow, silent at times, clock off, few sessions, small limits',
    faults: [
      now(0.002, 'loseCall'),
      now(0.004, 'loseAnswer'),
      now(0.001, 'delayAnswer'),
      now(0.05, 'dropEvent'),
      now(0.05, 'duplicateEvent'),
      now(0.05, 'delayEvent'),
      { action: { do: 'refuse', bits: [4, 35] }, method: 'Store', probability: 0.01 },
      { action: { do: 'refuse', bits: [3] }, method: 'Start', probability: 0.01 },
      now(0.005, 'fail'),
      now(0.02, 'slow'),
      now(0.0005, 'goSilent'),
      now(0.001, 'loseSessions'),
      now(0.001, 'loseSubscriptions'),
    ],
    quirks: {
      clockOffsetMs: 240_000,
      maxSessions: 3,
      operationLimits: { maxNodesPerRead: 20, maxNodesPerBrowse: 10, maxMonitoredItemsPerCall: 3 },
    },
  },
}

/**
 * Reads a profile: names and `ACTION=PROBABILITY` pairs, joined by commas (`positions,loseAnswer=0.05`), or a profile as
 * JSON (`{"faults": [...], "quirks": {...}}`).
 * @returns the profile, or one sentence that names what is wrong, to be put behind the name of where it came from.
 */
export function parseProfile(text: string): FaultProfile | string {
  if (text.trim().startsWith('{')) {
    try {
      return checkProfile(JSON.parse(text) as unknown)
    } catch {
      return 'is not JSON.'
    }
  }
  const faults: Fault[] = []
  let quirks: QuirkChange = {}
  for (const item of text.split(',').map((part) => part.trim())) {
    const [name = '', chance] = item.split('=')
    if (chance === undefined) {
      const profile = Object.hasOwn(faultProfiles, name) ? faultProfiles[name] : undefined
      if (!profile)
        return `names ${JSON.stringify(name)}, which is none of the profiles ${Object.keys(faultProfiles).join(', ')}.`
      faults.push(...profile.faults)
      quirks = { ...quirks, ...profile.quirks }
    } else {
      const action = usualAction(name)
      if (!action)
        return `names ${JSON.stringify(name)}, which is none of the faults ${actionNames.join(', ')}.`
      const probability = Number(chance)
      if (!(chance !== '' && probability >= 0 && probability <= 1))
        return `gives ${name} the probability "${chance}"; it must be a number from 0 to 1.`
      faults.push({ action, probability })
    }
  }
  return { about: text, faults, quirks }
}

/**
 * Checks a profile that came as a value.
 * @returns the profile, or what is wrong with it.
 */
export function checkProfile(value: unknown): FaultProfile | string {
  if (value === null || typeof value !== 'object') return 'must be an object with faults and quirks.'
  const { faults = [], quirks = {}, about = '' } = value as Record<string, unknown>
  if (!Array.isArray(faults)) return 'must have faults as a list.'
  const checked: Fault[] = []
  for (const fault of faults) {
    const parsed = parseFault(fault)
    if (typeof parsed === 'string') return `has a wrong fault ${checked.length + 1}: ${parsed}`
    checked.push(parsed)
  }
  const parsedQuirks = parseQuirks(quirks)
  if (typeof parsedQuirks === 'string') return `has wrong quirks: ${parsedQuirks}`
  return { about: String(about), faults: checked, quirks: parsedQuirks }
}
