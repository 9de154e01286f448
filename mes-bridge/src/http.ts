/**
 * The bridge's HTTP: parse, call, answer. Every answer that is not a success is a problem (RFC 9457, problems.ts); nothing a
 * client sends may end in a stack trace or in a 500.
 */
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import express from 'express'
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { createAdmission } from './admission.ts'
import { createStreams } from './eventStream.ts'
import { admitOrders } from './httpAdmission.ts'
import { sendProblem, sendUnavailable } from './httpAnswers.ts'
import { lineRoutes } from './httpLines.ts'
import { measure, orderCounter } from './httpMetrics.ts'
import { orderRoutes } from './httpOrders.ts'
import { pictureRoutes } from './httpPictures.ts'
import { productRoutes } from './httpProducts.ts'
import type { HttpParts, Routes } from './httpRoutes.ts'
import { shopFiles } from './httpShop.ts'
import { answerWhatIsNoRequest, requireHost } from './httpWire.ts'
import { JournalUnavailable } from './journal.ts'
import type { Journal } from './journal.ts'
import { openApi } from './openapi.ts'
import { createOrderStream } from './orderStream.ts'
import { helpPage, kinds, malformed, problem } from './problems.ts'
import type { ProblemToken } from './problems.ts'

export type { HttpParts } from './httpRoutes.ts'

const maxBody = '64kb'

export interface HttpServer {
  readonly server: Server
  /** Ends streams, finishes answers under way, closes. */
  close(): Promise<void>
}

/** Makes the server; the caller lets it listen. */
export function createHttp(parts: HttpParts): HttpServer {
  const { log, journal, metrics } = parts
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.use(securityHeaders())
  app.use(measure(metrics))
  app.use(requireHost)

  const streams = createStreams()
  const orderStream = createOrderStream(journal, streams, (error) =>
    log.warn({ err: error }, 'A watcher was let go'),
  )
  const limit = rateLimit({
    windowMs: 60_000,
    limit: parts.postsPerMinute ?? 300,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: (request) => parts.postsPerMinute === undefined && isThisMachine(request.socket.remoteAddress),
    handler: (_request, response) =>
      sendProblem(
        response,
        problem('too-many-requests', 'Too many requests from this address in a minute; wait and try again'),
      ),
  })
  const orders = orderCounter(metrics)
  const routes: Routes = {
    ...parts,
    app,
    orders,
    streams,
    limit,
    jsonBody: [limit, requireJson, express.json({ limit: maxBody })],
    route(path, handlers) {
      for (const [method, list] of Object.entries(handlers))
        app[method as 'get' | 'post' | 'put' | 'patch'](path, ...list)
      const allow = Object.keys(handlers)
        .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
        .join(', ')
      app.all(path, (request, response) => {
        response.set('allow', allow)
        if (request.method === 'OPTIONS') response.status(204).end()
        else
          sendProblem(
            response,
            problem('method-not-allowed', `${request.method} ${request.path}: this address takes ${allow}`),
          )
      })
    },
  }

  productRoutes(routes)
  orderRoutes(routes, orderStream)
  pictureRoutes(routes)
  lineRoutes(routes)
  serviceRoutes(routes)
  app.use(shopFiles(parts.webFolder))
  app.use((request, response) => {
    sendProblem(
      response,
      problem(
        'not-found',
        `There is nothing at ${request.method} ${shortPath(request)}; /openapi.json lists what there is`,
      ),
    )
  })
  app.use(answerError(log))

  const admission = createAdmission({ now: () => performance.now() })
  const server = quickServer(
    app,
    admitOrders(app, admission, () => orders.inc({ outcome: 'unavailable' })),
  )
  answerWhatIsNoRequest(server)
  // a client that sends its request byte by byte keeps nobody else out
  server.headersTimeout = 15_000
  server.requestTimeout = 30_000
  return {
    server,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      orderStream.close()
      streams.close()
      server.closeIdleConnections()
      await closed
    },
  }
}

