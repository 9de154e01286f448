/** What the route files are given. */
import type { Express, RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Counter, Registry } from 'prom-client'
import type { Catalog } from './catalog.ts'
import type { Streams } from './eventStream.ts'
import type { Journal } from './journal.ts'
import type { Production } from './production.ts'

/** Everything http needs from the rest of the bridge and from the world. */
export interface HttpParts {
  readonly journal: Journal
  readonly catalog: Catalog
  readonly production: Production
  readonly staffToken: string
  /** Folder of the built shop. */
  readonly webFolder: string
  readonly now: () => Date
  readonly randomBytes: (size: number) => Buffer
  readonly log: Logger
  readonly metrics: Registry
  /** Posts per minute and address. Absent: 300, and addresses of this machine are not limited. */
  readonly postsPerMinute?: number
}

/** What the route files share. */
export interface Routes extends HttpParts {
  readonly app: Express
  /** What became of posted orders. */
  readonly orders: Counter<'outcome'>
  /** Mounts the handlers of one path; any other method is answered with 405 and `Allow`. */
  route(path: string, handlers: Partial<Record<'get' | 'post' | 'put' | 'patch', RequestHandler[]>>): void
  /** Limits posts per address. */
  readonly limit: RequestHandler
  /** Limits posts per address, then reads a JSON body of at most 64 KiB. */
  readonly jsonBody: RequestHandler[]
  readonly streams: Streams
}
