/** What the bridge is told from outside, checked once at the start: environment, lines file, data folder, staff token. */
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

/** A line to talk to, as the lines file says; the password is already fetched from the environment. */
interface LineSetting {
  readonly id: string
  readonly endpoint: string
  readonly security: {
    readonly policy: 'best' | 'Basic256Sha256' | 'Aes128_Sha256_RsaOaep' | 'Aes256_Sha256_RsaPss' | 'None'
    readonly mode: 'SignAndEncrypt' | 'Sign' | 'None'
    readonly user?: string
    readonly password?: string
  }
  readonly stations?: Readonly<Record<string, string>>
  readonly trust?: 'ask' | 'firstUse'
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly dataFolder: string
  /** Absent: the embedded storage in the data folder. */
  readonly databaseUrl?: string
  readonly rulesFolder: string
  readonly lines: readonly LineSetting[]
  /** How many times faster than planned the simulated lines work: promise dates follow it. */
  readonly simSpeed: number
  readonly staffToken?: string
}

/** All problems at once, one sentence each, ready to print. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))

/** Name -> what it must be (for the reader) and how it is read. An empty value counts as absent. */
const variables = {
  HOST: {
    expected: 'a host name or address of this machine',
    schema: z.string().regex(/^[A-Za-z0-9.:%_-]+$/),
  },
  PORT: { expected: 'a whole number from 0 to 65535', schema: wholeNumber(0, 65_535) },
  LOT_ONE_DATA: { expected: 'the path of a folder', schema: z.string().min(1) },
  DATABASE_URL: {
    expected: 'postgres://user:password@host:port/database',
    schema: z
      .string()
      .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)),
  },
  LOT_ONE_LINES: { expected: 'the path of a lines file', schema: z.string().min(1) },
  LOT_ONE_RULES: { expected: 'the path of a folder of product files', schema: z.string().min(1) },
  LOT_ONE_SIM_SPEED: {
    expected: 'a number from 0.1 to 1000',
    schema: z
      .string()
      .regex(/^\d{1,4}(\.\d{1,4})?$/)
      .transform(Number)
      .pipe(z.number().min(0.1).max(1000)),
  },
  LOT_ONE_STAFF_TOKEN: {
    expected: 'at least 16 characters without spaces',
    schema: z.string().regex(/^\S{16,200}$/),
  },
} as const

/** Values that may hold a secret: a wrong one is not repeated in messages. */
const secrets: ReadonlySet<string> = new Set(['DATABASE_URL', 'LOT_ONE_STAFF_TOKEN'])

/**
 * Reads the environment and the lines file it names.
 * @param defaults what is taken where a variable is absent; folders are absolute.
 */
export function readConfig(
  env: Environment,
  defaults: { readonly dataFolder: string; readonly rulesFolder: string },
): Checked<Config> {
  const problems: string[] = []
  const read = <K extends keyof typeof variables>(
    name: K,
  ): z.infer<(typeof variables)[K]['schema']> | undefined => {
    const text = env[name]
    if (text === undefined || text === '') return undefined
    const { schema, expected } = variables[name]
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data as z.infer<(typeof variables)[K]['schema']>
    problems.push(
      secrets.has(name)
        ? `${name} is set, but must be ${expected}.`
        : `${name} is "${text}", but must be ${expected}.`,
    )
    return undefined
  }
  const databaseUrl = read('DATABASE_URL')
  const staffToken = read('LOT_ONE_STAFF_TOKEN')
  const linesFile = read('LOT_ONE_LINES')
  const lines =
    linesFile === undefined ? { ok: true as const, value: [] } : readLinesFile(resolve(linesFile), env)
  if (!lines.ok) problems.push(...lines.problems)
  const config: Config = {
    host: read('HOST') ?? '127.0.0.1',
    port: read('PORT') ?? 8080,
    dataFolder: resolve(read('LOT_ONE_DATA') ?? defaults.dataFolder),
    rulesFolder: resolve(read('LOT_ONE_RULES') ?? defaults.rulesFolder),
    lines: lines.ok ? lines.value : [],
    simSpeed: read('LOT_ONE_SIM_SPEED') ?? 1,
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(staffToken !== undefined && { staffToken }),
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: config }
}