function serviceRoutes({ route, journal, catalog, metrics, now }: Routes): void {
  route('/healthz', { get: [(_request, response) => void response.json({ status: 'alive' })] })
  let last: { readonly at: number; readonly answer: ReturnType<Journal['probe']> } | undefined
  route('/readyz', {
    get: [
      async (_request, response) => {
        const at = now().getTime()
        // one write a second at most, however often it is asked
        if (last === undefined || Math.abs(at - last.at) > 1000) last = { at, answer: journal.probe() }
        const answer = await last.answer
        if (answer.outcome === 'unavailable') sendUnavailable(response, answer.reason)
        else if (catalog.onSale().length === 0) sendUnavailable(response, 'no product is on sale today')
        else response.json({ status: 'ready' })
      },
    ],
  })
  route('/metrics', {
    get: [
      async (_request, response) => {
        response.set('content-type', metrics.contentType).send(await metrics.metrics())
      },
    ],
  })
  const api = JSON.stringify(openApi())
  route('/openapi.json', { get: [(_request, response) => void response.type('application/json').send(api)] })
  route('/problems/:token', {
    get: [
      (request, response) => {
        const token = request.params['token'] as string
        if (!Object.hasOwn(kinds, token)) {
          return sendProblem(response, problem('not-found', `There is no problem "${token.slice(0, 100)}"`))
        }
        response.type('text/plain').send(helpPage(token as ProblemToken))
      },
    ],
  })
}

function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'blob:', 'data:'],
        // three's loaders and React's style attribute; no script ever
        styleSrc: ["'self'", "'unsafe-inline'"],
        connectSrc: ["'self'", 'blob:', 'data:'],
        fontSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // who ends TLS in front of us says so; plain http on a shop floor must keep working
    strictTransportSecurity: false,
  })
}

const requireJson: RequestHandler = (request, response, next) => {
  if (request.is('application/json')) return next()
  const type = request.headers['content-type']
  const said =
    type === undefined ? 'The request has no content type or no body' : `The content type is "${type}"`
  sendProblem(response, problem('unsupported-media-type', `${said}; send application/json`))
}

/** Errors of the framework's parsers are the client's; journal trouble is the world's; anything else is a bug of ours. */
function answerError(log: Logger) {
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const {
      type,
      status,
      message,
      limit: bytes,
    } = error as { type?: string; status?: number; message?: string; limit?: number }
    if (response.headersSent || type === 'request.aborted') {
      response.destroy()
    } else if (error instanceof JournalUnavailable) {
      log.warn({ reason: error.message }, 'The journal cannot be read')
      sendUnavailable(response, error.message)
    } else if (type === 'entity.too.large') {
      response.set('connection', 'close')
      sendProblem(response, problem('too-large', `The body has more than ${(bytes ?? 65_536) / 1024} KiB`))
    } else if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
      sendProblem(
        response,
        problem(
          'unsupported-media-type',
          `The body cannot be read: ${message}; send UTF-8 JSON, plain or gzip`,
        ),
      )
    } else if (status !== undefined && status >= 400 && status < 500) {
      const isJson = type === 'entity.parse.failed'
      const said = isJson
        ? `The body is not JSON: ${message}`
        : `The request cannot be read: ${message ?? ''}`
      sendProblem(response, malformed([{ path: '', message: said }]))
    } else {
      const requestId = crypto.randomUUID()
      log.error(
        { err: error, requestId, method: request.method, path: shortPath(request) },
        'A request met a bug',
      )
      sendProblem(response, problem('internal', `Logged as ${requestId}`, { requestId }))
    }
  }
}

/** A path for messages and logs: no query (it may hold a token), cut short. */
function shortPath(request: Request): string {
  return request.path.length > 100 ? `${request.path.slice(0, 99)}…` : request.path
}

function isThisMachine(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.)/.test(address)
}

/**
 * express gives every request and response its own prototypes with `setPrototypeOf`, most of what a request costs it. A server
 * whose classes already have them makes that a no-op.
 */
function quickServer(app: Express, listener: RequestListener): Server {
  class QuickRequest extends IncomingMessage {}
  class QuickResponse extends ServerResponse<QuickRequest> {}
  Object.setPrototypeOf(QuickRequest.prototype, app.request)
  Object.setPrototypeOf(QuickResponse.prototype, app.response)
  app.request = QuickRequest.prototype as unknown as Express['request']
  app.response = QuickResponse.prototype as unknown as Express['response']
  // a missing Host is answered by requireHost, with a problem
  const options = { IncomingMessage: QuickRequest, ServerResponse: QuickResponse, requireHostHeader: false }
  return createServer(options, listener)
}
