/** `/api/pictures/{sha256}`: a shopper's own picture is left here before the order that names it, and shown once it was ordered. */
import { createHash } from 'node:crypto'
import express from 'express'
import type { Request, RequestHandler, Response } from 'express'
import { sendProblem, sendUnavailable } from './httpAnswers.ts'
import type { Routes } from './httpRoutes.ts'
import { pictureShape } from './pictureFile.ts'
import { malformed, problem, shown } from './problems.ts'

/** The shop sends at most half of it; what a press needs for a door fits easily. */
const maxBytes = 2 * 1024 * 1024
/** Longest edge, pixels: a small file can hold a picture that no phone has the memory to show. */
const maxEdge = 6000
const types = ['image/jpeg', 'image/png']
const name = /^[0-9a-f]{64}$/

export function pictureRoutes({ route, journal, limit, log }: Routes): void {
  const body = express.raw({ type: types, limit: maxBytes, inflate: false })
  route('/api/pictures/:sha256', { get: [showPicture], put: [limit, requirePicture, body, takePicture] })

  async function takePicture(request: Request, response: Response): Promise<void> {
    const sha256 = request.params['sha256'] as string
    const bytes: unknown = request.body
    if (!name.test(sha256)) {
      const message = 'must be the SHA-256 of the picture, 64 small hexadecimal digits'
      return sendProblem(response, malformed([{ path: 'sha256', message, value: shown(sha256) }]))
    }
    const refuse = (detail: string) => sendProblem(response, problem('picture-refused', detail))
    if (!Buffer.isBuffer(bytes) || bytes.length === 0)
      return refuse('The body is empty; send the picture itself')
    const shape = pictureShape(bytes)
    const said = request.headers['content-type']
    if (shape === undefined || !request.is(shape.type))
      return refuse(
        `The ${bytes.length} bytes are ${shape === undefined ? 'no whole JPEG or PNG' : shape.type}, the content type says ${said}; send the picture with its own type`,
      )
    const { type, width, height } = shape
    if (Math.min(width, height) < 1 || Math.max(width, height) > maxEdge)
      return refuse(
        `The picture is ${width} × ${height} pixels; make it at most ${maxEdge} along its longer edge`,
      )
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== sha256)
      return refuse(
        `The bytes have the SHA-256 ${found}, the address says ${sha256}; send them to their own address`,
      )
    const kept = await journal.pictures.keep({ sha256, type, bytes })
    if (kept.outcome === 'unavailable') {
      log.warn({ reason: kept.reason }, 'A picture could not be stored')
      return sendUnavailable(response, kept.reason)
    }
    response.set('cache-control', 'no-store').json({ sha256, type, bytes: bytes.length, width, height })
  }

  async function showPicture(request: Request, response: Response): Promise<void> {
    const sha256 = request.params['sha256'] as string
    const picture = name.test(sha256) ? await journal.pictures.ordered(sha256) : undefined
    if (picture === undefined) {
      response.set('cache-control', 'no-store')
      return sendProblem(
        response,
        problem('not-found', `There is no ordered picture "${sha256.slice(0, 64)}"; it comes with its order`),
      )
    }
    // the name is the content: whoever has it once has it for good
    response
      .set('cache-control', 'private, max-age=31536000, immutable')
      .set('etag', `"${sha256}"`)
      .set('content-disposition', `inline; filename="${sha256.slice(0, 12)}.${picture.type.slice(6)}"`)
      .type(picture.type)
      .send(picture.bytes)
  }
}

const requirePicture: RequestHandler = (request, response, next) => {
  if (request.is(types)) return next()
  const type = request.headers['content-type']
  const said =
    type === undefined ? 'The request has no content type or no body' : `The content type is "${type}"`
  sendProblem(response, problem('unsupported-media-type', `${said}; send a picture as ${types.join(' or ')}`))
}
