import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FaultProfile } from './faultProfiles.ts'
import { faultProfiles, parseProfile } from './faultProfiles.ts'
import type { StationConfig } from './stationConfig.ts'
import type { LineUser } from './security.ts'
import { defaultStations, parseStations } from './stations.ts'

/** What the simulator was asked to do, checked. */
export interface SimOptions {
  readonly lines: readonly {
    readonly id: string
    readonly port: number
    readonly stations: readonly StationConfig[]
  }[]
  /** Folder that holds one folder per line. */
  readonly dir: string
  readonly host: string
  readonly speed: number
  readonly seed: string
  /** Undefined: the users file in `dir`, made at first start. */
  readonly users: readonly LineUser[] | undefined
  /** Certificate files every line shall trust from the start. */
  readonly trust: readonly string[]
  readonly securityNone: boolean
  /** What goes wrong from the start. */
  readonly profile: FaultProfile | undefined
  /** Lines come back without their job lists. */
  readonly forget: boolean
  /** Lines come back with another certificate. */
  readonly renewCertificate: boolean
}

/** What `--help` prints. */
export const usage = `Lot One line simulator: OPC UA servers that speak ISA-95 Job Control V2.

  --line ID:PORT   a line controller (repeat; default line-1:4840 and line-2:4841; port 0 picks a free one)
  --dir DIR        job lists, certificates, audit (default $LOT_ONE_DATA/lines, else ./data/lines)
  --host ADDRESS   address to listen on (default 127.0.0.1)
  --speed N        times faster than planned (default $LOT_ONE_SIM_SPEED, else 1)
  --seed TEXT      makes units, durations and lots repeatable (default $LOT_ONE_SIM_SEED, else lot-one)
  --users FILE     JSON list of {name, password, role: Operator|Observer} (default $LOT_ONE_SIM_USERS, a file or
                   the JSON itself; else DIR/users.json, made with random passwords)
  --stations FILE  JSON list of stations, or an object from line id to such a list ("*" for all others;
                   default $LOT_ONE_SIM_STATIONS, else eight stations from sheet-metal to assembly-test)
  --trust FILE     certificate of a client to trust (repeat)
  --profile WHAT   what goes wrong: names and ACTION=PROBABILITY joined by commas, or JSON with faults and quirks;
                   names: ${Object.keys(faultProfiles).join(', ')}
  --forget         start without the job lists of the last run, as a controller without a battery does
  --new-certificate  start with another key and certificate
  --security-none  also offer connections without security, for closed tests only
`

/**
 * Reads the command line and the environment.
 * @param readText gives a file's text; throws when it cannot be read.
 * @returns the options, or every problem found, one sentence each.
 */
