/** Says no to new orders before anything else is done for them: in a rush a refusal must cost next to nothing. */
import type { RequestListener } from 'node:http'
import type { Admission } from './admission.ts'
import { unavailable } from './httpAnswers.ts'

const newOrder = /^\/api\/orders\/?(\?|$)/i

/** Puts admission before the application; every other request passes. `onRefused` counts. */
export function admitOrders(
  app: RequestListener,
  admission: Admission,
  onRefused: () => void,
): RequestListener {
  return (request, response) => {
    if (request.method !== 'POST' || !newOrder.test(request.url ?? '')) return app(request, response)
    const entered = admission.enter()
    if (entered === 'in') {
      response.once('close', admission.leave)
      return app(request, response)
    }
    onRefused()
    const { retryAfterSeconds } = entered
    const body = JSON.stringify(unavailable('more orders arrive than can be written', retryAfterSeconds))
    response.writeHead(503, {
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'retry-after': String(retryAfterSeconds),
      'x-content-type-options': 'nosniff',
    })
    response.end(body)
  }
}
