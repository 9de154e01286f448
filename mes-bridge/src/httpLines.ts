/** `/api/lines`: what staff see and do. */
import type { RequestHandler } from 'express'
import { frame } from './eventStream.ts'
import { sendProblem, sendUnavailable } from './httpAnswers.ts'
import type { Routes } from './httpRoutes.ts'
import { problem } from './problems.ts'
import { bearerToken, sameToken } from './requests.ts'

export function lineRoutes({ route, production, staffToken, streams }: Routes): void {
  const staff: RequestHandler = (request, response, next) => {
    if (sameToken(bearerToken(request, request.query), staffToken)) return next()
    response.set('www-authenticate', 'Bearer realm="Lot One staff"')
    sendProblem(
      response,
      problem('unauthorized', 'Send the staff token: "Authorization: Bearer STAFF_TOKEN"'),
    )
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
          const id = request.params['id'] as string
          const answer = await production.holdLine(id, held)
          if (answer.outcome === 'unavailable') return sendUnavailable(response, answer.reason)
          const line = production.lines().find((each) => each.id === id)
          if (answer.outcome === 'unknownLine' || line === undefined) {
            const known = production.lines().map((each) => each.id)
            return sendProblem(
              response,
              problem('not-found', `There is no line "${id.slice(0, 100)}"; lines: ${known.join(', ')}`),
            )
          }
          response.json(line)
        },
      ],
    })
  }
}