export function parseOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  readText: (file: string) => string,
): SimOptions | { readonly problems: readonly string[] } {
  let values
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        line: { type: 'string', multiple: true },
        dir: { type: 'string' },
        host: { type: 'string' },
        speed: { type: 'string' },
        seed: { type: 'string' },
        users: { type: 'string' },
        stations: { type: 'string' },
        trust: { type: 'string', multiple: true },
        'security-none': { type: 'boolean' },
        profile: { type: 'string' },
        forget: { type: 'boolean' },
        'new-certificate': { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return { problems: [`${(error as Error).message.split('. ')[0]}. See --help.`] }
  }
  const problems: string[] = []

  function json(source: string, name: string): unknown {
    let text = source
    try {
      if (!/^\s*[[{]/.test(source)) text = readText(source)
    } catch {
      problems.push(`${name}: the file ${source} cannot be read.`)
      return undefined
    }
    try {
      return JSON.parse(text) as unknown
    } catch {
      problems.push(`${name}: ${text === source ? 'the value' : source} is not JSON.`)
      return undefined
    }
  }

  const speedName = values.speed === undefined ? 'LOT_ONE_SIM_SPEED' : '--speed'
  const speedText = values.speed ?? env['LOT_ONE_SIM_SPEED'] ?? '1'
  const speed = Number(speedText)
  if (!(speedText.trim() !== '' && speed >= 0.01 && speed <= 100_000))
    problems.push(`${speedName} is "${speedText}"; it must be a number from 0.01 to 100000, such as 10.`)

  const stationsName = values.stations === undefined ? 'LOT_ONE_SIM_STATIONS' : '--stations'
  const stationsSource = values.stations ?? env['LOT_ONE_SIM_STATIONS']
  const given = stationsSource === undefined ? undefined : json(stationsSource, stationsName)
  const parsed = given === undefined ? new Map<string, readonly StationConfig[]>() : parseStations(given)
  if (typeof parsed === 'string') problems.push(`${stationsName} ${parsed}`)
  const stationsOf = (id: string): readonly StationConfig[] =>
    typeof parsed === 'string' ? [] : (parsed.get(id) ?? parsed.get('*') ?? defaultStations)

  const lines: { id: string; port: number; stations: readonly StationConfig[] }[] = []
  for (const text of values.line ?? ['line-1:4840', 'line-2:4841']) {
    const [, id, port] = /^([A-Za-z0-9][\w-]*):(\d+)$/.exec(text) ?? []
    if (!id || !(Number(port) <= 65_535))
      problems.push(`--line is "${text}"; it must be ID:PORT, such as line-1:4840, the port 0 to 65535.`)
    else if (lines.some((line) => line.id === id)) problems.push(`--line names ${id} twice.`)
    else if (port !== '0' && lines.some((line) => line.port === Number(port)))
      problems.push(`--line gives the port ${port} to two lines.`)
    else lines.push({ id, port: Number(port), stations: stationsOf(id) })
  }

  const usersName = values.users === undefined ? 'LOT_ONE_SIM_USERS' : '--users'
  const usersSource = values.users ?? env['LOT_ONE_SIM_USERS']
  const usersValue = usersSource === undefined ? undefined : json(usersSource, usersName)
  const users = usersValue === undefined ? undefined : parseUsers(usersValue)
  if (typeof users === 'string') problems.push(`${usersName} ${users}`)

  const profile = values.profile === undefined ? undefined : parseProfile(values.profile)
  if (typeof profile === 'string') problems.push(`--profile ${profile}`)

  if (problems.length > 0 || typeof users === 'string' || typeof profile === 'string') return { problems }
  return {
    lines,
    dir: values.dir ?? join(env['LOT_ONE_DATA'] ?? 'data', 'lines'),
    host: values.host ?? '127.0.0.1',
    speed,
    seed: values.seed ?? env['LOT_ONE_SIM_SEED'] ?? 'lot-one',
    users,
    trust: values.trust ?? [],
    securityNone: values['security-none'] ?? false,
    profile,
    forget: values.forget ?? false,
    renewCertificate: values['new-certificate'] ?? false,
  }
}

/**
 * Checks a list of users.
 * @returns the users, or what is wrong, to be put behind the name of where they came from.
 */
export function parseUsers(value: unknown): readonly LineUser[] | string {
  if (!Array.isArray(value) || value.length === 0)
    return 'must be a list of {name, password, role} with at least one user.'
  const users: LineUser[] = []
  for (const [index, entry] of (value as unknown[]).entries()) {
    const { name, password, role } = (entry ?? {}) as Partial<Record<keyof LineUser, unknown>>
    if (typeof name !== 'string' || !name) return `has no name for user ${index + 1}.`
    if (typeof password !== 'string' || password.length < 8)
      return `has no password of at least 8 characters for ${name}.`
    if (role !== 'Operator' && role !== 'Observer')
      return `has the role ${JSON.stringify(role)} for ${name}; it must be Operator or Observer.`
    if (users.some((user) => user.name === name)) return `names ${name} twice.`
    users.push({ name, password, role })
  }
  return users
}
