/** Counts requests and measures how long they take. */
import type { RequestHandler } from 'express'
import type { LineView } from '@lot-one/rules'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Makes the registry of a bridge: the process itself and its lines; http adds its own. */
export function createMetrics(lines: () => readonly LineView[]): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({
    name: 'lot_one_line_online',
    help: '1 while a line has a session and all its state was read',
    labelNames: ['line', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { id, link } of lines())
        this.set({ line: id, state: link.state }, link.state === 'online' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'lot_one_line_queue',
    help: 'Orders assigned to a line and not finished',
    labelNames: ['line'],
    registers,
    collect() {
      this.reset()
      for (const { id, queue } of lines()) this.set({ line: id }, queue)
    },
  })
  return registry
}

/** Makes the handler that stands before all routes; labels are the route's pattern, never a path with ids. */
export function measure(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'lot_one_http_request_seconds',
    help: 'Time from the request line to the end of the answer; streams are left out',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return (request, response, next) => {
    const started = performance.now()
    response.once('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'other'
      if (route.endsWith('/events')) return
      seconds.observe(
        { method: request.method, route, status: response.statusCode },
        (performance.now() - started) / 1000,
      )
    })
    next()
  }
}

/** Counts what became of posted orders. */
export function orderCounter(registry: Registry): Counter<'outcome'> {
  return new Counter({
    name: 'lot_one_orders_total',
    help: 'Posted orders by outcome: accepted, known, or the token of the problem',
    labelNames: ['outcome'],
    registers: [registry],
  })
}
