/** Parses what arrives: bodies against their schemas, with every problem named; tokens without telling how near a guess was. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
// the full build, not zod/mini: it brings the error sentences
import * as z from 'zod'
import { shown } from './problems.ts'
import type { FieldError } from './problems.ts'

/** Parses a body. Every problem comes back at once, with path, sentence and the value received. */
export function parseBody<T>(
  schema: z.core.$ZodType<T>,
  body: unknown,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly FieldError[] } {
  const parsed = z.core.safeParse(schema, body)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, errors: parsed.error.issues.map((issue) => fieldError(issue, body)) }
}

function fieldError(issue: z.core.$ZodIssue, body: unknown): FieldError {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  let value: unknown = body
  for (const key of path)
    value = isObject(value) && Object.hasOwn(value, key) ? value[key as string] : undefined
  const message =
    issue.code === 'unrecognized_keys' && issue.keys.length > 1
      ? `${issue.message} (${issue.keys.length} in all)`
      : issue.message
  return { path: path.map(String).join('.'), message, value: shown(value) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Gives the token of `Authorization: Bearer …` or `?token=` (a browser's EventSource can send no header). */
export function bearerToken(request: IncomingMessage, query: unknown): string | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer' && token) return token
  return isObject(query) && typeof query['token'] === 'string' ? query['token'] : undefined
}

/** Compares in a time that does not depend on where the two differ. */
export function sameToken(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(digest(given), digest(expected))
}

/** sha256 of a JSON value whatever the order of its keys: the same order posted again has the same digest. */
export function bodyDigest(body: unknown): string {
  return createHash('sha256').update(canonical(body)).digest('hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
  return `{${members.join(',')}}`
}
