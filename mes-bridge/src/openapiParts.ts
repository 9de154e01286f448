/** What the operations of the API's description have in common: schemas, parameters, answers. */
import {
  AuditView,
  BuildOrder,
  ChangeRequest,
  CheckRequest,
  DoubtAnswer,
  DryRun,
  LineView,
  OrderAnswer,
  OrderEvent,
  OrderView,
  Problem,
  TrustRequest,
} from '@lot-one/rules'
import { kinds } from './problems.ts'
import type { ProblemToken } from './problems.ts'

export const schemas = {
  AuditView,
  BuildOrder,
  ChangeRequest,
  CheckRequest,
  DoubtAnswer,
  DryRun,
  LineView,
  OrderAnswer,
  OrderEvent,
  OrderView,
  Problem,
  TrustRequest,
}

export const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` })
export const json = (schema: object) => ({ 'application/json': { schema } })
export const stream = (schema: object) => ({
  'text/event-stream': { schema: { ...schema, description: 'JSON in `data:`' } },
})
export const anyObject = { type: 'object' }
export const path = (name: string, description: string, format?: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', ...(format !== undefined && { format }) },
})
export const sha256 = path('sha256', 'SHA-256 of the picture’s bytes, small hexadecimal digits')
export const picture = { 'image/jpeg': {}, 'image/png': {} }
export const orderId = path('orderId', 'UUID made by the sender', 'uuid')

/** Answers of an operation: the good one and the problems it may give. */
export function answers(
  good: Record<string, { description: string; content?: object }>,
  ...tokens: ProblemToken[]
): object {
  const statuses = new Map<number, ProblemToken[]>()
  for (const token of tokens)
    statuses.set(kinds[token].status, [...(statuses.get(kinds[token].status) ?? []), token])
  const problems = [...statuses].map(([status, list]) => [
    String(status),
    {
      description: list.map((token) => `\`/problems/${token}\` ${kinds[token].title}`).join(' · '),
      content: { 'application/problem+json': { schema: ref('Problem') } },
    },
  ])
  return { ...good, ...Object.fromEntries(problems) }
}

export const body = (name: keyof typeof schemas) => ({ required: true, content: json(ref(name)) })
export const bodyProblems = ['malformed', 'too-large', 'unsupported-media-type', 'too-many-requests'] as const
export const tracking = [{ trackingToken: [] }, { trackingTokenInQuery: [] }]
export const staff = [{ staffToken: [] }]