const LinesFile = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,60}$/, 'expected 1 to 60 letters, digits, "_", "." or "-"')
          .optional(),
        endpoint: z
          .string()
          .regex(
            /^opc\.tcp:\/\/[^\s/]+:\d{1,5}(\/\S*)?$/,
            'expected opc.tcp://host:port or opc.tcp://host:port/path',
          ),
        security: z
          .strictObject({
            policy: z
              .enum(['best', 'Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss', 'None'])
              .default('best'),
            mode: z.enum(['SignAndEncrypt', 'Sign', 'None']).default('SignAndEncrypt'),
            user: z.string().min(1).optional(),
            passwordEnv: z
              .string()
              .regex(
                /^[A-Za-z_][A-Za-z0-9_]*$/,
                'expected the name of an environment variable, not the password itself',
              )
              .optional(),
          })
          .prefault({}),
        stations: z.record(z.string(), z.string()).optional(),
        trust: z.enum(['ask', 'firstUse']).optional(),
      }),
    )
    .min(1, 'expected at least one line'),
})

/** Reads a lines file; every problem comes as `file:line:column message`. */
function readLinesFile(file: string, env: Environment): Checked<readonly LineSetting[]> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      ok: false,
      problems: [`The lines file ${file} cannot be read (${code}). Correct LOT_ONE_LINES or leave it out.`],
    }
  }
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map(({ message, pos }) => `${at(pos[0])} ${message.split('\n')[0]}`),
    }
  }
  const place = (path: readonly PropertyKey[]) => at(nodeAt(document, path)?.range?.[0] ?? 0)
  const parsed = LinesFile.safeParse(document.toJS())
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(
        ({ path, message }) => `${place(path)} ${path.map(String).join('.') || 'the file'}: ${message}`,
      ),
    }
  }
  const problems: string[] = []
  const named = parsed.data.lines.map((line) => ({ ...line, id: line.id ?? nameOf(line.endpoint) }))
  const lines = named.map(({ id, endpoint, security, stations, trust }, i): LineSetting => {
    const { passwordEnv, policy, mode, user } = security
    const wrong = (path: readonly PropertyKey[], message: string) =>
      problems.push(`${place(['lines', i, ...path])} ${message}`)
    if (named.findIndex((line) => line.id === id) < i) wrong(['id'], `line id "${id}" stands twice`)
    if ((policy === 'None') !== (mode === 'None'))
      wrong(['security'], `policy ${policy} does not go with mode ${mode}: both None, or neither`)
    const password = passwordEnv === undefined ? undefined : env[passwordEnv]
    if (passwordEnv !== undefined && !password)
      wrong(['security', 'passwordEnv'], `the environment variable ${passwordEnv} is not set`)
    return {
      id,
      endpoint,
      security: { policy, mode, ...(user !== undefined && { user }), ...(password && { password }) },
      ...(stations !== undefined && { stations }),
      ...(trust !== undefined && { trust }),
    }
  })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: lines }
}

/** The name of a line whose file gives none: its host and port, so that it stays the same whatever stands beside it. */
function nameOf(endpoint: string): string {
  return endpoint
    .replace(/^opc\.tcp:\/\//, '')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(0, 60)
    .replace(/-+$/, '')
}

/** The node a path leads to, or the nearest one above it (a missing key stands nowhere). */
function nodeAt(document: Document, path: readonly PropertyKey[]): Node | undefined {
  let node = document.contents ?? undefined
  for (const key of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(key, true) : undefined
    if (next === undefined || next === null) return node
    node = next as Node
  }
  return node
}

/** Makes the data folder (mode 700) and sees that it can be written. */
export function prepareDataFolder(folder: string): Checked<string> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    accessSync(folder, constants.W_OK | constants.X_OK)
    writeFileSync(join(folder, '.writable'), '')
    return { ok: true, value: folder }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      ok: false,
      problems: [
        `The data folder ${folder} cannot be written (${code}). Name another one with LOT_ONE_DATA.`,
      ],
    }
  }
}

/**
 * Gives the staff token: the configured one, or the one made at the first start and kept in the data folder (mode 600).
 * @returns `made` when it is new and should be shown once.
 */
export function staffTokenOf(
  { staffToken, dataFolder }: Config,
  randomBytes: (size: number) => Buffer,
): { readonly token: string; readonly made: boolean; readonly file: string } {
  const file = join(dataFolder, 'staff-token')
  if (staffToken !== undefined) return { token: staffToken, made: false, file }
  if (existsSync(file)) {
    const kept = readFileSync(file, 'utf8').trim()
    if (kept !== '') return { token: kept, made: false, file }
  }
  const token = randomBytes(18).toString('base64url')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return { token, made: true, file }
}
