/** `/api/lines`: what staff see and do. */
import { DoubtAnswer, TrustRequest } from '@lot-one/rules'
import type { Request, RequestHandler, Response } from 'express'
import { dryRun } from './dryRun.ts'
import { frame } from './eventStream.ts'
import { sendProblem, sendUnavailable } from './httpAnswers.ts'
import type { Routes } from './httpRoutes.ts'
import type { Unavailable } from './journal.ts'
import { malformed, problem, shown } from './problems.ts'
import { bearerToken, parseBody, sameToken } from './requests.ts'

/** Rows of the record of calls in one answer. */
const auditRows = 50

export function lineRoutes(routes: Routes): void {
  const { route, production, staffToken, streams, jsonBody, journal, log } = routes
  const staff: RequestHandler = (request, response, next) => {
    if (sameToken(bearerToken(request, request.query), staffToken)) return next()
    response.set('www-authenticate', 'Bearer realm="Lot One staff"')
    sendProblem(
      response,
      problem('unauthorized', 'Send the staff token: "Authorization: Bearer STAFF_TOKEN"'),
    )
  }

  const find = (id: string) => production.lines().find((line) => line.id === id)

  function unknownLine(response: Response, id: string): void {
    const known = production.lines().map((each) => each.id)
    sendProblem(
      response,
      problem('not-found', `There is no line "${id.slice(0, 100)}"; lines: ${known.join(', ') || 'none'}`),
    )
  }

  /** Answers with the line as it stands after something was done to it. */
  function sendLine(
    response: Response,
    id: string,
    answer: { readonly outcome: string } | Unavailable,
  ): void {
    if (answer.outcome === 'unavailable') return sendUnavailable(response, (answer as Unavailable).reason)
    const line = find(id)
    if (answer.outcome === 'unknownLine' || !line) return unknownLine(response, id)
    response.json(line)
  }

  /** What staff do here stands in the same record as the calls of the bridge. */
  async function audit(lineId: string, method: string, result: string, jobOrderId?: string): Promise<void> {
    const entry = { lineId, method, result, user: 'staff', thumbprint: '' }
    const kept = await journal.audit({ ...entry, ...(jobOrderId !== undefined && { jobOrderId }) })
    if (kept.outcome === 'unavailable')
      log.error({ audit: entry }, `Not in the audit record: ${method} on ${lineId}`)
  }

  route('/api/lines', {
    get: [
      staff,
      (_request, response) => void response.set('cache-control', 'no-store').json(production.lines()),
    ],
  })

  route('/api/lines/events', {
    get: [
      staff,
      (request, response) => {
        if (request.method === 'HEAD') return void response.type('text/event-stream').end()
        // a line's view is whole in every event, so there is nothing to resume: all lines first, then each that changes
        const stop = production.followLines((line) => follower.send(frame(line)))
        const follower = streams.open(response, stop)
        for (const line of production.lines()) follower.send(frame(line))
      },
    ],
  })

  for (const [action, held] of [
    ['hold', true],
    ['resume', false],
  ] as const) {
    route(`/api/lines/:id/${action}`, {
      post: [
        staff,
        async (request, response) => {
          const id = idOf(request)
          const answer = await production.holdLine(id, held)
          if (answer.outcome === 'recorded') await audit(id, held ? 'Hold' : 'Resume', 'accepted')
          sendLine(response, id, answer)
        },
      ],
    })
  }

  route('/api/lines/:id/trust', {
    post: [
      staff,
      ...jsonBody,
      async (request, response) => {
        const id = idOf(request)
        const parsed = parseBody(TrustRequest, request.body)
        if (!parsed.ok) return sendProblem(response, malformed(parsed.errors))
        const sha256 = parsed.value.sha256.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
        const answer = await production.trustLine(id, sha256)
        if (answer.outcome === 'noSuchCertificate') {
          const shown = find(id)?.certificate
          const now = shown ? `it shows ${shown.sha256} (${shown.trust})` : 'it shows none'
          return sendProblem(
            response,
            problem(
              'certificate-changed',
              `Line ${id} does not wait for a decision about ${parsed.value.sha256}: ${now}. Compare again`,
              shown && { certificate: shown },
            ),
          )
        }
        if (answer.outcome === 'trusted') await audit(id, 'TrustCertificate', `trusted SHA-256 ${sha256}`)
        sendLine(response, id, answer)
      },
    ],
  })

  route('/api/lines/:id/answer', {
    post: [
      staff,
      ...jsonBody,
      async (request, response) => {
        const id = idOf(request)
        const parsed = parseBody(DoubtAnswer, request.body)
        if (!parsed.ok) return sendProblem(response, malformed(parsed.errors))
        const { jobOrderId, built } = parsed.value
        const answer = await production.answerDoubt(id, jobOrderId, built)
        if (answer.outcome === 'notAsked') {
          return sendProblem(
            response,
            problem(
              'not-in-doubt',
              `Nothing about job order ${jobOrderId} on line ${id} is in doubt any more`,
            ),
          )
        }
        if (answer.outcome === 'recorded')
          await audit(id, 'Answer', built ? 'it was built' : 'it was not built', jobOrderId)
        sendLine(response, id, answer)
      },
    ],
  })

  route('/api/lines/:id/audit', {
    get: [
      staff,
      async (request, response) => {
        const id = idOf(request)
        if (!find(id)) return unknownLine(response, id)
        const { before } = request.query
        const isPosition = typeof before === 'string' && /^\d{1,15}$/.test(before)
        if (before !== undefined && !isPosition) {
          const message = 'expected a position, a whole number'
          return sendProblem(response, malformed([{ path: 'before', message, value: shown(before) }]))
        }
        const rows = await journal.audits(id, auditRows, isPosition ? Number(before) : undefined)
        response.set('cache-control', 'no-store').json(rows)
      },
    ],
  })

  route('/api/lines/:id/dry-run/:orderId', {
    get: [
      staff,
      async (request, response) => {
        const id = idOf(request)
        const orderId = request.params['orderId'] as string
        const order = await journal.order(orderId)
        if (!order) {
          return sendProblem(response, problem('not-found', `There is no order "${orderId.slice(0, 100)}"`))
        }
        const answer = await dryRun(order.view, id, routes)
        if (answer.outcome !== 'dryRun') return sendLine(response, id, answer)
        response.set('cache-control', 'no-store').json(answer.dryRun)
      },
    ],
  })
}

const idOf = (request: Request): string => request.params['id'] as string
