// Composition root of the simulator: the only place that reads the environment, the command line, signals and the clock.
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from './clock.ts'
import { checkProfile, parseProfile } from './faultProfiles.ts'
import { parseFault } from './faults.ts'
import type { SimOptions } from './options.ts'
import { parseOptions, parseUsers, usage } from './options.ts'
import { parseQuirks } from './quirks.ts'
import type { LineUser } from './security.ts'
import type { Line } from './server.ts'

const hasParent = process.send !== undefined
const lines = new Map<string, Line>()

function say(message: string): void {
  process.stderr.write(`plc-sim: ${message}\n`)
}

function tell(message: object): void {
  // The parent may be gone; then there is nobody to tell and `disconnect` ends us.
  if (process.connected) process.send?.(message, undefined, {}, () => {})
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) {
    process.stdout.write(usage)
    return
  }
  const options = parseOptions(argv, process.env, (file) => readFileSync(file, 'utf8'))
  if ('problems' in options) return fail(...options.problems)
  mkdirSync(options.dir, { recursive: true, mode: 0o700 })
  const usersFile = join(options.dir, 'users.json')
  const users = options.users ?? ownUsers(usersFile)
  if (typeof users === 'string') return fail(`${usersFile} ${users}`)
  listen()
  await startAll(options, users)
  tell({
    type: 'ready',
    lines: [...lines.values()].map((line) => ({
      id: line.lineId,
      endpointUrl: line.endpointUrl,
      applicationUri: line.applicationUri,
      certificateFile: line.certificateFile,
      thumbprint: line.certificateThumbprint,
      trustedCertificatesDir: line.trustedCertificatesDir,
      ledgerFile: line.ledgerFile,
      auditFile: line.auditFile,
    })),
    ...(options.users ? {} : { usersFile }),
  })
  if (!hasParent)
    for (const { lineId, endpointUrl } of lines.values())
      process.stdout.write(`${lineId} listens on ${endpointUrl}\n`)
  if (!hasParent && !options.users) process.stdout.write(`User names and passwords are in ${usersFile}\n`)
}

async function startAll(options: SimOptions, users: readonly LineUser[]): Promise<void> {
  // The library is most of a start: what is wrong with the settings is said before it.
  const { quietLibrary, startLine } = await import('./server.ts')
  keepLibraryLog(join(options.dir, 'opcua.log'), quietLibrary)
  const started = await Promise.allSettled(
    options.lines.map(({ id, port, stations }) =>
      startLine({
        lineId: id,
        port,
        stations,
        users,
        host: options.host,
        dir: join(options.dir, id),
        seed: options.seed,
        speed: options.speed,
        trust: options.trust,
        securityNone: options.securityNone,
        forget: options.forget,
        renewCertificate: options.renewCertificate,
        ...(options.profile ? { profile: options.profile } : {}),
        clock: systemClock,
        log: say,
        exit: (code) => process.exit(code),
      }),
    ),
  )
  for (const one of started) if (one.status === 'fulfilled') lines.set(one.value.lineId, one.value)
  const problems = started.flatMap((one) =>
    one.status === 'rejected' ? [(one.reason as Error).message] : [],
  )
  if (problems.length > 0) {
    await Promise.all([...lines.values()].map((line) => line.stop()))
    fail(...problems)
    process.exit()
  }
}

function fail(...problems: readonly string[]): void {
  for (const problem of problems) say(problem)
  tell({ type: 'failed', problems })
  process.exitCode = 2
  if (hasParent && process.connected) process.disconnect()
}

/** Users nobody configured: one of each role, with passwords made at first start. */
function ownUsers(file: string): readonly LineUser[] | string {
  const password = (): string => randomBytes(18).toString('base64url')
  const fresh: LineUser[] = [
    { name: 'bridge', password: password(), role: 'Operator' },
    { name: 'dashboard', password: password(), role: 'Observer' },
  ]
  try {
    writeFileSync(file, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  try {
    return parseUsers(JSON.parse(readFileSync(file, 'utf8')) as unknown)
  } catch {
    return 'is not JSON.'
  }
}

function keepLibraryLog(file: string, quietLibrary: typeof import('./server.ts').quietLibrary): void {
  writeFileSync(file, '', { mode: 0o600 })
  quietLibrary((level, text) => {
    if (level !== 'debug')
      appendFileSync(file, `${new Date(systemClock.now()).toISOString()} ${level} ${text}\n`)
  })
}

function listen(): void {
  process.on('SIGTERM', () => void stop())
  // Ctrl-C goes to the whole group; with a parent it is the parent that says when to stop.
  process.on('SIGINT', () => void (hasParent || stop()))
  process.on('disconnect', () => void stop())
  process.on('message', (message: unknown) => {
    const problem = obey(message)
    tell(problem === undefined ? { type: 'done' } : { type: 'refused', problem })
  })
}

/** Carries out a message of the parent; gives one sentence when it makes no sense. */
function obey(message: unknown): string | undefined {
  const { type, line: lineId, fault, quirks, profile, ms } = (message ?? {}) as Record<string, unknown>
  const named = typeof lineId === 'string' ? lines.get(lineId) : undefined
  if (lineId !== undefined && !named) return `There is no line ${JSON.stringify(lineId)}.`
  const meant = named ? [named] : [...lines.values()]
  switch (type) {
    case 'fault': {
      const parsed = parseFault(fault)
      if (typeof parsed === 'string') return parsed
      for (const line of meant) line.faults.add(parsed)
      return undefined
    }
    case 'quirks': {
      const parsed = parseQuirks(quirks)
      if (typeof parsed === 'string') return parsed
      for (const line of meant) line.change(parsed)
      return undefined
    }
    case 'profile': {
      const parsed = typeof profile === 'string' ? parseProfile(profile) : checkProfile(profile)
      if (typeof parsed === 'string') return `The profile ${parsed}`
      for (const line of meant) line.behave(parsed)
      return undefined
    }
    case 'loseSubscriptions':
      for (const line of meant) line.loseSubscriptions()
      return undefined
    case 'loseSessions':
      for (const line of meant) line.loseSessions()
      return undefined
    case 'clearFaults':
      for (const line of meant) line.faults.clear()
      return undefined
    case 'silence':
      for (const line of meant) line.silence(typeof ms === 'number' ? ms : undefined)
      return undefined
    case 'speak':
      for (const line of meant) line.speak()
      return undefined
    default:
      return `The message type ${JSON.stringify(type)} is none of fault, clearFaults, quirks, profile, loseSubscriptions, loseSessions, silence, speak.`
  }
}

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await Promise.all([...lines.values()].map((line) => line.stop()))
  process.exit(0)
}

// Not awaited here: bundled, the server's part may lie behind this module, and would wait for it to be done.
main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
