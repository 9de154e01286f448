/** How the bridge answers: problems, the honest 503, the shopper's language. */
import type { Product } from '@lot-one/rules'
import type { Request, Response } from 'express'
import { problem } from './problems.ts'
import type { ProblemBody } from './problems.ts'

/** Sends a problem as `application/problem+json`. */
export function sendProblem(response: Response, body: ProblemBody): void {
  response.status(body.status).type('application/problem+json').send(JSON.stringify(body))
}

/** The honest 503: nothing was accepted, the same request again is safe. */
export function unavailable(reason: string, retryAfterSeconds: number): ProblemBody {
  const when = retryAfterSeconds === 1 ? 'a second' : `${retryAfterSeconds} seconds`
  return problem('unavailable', `Nothing was accepted: ${reason}. Send the same request again in ${when}`)
}

/** Sends it; trouble with the storage passes within seconds or stays. */
export function sendUnavailable(response: Response, reason: string): void {
  response.set('retry-after', '2')
  sendProblem(response, unavailable(reason, 2))
}

/** The language a shopper reads: the best match of `Accept-Language` among the product's, else English. */
export function languageOf(request: Request, { package: { languages } }: Product): string {
  const best = request.acceptsLanguages([...languages])
  return best === false ? 'en' : best
}
